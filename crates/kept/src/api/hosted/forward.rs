//! `POST /v1/systems/{system}/clients/{client}/requests`: somebody asks about what is held for a
//! client, and the request goes to the client. Whether they are held there is not told.

use super::PathHome;
use super::requests::Request;
use crate::api::answer::{json, mistaken};
use crate::api::asked::{Asked, OnceKey};
use crate::api::{Acted, Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{AboutWhom, Command, Effect, Forwarding};
use kept_terms::{PersonId, Right};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request of somebody who may be held for the client.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct ForClient {
    /// What is asked for, such as `access` or `erasure`.
    #[schema(value_type = String)]
    right: Right,
    /// Who asks, where their number is known.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    person: Option<PersonId>,
    /// An identifier of whoever asks, where their number is not known.
    #[serde(default)]
    identifier: Option<Identifier>,
}

/// An identifier.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Identifier {
    /// Its field, such as `email`.
    field: String,
    /// The identifier.
    value: String,
}

/// A request that was passed on.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct PassedOn {
    /// The index of the ledger entry; absent where it had been passed on before and is only told
    /// of again.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    /// The request as it stands; absent where it is only told of again.
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Request>,
}

/// Pass a request on
///
/// A request of somebody who may be held for a client goes to the client, who answers it. The
/// answer is the same whether they are held there or not.
#[utoipa::path(post, path = "/v1/systems/{system}/clients/{client}/requests", tag = "hosted",
    request_body = ForClient,
    params(
        ("system" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The hosted system"),
        ("client" = String, Path, pattern = "^[a-z][a-z0-9-]{0,39}$", description = "The client"),
        OnceKey,
    ),
    responses((status = CREATED, description = "The request", body = PassedOn), Problem))]
pub(super) async fn forward(
    State(api): State<Api>,
    PathHome(home): PathHome,
    asked: Asked<ForClient>,
) -> Result<Response, Problem> {
    let about = match (asked.body.person, asked.body.identifier) {
        (Some(_), Some(_)) => {
            let problem = "cannot be given along with `person`";
            return Err(Problem::invalid("identifier", problem));
        }
        (Some(person), None) => AboutWhom::Person(person),
        (None, Some(Identifier { field, value })) => AboutWhom::Identifier { field, value },
        (None, None) => AboutWhom::Unknown,
    };
    let command = Command::Forward(Forwarding::Received {
        home,
        right: asked.body.right,
        about,
    });
    let Acted { entry, effect, .. } = api.act(&asked.caller, command, asked.once).await?;
    let request = match effect {
        Effect::Forwarded(request) => Some(Request::of(*request, &api)),
        Effect::Done => None,
        other => return Err(mistaken(&other)),
    };
    Ok(json(StatusCode::CREATED, &PassedOn { entry, request }))
}
