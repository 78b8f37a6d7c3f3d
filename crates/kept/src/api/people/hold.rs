//! `POST /v1/people/{id}/holds`: a legal hold keeps what is stored about a person beyond its day;
//! `DELETE /v1/people/{id}/holds/{matter}` lifts it.
//! Neither shows anything of what is held.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Matter, OnceKey, Person};
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use serde::Deserialize;
use utoipa::ToSchema;

/// A legal hold to be placed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Holding {
    /// The matter that it is kept for, such as `case-2026-17`; no name of a person.
    matter: String,
    /// Which fields; left out, all that may be held.
    #[serde(default)]
    fields: Vec<String>,
}

/// Place a legal hold
///
/// What is held is neither changed nor destroyed until the hold is lifted, and past its day nobody
/// reads it but the person, and whoever the law compels.
#[utoipa::path(post, path = "/v1/people/{id}/holds", tag = "people", request_body = Holding,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is held", body = Done), Problem))]
pub(super) async fn hold(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Holding>,
) -> Result<Response, Problem> {
    let Holding { matter, fields } = asked.body;
    let command = Command::Hold {
        person,
        fields,
        matter,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}

/// Lift a legal hold
///
/// What is past its day meanwhile is destroyed; the rest is kept as before.
#[utoipa::path(delete, path = "/v1/people/{id}/holds/{matter}", tag = "people",
    params(("id" = String, Path, format = "uuid", description = "The person"),
        ("matter" = String, Path, description = "The matter")),
    responses((status = OK, description = "It is lifted", body = Done), Problem))]
pub(super) async fn lift(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    Person(person): Person,
    Matter(matter): Matter,
) -> Result<Response, Problem> {
    let command = Command::Lift { person, matter };
    api.act(&caller, command, None).await?.done()
}
