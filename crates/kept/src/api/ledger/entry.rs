//! `GET /v1/ledger/entries/{index}`: one entry of the ledger, byte for byte as it is hashed.
//! It never waits for what is not sequenced yet.

use super::{FOR_EVER, nothing};
use crate::api::asked::Index;
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Entry
///
/// One entry: when, which act, by which clauses of which policy, permitted or refused.
#[utoipa::path(get, path = "/v1/ledger/entries/{index}", tag = "ledger", security(()),
    params(("index" = u64, Path, description = "Counted from 0")),
    responses((status = OK, description = "The entry", body = Object), Problem))]
pub(super) async fn entry(
    State(api): State<Api>,
    Index(index): Index,
) -> Result<Response, Problem> {
    let entry = api.door.entry(index)?.ok_or_else(|| nothing("entry"))?;
    let json = HeaderValue::from_static("application/json");
    Ok((
        [
            (header::CONTENT_TYPE, json),
            (header::CACHE_CONTROL, FOR_EVER),
        ],
        entry,
    )
        .into_response())
}
