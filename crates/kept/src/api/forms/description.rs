//! `GET /v1/forms/{channel}`: what the form of a channel asks, why, and what cannot be had without
//! it, for programs that show a form of their own.

use super::{Form, QUERY, Wanted};
use crate::api::answer::json;
use crate::api::asked::Word;
use crate::api::pairs::Pairs;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

/// Form, described
///
/// Describes what is asked through a channel, from the clauses of the policy in force.
#[utoipa::path(get, path = "/v1/forms/{id}", tag = "forms", security(()),
    params(("id" = String, Path, description = "The channel"),
        ("service" = Option<String>, Query, description = "The service that is asked for"),
        ("country" = Option<String>, Query, description = "Where the person is"),
        ("lang" = Option<String>, Query, description = "`en`, `fr`, `de` or `zh`")),
    responses((status = OK, description = "What is asked", body = Form), Problem))]
pub(super) async fn description(
    State(api): State<Api>,
    Word(channel): Word,
    query: Pairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let query = query.only(&QUERY)?;
    let policy = api.door.policy();
    let wanted = Wanted::read(&policy, &channel, &query, &headers)?;
    Ok(json(StatusCode::OK, &Form::of(&wanted)))
}
