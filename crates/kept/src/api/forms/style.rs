//! `GET /forms.css`: the style of forms, beside that of the published pages.

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// Style of forms
///
/// The style of forms, beside that of the published pages.
#[utoipa::path(get, path = "/forms.css", tag = "forms", security(()),
    responses((status = OK, description = "The style", body = String, content_type = "text/css")))]
pub(super) async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=60"),
    ];
    (headers, include_str!("form.css")).into_response()
}
