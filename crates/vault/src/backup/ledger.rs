//! The ledger's files on their way into a backup and out of it. They are public, only ever added
//! to, and the newest serves every generation.

use super::objects::damaged;
use super::{Backup, LEDGER, Stage, Watch, files};
use crate::ledger::{CHECKPOINT, Ledger, LedgerFolder, PUBLIC_KEY};
use crate::store::Failure;
use kept_ledger::tile::{completed, tiles};
use kept_ledger::{Checkpoint, Log, Verifier};

impl Backup {
    /// The ledger in the backup.
    pub fn ledger(&self) -> Ledger {
        Ledger::Folder(self.ledger_folder())
    }

    fn ledger_folder(&self) -> LedgerFolder {
        LedgerFolder::new(self.folder.join(LEDGER))
    }

    /// Copies what the ledger in the backup lacks; the answer is what both now say. The ledger
    /// copied from must stand still, unless `whole_only`, which copies the files that never change.
    pub(super) fn copy_ledger(
        &self,
        from: &Ledger,
        verifier: &Verifier,
        whole_only: bool,
        watch: Watch<'_>,
    ) -> Result<Option<Checkpoint>, Failure> {
        let to = self.ledger_folder();
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
            let bytes = from.file(&path)?;
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
        from: &Ledger,
        to: &LedgerFolder,
        new: &Checkpoint,
        verifier: &Verifier,
    ) -> Result<u64, Failure> {
        let there = self.ledger();
        let Some(note) = there.checkpoint()? else {
            return Ok(0);
        };
        let old = opened(&there, &note, verifier)?;
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

fn opened(of: &Ledger, note: &str, verifier: &Verifier) -> Result<Checkpoint, Failure> {
    Checkpoint::open(note, std::slice::from_ref(verifier))
        .map_err(|rejected| Failure::Corrupt(format!("{}: {rejected}", of.shown(CHECKPOINT))))
}
