//! `POST /v1/matters/{id}/escalate`: a complaint moves on to the next stage before its time lapses.
//! It moves on by itself when it does lapse.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Nothing, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Answering, Command};

/// Escalate
///
/// Moves a complaint on to the next stage, because the person is not content with this one.
#[utoipa::path(post, path = "/v1/matters/{id}/escalate", tag = "matters",
    params(("id" = String, Path, description = "The matter")),
    responses((status = OK, description = "It moved on", body = Done), Problem))]
pub(super) async fn escalate(
    State(api): State<Api>,
    Word(id): Word,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let command = Command::Answer(Answering::Escalate { id });
    api.act(&asked.caller, command, None).await?.done()
}
