//! Where the ledger is: in a folder, or beside the rows in their database. Both keep the same files
//! under the same paths (C2SP tlog-tiles).
//! It signs nothing, and knows of entries only that they stand in files.

mod folder;

pub use self::folder::LedgerFolder;

use crate::store::Failure;
use crate::store::postgres::LedgerTables;
use kept_ledger::tile::tiles;
use kept_ledger::{Checkpoint, File, Log, TileReader, Unavailable, Verifier};

/// The file that says how far the ledger goes.
pub const CHECKPOINT: &str = "checkpoint";

/// The file that holds the ledger's public key, for whoever verifies the files alone.
pub const PUBLIC_KEY: &str = "vkey";

/// The files of a ledger, wherever they are.
#[derive(Clone)]
pub enum Ledger {
    /// In a folder.
    Folder(LedgerFolder),
    /// In the database that holds the rows.
    Database(LedgerTables),
}

/// What one step of the sequencer adds.
pub(crate) struct Step<'s> {
    /// The signed checkpoint that it began from; nothing before the first.
    pub before: Option<&'s str>,
    /// The files that are new.
    pub files: &'s [File],
    /// The signed checkpoint that it leads to.
    pub after: &'s str,
    /// How many entries there were, and how many there are then.
    pub sizes: [u64; 2],
}

impl From<LedgerFolder> for Ledger {
    fn from(folder: LedgerFolder) -> Ledger {
        Ledger::Folder(folder)
    }
}

impl Ledger {
    /// The signed checkpoint; nothing before the first.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it cannot be read.
    pub fn checkpoint(&self) -> Result<Option<String>, Failure> {
        let bytes = self.read(CHECKPOINT);
        let bytes = bytes.map_err(|failure| unavailable(&failure))?;
        let text = bytes.map(String::from_utf8).transpose();
        text.map_err(|_| Failure::Corrupt("the ledger's checkpoint is not text".to_owned()))
    }

    /// Adds what a step leads to, and its checkpoint last. The answer is whether the ledger was
    /// still where the step began. A database sees to that itself; whoever uses a folder has the
    /// sequencer's lock, and that is the system's.
    pub(crate) fn take(&self, step: &Step<'_>) -> Result<bool, Failure> {
        match self {
            Ledger::Folder(folder) => folder.take(step).map(|()| true),
            Ledger::Database(tables) => tables.take(step),
        }
    }

    /// Stores one file as it is: a key, or part of a ledger that is put back or moved.
    pub(crate) fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Ledger::Folder(folder) => folder.write_one(path, bytes.to_vec()),
            Ledger::Database(tables) => tables.put(path, bytes),
        }
    }

    /// Says which ledger it is, for whoever verifies the files alone.
    pub(crate) fn put_key(&self, verifier: &Verifier) -> Result<(), Failure> {
        self.put(PUBLIC_KEY, format!("{verifier}\n").as_bytes())
    }

    /// A file that has to be there.
    pub(crate) fn file(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let read = self.read(path).map_err(|failure| unavailable(&failure))?;
        let missing =
            || Failure::Corrupt(format!("the ledger's file {} is missing", self.shown(path)));
        read.ok_or_else(missing)
    }

    /// Copies a whole ledger here, as far as it is not here yet, and its checkpoint last: where
    /// that is, the rest is.
    ///
    /// # Errors
    /// [`Failure::Corrupt`] where the ledger copied from is not whole, or another one is here.
    pub fn fill(
        &self,
        from: &Ledger,
        verifier: &Verifier,
        watch: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Checkpoint, Failure> {
        let note = String::from_utf8_lossy(&from.file(CHECKPOINT)?).into_owned();
        if self.checkpoint()?.is_some_and(|here| here != note) {
            return Err(Failure::Corrupt(format!(
                "{} is of another ledger, or goes further: nothing is put in its place",
                self.shown(CHECKPOINT)
            )));
        }
        let checkpoint = Checkpoint::open(&note, std::slice::from_ref(verifier));
        let checkpoint = checkpoint.map_err(|rejected| {
            Failure::Corrupt(format!("{}: {rejected}", from.shown(CHECKPOINT)))
        })?;
        let all: Vec<_> = tiles(checkpoint.size()).collect();
        for (done, tile) in (0..).zip(&all) {
            watch(done, all.len() as u64);
            let path = tile.path();
            let is_here = self.read(&path).map_err(|failure| unavailable(&failure))?;
            if is_here.is_none() {
                self.put(&path, &from.file(&path)?)?;
            }
        }
        watch(all.len() as u64, all.len() as u64);
        self.put_key(verifier)?;
        Log::resume(&checkpoint, self)
            .map_err(|fault| Failure::Corrupt(format!("the ledger: {fault}")))?;
        self.put(CHECKPOINT, note.as_bytes())?;
        Ok(checkpoint)
    }

    /// What a file is called in messages.
    pub(crate) fn shown(&self, path: &str) -> String {
        match self {
            Ledger::Folder(folder) => format!("`{}`", folder.path().join(path).display()),
            Ledger::Database(_) => format!("`{path}` of the ledger in the database"),
        }
    }
}

impl TileReader for Ledger {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        match self {
            Ledger::Folder(folder) => folder.read(path),
            Ledger::Database(tables) => tables.read(path),
        }
    }
}

fn unavailable(failure: &Unavailable) -> Failure {
    Failure::Unavailable(format!("the ledger cannot be read: {failure}"))
}
