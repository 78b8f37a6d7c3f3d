//! What goes on beside the requests: entries sequenced, what is due destroyed, old requests
//! forgotten.
//! Workers ask the door like everybody else; each stops when the server does.

use crate::ambient::Stopwatch;
use crate::api::Api;
use crate::outbox::{self, Postman};
use crate::server::tls::Tls;
use kept_processing::{BackingUp, Caller, Failure, Leading};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// How often staged entries are sequenced at least.
const SEQUENCE_EVERY: Duration = Duration::from_secs(1);
/// How often a server follows the ledger that another leads.
const FOLLOW_EVERY: Duration = Duration::from_secs(15);
/// How often what is due is destroyed.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How often what waits for everybody's turn is gone on with: contracts, invitations, questions.
const CARRY_EVERY: Duration = Duration::from_secs(20);
/// How often it is looked whether a version is due, and whether people are still to be told.
const VERSIONS_EVERY: Duration = Duration::from_secs(30);
/// How often what waits to be sent is looked for.
const SEND_EVERY: Duration = Duration::from_secs(2);
/// How often refusals are looked at, and complaints whose time has lapsed.
const WATCH_EVERY: Duration = Duration::from_secs(60);
/// How often the server backs up.
const BACK_UP_EVERY: Duration = Duration::from_secs(86_400);
/// How often it is seen whether the certificate was renewed.
const RENEW_EVERY: Duration = Duration::from_secs(60);
/// How often what was measured is folded into its buckets.
const TIDY_EVERY: Duration = Duration::from_secs(5);
/// How often the queue is looked at, beside whenever something is queued.
const POST_EVERY: Duration = Duration::from_secs(1);
/// How many rounds of the queue pass between two counts of it.
const POST_COUNTED_EVERY: u64 = 60;
/// How many rounds of the queue pass between two clearings of it: a day's.
const POST_CLEARED_EVERY: u64 = 86_400;

/// Starts the workers. They end once `stopping` turns true.
pub fn start(
    api: &Api,
    postman: Option<Postman>,
    stopping: &watch::Receiver<bool>,
) -> tokio::task::JoinSet<()> {
    let mut workers = tokio::task::JoinSet::new();
    workers.spawn(sequence(api.clone(), stopping.clone()));
    workers.spawn(sweep(api.clone(), stopping.clone()));
    workers.spawn(carry(api.clone(), stopping.clone()));
    workers.spawn(versions(api.clone(), stopping.clone()));
    workers.spawn(watch_over(api.clone(), stopping.clone()));
    workers.spawn(tidy(api.clone(), stopping.clone()));
    workers.spawn(post(api.clone(), postman, stopping.clone()));
    workers.spawn(feeds(api.clone(), stopping.clone()));
    workers.spawn(back_up(api.clone(), stopping.clone()));
    workers
}

/// Sends what feeds and recipients wait for.
async fn feeds(api: Api, mut stopping: watch::Receiver<bool>) {
    let (mut ticks, mut counts) = (every(SEND_EVERY), every(SWEEP_EVERY));
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if let Some(_leading) = leading(&api).await {
                    crate::feeds::send_once(&api).await;
                    crate::feeds::tell_of_cases(&api).await;
                    crate::feeds::tell_agents(&api).await;
                }
            }
            _ = counts.tick() => crate::feeds::count_once(&api).await,
            () = stopped(&mut stopping) => return,
        }
    }
}

/// Backs up once a day, if the server was told where to, and lets the keyring there follow what is
/// destroyed.
async fn back_up(api: Api, mut stopping: watch::Receiver<bool>) {
    let Some(backing) = api.backups.get().cloned() else {
        return;
    };
    let (mut days, mut minutes) = (every(BACK_UP_EVERY), every(SWEEP_EVERY));
    let mut copied = None;
    loop {
        let is_due = tokio::select! {
            _ = days.tick() => true,
            _ = minutes.tick() => false,
            () = stopped(&mut stopping) => return,
        };
        let Some(_leading) = leading(&api).await else {
            continue;
        };
        let (within, backing) = (api.clone(), backing.clone());
        let running = Handle::current();
        // Copying waits for disks, which requests must not.
        let work = move || match is_due {
            true => running.block_on(back_up_once(&within, &backing)),
            false => within.door.follow_keyring(&backing, copied).map(Some),
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(count)) => copied = count.or(copied),
            Ok(Err(failure)) => told(&api, "the backup", &failure),
            Err(_) => tracing::error!("the backup panicked"),
        }
    }
}

