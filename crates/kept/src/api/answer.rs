//! Answers that several endpoints share: an act that was done, and values that the door let out.
//! What is sensitive in them is written straight into the response and kept nowhere else.

use super::{Acted, Problem};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kept_processing::case::Left;
use kept_processing::{Effect, Released, Shown};
use kept_terms::PersonId;
use serde::Serialize;
use utoipa::ToSchema;

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An act that was done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Done {
    /// The index of its ledger entry; absent where the act had been performed before and is only
    /// told of again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The digest of the policy it was decided under.
    pub policy: String,
    /// The fields of which something had to stay, each as `what` with its `ground`: `legal-claims`
    /// until a legal hold ends, `legal-obligation` for the time that a law obliges to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    kept: Vec<Left>,
    /// The number under which it stands from now on; absent where nothing had to stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "uuid")]
    kept_under: Option<PersonId>,
}

/// Something that was taken up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct TakenUp {
    /// Its identifier.
    pub id: String,
    /// The index of its ledger entry; absent where it had been taken up before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The digest of the policy it was decided under.
    pub policy: String,
}

/// Values that were let out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Values<'a> {
    /// The index of the ledger entry of the reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// The digest of the policy it was decided under.
    pub policy: &'a str,
    /// The values, in order of field and number.
    pub values: Vec<Value<'a>>,
}

/// A value that was let out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Value<'a> {
    /// The field.
    pub field: &'a str,
    /// The item's number within the person; it names the item for as long as it exists.
    pub number: u32,
    /// How it is shown: `clear`, `masked`, or `file`.
    #[schema(value_type = String)]
    pub shown: &'static str,
    /// The value, or its masked form; absent for a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'a str>,
    /// What the file is; its content is had from `/v1/use/file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<File<'a>>,
    /// The purposes it is held for.
    pub purposes: &'a [String],
    /// Where it came from: policy digest, document version, channel and purposes.
    pub origin: &'a str,
    /// The first day on which it is no longer needed; absent where that day is not known yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// A file without its content.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct File<'a> {
    /// What it was called.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// Its length, in bytes.
    pub length: u64,
}

impl<'a> From<&'a Released> for Value<'a> {
    fn from(released: &'a Released) -> Value<'a> {
        let (shown, value, file) = match &released.value {
            Shown::Clear(text) => ("clear", Some(text.as_str()), None),
            Shown::Masked(text) => ("masked", Some(text.as_str()), None),
            Shown::File {
                name,
                media_type,
                content,
            } => (
                "file",
                None,
                Some(File {
                    name,
                    media_type,
                    length: content.length(),
                }),
            ),
        };
        Value {
            field: &released.field,
            number: released.number,
            shown,
            value,
            file,
            purposes: &released.purposes,
            origin: &released.origin,
            due: released.due.map(|day| day.to_string()),
        }
    }
}

impl Acted {
    /// The answer that it was done.
    pub fn done(self) -> Result<Response, Problem> {
        let Acted {
            entry,
            policy,
            effect,
        } = self;
        let (kept, kept_under) = match effect {
            Effect::Done => (Vec::new(), None),
            Effect::Kept(kept) => (kept.left, Some(kept.under)),
            other => return Err(mistaken(&other)),
        };
        let done = Done {
            entry,
            policy,
            kept,
            kept_under,
        };
        Ok(replayed(json(StatusCode::OK, &done), entry))
    }

    /// The answer with the identifier of what was taken up.
    pub fn named(self) -> Result<Response, Problem> {
        let Acted {
            entry,
            policy,
            effect,
        } = self;
        match effect {
            Effect::Named(id) => Ok(replayed(
                json(StatusCode::CREATED, &TakenUp { id, entry, policy }),
                entry,
            )),
            other => Err(mistaken(&other)),
        }
    }

    /// The answer with the values that were let out.
    pub fn values(self) -> Result<Response, Problem> {
        match &self.effect {
            Effect::Values(released) => {
                let values = released.iter().map(Value::from).collect();
                let answer = Values {
                    entry: self.entry,
                    policy: &self.policy,
                    values,
                };
                Ok(json(StatusCode::OK, &answer))
            }
            other => Err(mistaken(other)),
        }
    }
}

/// An answer of another act came back, which the match on commands keeps from happening.
pub(crate) fn mistaken(effect: &Effect) -> Problem {
    Problem::internal(match effect {
        Effect::Done => "unexpected: done",
        Effect::Kept(_) => "unexpected: kept",
        Effect::Stored { .. } => "unexpected: stored",
        Effect::Values(_) => "unexpected: values",
        Effect::Found(_) => "unexpected: found",
        Effect::Matched(_) => "unexpected: matched",
        Effect::Training(_) => "unexpected: training",
        Effect::Due(..) => "unexpected: courses due",
        Effect::Stale(..) => "unexpected: unconfirmed",
        Effect::Tabulated(_) => "unexpected: sums",
        Effect::Export(_) => "unexpected: export",
        Effect::Forwarded(_) => "unexpected: forwarded",
        Effect::Named(_) => "unexpected: an identifier",
        Effect::SignedIn(_) => "unexpected: signed in",
        Effect::Listed(_) => "unexpected: a list",
    })
}

/// A response in JSON.
pub(super) fn json<T: Serialize>(status: StatusCode, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => {
            let json = HeaderValue::from_static("application/json");
            (status, [(header::CONTENT_TYPE, json)], body).into_response()
        }
        Err(_) => Problem::internal("an answer cannot be written").into_response(),
    }
}

/// Marks a response that only tells again of what was done before.
pub(super) fn replayed(mut response: Response, entry: Option<u64>) -> Response {
    if entry.is_none() {
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}
