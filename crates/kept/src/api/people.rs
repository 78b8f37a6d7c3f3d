//! What people ask, and what holds for them: one file for each request.
//! Whoever sends it acts for the person; whether they may is the policy's decision.

mod confirm;
mod consent;
mod consent_records;
mod correspondence;
mod download;
mod erase;
mod erase_one;
mod export;
mod hold;
mod object;
pub(super) mod parent;
mod rectify;
mod report_child;
mod restrict;
mod tie;
mod trail;
mod unobject;
mod unrestrict;
mod upload;
mod withdraw;

pub(crate) use export::{Gone, Lines};
pub(super) use export::{send, streamed, tell};

use super::Api;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of people.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(rectify::rectify))
        .routes(routes!(confirm::confirm))
        .routes(routes!(restrict::restrict))
        .routes(routes!(unrestrict::unrestrict))
        .routes(routes!(consent::consent))
        .routes(routes!(consent_records::records))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(object::object))
        .routes(routes!(unobject::unobject))
        .routes(routes!(erase::erase))
        .routes(routes!(erase_one::erase_one))
        .routes(routes!(export::export))
        .routes(routes!(report_child::report_child))
        .routes(routes!(parent::parent))
        .routes(routes!(hold::hold))
        .routes(routes!(hold::lift))
        .routes(routes!(trail::trail))
        .routes(routes!(upload::upload, download::download))
        .routes(routes!(correspondence::correspondence))
        .routes(routes!(tie::tie))
}
