//! `POST /v1/collect/bulk`: many records at once, a line of JSON each.
//! Every line is decided, recorded and answered on its own; one that is refused or wrong stops no
//! other.

use super::collect::Record;
use crate::api::asked::parse;
use crate::api::lines::{self, Bulk, Told};
use crate::api::{Api, Problem};
use axum::extract::{Request, State};
use axum::response::Response;
use kept_processing::{Command, Effect};
use kept_terms::PersonId;
use serde::Serialize;
use utoipa::ToSchema;

/// What was stored.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct StoredLine {
    /// The person.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// Whether nobody had these identifiers before.
    new: bool,
    /// How many items were stored.
    items: usize,
    /// Whether something was struck out before it was stored.
    redacted: bool,
}

struct Collecting;

impl Bulk for Collecting {
    type Given<'a> = StoredLine;
    const DONE: &'static str = "stored";

    fn command(line: &[u8]) -> Result<Command, Problem> {
        parse::<Record>(line)?.command()
    }

    fn given(effect: &Effect) -> Option<StoredLine> {
        match effect {
            Effect::Stored {
                person,
                new,
                items,
                redacted,
            } => {
                let (person, new, items, redacted) = (*person, *new, *items, *redacted);
                Some(StoredLine {
                    person,
                    new,
                    items,
                    redacted,
                })
            }
            Effect::Done
            | Effect::Kept(_)
            | Effect::Values(_)
            | Effect::Found(_)
            | Effect::Matched(_)
            | Effect::Forwarded(_)
            | Effect::Training(_)
            | Effect::Due(..)
            | Effect::Stale(..)
            | Effect::Tabulated(_)
            | Effect::Export(_)
            | Effect::Named(_)
            | Effect::SignedIn(_)
            | Effect::Listed(_) => None,
        }
    }
}

/// Collect in bulk
///
/// Lines of JSON (NDJSON), each as in `/v1/collect` and at most 1 MiB long. The answer has a line
/// for each, in the same order, and is to be read while sending; its last line says `"end": true`.
#[utoipa::path(post, path = "/v1/collect/bulk", tag = "acts",
    request_body(content = Record, content_type = "application/x-ndjson"),
    responses(
        (status = OK, description = "A line for each", body = Told<StoredLine>,
            content_type = "application/x-ndjson"),
        Problem,
    ))]
pub(super) async fn collect_bulk(
    State(api): State<Api>,
    request: Request,
) -> Result<Response, Problem> {
    lines::answer::<Collecting>(api, request).await
}

#[cfg(test)]
mod tests {
    use crate::api::limits;
    use crate::api::testing::{Server, contact};
    use axum::http::Method;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn every_line_is_answered_on_its_own_and_in_order() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let mut body = String::new();
        let mut expected = Vec::new();
        let mut child = contact("kid@example.com");
        child["age"] = json!(9);
        for number in 0..600 {
            let (line, outcome) = match number % 200 {
                7 => ("{".to_owned(), "invalid"),
                8 => (child.to_string(), "refused"),
                9 => ("x".repeat(limits::LINE_BYTES_MAX + 1), "invalid"),
                _ => (
                    contact(&format!("p{}@example.com", number % 200)).to_string(),
                    "stored",
                ),
            };
            body.push_str(&line);
            body.push_str("\n\n");
            expected.push(outcome);
        }
        let bulk = server.ask(
            Method::POST,
            "/v1/collect/bulk",
            &support,
            body.into_bytes(),
        );
        let bulk = bulk.with("content-type", "application/x-ndjson").await;
        let lines: Vec<Value> = bulk
            .text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let (end, lines) = lines.split_last().unwrap();
        for (number, (line, expected)) in (1..).zip(lines.iter().zip(&expected)) {
            assert_eq!(
                (&line["line"], &line["outcome"]),
                // An empty line stands after each.
                (&json!(2 * number - 1), &json!(expected)),
                "{line}"
            );
        }
        assert_eq!(lines[8]["problem"]["reasons"][0]["code"], "under-age");
        assert_eq!(lines[0]["person"], lines[200]["person"]);
        assert_eq!(lines.len(), expected.len());
        let told = json!({ "end": true, "lines": 600, "done": 591, "refused": 3, "invalid": 6, "failed": 0 });
        assert_eq!(*end, told);
    }

    #[tokio::test]
    async fn lines_need_a_token_and_the_right_media_type() {
        let server = Server::new().await;
        let ask = |token: &str| server.ask(Method::POST, "/v1/collect/bulk", token, b"{}".to_vec());
        assert_eq!(ask("").await.status, 401);
        let support = server.token("staff", Some("support")).await;
        assert_eq!(ask(&support).await.status, 415);
    }
}
