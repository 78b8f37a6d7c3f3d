//! Backups: rows and blobs by history, the keyring by replacement, the ledger as it grows.
//! It moves sealed bytes and opens none; who may back up, and what a restored house has lost, is
//! the door's business.
//!
//! `docs/formats/vault.md` section 11 specifies the folder. What is written is content under the
//! name of its digest, and only then the signed list that names it, so a crash leaves nothing that
//! a list relies on half written, and what is there already is not copied again.

mod blobs;
mod chunks;
pub(crate) mod files;
mod generation;
mod intake;
mod ledger;
mod make;
mod objects;
mod prune;
mod restore;

pub use generation::Generation;
pub use make::{Made, Making};
pub use restore::{Kept, Restoring};

use crate::store::Failure;
use crate::store::lock::Lock;
use objects::Objects;
use std::path::{Path, PathBuf};

/// The copy of the keyring. There is one, whatever the number of generations.
pub const KEYRING: &str = "keyring.db";
/// Says which bytes the copy of the keyring has.
const KEYRING_DIGEST: &str = "keyring.sha256";
/// Where the lists of generations stand.
const GENERATIONS: &str = "generations";
/// Where rows and lists stand, under the names of their digests.
const OBJECTS: &str = "objects";
/// Where blobs stand.
const BLOBS: &str = "blobs";
/// Where the ledger stands.
const LEDGER: &str = "ledger";
/// The rows on their way.
const ROWS_PART: &str = "rows.part";

/// What is being done, for whoever watches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Rows are copied as of one moment, in pages.
    Rows,
    /// Rows are stored or put back, in chunks.
    Chunks,
    /// Blobs are copied.
    Blobs,
    /// Files of the ledger are copied.
    Ledger,
    /// What no generation names any more is deleted.
    Pruning,
}

/// Is told how much of a stage is done, and how much there is.
pub type Watch<'w> = &'w (dyn Fn(Stage, u64, u64) + Sync);

/// A folder of backups.
#[derive(Clone, Debug)]
pub struct Backup {
    folder: PathBuf,
}

impl Backup {
    /// The backups in a folder, which need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Backup {
        Backup {
            folder: folder.into(),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    fn objects(&self) -> Objects {
        Objects::new(self.folder.join(OBJECTS))
    }

    /// One at a time writes.
    fn lock(&self) -> Result<Lock, Failure> {
        files::make_folder(&self.folder)?;
        Lock::take_if_free(&self.folder.join("backup.lock"))?.ok_or_else(|| {
            Failure::Unavailable(format!(
                "another backup into `{}` is under way: wait for it to end",
                self.folder.display()
            ))
        })
    }
}
