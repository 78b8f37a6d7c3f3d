//! `GET /.well-known/gpc.json`: says that Global Privacy Control is honoured.
//! When it was said first follows from the policy.

use crate::api::Api;
use axum::extract::State;
use axum::response::Response;

/// Global Privacy Control
///
/// Says that the signal is honoured (W3C Global Privacy Control).
#[utoipa::path(get, path = "/.well-known/gpc.json", tag = "pages", security(()),
    responses((status = OK, description = "That it is", body = Object)))]
pub(super) async fn gpc(State(api): State<Api>) -> Response {
    let policy = api.door.policy();
    let revised = policy
        .documents
        .iter()
        .filter_map(|document| document.revised)
        .max();
    let body = match revised {
        Some(day) => serde_json::json!({ "gpc": true, "lastUpdate": day.to_string() }),
        None => serde_json::json!({ "gpc": true }),
    };
    super::text("application/json", body.to_string())
}
