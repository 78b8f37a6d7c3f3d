//! `POST /v1/sweep`: what is past its day is destroyed now, instead of within the minute.
//! After a long gap the present day must be confirmed: destruction cannot be undone, and clocks can
//! be wrong.

use crate::api::acts::day;
use crate::api::answer::json;
use crate::api::asked::Asked;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::Showing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the day is confirmed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Sweeping {
    /// The present day, where it has to be confirmed.
    #[serde(default)]
    confirm: Option<String>,
}

/// What was destroyed.
#[derive(Serialize, ToSchema)]
pub(super) struct Swept {
    /// Items that fell due.
    items: u64,
    /// Keys that were destroyed with them.
    keys: u64,
    /// People of whom nothing is left.
    people: u64,
    /// Rows of erased people that were cleared away.
    rows: u64,
    /// Contents of files that no item stood in any more.
    blobs: u64,
    /// Cases that ended long enough ago.
    cases: u64,
}

/// Sweep
///
/// Destroys what is past its day.
#[utoipa::path(post, path = "/v1/sweep", tag = "administration", request_body = Option<Sweeping>,
    responses((status = OK, description = "What was destroyed", body = Swept), Problem))]
pub(super) async fn sweep(
    State(api): State<Api>,
    asked: Asked<Sweeping>,
) -> Result<Response, Problem> {
    let confirmed = asked
        .body
        .confirm
        .map(|text| day("confirm", &text))
        .transpose()?;
    api.look(&asked.caller, Showing::Soundness).await?;
    let door = api.door.clone();
    let swept = super::at_length(async move || door.sweep(confirmed).await).await??;
    let kept_processing::Swept {
        items,
        keys,
        people,
        rows,
        blobs,
        cases,
    } = swept;
    Ok(json(
        StatusCode::OK,
        &Swept {
            items,
            keys,
            people,
            rows,
            blobs,
            cases,
        },
    ))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use serde_json::json;

    #[tokio::test]
    async fn what_fell_due_is_swept_once_the_day_is_confirmed() {
        let server = Server::new().await;
        let administrator = server.token("administrator", None).await;
        server.person("ada@example.com").await;
        let first = server.post("/v1/sweep", &administrator, &json!({})).await;
        assert_eq!(
            (first.status, &first.body["items"]),
            (200, &json!(0)),
            "{}",
            first.body
        );
        server.clock.pass_days(4_000);
        let administrator = server
            .token_until("administrator", None, "2100-01-01T00:00:00Z")
            .await;
        let held = server.post("/v1/sweep", &administrator, &json!({})).await;
        assert_eq!(
            (held.status, &held.body["place"]),
            (422, &json!("the clock"))
        );
        let today = kept_terms::Day::of(server.door.now()).to_string();
        let swept = server
            .post("/v1/sweep", &administrator, &json!({ "confirm": today }))
            .await;
        assert_eq!(
            (swept.status, &swept.body["people"]),
            (200, &json!(1)),
            "{}",
            swept.body
        );
    }

    #[tokio::test]
    async fn only_administrators_sweep_rotate_and_audit() {
        let server = Server::new().await;
        let support = server.token("staff", Some("support")).await;
        for path in ["/v1/sweep", "/v1/rotate", "/v1/audit"] {
            let refused = server.post(path, &support, &json!({})).await;
            assert_eq!(
                (refused.status, &refused.body["reasons"][0]["code"]),
                (403, &json!("not-administrator"))
            );
        }
    }
}
