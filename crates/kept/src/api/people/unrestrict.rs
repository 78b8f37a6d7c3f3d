//! `POST /v1/people/{id}/unrestrict`: a pause of processing is lifted.
//! It brings back nothing that fell due meanwhile.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Nothing, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;

/// Lift a pause
///
/// From now on everything may be used again for what it is held for.
#[utoipa::path(post, path = "/v1/people/{id}/unrestrict", tag = "people",
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn unrestrict(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let command = Command::Restrict {
        person,
        paused: false,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}
