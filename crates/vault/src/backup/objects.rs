//! Bytes under the name of their digest: what is there already is not stored again, and what was
//! altered does not match its name.

use super::files::{self, DIGEST_LENGTH, Digest};
use crate::store::Failure;
use data_encoding::HEXLOWER;
use std::path::PathBuf;

/// Objects in a folder, spread over 256 folders by the first byte of their names.
#[derive(Clone, Debug)]
pub struct Objects {
    folder: PathBuf,
}

impl Objects {
    pub fn new(folder: PathBuf) -> Objects {
        Objects { folder }
    }

    /// Where an object stands.
    pub fn path(&self, name: &Digest) -> PathBuf {
        let name = HEXLOWER.encode(name);
        let first = name.get(..2).unwrap_or_default();
        self.folder.join(first).join(&name)
    }

    /// Stores bytes and reads them back; the answer is their name, and whether they are new.
    pub fn put(&self, bytes: &[u8]) -> Result<(Digest, bool), Failure> {
        let name = files::digest(bytes);
        let path = self.path(&name);
        // One that was altered where it stands is written again.
        if files::digest_of(&path)?.is_some_and(|(digest, _)| digest == name) {
            return Ok((name, false));
        }
        files::write(&path, bytes)?;
        self.get(&name)?;
        Ok((name, true))
    }

    /// Reads an object.
    ///
    /// # Errors
    /// [`Failure::Corrupt`], naming the file, where it is missing or was altered.
    pub fn get(&self, name: &Digest) -> Result<Vec<u8>, Failure> {
        let path = self.path(name);
        let bytes = files::read(&path)?.ok_or_else(|| damaged(&path, "is missing"))?;
        match files::digest(&bytes) == *name {
            true => Ok(bytes),
            false => Err(damaged(&path, "does not have the digest it is named after")),
        }
    }

    /// Reads an object that lists others.
    pub fn list(&self, name: &Digest) -> Result<Vec<Digest>, Failure> {
        let bytes = self.get(name)?;
        let (names, rest) = bytes.as_chunks::<DIGEST_LENGTH>();
        match rest.is_empty() {
            true => Ok(names.to_vec()),
            false => Err(damaged(&self.path(name), "is not a list")),
        }
    }

    /// The folders that hold objects.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }
}

/// Says what is wrong with a file of a backup.
pub fn damaged(path: &std::path::Path, what: &str) -> Failure {
    Failure::Corrupt(format!(
        "the backup's file `{}` {what}: restore another generation, or from another copy of the \
         backup",
        path.display()
    ))
}
