//! `GET /v1/ledger/checkpoint` and `GET /ledger/checkpoint`: how large the ledger is and what its
//! tree's root is, signed.
//! The second address is the one that the tile layout asks for (C2SP tlog-tiles).

use super::{BRIEFLY, nothing, text};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;

/// Checkpoint
///
/// A signed note (C2SP signed-note): the log's origin, its size, its root hash.
#[utoipa::path(get, path = "/v1/ledger/checkpoint", tag = "ledger", security(()),
    responses(
        (status = OK, description = "The signed note", body = String,
            content_type = "text/plain"),
        Problem,
    ))]
pub(super) async fn checkpoint(State(api): State<Api>) -> Result<Response, Problem> {
    Ok(text(
        api.door
            .checkpoint()?
            .ok_or_else(|| nothing("checkpoint"))?,
        BRIEFLY,
    ))
}

/// Checkpoint of the log
///
/// The same where the tile layout expects it.
#[utoipa::path(get, path = "/ledger/checkpoint", tag = "ledger", security(()),
    responses(
        (status = OK, description = "The signed note", body = String,
            content_type = "text/plain"),
        Problem,
    ))]
pub(super) async fn checkpoint_of_log(state: State<Api>) -> Result<Response, Problem> {
    checkpoint(state).await
}
