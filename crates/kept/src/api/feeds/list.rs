//! `GET /v1/feeds`: every feed with how it stands: whether its way is open, and how it last went.

use crate::api::answer::json;
use crate::api::auth::{Bearer, Insider};
use crate::api::{Api, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use kept_processing::{Feed, FeedState, Showing};
use serde::Serialize;
use utoipa::ToSchema;

/// All feeds.
#[derive(Serialize, ToSchema)]
pub(super) struct Feeds {
    /// Each as it is registered, with how it stands.
    feeds: Vec<FeedShown>,
}

/// A feed and how it stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct FeedShown {
    /// As it is registered.
    #[schema(value_type = Object)]
    feed: Feed,
    /// Whether the way to its recipient is open today.
    open: bool,
    /// By which clauses it is closed, and why.
    closed_by: Vec<(String, String)>,
    /// How it last went, and whether its webhook takes no more.
    #[schema(value_type = Object)]
    state: FeedState,
}

/// Feeds
///
/// Every feed, whether its way is open today, and how it last went.
#[utoipa::path(get, path = "/v1/feeds", tag = "sharing",
    responses((status = OK, description = "The feeds", body = Feeds), Problem))]
pub(super) async fn list(
    State(api): State<Api>,
    _: Insider,
    Bearer(caller): Bearer,
) -> Result<Response, Problem> {
    api.look(&caller, Showing::Sharing).await?;
    let mut feeds = Vec::new();
    for feed in api.door.feeds() {
        let closed_by = api.door.feed_closed(&feed)?;
        let state = api.door.feed_state(&feed.id).await?;
        feeds.push(FeedShown {
            feed,
            open: closed_by.is_empty(),
            closed_by,
            state,
        });
    }
    Ok(json(StatusCode::OK, &Feeds { feeds }))
}
