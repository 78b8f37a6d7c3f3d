//! `DELETE /v1/tokens/{id}`: a token is revoked; the next request with it is turned away.
//! Revoking cannot be undone.

use crate::api::answer::Done;
use crate::api::asked::Word;
use crate::api::auth::Bearer;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::{Administration, Command};

/// Revoke a token
///
/// From now on it opens nothing.
#[utoipa::path(delete, path = "/v1/tokens/{id}", tag = "administration",
    params(("id" = String, Path, description = "The token's identifier, not its secret")),
    responses((status = OK, description = "It is revoked", body = Done), Problem))]
pub(super) async fn revoke(
    State(api): State<Api>,
    Bearer(caller): Bearer,
    Word(id): Word,
) -> Result<Response, Problem> {
    let acted = api
        .act(
            &caller,
            Command::Administer(Administration::Revoke { id }),
            None,
        )
        .await;
    api.tokens.forget();
    acted?.done()
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn a_token_lives_from_its_grant_to_its_end() {
        let server = Server::new().await;
        let administrator = server.token("administrator", None).await;
        let wanted =
            json!({ "kind": "staff", "role": "support", "expires": "2026-12-31T00:00:00Z" });
        let granted = server.post("/v1/tokens", &administrator, &wanted).await;
        assert_eq!(granted.status, 201, "{}", granted.body);
        let secret = granted.body["secret"].as_str().unwrap().to_owned();
        let id = granted.body["token"]["id"].as_str().unwrap().to_owned();
        let listed = server.get("/v1/tokens", &administrator).await;
        assert!(listed.text.contains(&id) && !listed.text.contains(&secret));
        // Staff may not even look.
        assert_eq!(server.get("/v1/tokens", &secret).await.status, 403);
        let revoked = server
            .delete(&format!("/v1/tokens/{id}"), &administrator)
            .await;
        assert_eq!(revoked.status, 200, "{}", revoked.body);
        assert_eq!(server.get("/v1/tokens", &secret).await.status, 401);
        assert_eq!(
            server
                .delete(&format!("/v1/tokens/{id}"), &administrator)
                .await
                .status,
            404
        );
    }

    #[tokio::test]
    async fn staff_cannot_grant_and_an_expired_token_opens_nothing() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        let wanted = json!({ "kind": "administrator", "expires": "2026-12-31T00:00:00Z" });
        let refused = server.post("/v1/tokens", &support, &wanted).await;
        assert_eq!(
            (refused.status, &refused.body["reasons"][0]["code"]),
            (403, &json!("not-administrator"))
        );
        server.clock.pass_days(60);
        assert_eq!(
            server.post("/v1/tokens", &support, &wanted).await.status,
            401
        );
    }
}
