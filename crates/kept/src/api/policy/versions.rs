//! `GET /v1/policy/versions`: every version of the policy that was ever published.
//! A version is never changed and never deleted.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem, policy_name};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

/// Versions.
#[derive(Serialize, ToSchema)]
pub(super) struct Versions {
    /// The versions, in no particular order.
    versions: Vec<Version>,
}

/// A version.
#[derive(Serialize, ToSchema)]
pub(super) struct Version {
    /// The digest that names it.
    digest: String,
    /// Whether it is in force.
    current: bool,
    /// The names of its files.
    files: Vec<String>,
}

/// Versions
///
/// Every version of the policy that was ever published.
#[utoipa::path(get, path = "/v1/policy/versions", tag = "policy",
    responses((status = OK, description = "The versions", body = Versions), Problem))]
pub(super) async fn versions(State(api): State<Api>, _: Bearer) -> Result<Response, Problem> {
    let current = api.door.policy().digest;
    let versions = api
        .door
        .versions()
        .await?
        .into_iter()
        .map(|(digest, files)| Version {
            digest: policy_name(&digest),
            current: digest == current,
            files: files.into_iter().map(|(name, _)| name).collect(),
        });
    Ok(json(
        StatusCode::OK,
        &Versions {
            versions: versions.collect(),
        },
    ))
}
