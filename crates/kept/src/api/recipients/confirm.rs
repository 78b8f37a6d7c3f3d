//! `POST /v1/deliveries/{id}/confirm`: a recipient has done what it was told.
//! Its own token says so, or an administrator for whom it said so elsewhere.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Nothing, OnceKey, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;

/// Confirm
///
/// What was told is done, and is told no more.
#[utoipa::path(post, path = "/v1/deliveries/{id}/confirm", tag = "sharing",
    request_body = Nothing,
    params(("id" = String, Path, description = "The delivery"), OnceKey),
    responses((status = OK, description = "It is confirmed", body = Done), Problem))]
pub(super) async fn confirm(
    State(api): State<Api>,
    Word(delivery): Word,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let command = Command::ConfirmDelivery { delivery };
    api.act(&asked.caller, command, asked.once).await?.done()
}
