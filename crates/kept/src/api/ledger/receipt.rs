//! `GET /v1/ledger/receipts/{index}`: the proof that an entry stands in the ledger, to be checked
//! without us. `kept verify` checks it, and so does any other program that knows the format (C2SP
//! tlog-proof).

use super::{BRIEFLY, text};
use crate::api::asked::Index;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;

/// Receipt
///
/// An inclusion proof with the signed checkpoint it leads to (`.tlog-proof`).
#[utoipa::path(get, path = "/v1/ledger/receipts/{index}", tag = "ledger", security(()),
    params(("index" = u64, Path, description = "Counted from 0")),
    responses(
        (status = OK, description = "The proof", body = String,
            content_type = "text/plain"),
        Problem,
    ))]
pub(super) async fn receipt(
    State(api): State<Api>,
    Index(index): Index,
) -> Result<Response, Problem> {
    Ok(text(api.door.receipt(index).await?.to_string(), BRIEFLY))
}
