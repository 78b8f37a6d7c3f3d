//! `POST /v1/cases`: a case is opened, for a person who is known, for somebody who is not, about an
//! authority's question or about a breach.
//! For somebody unknown nobody is looked up, so the answer is the same whoever they are.

use crate::api::answer::TakenUp;
use crate::api::asked::{Asked, OnceKey};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::case::{Agent, Kind, Mandate};
use kept_processing::{Casing, Command, Opening, Stranger, Whose};
use kept_terms::{ItemNumber, PersonId, Territory, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

/// A case to be opened.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct NewCase {
    /// What it is: `access`, `rectification`, `erasure`, `objection`, `restriction`, `portability`,
    /// `opt-out`, `withdrawal`, `question`, `complaint`, `enquiry`, `breach` or `under-age`.
    #[schema(value_type = String)]
    kind: Kind,
    /// Whose it is, where it is known.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    person: Option<PersonId>,
    /// Of somebody who is not known: where to answer them, an e-mail address.
    #[serde(default)]
    contact: Option<String>,
    /// Of somebody who is not known: what they call themselves.
    #[serde(default)]
    name: Option<String>,
    /// Of somebody who is not known: what they wrote.
    #[serde(default)]
    text: Option<String>,
    /// Of somebody who is not known: whom it is about, where it is not themselves, such as the
    /// address of a child that they report.
    #[serde(default)]
    whom: Option<String>,
    /// Of somebody who is not known: their age in years, where they say so.
    #[serde(default)]
    age: Option<u8>,
    /// Of somebody who is not known, and of a breach: the country, or the part of one such as
    /// `US-CA`, whose law counts.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    country: Option<Territory>,
    /// Which purpose an objection, an opt-out or a withdrawal is about.
    #[serde(default)]
    purpose: Option<String>,
    /// The channel through which it came.
    #[serde(default)]
    through: Option<String>,
    /// The number of the item in which the person wrote.
    #[serde(default)]
    #[schema(value_type = Option<u32>)]
    message: Option<ItemNumber>,
    /// Where to answer somebody who asks on the person's behalf; their mandate is then to be
    /// checked.
    #[serde(default)]
    agent: Option<String>,
    /// Of a question of an authority: which, as the policy declares it.
    #[serde(default)]
    authority: Option<String>,
    /// Of a question of an authority: its own reference, as a code.
    #[serde(default)]
    code: Option<String>,
    /// Of a breach: what happened.
    #[serde(default)]
    breach: Option<Breach>,
}

/// A breach.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Breach {
    /// When it came to be known, such as `2026-11-28T09:30:00Z`; every clock counts from there.
    known_at: String,
    /// What happened: `lost`, `disclosed`, `altered` or `unavailable`.
    what: String,
    /// The fields that it touches.
    #[serde(default)]
    fields: Vec<String>,
    /// The people whom it touches.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    people: Vec<PersonId>,
    /// The clients whom it touches, as `system/client`.
    #[serde(default)]
    clients: Vec<String>,
}

impl NewCase {
    fn whose(&mut self) -> Result<Whose, Problem> {
        if let Some(breach) = self.breach.take() {
            let known_at: Timestamp = breach.known_at.parse().map_err(|_| {
                Problem::invalid(
                    "breach.known-at",
                    "is not a time such as `2026-11-28T09:30:00Z`",
                )
            })?;
            return Ok(Whose::Breach {
                known_at: known_at.as_second(),
                what: breach.what,
                fields: breach.fields,
                people: breach.people,
                clients: breach.clients,
                country: self.country,
            });
        }
        if let Some(authority) = self.authority.take() {
            let code = self.code.take().unwrap_or_default();
            return Ok(Whose::Authority { authority, code });
        }
        Ok(match self.person {
            Some(person) => Whose::Person(person),
            None => Whose::Unknown(Stranger {
                contact: self.contact.take(),
                name: self.name.take(),
                text: self.text.take(),
                whom: self.whom.take(),
                country: self.country,
                age: self.age,
            }),
        })
    }
}

/// Open
///
/// Opens a case. A second of the same kind joins the first of the same person, and is answered with
/// its reference.
#[utoipa::path(post, path = "/v1/cases", tag = "cases", request_body = NewCase,
    params(OnceKey),
    responses((status = CREATED, description = "It is open", body = TakenUp), Problem))]
pub(super) async fn open(
    State(api): State<Api>,
    mut asked: Asked<NewCase>,
) -> Result<Response, Problem> {
    let about = asked.body.whose()?;
    let body = asked.body;
    let opening = Opening {
        purpose: body.purpose,
        through: body.through,
        message: body.message,
        agent: body.agent.map(|contact| Agent {
            contact,
            mandate: Mandate::Unchecked,
        }),
        ..Opening::about(body.kind, about)
    };
    let command = Command::case(Casing::Open(Box::new(opening)));
    api.act(&asked.caller, command, asked.once).await?.named()
}
