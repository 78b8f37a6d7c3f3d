//! Recipients: what each may get, what it has to be told, and its confirming. One file for each
//! request.
//! A recipient's own token sees and confirms what is its own, and nothing else.

mod confirm;
mod deliveries;
mod list;

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of recipients.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(list::list))
        .routes(routes!(deliveries::deliveries))
        .routes(routes!(confirm::confirm))
}
