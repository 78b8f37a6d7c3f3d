//! `POST /v1/approvals/{id}/approve`: somebody else agrees to exactly what was proposed.
//! Nobody agrees twice, or to what is their own, whichever token they show.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use serde::Deserialize;
use utoipa::ToSchema;

/// What was seen.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Approving {
    /// The digest of what was proposed, as the list shows it.
    digest: String,
}

/// Approve
///
/// Agrees to what was proposed.
#[utoipa::path(post, path = "/v1/approvals/{id}/approve", tag = "approvals",
    request_body = Approving,
    params(("id" = String, Path, description = "What was proposed")),
    responses((status = OK, description = "It is approved by one more", body = Done), Problem))]
pub(super) async fn approve(
    State(api): State<Api>,
    Word(approval): Word,
    asked: Asked<Approving>,
) -> Result<Response, Problem> {
    let digest = asked.body.digest;
    let command = Command::Approve { approval, digest };
    api.act(&asked.caller, command, None).await?.done()
}
