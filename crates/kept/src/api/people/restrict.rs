//! `POST /v1/people/{id}/restrict`: processing of what is held about a person is paused (GDPR Art.
//! 18).
//! Purposes that the policy lets go on in spite of a pause go on.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Nothing, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;

/// Pause processing
///
/// From now on only purposes that go on in spite of a pause may use what is held.
#[utoipa::path(post, path = "/v1/people/{id}/restrict", tag = "people",
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn restrict(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let command = Command::Restrict {
        person,
        paused: true,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}
