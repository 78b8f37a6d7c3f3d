//! `GET /v1/recipients`: what each recipient may get, what is on record, and whether the way is
//! open today and until when.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{RecipientShown, Showing};
use serde::Serialize;
use utoipa::ToSchema;

/// All recipients.
#[derive(Serialize, ToSchema)]
pub(super) struct Recipients {
    /// In the order of the policy.
    #[schema(value_type = Vec<Object>)]
    recipients: Vec<RecipientShown>,
}

/// Recipients
///
/// What each may get and where it is, what is on record, and whether the way is open today.
#[utoipa::path(get, path = "/v1/recipients", tag = "sharing",
    responses((status = OK, description = "The recipients", body = Recipients), Problem))]
pub(super) async fn list(
    State(api): State<Api>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    // A recipient's own program picks up what concerns it as often as it likes.
    if caller.recipient().is_none() {
        api.look(&caller, Showing::Sharing).await?;
    }
    let mut recipients = api.door.recipients().await?;
    if let Some(own) = caller.recipient() {
        recipients.retain(|known| known.recipient == own);
    }
    Ok(json(StatusCode::OK, &Recipients { recipients }))
}
