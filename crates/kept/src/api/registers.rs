//! Registers and what rests on them: clients, courses, surveys. One file for each request.
//! What may be put there, and by whom, is the door's and the policy's to say.

mod due;
mod invite;
mod list;
mod put;
mod remove;
mod results;
mod stale;
mod training;

use super::asked::parameter;
use super::{Api, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of registers.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(list::list))
        .routes(routes!(put::put, remove::remove))
        .routes(routes!(invite::invite))
        .routes(routes!(results::results))
        .routes(routes!(due::due))
        .routes(routes!(stale::stale))
        .routes(routes!(training::training))
}

/// What stands in a register, as the path names it.
struct Named {
    kind: String,
    id: String,
}

impl FromRequestParts<Api> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Named, Problem> {
        Ok(Named {
            kind: parameter(parts, api, "kind").await?,
            id: parameter(parts, api, "id").await?,
        })
    }
}
