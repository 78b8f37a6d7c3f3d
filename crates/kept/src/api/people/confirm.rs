//! `POST /v1/people/{id}/confirm`: what is held is said to be still right.
//! Nothing is changed but the day of its last confirmation.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is still right.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Confirmation {
    /// What for, where the person did not say so themselves.
    #[serde(default)]
    purpose: Option<String>,
    /// Which fields; left out, all that are to be confirmed from time to time.
    #[serde(default)]
    fields: Vec<String>,
}

/// Confirm
///
/// Records that what is held is still right.
#[utoipa::path(post, path = "/v1/people/{id}/confirm", tag = "people", request_body = Confirmation,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is recorded", body = Done), Problem))]
pub(super) async fn confirm(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Confirmation>,
) -> Result<Response, Problem> {
    let Confirmation { purpose, fields } = asked.body;
    let command = Command::Confirm {
        person,
        purpose,
        fields,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}
