//! `POST /v1/collect`: something about a person comes in, with files or without.
//! Whether it is taken, and for how long it is kept, is the policy's decision.

use crate::api::answer::{json, mistaken, replayed};
use crate::api::asked::{Asked, OnceKey, pairs};
use crate::api::{Api, Problem, limits};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use data_encoding::BASE64;
use kept_processing::{Collect, Command, Direction, Effect, Given, Letter, Subject};
use kept_terms::{Day, PersonId, Territory, TerritoryError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something about a person.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::api) struct Record {
    /// The channel through which it came.
    channel: String,
    /// The service that is asked for along with it.
    #[serde(default)]
    service: Option<String>,
    /// One of the purposes it is collected for; left out, all of them.
    #[serde(default)]
    purpose: Option<String>,
    /// Whom it is about; left out, whoever has the identifiers among the values, or else somebody
    /// new.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    person: Option<PersonId>,
    /// Field names with a value, or with several where a field may have several.
    #[serde(default, deserialize_with = "pairs")]
    #[schema(value_type = BTreeMap<String, Texts>)]
    values: Vec<(String, Texts)>,
    /// What holds the values together as one message, to or from the person.
    #[serde(default)]
    letter: Option<LetterGiven>,
    /// Files. With more than 1 MiB of them use `/v1/collect/files`.
    #[serde(default)]
    files: Vec<FileGiven>,
    /// Where the person lives: a country, such as `US`, or a part of one by ISO 3166-2, such as
    /// `US-CA`. Where the country alone is said, the part of it that is known stays.
    #[serde(default)]
    country: Option<String>,
    /// Their age in years, where it was said.
    #[serde(default)]
    age: Option<u8>,
    /// The agreement of a parent, where they are under age.
    #[serde(default)]
    parent: Option<crate::api::people::parent::ParentAgreement>,
    /// Whether they were told before.
    #[serde(default)]
    notice: bool,
    /// The kind of case that it opens, such as `question` or `access`: whoever wrote has yet to
    /// show who they are.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    opens: Option<kept_processing::case::Kind>,
    /// The day it was collected; left out, today.
    #[serde(default)]
    collected_on: Option<String>,
    /// Purposes that the person agreed to along with it.
    #[serde(default)]
    consents: Vec<String>,
    /// Events of the person that are known along with it, with their days.
    #[serde(default, deserialize_with = "pairs")]
    #[schema(value_type = BTreeMap<String, String>)]
    events: Vec<(String, String)>,
}

/// A value, or several.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(in crate::api) enum Texts {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

/// What a message says of itself.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::api) struct LetterGiven {
    /// `in` where the person wrote it, `out` where it went to them.
    #[schema(value_type = String)]
    direction: Direction,
    /// When it was written, as `2026-01-31T09:30:00Z`.
    #[serde(default)]
    at: Option<String>,
    /// By what others refer to it, such as its Message-ID.
    #[serde(default)]
    id: Option<String>,
    /// What it refers to, the direct one first.
    #[serde(default)]
    answers: Vec<String>,
}

impl LetterGiven {
    fn letter(self) -> Result<Letter, Problem> {
        let at = self.at.map(|text| {
            let at = text.parse::<kept_terms::Timestamp>();
            let odd = "is not a time; write it as `2026-01-31T09:30:00Z`";
            at.map_err(|_| Problem::invalid("letter.at", odd))
        });
        let names = self.id.iter().chain(&self.answers);
        let long = |text: &String| text.len() > limits::LETTER_NAME_LENGTH_MAX;
        if self.answers.len() > limits::LETTER_ANSWERS_MAX || names.into_iter().any(long) {
            return Err(Problem::invalid("letter", "refers to too much"));
        }
        Ok(Letter {
            direction: self.direction,
            at: at.transpose()?,
            id: self.id,
            answers: self.answers,
        })
    }
}

/// The field that holds the parts of a message together.
pub(in crate::api) const LETTER: &str = "letter";

/// A file that is given.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::api) struct FileGiven {
    /// The field that takes it.
    field: String,
    /// What it is called.
    name: String,
    /// Its media type.
    media_type: String,
    /// Its content, in base64 with padding.
    content: String,
}

