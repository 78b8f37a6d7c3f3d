//! The ledger as anybody may read it: checkpoint, tiles, entries, receipts and the key that signs
//! them.
//! It holds no personal information, so no token is needed.

mod checkpoint;
mod entry;
mod file;
mod key;
mod receipt;

use super::{Api, Kind, Problem};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// How long a full tile may be kept by others: it never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// How long what grows may be kept by others.
const BRIEFLY: HeaderValue = HeaderValue::from_static("public, max-age=5");

/// The routes of the ledger.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(checkpoint::checkpoint))
        .routes(routes!(checkpoint::checkpoint_of_log))
        .routes(routes!(file::tile))
        .routes(routes!(file::tile_of_log))
        .routes(routes!(entry::entry))
        .routes(routes!(receipt::receipt))
        .routes(routes!(key::key))
}

fn text(text: String, kept: HeaderValue) -> Response {
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    (
        [(header::CONTENT_TYPE, plain), (header::CACHE_CONTROL, kept)],
        text,
    )
        .into_response()
}

fn nothing(what: &str) -> Problem {
    Problem::new(Kind::NotFound, format!("the ledger has no such {what} yet"))
}

#[cfg(test)]
mod tests {
    use crate::api::testing::Server;
    use kept_ledger::{Receipt, Verifier};

    #[tokio::test]
    async fn a_stranger_checks_a_receipt_with_what_is_public() {
        let server = Server::new().await;
        server.person("ada@example.com").await;
        let receipt = server.get("/v1/ledger/receipts/0", "").await;
        assert_eq!(receipt.status, 200, "{}", receipt.text);
        let key = server.get("/v1/ledger/key", "").await;
        let entry = server.get("/v1/ledger/entries/0", "").await;
        let verifier = Verifier::parse(key.text.trim()).unwrap();
        let receipt = Receipt::parse(&receipt.text).unwrap();
        receipt.verify(entry.text.as_bytes(), &[verifier]).unwrap();
        assert!(!entry.text.contains("ada"));
        let mut size = 0;
        for path in ["/v1/ledger/checkpoint", "/ledger/checkpoint"] {
            let checkpoint = server.get(path, "").await.text;
            let mut lines = checkpoint.lines();
            let origin = lines.next().unwrap();
            assert!(key.text.starts_with(origin) && origin.starts_with("kept.ledger/"));
            size = lines.next().unwrap().parse().unwrap();
        }
        for path in ["/ledger/tile", "/v1/ledger/tile"] {
            let tile = server.get(&format!("{path}/0/000.p/{size}"), "").await;
            assert_eq!((tile.status, tile.bytes.len()), (200, 32 * size), "{path}");
        }
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found() {
        let server = Server::new().await;
        for path in [
            "/v1/ledger/entries/7000",
            "/v1/ledger/receipts/7000",
            "/ledger/tile/9/999",
            "/ledger/tile/0/../../vault.db",
            "/ledger/tile/%2e%2e/%2e%2e/root.key",
        ] {
            assert_eq!(server.get(path, "").await.status, 404, "{path}");
        }
        let odd = server.get("/v1/ledger/entries/first", "").await;
        assert_eq!(odd.status, 422);
    }
}
