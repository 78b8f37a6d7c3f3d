//! `POST /v1/messages`: a message to one person is queued, if they may be contacted for its
//! purpose.
//! Whether it is sent is decided again when it is due.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Command, Message, Outgoing};
use kept_terms::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

/// A message to one person.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct NewMessage {
    /// To whom.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// What for.
    purpose: String,
    /// By which template; without one, `item` says what the message is.
    #[serde(default)]
    template: Option<String>,
    /// The stored text that is the message, as `/v1/use` names it.
    #[serde(default)]
    item: Option<ItemNamed>,
    /// What it is about, such as a ticket's number: nothing that tells of the person. The same
    /// template about the same thing is sent to a person once. Without it, the message is one of
    /// its own.
    #[serde(default)]
    about: Option<String>,
}

/// An item of a person.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ItemNamed {
    /// Its field.
    field: String,
    /// Its number within the person.
    number: u32,
}

impl NewMessage {
    fn message(self, api: &Api) -> Result<Outgoing, Problem> {
        let NewMessage {
            person,
            purpose,
            template,
            item,
            about,
        } = self;
        let (template, about) = match (template, item) {
            (Some(template), None) => {
                super::fits(api, &template, &purpose)?;
                let about = about.unwrap_or_else(|| api.door.draw_reference());
                (template, about)
            }
            (None, Some(item)) if about.is_none() => {
                let about = format!("{}/{}", item.field, item.number);
                ("correspondence".to_owned(), about)
            }
            (Some(_), Some(_)) | (None, None) | (None, Some(_)) => {
                let problem = "needs either a template, with what it is about, or an item";
                return Err(Problem::invalid("the body", problem));
            }
        };
        Ok(Outgoing::new(person, &template, &purpose, &about))
    }
}

/// Send a message
///
/// Queues a message to one person, if they may be contacted for its purpose.
#[utoipa::path(post, path = "/v1/messages", tag = "messages", request_body = NewMessage,
    params(OnceKey),
    responses((status = OK, description = "It is queued", body = Done), Problem))]
pub(super) async fn message(
    State(api): State<Api>,
    asked: Asked<NewMessage>,
) -> Result<Response, Problem> {
    let message = asked.body.message(&api)?;
    let command = Command::Message(Message::One(message));
    let acted = api.act(&asked.caller, command, asked.once).await?;
    api.queued.notify_one();
    acted.done()
}
