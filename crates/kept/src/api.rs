//! The HTTP API: requests made into commands for the one door, and its answers made into responses.
//! It decides nothing and keeps nothing about anybody; every rule is the policy's, every value the
//! vault's.

mod acts;
mod administration;
mod answer;
mod approvals;
mod around;
mod asked;
mod auth;
mod cases;
pub(crate) mod data_rights;
mod feeds;
mod forms;
mod hosted;
mod ledger;
pub mod limits;
mod lines;
mod openapi;
mod outbox;
mod pages;
pub(crate) mod pairs;
mod people;
pub(crate) mod policy;
mod problem;
mod recipients;
mod registers;
mod sign_in;
mod throttle;
mod tokens;
mod unsubscribe;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use answer::mistaken;
pub use around::Peer;
pub(crate) use around::is_secure;
pub(crate) use around::{Page, Scripted};
pub(crate) use auth::address_of;
pub use data_rights::Business;
pub(crate) use hosted::{Handed, conclude, hand_back};
pub use problem::{Kind, Problem, Reason};
pub(crate) use throttle::network;

use crate::metrics::Metrics;
use axum::Router;
use kept_processing::{BackingUp, Caller, Command, Door, Effect, Listed, Once, Performed, Showing};
use kept_terms::Randomness;
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::{Notify, Semaphore};
use tracing::Instrument as _;

/// How many entries may wait to be sequenced before the sequencer is woken early.
const STAGED_MAX: u64 = 4096;

/// What every handler is given.
#[derive(Clone)]
pub struct Api(Arc<Inside>);

/// What handlers share.
pub struct Inside {
    /// The one door.
    pub door: Arc<Door>,
    /// What is counted.
    pub metrics: Metrics,
    /// Whether a proxy stands before the server and tells whom it speaks for.
    pub behind_proxy: bool,
    /// How feeds may be sent.
    pub sending: crate::feeds::Sending,
    /// The site that passkeys are for, if the server was told.
    pub site: OnceLock<kept_processing::passkey::Site>,
    /// Where backups go, if the server was told.
    pub backups: OnceLock<BackingUp>,
    /// By what the business goes in the Data Rights Protocol, if the server speaks it.
    pub data_rights: OnceLock<Business>,
    /// Told when many entries wait to be sequenced.
    pub crowded: Notify,
    /// Told when a message was queued.
    pub queued: Notify,
    /// Told when nothing can be made durable any more and the server must stop.
    pub stuck: Notify,
    acts: Arc<Semaphore>,
    /// How many files may come in at once.
    uploads: Semaphore,
    tokens: auth::Tokens,
    throttle: throttle::Throttle,
    /// How often each address sent a form lately.
    pub(crate) sent: throttle::Throttle,
    standings: policy::Standings,
    /// Whether the server is stopping.
    closing: AtomicBool,
    openapi: String,
    run: String,
    requests: AtomicU64,
}

impl Deref for Api {
    type Target = Inside;
    fn deref(&self) -> &Inside {
        &self.0
    }
}

/// An act that was done.
pub(crate) struct Acted {
    /// The index of its ledger entry; nothing where it is only told of again.
    pub(crate) entry: Option<u64>,
    /// The digest of the policy it was decided under.
    pub(crate) policy: String,
    /// What it gave.
    pub(crate) effect: Effect,
}

impl Api {
    /// An API before a door.
    pub fn new(door: Arc<Door>, randomness: &dyn Randomness, behind_proxy: bool) -> Api {
        let mut run = [0; 4];
        randomness.fill(&mut run);
        Api(Arc::new(Inside {
            door,
            metrics: Metrics::new(),
            behind_proxy,
            sending: crate::feeds::Sending::default(),
            site: OnceLock::new(),
            backups: OnceLock::new(),
            data_rights: OnceLock::new(),
            crowded: Notify::new(),
            queued: Notify::new(),
            stuck: Notify::new(),
            acts: Arc::new(Semaphore::new(limits::ACTS_MAX as usize)),
            uploads: Semaphore::new(limits::UPLOADS_MAX),
            tokens: auth::Tokens::default(),
            throttle: throttle::Throttle::default(),
            sent: throttle::Throttle::default(),
            standings: policy::Standings::default(),
            closing: AtomicBool::new(false),
            openapi: openapi::text(),
            run: data_encoding::HEXLOWER.encode(&run),
            requests: AtomicU64::new(0),
        }))
    }

    /// Everything that the API answers to.
    pub fn router(self) -> Router {
        let (router, _) = openapi::described();
        around::surround(router, &self).with_state(self)
    }

