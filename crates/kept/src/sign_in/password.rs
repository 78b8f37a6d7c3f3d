//! Signing in by a password. A wrong one and an unknown address are answered alike, and take as
//! long. A password that is forgotten is not brought back: a code signs in, then one sets another.

use super::code::{self, ADDRESS_FIELD};
use super::cookies::Jar;
use super::frame::{Reader, Shown};
use super::session::{PlainForm, SignedIn};
use super::words::*;
use crate::api::{Api, Kind, Problem, address_of};
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Proved, Signing};
use maud::{Markup, html};
use zeroize::Zeroizing;

/// The field of the password.
pub(super) const PASSWORD_FIELD: &str = "password";

/// The page that asks for an address and a password.
pub(super) async fn ask(State(api): State<Api>, reader: Reader) -> Response {
    Shown::new(reader, TITLE, asking(reader)).answer(&api)
}

fn asking(reader: Reader) -> Markup {
    let language = reader.0;
    html! {
        form method="post" action=(reader.path("/sign-in/password")) {
            div.field {
                label for=(ADDRESS_FIELD) { (language.pick(ADDRESS)) }
                input id=(ADDRESS_FIELD) name=(ADDRESS_FIELD) type="email" required
                    autocomplete="username" spellcheck="false";
            }
            div.field {
                label for=(PASSWORD_FIELD) { (language.pick(PASSWORD)) }
                p.why id="password-why" { (language.pick(PASSWORD_NONE)) }
                input id=(PASSWORD_FIELD) name=(PASSWORD_FIELD) type="password" required
                    autocomplete="current-password" aria-describedby="password-why";
            }
            button.go type="submit" { (language.pick(TITLE)) }
        }
        p { a href=(reader.path("/sign-in")) { (language.pick(BY_CODE)) } }
    }
}

/// A password was typed.
pub(super) async fn shown(
    State(api): State<Api>,
    reader: Reader,
    request: Request,
) -> Result<Response, Problem> {
    let from = code::network(address_of(&request, api.behind_proxy));
    let (headers, extensions) = code::told(&request);
    let PlainForm(fields) = PlainForm::from_request(request, &api).await?;
    let session = api.door.draw_secret();
    let text = |name| fields.get(name).unwrap_or_default().to_owned();
    let shown = Signing::Password {
        address: text(ADDRESS_FIELD),
        password: Zeroizing::new(text(PASSWORD_FIELD)),
        from,
        session: session.clone(),
        country: None,
    };
    let again = |field, phrase: Phrase| {
        let text = reader.0.pick(phrase).to_owned();
        Shown::new(reader, TITLE, asking(reader))
            .wrong(StatusCode::UNPROCESSABLE_ENTITY, field, text)
            .answer(&api)
    };
    match code::proved(&api, shown).await {
        Ok(Proved::In(new)) => {
            let jar = Jar::of(&api, &headers, &extensions);
            let before = SignedIn::known(&api, &headers, &extensions).await?;
            code::begin(&api, reader, &jar, (&new, &session), before).await
        }
        Ok(Proved::Wrong | Proved::Over) => Ok(again(PASSWORD_FIELD, WRONG_PASSWORD)),
        Err(problem) if problem.kind() == Kind::Invalid => Ok(again(ADDRESS_FIELD, BAD_ADDRESS)),
        Err(problem) if problem.kind() == Kind::Refused => {
            Ok(code::refused(&api, reader, &problem))
        }
        Err(problem) => Err(problem),
    }
}
