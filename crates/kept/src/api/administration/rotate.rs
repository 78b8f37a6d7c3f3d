//! `POST /v1/rotate`: the wrapping key is replaced, and every key is wrapped anew, while everything
//! goes on.
//! No value is sealed anew, so it is quick whatever is held.

use crate::api::answer::Done;
use crate::api::asked::{Asked, Nothing};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;

/// Rotate
///
/// Replaces the wrapping key.
#[utoipa::path(post, path = "/v1/rotate", tag = "administration",
    responses((status = OK, description = "It is replaced", body = Done), Problem))]
pub(super) async fn rotate(
    State(api): State<Api>,
    asked: Asked<Nothing>,
) -> Result<Response, Problem> {
    let (door, caller) = (api.door.clone(), asked.caller);
    let work = async move || door.rotate(&caller, &mut |_, _| {}).await;
    let performed = super::at_length(work).await?;
    api.acted(performed)?.done()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn what_is_held_opens_after_a_rotation() {
        let server = Server::new().await;
        let administrator = server.token("administrator", None).await;
        let support = server.token("staff", Some("support")).await;
        let person = server.person("ada@example.com").await;
        let rotated = server.post("/v1/rotate", &administrator, &json!({})).await;
        assert_eq!(rotated.status, 200, "{}", rotated.body);
        let wanted = json!({ "person": person, "purpose": "answer-you", "fields": ["name"] });
        let read = server.post("/v1/use", &support, &wanted).await;
        assert_eq!(read.body["values"][0]["value"], "Ada Byron");
        let audit = server.post("/v1/audit", &administrator, &json!({})).await;
        assert_eq!(
            (audit.status, &audit.body["sound"]),
            (200, &json!(true)),
            "{}",
            audit.body
        );
        assert_eq!(
            (&audit.body["people"], &audit.body["items"]),
            (&json!(1), &json!(3))
        );
    }
}
