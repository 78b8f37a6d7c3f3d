//! `POST /v1/find`: who has an identifier. The identifier stands in the body, never in an address.
//! It answers with the person's opaque identifier and shows nothing of theirs.

use crate::api::answer::{json, mistaken};
use crate::api::asked::Asked;
use crate::api::{Acted, Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Command, Effect};
use kept_terms::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What to look for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Search {
    /// What for.
    purpose: String,
    /// The identifier's field, such as `email`.
    field: String,
    /// The identifier.
    value: String,
}

/// Who has it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Found {
    /// The index of the ledger entry.
    entry: Option<u64>,
    /// The digest of the policy it was decided under.
    policy: String,
    /// The person; nothing where nobody has it.
    #[schema(value_type = Option<String>, format = "uuid")]
    person: Option<PersonId>,
}

/// Find
///
/// Looks for the person who has an identifier.
#[utoipa::path(post, path = "/v1/find", tag = "acts", request_body = Search,
    responses((status = OK, description = "The person, or nobody", body = Found), Problem))]
pub(super) async fn find(
    State(api): State<Api>,
    asked: Asked<Search>,
) -> Result<Response, Problem> {
    let Search {
        purpose,
        field,
        value,
    } = asked.body;
    let command = Command::Find {
        purpose,
        field,
        value,
    };
    let Acted {
        entry,
        policy,
        effect,
    } = api.act(&asked.caller, command, None).await?;
    match effect {
        Effect::Found(person) => Ok(json(
            StatusCode::OK,
            &Found {
                entry,
                policy,
                person,
            },
        )),
        other => Err(mistaken(&other)),
    }
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn whoever_has_an_identifier_is_found() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        for (address, expected) in [
            ("ADA@example.com", json!(person)),
            ("no@example.com", Value::Null),
        ] {
            let search = json!({ "purpose": "answer-you", "field": "email", "value": address });
            let found = server.post("/v1/find", &support, &search).await;
            assert_eq!(
                (found.status, &found.body["person"]),
                (200, &expected),
                "{}",
                found.body
            );
        }
        let search = json!({ "purpose": "answer-you", "field": "name", "value": "Ada Byron" });
        let odd = server.post("/v1/find", &support, &search).await;
        assert_eq!((odd.status, &odd.body["place"]), (422, &json!("field")));
    }
}