/// What was stored.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::api) struct Stored {
    /// The index of the ledger entry; absent where this had been stored before and is only told of
    /// again.
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<u64>,
    /// The digest of the policy it was decided under.
    policy: String,
    /// The person.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// Whether nobody had these identifiers before.
    new: bool,
    /// How many items were stored.
    items: usize,
    /// Whether something was struck out before it was stored, since the policy does not take it.
    redacted: bool,
}

impl Record {
    /// The command that stores it.
    pub fn command(self) -> Result<Command, Problem> {
        let mut values = Vec::with_capacity(self.values.len() + self.files.len());
        for (field, texts) in self.values {
            match texts {
                Texts::One(text) => values.push((field, Given::Text(text))),
                Texts::Many(texts) => {
                    values.extend(
                        texts
                            .into_iter()
                            .map(|text| (field.clone(), Given::Text(text))),
                    );
                }
            }
        }
        if let Some(letter) = self.letter {
            values.push((LETTER.to_owned(), Given::Letter(letter.letter()?)));
        }
        let mut bytes = 0;
        for (position, file) in self.files.into_iter().enumerate() {
            let content = BASE64.decode(file.content.as_bytes()).map_err(|_| {
                Problem::invalid(
                    format!("files.{position}.content"),
                    "is not base64 with padding",
                )
            })?;
            bytes += content.len();
            if bytes > limits::FILES_BYTES_MAX {
                let problem = format!("hold more than {} bytes", limits::FILES_BYTES_MAX);
                return Err(Problem::invalid("files", problem));
            }
            let (name, media_type) = (file.name, file.media_type);
            values.push((
                file.field,
                Given::File {
                    name,
                    media_type,
                    content,
                },
            ));
        }
        let dated = |(event, text): (String, String)| Ok((event, day("events", &text)?));
        Ok(Command::Collect(Collect {
            subject: self.person.map_or(Subject::Matched, Subject::Known),
            channel: self.channel,
            service: self.service,
            purpose: self.purpose,
            values,
            country: self.country.as_deref().map(country).transpose()?,
            age: self.age,
            parent: self.parent.map(Into::into),
            notice_given: self.notice,
            collected_on: self
                .collected_on
                .map(|text| day("collected-on", &text))
                .transpose()?,
            consents: self.consents,
            events: self
                .events
                .into_iter()
                .map(dated)
                .collect::<Result<_, Problem>>()?,
            unverified: false,
            opens: self.opens,
        }))
    }
}

fn country(text: &str) -> Result<Territory, Problem> {
    text.parse()
        .map_err(|problem: TerritoryError| Problem::invalid("country", problem.to_string()))
}

/// Reads a day.
pub(in crate::api) fn day(place: &str, text: &str) -> Result<Day, Problem> {
    let date = text
        .parse()
        .map_err(|_| Problem::invalid(place, "is not a date; write it as `2026-01-31`"))?;
    Ok(Day::from_date(date))
}

/// Collect
///
/// Stores what came in about a person, if the policy takes it. With more than 1 MiB of files use
/// `/v1/collect/files`.
#[utoipa::path(post, path = "/v1/collect", tag = "acts", request_body = Record,
    params(OnceKey),
    responses(
        (status = CREATED, description = "It was stored", body = Stored),
        Problem,
    ))]
pub(super) async fn collect(
    State(api): State<Api>,
    asked: Asked<Record>,
) -> Result<Response, Problem> {
    let acted = api
        .act(&asked.caller, asked.body.command()?, asked.once)
        .await?;
    stored(acted.entry, acted.policy, acted.effect)
}

/// Collect with files
///
/// The same as `/v1/collect` with up to 64 MiB of files.
#[utoipa::path(post, path = "/v1/collect/files", tag = "acts", request_body = Record,
    params(OnceKey),
    responses(
        (status = CREATED, description = "It was stored", body = Stored),
        Problem,
    ))]
pub(super) async fn collect_files(
    State(api): State<Api>,
    asked: Asked<Record, { limits::FILES_BODY_BYTES_MAX }>,
) -> Result<Response, Problem> {
    let acted = api
        .act(&asked.caller, asked.body.command()?, asked.once)
        .await?;
    stored(acted.entry, acted.policy, acted.effect)
}

