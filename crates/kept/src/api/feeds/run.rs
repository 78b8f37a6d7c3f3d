//! `POST /v1/feeds/{id}/run`: what changed since the last run goes out, as lines to whoever asks,
//! or queued for the recipient's webhook.
//! An answer that breaks off is broken off: whoever reads it must not take it for the whole.

use crate::api::answer::json;
use crate::api::asked::{Asked, Word};
use crate::api::{Api, Kind, Problem};
use crate::feeds::table;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kept_processing::{FeedRun, Form, LastRun};
use serde::{Deserialize, Serialize};
use std::io;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

/// How many pieces of the answer may wait for the reader.
const WAITING_MAX: usize = 4;

/// How a feed is run.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct Running {
    /// Whether everybody is sent again, and not only who changed.
    #[serde(default)]
    again: bool,
}

/// How a run of a webhook's feed went.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Ran {
    /// The index of the ledger entry of its beginning.
    entry: Option<u64>,
    /// How many are queued, how many had not changed, and who was left out, by clause.
    #[schema(value_type = Object)]
    run: LastRun,
}

/// Run a feed
///
/// Sends what changed since the last run: lines in the answer, or messages to the webhook. If the
/// way to the recipient is closed, nothing is sent and the clauses say why.
#[utoipa::path(post, path = "/v1/feeds/{id}/run", tag = "sharing", request_body = Running,
    params(("id" = String, Path, description = "The feed")),
    responses(
        (status = OK, description = "Lines of the feed's form, or how the run went", content(
            (Ran = "application/json"),
            (String = "text/csv"),
            (String = "application/x-ndjson"),
        )),
        Problem,
    ))]
pub(super) async fn run(
    State(api): State<Api>,
    Word(id): Word,
    asked: Asked<Running>,
) -> Result<Response, Problem> {
    let (caller, again) = (&asked.caller, asked.body.again);
    let (performed, run) = api.door.begin_feed(caller, &id, again).await?;
    let entry = performed.entry;
    api.metrics.feed_run(match run {
        Some(_) => "done",
        None => "stopped",
    });
    api.acted(Ok(performed))?;
    let Some(run) = run else {
        return Err(Problem::internal("a feed that was permitted has no run"));
    };
    let media_type = match run.feed().form {
        Form::Csv => HeaderValue::from_static("text/csv; charset=utf-8"),
        Form::Ndjson => HeaderValue::from_static("application/x-ndjson"),
        Form::Webhook => {
            // It goes on to its end even if nobody waits for it.
            let queueing = tokio::spawn(async move { api.door.queue_feed(run).await });
            let run = queueing
                .await
                .map_err(|_| Problem::internal("a run panicked"))??;
            return Ok(json(StatusCode::OK, &Ran { entry, run }));
        }
    };
    let (lines, stream) = channel(WAITING_MAX);
    tokio::spawn(async move { hand_out(&api, run, &lines).await });
    let body = Body::from_stream(ReceiverStream::new(stream));
    let kept = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(([(header::CONTENT_TYPE, media_type), kept], body).into_response())
}

async fn hand_out(api: &Api, mut run: FeedRun, lines: &Sender<io::Result<Bytes>>) {
    let feed = run.feed().clone();
    let mut next = Ok(Some(table::head(&feed)));
    loop {
        match next {
            Ok(Some(bytes)) if bytes.is_empty() => {}
            // A reader that goes away ends it; there is nobody left to tell.
            Ok(Some(bytes)) => {
                if lines.send(Ok(bytes.into())).await.is_err() {
                    return;
                }
            }
            Ok(None) => return,
            Err(failure) => {
                tracing::error!(%failure, feed = feed.id, "a run of a feed broke off");
                let broken = io::Error::other(Kind::Unavailable.title());
                let _ = lines.send(Err(broken)).await;
                return;
            }
        }
        let policy = api.door.policy();
        let all = |rows: Vec<_>| {
            rows.iter()
                .flat_map(|row| table::row(&policy, &feed, row))
                .collect()
        };
        next = run.next(&api.door).await.map(|rows| rows.map(all));
    }
}
