//! The privacy centre: pages for the people whom the information is about, in four languages, that
//! need no script.
//! It asks the door as the API does and holds no rule of its own. What somebody types stands in no
//! address, and nothing is remembered between two pages but what the pages carry.

mod about_me;
mod ask;
mod asking;
mod change;
mod choices;
mod copy;
mod delete;
mod history;
mod home;
mod layout;
mod parts;
mod place;
mod receipt;
mod requests;
mod saying;
mod signal;
mod style;
mod trail;
mod wizard;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use layout::{Frame, bar_in, bar_of, owner, trouble};
pub(crate) use style::style;

use crate::api::{Api, limits};
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;

/// The routes of the centre. They are pages and not described as an API.
pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .route("/centre", get(home::led))
        .route("/centre/{lang}", get(home::home))
        .route(
            "/centre/{lang}/question",
            get(ask::question).post(ask::question_sent),
        )
        .route(
            "/centre/{lang}/complaint",
            get(ask::complaint).post(ask::complaint_sent),
        )
        .route(
            "/centre/{lang}/child",
            get(ask::child).post(ask::child_sent),
        )
        .route(
            "/centre/{lang}/for-somebody",
            get(ask::agent).post(ask::agent_sent),
        )
        .route("/me", get(about_me::led))
        .route("/centre/{lang}/about-me", get(about_me::page))
        .route("/centre/{lang}/about-me/right", post(change::right))
        .route("/centre/{lang}/about-me/change", post(change::change))
        .route(
            "/centre/{lang}/about-me/delete-one",
            post(change::delete_one),
        )
        .route(
            "/centre/{lang}/about-me/choices",
            get(choices::page).post(choices::press),
        )
        .route(
            "/centre/{lang}/about-me/requests",
            get(requests::page).post(requests::press),
        )
        .route("/centre/{lang}/about-me/history", get(history::page))
        .route(
            "/centre/{lang}/about-me/copy",
            get(copy::ask).post(copy::download),
        )
        .route("/centre/{lang}/about-me/copy/link", post(copy::press))
        .route("/centre/{lang}/copy/{link}", get(copy::open))
        .route(
            "/centre/{lang}/about-me/delete",
            get(delete::ask).post(delete::erase),
        )
        .route(
            "/centre/{lang}/receipt",
            get(receipt::ask).post(receipt::check),
        )
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES_MAX))
}
