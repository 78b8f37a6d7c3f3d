//! `POST /v1/messages/bounces`: a report of delivery that came back (RFC 3464).
//! Its message is marked, its address gets no marketing any more, and nothing of the report stays.

use crate::api::answer::json;
use crate::api::auth::Worker;
use crate::api::{Api, Kind, Problem, limits};
use crate::outbox;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use http_body_util::{BodyExt as _, Limited};
use kept_processing::Bounced;
use serde::Serialize;
use utoipa::ToSchema;

/// What a report was about.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct BounceNoted {
    /// `noted`; `again`, if it was reported before; `not-final`, if the message may still arrive;
    /// `unknown`, if it is about none of ours.
    #[schema(value_type = String)]
    outcome: &'static str,
}

/// Report a bounce
///
/// Takes a report of delivery as it came: a message of the kind `multipart/report`.
#[utoipa::path(post, path = "/v1/messages/bounces", tag = "messages",
    request_body(content = String, content_type = "message/rfc822"),
    responses((status = OK, description = "What it was about", body = BounceNoted), Problem))]
pub(super) async fn bounce(
    State(api): State<Api>,
    _: Worker,
    body: Body,
) -> Result<Response, Problem> {
    let read = Limited::new(body, limits::BODY_BYTES_MAX).collect().await;
    let bytes = read
        .map_err(|_| Problem::new(Kind::TooLarge, "a report has at most 1 MiB"))?
        .to_bytes();
    let outcome = outbox::note(&api.door, &bytes).await?;
    let outcome = outcome.ok_or_else(|| {
        Problem::invalid(
            "the body",
            "is not a report of delivery (`multipart/report`)",
        )
    })?;
    if outcome == Some(Bounced::Noted) {
        api.metrics.messages("bounced", 1);
    }
    let outcome = outbox::outcome_word(outcome);
    Ok(json(StatusCode::OK, &BounceNoted { outcome }))
}
