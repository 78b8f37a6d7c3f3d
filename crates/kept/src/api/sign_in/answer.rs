//! `POST /v1/sign-in/answer`: what somebody shows, and the session that follows if it is right.
//! What is wrong is not told, only that it is.

use crate::api::asked::Said;
use crate::api::{Api, Kind, Problem, mistaken, network};
use crate::sign_in::{PasskeyShown, passkey_of, site_or_problem, somebody};
use axum::Json;
use axum::extract::State;
use kept_processing::{Command, Effect, Proved, Session, Signing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// What is shown.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "way", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Answer {
    /// The code that was sent.
    EMailCode {
        /// The secret of the attempt.
        attempt: String,
        /// The code.
        code: String,
    },
    /// An address and a password.
    Password {
        /// The address.
        address: String,
        /// The password.
        password: String,
    },
    /// What a device says.
    Passkey {
        /// The secret of the attempt.
        attempt: String,
        /// What it says, each part in base64url without padding.
        #[schema(inline)]
        shown: PasskeyShown,
    },
}

/// A session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Begun {
    /// Its secret: send it as `Authorization: Bearer …` to `/v1/sign-in/session`, and nowhere else.
    secret: String,
    #[serde(flatten)]
    session: SessionShown,
}

/// What is told of a session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct SessionShown {
    /// The person.
    person: String,
    /// How they signed in: `e-mail-code`, `password` or `passkey`.
    #[schema(value_type = String)]
    way: &'static str,
    /// When it began.
    began: String,
    /// When it was last used, to a minute.
    seen: String,
}

impl From<&Session> for SessionShown {
    fn from(session: &Session) -> SessionShown {
        SessionShown {
            person: session.person.to_string(),
            way: session.way.word(),
            began: session.began.to_string(),
            seen: session.seen.to_string(),
        }
    }
}

/// Sign in
///
/// What is shown opens a session, if it is right. A session ends after half an hour without use,
/// after twelve hours, and whenever it is ended. Five guesses at a code are all, and five at a
/// password in a quarter of an hour.
#[utoipa::path(post, path = "/v1/sign-in/answer", tag = "sign-in", security(()),
    request_body = Answer,
    responses((status = OK, description = "It is right", body = Begun), Problem))]
pub(super) async fn answer(
    State(api): State<Api>,
    said: Said<Answer>,
) -> Result<Json<Begun>, Problem> {
    let from = network(said.from).to_string();
    let secret = api.door.draw_secret();
    let session = secret.clone();
    let (signing, place) = match said.body {
        Answer::EMailCode { attempt, code } => {
            let code = Zeroizing::new(code);
            let signing = Signing::Code {
                attempt,
                code,
                from,
                session,
            };
            (signing, "code")
        }
        Answer::Password { address, password } => {
            let password = Zeroizing::new(password);
            let signing = Signing::Password {
                address,
                password,
                from,
                session,
                country: None,
            };
            (signing, "password")
        }
        Answer::Passkey { attempt, shown } => {
            let signing = Signing::Passkey {
                attempt,
                site: site_or_problem(&api, &said.headers)?,
                shown: Box::new(passkey_of(&shown)),
                from,
                session,
            };
            (signing, "shown")
        }
    };
    let acted = api.act(&somebody(), Command::SignIn(signing), None).await?;
    match acted.effect {
        Effect::SignedIn(Proved::In(session)) => Ok(Json(Begun {
            secret,
            session: SessionShown::from(&*session),
        })),
        Effect::SignedIn(Proved::Wrong) => Err(Problem::invalid(place, "is not right")),
        Effect::SignedIn(Proved::Over) => {
            let detail = "this attempt is over, or was never begun; begin again";
            Err(Problem::new(Kind::Conflict, detail))
        }
        other => Err(mistaken(&other)),
    }
}