    /// Says that the server is stopping, so that nobody sends it anything new.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
    }

    /// Waits until no act is under way and lets no other begin.
    pub async fn rest(&self) {
        if let Ok(all) = self.acts.acquire_many(limits::ACTS_MAX).await {
            all.forget();
        }
    }

    /// Performs an act and answers with what it gave; a refusal is a problem.
    ///
    /// An act that changes something goes on to its end even if the caller does not wait for it.
    pub(crate) async fn act(
        &self,
        caller: &Arc<Caller>,
        command: Command,
        once: Option<Once>,
    ) -> Result<Acted, Problem> {
        let act = command.act().word();
        let stopwatch = crate::ambient::Stopwatch::start();
        let closing = || Problem::new(Kind::Unavailable, "the server is stopping").retry_after(5);
        let performed = if reads(&command) {
            let _busy = self.acts.acquire().await.map_err(|_| closing())?;
            self.door.perform(caller, &command).await
        } else {
            let busy = self
                .acts
                .clone()
                .acquire_owned()
                .await
                .map_err(|_| closing())?;
            let (door, caller) = (self.door.clone(), caller.clone());
            let work = async move {
                let performed = door.perform_once(&caller, &command, once.as_ref()).await;
                drop(busy);
                performed
            };
            match tokio::spawn(work.in_current_span()).await {
                Ok(performed) => performed,
                Err(_) => return Err(Problem::internal("an act panicked")),
            }
        };
        self.note(act, &performed, stopwatch.elapsed());
        self.acted(performed)
    }

    /// Looks at what is written down, on record; a refusal is a problem.
    pub(crate) async fn look(
        &self,
        caller: &Arc<Caller>,
        showing: Showing,
    ) -> Result<Listed, Problem> {
        let acted = self.act(caller, Command::Show(showing), None).await?;
        match acted.effect {
            Effect::Listed(listed) => Ok(listed),
            other => Err(answer::mistaken(&other)),
        }
    }

    /// Counts an act, and sees to what its answer means for the server.
    fn note(
        &self,
        act: &'static str,
        performed: &Result<Performed, kept_processing::Failure>,
        took: std::time::Duration,
    ) {
        let outcome = match performed {
            Ok(Performed { outcome: Ok(_), .. }) => "done",
            Ok(Performed {
                outcome: Err(refusal),
                ..
            }) => {
                refusal
                    .grounds
                    .iter()
                    .for_each(|ground| self.metrics.refusal(ground.why.code()));
                "refused"
            }
            Err(failure) => {
                if failure.is_final() {
                    self.stuck.notify_one();
                }
                "failed"
            }
        };
        self.metrics.act(act, outcome, took);
        if let Ok(Performed {
            entry: Some(entry), ..
        }) = performed
            && self.metrics.staged(*entry) > STAGED_MAX
        {
            self.crowded.notify_one();
        }
    }

    fn acted(
        &self,
        performed: Result<Performed, kept_processing::Failure>,
    ) -> Result<Acted, Problem> {
        let Performed {
            entry,
            policy,
            outcome,
        } = performed?;
        match outcome {
            Ok(effect) => Ok(Acted {
                entry,
                policy: policy_name(&policy),
                effect,
            }),
            Err(refusal) => Err(Problem::refused(&self.door.policy(), &refusal, entry)),
        }
    }
}

/// How a policy's digest is written.
fn policy_name(digest: &kept_policy::Digest) -> String {
    data_encoding::HEXLOWER.encode(&digest.0)
}

/// Whether an act only reads: abandoned half-way, it leaves nothing to be finished.
fn reads(command: &Command) -> bool {
    match command {
        Command::Use(_)
        | Command::Contact(_)
        | Command::Find { .. }
        | Command::Verify { .. }
        | Command::Disclose { .. }
        | Command::Training { .. }
        | Command::Due { .. }
        | Command::Stale { .. }
        | Command::Pass { .. }
        | Command::BeginFeed { .. }
        | Command::Export { .. }
        | Command::Show(_)
        | Command::UseInEmergency { .. } => true,
        Command::Collect(_)
        | Command::Rectify { .. }
        | Command::Restrict { .. }
        | Command::Consent { .. }
        | Command::Object { .. }
        | Command::Erase { .. }
        | Command::EraseItem { .. }
        | Command::ReportChild { .. }
        | Command::ParentAgrees { .. }
        | Command::Forward(_)
        | Command::Confirm { .. }
        | Command::Tabulate { .. }
        | Command::Tie { .. }
        | Command::Hold { .. }
        | Command::Lift { .. }
        | Command::Attest(_)
        | Command::ConfirmDelivery { .. }
        | Command::Administer(_)
        | Command::Message(_)
        | Command::Publish { .. }
        | Command::Propose(_)
        | Command::Approve { .. }
        | Command::Decline { .. }
        | Command::CarryOut { .. }
        | Command::Case { .. }
        | Command::SignIn(_)
        | Command::CopyLink(_)
        | Command::SignOut { .. } => false,
    }
}
