//! Messages: queued for one person or for many, how they stand, and what came back. One file for
//! each request.
//! Nothing here shows what a message says or where it went.

mod bounces;
mod campaign;
mod list;
mod message;
mod template;

use super::{Api, Problem};
use crate::outbox::{is_template, known_templates};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of messages.
pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::default()
        .routes(routes!(message::message, list::messages))
        .routes(routes!(campaign::campaign, campaign::campaigns))
        .routes(routes!(template::template))
        .routes(routes!(bounces::bounce))
}

/// Checks that a template may be sent for a purpose.
fn fits(api: &Api, template: &str, purpose: &str) -> Result<(), Problem> {
    if is_template(&api.door, template, purpose) {
        return Ok(());
    }
    let known = known_templates(&api.door);
    let problem = match known.iter().any(|known| known == template) {
        true => "is registered for another purpose".to_owned(),
        false => format!("is not registered; known: {}", known.join(", ")),
    };
    Err(Problem::invalid("template", problem))
}
