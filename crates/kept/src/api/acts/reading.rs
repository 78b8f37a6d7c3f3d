//! `POST /v1/use`: something stored is read for a purpose.
//! The reading is on record before a value leaves.

use crate::api::asked::Asked;
use crate::api::{Api, Problem, answer};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Command, Use};
use kept_terms::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is to be read, and what for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Reading {
    /// Whose it is.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// What for.
    purpose: String,
    /// Which fields.
    fields: Vec<String>,
}

impl From<Reading> for Use {
    fn from(
        Reading {
            person,
            purpose,
            fields,
        }: Reading,
    ) -> Use {
        Use {
            person,
            purpose,
            fields,
        }
    }
}

/// Use
///
/// Reads fields of a person for a purpose. What the caller's role sees masked comes masked; what is
/// past its day, or held for other purposes, does not come.
#[utoipa::path(post, path = "/v1/use", tag = "acts", request_body = Reading,
    responses(
        (status = OK, description = "The values", body = answer::Values<'_>),
        Problem,
    ))]
pub(super) async fn reading(
    State(api): State<Api>,
    asked: Asked<Reading>,
) -> Result<Response, Problem> {
    api.act(&asked.caller, Command::Use(asked.body.into()), None)
        .await?
        .values()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn values_come_out_for_a_purpose_and_leave_an_entry() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        let wanted =
            json!({ "person": person, "purpose": "answer-you", "fields": ["name", "email"] });
        let read = server.post("/v1/use", &support, &wanted).await;
        assert_eq!(read.status, 200, "{}", read.body);
        let values = read.body["values"].as_array().unwrap();
        let told = |field: &str| {
            let value = values.iter().find(|value| value["field"] == field).unwrap();
            (value["shown"].clone(), value["value"].clone())
        };
        assert_eq!(told("name"), (json!("clear"), json!("Ada Byron")));
        assert_eq!(told("email"), (json!("masked"), json!("a•••@example.com")));
        assert!(read.body["entry"].is_number());
    }

    #[tokio::test]
    async fn a_purpose_of_another_role_is_refused() {
        let server = Server::new().await;
        let marketing = server.token("staff", Some("marketing")).await;
        let person = server.person("ada@example.com").await;
        let wanted = json!({ "person": person, "purpose": "answer-you", "fields": ["name"] });
        let refused = server.post("/v1/use", &marketing, &wanted).await;
        assert_eq!(
            (refused.status, &refused.body["reasons"][0]["code"]),
            (403, &json!("wrong-role"))
        );
    }

    #[tokio::test]
    async fn nobody_reads_without_a_token() {
        let server = Server::new().await;
        let person = server.person("ada@example.com").await;
        let wanted = json!({ "person": person, "purpose": "answer-you", "fields": ["name"] });
        let unknown = server.post("/v1/use", "kept_unknown", &wanted).await;
        assert_eq!(unknown.status, 401);
        assert_eq!(
            unknown.header("www-authenticate"),
            Some("Bearer realm=\"kept\"")
        );
    }
}
