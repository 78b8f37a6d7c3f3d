//! `GET /v1/policy/versions`: every version of the policy that was ever published.
//! A version is never changed and never deleted.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem, policy_name};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Recorded, Stands};
use serde::Serialize;
use utoipa::ToSchema;

/// Versions.
#[derive(Serialize, ToSchema)]
pub(super) struct Versions {
    /// The versions, the newest first.
    versions: Vec<Version>,
}

/// A version.
#[derive(Serialize, ToSchema)]
pub(super) struct Version {
    /// The digest that names it.
    digest: String,
    /// Whether it is in force.
    current: bool,
    /// `in-force`, `announced` or `past`.
    #[schema(value_type = String)]
    state: &'static str,
    /// The day from which it is or was in force, or will be, as `2026-01-31`.
    from: Option<String>,
    /// The day on which it was published.
    published: Option<String>,
    /// The digest of the version before it.
    after: Option<String>,
    /// The names of its files.
    files: Vec<String>,
}

impl From<Recorded> for Version {
    fn from(recorded: Recorded) -> Version {
        Version {
            digest: policy_name(&recorded.digest),
            current: recorded.stands == Stands::InForce,
            state: match recorded.stands {
                Stands::InForce => "in-force",
                Stands::Announced => "announced",
                Stands::Past => "past",
            },
            from: recorded.from.map(|day| day.to_string()),
            published: recorded.published_on().map(|day| day.to_string()),
            after: recorded.after.map(|digest| policy_name(&digest)),
            files: recorded.sources.into_iter().map(|(name, _)| name).collect(),
        }
    }
}

/// Versions
///
/// Every version of the policy that was ever published.
#[utoipa::path(get, path = "/v1/policy/versions", tag = "policy",
    responses((status = OK, description = "The versions", body = Versions), Problem))]
pub(super) async fn versions(State(api): State<Api>, _: Bearer) -> Result<Response, Problem> {
    let history = api.door.history().await?.into_iter();
    let versions = history.map(Version::from).collect();
    Ok(json(StatusCode::OK, &Versions { versions }))
}
