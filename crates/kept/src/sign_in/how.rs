//! How somebody signs in: their password and their sessions, which they set and end; and signing
//! out. It shows no secret, and nothing by which somebody else could be told apart.

use super::code::or_problem;
use super::cookies::{Cookie, Jar};
use super::frame::{Reader, Shown, with_cookie};
use super::onward::Onward;
use super::passkey;
use super::password::PASSWORD_FIELD;
use super::session::{SignedForm, SignedIn, sign_in_path};
use super::words::*;
use crate::api::{Api, Kind, Problem};
use crate::outbox::Language;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use kept_processing::{Command, Session, Signing, Which};
use kept_terms::{Timestamp, Way};
use maud::{Markup, html};
use zeroize::Zeroizing;

/// The page.
pub(super) async fn page(
    State(api): State<Api>,
    reader: Reader,
    headers: HeaderMap,
    by: SignedIn,
) -> Response {
    or_problem(
        shown((&api, &headers), reader, &by)
            .await
            .map(|page| page.answer(&api)),
    )
}

async fn shown(
    (api, headers): (&Api, &HeaderMap),
    reader: Reader,
    by: &SignedIn,
) -> Result<Shown, Problem> {
    let (passkeys, _) = api.door.passkeys(by.person).await?;
    let sessions = api.door.sessions(by.person).await?;
    let has_password = api.door.has_password(by.person).await?;
    let inner = html! {
        h2 { (reader.0.pick(SESSIONS)) }
        (listed(reader, by, &sessions))
        h2 { (reader.0.pick(PASSKEYS_TITLE)) }
        p.why { (reader.0.pick(PASSKEYS_WHY)) }
        (passkey::listed((api, headers), reader, by, &passkeys))
        h2 { (reader.0.pick(SET_TITLE)) }
        @if by.is_recent(api.door.now()) { (password(reader, by, has_password)) }
        @else {
            p { (reader.0.pick(AGAIN)) }
            p { a href=(sign_in_path(reader.0, Onward::SignIn)) { (reader.0.pick(TITLE)) } }
        }
        form method="post" action=(reader.path("/sign-out")) {
            (by.field())
            button.plain type="submit" { (reader.0.pick(SIGN_OUT)) }
        }
        p { a href="/me" { (reader.0.pick(BACK)) } }
    };
    Ok(Shown::new(reader, HOW_TITLE, inner).scripted())
}

fn listed(reader: Reader, by: &SignedIn, sessions: &[Session]) -> Markup {
    let language = reader.0;
    let action = reader.path("/me/sign-in/sessions");
    let button = |which: &str, text: Phrase| {
        html! {
            form method="post" action=(action) {
                (by.field())
                input type="hidden" name="which" value=(which);
                button.second type="submit" { (language.pick(text)) }
            }
        }
    };
    html! {
        ul {
            @for session in sessions {
                li {
                    (line(language, session))
                    @if session.id == by.session.id { " " strong { (language.pick(THIS_ONE)) } }
                    @else { (button(&session.id, END_ONE)) }
                }
            }
        }
        @if sessions.len() > 1 { (button("others", END_OTHERS)) }
        (button("all", END_ALL))
    }
}

fn line(language: Language, session: &Session) -> String {
    let way = match session.way {
        Way::EmailCode => WAY_CODE,
        Way::Password => WAY_PASSWORD,
        Way::Passkey => WAY_PASSKEY,
    };
    let (began, seen) = (minute(session.began), minute(session.seen));
    say(language, SESSION_LINE, &[&began, language.pick(way), &seen])
}

fn minute(at: Timestamp) -> String {
    at.to_string().replace('T', " ").chars().take(16).collect()
}

fn password(reader: Reader, by: &SignedIn, has_password: bool) -> Markup {
    let language = reader.0;
    html! {
        form method="post" action=(reader.path("/me/sign-in/password")) {
            (by.field())
            div.field {
                label for=(PASSWORD_FIELD) { (language.pick(NEW_PASSWORD)) }
                p.why id="password-why" { (language.pick(SET_WHY)) }
                input id=(PASSWORD_FIELD) name=(PASSWORD_FIELD) type="password" required
                    autocomplete="new-password" minlength="8" aria-describedby="password-why";
            }
            button.go type="submit" { (language.pick(SET)) }
        }
        @if has_password {
            form method="post" action=(reader.path("/me/sign-in/no-password")) {
                (by.field())
                button.second type="submit" { (language.pick(REMOVE)) }
            }
        }
    }
}

