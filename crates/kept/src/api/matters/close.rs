//! `POST /v1/matters/{id}/close`: a matter is closed with an outcome, by those who answer for it.
//! Nobody closes a matter of their own.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Answering, Command};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it ended.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Closing {
    /// The outcome: `settled`, `rejected` or `withdrawn` of a complaint, `answered`, `rectified` or
    /// `withdrawn` of a question of an authority, and of a violation one that the policy lists.
    outcome: String,
}

/// Close
///
/// Closes a matter.
#[utoipa::path(post, path = "/v1/matters/{id}/close", tag = "matters", request_body = Closing,
    params(("id" = String, Path, description = "The matter")),
    responses((status = OK, description = "It is closed", body = Done), Problem))]
pub(super) async fn close(
    State(api): State<Api>,
    Word(id): Word,
    asked: Asked<Closing>,
) -> Result<Response, Problem> {
    let outcome = asked.body.outcome;
    let command = Command::Answer(Answering::Close { id, outcome });
    api.act(&asked.caller, command, None).await?.done()
}
