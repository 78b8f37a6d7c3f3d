//! `GET /healthz` and `GET /readyz`: whether the server runs, and whether it can do its work.
//! They tell no more than that.

use crate::api::{Api, Kind, Problem};
use axum::extract::State;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long the rows may take to answer whoever asks whether the server can do its work.
const WITHIN: Duration = Duration::from_secs(2);

/// Live
///
/// Whether the server runs.
#[utoipa::path(get, path = "/healthz", tag = "pages", security(()),
    responses((status = OK, description = "It runs", body = String, content_type = "text/plain")))]
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// Ready
///
/// Whether the server can do its work.
#[utoipa::path(get, path = "/readyz", tag = "pages", security(()),
    responses(
        (status = OK, description = "It can", body = String,
            content_type = "text/plain"),
        Problem,
    ))]
pub(super) async fn ready(State(api): State<Api>) -> Result<&'static str, Problem> {
    if api.closing.load(Ordering::Relaxed) {
        return Err(Problem::new(Kind::Unavailable, "the server is stopping").retry_after(5));
    }
    api.door.checkpoint()?;
    let rows = tokio::time::timeout(WITHIN, api.door.reach_rows()).await;
    rows.map_err(|_| {
        Problem::new(Kind::Unavailable, "the database does not answer").retry_after(5)
    })??;
    Ok("ready\n")
}
