//! The frame of the pages of signing in, and the language that somebody reads.
//! It frames; what a page says is the page's.

use super::onward::Onward;
use super::words::Phrase;
use crate::api::pairs::Pairs;
use crate::api::{Api, Scripted};
use crate::centre::{Frame, owner, trouble};
use crate::outbox::Language;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use std::convert::Infallible;

/// The language of a page: the one that its address names, or else the browser's; and where its
/// reader wants to go from there.
#[derive(Clone, Copy)]
pub(super) struct Reader(pub Language, pub Onward);

impl Reader {
    fn of(query: Option<&str>, headers: &HeaderMap) -> Reader {
        let named = Pairs::read(query.unwrap_or_default()).ok();
        let named = |name| named.as_ref().and_then(|query| query.get(name));
        let spoken = headers.get(header::ACCEPT_LANGUAGE);
        let spoken = spoken.and_then(|value| value.to_str().ok()).unwrap_or("");
        let language = named("lang").and_then(Language::of_tag);
        Reader(
            language.unwrap_or_else(|| Language::spoken(spoken)),
            named("to").map_or(Onward::AboutMe, Onward::of),
        )
    }

    /// A path of these pages in this language.
    pub fn path(self, path: &str) -> String {
        format!("{path}?lang={}{}", self.0.tag(), self.1.query())
    }

    /// Leads on to a path.
    pub fn lead(self, path: &str) -> Response {
        Redirect::to(&self.path(path)).into_response()
    }
}

impl FromRequestParts<Api> for Reader {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Reader, Infallible> {
        Ok(Reader::of(parts.uri.query(), &parts.headers))
    }
}

/// A page in the making.
pub(super) struct Shown {
    pub reader: Reader,
    pub title: Phrase,
    pub status: StatusCode,
    /// What is wrong with what was sent, each with the field that it is about.
    pub wrong: Vec<(&'static str, String)>,
    /// Whether it may run our script.
    pub script: bool,
    pub inner: Markup,
}

impl Shown {
    pub fn new(reader: Reader, title: Phrase, inner: Markup) -> Shown {
        Shown {
            reader,
            title,
            status: StatusCode::OK,
            wrong: Vec::new(),
            script: false,
            inner,
        }
    }

    /// The same page, with a script of ours.
    pub fn scripted(self) -> Shown {
        Shown {
            script: true,
            ..self
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

    /// The page as a response, in the frame of whoever answers for what its readers are told.
    pub fn answer(self, api: &Api) -> Response {
        let language = self.reader.0;
        let policy = api.door.policy();
        let document = policy.document_for_reader(language.tag());
        let title = language.pick(self.title);
        let wrong = self
            .wrong
            .iter()
            .map(|(field, text)| ((*field).to_owned(), text.clone()));
        let wrong: Vec<(String, String)> = wrong.collect();
        let inner = html! {
            (trouble(language, &wrong))
            h1 { (title) }
            (self.inner)
        };
        let here = format!("?{}", self.reader.1.query());
        let frame = Frame {
            language,
            here: Some(&here),
            title: title.to_owned(),
            wrong: !wrong.is_empty(),
            owner: owner(&policy, document.or(policy.documents.first())),
            signed_in: None,
            keeps: None,
        };
        let mut response = frame.answer(self.status, &inner);
        if self.script {
            response.extensions_mut().insert(Scripted);
        }
        response
    }
}

/// Adds a header that sets or clears a cookie.
pub(super) fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
