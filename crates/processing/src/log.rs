//! The ledger as the door serves it: entries sequenced, receipts issued, files read.
//! It never holds personal information, so serving it needs no permit.

use crate::tally::Tally;
use crate::{Failure, Processing, StoreAddress, StoreOptions};
use kept_ledger::tile::{Kind, split_bundle};
use kept_ledger::{Checkpoint, Receipt, Tile, TileReader, Verifier};
use kept_vault::ledger::Ledger;
use kept_vault::store::Store;
use kept_vault::store::postgres::LedgerTables;

/// The ledger in a database that holds a house's rows, for whoever verifies it; no house is opened.
///
/// # Errors
/// [`Failure::Unavailable`] where the address is none.
pub fn database_ledger(
    address: &StoreAddress,
    options: &StoreOptions,
) -> Result<impl TileReader + use<>, Failure> {
    Ok(LedgerTables::look(address, &options.schema)?)
}

/// How many entries a bundle holds when it is full.
const BUNDLE: u64 = 256;

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
        // What another sequencer took meanwhile was not shown to this one.
        self.count_up_to(&mut tally, size)?;
        if tally.size != before {
            tally.save(&self.tally_path);
        }
        Ok(size)
    }

    /// Takes up the tally that was set aside, and counts what the ledger has beyond it.
    pub(crate) async fn resume_tally(&self) -> Result<(), Failure> {
        let size = self.sequencer.lock().await?.size();
        let mut tally = Tally::load(&self.tally_path);
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

    /// Whether the rows are to be had; where they are in a database it is asked.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where they are not.
    pub async fn reach_rows(&self) -> Result<(), Failure> {
        self.vault.store().next_entry().await?;
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
        let mut pages = self.pages()?;
        let position = usize::try_from(index % BUNDLE).unwrap_or(usize::MAX);
        Ok(match pages.bundle(index)? {
            Some(entries) => entries.iter().skip(position).cloned().collect(),
            None => Vec::new(),
        })
    }

    /// The ledger as its checkpoint is now.
    pub(crate) fn pages(&self) -> Result<Pages<'_>, Failure> {
        let size = match self.ledger.checkpoint()? {
            None => 0,
            Some(note) => Checkpoint::open(&note, std::slice::from_ref(&self.verifier))
                .map_err(|rejected| {
                    Failure::Corrupt(format!("the ledger's checkpoint: {rejected}"))
                })?
                .size(),
        };
        Ok(Pages {
            ledger: &self.ledger,
            size,
            read: None,
        })
    }

    /// An entry, be it in the ledger or still waiting to be taken into it.
    pub(crate) async fn entry_or_staged<'p>(
        &'p self,
        pages: &mut Pages<'p>,
        index: u64,
    ) -> Result<Option<Vec<u8>>, Failure> {
        if index >= pages.size {
            let staged = self.vault.store().staged(index, 1).await?;
            if let Some(staged) = staged.into_iter().find(|it| it.index == index) {
                return Ok(Some(staged.entry));
            }
            // It was taken meanwhile.
            *pages = self.pages()?;
        }
        pages.entry(index)
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

/// The entries below one checkpoint. The bundle that was read last is kept: what is asked for one
/// after the other mostly stands in one.
pub(crate) struct Pages<'l> {
    ledger: &'l Ledger,
    size: u64,
    read: Option<(u64, Vec<Vec<u8>>)>,
}

impl Pages<'_> {
    /// An entry; nothing beyond the checkpoint.
    pub fn entry(&mut self, index: u64) -> Result<Option<Vec<u8>>, Failure> {
        let position = usize::try_from(index % BUNDLE).unwrap_or(usize::MAX);
        let bundle = self.bundle(index)?;
        Ok(bundle.and_then(|entries| entries.get(position)).cloned())
    }

    /// All entries of the bundle in which an entry stands.
    fn bundle(&mut self, index: u64) -> Result<Option<&[Vec<u8>]>, Failure> {
        let number = index / BUNDLE;
        let tile = Tile::in_tree(Kind::Entries, number, self.size);
        let Some(tile) = tile.filter(|_| index < self.size) else {
            return Ok(None);
        };
        if self.read.as_ref().is_none_or(|(of, _)| *of != number) {
            self.read = Some((number, self.split(tile)?));
        }
        Ok(self.read.as_ref().map(|(_, entries)| entries.as_slice()))
    }

    fn split(&self, tile: Tile) -> Result<Vec<Vec<u8>>, Failure> {
        let damaged = || Failure::Corrupt(format!("the ledger's file `{}`", tile.path()));
        let width = tile.width();
        // A bundle that has become full meanwhile has taken the place of what it was before.
        for tile in [tile, tile.full()] {
            let read = self.ledger.read(&tile.path());
            let read = read.map_err(|cause| Failure::Unavailable(cause.to_string()))?;
            if let Some(bytes) = read {
                let entries = split_bundle(&bytes, tile.width()).map_err(|_| damaged())?;
                let entries = entries.into_iter().take(usize::from(width));
                return Ok(entries.map(<[u8]>::to_vec).collect());
            }
        }
        Err(damaged())
    }
}
