//! `POST /v1/approvals/{id}/disclose`: the disclosure that was approved is made, once.
//! What leaves is what was proposed and nothing else.

use crate::api::answer;
use crate::api::asked::{Asked, Nothing, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;

/// Disclose as approved
///
/// Reads what was proposed for the recipient, once enough others approved it. The person is told:
/// at once, or when they no longer must not be.
#[utoipa::path(post, path = "/v1/approvals/{id}/disclose", tag = "approvals",
    params(("id" = String, Path, description = "What was proposed")),
    responses((status = OK, description = "The values", body = answer::Values<'_>), Problem))]
pub(super) async fn disclose(
    State(api): State<Api>,
    Word(approval): Word,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let command = Command::CarryOut { approval };
    api.act(&asked.caller, command, None).await?.values()
}
