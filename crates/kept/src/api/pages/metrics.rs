//! `GET /metrics`: what was counted and measured, for Prometheus on the same machine, or for
//! administrators.
//! No label holds anything about a person.

use crate::api::auth::Administrator;
use crate::api::{Api, Peer, Problem};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

/// Metrics
///
/// What was counted and measured, in the form that Prometheus reads.
#[utoipa::path(get, path = "/metrics", tag = "pages", security((), ("token" = [])),
    responses(
        (status = OK, description = "The metrics", body = String,
            content_type = "text/plain"),
        Problem,
    ))]
pub(super) async fn metrics(State(api): State<Api>, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    // Behind a proxy every request comes from the proxy, so loopback says nothing.
    let local = parts
        .extensions
        .get::<Peer>()
        .is_some_and(|peer| peer.address.ip().is_loopback());
    if !local || api.behind_proxy {
        Administrator::from_request_parts(&mut parts, &api).await?;
    }
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], api.metrics.render()).into_response())
}
