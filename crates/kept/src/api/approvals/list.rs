//! `GET /v1/approvals`: what others must agree to, and what they agreed to.
//! It holds codes and names of fields, and no value; looking at it is on record.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Approval, Listed, Showing};
use serde::Serialize;
use utoipa::ToSchema;

/// What others must agree to.
#[derive(Serialize, ToSchema)]
pub(super) struct Approvals {
    /// Each with its proposal, its digest, who asked, who agreed, until when, and how it ended.
    #[schema(value_type = Vec<Object>)]
    approvals: Vec<Approval>,
}

/// List approvals
///
/// What waits for others to agree, and what they agreed to.
#[utoipa::path(get, path = "/v1/approvals", tag = "approvals",
    responses((status = OK, description = "The approvals", body = Approvals), Problem))]
pub(super) async fn list(
    State(api): State<Api>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    match api.look(&caller, Showing::Approvals).await? {
        Listed::Approvals(approvals) => Ok(json(StatusCode::OK, &Approvals { approvals })),
        _ => Err(Problem::internal("the door listed something else")),
    }
}
