//! `POST /v1/people/{id}/export`: everything held about a person goes to that person, as a stream.
//! Memory stays flat: pages of values, and files chunk by chunk. It stops at once if the person is
//! erased.

use crate::api::answer::{Value, mistaken};
use crate::api::asked::{Asked, Person};
use crate::api::{Acted, Api, Kind, Problem};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use kept_processing::{
    About, BlobReader, Command, Door, Effect, Export, ReceivedBy, Released, Shown,
};
use kept_terms::{Right, Timestamp};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

/// How many pieces of the answer may wait for the reader.
const WAITING_MAX: usize = 4;

/// By which right.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Exporting {
    /// `access` or `portability`.
    #[serde(default)]
    right: Option<String>,
    /// Whether the content of files comes too; left out, it does.
    #[serde(default)]
    files: Option<bool>,
}

/// A line of the answer. The last is `end`; without it the answer broke off.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line<'a> {
    /// What holds for the person beside the values; the first line.
    About(Holds),
    /// A value.
    Value(Value<'a>),
    /// A part of the content of the file that came before, in base64; parts follow each other.
    Content(String),
    /// Everything was told.
    End {
        /// How many values there were.
        values: u64,
    },
    /// It broke off, for this reason.
    Problem(Problem),
}

/// What holds for a person beside the values.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Holds {
    /// The country, where it is known.
    country: Option<String>,
    /// The document that is for them.
    document: Option<String>,
    /// Whether processing is paused.
    restricted: bool,
    /// Purposes they object to.
    objections: Vec<String>,
    /// Their consents, withdrawn ones included.
    consents: Vec<ConsentHeld>,
    /// Recipients they agreed to.
    recipients: Vec<String>,
    /// Who received something about them.
    received: Vec<Reception>,
    /// By what they show who they are, without any of it.
    signs_in: SignsIn,
}

/// By what a person shows who they are.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct SignsIn {
    /// Whether they have a password.
    password: bool,
    /// Their passkeys, without anything that opens.
    passkeys: Vec<PasskeyHeld>,
    /// When they last signed in, or changed how they do.
    last: Option<String>,
}

/// A passkey, by what its owner knows it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct PasskeyHeld {
    /// What the person calls it.
    name: String,
    /// When it was added.
    added: String,
    /// When it was last used, if it was.
    used: Option<String>,
}

/// What a recipient received.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Reception {
    /// Who.
    recipient: String,
    /// The day of the first time.
    first: String,
    /// The day of the last time.
    last: String,
    /// Which fields.
    fields: Vec<String>,
    /// For which purposes.
    purposes: Vec<String>,
}

/// A consent on record.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ConsentHeld {
    /// To what purpose.
    purpose: String,
    /// When it was given.
    given: String,
    /// When it was withdrawn, if it was.
    withdrawn: Option<String>,
    /// The channel through which it was given.
    channel: String,
    /// The document version under which it was given.
    version: String,
}

impl From<ReceivedBy> for Reception {
    fn from(received: ReceivedBy) -> Reception {
        Reception {
            recipient: received.recipient,
            first: received.first.to_string(),
            last: received.last.to_string(),
            fields: received.fields,
            purposes: received.purposes,
        }
    }
}

impl From<About> for Holds {
    fn from(about: About) -> Holds {
        let moment = |second| {
            Timestamp::from_second(second).map_or_else(|_| String::new(), |at| at.to_string())
        };
        let consents = about
            .consents
            .into_iter()
            .map(|(purpose, record)| ConsentHeld {
                purpose,
                given: moment(record.given_second),
                withdrawn: record.withdrawn_second.map(moment),
                channel: record.through,
                version: record.version,
            });
        let passkeys = about.signs_in.passkeys.into_iter().map(|it| PasskeyHeld {
            name: it.name,
            added: moment(it.added),
            used: it.used.map(moment),
        });
        Holds {
            country: about.country.map(|country| country.code().to_owned()),
            document: about.document,
            restricted: about.restricted,
            objections: about.objections,
            consents: consents.collect(),
            recipients: about.recipients,
            received: about.received.into_iter().map(Reception::from).collect(),
            signs_in: SignsIn {
                password: about.signs_in.password,
                passkeys: passkeys.collect(),
                last: about.signs_in.last.map(moment),
            },
        }
    }
}

/// Export
///
/// Everything that is held about a person, as lines of JSON (NDJSON), files included.
#[utoipa::path(post, path = "/v1/people/{id}/export", tag = "people", request_body = Exporting,
    params(("id" = String, Path, format = "uuid", description = "The person")),
    responses(
        (status = OK, description = "Lines of JSON", body = Line<'_>,
            content_type = "application/x-ndjson"),
        Problem,
    ))]
pub(super) async fn export(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Exporting>,
) -> Result<Response, Problem> {
    let right = match asked.body.right.as_deref() {
        None => Right::Access,
        Some(word) => Right::from_word(word)
            .ok_or_else(|| Problem::invalid("right", "is not `access` or `portability`"))?,
    };
    let Acted { effect, .. } = api
        .act(&asked.caller, Command::Export { person, right }, None)
        .await?;
    streamed(&api, effect, asked.body.files.unwrap_or(true))
}

