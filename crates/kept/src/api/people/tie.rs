//! `POST /v1/people/{id}/tie`: a visitor has said who they are, and what is held under their number
//! becomes the person's, if the policy lets it. It cannot be undone. The number stands in no URL.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which visitor somebody has turned out to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Tying {
    /// The visitor's number.
    visitor: String,
}

/// Tie a visitor to a person
///
/// What is held of the visitor becomes the person's, with every no that either has said. The number
/// leads nowhere from then on, so there is no way back.
#[utoipa::path(post, path = "/v1/people/{id}/tie", tag = "people", request_body = Tying,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn tie(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Tying>,
) -> Result<Response, Problem> {
    let visitor = asked.body.visitor;
    let command = Command::Tie { visitor, person };
    api.act(&asked.caller, command, asked.once).await?.done()
}
