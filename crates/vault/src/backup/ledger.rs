//! The ledger's files on their way into a backup and out of it. They are public, only ever added
//! to, and the newest serves every generation.

use super::objects::damaged;
use super::{Backup, LEDGER, Stage, Watch, files};
use crate::sequencer::{CHECKPOINT, LedgerFolder, PUBLIC_KEY};
use crate::store::Failure;
use kept_ledger::tile::{completed, tiles};
use kept_ledger::{Checkpoint, Log, TileReader, Verifier};
use std::path::Path;

impl Backup {
    /// The ledger in the backup.
    pub fn ledger(&self) -> LedgerFolder {
        LedgerFolder::new(self.folder.join(LEDGER))
    }

    /// Copies what the ledger in the backup lacks; the answer is what both now say. The ledger
    /// copied from must stand still, unless `whole_only`, which copies the files that never change.
    pub(super) fn copy_ledger(
        &self,
        from: &LedgerFolder,
        verifier: &Verifier,
        whole_only: bool,
        watch: Watch<'_>,
    ) -> Result<Option<Checkpoint>, Failure> {
        let to = self.ledger();
        let Some(note) = from.checkpoint()? else {
            return Ok(None);
        };
        let new = opened(from, &note, verifier)?;
        let before = self.continues(from, &to, &new, verifier)?;
        let all: Vec<_> = tiles(new.size()).collect();
        for (done, tile) in (0..).zip(&all) {
            watch(Stage::Ledger, done, all.len() as u64);
            let path = tile.path();
            let place = to.path().join(&path);
            if (whole_only && tile.is_partial()) || place.exists() {
                continue;
            }
            let bytes = from
                .read(&path)
                .map_err(|cause| unreadable(&path, &cause))?;
            let bytes = match bytes {
                Some(bytes) => bytes,
                None => return Err(missing(from, &path)),
            };
            files::write(&place, &bytes)?;
            if files::read(&place)?.as_ref() != Some(&bytes) {
                return Err(damaged(&place, "is not what was written"));
            }
        }
        watch(Stage::Ledger, all.len() as u64, all.len() as u64);
        if whole_only {
            return Ok(Some(new));
        }
        Log::resume(&new, &to)
            .map_err(|fault| Failure::Corrupt(format!("the backup's ledger: {fault}")))?;
        files::write(
            &to.path().join(PUBLIC_KEY),
            format!("{verifier}\n").as_bytes(),
        )?;
        files::write(&to.path().join(CHECKPOINT), note.as_bytes())?;
        for tile in completed(before, new.size()) {
            // Nobody reads outgrown files, so failing to delete them is no harm.
            let _ = std::fs::remove_dir_all(to.path().join(tile.partial_folder()));
        }
        Ok(Some(new))
    }

    /// Sees that the ledger goes on from the one in the backup, and says how far that one went.
    fn continues(
        &self,
        from: &LedgerFolder,
        to: &LedgerFolder,
        new: &Checkpoint,
        verifier: &Verifier,
    ) -> Result<u64, Failure> {
        let Some(note) = to.checkpoint()? else {
            return Ok(0);
        };
        let old = opened(to, &note, verifier)?;
        let goes_on = old.size() <= new.size() && Log::resume(&old, from).is_ok();
        match goes_on {
            true => Ok(old.size()),
            false => Err(Failure::Corrupt(format!(
                "the ledger of {} entries in `{}` is not the beginning of this one of {}: this \
                 house was put back from something older than its last backup; restore from that \
                 backup, or begin another folder",
                old.size(),
                to.path().display(),
                new.size()
            ))),
        }
    }
}

/// Copies a whole ledger into a data folder, where it is not there yet.
pub(super) fn put_back(
    from: &LedgerFolder,
    to: &Path,
    verifier: &Verifier,
    watch: Watch<'_>,
) -> Result<(), Failure> {
    let Some(note) = from.checkpoint()? else {
        return Err(missing(from, CHECKPOINT));
    };
    let checkpoint = opened(from, &note, verifier)?;
    let all: Vec<_> = tiles(checkpoint.size()).collect();
    for (done, tile) in (0..).zip(&all) {
        watch(Stage::Ledger, done, all.len() as u64);
        let path = tile.path();
        if to.join(&path).exists() {
            continue;
        }
        let bytes = from
            .read(&path)
            .map_err(|cause| unreadable(&path, &cause))?;
        files::write(&to.join(&path), &bytes.ok_or_else(|| missing(from, &path))?)?;
    }
    watch(Stage::Ledger, all.len() as u64, all.len() as u64);
    files::write(&to.join(PUBLIC_KEY), format!("{verifier}\n").as_bytes())?;
    // The last of all: where it is, the rest is.
    files::write(&to.join(CHECKPOINT), note.as_bytes())
}

fn opened(of: &LedgerFolder, note: &str, verifier: &Verifier) -> Result<Checkpoint, Failure> {
    Checkpoint::open(note, std::slice::from_ref(verifier)).map_err(|rejected| {
        let shown = of.path().join(CHECKPOINT);
        Failure::Corrupt(format!("`{}`: {rejected}", shown.display()))
    })
}

fn unreadable(path: &str, cause: &kept_ledger::Unavailable) -> Failure {
    Failure::Unavailable(format!(
        "the ledger's file `{path}` cannot be read: {cause}"
    ))
}

fn missing(of: &LedgerFolder, path: &str) -> Failure {
    let shown = of.path().join(path);
    Failure::Corrupt(format!(
        "the ledger's file `{}` is missing",
        shown.display()
    ))
}
