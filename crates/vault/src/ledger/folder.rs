//! The ledger's files in a folder, in the layout of C2SP tlog-tiles.
//! What a step begins from is for the locks to see to; here files are durable before what names
//! them.

use super::{CHECKPOINT, Step};
use crate::store::Failure;
use kept_ledger::{File, TileReader, Unavailable};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// The ledger's files in a folder, in the layout of C2SP tlog-tiles.
#[derive(Clone, Debug)]
pub struct LedgerFolder {
    root: PathBuf,
    /// Folders below it of which this process knows that they themselves are durable.
    settled: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl LedgerFolder {
    /// The ledger in a folder, which need not exist yet.
    pub fn new(root: impl Into<PathBuf>) -> LedgerFolder {
        LedgerFolder {
            root: root.into(),
            settled: Arc::default(),
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Adds what a step leads to: files durable, then the checkpoint.
    pub(super) fn take(&self, step: &Step<'_>) -> Result<(), Failure> {
        self.write(step.files)?;
        self.write_one(CHECKPOINT, step.after.as_bytes().to_vec())?;
        let [before, after] = step.sizes;
        self.tidy(before, after);
        Ok(())
    }

    /// Writes files and makes them and their folders durable.
    fn write(&self, files: &[File]) -> Result<(), Failure> {
        let mut folders = BTreeSet::new();
        for File { path, bytes } in files {
            let put = self.put(path, bytes);
            folders.insert(put.map_err(|cause| unwritten(path, &cause))?);
        }
        for folder in &folders {
            let settled = self.settle(folder);
            settled.map_err(|cause| unwritten(&folder.display().to_string(), &cause))?;
        }
        Ok(())
    }

    /// Writes one file, durably.
    pub(super) fn write_one(&self, path: &str, bytes: Vec<u8>) -> Result<(), Failure> {
        let path = path.to_owned();
        self.write(&[File { path, bytes }])
    }

    /// Writes a file beside its place, makes what it holds durable, and moves it there in one step;
    /// the answer is the folder that has to be made durable.
    fn put(&self, path: &str, bytes: &[u8]) -> std::io::Result<PathBuf> {
        let place = self.root.join(path);
        let folder = place.parent().unwrap_or(&self.root);
        let fresh = place.with_extension("new");
        fs::create_dir_all(folder)?;
        let mut file = fs::File::create(&fresh)?;
        file.write_all(bytes)?;
        file.sync_data()?;
        fs::rename(&fresh, &place)?;
        Ok(folder.to_owned())
    }

    /// Makes durable what a folder lists, and the folder itself, where it may be new.
    fn settle(&self, folder: &Path) -> std::io::Result<()> {
        let mut settled = self.settled.lock().unwrap_or_else(|p| p.into_inner());
        // A folder made on the way is durable only once the folder it stands in is.
        let above = folder
            .ancestors()
            .take_while(|above| above.starts_with(&self.root))
            .take(if settled.contains(folder) {
                1
            } else {
                usize::MAX
            });
        for folder in above {
            fs::File::open(folder)?.sync_all()?;
        }
        settled.insert(folder.to_owned());
        Ok(())
    }

    /// Deletes the partial tiles that full ones have outgrown. Nobody reads them, so failing to is
    /// no harm.
    fn tidy(&self, earlier: u64, later: u64) {
        for tile in kept_ledger::tile::completed(earlier, later) {
            let folder = self.root.join(tile.partial_folder());
            let mut settled = self.settled.lock().unwrap_or_else(|p| p.into_inner());
            settled.remove(&folder);
            let _ = fs::remove_dir_all(folder);
        }
    }
}

impl TileReader for LedgerFolder {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        // A path of the ledger never climbs out of its folder.
        if path
            .split('/')
            .any(|part| part.is_empty() || part.starts_with('.'))
        {
            return Ok(None);
        }
        match fs::read(self.root.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(Unavailable::new(cause)),
        }
    }
}

fn unwritten(path: &str, cause: &std::io::Error) -> Failure {
    Failure::Unavailable(format!(
        "the ledger's file `{path}` cannot be written: {cause}"
    ))
}