/// The answer that something was stored.
pub(in crate::api) fn stored(
    entry: Option<u64>,
    policy: String,
    effect: Effect,
) -> Result<Response, Problem> {
    match effect {
        Effect::Stored {
            person,
            new,
            items,
            redacted,
        } => {
            let stored = Stored {
                entry,
                policy,
                person,
                new,
                items,
                redacted,
            };
            Ok(replayed(json(StatusCode::CREATED, &stored), entry))
        }
        other => Err(mistaken(&other)),
    }
}

#[cfg(test)]
mod tests {
    use crate::api::testing::{Server, contact};
    use serde_json::json;

    #[tokio::test]
    async fn what_the_policy_takes_is_stored_once() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let record = contact("ada@example.com");
        let request = || {
            server
                .post("/v1/collect", &support, &record)
                .with("idempotency-key", "one")
        };
        let first = request().await;
        assert_eq!(first.status, 201, "{}", first.body);
        assert_eq!(
            (&first.body["new"], &first.body["items"]),
            (&json!(true), &json!(3))
        );
        let again = request().await;
        assert_eq!(
            (again.status, again.header("idempotency-replayed")),
            (201, Some("true"))
        );
        assert_eq!(again.body["person"], first.body["person"]);
        let other = contact("grace@example.com");
        let other = server
            .post("/v1/collect", &support, &other)
            .with("idempotency-key", "one")
            .await;
        assert_eq!(other.status, 409);
    }

    #[tokio::test]
    async fn a_part_of_a_country_is_taken_and_stays_while_only_the_country_is_said() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let privacy = server.token("staff", Some("privacy-office")).await;
        for (said, known) in [
            ("US", "US"),
            ("us-ca", "US-CA"),
            ("US", "US-CA"),
            ("US-NY", "US-NY"),
        ] {
            let mut record = contact("ada@example.com");
            record["country"] = json!(said);
            let stored = server.post("/v1/collect", &support, &record).await;
            assert_eq!(stored.status, 201, "{}", stored.body);
            let person = stored.body["person"].as_str().unwrap();
            let path = format!("/v1/people/{person}/export");
            let export = server
                .post(&path, &privacy, &json!({ "right": "access" }))
                .await;
            let about: serde_json::Value =
                serde_json::from_str(export.text.lines().next().unwrap()).unwrap();
            assert_eq!(about["about"]["country"], known, "{said}");
        }
        let mut record = contact("grace@example.com");
        record["country"] = json!("US-CAL");
        let unknown = server.post("/v1/collect", &support, &record).await;
        assert_eq!(unknown.status, 422);
        let told = unknown.body.to_string();
        assert!(told.contains("near are `US-CA` (California)"), "{told}");
    }

    #[tokio::test]
    async fn what_the_policy_does_not_take_is_refused_with_its_clauses() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let mut record = contact("kid@example.com");
        record["age"] = json!(11);
        let refused = server.post("/v1/collect", &support, &record).await;
        assert_eq!(refused.status, 403);
        assert_eq!(refused.body["reasons"][0]["code"], "under-age");
        assert!(
            refused.body["clauses"][0]
                .as_str()
                .unwrap()
                .contains("#refuse.")
        );
        assert!(refused.body["entry"].is_number());
    }

    #[tokio::test]
    async fn what_cannot_be_understood_names_its_place() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        for (change, place) in [
            (json!({ "country": "Narnia" }), "country"),
            (json!({ "collected-on": "yesterday" }), "collected-on"),
            (json!({ "channel": "pigeon" }), "channel"),
            (json!({ "values": { "email": "nobody" } }), "values.email"),
            (json!({ "events": { "contract-ended": "soon" } }), "events"),
            (json!({ "age": -1 }), "age"),
        ] {
            let mut record = contact("ada@example.com");
            for (name, value) in change.as_object().unwrap() {
                record[name] = value.clone();
            }
            let answer = server.post("/v1/collect", &support, &record).await;
            assert_eq!(
                (answer.status, &answer.body["place"]),
                (422, &json!(place)),
                "{}",
                answer.body
            );
        }
    }
}
