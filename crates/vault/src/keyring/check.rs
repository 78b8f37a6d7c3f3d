//! The check: every key opens where it stands, and nothing stands where no key belongs.
//! It repairs nothing.

use super::change::{Pending, read_pending};
use super::file::{self, EMPTY_SLOT};
use super::place::{Place, Use, does_not_open};
use super::{Keyring, wrapping_place, wrapping_rows};
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
        self.check_structure()?;
        self.check_wrapping()?;
        self.check_pending()?;
        let mut keys = 0;
        let mut from = Vec::new();
        loop {
            let range = [from, vec![u8::MAX]];
            let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner);
            let rows = self
                .readers
                .read(|it| file::wrapped_between(it, &range, BATCH))?;
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
        let count = "SELECT count(*) FROM slot";
        let slots: i64 = self
            .readers
            .read(|it| it.query_row(count, [], |row| row.get(0)))?;
        Ok(usize::try_from(slots).is_ok_and(|slots| slots <= Use::ALL.len()))
    }

    fn check_structure(&self) -> Result<(), Failure> {
        let damaged = |what: String| Err(Failure::Corrupt(what));
        // A destruction meanwhile waits for this, rather than find that it cannot empty the log.
        let _writer = self.writer();
        let found: String = self
            .readers
            .read(|it| it.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)))?;
        if found != "ok" {
            return damaged(format!(
                "the keyring's file is damaged ({found}): restore its backup"
            ));
        }
        // Every slot is a key's or free, and what is free is empty.
        let count = "SELECT
            (SELECT count(*) FROM slot) - (SELECT count(*) FROM key) - (SELECT count(*) FROM free),
            (SELECT count(*) FROM free JOIN slot USING (number) WHERE wrapped != ?1),
            (SELECT count(*) FROM key) - (SELECT count(DISTINCT slot) FROM key)";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (stray, full, shared): (i64, i64, i64) = self
            .readers
            .read(|it| it.query_row(count, [EMPTY_SLOT], row))?;
        if (stray, full, shared) != (0, 0, 0) {
            return damaged(format!(
                "the keyring's slots do not tally ({stray} stray, {full} not empty, {shared} shared): \
                 restore its backup"
            ));
        }
        Ok(())
    }

    fn check_wrapping(&self) -> Result<(), Failure> {
        let keeper = Arc::clone(&self.root.lock().unwrap_or_else(PoisonError::into_inner));
        for (version, name, wrapped) in self.readers.read(wrapping_rows)? {
            let opened = keeper.open(&wrapping_place(version), &wrapped)?;
            if opened.is_none() || !same_root(&keeper.name()?, &name) {
                return Err(Failure::Corrupt(format!(
                    "version {version} of the keyring's wrapping key does not open: restore its backup"
                )));
            }
        }
        Ok(())
    }

    fn check_pending(&self) -> Result<(), Failure> {
        let writer = self.writer();
        for (person, what) in read_pending(writer.connection())? {
            let place = Place::Person(person).to_bytes();
            let found = file::wrapped(writer.connection(), &place).map_err(file::failed)?;
            if found.is_some() != (what == Pending::Created) {
                return Err(Failure::Corrupt(format!(
                    "the keyring's journal contradicts its keys about person {person}: restore its backup"
                )));
            }
        }
        Ok(())
    }
}
