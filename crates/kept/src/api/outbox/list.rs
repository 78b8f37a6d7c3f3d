//! `GET /v1/messages`: how messages stand, those that are done with included for thirty days.
//! It tells to whom, by which template and how, never what one says or its address.

use crate::api::answer::json;
use crate::api::auth::{Bearer, Worker};
use crate::api::{Api, Problem};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Outgoing, Sending, Showing};
use kept_terms::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The most messages of one page.
const PAGE_MAX: usize = 200;

/// Which messages.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The `next` of the page before.
    after: Option<String>,
    /// Only those that stand so: `waiting`, `leaving`, `gone`, `undeliverable` or `doubtful`.
    state: Option<String>,
}

/// How messages stand.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Messages {
    messages: Vec<OneMessage>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// How a message stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
struct OneMessage {
    /// To whom.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// By which template.
    template: String,
    /// What for.
    purpose: String,
    /// What it is about.
    about: String,
    /// `waiting`, `leaving`, `gone`, `undeliverable` or `doubtful`.
    #[schema(value_type = String)]
    state: &'static str,
    /// How many attempts failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    /// Why it will not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    why: Option<&'static str>,
}

impl From<Outgoing> for OneMessage {
    fn from(message: Outgoing) -> OneMessage {
        let attempts = match message.state {
            Sending::Waiting { attempts } | Sending::Leaving { attempts, .. } => Some(attempts),
            Sending::Gone { .. } | Sending::Undeliverable { .. } | Sending::Doubtful { .. } => None,
        };
        let why = match message.state {
            Sending::Undeliverable { why, .. } => Some(why.word()),
            Sending::Waiting { .. }
            | Sending::Leaving { .. }
            | Sending::Gone { .. }
            | Sending::Doubtful { .. } => None,
        };
        OneMessage {
            person: message.person,
            template: message.template,
            purpose: message.purpose,
            about: message.about,
            state: message.state.word(),
            attempts,
            why,
        }
    }
}

/// Messages
///
/// How messages stand, page by page.
#[utoipa::path(get, path = "/v1/messages", tag = "messages", params(Wanted),
    responses((status = OK, description = "The messages", body = Messages), Problem))]
pub(super) async fn messages(
    State(api): State<Api>,
    _: Worker,
    Bearer(caller): Bearer,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wanted) = wanted.map_err(|_| Problem::invalid("the query", "does not fit"))?;
    api.look(&caller, Showing::Messages).await?;
    let page = api.door.post(wanted.after.as_deref(), PAGE_MAX).await?;
    let full = page.len() == PAGE_MAX;
    let next = page.last().filter(|_| full).map(Outgoing::key);
    let messages = page.into_iter().map(OneMessage::from);
    let messages = messages.filter(|message| {
        let state = wanted.state.as_deref();
        state.is_none_or(|state| state == message.state)
    });
    let messages = messages.collect();
    Ok(json(StatusCode::OK, &Messages { messages, next }))
}
