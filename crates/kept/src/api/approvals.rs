//! What others must agree to: proposed, listed, approved, declined, carried out. One file for each
//! request.
//! Who may take which step is the policy's decision, and who they are is their token's.

mod approve;
mod decline;
mod disclose;
mod list;
mod propose;
mod reading;

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of approvals.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(propose::propose, list::list))
        .routes(routes!(approve::approve))
        .routes(routes!(decline::decline))
        .routes(routes!(disclose::disclose))
        .routes(routes!(reading::reading))
}

#[cfg(test)]
mod tests;
