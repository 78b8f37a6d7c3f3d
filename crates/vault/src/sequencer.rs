//! The sequencer: takes staged entries into the ledger's files and signs what it took.
//! It never changes an entry, and never lets go of one before the files that hold it are durable.

use crate::ledger::{Ledger, Step};
use crate::store::{Failure, StagedEntry, Store};
use kept_ledger::checkpoint::Checkpoint;
use kept_ledger::note::{SigningKey, sign};
use kept_ledger::{Log, Verifier};

/// How many entries one step takes at most.
const STEP: usize = 16_384;

/// How often a step is begun anew because another sequencer has taken one meanwhile.
const TRIES: u32 = 16;

/// Takes staged entries into the ledger, one step at a time. Sequencers take turns; where two
/// overlap all the same, a step holds only if the ledger still is where it began, or its folder is
/// one that a lock of the system guards.
pub struct Sequencer {
    ledger: Ledger,
    log: Log,
    /// The signed checkpoint that `log` goes up to.
    note: Option<String>,
    key: SigningKey,
    /// Whether the store is known to have let go of what the ledger holds: an interrupted run may
    /// have taken entries that it still keeps.
    let_go: bool,
}

impl Sequencer {
    /// Takes up the ledger where its last checkpoint left it. The key's name is the ledger's
    /// origin.
    ///
    /// # Errors
    /// [`Failure::Corrupt`], naming the file, if the ledger is not what the checkpoint says.
    pub fn resume(ledger: Ledger, key: SigningKey) -> Result<Sequencer, Failure> {
        let mut sequencer = Sequencer {
            ledger,
            log: Log::new(),
            note: None,
            key,
            let_go: false,
        };
        sequencer.follow()?;
        sequencer.ledger.put_key(sequencer.key.verifier())?;
        Ok(sequencer)
    }

    /// Takes up what another sequencer has taken meanwhile; the answer is whether it took
    /// anything.
    ///
    /// # Errors
    /// [`Failure::Corrupt`] where the ledger has become shorter or another one, or is not what its
    /// checkpoint says.
    pub fn follow(&mut self) -> Result<bool, Failure> {
        let note = self.ledger.checkpoint()?;
        if note == self.note {
            return Ok(false);
        }
        let (before, now) = (self.log.size(), self.opened(note.as_deref())?);
        let size = now.as_ref().map_or(0, Checkpoint::size);
        if size < before {
            return Err(Failure::Corrupt(format!(
                "the ledger had {before} entries and has {size}"
            )));
        }
        let Some(checkpoint) = now else {
            return Ok(false);
        };
        if size == before && before > 0 {
            return Err(Failure::Corrupt(format!(
                "the ledger of {size} entries is not the one that it was"
            )));
        }
        let resumed = Log::resume(&checkpoint, &self.ledger);
        self.log = resumed.map_err(|fault| Failure::Corrupt(format!("the ledger: {fault}")))?;
        (self.note, self.let_go) = (note, false);
        Ok(true)
    }

    /// A checkpoint, where its signature is right.
    fn opened(&self, note: Option<&str>) -> Result<Option<Checkpoint>, Failure> {
        let verifiers: [Verifier; 1] = [self.key.verifier().clone()];
        let opened = note.map(|note| Checkpoint::open(note, &verifiers));
        opened
            .transpose()
            .map_err(|rejected| Failure::Corrupt(format!("the ledger's checkpoint: {rejected}")))
    }

    /// How many entries the ledger has.
    pub fn size(&self) -> u64 {
        self.log.size()
    }

    /// Takes up to some thousands of staged entries into the ledger; the answer is how many it
    /// took.
    ///
    /// The order is: files durable, checkpoint durable, entries let go. What a crash leaves in
    /// between is said in [`kept_ledger::log`].
    pub async fn step<S: Store>(
        &mut self,
        store: &S,
        visit: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<usize, Failure> {
        for _ in 0..TRIES {
            let before = self.log.size();
            let staged = store.staged(before, STEP).await?;
            let Some(first) = staged.first() else {
                return Ok(0);
            };
            if first.index != before {
                // Somebody else may have taken those between, and the store let go of them.
                if self.follow()? {
                    continue;
                }
                return Err(Failure::Corrupt(format!(
                    "the ledger has {before} entries and the next one staged is number {}",
                    first.index
                )));
            }
            if self.take(&staged)? {
                for staged in &staged {
                    visit(staged.index, &staged.entry);
                }
                self.let_go(store).await?;
                return Ok(staged.len());
            }
            self.follow()?;
        }
        Err(Failure::Unavailable(
            "another sequencer keeps taking entries into the ledger; it is tried again".to_owned(),
        ))
    }

    /// Adds entries, if the ledger is still where this sequencer knows it to be.
    fn take(&mut self, staged: &[StagedEntry]) -> Result<bool, Failure> {
        let entries: Vec<&[u8]> = staged.iter().map(|it| it.entry.as_slice()).collect();
        let mut log = self.log.clone();
        let files = log
            .append(&entries)
            .map_err(|_| Failure::Invalid("a ledger entry"))?;
        let checkpoint = log
            .checkpoint(self.key.name())
            .map_err(|_| Failure::Invalid("the ledger's name"))?;
        let note = sign(&checkpoint.body(), &[&self.key])
            .map_err(|_| Failure::Invalid("the ledger's checkpoint"))?;
        let taken = self.ledger.take(&Step {
            before: self.note.as_deref(),
            files: &files,
            after: &note,
            sizes: [self.log.size(), log.size()],
        })?;
        if taken {
            (self.log, self.note, self.let_go) = (log, Some(note), false);
        }
        Ok(taken)
    }

    /// Takes everything that is staged now, and shows each entry taken to `visit`.
    pub async fn catch_up<S: Store>(
        &mut self,
        store: &S,
        visit: &mut (dyn FnMut(u64, &[u8]) + Send),
    ) -> Result<u64, Failure> {
        while self.step(store, visit).await? == STEP {}
        if !self.let_go {
            self.let_go(store).await?;
        }
        Ok(self.log.size())
    }

    /// Has the store let go of what the ledger holds.
    async fn let_go<S: Store>(&mut self, store: &S) -> Result<(), Failure> {
        store.sequenced(self.log.size()).await?;
        self.let_go = true;
        Ok(())
    }
}
