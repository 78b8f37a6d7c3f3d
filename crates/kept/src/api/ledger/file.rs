//! `GET /v1/ledger/tile/{*tile}` and `GET /ledger/tile/{*tile}`: hashes and entries, 256 at a time.
//! The layout is that of C2SP tlog-tiles, so any client of such logs can read them.

use super::{BRIEFLY, FOR_EVER, nothing};
use crate::api::asked::parameter;
use crate::api::{Api, Problem};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Tile
///
/// A file of the log by its path below `tile/`, such as `0/000.p/7` or `entries/000.p/7`.
#[utoipa::path(get, path = "/v1/ledger/tile/{*tile}", tag = "ledger", security(()),
    params(("tile" = String, Path, description = "Its path")),
    responses(
        (status = OK, description = "The file", body = Vec<u8>,
            content_type = "application/octet-stream"),
        Problem,
    ))]
pub(super) async fn tile(State(api): State<Api>, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let path = format!("tile/{}", parameter(&mut parts, &api, "tile").await?);
    let bytes = api
        .door
        .ledger_file(&path)?
        .ok_or_else(|| nothing("tile"))?;
    // A partial tile goes once the full one is there.
    let kept = if path.contains(".p/") {
        BRIEFLY
    } else {
        FOR_EVER
    };
    let octets = HeaderValue::from_static("application/octet-stream");
    Ok((
        [
            (header::CONTENT_TYPE, octets),
            (header::CACHE_CONTROL, kept),
        ],
        bytes,
    )
        .into_response())
}

/// Tile of the log
///
/// The same where the tile layout expects it.
#[utoipa::path(get, path = "/ledger/tile/{*tile}", tag = "ledger", security(()),
    params(("tile" = String, Path, description = "Its path")),
    responses(
        (status = OK, description = "The file", body = Vec<u8>,
            content_type = "application/octet-stream"),
        Problem,
    ))]
pub(super) async fn tile_of_log(state: State<Api>, request: Request) -> Result<Response, Problem> {
    tile(state, request).await
}
