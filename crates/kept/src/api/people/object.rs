//! `POST /v1/people/{id}/object`: the person objects to a purpose or opts out of it (GDPR Art. 21).
//! It takes effect with the next decision, whatever is held.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use serde::Deserialize;
use utoipa::ToSchema;

/// To what.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Objection {
    /// The purpose.
    purpose: String,
}

/// Object
///
/// From now on nothing is used for the purpose.
#[utoipa::path(post, path = "/v1/people/{id}/object", tag = "people", request_body = Objection,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn object(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Objection>,
) -> Result<Response, Problem> {
    let Objection { purpose } = asked.body;
    let command = Command::Object {
        person,
        purpose,
        objects: true,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn an_objection_holds_with_the_next_reading_until_it_is_taken_back() {
        let server = Server::new().await;
        let marketing = server.token("staff", Some("marketing")).await;
        let privacy = server.token("staff", Some("privacy-office")).await;
        let person = server.person("ada@example.com").await;
        let wanted = json!({ "person": person, "purpose": "marketing", "fields": ["email"] });
        let status = async || server.post("/v1/use", &marketing, &wanted).await.status;
        assert_eq!(status().await, 200);
        let purpose = json!({ "purpose": "marketing" });
        let object = format!("/v1/people/{person}/object");
        let objected = server.post(&object, &privacy, &purpose).await;
        assert_eq!(objected.status, 200, "{}", objected.body);
        assert_eq!(status().await, 403);
        let unobject = format!("/v1/people/{person}/unobject");
        assert_eq!(server.post(&unobject, &privacy, &purpose).await.status, 200);
        assert_eq!(status().await, 200);
    }
}
