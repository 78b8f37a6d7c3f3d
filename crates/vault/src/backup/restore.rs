//! Putting a generation back into an empty folder. Every byte is digested before it is believed;
//! begun again, it goes on with what is missing.

use super::make::digest_path;
use super::objects::damaged;
use super::{Backup, Generation, Stage, Watch, files};
use crate::blob::BlobStore;
use crate::keyring::Keyring;
use crate::ledger::Ledger;
use crate::store::Failure;
use data_encoding::HEXLOWER;
use kept_ledger::{Verifier, verify_log};
use kept_terms::Timestamp;
use std::io::Write;
use std::path::Path;

/// A generation that is being put back.
pub struct Restoring<'r> {
    pub(super) backup: &'r Backup,
    verifier: &'r Verifier,
    watch: Watch<'r>,
    /// All generations, oldest first.
    generations: Vec<Generation>,
}

/// What a backup holds, all of it looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// Generations.
    pub generations: u64,
    /// Bytes of rows, over all generations.
    pub rows: u64,
    /// Blobs, over all generations.
    pub blobs: u64,
    /// Entries of the ledger.
    pub entries: u64,
}

impl Backup {
    /// Puts the copy of the keyring into a file that is not there yet.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the backup has no keyring, which then is elsewhere;
    /// [`Failure::Corrupt`] where it is not the one that was copied.
    pub fn put_back_keyring(&self, from: Option<&Path>, to: &Path) -> Result<(), Failure> {
        let own = self.keyring();
        let from = from.unwrap_or(&own);
        let Some(bytes) = files::read(from)? else {
            return Err(Failure::Unavailable(format!(
                "the keyring `{}` is missing: nothing can be read without it; name where its \
                 copy stands",
                from.display()
            )));
        };
        if let Some(told) = files::read(&digest_path(from))? {
            let digest = HEXLOWER.encode(&files::digest(&bytes));
            let told = String::from_utf8_lossy(&told);
            if !told.lines().any(|line| line == digest) {
                let what = "does not have the digest it was copied with";
                return Err(damaged(from, what));
            }
        }
        files::write(to, &bytes)
    }

    /// Looks for the generations to put back; the verifier follows from the keyring.
    ///
    /// # Errors
    /// [`Failure::Corrupt`] where a list was altered or is another house's;
    /// [`Failure::Unavailable`] where the keyring is older than a generation: it would bring back
    /// what was destroyed between the two.
    pub fn restoring<'r>(
        &'r self,
        keyring: &Keyring,
        verifier: &'r Verifier,
        watch: Watch<'r>,
    ) -> Result<Restoring<'r>, Failure> {
        let generations = self.generations(verifier)?;
        let destructions = keyring.destructions()?;
        if let Some(newer) = generations.iter().find(|it| it.destructions > destructions) {
            return Err(Failure::Unavailable(format!(
                "this keyring is older than the backup of {}: it may still open what was erased or \
                 destroyed since; use the keyring that was copied with the newest backup, or later",
                newer.at
            )));
        }
        Ok(Restoring {
            backup: self,
            verifier,
            watch,
            generations,
        })
    }
}

impl Restoring<'_> {
    /// The newest generation that is not later than a moment, or the newest of all.
    ///
    /// # Errors
    /// [`Failure::Unavailable`], saying what there is.
    pub fn choose(&self, at: Option<Timestamp>) -> Result<&Generation, Failure> {
        let fits = |it: &&Generation| at.is_none_or(|at| it.at <= at);
        let chosen = self.generations.iter().rfind(fits);
        chosen.ok_or_else(|| match self.generations.first() {
            None => Failure::Unavailable(format!(
                "`{}` holds no backup: name the folder that backups were made into",
                self.backup.path().display()
            )),
            Some(first) => Failure::Unavailable(format!(
                "the oldest backup is of {}: name that moment or a later one",
                first.at
            )),
        })
    }

    /// The generation of a name.
    pub fn named(&self, name: &str) -> Option<&Generation> {
        self.generations.iter().find(|it| it.name() == name)
    }

    /// Puts the rows into a file, in one step at the end.
    pub fn rows(&self, generation: &Generation, to: &Path) -> Result<(), Failure> {
        let part = to.with_extension("part");
        let mut file = files::make(&part)?;
        let mut length = 0;
        self.chunks(generation, &mut |chunk| {
            length += chunk.len() as u64;
            file.write_all(chunk)
                .map_err(|error| files::failed(&part, &error))
        })?;
        file.sync_all()
            .map_err(|error| files::failed(&part, &error))?;
        files::settle(&part, to)
    }

    fn chunks(
        &self,
        generation: &Generation,
        visit: &mut dyn FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let objects = self.backup.objects();
        let mut length = 0;
        for name in objects.list(&generation.rows)? {
            (self.watch)(Stage::Chunks, length, generation.rows_length);
            let chunk = objects.get(&name)?;
            length += chunk.len() as u64;
            visit(&chunk)?;
        }
        (self.watch)(Stage::Chunks, length, generation.rows_length);
        match length == generation.rows_length {
            true => Ok(()),
            false => Err(damaged(
                &objects.path(&generation.rows),
                "does not lead to as many bytes as there were",
            )),
        }
    }

    /// Puts the blobs back; the answer is how many were missing.
    pub fn blobs(&self, generation: &Generation, to: &dyn BlobStore) -> Result<u64, Failure> {
        let listed = self.backup.listed(generation)?;
        self.backup.put_back_blobs(to, &listed, self.watch)
    }

    /// Derives the ledger again from its entries, sees that it goes on from every generation's, and
    /// puts it where the house has its own.
    pub fn ledger(&self, to: &Ledger) -> Result<u64, Failure> {
        let entries = self.check_ledger()?;
        let watch = |done, all| (self.watch)(Stage::Ledger, done, all);
        to.fill(&self.backup.ledger(), self.verifier, &watch)?;
        Ok(entries)
    }

    fn check_ledger(&self) -> Result<u64, Failure> {
        let ledger = self.backup.ledger();
        let note = ledger.checkpoint()?.unwrap_or_default();
        let verifiers = [self.verifier.clone()];
        let earlier = self.generations.iter().map(|it| it.ledger.clone());
        let earlier: Vec<_> = earlier.collect();
        let report = verify_log(&ledger, &note, &verifiers, &earlier, |_, _| Ok(()));
        let report = report.map_err(|fault| {
            let shown = self.backup.path().display();
            Failure::Corrupt(format!("the ledger of the backup `{shown}`: {fault}"))
        })?;
        Ok(report.checkpoint.size())
    }

    /// Reads everything in the backup and names the first thing that is wrong.
    pub fn check(&self) -> Result<Kept, Failure> {
        let mut kept = Kept {
            entries: self.check_ledger()?,
            ..Kept::default()
        };
        for generation in &self.generations {
            self.chunks(generation, &mut |_| Ok(()))?;
            self.backup.check_intake(generation)?;
            for (id, told) in self.backup.listed(generation)? {
                self.backup.check_blob(id, told)?;
                kept.blobs += 1;
            }
            kept.rows += generation.rows_length;
            kept.generations += 1;
        }
        Ok(kept)
    }
}
