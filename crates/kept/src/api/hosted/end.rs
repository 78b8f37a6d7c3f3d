//! `POST /v1/systems/{system}/clients/{client}/end`: what was handed back to a client is destroyed,
//! keys first. Interrupted, it goes on where it was when it is asked for again.

use super::Housed;
use crate::api::answer::json;
use crate::api::asked::Asked;
use crate::api::{Api, Kind, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is to be destroyed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Ending {
    /// The digest at the end of what was handed back; left out where the client wants nothing back.
    #[serde(default)]
    handed_back: Option<String>,
}

/// That nothing is left.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Ended {
    /// How many people were erased, counted from the beginning.
    erased: u64,
}

/// End
///
/// Destroys everything that is held for a client in a system, once it was handed back. Asked for
/// again after an interruption, it goes on.
#[utoipa::path(post, path = "/v1/systems/{system}/clients/{client}/end", tag = "hosted",
    request_body = Ending,
    params(
        ("system" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The hosted system"),
        ("client" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The client"),
    ),
    responses((status = OK, description = "Nothing is left", body = Ended), Problem))]
pub(super) async fn end(
    State(api): State<Api>,
    Housed(caller): Housed,
    asked: Asked<Ending>,
) -> Result<Response, Problem> {
    let door = api.door.clone();
    let handed_back = asked.body.handed_back;
    let work = async move {
        let given = handed_back.as_deref();
        door.end_home(&caller, given, &mut |_| {}).await
    };
    // It goes on to its end even if the caller does not wait for it.
    let ended = tokio::spawn(work).await;
    let ended = ended.map_err(|_| Problem::new(Kind::Internal, "an act panicked"))??;
    match ended {
        Ok(erased) => Ok(json(StatusCode::OK, &Ended { erased })),
        Err(refusal) => Err(Problem::refused(&api.door.policy(), &refusal, None)),
    }
}
