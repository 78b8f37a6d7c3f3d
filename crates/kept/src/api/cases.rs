//! Cases: what people ask, complaints, questions of authorities, breaches, violations.
//! One file for each request.
//! Who answers, and how soon, is the policy's; here cases are opened, shown, moved on and ended.

mod end;
mod hook;
mod list;
mod open;
mod step;

pub(super) use hook::described as described_hooks;

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of cases.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(open::open, list::list))
        .routes(routes!(list::one))
        .routes(routes!(list::of_person))
        .routes(routes!(step::step))
        .routes(routes!(end::end))
        .routes(routes!(hook::secret))
}

#[cfg(test)]
mod tests;
