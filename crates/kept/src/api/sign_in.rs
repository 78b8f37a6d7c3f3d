//! Signing in for programs that people use instead of our pages: a way is begun, what is shown is
//! answered, and the session that follows is looked at and ended.
//! It asks the one door as the pages do, under the same limits, and tells no more: whoever asks
//! learns of no address whether anybody has it. Secrets stand in bodies and headers, never in an
//! address, and no cookie is set.

mod answer;
mod session;
mod start;

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of signing in.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(start::start))
        .routes(routes!(answer::answer))
        .routes(routes!(session::show, session::end))
}

#[cfg(test)]
mod tests;
