//! The door itself: facts, decide, commit, release, in this order, for every act.
//! What is particular to an act lives in the modules beside; none of them commits or releases by
//! itself.

mod administer;
mod approve;
mod asking;
mod cases;
mod choices;
mod collect;
mod conditions;
mod copies;
mod disclose;
mod dispatch;
mod emergency;
mod erase;
mod erase_item;
mod everybody;
mod finding;
mod hold;
mod hosted;
mod identify;
mod many;
mod message;
mod once;
mod passkeys;
mod reading;
mod rectify;
mod refer;
mod refuse;
mod release;
mod remnant;
mod rotate;
mod show;
mod sign_in;
mod subject;
mod taking;
mod tie;

pub(crate) use administer::{CURRENT_POLICY, nobody};
pub(crate) use asking::{Asking, actor, declared};
pub(crate) use collect::Admission;
pub(crate) use conditions::{expected, unchanging};
pub(crate) use erase::doom;
pub(crate) use finding::youngest;
pub(crate) use hold::HOLD;
pub(crate) use once::{REMEMBERED_SECONDS, answered, used};
pub(crate) use reading::{fields as named_fields, known_items};
pub(crate) use refer::dated;
pub use remnant::KeptBack;

use crate::command::Evidence;
use crate::command::*;
use crate::entry::Telling;
use crate::mapping::InForce;
use crate::register::Register;
use crate::spans::Acting;
use crate::tally::Tally;
use crate::{Doing, Export, Failure, Registered};
use kept_ledger::Verifier;
use kept_policy::*;
use kept_screening::Screener;
use kept_terms::{Act, Clock, Day, ItemNumber, PersonId, Randomness, Timestamp};
use kept_vault::ledger::{Ledger, LedgerFolder};
use kept_vault::sequencer::Sequencer;
use kept_vault::store::lock::Lock;
use kept_vault::store::together::{Gate, Single, Together};
use kept_vault::store::{
    Commit, Expected, Outcome, RecordKind, Store, StoredItem, Wanted, Word, Write,
};
use kept_vault::{Doomed, PersonState, Seen, Vault};
use std::sync::{Arc, RwLock, atomic::AtomicU64, atomic::Ordering};
use tokio::sync::Mutex;
use tracing::Instrument as _;

/// How often an act is decided again because its person changed meanwhile.
const ATTEMPTS_MAX: usize = 16;

/// After so many attempts an act queues, so that many who change one person take turns.
const ATTEMPTS_UNORDERED: usize = 2;

/// What was attested meanwhile may close the way; nothing has left yet.
const OUTDATED: Failure = Failure::Conflict("what is on record changed meanwhile; ask again");

/// Everything that happens to personal information goes through here.
pub struct Processing<S: Store> {
    pub(crate) vault: Vault<S>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) screener: Arc<Screener>,
    /// Held for reading from sealing to commit, and for writing while the key of a person's class
    /// is destroyed: nothing is stored under a key that is on its way out.
    pub(crate) sealing: Gate,
    /// Held for reading from destroying an erased person's key to clearing their row, and for
    /// writing while somebody else finishes erasures.
    pub(crate) erasing: Gate,
    /// Where acts that keep losing to others take turns.
    queue: Mutex<()>,
    /// Where acts that change what others approve or answer for take turns.
    approving: Single<()>,
    /// How cases ended, by day, as far as that was read.
    pub(crate) counted: std::sync::Mutex<crate::cases::Remembered>,
    /// Held by the one watch at a time.
    pub(crate) watching: Single<()>,
    pub(crate) tries: crate::tries::Tries,
    /// What stretches passwords, a few at once.
    pub(crate) stretched: crate::sign_in::Stretched,
    /// Held by the one sweep at a time.
    pub(crate) sweeping: Single<()>,
    pub(crate) sequencer: Single<Sequencer>,
    pub(crate) tally: Mutex<Tally>,
    pub(crate) ledger: Ledger,
    /// Where the tally is set aside.
    pub(crate) tally_path: std::path::PathBuf,
    pub(crate) verifier: Verifier,
    pub(crate) in_force: RwLock<Arc<InForce>>,
    pub(crate) register: RwLock<Arc<Register>>,
    /// How many requests were answered since the door was opened that came unencrypted from
    /// another machine.
    pub(crate) plain: AtomicU64,
    /// Held while the register is taken up.
    pub(crate) learning: Mutex<()>,
    /// What other servers do in turn with this one, where they share the folder.
    pub(crate) beside: crate::beside::Beside,
    /// Held by the one who tells people of changes.
    pub(crate) telling: Single<()>,
    /// Versions compiled from what is stored.
    pub(crate) compiled: crate::versions::Compiled,
    /// Held for as long as the door is open; given up last.
    pub(crate) locks: Vec<Lock>,
    /// Where it says how far inputs were taken in.
    pub(crate) intake: Option<std::path::PathBuf>,
}

