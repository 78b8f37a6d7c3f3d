//! The frame of the pages of signing in, and the language that somebody reads.
//! It frames; what a page says is the page's.

use super::words::{ERROR, Phrase, TROUBLE};
use crate::api::pairs::Pairs;
use crate::api::{Api, Page};
use crate::outbox::Language;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{DOCTYPE, Markup, html};
use std::convert::Infallible;

/// The language of a page: the one that its address names, or else the browser's.
#[derive(Clone, Copy)]
pub(super) struct Reader(pub Language);

impl Reader {
    fn of(query: Option<&str>, headers: &HeaderMap) -> Language {
        let named = Pairs::read(query.unwrap_or_default()).ok();
        let named = named.as_ref().and_then(|query| query.get("lang"));
        let spoken = headers.get(header::ACCEPT_LANGUAGE);
        let spoken = spoken.and_then(|value| value.to_str().ok()).unwrap_or("");
        named
            .and_then(Language::of_tag)
            .unwrap_or_else(|| Language::spoken(spoken))
    }

    /// A path of these pages in this language.
    pub fn path(self, path: &str) -> String {
        format!("{path}?lang={}", self.0.tag())
    }

    /// Leads on to a path.
    pub fn lead(self, path: &str) -> Response {
        Redirect::to(&self.path(path)).into_response()
    }
}

impl FromRequestParts<Api> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Reader, Infallible> {
        Ok(Reader(Reader::of(parts.uri.query(), &parts.headers)))
    }
}

/// A page in the making.
pub(super) struct Shown {
    pub reader: Reader,
    pub title: Phrase,
    pub status: StatusCode,
    /// What is wrong with what was sent, each with the field that it is about.
    pub wrong: Vec<(&'static str, String)>,
    pub inner: Markup,
}

impl Shown {
    pub fn new(reader: Reader, title: Phrase, inner: Markup) -> Shown {
        Shown {
            reader,
            title,
            status: StatusCode::OK,
            wrong: Vec::new(),
            inner,
        }
    }

    /// The same page, coming back with something wrong.
    pub fn wrong(self, status: StatusCode, field: &'static str, text: String) -> Shown {
        Shown {
            status,
            wrong: vec![(field, text)],
            ..self
        }
    }

    pub fn answer(self) -> Response {
        let language = self.reader.0;
        let title = language.pick(self.title);
        let sign = match self.wrong.is_empty() {
            true => "",
            false => language.pick(ERROR),
        };
        let page = html! {
            (DOCTYPE)
            html lang=(language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (sign) (title) }
                    link rel="stylesheet" href="/style.css";
                }
                body.centre {
                    nav.tongues { ul {
                        @for other in Language::ALL {
                            li {
                                @if other == language { span lang=(other.tag()) { (other.name()) } }
                                @else {
                                    a href=(format!("?lang={}", other.tag())) lang=(other.tag())
                                        hreflang=(other.tag()) { (other.name()) }
                                }
                            }
                        }
                    } }
                    main #main {
                        (trouble(language, &self.wrong))
                        h1 { (title) }
                        (self.inner)
                    }
                }
            }
        };
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        let kind = [(header::CONTENT_TYPE, html)];
        let mut response = (self.status, kind, page.into_string()).into_response();
        response.extensions_mut().insert(Page);
        response
    }
}

fn trouble(language: Language, wrong: &[(&str, String)]) -> Markup {
    html! {
        @if !wrong.is_empty() {
            div.trouble role="alert" tabindex="-1" id="trouble" autofocus {
                h2 { (language.pick(TROUBLE)) }
                ul {
                    @for (field, text) in wrong {
                        li { @if field.is_empty() { (text) } @else { a href=(format!("#{field}")) { (text) } } }
                    }
                }
            }
        }
    }
}

/// Adds a header that sets or clears a cookie.
pub(super) fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