/// Backs up; the answer is how often keys had been destroyed by then.
async fn back_up_once(api: &Api, backing: &BackingUp) -> Result<Option<u64>, Failure> {
    let caller = Caller::system("backup");
    let (_, made) = api.door.back_up(&caller, backing, &|_, _, _| {}).await?;
    let Some(made) = made else {
        tracing::error!("the policy refused the backup");
        return Ok(None);
    };
    let generation = made.generation.name();
    tracing::info!(generation, rows_new = made.rows_new, "backed up");
    Ok(Some(made.generation.destructions))
}

/// Whether this server does what one does for all, as long as the answer lives; each second
/// somebody asks again.
async fn leading(api: &Api) -> Option<Leading> {
    api.door.leading().await.unwrap_or_else(|failure| {
        told(api, "finding out who leads", &failure);
        None
    })
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
    let (mut ticks, mut turns) = (every(SEQUENCE_EVERY), every(FOLLOW_EVERY));
    loop {
        let is_its_turn = tokio::select! {
            _ = ticks.tick() => false,
            _ = turns.tick() => true,
            () = api.crowded.notified() => true,
            () = stopped(&mut stopping) => return,
        };
        keep_up_once(&api).await;
        let leading = leading(&api).await;
        if is_its_turn || leading.is_some() {
            sequence_once(&api).await;
        }
    }
}

/// Takes up what other servers have changed, for what is shown without an act.
async fn keep_up_once(api: &Api) {
    if let Err(failure) = api.door.keep_up().await {
        told(api, "taking up what other servers changed", &failure);
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
        let Some(_leading) = leading(&api).await else {
            continue;
        };
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

async fn carry(api: Api, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(CARRY_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopped(&mut stopping) => return,
        }
        let Some(_leading) = leading(&api).await else {
            continue;
        };
        tokio::select! {
            () = carry_once(&api) => {}
            // What is broken off here goes on where it was with the next start.
            () = stopped(&mut stopping) => return,
        }
    }
}

async fn versions(api: Api, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(VERSIONS_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopped(&mut stopping) => return,
        }
        let Some(_leading) = leading(&api).await else {
            continue;
        };
        bring_into_force_once(&api).await;
        while tell_once(&api).await {
            // Between two steps everybody else has a turn, and the server may stop.
            if *stopping.borrow() {
                return;
            }
        }
    }
}

/// Brings the version whose day is there into force.
async fn bring_into_force_once(api: &Api) {
    match api.door.bring_into_force().await {
        Ok(true) => tracing::info!(policy = %api.door.policy().digest, "came into force"),
        Ok(false) => {}
        Err(failure) => told(api, "bringing a version into force", &failure),
    }
}

/// Goes on with what people are to be told, by one step; whether anybody is left.
async fn tell_once(api: &Api) -> bool {
    match api.door.tell_of_changes().await {
        Ok(Some(campaign)) => {
            let queued: u64 = campaign.queued.values().sum();
            tracing::info!(
                looked = campaign.looked,
                queued,
                "telling people of a version"
            );
            !campaign.done
        }
        Ok(None) => false,
        Err(failure) => {
            told(api, "telling people of a version", &failure);
            false
        }
    }
}

async fn watch_over(api: Api, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(WATCH_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = stopped(&mut stopping) => return,
        }
        let Some(_leading) = leading(&api).await else {
            continue;
        };
        watch_once(&api).await;
    }
}

/// Raises reviews of refusals, moves complaints on, and sets apart who is reported to be a child.
async fn watch_once(api: &Api) {
    match api.door.watch().await {
        Ok(seen) if seen.raised + seen.moved + seen.looked_up > 0 => {
            let (raised, moved, looked_up) = (seen.raised, seen.moved, seen.looked_up);
            tracing::info!(raised, moved, looked_up, "watched");
        }
        Ok(_) => {}
        Err(failure) => told(api, "the watch", &failure),
    }
}

