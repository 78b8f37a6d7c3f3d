//! `GET /`: leads each reader to the document for the country they name, or else for what their
//! browser says of language and country.
//! It decides nothing about anybody: what is held about a person follows from their own country.

use super::policies::{asked_languages, asked_where};
use crate::api::{Api, Kind, Problem};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};

/// Home
///
/// Leads to the published policy for the reader's country.
#[utoipa::path(get, path = "/", tag = "pages", security(()),
    params(("country" = Option<String>, Query, description = "A country of ISO 3166-1, such as `DE`, or a part of one of ISO 3166-2, such as `US-CA`")),
    responses((status = SEE_OTHER, description = "The published policy"), Problem))]
pub(super) async fn home(
    State(api): State<Api>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(led) = asked_where(&api, query.as_deref().unwrap_or_default())? {
        return Ok(led);
    }
    let policy = api.door.policy();
    let first = || {
        policy
            .documents
            .iter()
            .find(|document| document.effective.is_some())
    };
    let document = policy.document_for_reader(&asked_languages(&headers));
    let missing = || {
        Problem::new(
            Kind::NotFound,
            "the policy in force has no document for people",
        )
    };
    let name = &document.or_else(first).ok_or_else(missing)?.name;
    let vary = (header::VARY, HeaderValue::from_static("accept-language"));
    Ok(([vary], Redirect::to(&format!("/policy/{name}"))).into_response())
}
