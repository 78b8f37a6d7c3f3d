//! How far inputs were taken in, on its way into a backup and out of it: a few small files, sealed
//! together, since one of them holds the key by which visitors are numbered.

use super::objects::damaged;
use super::{Backup, Generation, Making, Restoring, files};
use crate::keyring::Keyring;
use crate::store::Failure;
use crate::store::rows::{Value, decode, encode};
use kept_terms::Randomness;
use std::path::Path;

/// The length of the number that goes with what is sealed, in bytes.
const NUMBER_LENGTH: usize = 16;
/// What the number is put behind where the key is drawn.
const BOUND: &[u8] = b"intake/";
/// Bytes of the longest file that is taken along; none of these is longer than a page.
const FILE_BYTES_MAX: u64 = 1 << 20;

impl Making<'_> {
    /// Copies the files of a folder that say how far inputs were taken in. They come before the
    /// rows: what is taken in once more is taken in once.
    pub fn intake(
        &mut self,
        folder: &Path,
        keyring: &Keyring,
        randomness: &dyn Randomness,
    ) -> Result<(), Failure> {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            other => other.map_err(|error| files::failed(folder, &error))?,
        };
        let mut row = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| files::failed(folder, &error))?;
            let is_small = entry.metadata().is_ok_and(|it| it.len() <= FILE_BYTES_MAX);
            // What an interrupted run left is nobody's.
            let name = entry.file_name().into_string().unwrap_or_default();
            let is_whole = name.ends_with(".json") || name.ends_with(".key");
            if let (true, true, Some(bytes)) = (is_small, is_whole, files::read(&entry.path())?) {
                row.extend([Value::Text(name), Value::Bytes(bytes)]);
            }
        }
        let mut bytes = zeroize::Zeroizing::new(Vec::new());
        encode(&row, &mut bytes);
        let mut number = [0; NUMBER_LENGTH];
        randomness.fill(&mut number);
        let id = [BOUND, &number].concat();
        let sealed = keyring.outgoing().seal(&id, &bytes, randomness)?;
        let stored = [&number[..], &sealed].concat();
        self.intake = Some(self.backup.objects().put(&stored)?.0);
        Ok(())
    }
}

impl Restoring<'_> {
    /// Puts the files back where they are missing.
    pub fn intake(
        &self,
        generation: &Generation,
        keyring: &Keyring,
        to: &Path,
    ) -> Result<(), Failure> {
        let Some(name) = &generation.intake else {
            return Ok(());
        };
        let objects = self.backup.objects();
        let stored = objects.get(name)?;
        let broken = || damaged(&objects.path(name), "is not a list of positions");
        let (number, sealed) = stored
            .split_first_chunk::<NUMBER_LENGTH>()
            .ok_or_else(broken)?;
        let id = [BOUND, number].concat();
        let opened = keyring.outgoing().open(&id, sealed)?;
        let row = decode(&opened).ok_or_else(broken)?;
        for pair in row.chunks(2) {
            let [Value::Text(name), Value::Bytes(bytes)] = pair else {
                return Err(broken());
            };
            let is_plain = Path::new(name).file_name().is_some_and(|it| *it == **name);
            let place = to.join(name);
            match is_plain {
                true if place.exists() => {}
                true => files::write(&place, bytes)?,
                false => return Err(broken()),
            }
        }
        Ok(())
    }
}

impl Backup {
    /// Sees that what a generation names is there.
    pub(super) fn check_intake(&self, generation: &Generation) -> Result<(), Failure> {
        match &generation.intake {
            Some(name) => self.objects().get(name).map(drop),
            None => Ok(()),
        }
    }
}
