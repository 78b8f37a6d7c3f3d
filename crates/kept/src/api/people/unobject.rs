//! `POST /v1/people/{id}/unobject`: an objection is taken back.
//! It does not make lawful what needs consent.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use serde::Deserialize;
use utoipa::ToSchema;

/// To what.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct NoObjection {
    /// The purpose.
    purpose: String,
}

/// Take an objection back
///
/// From now on what is held may be used for the purpose again.
#[utoipa::path(post, path = "/v1/people/{id}/unobject", tag = "people", request_body = NoObjection,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn unobject(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<NoObjection>,
) -> Result<Response, Problem> {
    let NoObjection { purpose } = asked.body;
    let command = Command::Object {
        person,
        purpose,
        objects: false,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}
