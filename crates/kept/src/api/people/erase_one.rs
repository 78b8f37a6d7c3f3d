//! `POST /v1/people/{id}/erase-one`: one thing that is held about a person is erased (GDPR Art.
//! 17); the rest stays.
//! It cannot be undone.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use kept_terms::ItemNumber;
use serde::Deserialize;
use utoipa::ToSchema;

/// One thing that is held.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct OneThing {
    /// Its field.
    field: String,
    /// Its number.
    #[schema(value_type = u32)]
    number: ItemNumber,
}

/// Erase one thing
///
/// The value goes, with every copy of it under other classes, and what it was found by.
#[utoipa::path(post, path = "/v1/people/{id}/erase-one", tag = "people", request_body = OneThing,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn erase_one(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<OneThing>,
) -> Result<Response, Problem> {
    let OneThing { field, number } = asked.body;
    let command = Command::EraseItem {
        person,
        field,
        number,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn one_thing_goes_and_the_rest_stays() {
        let server = Server::new().await;
        let office = server.token("staff", Some("privacy-office")).await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        let wanted = json!({ "person": person, "purpose": "answer-you",
            "fields": ["name", "phone"] });
        let before = server.post("/v1/use", &support, &wanted).await;
        let items = before.body["values"].as_array().unwrap().clone();
        let phone = items.iter().find(|it| it["field"] == "phone").unwrap();
        let path = format!("/v1/people/{person}/erase-one");
        let thing = json!({ "field": "phone", "number": phone["number"] });
        let refused = server.post(&path, &support, &thing).await;
        assert_eq!(refused.status, 403, "{}", refused.body);
        let done = server.post(&path, &office, &thing).await;
        assert_eq!(done.status, 200, "{}", done.body);
        let after = server.post("/v1/use", &support, &wanted).await;
        let left = after.body["values"].as_array().unwrap();
        assert!(left.iter().all(|it| it["field"] == "name") && !left.is_empty());
        for (odd, status) in [
            (thing, 404),
            (json!({ "field": "nothing", "number": 1 }), 422),
        ] {
            assert_eq!(
                server.post(&path, &office, &odd).await.status,
                status,
                "{odd}"
            );
        }
    }
}
