//! `POST /v1/surveys/{id}/invitations`: everybody who may be asked is invited to a survey, once.
//! The messages are queued by a worker; each is decided again when it is sent.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Administration, Command};
use serde::Deserialize;
use utoipa::ToSchema;

/// What people are invited for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Invitation {
    /// For which purpose, such as `research`.
    purpose: String,
}

/// Invite to a survey
///
/// Queues an invitation for everybody who may be contacted for the purpose.
#[utoipa::path(post, path = "/v1/surveys/{id}/invitations", tag = "registers",
    request_body = Invitation,
    params(("id" = String, Path, description = "The survey"), OnceKey),
    responses((status = OK, description = "People are being invited", body = Done), Problem))]
pub(super) async fn invite(
    State(api): State<Api>,
    Word(survey): Word,
    asked: Asked<Invitation>,
) -> Result<Response, Problem> {
    let purpose = asked.body.purpose;
    let command = Command::Administer(Administration::Invite { survey, purpose });
    api.act(&asked.caller, command, asked.once).await?.done()
}
