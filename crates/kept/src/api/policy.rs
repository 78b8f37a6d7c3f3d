//! The policy as programs read it: what is in force, what was, how it stands, and what it would
//! decide.
//! Nothing here touches anything about a person; questions are put with facts that are made up.

mod current;
mod decide;
mod diff;
mod document;
mod explain;
mod exports;
pub(crate) mod question;
mod simulate;
mod standing;
mod version;
mod versions;

pub(super) use diff::named;
pub(super) use standing::Standings;

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of the policy.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(current::current))
        .routes(routes!(document::document))
        .routes(routes!(versions::versions))
        .routes(routes!(version::version))
        .routes(routes!(diff::differences))
        .routes(routes!(simulate::simulate))
        .routes(routes!(standing::standing))
        .routes(routes!(exports::register))
        .routes(routes!(explain::explain))
        .routes(routes!(decide::decide))
}