/// The moment of an act: the policy, the evidence and the time it is decided by.
pub(crate) struct Moment {
    pub in_force: Arc<InForce>,
    pub register: Arc<Register>,
    /// The generation of the two, where other servers may change them.
    pub generation: Option<u64>,
    pub now: Timestamp,
    pub today: Day,
}

impl Moment {
    pub fn policy(&self) -> &Policy {
        &self.in_force.policy
    }

    /// What is known about a person, with what the client has told us to do, where they are held
    /// for one.
    pub fn person(&self, state: &PersonState) -> PersonFacts {
        let mut known = self.in_force.person(state);
        if let Some(home) = &state.home {
            known.instructions = self.register.instructions(self.policy(), home);
        }
        known
    }
}

/// An act that has been decided and waits to be made durable.
pub(crate) struct Prepared {
    pub commit: Commit,
    pub then: Then,
}

impl Prepared {
    /// Something past its day stands in the way of an act, or the person was erased meanwhile:
    /// that is seen to, and the act is decided again.
    pub fn again(person: Option<PersonId>) -> Prepared {
        Prepared {
            commit: unchanging(None, Vec::new()),
            then: Then::Again(person),
        }
    }
}

/// What is done once the act is durable.
pub(crate) enum Then {
    /// It was refused.
    Refuse(Refusal),
    /// There is nothing more to do.
    Give(Effect),
    /// Values are opened and let out.
    Open {
        seen: Box<Seen>,
        permit: Box<Permit>,
        items: Vec<(StoredItem, ItemFacts)>,
    },
    /// The person's information is let out, page by page.
    Export {
        seen: Box<Seen>,
        permit: Box<Permit>,
        /// Items that are not handed out.
        withheld: Vec<(Word, ItemNumber)>,
    },
    /// The person's key is destroyed.
    Erase {
        seen: Box<Seen>,
        permit: Box<Permit>,
        /// What a law keeps, which stands apart by now.
        kept: Option<KeptBack>,
    },
    /// A legal hold keeps something of the person; the keys of the rest are destroyed.
    EraseRest {
        doomed: Vec<Doomed>,
        permit: Box<Permit>,
        kept: KeptBack,
    },
    /// Values are opened and told as a training profile.
    Train {
        seen: Box<Seen>,
        permit: Box<Permit>,
        items: Vec<(StoredItem, ItemFacts)>,
    },
    /// What was asked for is looked up.
    List(Box<show::Listing>),
    /// The key of a hold that was lifted is destroyed.
    Lift { doomed: Doomed, permit: Box<Permit> },
    /// The register of evidence has grown.
    Learn,
    /// To this caller there is nobody there.
    Missing,
    /// Nothing is stored yet: a file may come.
    Admit(Box<Permit>),
    /// Nothing is done yet: first what is past its day of this person is destroyed.
    Again(Option<PersonId>),
}

impl Then {
    /// What stays of somebody who is erased, if anything does.
    fn kept(&self) -> Option<&KeptBack> {
        match self {
            Then::Erase { kept, .. } => kept.as_ref(),
            Then::EraseRest { kept, .. } | Then::Give(Effect::Kept(kept)) => Some(kept),
            Then::Refuse(_)
            | Then::Give(_)
            | Then::Open { .. }
            | Then::Export { .. }
            | Then::Train { .. }
            | Then::List(_)
            | Then::Lift { .. }
            | Then::Learn
            | Then::Missing
            | Then::Admit(_)
            | Then::Again(_) => None,
        }
    }
}

impl<S: Store> Processing<S> {
    /// Opens the door on a vault, under a policy. What an interrupted run left half-done is
    /// finished first.
    pub async fn open(
        vault: Vault<S>,
        ledger: LedgerFolder,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
    ) -> Result<Processing<S>, Failure> {
        let (tally, alone) = (ledger.path().with_extension("tally"), Together::alone());
        Processing::open_beside(vault, ledger.into(), tally, policy, clock, &alone).await
    }

