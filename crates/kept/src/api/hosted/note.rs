//! `POST /v1/systems/{system}/clients/{client}/requests/{id}/answer`: what the client says to a
//! request that was passed on to it. Once it has answered, the request is closed.

use super::PathHome;
use super::requests::Request;
use crate::api::answer::{json, mistaken};
use crate::api::asked::{Asked, OnceKey, Word};
use crate::api::{Acted, Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{ClientAnswer, Command, Effect, Forwarding};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the client says.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ClientSays {
    /// `told`: it knows of the request; `answered` or `declined`: it has answered the person;
    /// `instructed`: it has told us what to do, and the instruction is on record.
    #[schema(value_type = String)]
    answer: ClientAnswer,
}

/// A request as it stands after the client's word.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct NotedAnswer {
    /// The index of the ledger entry; absent where it was noted before.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    /// The request; absent where it is only told of again.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
}

/// Note the client's answer
///
/// The client knows of a request, or has answered it.
#[utoipa::path(post, path = "/v1/systems/{system}/clients/{client}/requests/{id}/answer",
    tag = "hosted", request_body = ClientSays,
    params(
        ("system" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The hosted system"),
        ("client" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The client"),
        ("id" = String, Path, description = "The request"),
        OnceKey,
    ),
    responses((status = OK, description = "The request", body = NotedAnswer), Problem))]
pub(super) async fn note(
    State(api): State<Api>,
    PathHome(home): PathHome,
    Word(request): Word,
    asked: Asked<ClientSays>,
) -> Result<Response, Problem> {
    let answer = asked.body.answer;
    let command = Command::Forward(Forwarding::Noted {
        home,
        request,
        answer,
    });
    let Acted { entry, effect, .. } = api.act(&asked.caller, command, asked.once).await?;
    let request = match effect {
        Effect::Forwarded(request) => Some(Request::of(*request, &api)),
        Effect::Done => None,
        other => return Err(mistaken(&other)),
    };
    Ok(json(StatusCode::OK, &NotedAnswer { entry, request }))
}
