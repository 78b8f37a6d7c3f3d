//! `POST /v1/people/{id}/withdraw`: a person takes an agreement back (GDPR Art. 7(3)).
//! It is as easy as agreeing, and what was done before stays lawful.

use super::consent::Agreement;
use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;

/// Withdraw
///
/// From now on nothing is done that rested on the agreement.
#[utoipa::path(post, path = "/v1/people/{id}/withdraw", tag = "people", request_body = Agreement,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn withdraw(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Agreement>,
) -> Result<Response, Problem> {
    let command = asked.body.command(person, false)?;
    api.act(&asked.caller, command, asked.once).await?.done()
}