    /// As [`Processing::open`], beside other servers that have the same folder and database.
    pub(crate) async fn open_beside(
        vault: Vault<S>,
        ledger: Ledger,
        tally_path: std::path::PathBuf,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        together: &Together,
    ) -> Result<Processing<S>, Failure> {
        // Asked before what is remembered is read.
        let beside = crate::beside::Beside::new(together, vault.store().generation().await?);
        let sequencer = Processing::resume_ledger(&vault, &ledger, together).await?;
        let verifier = vault.ledger_key()?.verifier().clone();
        let policy = crate::versions::on_record(&vault, policy).await?;
        let in_force = Arc::new(InForce::adopt(policy, &vault).await?);
        let register = Arc::new(Register::load(&vault).await?);
        let processing = Processing {
            randomness: vault.randomness().clone(),
            sequencer: together.single("sequencer", sequencer)?,
            tally: Mutex::default(),
            ledger,
            tally_path,
            verifier,
            vault,
            clock,
            screener: Arc::new(Screener::new()),
            sealing: together.gate("sealing")?,
            erasing: together.gate("erasing")?,
            queue: Mutex::default(),
            approving: together.single("approving", ())?,
            watching: together.single("watching", ())?,
            counted: std::sync::Mutex::default(),
            tries: crate::tries::Tries::default(),
            stretched: crate::sign_in::Stretched::default(),
            sweeping: together.single("sweeping", ())?,
            in_force: RwLock::new(in_force),
            register: RwLock::new(register),
            plain: AtomicU64::new(0),
            learning: Mutex::default(),
            telling: together.single("telling", ())?,
            beside,
            compiled: crate::versions::Compiled::default(),
            locks: Vec::new(),
            intake: None,
        };
        processing.resume_tally().await?;
        processing.finish_destructions().await?;
        processing.finish_rotation()?;
        match processing.bring_into_force().await {
            // It goes on waiting, and the version before it goes on holding.
            Ok(_) | Err(Failure::Invalid { .. }) => {}
            Err(failure) => return Err(failure),
        }
        Ok(processing)
    }

    /// The policy in force.
    pub fn policy(&self) -> Arc<Policy> {
        self.moment().in_force.policy.clone()
    }

