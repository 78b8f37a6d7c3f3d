//! `POST /v1/people/{id}/rectify`: what is held is put right (GDPR Art. 16).
//! The wrong value does not stay anywhere.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is right.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Rectification {
    /// What for, where the person did not ask for it themselves.
    #[serde(default)]
    purpose: Option<String>,
    /// The field.
    field: String,
    /// The right value.
    value: String,
    /// One item; left out, every item of the field.
    #[serde(default)]
    number: Option<u32>,
}

/// Rectify
///
/// Puts the right value in the place of the wrong one.
#[utoipa::path(post, path = "/v1/people/{id}/rectify", tag = "people", request_body = Rectification,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn rectify(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Rectification>,
) -> Result<Response, Problem> {
    let Rectification {
        purpose,
        field,
        value,
        number,
    } = asked.body;
    let command = Command::Rectify {
        person,
        purpose,
        field,
        value,
        number,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}