/// A password is set.
pub(super) async fn set_password(
    State(api): State<Api>,
    reader: Reader,
    headers: HeaderMap,
    form: SignedForm,
) -> Response {
    let typed = form.fields.get(PASSWORD_FIELD).unwrap_or_default();
    let password = Zeroizing::new(typed.to_owned());
    let problem = match password.chars().count() {
        ..8 => TOO_SHORT,
        _ if password.len() > 1_024 => TOO_LONG,
        _ => COMMON,
    };
    let change = Signing::SetPassword {
        person: form.by.person,
        session: form.by.session.id.clone(),
        password,
    };
    let told = (SET_DONE, (PASSWORD_FIELD, problem));
    let change = Command::SignIn(change);
    or_problem(changed((&api, &headers), reader, &form.by, change, told).await)
}

/// A password is removed.
pub(super) async fn remove_password(
    State(api): State<Api>,
    reader: Reader,
    headers: HeaderMap,
    form: SignedForm,
) -> Response {
    let change = Signing::RemovePassword {
        person: form.by.person,
        session: form.by.session.id.clone(),
    };
    let told = (REMOVE_DONE, (PASSWORD_FIELD, COMMON));
    let change = Command::SignIn(change);
    or_problem(changed((&api, &headers), reader, &form.by, change, told).await)
}

/// Makes a change to how somebody signs in, and says what came of it.
pub(super) async fn changed(
    (api, headers): (&Api, &HeaderMap),
    reader: Reader,
    by: &SignedIn,
    change: Command,
    (done, (field, problem)): (Phrase, (&'static str, Phrase)),
) -> Result<Response, Problem> {
    match api.act(&by.caller, change, None).await {
        Ok(_) => {
            let inner =
                html! { p { a href=(reader.path("/me/sign-in")) { (reader.0.pick(CONTINUE)) } } };
            Ok(Shown::new(reader, done, inner).answer(api))
        }
        Err(failed) if failed.kind() == Kind::Invalid => {
            let text = reader.0.pick(problem).to_owned();
            let page = shown((api, headers), reader, by).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page.wrong(status, field, text).answer(api))
        }
        Err(failed) if failed.kind() == Kind::Conflict => {
            let again = sign_in_path(reader.0, Onward::SignIn);
            let inner = html! { p { a href=(again) { (reader.0.pick(TITLE)) } } };
            let page = Shown::new(reader, AGAIN, inner);
            let status = StatusCode::CONFLICT;
            Ok(Shown { status, ..page }.answer(api))
        }
        Err(failed) if failed.kind() == Kind::Refused => {
            Ok(super::code::refused(api, reader, &failed))
        }
        Err(failed) => Err(failed),
    }
}

/// Sessions are ended.
pub(super) async fn end_sessions(
    State(api): State<Api>,
    reader: Reader,
    request: Request,
) -> Response {
    let (headers, extensions) = super::code::told(&request);
    let form = match SignedForm::from_request(request, &api).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let own = form.by.session.id.clone();
    let which = match form.fields.get("which").unwrap_or_default() {
        "all" => Which::All,
        "others" => Which::Others(own),
        one if one == own => Which::One(own),
        one => Which::One(one.to_owned()),
    };
    let leaves = which == Which::All || which == Which::One(form.by.session.id.clone());
    let ended = end(&api, &form.by, which).await;
    match (ended, leaves) {
        (Err(problem), _) => or_problem(Err(problem)),
        (Ok(()), true) => left(&api, reader, &Jar::of(&api, &headers, &extensions)),
        (Ok(()), false) => reader.lead("/me/sign-in"),
    }
}

/// Signs out.
pub(super) async fn sign_out(State(api): State<Api>, reader: Reader, request: Request) -> Response {
    let (headers, extensions) = super::code::told(&request);
    let form = match SignedForm::from_request(request, &api).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let own = Which::One(form.by.session.id.clone());
    match end(&api, &form.by, own).await {
        Ok(()) => left(&api, reader, &Jar::of(&api, &headers, &extensions)),
        Err(problem) => or_problem(Err(problem)),
    }
}

async fn end(api: &Api, by: &SignedIn, which: Which) -> Result<(), Problem> {
    let person = by.person;
    let over = Command::SignOut { person, which };
    api.act(&by.caller, over, None).await.map(|_| ())
}

/// The page after signing out; the browser is told to forget what it kept.
fn left(api: &Api, reader: Reader, jar: &Jar<'_>) -> Response {
    let language = reader.0;
    let inner = html! {
        p { (language.pick(SIGNED_OUT_WHY)) }
        p { a href=(reader.path("/sign-in")) { (language.pick(TITLE)) } }
    };
    let response = Shown::new(reader, SIGNED_OUT, inner).answer(api);
    let mut response = with_cookie(response, jar.clear(Cookie::Session));
    let name = HeaderName::from_static("clear-site-data");
    let all = HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
    response.headers_mut().insert(name, all);
    response
}
