//! `GET /v1/complaints`, `/v1/enquiries` and `/v1/violations`: what somebody answers for.
//! Each is for the team that the policy names; looking at it is on record.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Caller, Listed, Matter, Showing};
use kept_terms::Book;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Matters.
#[derive(Serialize, ToSchema)]
pub(super) struct Matters {
    /// Each with what it is about, its stage, its owner, the last day of the stage as days since
    /// 1970, and how it ended.
    #[schema(value_type = Vec<Object>)]
    matters: Vec<Matter>,
}

async fn listed(api: &Api, caller: &Arc<Caller>, book: Book) -> Result<Response, Problem> {
    match api.look(caller, Showing::Matters(book)).await? {
        Listed::Matters(matters) => Ok(json(StatusCode::OK, &Matters { matters })),
        _ => Err(Problem::internal("the door listed something else")),
    }
}

/// List complaints
///
/// Complaints, for those who answer them.
#[utoipa::path(get, path = "/v1/complaints", tag = "matters",
    responses((status = OK, description = "The complaints", body = Matters), Problem))]
pub(super) async fn complaints(
    State(api): State<Api>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    listed(&api, &caller, Book::Complaints).await
}

/// List enquiries
///
/// Questions of authorities, for those who answer them.
#[utoipa::path(get, path = "/v1/enquiries", tag = "matters",
    responses((status = OK, description = "The enquiries", body = Matters), Problem))]
pub(super) async fn enquiries(
    State(api): State<Api>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    listed(&api, &caller, Book::Enquiries).await
}

/// List violations
///
/// What staff were refused again and again, for those who decide on it.
#[utoipa::path(get, path = "/v1/violations", tag = "matters",
    responses((status = OK, description = "The violations", body = Matters), Problem))]
pub(super) async fn violations(
    State(api): State<Api>,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    listed(&api, &caller, Book::Violations).await
}