/// Takes up a renewed certificate.
pub(crate) async fn renew(api: Api, tls: Arc<Tls>, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(RENEW_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                if !tls.renew() {
                    api.metrics.certificate_failed();
                }
            }
            () = stopped(&mut stopping) => return,
        }
    }
}

/// Goes on with what concerns everybody: days that move with contracts, what recipients may no
/// longer use, invitations to surveys, questions whether something is still right, and texts to be
/// looked through again.
pub(crate) async fn carry_once(api: &Api) {
    match api.door.follow_contracts(&mut |_, _| ()).await {
        Ok(followed) if followed.moved > 0 => {
            tracing::info!(people = followed.moved, "days moved with contracts");
        }
        Ok(_) => {}
        Err(failure) => told(api, "following contracts", &failure),
    }
    match api.door.tell_of_lapses().await {
        Ok(0) => {}
        Ok(people) => tracing::info!(people, "recipients told what they may no longer use"),
        Err(failure) => told(api, "telling recipients of what lapsed", &failure),
    }
    match api.door.invite().await {
        Ok(0) => {}
        Ok(people) => tracing::info!(people, "invited"),
        Err(failure) => told(api, "inviting", &failure),
    }
    match api.door.ask_to_confirm().await {
        Ok(0) => {}
        Ok(people) => tracing::info!(people, "asked whether what is held is still right"),
        Err(failure) => told(api, "asking whether what is held is still right", &failure),
    }
    match api.door.screen_again().await {
        Ok(again) if again.people > 0 => {
            let (people, struck) = (again.people, again.struck);
            tracing::info!(people, struck, "stored texts looked through again");
        }
        Ok(_) => {}
        Err(failure) => told(api, "looking through stored texts again", &failure),
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

/// Sends what is due. Without a way to send, messages are queued and wait.
async fn post(api: Api, mut postman: Option<Postman>, mut stopping: watch::Receiver<bool>) {
    let mut ticks = every(POST_EVERY);
    let mut rounds = 0;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = api.queued.notified() => {}
            () = stopped(&mut stopping) => break,
        }
        loop {
            let Some(_leading) = leading(&api).await else {
                break;
            };
            let more = post_once(&api, postman.as_mut(), rounds).await;
            rounds += 1;
            if !more || *stopping.borrow() {
                break;
            }
        }
    }
    if let Some(postman) = &mut postman {
        postman.rest().await;
    }
}

/// One round of the queue; the answer is whether there is more to do at once.
async fn post_once(api: &Api, postman: Option<&mut Postman>, rounds: u64) -> bool {
    let mut more = match outbox::advance(api).await {
        Ok(more) => more,
        Err(failure) => {
            told(api, "a campaign", &failure);
            false
        }
    };
    if let Some(postman) = postman {
        match postman.round(api).await {
            Ok(round) => more |= round.more,
            Err(failure) => {
                told(api, "sending messages", &failure);
                return false;
            }
        }
    }
    if rounds.is_multiple_of(POST_COUNTED_EVERY) {
        match api.door.post_figures().await {
            Ok(post) => api.metrics.post(post.waiting, post.doubtful),
            Err(failure) => told(api, "counting messages", &failure),
        }
    }
    if rounds.is_multiple_of(POST_CLEARED_EVERY)
        && let Err(failure) = api.door.tidy_post().await
    {
        told(api, "forgetting messages", &failure);
    }
    if rounds.is_multiple_of(POST_CLEARED_EVERY)
        && let Err(failure) = api.door.tidy_sign_in().await
    {
        told(api, "forgetting sessions", &failure);
    }
    more
}

fn told(api: &Api, what: &'static str, failure: &Failure) {
    api.metrics.worker_failed(what);
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
        let mut workers = start(&server.api, None, &watched);
        stopping.send_replace(true);
        while let Some(ended) = workers.join_next().await {
            ended.unwrap();
        }
    }
}
