//! Administration: evidence, the sweep, keys, the audit. One file for each request.
//! None of it shows anything about a person.

mod attest;
mod audit;
mod backup;
mod evidence;
mod rotate;
mod sweep;

use super::{Api, Problem};
use kept_processing::Failure;
use tokio::runtime::Handle;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of administration.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(evidence::evidence, attest::attest))
        .routes(routes!(sweep::sweep))
        .routes(routes!(rotate::rotate))
        .routes(routes!(audit::audit))
        .routes(routes!(backup::backup))
}

/// Does long work beside the requests, to its end even if nobody waits for it.
pub(super) async fn at_length<T, F>(work: F) -> Result<Result<T, Failure>, Problem>
where
    T: Send + 'static,
    F: AsyncFnOnce() -> Result<T, Failure> + Send + 'static,
{
    let running = Handle::current();
    let done = tokio::task::spawn_blocking(move || running.block_on(work()));
    done.await
        .map_err(|_| Problem::internal("long work panicked"))
}
