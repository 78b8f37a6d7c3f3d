//! The first page: read the policy, see what we hold, ask us something; and what else can be done
//! without signing in.
//! It shows nothing about anybody.

use super::layout::{Frame, owner};
use super::place::{Place, spoken};
use super::words::*;
use crate::outbox::Language;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;

/// Leads to the centre in the browser's language.
pub(super) async fn led(headers: HeaderMap) -> Response {
    let language = Language::spoken(&spoken(&headers));
    let vary = [(header::VARY, HeaderValue::from_static("accept-language"))];
    (vary, Redirect::to(&format!("/centre/{}", language.tag()))).into_response()
}

/// The first page.
pub(super) async fn home(place: Place) -> Response {
    let language = place.language;
    let tag = language.tag();
    let policy = match place.document() {
        Some(document) => format!("/policy/{}", document.name),
        None => format!("/policies?language={tag}"),
    };
    let first = [
        (policy, HOME_POLICY, HOME_POLICY_WHY),
        (format!("/centre/{tag}/about-me"), HOME_ME, HOME_ME_WHY),
        (format!("/centre/{tag}/question"), HOME_ASK, HOME_ASK_WHY),
    ];
    let more = [
        ("complaint", COMPLAIN, COMPLAIN_WHY),
        ("child", CHILD, CHILD_WHY),
        ("for-somebody", AGENT, AGENT_WHY),
        ("receipt", CHECK_RECEIPT, CHECK_RECEIPT_WHY),
    ];
    let inner = html! {
        h1 { (language.pick(HOME_TITLE)) }
        @if place.gpc {
            p.notice role="status" { strong { (language.pick(GPC_TITLE)) } " · " (language.pick(GPC_ON)) }
        }
        ul.doors {
            @for (href, title, why) in first {
                li { h2 { a href=(href) { (language.pick(title)) } } p { (language.pick(why)) } }
            }
        }
        h2 { (language.pick(OTHER_WAYS)) }
        dl.more-ways {
            @for (path, title, why) in more {
                dt { a href=(format!("/centre/{tag}/{path}")) { (language.pick(title)) } }
                dd { (language.pick(why)) }
            }
            dt { (language.pick(UNSUBSCRIBE)) }
            dd { (language.pick(UNSUBSCRIBE_WHY)) }
        }
    };
    let frame = Frame {
        language,
        here: Some(""),
        title: language.pick(HOME_TITLE).to_owned(),
        wrong: false,
        owner: owner(&place.policy, place.document()),
        signed_in: None,
        keeps: None,
    };
    frame.answer(StatusCode::OK, &inner)
}
