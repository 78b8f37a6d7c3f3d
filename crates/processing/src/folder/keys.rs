//! Where a folder's keyring stands: in it, in a file elsewhere, or in a database of its own. It
//! opens the keyring and nothing that is sealed.

use super::Folder;
use crate::Failure;
use crate::restoring::{unwritable, write_durably};
use kept_terms::{Clock, Randomness};
use kept_vault::keyring::{Keyring, Settings};
use kept_vault::ledger_key;
use kept_vault::store::postgres::Address;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Stands in a folder whose keyring is in a database, and names the ledger that it signs.
const ELSEWHERE: &str = "keyring.database";

/// Where a keyring stands that is not in the data folder.
#[derive(Clone)]
pub enum KeyringPlace {
    /// In a file.
    File(PathBuf),
    /// In a database of its own.
    Database(Address),
}

impl Folder {
    /// The same folder with its keyring elsewhere: who has the one cannot read it without the
    /// other.
    pub fn with_keyring(self, keyring: PathBuf) -> Folder {
        self.with_keyring_in(KeyringPlace::File(keyring))
    }

    /// The same folder with its keyring in another place.
    pub fn with_keyring_in(self, keyring: KeyringPlace) -> Folder {
        Folder {
            keyring: Some(keyring),
            ..self
        }
    }

    /// The file of a keyring that stands elsewhere.
    pub(super) fn keyring_elsewhere(&self) -> Option<&PathBuf> {
        match &self.keyring {
            Some(KeyringPlace::File(path)) => Some(path),
            Some(KeyringPlace::Database(_)) | None => None,
        }
    }

    /// The database of the keyring, where it has one.
    pub(crate) fn keyring_database(&self) -> Option<&Address> {
        match &self.keyring {
            Some(KeyringPlace::Database(address)) => Some(address),
            Some(KeyringPlace::File(_)) | None => None,
        }
    }

    /// The file of the keyring, where it has one.
    pub(crate) fn keyring_path(&self) -> PathBuf {
        let within = || self.path.join("keyring.db");
        self.keyring_elsewhere().cloned().unwrap_or_else(within)
    }

    /// Whether there is a keyring already, as far as can be told from here.
    pub(super) fn has_keyring(&self) -> bool {
        match self.keyring_database() {
            Some(_) => self.path.join(ELSEWHERE).exists(),
            None => self.keyring_path().exists(),
        }
    }

    /// Whether there is no keyring of this house yet. Where nothing else of the house is in the
    /// folder, a new folder on another machine may join it: its database is asked.
    pub(super) fn is_keyless(&self) -> Result<bool, Failure> {
        match self.keyring_database() {
            Some(address) if self.ledger_in_database => Ok(!Keyring::is_in(address, self.shared)?),
            Some(_) | None => Ok(!self.has_keyring()),
        }
    }

    /// A keyring that stands where another was named would be a second one, or none.
    pub(crate) fn keyring_must_be_here(&self) -> Result<(), Failure> {
        let told = match self.keyring_database() {
            None if self.path.join(ELSEWHERE).exists() => {
                "the keyring of this house is in a database: name that with --keyring"
            }
            Some(_) if self.path.join("keyring.db").exists() => {
                "the data folder holds its keyring itself, in `keyring.db`, and a database is named \
                 for it: name none"
            }
            _ => return Ok(()),
        };
        Err(Failure::Unavailable(told.to_owned()))
    }

    fn settings(&self, may_create: bool) -> Settings {
        Settings {
            may_create,
            shared: self.shared,
            ..Settings::default()
        }
    }

    /// Opens the keyring in a file, or makes it where that is said.
    pub(crate) fn open_keyring_file(
        &self,
        path: &Path,
        may_create: bool,
        clock: &dyn Clock,
        randomness: &Arc<dyn Randomness>,
    ) -> Result<Keyring, Failure> {
        let (root, settings) = (self.root.root(), self.settings(may_create));
        let (chance, now) = (randomness.clone(), clock.now());
        Ok(Keyring::open(path, &root, chance, now, settings)?)
    }

    /// Opens the house's keyring, or makes it where that is said.
    pub(crate) fn open_keyring(
        &self,
        may_create: bool,
        clock: &dyn Clock,
        randomness: &Arc<dyn Randomness>,
    ) -> Result<Keyring, Failure> {
        let Some(address) = self.keyring_database() else {
            return self.open_keyring_file(&self.keyring_path(), may_create, clock, randomness);
        };
        let (root, settings) = (self.root.root(), self.settings(may_create));
        let (chance, now) = (randomness.clone(), clock.now());
        let keyring = Keyring::open_in(address, &root, chance, now, settings)?;
        self.keyring_is_of(ledger_key(&keyring)?.name())?;
        Ok(keyring)
    }

    /// Remembers in the folder whose the keyring in the database is. Another house's would take
    /// everybody for a stranger, and destroy the keys of those it has not stored.
    fn keyring_is_of(&self, house: &str) -> Result<(), Failure> {
        let path = self.path.join(ELSEWHERE);
        match std::fs::read_to_string(&path) {
            Ok(told) if told.trim_end() == house => Ok(()),
            Ok(_) => Err(Failure::Unavailable(
                "the keyring in the database is another house's: name the right one with --keyring"
                    .to_owned(),
            )),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                let written = write_durably(&path, &format!("{house}\n"));
                written.map_err(|cause| unwritable(&path, &cause))
            }
            Err(cause) => Err(unwritable(&path, &cause)),
        }
    }

    /// Opens the keyring of rows that the folder holds. A new folder has no use for a used one,
    /// and would destroy what it has not stored.
    pub(super) fn own_keyring(
        &self,
        fresh: bool,
        clock: &dyn Clock,
        randomness: &Arc<dyn Randomness>,
    ) -> Result<Keyring, Failure> {
        let keyring = self.open_keyring(fresh, clock, randomness)?;
        if fresh && !keyring.is_unused()? {
            let place = match self.keyring_database() {
                Some(_) => "in the database".to_owned(),
                None => format!("`{}`", self.keyring_path().display()),
            };
            return Err(Failure::Unavailable(format!(
                "the keyring {place} has keys of somebody whose rows are not in `{}`: name the data \
                 folder that it belongs to, or restore that from a backup",
                self.path.display()
            )));
        }
        Ok(keyring)
    }
}
