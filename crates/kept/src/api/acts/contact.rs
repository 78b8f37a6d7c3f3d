//! `POST /v1/contact`: a message goes to a person, or one of theirs has come.
//! It answers with what is needed to reach them; it sends nothing by itself.

use super::reading::Reading;
use crate::api::asked::Asked;
use crate::api::{Api, Problem, answer};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;

/// Contact
///
/// Records that a message goes to a person or has come from them, and reads the fields that it
/// takes.
#[utoipa::path(post, path = "/v1/contact", tag = "acts", request_body = Reading,
    responses((status = OK, description = "The values", body = answer::Values<'_>), Problem))]
pub(super) async fn contact(
    State(api): State<Api>,
    asked: Asked<Reading>,
) -> Result<Response, Problem> {
    api.act(&asked.caller, Command::Contact(asked.body.into()), None)
        .await?
        .values()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn contact_reads_what_it_takes_for_a_purpose() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        let wanted = json!({ "person": person, "purpose": "answer-you", "fields": ["name"] });
        let answer = server.post("/v1/contact", &support, &wanted).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["values"][0]["value"], "Ada Byron");
    }
}
