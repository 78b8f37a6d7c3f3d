//! `POST /v1/people/{id}/report-child`: a person is reported to be under age, or found not to be.
//! A report pauses processing; erasing is an act of its own.

use crate::api::answer::Done;
use crate::api::asked::{Asked, OnceKey, Person};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::response::Response;
use kept_processing::Command;
use serde::Deserialize;
use utoipa::ToSchema;

/// What is reported.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Report {
    /// Whether the person is under age.
    child: bool,
}

/// Report a child
///
/// Processing is paused until the report is confirmed by erasing, or taken back.
#[utoipa::path(post, path = "/v1/people/{id}/report-child", tag = "people", request_body = Report,
    params(("id" = String, Path, format = "uuid", description = "The person"), OnceKey),
    responses((status = OK, description = "It is done", body = Done), Problem))]
pub(super) async fn report_child(
    State(api): State<Api>,
    Person(person): Person,
    asked: Asked<Report>,
) -> Result<Response, Problem> {
    let command = Command::ReportChild {
        person,
        child: asked.body.child,
    };
    api.act(&asked.caller, command, asked.once).await?.done()
}
