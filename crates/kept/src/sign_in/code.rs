//! Signing in by a code: an address is typed, then the code that was sent to it.
//! Every address is answered alike. What was typed stands in no address and no answer.

use super::cookies::{Cookie, Jar};
use super::frame::{Reader, Shown, with_cookie};
use super::session::{PlainForm, SignedIn};
use super::words::*;
use super::{passkey, somebody};
use crate::api::{Api, Kind, Problem, address_of, mistaken};
use axum::extract::{FromRequest, Request, State};
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use kept_processing::{Command, Effect, Proved, Session, Signing, Which};
use kept_terms::Way;
use maud::{Markup, html};
use std::net::IpAddr;
use zeroize::Zeroizing;

/// The field of the address.
pub(super) const ADDRESS_FIELD: &str = "address";
/// The field of the code.
const CODE_FIELD: &str = "code";

/// The page that asks for the address.
pub(super) async fn ask(State(api): State<Api>, reader: Reader, headers: HeaderMap) -> Response {
    asking_page(&api, &headers, reader).answer(&api)
}

/// The page that asks for the address, and offers the other ways.
pub(super) fn asking_page(api: &Api, headers: &HeaderMap, reader: Reader) -> Shown {
    let language = reader.0;
    let inner = html! {
        form method="post" action=(reader.path("/sign-in")) {
            div.field {
                label for=(ADDRESS_FIELD) { (language.pick(ADDRESS)) }
                p.why id="address-why" { (language.pick(ADDRESS_WHY)) }
                input id=(ADDRESS_FIELD) name=(ADDRESS_FIELD) type="email" required
                    autocomplete="email" spellcheck="false" aria-describedby="address-why";
            }
            button.go type="submit" { (language.pick(SEND_CODE)) }
        }
        @if super::is_a_way(api, Way::Passkey) { (passkey::button(api, headers, reader)) }
        @if super::is_a_way(api, Way::Password) {
            p { a href=(reader.path("/sign-in/password")) { (language.pick(BY_PASSWORD)) } }
        }
    };
    Shown::new(reader, TITLE, inner).scripted()
}

/// An address was typed: a code is sent, if somebody has it.
pub(super) async fn asked(
    State(api): State<Api>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let from = address_of(&request, api.behind_proxy);
    let (headers, extensions) = told(&request);
    let PlainForm(fields) = PlainForm::from_request(request, &api).await?;
    turn(&api, from)?;
    let attempt = api.door.draw_secret();
    let asking_for = Signing::AskCode {
        address: fields.get(ADDRESS_FIELD).unwrap_or_default().to_owned(),
        attempt: attempt.clone(),
        country: None,
    };
    match api
        .act(&somebody(), Command::SignIn(asking_for), None)
        .await
    {
        Ok(_) => {
            api.queued.notify_one();
            let jar = Jar::of(&api, &headers, &extensions);
            let led = reader.lead("/sign-in/code");
            Ok(with_cookie(led, jar.set(Cookie::Attempt, &attempt)))
        }
        Err(problem) if problem.kind() == Kind::Invalid => Ok(asking_page(&api, &headers, reader)
            .wrong(
                StatusCode::UNPROCESSABLE_ENTITY,
                ADDRESS_FIELD,
                reader.0.pick(BAD_ADDRESS).to_owned(),
            )
            .answer(&api)),
        Err(problem) if problem.kind() == Kind::Refused => Ok(refused(&api, reader, &problem)),
        Err(problem) => Err(problem),
    }
}

/// The page that asks for the code. It is the same for whoever comes to it.
pub(super) async fn show(State(api): State<Api>, reader: Reader) -> Response {
    Shown::new(reader, CODE_TITLE, showing(reader)).answer(&api)
}

fn showing(reader: Reader) -> Markup {
    let language = reader.0;
    html! {
        p { (language.pick(CODE_SENT)) }
        form method="post" action=(reader.path("/sign-in/code")) {
            div.field {
                label for=(CODE_FIELD) { (language.pick(CODE)) }
                input id=(CODE_FIELD) name=(CODE_FIELD) type="text" inputmode="numeric" required
                    autocomplete="one-time-code" spellcheck="false" maxlength="20" size="12";
            }
            button.go type="submit" { (language.pick(TITLE)) }
        }
        p { (language.pick(CODE_NONE)) }
        p { a href=(reader.path("/sign-in")) { (language.pick(OTHER_CODE)) } }
    }
}

