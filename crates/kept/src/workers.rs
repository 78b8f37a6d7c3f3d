//! What goes on beside the requests: entries sequenced, what is due destroyed, old requests
//! forgotten.
//! Workers ask the door like everybody else; each stops when the server does.

use crate::ambient::Stopwatch;
use crate::api::{Api, is_final};
use kept_processing::Failure;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// How often staged entries are sequenced at least.
const SEQUENCE_EVERY: Duration = Duration::from_secs(1);
/// How often what is due is destroyed.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How often what was measured is folded into its buckets.
const TIDY_EVERY: Duration = Duration::from_secs(5);

/// Starts the workers. They end once `stopping` turns true.
pub fn start(api: &Api, stopping: &watch::Receiver<bool>) -> tokio::task::JoinSet<()> {
    let mut workers = tokio::task::JoinSet::new();
    workers.spawn(sequence(api.clone(), stopping.clone()));
    workers.spawn(sweep(api.clone(), stopping.clone()));
    workers.spawn(tidy(api.clone(), stopping.clone()));
    workers
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The sender is dropped only when the server is gone.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

async fn sequence(api: Api, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(SEQUENCE_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = api.crowded.notified() => {}
            () = stopped(&mut stopping) => return,
        }
        sequence_once(&api).await;
    }
}

/// Takes what is staged into the ledger.
pub(crate) async fn sequence_once(api: &Api) {
    match api.door.sequence().await {
        Ok(size) => api.metrics.sequenced(size),
        Err(failure) => told(&api.clone(), "sequencing", &failure),
    }
}

async fn sweep(api: Api, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(SWEEP_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopped(&mut stopping) => return,
        }
        let stopwatch = Stopwatch::start();
        match api.door.sweep(None).await {
            Ok(swept) => {
                api.metrics
                    .swept("done", swept.items, swept.people, stopwatch.elapsed());
                if swept.items + swept.people + swept.rows > 0 {
                    let (items, people, rows) = (swept.items, swept.people, swept.rows);
                    tracing::info!(items, people, rows, keys = swept.keys, "swept");
                }
            }
            // The clock jumped: nothing is destroyed until somebody confirms the day.
            Err(Failure::Invalid { place, problem }) => {
                api.metrics.swept("held", 0, 0, stopwatch.elapsed());
                tracing::warn!("the sweep waits: {place} {problem}");
            }
            Err(failure) => {
                api.metrics.swept("failed", 0, 0, stopwatch.elapsed());
                told(&api, "the sweep", &failure);
            }
        }
    }
}

async fn tidy(api: Api, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(TIDY_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => api.metrics.tidy(),
            () = stopped(&mut stopping) => return,
        }
    }
}

fn told(api: &Api, what: &str, failure: &Failure) {
    tracing::error!(%failure, "{what} failed");
    if is_final(failure) {
        api.stuck.notify_one();
    }
}
