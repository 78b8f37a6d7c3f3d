//! Acts on personal information, one file each.
//! Each turns its request into one command for the door, and its effect into an answer.

mod collect;
mod reading;

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of all acts.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(collect::collect))
        .routes(routes!(collect::collect_files))
        .routes(routes!(reading::reading))
}
