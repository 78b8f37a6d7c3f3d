//! Beside other servers that have the same folder and database: what this one remembers is kept up
//! with what they change, and what one does for all is led.
//! An act that was decided on what is no longer so is refused by the commit; this only catches up.

use crate::Failure;
use crate::door::{Moment, Processing};
use crate::mapping::InForce;
use crate::register::Register;
use kept_policy::Digest;
use kept_vault::Vault;
use kept_vault::ledger::Ledger;
use kept_vault::sequencer::Sequencer;
use kept_vault::store::Store;
use kept_vault::store::together::{Lead, Leading, Together};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

/// How this server stands to others.
pub(crate) struct Beside {
    is_shared: bool,
    /// Of which generation everything that is remembered is, at least.
    known: AtomicU64,
    lead: Lead,
}

impl Beside {
    /// What is read from now on is of a generation, at least.
    pub fn new(together: &Together, generation: u64) -> Beside {
        Beside {
            is_shared: together.is_shared(),
            known: AtomicU64::new(generation),
            lead: together.lead(),
        }
    }

    /// Whether others may have the folder at the same time.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The generation that acts are bound to; nothing where no other server changes anything.
    pub fn generation(&self) -> Option<u64> {
        self.is_shared.then(|| self.known.load(Ordering::Acquire))
    }
}

impl<S: Store> Processing<S> {
    /// Does for all what one server does: sweeping, sending, carrying on. Where there are several
    /// one leads, and when its process or its connection ends, however it ends, another does; what
    /// it had begun, while the answer lived, comes to nothing then.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it cannot be found out.
    pub async fn leading(&self) -> Result<Option<Leading>, Failure> {
        Ok(self.beside.lead.mine().await?)
    }

    /// Whether other servers may have the folder at the same time, so that what this one does not
    /// ask again may have changed.
    pub fn is_shared(&self) -> bool {
        self.beside.is_shared()
    }

    /// Takes up what other servers have changed of what this one remembers: the policy in force,
    /// evidence and registers, and where items come from.
    pub async fn keep_up(&self) -> Result<(), Failure> {
        if !self.beside.is_shared() {
            return Ok(());
        }
        let _one_at_a_time = self.learning.lock().await;
        // Asked first, so that what is read after it is at least as new.
        let generation = self.vault.store().generation().await?;
        if self.beside.generation() == Some(generation) {
            return Ok(());
        }
        let register = Arc::new(Register::load(&self.vault).await?);
        *self
            .register
            .write()
            .unwrap_or_else(PoisonError::into_inner) = register;
        let known = self.moment().in_force;
        match self.recorded_in_force().await? {
            Some(digest) if digest != known.policy.digest => {
                let in_force = InForce::adopt(self.published(digest).await?, &self.vault).await?;
                self.put_in_force(in_force);
            }
            Some(_) | None => known.learn_origins(&self.vault).await?,
        }
        self.beside.known.store(generation, Ordering::Release);
        Ok(())
    }

    async fn published(&self, digest: Digest) -> Result<Arc<kept_policy::Policy>, Failure> {
        let unreadable = "the version in force was published by a newer program than this one: \
                          run that one here as well";
        let policy = self.version(digest).await?;
        policy.ok_or_else(|| Failure::Unavailable(unreadable.to_owned()))
    }

    /// That the policy of a moment is still in force; asked by whoever seals and publishes alone,
    /// before something is destroyed for good.
    pub(crate) async fn must_be_in_force(&self, moment: &Moment) -> Result<(), Failure> {
        let is_known = match self.beside.is_shared() {
            true => self.recorded_in_force().await?,
            false => None,
        };
        match is_known {
            Some(digest) if digest != moment.policy().digest => Err(overtaken()),
            Some(_) | None => Ok(()),
        }
    }

    /// Makes something that Kept does by itself durable, if it still holds; the answer is its
    /// entry.
    ///
    /// # Errors
    /// [`Failure::Conflict`] where another server changed what it was decided on: it is begun anew.
    pub(crate) async fn commit_own(
        &self,
        moment: &Moment,
        commit: kept_vault::store::Commit,
    ) -> Result<Option<u64>, Failure> {
        let told = self.vault.commit_under(vec![commit], moment.generation);
        if let Some(kept_vault::store::Outcome::Done(entry)) = told.await?.first() {
            return Ok(Some(*entry));
        }
        self.keep_up().await?;
        match self.beside.generation() == moment.generation {
            true => Ok(None),
            false => Err(overtaken()),
        }
    }

    /// Takes up the ledger. Whoever is sequencing meanwhile is waited for.
    pub(crate) async fn resume_ledger(
        vault: &Vault<S>,
        ledger: &Ledger,
        together: &Together,
    ) -> Result<Sequencer, Failure> {
        let turn = together.single("sequencer", ())?;
        let _nobody_else_sequences = turn.lock().await?;
        let sequencer = Sequencer::resume(ledger.clone(), vault.ledger_key()?)?;
        // Rows put back know fewer entries than the ledger has; no number is given twice.
        Processing::note_lost_rows(vault.store(), sequencer.size()).await?;
        vault.store().sequenced(sequencer.size()).await?;
        Ok(sequencer)
    }
}

fn overtaken() -> Failure {
    Failure::Conflict("another server changed what is in force; it is begun anew")
}
