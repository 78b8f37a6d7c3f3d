//! Matters that somebody answers for: complaints, questions of authorities, violations by staff.
//! One file for each request.
//! Who answers, and how soon, is the policy's; here they are taken up, looked at and closed.

mod close;
mod complain;
mod enquire;
mod escalate;
mod list;

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of matters.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(complain::complain, list::complaints))
        .routes(routes!(enquire::enquire, list::enquiries))
        .routes(routes!(list::violations))
        .routes(routes!(escalate::escalate))
        .routes(routes!(close::close))
}
