//! The one layout of the centre: skip link, header with the ways, language switch, footer with
//! help in the same place on every page.
//! It frames; what a page says is the page's.

use super::words::*;
use crate::api::Page;
use crate::outbox::Language;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kept_policy::{Document, Policy};
use maud::{DOCTYPE, Markup, html};

/// A page in the making.
pub(crate) struct Frame<'a> {
    /// Its language.
    pub language: Language,
    /// Its path after the language, such as `/complaint`; empty for the first page. Without one it
    /// speaks one language only.
    pub here: Option<&'a str>,
    /// What it is called.
    pub title: String,
    /// Whether it comes back with something wrong.
    pub wrong: bool,
    /// Whose centre it is.
    pub owner: String,
    /// Whether somebody is signed in, with what their forms carry.
    pub signed_in: Option<String>,
    /// What keeps the answers of a form when the page is shown in another language.
    pub keeps: Option<Keeps>,
}

/// What another language is switched to with: the form's own answers, sent to the same page there.
#[derive(Clone)]
pub(crate) struct Keeps {
    /// The form's identifier on the page.
    pub form: &'static str,
    /// The page of the form that is shown again; nothing for the look at everything.
    pub at: String,
}

impl Frame<'_> {
    /// The page around what it says.
    pub fn around(&self, inner: &Markup) -> Markup {
        let language = self.language;
        let sign = if self.wrong { language.pick(ERROR) } else { "" };
        html! {
            (DOCTYPE)
            html lang=(language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="robots" content="noindex";
                    title { (sign) (self.title) " – " (language.pick(CENTRE)) }
                    link rel="stylesheet" href="/style.css";
                }
                body.centre {
                    a.skip href="#main" { (language.pick(SKIP)) }
                    header { (self.bar()) }
                    main #main tabindex="-1" { (inner) }
                    (foot(language))
                }
            }
        }
    }

    fn bar(&self) -> Markup {
        let (signed_in, keeps) = (self.signed_in.as_deref(), self.keeps.as_ref());
        bar(self.language, self.here, &self.owner, signed_in, keeps)
    }

    /// The page as a response.
    pub fn answer(&self, status: StatusCode, inner: &Markup) -> Response {
        answer(status, self.around(inner))
    }
}

/// A page as a response that nobody keeps.
pub(super) fn answer(status: StatusCode, page: Markup) -> Response {
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    let mut response = (status, [(header::CONTENT_TYPE, html)], page.into_string()).into_response();
    response.extensions_mut().insert(Page);
    response
}

/// The bar above a document, in its language.
pub(crate) fn bar_of(policy: &Policy, document: &Document) -> String {
    bar_in(Language::of(document), policy, Some(document))
}

/// The bar above a page that speaks one language only.
pub(crate) fn bar_in(language: Language, policy: &Policy, document: Option<&Document>) -> String {
    bar(language, None, &owner(policy, document), None, None).into_string()
}

/// The same page in another language: by its path, or by its query where it begins with `?`.
fn elsewhere(here: &str, other: Language) -> String {
    match here.strip_prefix('?') {
        Some(rest) => format!("?lang={}{rest}", other.tag()),
        None => format!("/centre/{}{here}", other.tag()),
    }
}

/// The bar at the head of every page: whose it is, the ways, and the other languages.
pub(crate) fn bar(
    language: Language,
    here: Option<&str>,
    owner: &str,
    signed_in: Option<&str>,
    keeps: Option<&Keeps>,
) -> Markup {
    let tag = language.tag();
    let ways = [
        ("", language.pick(HOME)),
        ("/about-me", language.pick(ABOUT_ME)),
        ("/question", language.pick(ASK_US)),
    ];
    html! {
        div.bar {
            div.within {
                p.owner { a href=(format!("/centre/{tag}")) {
                    @if !owner.is_empty() { span { (owner) } " " }
                    strong { (language.pick(CENTRE)) }
                } }
                @if let Some(here) = here { nav.tongues aria-label=(language.pick(LANGUAGE)) { ul {
                    @for other in Language::ALL {
                        li {
                            @if other == language {
                                span aria-current="true" lang=(other.tag()) { (other.name()) }
                            } @else if let Some(keeps) = keeps {
                                button.plain type="submit" form=(keeps.form) name="go" value=(keeps.at)
                                    formaction=(elsewhere(here, other)) formnovalidate
                                    lang=(other.tag()) { (other.name()) }
                            } @else {
                                a href=(elsewhere(here, other))
                                    lang=(other.tag()) hreflang=(other.tag()) { (other.name()) }
                            }
                        }
                    }
                } } }
                nav.ways aria-label=(language.pick(WAYS)) {
                    ul {
                        @for (path, text) in ways {
                            li { a href=(format!("/centre/{tag}{path}"))
                                aria-current=[(here == Some(path)).then_some("page")] { (text) } }
                        }
                        li { a href=(format!("/policies?language={tag}")) { (language.pick(POLICY)) } }
                    }
                    @if let Some(token) = signed_in {
                        form.leave method="post" action="/sign-out" {
                            input type="hidden" name=(TOKEN) value=(token);
                            button.plain type="submit" { (language.pick(SIGN_OUT)) }
                        }
                    }
                }
            }
        }
    }
}

/// The foot of every page: help, in the same place everywhere.
pub(crate) fn foot(language: Language) -> Markup {
    let tag = language.tag();
    let ways = [
        ("question", language.pick(ASK_US)),
        ("complaint", language.pick(COMPLAIN)),
        ("child", language.pick(CHILD)),
        ("for-somebody", language.pick(AGENT)),
        ("receipt", language.pick(CHECK_RECEIPT)),
    ];
    html! {
        footer.foot {
            div.within {
                h2 { (language.pick(HELP)) }
                ul {
                    @for (path, text) in ways {
                        li { a href=(format!("/centre/{tag}/{path}")) { (text) } }
                    }
                }
                p { (language.pick(NO_TRACE)) }
            }
        }
    }
}

/// The name of the hidden field that shows that a form comes from the page that serves it.
const TOKEN: &str = "form";

/// Whose centre it is, as people read it: whoever answers for a document.
pub(crate) fn owner(policy: &Policy, document: Option<&Document>) -> String {
    let entity = document.and_then(|document| document.controller);
    let entity = entity.and_then(|id| policy.words.entities.get(id));
    entity.map_or_else(String::new, |entity| entity.label.clone())
}

/// What is wrong with what was sent, at the head of the page, each leading to its place.
pub(crate) fn trouble(language: Language, wrong: &[(String, String)]) -> Markup {
    html! {
        @if !wrong.is_empty() {
            div.trouble role="alert" tabindex="-1" id="trouble" aria-labelledby="trouble-title" autofocus {
                h2 id="trouble-title" { (language.pick(TROUBLE)) }
                ul {
                    @for (id, text) in wrong {
                        li { @if id.is_empty() { (text) } @else { a href=(format!("#{id}")) { (text) } } }
                    }
                }
            }
        }
    }
}

/// What was done, at the head of a page: what, its reference, and what follows.
pub(super) fn done(language: Language, title: &str, reference: Option<&str>) -> Markup {
    html! {
        div.done role="status" {
            h1 { (title) }
            @if let Some(reference) = reference {
                p { (language.pick(REFERENCE)) br; strong.reference { (reference) } }
            }
        }
    }
}
