//! `POST /v1/use/bulk`: many readings at once, a line of JSON each.
//! Every line is decided and recorded on its own before its values leave.

use super::reading::Reading;
use crate::api::answer::Value;
use crate::api::asked::parse;
use crate::api::lines::{self, Bulk, Told};
use crate::api::{Api, Problem};
use axum::extract::{Request, State};
use axum::response::Response;
use kept_processing::{Command, Effect};
use serde::Serialize;
use utoipa::ToSchema;

/// What was read.
#[derive(Serialize, ToSchema)]
pub(super) struct ValuesLine<'a> {
    /// The values.
    values: Vec<Value<'a>>,
}

struct ReadingMany;

impl Bulk for ReadingMany {
    type Given<'a> = ValuesLine<'a>;
    const DONE: &'static str = "done";

    fn command(line: &[u8]) -> Result<Command, Problem> {
        Ok(Command::Use(parse::<Reading>(line)?.into()))
    }

    fn given(effect: &Effect) -> Option<ValuesLine<'_>> {
        match effect {
            Effect::Values(released) => Some(ValuesLine {
                values: released.iter().map(Value::from).collect(),
            }),
            Effect::Done
            | Effect::Kept(_)
            | Effect::Stored { .. }
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

/// Use in bulk
///
/// Lines of JSON (NDJSON), each as in `/v1/use`. The answer has a line for each, in the same order,
/// and is to be read while sending; its last line says `"end": true`.
#[utoipa::path(post, path = "/v1/use/bulk", tag = "acts",
    request_body(content = Reading, content_type = "application/x-ndjson"),
    responses(
        (status = OK, description = "A line for each", body = Told<ValuesLine<'_>>,
            content_type = "application/x-ndjson"),
        Problem,
    ))]
pub(super) async fn reading_bulk(
    State(api): State<Api>,
    request: Request,
) -> Result<Response, Problem> {
    lines::answer::<ReadingMany>(api, request).await
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use axum::http::Method;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn every_reading_is_decided_on_its_own() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        let nobody = "0190a5e0-0000-7000-8000-000000000000";
        let body: Vec<String> = [
            (&*person, "answer-you"),
            (&*person, "marketing"),
            (nobody, "answer-you"),
        ]
        .iter()
        .map(|(person, purpose)| {
            json!({ "person": person, "purpose": purpose, "fields": ["name"] }).to_string()
        })
        .collect();
        let bulk = server.ask(
            Method::POST,
            "/v1/use/bulk",
            &support,
            body.join("\n").into_bytes(),
        );
        let bulk = bulk.with("content-type", "application/x-ndjson").await;
        let lines: Vec<Value> = bulk
            .text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str()).collect();
        assert_eq!(
            outcomes,
            [Some("done"), Some("refused"), Some("invalid"), None]
        );
        assert_eq!(lines[0]["values"][0]["value"], "Ada Byron");
    }
}