/// The answer that hands an export out.
pub(in crate::api) fn streamed(
    api: &Api,
    effect: Effect,
    files: bool,
) -> Result<Response, Problem> {
    let Effect::Export(export) = effect else {
        return Err(mistaken(&effect));
    };
    let (lines, stream) = channel(WAITING_MAX);
    let api = api.clone();
    tokio::spawn(async move {
        // A reader that goes away ends it; there is nobody left to tell.
        let _ = tell(&api.door, *export, files, &lines).await;
    });
    let ndjson = HeaderValue::from_static("application/x-ndjson");
    let body = Body::from_stream(ReceiverStream::new(stream));
    Ok(([(header::CONTENT_TYPE, ndjson)], body).into_response())
}

/// Where lines go.
pub(crate) type Lines = Sender<Result<Bytes, Infallible>>;

/// The reader went away.
pub(crate) struct Gone;

/// Tells everything that an export holds, up to its last line.
pub(in crate::api) async fn tell(
    door: &Door,
    mut export: Export,
    files: bool,
    lines: &Lines,
) -> Result<(), Gone> {
    send(lines, &Line::About(export.about().into())).await?;
    let mut values = 0;
    loop {
        match export.next_page(door).await {
            Ok(Some(page)) => {
                for released in page {
                    send(lines, &Line::Value(Value::from(&released))).await?;
                    values += 1;
                    if files
                        && let Released {
                            value: Shown::File { content, .. },
                            ..
                        } = released
                    {
                        tell_content(content, lines).await?;
                    }
                }
            }
            Ok(None) => return send(lines, &Line::End { values }).await,
            Err(failure) => return send(lines, &Line::Problem(failure.into())).await,
        }
    }
}

async fn tell_content(mut content: Box<BlobReader>, lines: &Lines) -> Result<(), Gone> {
    let mut position = 0;
    loop {
        let reading = tokio::task::spawn_blocking(move || (content.chunk(position), content)).await;
        let Ok((chunk, reader)) = reading else {
            return Err(Gone);
        };
        content = reader;
        match chunk {
            Ok(Some(chunk)) => send(lines, &Line::Content(BASE64.encode(&chunk))).await?,
            Ok(None) => return Ok(()),
            Err(failure) => {
                let failure = kept_processing::Failure::from(failure);
                return send(lines, &Line::Problem(failure.into())).await;
            }
        }
        position += 1;
    }
}

/// Sends one line.
pub(in crate::api) async fn send<T: Serialize>(lines: &Lines, line: &T) -> Result<(), Gone> {
    let mut bytes = serde_json::to_vec(line).unwrap_or_else(|_| {
        let told = Problem::new(Kind::Internal, "a line cannot be written");
        serde_json::to_vec(&Line::Problem(told)).unwrap_or_default()
    });
    bytes.push(b'\n');
    lines.send(Ok(bytes.into())).await.map_err(|_| Gone)
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn a_person_gets_everything_files_included_and_the_end_is_told() {
        let server = Server::new().await;
        let person = server
            .person_with_a_recording("ada@example.com", &[7; 100_000])
            .await;
        let privacy = server.token("staff", Some("privacy-office")).await;
        let path = format!("/v1/people/{person}/export");
        let export = server
            .post(&path, &privacy, &json!({ "right": "access" }))
            .await;
        assert_eq!(export.status, 200, "{}", export.text);
        let lines: Vec<Value> = export
            .text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines[0]["about"]["country"], "US");
        let fields: Vec<_> = lines
            .iter()
            .filter_map(|line| line["value"]["field"].as_str())
            .collect();
        assert!(
            fields.contains(&"name") && fields.contains(&"call-recording"),
            "{fields:?}"
        );
        let content = lines.iter().filter_map(|line| line["content"].as_str());
        let decode = |text: &str| data_encoding::BASE64.decode(text.as_bytes()).unwrap();
        assert_eq!(
            content.flat_map(decode).collect::<Vec<u8>>(),
            vec![7; 100_000]
        );
        assert_eq!(lines.last().unwrap()["end"]["values"], json!(fields.len()));
    }

    #[tokio::test]
    async fn an_export_needs_a_right() {
        let server = Server::new().await;
        let person = server.person("ada@example.com").await;
        let privacy = server.token("staff", Some("privacy-office")).await;
        let path = format!("/v1/people/{person}/export");
        let odd = server
            .post(&path, &privacy, &json!({ "right": "curiosity" }))
            .await;
        assert_eq!(odd.status, 422);
        let other = server
            .post(&path, &privacy, &json!({ "right": "erasure" }))
            .await;
        assert_eq!(
            (other.status, &other.body["reasons"][0]["code"]),
            (403, &json!("no-right"))
        );
    }
}
