//! Tokens: listed, granted, revoked. Only administrators do that, and administrators see nothing
//! else.
//! A token's secret is told once, when it is granted, and stored as a hash.

mod grant;
mod list;
mod revoke;

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of tokens.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(list::list, grant::grant))
        .routes(routes!(revoke::revoke))
}
