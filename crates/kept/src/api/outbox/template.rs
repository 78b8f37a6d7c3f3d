//! `POST /v1/messages/templates`: what a message says is registered, for one purpose.
//! It is the same for everybody it is sent to, and says nothing about anybody.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Administration, Command, Registered, Wording};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A message as it is written to people.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct NewTemplate {
    /// Its identifier, such as `spring-news`.
    id: String,
    /// The purpose that it may be sent for.
    purpose: String,
    /// What it says, by language, such as `en`: `subject` and `body`.
    #[schema(value_type = Object)]
    texts: BTreeMap<String, Wording>,
}

/// Register a template
///
/// Registers what a message says; it takes the place of one with the same identifier.
#[utoipa::path(post, path = "/v1/messages/templates", tag = "messages", request_body = NewTemplate,
    params(OnceKey),
    responses((status = OK, description = "It is registered", body = Done), Problem))]
pub(super) async fn template(
    State(api): State<Api>,
    asked: Asked<NewTemplate>,
) -> Result<Response, Problem> {
    let NewTemplate { id, purpose, texts } = asked.body;
    let template = Registered::Template { id, purpose, texts };
    let command = Command::Administer(Administration::Register(template));
    api.act(&asked.caller, command, asked.once).await?.done()
}