    /// All evidence on record.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        self.moment().register.all().to_vec()
    }

    /// Says that a request was answered that came unencrypted from another machine.
    pub fn answered_plainly(&self) {
        self.plain.fetch_add(1, Ordering::Relaxed);
    }

    /// The present moment, by the door's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn moment(&self) -> Moment {
        let now = self.clock.now();
        // Before what it counts is read: what is read is never older.
        let generation = self.beside.generation();
        Moment {
            generation,
            in_force: self
                .in_force
                .read()
                .unwrap_or_else(|p| p.into_inner())
                .clone(),
            register: self
                .register
                .read()
                .unwrap_or_else(|p| p.into_inner())
                .clone(),
            now,
            today: Day::of(now),
        }
    }

    /// Performs one act: facts, decide, commit, release.
    ///
    /// A refusal is an answer, recorded like the rest. A failure means that the act was not done,
    /// save for [`Failure::Unavailable`], where whether it was done is found in the ledger.
    pub async fn perform(&self, caller: &Caller, command: &Command) -> Result<Performed, Failure> {
        self.perform_once(caller, command, None).await
    }

    /// As [`Processing::perform`], but a command that changes something is performed at most once
    /// for a key. Repeated, it is answered as before; with another request under the same key it is
    /// a [`Failure::Conflict`].
    pub async fn perform_once(
        &self,
        caller: &Caller,
        command: &Command,
        once: Option<&Once>,
    ) -> Result<Performed, Failure> {
        let mut acting = Acting::begin(command);
        let span = acting.span();
        let attempting = self.decide_until_done(caller, command, once, &mut acting);
        let performed = attempting.instrument(span).await;
        acting.over(&performed);
        performed
    }

    async fn decide_until_done(
        &self,
        caller: &Caller,
        command: &Command,
        once: Option<&Once>,
        acting: &mut Acting,
    ) -> Result<Performed, Failure> {
        if let Some(told) = self.told_before(once).await? {
            return Ok(told);
        }
        let _turn = match command.takes_turns() {
            true => Some(self.approving.lock().await?),
            false => None,
        };
        let mut turn = None;
        for attempt in 0..ATTEMPTS_MAX {
            if attempt == ATTEMPTS_UNORDERED {
                turn = Some(self.queue.lock().await);
            }
            let _sealing = match command.seals() {
                true => Some(self.sealing.read().await?),
                false => None,
            };
            let moment = self.moment();
            let mut prepared = self.prepare(caller, command, &moment).await?;
            if let Then::Again(person) = prepared.then {
                drop(_sealing);
                if let Some(person) = person {
                    self.expire(person).await?;
                }
                continue;
            }
            if let Some(once) = once {
                self.remember(&mut prepared, once, moment.now)?;
            }
            acting.decided(&prepared.commit.entry);
            let commits = vec![prepared.commit];
            let outcomes = self.vault.commit_under(commits, moment.generation).await?;
            match outcomes.first() {
                Some(Outcome::Done(entry)) => {
                    return self.conclude(&moment, *entry, prepared.then).await;
                }
                // Somebody else took what had to be free: it is decided again without it.
                Some(Outcome::Repeated) if once.is_none() => {}
                Some(Outcome::Repeated) => {
                    let lost = || Failure::Conflict("a request with this key is under way");
                    return self.told_before(once).await?.ok_or_else(lost);
                }
                Some(Outcome::Moved | Outcome::Taken) => self.keep_up().await?,
                None => return Err(Failure::Corrupt("a commit has no outcome".to_owned())),
            }
        }
        drop(turn);
        Err(Failure::Conflict("the person keeps changing; try again"))
    }

    async fn prepare(
        &self,
        caller: &Caller,
        command: &Command,
        moment: &Moment,
    ) -> Result<Prepared, Failure> {
        let asking = Asking::of(caller, command, moment)?;
        if let Some(home) = &caller.home
            && let Some(person) = command.person()
            && !self.is_housed(person, home).await?
        {
            return self.missing(&asking);
        }
        self.dispatched(&asking, command).await
    }

    async fn conclude(
        &self,
        moment: &Moment,
        entry: u64,
        then: Then,
    ) -> Result<Performed, Failure> {
        let outcome = match then {
            Then::Refuse(refusal) => Err(refusal),
            Then::Give(effect) => Ok(self.unchanged(effect).await?),
            Then::Open { permit, .. } if self.is_outdated(moment, &permit) => return Err(OUTDATED),
            Then::Open {
                seen,
                permit,
                items,
            } => Ok(Effect::Values(self.release(
                &moment.in_force,
                &seen,
                &permit,
                &items,
            )?)),
            Then::Train {
                seen,
                permit,
                items,
            } => {
                let values = self.release(&moment.in_force, &seen, &permit, &items)?;
                Ok(Effect::Training(crate::training::told(
                    moment,
                    &seen.state,
                    &values,
                )))
            }
            Then::Export {
                seen,
                permit,
                withheld,
            } => {
                let export = Export::new(*seen, permit, moment.in_force.clone(), withheld);
                Ok(Effect::Export(Box::new(export)))
            }
            Then::Erase { seen, permit, kept } => {
                self.finish_erasure(moment, &seen, &permit).await?;
                Ok(kept.map_or(Effect::Done, Effect::Kept))
            }
            Then::EraseRest {
                doomed,
                permit,
                kept,
            } => {
                self.finish_rest(moment, &doomed, &permit).await?;
                Ok(Effect::Kept(kept))
            }
            Then::List(listing) => Ok(Effect::Listed(self.list(moment, entry, &listing).await?)),
            Then::Lift { doomed, permit } => {
                self.finish_lifting(moment, &doomed, &permit).await?;
                Ok(Effect::Done)
            }
            Then::Learn => {
                self.learn().await?;
                Ok(Effect::Done)
            }
            Then::Missing => return Err(Failure::NotFound("person")),
            Then::Admit(_) | Then::Again(_) => return Err(reading::mistaken()),
        };
        Ok(Performed {
            entry: Some(entry),
            policy: moment.policy().digest,
            outcome,
        })
    }

    /// Whether a disclosure was decided on evidence that is no longer all there is.
    fn is_outdated(&self, moment: &Moment, permit: &Permit) -> bool {
        permit.act() == Act::Disclose && !Arc::ptr_eq(&moment.register, &self.moment().register)
    }

    /// Takes up what is on record. The record alone says which of two attestations came later.
    async fn learn(&self) -> Result<(), Failure> {
        let _one_at_a_time = self.learning.lock().await;
        let register = Arc::new(Register::load(&self.vault).await?);
        *self.register.write().unwrap_or_else(|p| p.into_inner()) = register;
        Ok(())
    }

    /// A person who must be there.
    pub(crate) async fn seen(&self, person: PersonId, wanted: Wanted<'_>) -> Result<Seen, Failure> {
        self.vault
            .look(person, wanted)
            .await?
            .ok_or(Failure::NotFound("person"))
    }

    /// A commit that changes the person's state, and more.
    pub(crate) fn changing(
        &self,
        seen: &Seen,
        state: &PersonState,
        mut more: Vec<Write>,
        entry: Vec<u8>,
    ) -> Result<Commit, Failure> {
        // Whoever received the person is told of the change with it.
        let mut state = state.clone();
        more.extend(self.tell(seen, &mut state, &more)?);
        more.insert(0, self.vault.put_state(seen, &state)?);
        Ok(Commit {
            person: Some(seen.id),
            expected: expected(seen),
            absent: Vec::new(),
            writes: more,
            entry,
        })
    }
}
