//! `POST /v1/verify`: whether what somebody says of themselves is what is held.
//! It answers yes or no and never shows what is held; failed attempts are counted against guessing.

use crate::api::answer::{json, mistaken};
use crate::api::asked::{Asked, pairs};
use crate::api::{Acted, Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Command, Effect};
use kept_terms::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was said.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Claims {
    /// Of whom.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// What for.
    purpose: String,
    /// Field names and what was said.
    #[serde(deserialize_with = "pairs")]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    claims: Vec<(String, String)>,
}

/// Whether it is so.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Verified {
    /// The index of the ledger entry.
    entry: Option<u64>,
    /// The digest of the policy it was decided under.
    policy: String,
    /// Whether everything that was said is what is held.
    matched: bool,
}

/// Verify
///
/// Compares what somebody says of themselves with what is held.
#[utoipa::path(post, path = "/v1/verify", tag = "acts", request_body = Claims,
    responses((status = OK, description = "Whether it is so", body = Verified), Problem))]
pub(super) async fn verify(
    State(api): State<Api>,
    asked: Asked<Claims>,
) -> Result<Response, Problem> {
    let Claims {
        person,
        purpose,
        claims,
    } = asked.body;
    let command = Command::Verify {
        person,
        purpose,
        claims,
    };
    let Acted {
        entry,
        policy,
        effect,
    } = api.act(&asked.caller, command, None).await?;
    match effect {
        Effect::Matched(matched) => Ok(json(
            StatusCode::OK,
            &Verified {
                entry,
                policy,
                matched,
            },
        )),
        other => Err(mistaken(&other)),
    }
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn claims_match_or_do_not_and_guessing_comes_to_an_end() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        let claim = |phone: &str| json!({ "person": person, "purpose": "keep-secure", "claims": { "phone": phone } });
        let right = server
            .post("/v1/verify", &support, &claim("+1 212 555 0123"))
            .await;
        assert_eq!(
            (right.status, &right.body["matched"]),
            (200, &json!(true)),
            "{}",
            right.body
        );
        let mut told = Vec::new();
        for _ in 0..7 {
            let wrong = server
                .post("/v1/verify", &support, &claim("+1 212 555 0199"))
                .await;
            assert!(!wrong.text.contains("0123"));
            told.push(wrong.status);
        }
        assert_eq!((told[0], told[6]), (200, 403));
    }
}
