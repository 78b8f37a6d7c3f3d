//! `GET /v1/registers`: what is registered. Nothing in it is about a person.

use crate::api::answer::json;
use crate::api::auth::Bearer;
use crate::api::pairs::Pairs;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::Registered;
use serde::Serialize;
use utoipa::ToSchema;

/// What is registered.
#[derive(Serialize, ToSchema)]
pub(super) struct Registers {
    /// Each as it was registered, in order of kind and identifier.
    #[schema(value_type = Vec<Object>)]
    registered: Vec<Registered>,
}

/// Registers
///
/// Lists what is registered: clients, courses, surveys.
#[utoipa::path(get, path = "/v1/registers", tag = "registers", 
    params(("kind" = Option<String>, Query, description = "One kind, such as `course`")),
    responses((status = OK, description = "What is registered", body = Registers), Problem))]
pub(super) async fn list(
    State(api): State<Api>,
    _: Bearer,
    query: Pairs,
) -> Result<Response, Problem> {
    let kinds = Registered::KINDS;
    let query = query.only(&["kind"])?;
    let kind = query.get("kind");
    if kind.is_some_and(|kind| !kinds.contains(&kind)) {
        let problem = format!("is not one; there are {}", kinds.join(", "));
        return Err(Problem::invalid("kind", problem));
    }
    let mut registered = api.door.registered();
    registered.retain(|it| kind.is_none_or(|kind| it.kind() == kind));
    Ok(json(StatusCode::OK, &Registers { registered }))
}
