//! `GET /v1/evidence`: undertakings, reports, reviews and revocations on record.
//! Promises about others and about measures rest on it; nothing in it is about a person.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Listed, Showing};
use serde::Serialize;
use utoipa::ToSchema;

/// Evidence.
#[derive(Serialize, ToSchema)]
pub(super) struct Attested {
    /// Each as it was attested, in no particular order.
    #[schema(value_type = Vec<Object>)]
    evidence: Vec<kept_processing::Evidence>,
}

/// Evidence
///
/// What is on record, each as `POST /v1/evidence` takes it.
#[utoipa::path(get, path = "/v1/evidence", tag = "administration",
    responses((status = OK, description = "The evidence", body = Attested), Problem))]
pub(super) async fn evidence(
    State(api): State<Api>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    match api.look(&caller, Showing::Evidence).await? {
        Listed::Evidence(evidence) => Ok(json(StatusCode::OK, &Attested { evidence })),
        _ => Err(Problem::internal("the door listed something else")),
    }
}
