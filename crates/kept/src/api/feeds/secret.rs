//! `POST /v1/feeds/{id}/secret`: a webhook's secret is made anew and told, once.
//! The secret before goes on signing beside it for a day.

use crate::api::answer::json;
use crate::api::asked::{Asked, Nothing, Word};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Administration, Command};
use serde::Serialize;
use utoipa::ToSchema;

/// The secret of a webhook.
#[derive(Serialize, ToSchema)]
pub(super) struct WebhookSecret {
    /// The secret, which is told here once, as Standard Webhooks has it: `whsec_…`.
    secret: String,
    /// The index of the ledger entry.
    entry: Option<u64>,
}

/// Make a webhook's secret
///
/// From now on it signs; the one before signs beside it for a day. It is told once, here, so an
/// `Idempotency-Key` is not taken.
#[utoipa::path(post, path = "/v1/feeds/{id}/secret", tag = "sharing", request_body = Nothing,
    params(("id" = String, Path, description = "The feed")),
    responses((status = CREATED, description = "The secret", body = WebhookSecret), Problem))]
pub(super) async fn secret(
    State(api): State<Api>,
    Word(id): Word,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    if asked.once.is_some() {
        let problem = "is not taken here: the secret could not be told again";
        return Err(Problem::invalid("Idempotency-Key", problem));
    }
    let feed = id.clone();
    let rotate = Command::Administer(Administration::RotateFeed { feed });
    let entry = api.act(&asked.caller, rotate, None).await?.entry;
    let secret = api.door.feed_secret(&id).await?;
    Ok(json(StatusCode::CREATED, &WebhookSecret { secret, entry }))
}
