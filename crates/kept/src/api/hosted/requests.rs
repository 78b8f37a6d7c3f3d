//! `GET /v1/systems/{system}/clients/{client}/requests` and `GET /v1/systems/requests`: what was
//! passed on to clients and waits for them. Who asks is told to the client alone.

use super::Housed;
use crate::api::answer::json;
use crate::api::auth::{Bearer, Worker};
use crate::api::{Api, Problem};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Caller, ClientAnswer, Forwarded};
use kept_terms::{Day, PersonId, Right};
use serde::Serialize;
use utoipa::ToSchema;

/// The most requests in one answer.
const REQUESTS_MAX: usize = 1_000;

/// A request that was passed on to a client.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Request {
    /// By which it is named.
    id: String,
    /// The system.
    system: String,
    /// The client.
    client: String,
    /// What is asked for.
    #[schema(value_type = String)]
    right: Right,
    /// Who asks; told to the client alone, and absent where nobody was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    person: Option<PersonId>,
    /// By which the client knows them even after they are erased; told to the client alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// The day it was received.
    received: String,
    /// The day by which the client is to be told.
    tell_by: String,
    /// The day by which the client is to have answered.
    answer_by: String,
    /// The day the client said that it knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<String>,
    /// What the client answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    answer: Option<ClientAnswer>,
    /// The day the client answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<String>,
    /// Whether the client is late.
    overdue: bool,
}

impl Request {
    pub(super) fn of(forwarded: Forwarded, api: &Api) -> Request {
        let overdue = forwarded.is_overdue(Day::of(api.door.now()));
        let (answer, answered) = forwarded.answer.unzip();
        Request {
            id: forwarded.request,
            system: forwarded.system.to_string(),
            client: forwarded.client.to_string(),
            right: forwarded.right,
            person: forwarded.person,
            subject: forwarded.subject,
            received: forwarded.received,
            tell_by: forwarded.tell_by,
            answer_by: forwarded.answer_by,
            told: forwarded.told,
            answer,
            answered,
            overdue,
        }
    }
}

/// Requests that were passed on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Requests {
    /// The requests, up to a thousand.
    requests: Vec<Request>,
}

/// List a client's requests
///
/// What was passed on to one client and waits for it; with `closed=true`, what it has answered.
#[utoipa::path(get, path = "/v1/systems/{system}/clients/{client}/requests", tag = "hosted",
    params(
        ("system" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The hosted system"),
        ("client" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The client"),
        ("closed" = Option<bool>, Query, description = "Those that are answered"),
    ),
    responses((status = OK, description = "The requests", body = Requests), Problem))]
pub(super) async fn requests(
    State(api): State<Api>,
    _: Worker,
    Bearer(caller): Bearer,
    Housed(housed): Housed,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    list(&api, &caller, housed.home.as_ref(), query).await
}

/// List all requests
///
/// What was passed on to any client and waits for it; with `closed=true`, what is answered.
#[utoipa::path(get, path = "/v1/systems/requests", tag = "hosted",
    params(("closed" = Option<bool>, Query, description = "Those that are answered")),
    responses((status = OK, description = "The requests", body = Requests), Problem))]
pub(super) async fn all_requests(
    State(api): State<Api>,
    _: Worker,
    Bearer(caller): Bearer,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    list(&api, &caller, None, query).await
}

async fn list(
    api: &Api,
    caller: &Caller,
    home: Option<&kept_terms::Home>,
    query: Option<String>,
) -> Result<Response, Problem> {
    let closed = match query.as_deref() {
        None | Some("" | "closed=false") => false,
        Some("closed=true") => true,
        Some(_) => return Err(Problem::invalid("the query", "may have `closed=true`")),
    };
    let found = api.door.forwarded(caller, home, closed, None, REQUESTS_MAX);
    let requests = found
        .await?
        .into_iter()
        .map(|forwarded| Request::of(forwarded, api))
        .collect();
    Ok(json(StatusCode::OK, &Requests { requests }))
}
