//! `POST /v1/people/{id}/consent`: a person agrees to a purpose or a recipient.
//! Silence is never consent: it takes a request that says so.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Command, ConsentTo};
use kept_terms::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

/// To what, and how it was said.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::api) struct Agreement {
    /// The purpose; either this or a recipient.
    #[serde(default)]
    purpose: Option<String>,
    /// The recipient of disclosures; either this or a purpose.
    #[serde(default)]
    recipient: Option<String>,
    /// The channel through which the person said so.
    channel: String,
}

impl Agreement {
    /// The command that records it, or that it was taken back.
    pub fn command(self, person: PersonId, given: bool) -> Result<Command, Problem> {
        let to = match (self.purpose, self.recipient) {
            (Some(purpose), None) => ConsentTo::Purpose(purpose),
            (None, Some(recipient)) => ConsentTo::Recipient(recipient),
            (Some(_), Some(_)) | (None, None) => {
                let problem = "names both a purpose and a recipient, or neither; name one";
                return Err(Problem::invalid("the body", problem));
            }
        };
        Ok(Command::Consent {
            person,
            to,
            given,
            channel: self.channel,
        })
    }
}

/// Agree
///
/// Records when, through which channel and under which version the person agreed.
#[utoipa::path(post, path = "/v1/people/{id}/consent", tag = "people", request_body = Agreement,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn consent(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Agreement>,
) -> Result<Response, Problem> {
    let command = asked.body.command(person, true)?;
    api.act(&asked.caller, command, asked.once).await?.done()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn an_agreement_is_given_and_taken_back() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        let agreement = json!({ "purpose": "marketing", "channel": "website-form" });
        for way in ["consent", "withdraw"] {
            let path = format!("/v1/people/{person}/{way}");
            let done = server.post(&path, &support, &agreement).await;
            assert_eq!(done.status, 200, "{}", done.body);
        }
        for odd in [
            json!({ "channel": "website-form" }),
            json!({ "purpose": "marketing" }),
        ] {
            let path = format!("/v1/people/{person}/consent");
            assert_eq!(server.post(&path, &support, &odd).await.status, 422);
        }
    }
}
