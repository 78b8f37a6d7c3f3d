//! `POST /v1/visitors/{id}/tie`: a visitor has said who they are, and what is held under their
//! number becomes the person's, if the policy lets it. It cannot be undone.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use kept_terms::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

/// Who a visitor has turned out to be.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Tying {
    /// The person, who is known already.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
}

/// Tie a visitor to a person
///
/// What is held of the visitor becomes the person's, with every no that either has said. The number
/// leads nowhere from then on, so there is no way back.
#[utoipa::path(post, path = "/v1/visitors/{id}/tie", tag = "people", request_body = Tying,
    params(("id" = String, Path, description = "The visitor's number"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn tie(
    State(api): State<Api>,
    Word(visitor): Word,
    asked: Asked<Tying>,
) -> Result<Response, Problem> {
    let person = asked.body.person;
    let command = Command::Tie { visitor, person };
    api.act(&asked.caller, command, asked.once).await?.done()
}
