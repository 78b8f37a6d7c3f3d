//! `/v1/sign-in/session`: whose a session is, and its end.
//! A session says who somebody is and opens nothing else here.

use super::answer::SessionShown;
use crate::api::{Api, Kind, Problem};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use kept_processing::{Caller, Command, Session, Which};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// The longest secret that is looked at, in characters.
const SECRET_MAX: usize = 64;

/// The session of a request.
pub(super) struct Known(Session);

impl FromRequestParts<Api> for Known {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Known, Problem> {
        let unknown = || {
            let detail = "send the secret of a session that has not ended as `Authorization: \
                          Bearer …`";
            Problem::new(Kind::Unauthenticated, detail)
        };
        let mut told = parts.headers.get_all(AUTHORIZATION).iter();
        let told = told.next().filter(|_| told.next().is_none());
        let told = told.and_then(|value| value.to_str().ok());
        let secret = told.and_then(|value| value.split_once(' '));
        let secret = secret.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, secret) = secret.ok_or_else(unknown)?;
        if secret.len() > SECRET_MAX {
            return Err(unknown());
        }
        let session = api.door.session(secret).await?;
        session.map(Known).ok_or_else(unknown)
    }
}

/// Which sessions end.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Reach {
    /// All of the person's instead of this one alone.
    #[serde(default)]
    all: bool,
}

/// Look at a session
///
/// Who is signed in by it.
#[utoipa::path(get, path = "/v1/sign-in/session", tag = "sign-in",
    responses((status = OK, description = "It has not ended", body = SessionShown), Problem))]
pub(super) async fn show(Known(session): Known) -> Json<SessionShown> {
    Json(SessionShown::from(&session))
}

/// Sign out
///
/// The session ends at once, or all of the person's do.
#[utoipa::path(delete, path = "/v1/sign-in/session", tag = "sign-in", params(Reach),
    responses((status = NO_CONTENT, description = "It has ended"), Problem))]
pub(super) async fn end(
    State(api): State<Api>,
    Known(session): Known,
    reach: Result<Query<Reach>, QueryRejection>,
) -> Result<StatusCode, Problem> {
    let Query(reach) = reach.map_err(|_| Problem::invalid("the query", "does not fit"))?;
    let over = Command::SignOut {
        person: session.person,
        which: match reach.all {
            true => Which::All,
            false => Which::One(session.id),
        },
    };
    api.act(&Arc::new(Caller::person()), over, None).await?;
    Ok(StatusCode::NO_CONTENT)
}