/// A code was typed.
pub(super) async fn shown(
    State(api): State<Api>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let from = network(address_of(&request, api.behind_proxy));
    let (headers, extensions) = told(&request);
    let PlainForm(fields) = PlainForm::from_request(request, &api).await?;
    let jar = Jar::of(&api, &headers, &extensions);
    let session = api.door.draw_secret();
    let code = fields.get(CODE_FIELD).unwrap_or_default().to_owned();
    let shown = Signing::Code {
        attempt: jar.get(Cookie::Attempt).unwrap_or_default().to_owned(),
        code: Zeroizing::new(code),
        from,
        session: session.clone(),
    };
    let again = |text: Phrase, status| {
        Shown::new(reader, CODE_TITLE, showing(reader))
            .wrong(status, CODE_FIELD, reader.0.pick(text).to_owned())
            .answer(&api)
    };
    match proved(&api, shown).await {
        Ok(Proved::In(new)) => {
            let before = SignedIn::known(&api, &headers, &extensions).await?;
            begin(&api, reader, &jar, (&new, &session), before).await
        }
        Ok(Proved::Wrong) => Ok(again(WRONG_CODE, StatusCode::UNPROCESSABLE_ENTITY)),
        Ok(Proved::Over) => Ok(again(CODE_OVER, StatusCode::UNPROCESSABLE_ENTITY)),
        Err(problem) if problem.kind() == Kind::Refused => Ok(refused(&api, reader, &problem)),
        Err(problem) => Err(problem),
    }
}

/// What came of showing something.
pub(super) async fn proved(api: &Api, shown: Signing) -> Result<Proved, Problem> {
    let acted = api.act(&somebody(), Command::SignIn(shown), None).await?;
    match acted.effect {
        Effect::SignedIn(proved) => Ok(proved),
        other => Err(mistaken(&other)),
    }
}

/// Gives the browser its session. One that it had before ends: nothing planted there lives on.
pub(super) async fn begin(
    api: &Api,
    reader: Reader,
    jar: &Jar<'_>,
    (session, secret): (&Session, &str),
    before: Option<SignedIn>,
) -> Result<Response, Problem> {
    if let Some(before) = before.filter(|before| before.session.id != session.id) {
        let over = Command::SignOut {
            person: before.person,
            which: Which::One(before.session.id.clone()),
        };
        api.act(&before.caller, over, None).await?;
    }
    let led = Redirect::to(&reader.1.page(reader.0)).into_response();
    let led = with_cookie(led, jar.set(Cookie::Session, secret));
    Ok(with_cookie(led, jar.clear(Cookie::Attempt)))
}

/// The page that says that the policy says no: the way is closed, or there were too many attempts.
pub(super) fn refused(api: &Api, reader: Reader, problem: &Problem) -> Response {
    let language = reader.0;
    let mut refusals = problem.refusals();
    let too_many = refusals.any(|(_, code)| code == "too-many-tries");
    let clauses: Vec<&str> = problem.refusals().map(|(clause, _)| clause).collect();
    let (title, status) = match too_many {
        true => (TOO_MANY, StatusCode::TOO_MANY_REQUESTS),
        false => (CLOSED, StatusCode::FORBIDDEN),
    };
    let inner = html! {
        p { (say(language, CLAUSES, &[&clauses.join(", ")])) }
        p { a href=(reader.path("/sign-in")) { (language.pick(OTHER_CODE)) } }
    };
    Shown {
        status,
        ..Shown::new(reader, title, inner)
    }
    .answer(api)
}

/// What is needed of a request beside its body.
pub(super) fn told(request: &Request) -> (HeaderMap, Extensions) {
    (request.headers().clone(), request.extensions().clone())
}

/// An address may ask for ten codes in a minute, whomever for.
pub(crate) fn turn(api: &Api, from: IpAddr) -> Result<(), Problem> {
    let now = api.door.now();
    if !api.sent.allows(from, now) {
        let detail = "too many forms in a minute; wait for one";
        return Err(Problem::new(Kind::Throttled, detail).retry_after(60));
    }
    api.sent.failed(from, now);
    Ok(())
}

/// Where a request comes from, as attempts are counted: of version 6 the half that a caller cannot
/// change at will.
pub(super) fn network(address: IpAddr) -> String {
    crate::api::network(address).to_string()
}

/// A page as a response, or what was wrong.
pub(super) fn or_problem(answer: Result<Response, Problem>) -> Response {
    answer.unwrap_or_else(Problem::into_response)
}
