//! `POST /v1/approvals/{id}/decline`: what was proposed is declined, or taken back.
//! It ends there; whoever still wants it proposes it anew.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Nothing, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;

/// Decline
///
/// Declines what was proposed, or takes it back. Access that is open ends at once.
#[utoipa::path(post, path = "/v1/approvals/{id}/decline", tag = "approvals",
    params(("id" = String, Path, description = "What was proposed")),
    responses((status = OK, description = "It is declined", body = Done), Problem))]
pub(super) async fn decline(
    State(api): State<Api>,
    Word(approval): Word,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let command = Command::Decline { approval };
    api.act(&asked.caller, command, None).await?.done()
}
