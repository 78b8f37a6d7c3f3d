//! Making a generation, in the order that a crash leaves safe: rows, then what they rest on, then
//! the list that names it all.
//!
//! Keys are made before their rows, so a keyring copied after the rows has the keys of all of them
//! but those that were destroyed meanwhile. Blobs are finished before their rows, and the ledger
//! only grows. The keyring goes before the list: a list never stands beside an older keyring.

use super::blobs::Listed;
use super::chunks::Chunks;
use super::{Backup, Generation, KEYRING, KEYRING_DIGEST, ROWS_PART, Stage, Watch, files};
use crate::blob::BlobStore;
use crate::keyring::Keyring;
use crate::ledger::Ledger;
use crate::store::lock::Lock;
use crate::store::{Failure, Form, Store};
use data_encoding::HEXLOWER;
use kept_ledger::{Checkpoint, SigningKey, Verifier};
use kept_terms::Timestamp;
use std::fs::File;
use std::path::{Path, PathBuf};

/// What was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// The generation.
    pub generation: Generation,
    /// How many bytes of rows were not there yet.
    pub rows_new: u64,
    /// How many blobs were not there yet.
    pub blobs_new: u64,
    /// How many generations there are now.
    pub generations: u64,
}

/// A generation being made.
pub struct Making<'m> {
    pub(super) backup: &'m Backup,
    pub(super) intake: Option<files::Digest>,
    watch: Watch<'m>,
    known: Vec<Generation>,
    rows: Option<Rows>,
    blobs: Listed,
    blobs_new: u64,
    ledger: Option<Checkpoint>,
    _lock: Lock,
}

struct Rows {
    at: Timestamp,
    form: Form,
    list: files::Digest,
    length: u64,
    new: u64,
}

impl Backup {
    /// Begins a generation. The verifier is that of the house's ledger.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where another is being made; [`Failure::Corrupt`] where the folder
    /// holds the backups of another house, or lists that were altered.
    pub fn begin<'m>(
        &'m self,
        verifier: &Verifier,
        watch: Watch<'m>,
    ) -> Result<Making<'m>, Failure> {
        let lock = self.lock()?;
        Ok(Making {
            known: self.generations(verifier)?,
            backup: self,
            intake: None,
            watch,
            rows: None,
            blobs: Listed::new(),
            blobs_new: 0,
            ledger: None,
            _lock: lock,
        })
    }

    /// Copies the keyring as it is now over its copy, which thereby forgets what was destroyed; the
    /// answer is how often keys had been destroyed.
    pub fn follow_keyring(&self, keyring: &Keyring, to: Option<&Path>) -> Result<u64, Failure> {
        let _one_at_a_time = self.lock()?;
        copy_keyring(keyring, to.unwrap_or(&self.keyring()))
    }

    /// Where the copy of the keyring stands, unless it was sent elsewhere.
    pub fn keyring(&self) -> PathBuf {
        self.path().join(KEYRING)
    }
}

