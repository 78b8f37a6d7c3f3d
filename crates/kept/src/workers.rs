//! What goes on beside the requests: entries sequenced, what is due destroyed, old requests
//! forgotten.
//! Workers ask the door like everybody else; each stops when the server does.

use crate::ambient::Stopwatch;
use crate::api::Api;
use crate::server::tls::Tls;
use kept_processing::Failure;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// How often staged entries are sequenced at least.
const SEQUENCE_EVERY: Duration = Duration::from_secs(1);
/// How often what is due is destroyed.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How often refusals are looked at, and complaints whose time has lapsed.
const WATCH_EVERY: Duration = Duration::from_secs(60);
/// How often it is seen whether the certificate was renewed.
const RENEW_EVERY: Duration = Duration::from_secs(60);
/// How often what was measured is folded into its buckets.
const TIDY_EVERY: Duration = Duration::from_secs(5);

/// Starts the workers. They end once `stopping` turns true.
pub fn start(api: &Api, stopping: &watch::Receiver<bool>) -> tokio::task::JoinSet<()> {
    let mut workers = tokio::task::JoinSet::new();
    workers.spawn(sequence(api.clone(), stopping.clone()));
    workers.spawn(sweep(api.clone(), stopping.clone()));
    workers.spawn(watch(api.clone(), stopping.clone()));
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
        Err(failure) => told(api, "sequencing", &failure),
    }
}

async fn sweep(api: Api, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(SWEEP_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopped(&mut stopping) => return,
        }
        sweep_once(&api).await;
    }
}

/// Destroys what is past its day, unless the clock jumped.
async fn sweep_once(api: &Api) {
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
            told(api, "the sweep", &failure);
        }
    }
}

async fn watch(api: Api, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(WATCH_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopped(&mut stopping) => return,
        }
        watch_once(&api).await;
    }
}

/// Raises reviews of refusals, and moves complaints on.
async fn watch_once(api: &Api) {
    match api.door.watch().await {
        Ok(seen) if seen.raised + seen.moved > 0 => {
            tracing::info!(raised = seen.raised, moved = seen.moved, "watched");
        }
        Ok(_) => {}
        Err(failure) => told(api, "the watch", &failure),
    }
}

/// Takes up a renewed certificate.
pub(crate) async fn renew(tls: Arc<Tls>, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(RENEW_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => tls.renew(),
            () = stopped(&mut stopping) => return,
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
    if failure.is_final() {
        api.stuck.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::Server;

    #[tokio::test]
    async fn the_sweep_waits_where_the_clock_jumped_and_the_ledger_does_not() {
        let server = Server::new().await;
        server.person("ada@example.com").await;
        sweep_once(&server.api).await;
        server.clock.pass_days(4_000);
        sweep_once(&server.api).await;
        sequence_once(&server.api).await;
        let shown = server.api.metrics.render();
        for expected in [
            "kept_sweeps_total{outcome=\"done\"} 1",
            "kept_sweeps_total{outcome=\"held\"} 1",
            "kept_swept_items_total 0",
            "kept_staged_entries 0",
        ] {
            assert!(shown.contains(expected), "{expected}\n{shown}");
        }
    }

    #[tokio::test]
    async fn workers_end_when_the_server_does() {
        let server = Server::new().await;
        let (stopping, watched) = watch::channel(false);
        let mut workers = start(&server.api, &watched);
        stopping.send_replace(true);
        while let Some(ended) = workers.join_next().await {
            ended.unwrap();
        }
    }
}
