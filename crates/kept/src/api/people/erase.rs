//! `POST /v1/people/{id}/erase`: a person is erased, their key first (GDPR Art. 17).
//! It cannot be undone, not even from a backup.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Nothing, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;

/// Erase
///
/// What is held becomes unreadable at once, everywhere and for good; rows follow with the sweep.
#[utoipa::path(post, path = "/v1/people/{id}/erase", tag = "people",
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn erase(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let command = Command::Erase { person };
    api.act(&asked.caller, command, asked.once).await?.done()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn an_erased_person_is_gone_and_the_erasure_told_again_is_the_same() {
        let server = Server::new().await;
        let privacy = server.token("staff", Some("privacy-office")).await;
        let person = server.person("ada@example.com").await;
        let path = format!("/v1/people/{person}/erase");
        let erase = || {
            server
                .post(&path, &privacy, &json!({}))
                .with("idempotency-key", "one")
        };
        let first = erase().await;
        assert_eq!(first.status, 200, "{}", first.body);
        let again = erase().await;
        assert_eq!(
            (again.status, again.header("idempotency-replayed")),
            (200, Some("true"))
        );
        let once_more = server.post(&path, &privacy, &json!({})).await;
        assert_eq!(once_more.status, 404);
        let wanted = json!({ "person": person, "purpose": "answer-you", "fields": ["name"] });
        let support = server.token("staff", Some("support")).await;
        assert_eq!(server.post("/v1/use", &support, &wanted).await.status, 404);
    }
}
