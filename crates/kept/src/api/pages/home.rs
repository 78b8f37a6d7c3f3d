//! `GET /`: leads to the document for people whose country is not known, or else to the first.
//! It chooses nothing for anybody.

use crate::api::{Api, Kind, Problem};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};

/// Home
///
/// Leads to the published policy.
#[utoipa::path(get, path = "/", tag = "pages", security(()),
    responses((status = SEE_OTHER, description = "The published policy"), Problem))]
pub(super) async fn home(State(api): State<Api>) -> Result<Response, Problem> {
    let policy = api.door.policy();
    let first = || {
        policy
            .documents
            .iter()
            .find(|document| document.effective.is_some())
    };
    let document = policy.document_for(None).or_else(first);
    let missing = || {
        Problem::new(
            Kind::NotFound,
            "the policy in force has no document for people",
        )
    };
    let name = &document.ok_or_else(missing)?.name;
    Ok(Redirect::to(&format!("/policy/{name}")).into_response())
}
