//! `GET /v1/ledger/key`: the public key that signs the ledger's checkpoints.
//! Whoever wants to rely on it compares it with one they were given in another way.

use super::{BRIEFLY, text};
use crate::api::Api;
use axum::extract::State;
use axum::response::Response;

/// Key
///
/// The verifier key (C2SP signed-note): name, key hash, algorithm and public key.
#[utoipa::path(get, path = "/v1/ledger/key", tag = "ledger", security(()),
    responses((status = OK, description = "The key", body = String, content_type = "text/plain")))]
pub(super) async fn key(State(api): State<Api>) -> Response {
    text(format!("{}\n", api.door.verifier()), BRIEFLY)
}
