//! `GET /v1/people/{id}/correspondence`: the letters of a person, in and out, in order of time, for
//! a purpose. It shows of each what the reader's role sees; files are had from
//! `/v1/people/{id}/files/{field}`.

use crate::api::acts::LETTER;
use crate::api::answer::{Value, json, mistaken};
use crate::api::asked::{Person, Query};
use crate::api::auth::Bearer;
use crate::api::{Acted, Api, Problem};
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Command, Direction, Effect, Use, letters};
use serde::Serialize;
use utoipa::ToSchema;

/// What is read of a letter unless the query says otherwise.
const FIELDS: &str = "subject,message,attachment";

/// The correspondence with a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Correspondence<'a> {
    /// The index of the ledger entry of the reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    /// The digest of the policy it was decided under.
    policy: &'a str,
    /// The letters, the oldest first.
    letters: Vec<Letter<'a>>,
}

/// A letter.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Letter<'a> {
    /// The number of the item that holds it together.
    number: u32,
    /// Which conversation it belongs to.
    thread: &'a str,
    /// `in` or `out`.
    #[schema(value_type = String)]
    direction: Direction,
    /// When it was written, where it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    /// Its subject, text and attachments.
    parts: Vec<Value<'a>>,
}

/// Correspondence
///
/// Reads the letters to and from a person for a purpose. It is one reading, with one entry.
#[utoipa::path(get, path = "/v1/people/{id}/correspondence", tag = "people",
    params(
        ("id" = String, Path, format = "uuid", description = "The person"),
        ("purpose" = String, Query, description = "What for"),
        ("fields" = Option<String>, Query,
         description = "What is read of each letter; left out, `subject,message,attachment`"),
    ),
    responses((status = OK, description = "The letters", body = Correspondence<'_>), Problem))]
pub(super) async fn correspondence(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    Person(person): Person,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::of(query.as_deref(), &["purpose", "fields"])?;
    let fields = query.get("fields").unwrap_or(FIELDS).split(',');
    let fields = fields.chain([LETTER]).map(str::to_owned);
    let command = Command::Use(Use {
        person,
        purpose: query.needed("purpose")?.to_owned(),
        fields: fields.collect(),
    });
    let Acted {
        entry,
        policy,
        effect,
    } = api.act(&caller, command, None).await?;
    let Effect::Values(released) = effect else {
        return Err(mistaken(&effect));
    };
    let read = letters(released, LETTER)?;
    let letters = read.iter().map(|letter| Letter {
        number: letter.number,
        thread: &letter.thread,
        direction: letter.direction,
        at: letter.at.map(|at| at.to_string()),
        parts: letter.parts.iter().map(Value::from).collect(),
    });
    let answer = Correspondence {
        entry,
        policy: &policy,
        letters: letters.collect(),
    };
    Ok(json(StatusCode::OK, &answer))
}
