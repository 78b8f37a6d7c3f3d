//! What anybody may see: the published policy, and what machines ask every server.
//! Pages need no JavaScript and hold nothing about anybody.

mod gpc;
mod health;
mod home;
mod metrics;
mod policies;
mod policy;
mod robots;
mod security;
mod style;
mod versions;

use super::Api;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of pages.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(home::home))
        .routes(routes!(policies::policies))
        .routes(routes!(policy::policy))
        .routes(routes!(versions::versions))
        .routes(routes!(style::style))
        .routes(routes!(gpc::gpc))
        .routes(routes!(security::security))
        .routes(routes!(robots::robots))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(metrics::metrics))
}

/// A text of a media type, which others may keep for a while.
fn text(media_type: &'static str, text: impl Into<String>) -> Response {
    let kept = HeaderValue::from_static("public, max-age=60");
    let kind = HeaderValue::from_static(media_type);
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)],
        text.into(),
    )
        .into_response()
}

#[cfg(test)]
mod tests;
