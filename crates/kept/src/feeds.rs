//! Feeds at work: those of webhooks brought up to date when it is time, and what recipients have to
//! be told, sent in order.
//! It asks the door for everything it sends, at the moment it is sent; queues hold references only.

mod callbacks;
mod hooks;
mod post;
pub(crate) mod table;
mod webhook;

pub use callbacks::tell_agents;
pub use hooks::tell_of_cases;

use crate::api::Api;
use futures::future::join_all;
use kept_processing::{Caller, Failure, Feed, Form, What};
use post::Post;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much later it is tried again after each attempt, in seconds; the last holds for all beyond
/// (Standard Webhooks).
const AGAIN_SECONDS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// How feeds may be sent.
#[derive(Debug, Default)]
pub struct Sending {
    private: AtomicBool,
}

impl Sending {
    /// Lets webhooks go to addresses of this machine and of private networks.
    pub fn allow_private(&self) {
        self.private.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_private_allowed(&self) -> bool {
        self.private.load(Ordering::Relaxed)
    }
}

/// Brings the feeds of webhooks up to date whose time has come, and sends what waits. A feed that
/// fails does not hold up the others.
pub async fn send_once(api: &Api) {
    let feeds = api.door.feeds();
    let post = match Post::new(api.sending.is_private_allowed()) {
        Ok(post) => post,
        Err(cause) => {
            tracing::error!(cause, "webhooks cannot be sent");
            return;
        }
    };
    let mut notified = HashSet::new();
    let mut works = Vec::new();
    for feed in feeds.iter().filter(|feed| feed.form == Form::Webhook) {
        // The first webhook of a recipient takes what it has to be told.
        let notices = notified.insert(feed.recipient.clone());
        works.push(attend(api, &post, feed, notices));
    }
    join_all(works).await;
}

/// Counts what recipients were told and have not confirmed.
pub(crate) async fn count_once(api: &Api) {
    match api.door.unconfirmed().await {
        Ok(counted) => {
            let all = counted.values().map(|(all, _)| all).sum();
            let late = counted.values().map(|(_, late)| late).sum();
            api.metrics.unconfirmed(all, late);
        }
        Err(failure) => tracing::error!(%failure, "counting deliveries failed"),
    }
}

async fn attend(api: &Api, post: &Post, feed: &Feed, notices: bool) {
    let done = async {
        let state = api.door.feed_state(&feed.id).await?;
        if state.gone.is_some() && state.gone == feed.url {
            return Ok(());
        }
        let now = api.door.now().as_second();
        let began = state.last.as_ref().map_or(i64::MIN, |last| last.began);
        let is_due = |hours: u32| now.saturating_sub(began) >= i64::from(hours) * 3_600;
        if feed.every_hours.is_some_and(is_due) {
            run(api, &Caller::system("feed"), feed).await?;
        }
        send(api, post, feed, notices).await
    };
    if let Err(failure) = done.await {
        tracing::error!(%failure, feed = feed.id, "a feed failed");
        if failure.is_final() {
            api.stuck.notify_one();
        }
    }
}

/// Queues what changed for a webhook.
async fn run(api: &Api, caller: &Caller, feed: &Feed) -> Result<(), Failure> {
    let (_, run) = api.door.begin_feed(caller, &feed.id, false).await?;
    match run {
        Some(run) => {
            let last = api.door.queue_feed(run).await?;
            api.metrics.feed_run("done");
            tracing::info!(feed = feed.id, sent = last.sent, "a feed was run");
        }
        None => {
            api.metrics.feed_run("stopped");
            tracing::warn!(
                feed = feed.id,
                "the way of a feed is closed; nothing is sent"
            );
        }
    }
    Ok(())
}

/// Sends what waits for a webhook, in order. What concerns one person waits for what concerned
/// them before, and nothing more is tried after a failure.
async fn send(api: &Api, post: &Post, feed: &Feed, notices: bool) -> Result<(), Failure> {
    let now = api.door.now().as_second();
    let mut held = HashSet::new();
    for delivery in api.door.waiting_deliveries(&feed.recipient).await? {
        let is_own = match &delivery.what {
            What::Share { feed: of } => *of == feed.id,
            What::Correct { .. }
            | What::Stop { .. }
            | What::Pause
            | What::Resume
            | What::Forget => notices,
        };
        if !is_own || held.contains(&delivery.subject) {
            continue;
        }
        if delivery.not_before > now {
            held.insert(delivery.subject.clone());
            continue;
        }
        match webhook::send(api, post, feed, &delivery).await? {
            webhook::Sent::Taken => api.metrics.webhook("taken"),
            webhook::Sent::Dropped => api.metrics.webhook("dropped"),
            webhook::Sent::Gone => {
                api.metrics.webhook("gone");
                tracing::warn!(
                    feed = feed.id,
                    "the webhook takes no more; it is not asked again"
                );
                return api.door.feed_gone(feed).await;
            }
            webhook::Sent::Failed(why) => {
                api.metrics.webhook("failed");
                tracing::warn!(feed = feed.id, why, "a webhook was not taken");
                let again = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
                let later = AGAIN_SECONDS.get(again).or(AGAIN_SECONDS.last());
                let again = now + later.copied().unwrap_or_default();
                return api.door.delivery_failed(&delivery, again).await;
            }
        }
    }
    Ok(())
}
