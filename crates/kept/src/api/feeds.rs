//! Feeds: how each stands, running one, and the secret of its webhook. One file for each request.
//! What a feed carries is the clause's to say, person by person.

mod list;
mod run;
mod secret;

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of feeds.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(list::list))
        .routes(routes!(run::run))
        .routes(routes!(secret::secret))
}
