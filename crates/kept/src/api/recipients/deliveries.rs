//! `GET /v1/recipients/{id}/deliveries`: what a recipient has to be told and has not confirmed, to
//! be picked up. It names people by the reference that this recipient knows them by.

use crate::api::answer::json;
use crate::api::asked::Word;
use crate::api::auth::Bearer;
use crate::api::{Api, Kind, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Due, Showing};
use kept_terms::ActorKind;
use serde::Serialize;
use utoipa::ToSchema;

/// The most that one answer lists; the rest follows once these are confirmed.
const PAGE: usize = 1_000;

/// What a recipient has to be told.
#[derive(Serialize, ToSchema)]
pub(super) struct Deliveries {
    /// In order, at most 1,000; the rest follows once these are confirmed.
    #[schema(value_type = Vec<Object>)]
    deliveries: Vec<Due>,
}

/// Deliveries
///
/// What a recipient has to be told of people it received, and has not confirmed.
#[utoipa::path(get, path = "/v1/recipients/{id}/deliveries", tag = "sharing",
    params(("id" = String, Path, description = "The recipient")),
    responses((status = OK, description = "The deliveries", body = Deliveries), Problem))]
pub(super) async fn deliveries(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    Word(id): Word,
) -> Result<Response, Problem> {
    let works = matches!(caller.kind, ActorKind::Staff | ActorKind::Machine);
    let is_open = caller.recipient().map_or(works, |own| own == id);
    if !is_open {
        let sentence = kept_policy::Why::WrongRole.sentence();
        return Err(Problem::new(Kind::Refused, sentence));
    }
    if caller.recipient().is_none() {
        api.look(&caller, Showing::Sharing).await?;
    }
    let deliveries = api.door.due_deliveries(Some(&id), None, PAGE).await?;
    Ok(json(StatusCode::OK, &Deliveries { deliveries }))
}
