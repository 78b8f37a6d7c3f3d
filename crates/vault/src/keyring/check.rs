//! The check: every key opens where it stands, and nothing stands where no key belongs.
//! It repairs nothing.

use super::change::Pending;
use super::place::{Place, Use, does_not_open};
use super::shelf::from_on;
use super::{Keyring, wrapping_place};
use crate::root::same_root;
use crate::store::Failure;
use std::sync::{Arc, PoisonError};

/// How many keys are read at once.
const BATCH: u32 = 1000;

impl Keyring {
    /// Checks the keyring and names the first thing that is wrong. The answer is how many keys
    /// there are.
    ///
    /// Lookups and changes go on meanwhile. It notices what was altered or moved, and not what was
    /// taken out.
    pub fn check(&self) -> Result<u64, Failure> {
        self.shelf.check()?;
        self.check_wrapping()?;
        self.check_pending()?;
        let mut keys = 0;
        let mut from = Vec::new();
        loop {
            let range = from_on(from);
            let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner);
            let rows = self.shelf.between(&range, BATCH)?;
            for (place, wrapped) in &rows {
                if Place::from_bytes(place).is_none() {
                    return Err(does_not_open(place));
                }
                wrapping.open(place, wrapped)?;
            }
            keys += rows.len() as u64;
            let Some((last, _)) = rows.into_iter().next_back() else {
                return Ok(keys);
            };
            from = last;
            from.push(0);
        }
    }

    /// Whether it never had a key but those it was made with.
    pub fn is_unused(&self) -> Result<bool, Failure> {
        self.shelf.is_unused(Use::ALL.len())
    }

    fn check_wrapping(&self) -> Result<(), Failure> {
        let keeper = Arc::clone(&self.root.lock().unwrap_or_else(PoisonError::into_inner));
        for row in self.shelf.wrapping()? {
            let opened = keeper.open(&wrapping_place(row.version), &row.wrapped)?;
            if opened.is_none() || !same_root(&keeper.name()?, &row.root) {
                let version = row.version;
                return Err(Failure::Corrupt(format!(
                    "version {version} of the keyring's wrapping key does not open: restore its backup"
                )));
            }
        }
        Ok(())
    }

    fn check_pending(&self) -> Result<(), Failure> {
        let _writer = self.writer();
        for (person, what) in self.read_pending()? {
            let place = Place::Person(person).to_bytes();
            let found = self.shelf.wrapped(&place)?;
            if found.is_some() != (what == Pending::Created) {
                return Err(Failure::Corrupt(format!(
                    "the keyring's journal contradicts its keys about person {person}: restore its backup"
                )));
            }
        }
        Ok(())
    }
}
