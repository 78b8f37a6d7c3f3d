//! `PUT /v1/registers/{kind}/{id}`: something is registered, in the place of what had its kind and
//! identifier. Whether the caller keeps that register is the policy's decision.

use super::Named;
use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Administration, Command, Registered};
use serde_json::{Map, Value};

/// Register
///
/// Registers a client, a course or a survey.
#[utoipa::path(put, path = "/v1/registers/{kind}/{id}", tag = "registers", request_body = Object,
    params(("kind" = String, Path, description = "`client`, `course` or `survey`"),
        ("id" = String, Path, description = "Its identifier"), OnceKey),
    responses((status = OK, description = "It is registered", body = Done), Problem))]
pub(super) async fn put(
    State(api): State<Api>,
    Named { kind, id }: Named,
    asked: Asked<Map<String, Value>>,
) -> Result<Response, Problem> {
    let registered = read(kind, id, asked.body)?;
    let command = Command::Administer(Administration::Register(registered));
    api.act(&asked.caller, command, asked.once).await?.done()
}

/// What a body registers; the path says its kind and identifier.
fn read(kind: String, id: String, mut body: Map<String, Value>) -> Result<Registered, Problem> {
    if !Registered::KINDS.contains(&kind.as_str()) {
        let problem = format!("is not one; there are {}", Registered::KINDS.join(", "));
        return Err(Problem::invalid("kind", problem));
    }
    for (name, said) in [("kind", kind), ("id", id)] {
        let said = Value::String(said);
        if body.get(name).is_some_and(|given| *given != said) {
            return Err(Problem::invalid(name, "is not what the address says"));
        }
        body.insert(name.to_owned(), said);
    }
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    crate::api::asked::parse(&bytes)
}
