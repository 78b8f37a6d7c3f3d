//! `GET /robots.txt`: what search engines may read: the published policy.
//! It keeps nobody out who does not keep to it.

use axum::response::Response;

/// Robots
///
/// What search engines may read (RFC 9309).
#[utoipa::path(get, path = "/robots.txt", tag = "pages", security(()),
    responses((status = OK, description = "The file", body = String, content_type = "text/plain")))]
pub(super) async fn robots() -> Response {
    let text = "User-agent: *\nAllow: /policy/\nAllow: /policies\nAllow: /style.css\nAllow: /$\nDisallow: /\n";
    super::text("text/plain; charset=utf-8", text)
}