impl Making<'_> {
    /// Copies the rows as of now, looks at their structure, and stores the chunks that are new.
    pub async fn rows<S: Store>(&mut self, store: &S, now: Timestamp) -> Result<(), Failure> {
        let part = self.backup.path().join(ROWS_PART);
        let watch = self.watch;
        let progress = move |done, all| watch(Stage::Rows, done, all);
        let form = store.copy_rows(&part, &progress).await?;
        let at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let (list, length, new) = self.store_chunks(&part, form)?;
        files::delete(&part)?;
        self.rows = Some(Rows {
            at,
            form,
            list,
            length,
            new,
        });
        Ok(())
    }

    fn store_chunks(&self, part: &Path, form: Form) -> Result<(files::Digest, u64, u64), Failure> {
        let objects = self.backup.objects();
        let file = File::open(part).map_err(|error| files::failed(part, &error))?;
        let all = file.metadata().map_or(0, |it| it.len());
        let mut chunks = Chunks::of(file, form);
        let (mut names, mut length, mut new) = (Vec::new(), 0, 0);
        loop {
            (self.watch)(Stage::Chunks, length, all);
            let chunk = chunks.next();
            let chunk = chunk.map_err(|error| files::failed(part, &error))?;
            if chunk.is_empty() {
                return Ok((objects.put(&names)?.0, length, new));
            }
            length += chunk.len() as u64;
            let (name, is_new) = objects.put(&chunk)?;
            new += if is_new { chunk.len() as u64 } else { 0 };
            names.extend_from_slice(&name);
        }
    }

    /// Copies the blobs that are new. The rows come first.
    pub fn blobs(&mut self, from: &dyn BlobStore) -> Result<(), Failure> {
        let known = match self.known.last() {
            Some(last) => self.backup.listed(last)?,
            None => Listed::new(),
        };
        (self.blobs, self.blobs_new) = self.backup.copy_blobs(from, &known, self.watch)?;
        Ok(())
    }

    /// Copies those files of the ledger that never change. It may grow meanwhile.
    pub fn ledger_ahead(&self, from: &Ledger, verifier: &Verifier) -> Result<(), Failure> {
        let copied = self.backup.copy_ledger(from, verifier, true, self.watch);
        copied.map(drop)
    }

    /// Copies the rest of the ledger, which must stand still until this returns. The rows come
    /// first, so that it tells of all of them.
    pub fn ledger(&mut self, from: &Ledger, verifier: &Verifier) -> Result<(), Failure> {
        self.ledger = self.backup.copy_ledger(from, verifier, false, self.watch)?;
        Ok(())
    }

    /// Copies the keyring over its former copy, writes the list, and drops what is older than the
    /// newest so many generations.
    pub fn finish(
        self,
        keyring: &Keyring,
        keyring_to: Option<&Path>,
        key: &SigningKey,
        keep: Option<usize>,
    ) -> Result<Made, Failure> {
        let (Some(rows), Some(ledger)) = (&self.rows, &self.ledger) else {
            return Err(Failure::Invalid("a backup without rows or ledger"));
        };
        let blobs_list = self.backup.put_listed(&self.blobs)?;
        let destructions = match keyring_to {
            Some(path) => copy_keyring(keyring, path)?,
            None => copy_keyring(keyring, &self.backup.keyring())?,
        };
        let generation = Generation {
            at: rows.at,
            form: rows.form,
            rows_length: rows.length,
            rows: rows.list,
            blobs: self.blobs.len() as u64,
            blobs_list,
            destructions,
            ledger: ledger.clone(),
            intake: self.intake,
        };
        self.backup.put_generation(&generation, key)?;
        let mut generations = self.known.clone();
        generations.retain(|known| known.name() != generation.name());
        generations.push(generation.clone());
        if let Some(keep) = keep {
            self.backup.prune(&mut generations, keep, self.watch)?;
        }
        Ok(Made {
            generation,
            rows_new: rows.new,
            blobs_new: self.blobs_new,
            generations: generations.len() as u64,
        })
    }
}

/// Copies the keyring to a file and its digest to one beside it; the answer is how often keys had
/// been destroyed at the least.
pub(super) fn copy_keyring(keyring: &Keyring, to: &Path) -> Result<u64, Failure> {
    // Before the copy, so that the copy is no older than this says.
    let destructions = keyring.destructions()?;
    let beside = digest_path(to);
    let fresh = to.with_extension("fresh");
    keyring.copy_to(&fresh)?;
    let Some((digest, _)) = files::digest_of(&fresh)? else {
        return Err(Failure::Unavailable(
            "the keyring's copy is gone".to_owned(),
        ));
    };
    // Both digests are good while one copy takes the place of the other.
    let before = files::read(&beside)?.unwrap_or_default();
    let before = String::from_utf8_lossy(&before);
    let before = before.lines().next().unwrap_or_default();
    let digest = HEXLOWER.encode(&digest);
    files::write(&beside, format!("{digest}\n{before}\n").as_bytes())?;
    files::settle(&fresh, to)?;
    files::write(&beside, format!("{digest}\n").as_bytes())?;
    Ok(destructions)
}

/// Where the digest of a keyring's copy stands.
pub(super) fn digest_path(keyring: &Path) -> PathBuf {
    match keyring.file_name().is_some_and(|name| name == KEYRING) {
        true => keyring.with_file_name(KEYRING_DIGEST),
        false => keyring.with_extension("sha256"),
    }
}
