//! The ledger as the door serves it: entries sequenced, receipts issued, files read.
//! It never holds personal information, so serving it needs no permit.

use crate::tally::Tally;
use crate::{Failure, Processing};
use kept_ledger::tile::{Kind, split_bundle};
use kept_ledger::{Receipt, Tile, TileReader, Verifier};
use kept_vault::store::Store;
use std::path::PathBuf;

/// How many entries a bundle holds when it is full.
pub(crate) const BUNDLE: u64 = 256;

impl<S: Store> Processing<S> {
    /// Takes everything that is staged into the ledger; the answer is how many entries it has.
    pub async fn sequence(&self) -> Result<u64, Failure> {
        let mut sequencer = self.sequencer.lock().await?;
        let mut tally = self.tally.lock().await;
        let before = tally.size;
        if self.beside.is_shared() {
            sequencer.follow()?;
            self.count_up_to(&mut tally, sequencer.size())?;
        }
        let mut count = |index: u64, entry: &[u8]| tally.count(index, entry);
        let size = sequencer.catch_up(self.vault.store(), &mut count).await?;
        if tally.size != before {
            tally.save(&self.tally_path());
        }
        Ok(size)
    }

    fn tally_path(&self) -> PathBuf {
        self.ledger.path().with_extension("tally")
    }

    /// Takes up the tally that was set aside, and counts what the ledger has beyond it.
    pub(crate) async fn resume_tally(&self) -> Result<(), Failure> {
        let size = self.sequencer.lock().await?.size();
        let mut tally = Tally::load(&self.tally_path());
        if tally.size > size {
            tally = Tally::default();
        }
        self.count_up_to(&mut tally, size)?;
        *self.tally.lock().await = tally;
        Ok(())
    }

    fn count_up_to(&self, tally: &mut Tally, size: u64) -> Result<(), Failure> {
        while tally.size < size {
            let from = tally.size;
            for (index, entry) in (from..).zip(self.entries_from(from)?) {
                tally.count(index, &entry);
            }
            if tally.size == from {
                return Err(Failure::Corrupt(format!(
                    "the ledger lacks its entry {from}"
                )));
            }
        }
        Ok(())
    }

    /// The signed checkpoint; nothing before the first entry.
    pub fn checkpoint(&self) -> Result<Option<String>, Failure> {
        Ok(self.ledger.checkpoint()?)
    }

    /// The ledger's public key.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// A file of the ledger by its path, such as `tile/0/000.p/7`; nothing where there is none.
    pub fn ledger_file(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        let known = Tile::parse(path).is_ok() || path == "checkpoint";
        if !known {
            return Ok(None);
        }
        self.ledger
            .read(path)
            .map_err(|cause| Failure::Unavailable(cause.to_string()))
    }

    /// An entry of the ledger as it is written; nothing beyond the checkpoint.
    pub fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.entries_from(index)?.into_iter().next())
    }

    /// The entries from an index on that stand in the same bundle; none beyond the checkpoint.
    pub fn entries_from(&self, index: u64) -> Result<Vec<Vec<u8>>, Failure> {
        let Some(note) = self.ledger.checkpoint()? else {
            return Ok(Vec::new());
        };
        let verifiers = [self.verifier.clone()];
        let checkpoint = kept_ledger::Checkpoint::open(&note, &verifiers)
            .map_err(|rejected| Failure::Corrupt(format!("the ledger's checkpoint: {rejected}")))?;
        let bundle = Tile::in_tree(Kind::Entries, index / BUNDLE, checkpoint.size());
        let Some(tile) = bundle.filter(|_| index < checkpoint.size()) else {
            return Ok(Vec::new());
        };
        let damaged = || Failure::Corrupt(format!("the ledger's file `{}`", tile.path()));
        let bytes = self
            .ledger
            .read(&tile.path())
            .map_err(|cause| Failure::Unavailable(cause.to_string()))?
            .ok_or_else(damaged)?;
        let entries = split_bundle(&bytes, tile.width()).map_err(|_| damaged())?;
        let position = usize::try_from(index % BUNDLE).unwrap_or(usize::MAX);
        Ok(entries
            .into_iter()
            .skip(position)
            .map(<[u8]>::to_vec)
            .collect())
    }

    /// The receipt of an entry: a proof that anybody can check without asking us (`.tlog-proof`).
    pub async fn receipt(&self, index: u64) -> Result<Receipt, Failure> {
        let mut entry = self.entry(index)?;
        if entry.is_none() {
            self.sequence().await?;
            entry = self.entry(index)?;
        }
        let entry = entry.ok_or(Failure::NotFound("ledger entry"))?;
        let note = self
            .ledger
            .checkpoint()?
            .ok_or(Failure::NotFound("ledger entry"))?;
        let verifiers = [self.verifier.clone()];
        Receipt::issue(&self.ledger, &note, &verifiers, index, &entry)
            .map_err(|fault| Failure::Corrupt(format!("the ledger: {fault}")))
    }
}
