//! `GET /style.css`: the style of the published pages.
//! It is the only file that they need.

use axum::response::Response;

/// Style
///
/// The style of the published pages.
#[utoipa::path(get, path = "/style.css", tag = "pages", security(()),
    responses((status = OK, description = "The style", body = String, content_type = "text/css")))]
pub(super) async fn style() -> Response {
    super::text("text/css; charset=utf-8", crate::centre::style())
}
