//! `POST /v1/disclose`: a recipient is shown what a clause lets it see.
//! What it may not have is refused before anything is opened; the answer is what is to be sent on.

use crate::api::asked::Asked;
use crate::api::{Api, Problem, answer};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use kept_terms::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is shown to whom.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Disclosure {
    /// Whose it is.
    #[schema(value_type = String, format = "uuid")]
    person: PersonId,
    /// To whom.
    recipient: String,
    /// What for.
    purpose: String,
    /// Which fields.
    fields: Vec<String>,
    /// Whether the law compels it.
    #[serde(default)]
    compelled: bool,
}

/// Disclose
///
/// Reads fields of a person for a recipient, if the policy lets it have them where it is.
#[utoipa::path(post, path = "/v1/disclose", tag = "acts", request_body = Disclosure,
    responses((status = OK, description = "The values", body = answer::Values<'_>), Problem))]
pub(super) async fn disclose(
    State(api): State<Api>,
    asked: Asked<Disclosure>,
) -> Result<Response, Problem> {
    let Disclosure {
        person,
        recipient,
        purpose,
        fields,
        compelled,
    } = asked.body;
    let command = Command::Disclose {
        person,
        recipient,
        purpose,
        fields,
        compelled,
    };
    api.act(&asked.caller, command, None).await?.values()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn a_recipient_without_an_undertaking_gets_nothing() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        let wanted = json!({
            "person": person, "recipient": "crm-cloud", "purpose": "answer-you", "fields": ["name"],
        });
        let refused = server.post("/v1/disclose", &support, &wanted).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
        assert!(refused.text.contains("#disclose."), "{}", refused.text);
    }
}
