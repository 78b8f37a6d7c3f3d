//! Rotation: a new wrapping key for every key, or a new root key for the wrapping keys, while in
//! use.
//! It changes no key that anything is sealed under.

use super::file::{self, failed};
use super::place::wrapped_version;
use super::{Keyring, STRETCHING, WrappingKeys, put_wrapping, wrapping_place, wrapping_rows};
use crate::root::{Root, Stretching, same_root};
use crate::secret::WrappingKey;
use crate::store::Failure;
use kept_terms::Timestamp;
use rusqlite::{Connection, params};
use std::sync::{Arc, PoisonError};

/// How many keys are rewrapped in one transaction; changes of others wait no longer than for one.
const BATCH: u32 = if cfg!(test) { 50 } else { 500 };

/// How far a rotation has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Keys done.
    pub done: u64,
    /// Keys there were at the beginning; more may have been made since.
    pub total: u64,
}

impl Keyring {
    /// Whether a rotation was begun and not finished; [`Keyring::rotate`] finishes it.
    pub fn is_rotating(&self) -> bool {
        let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner);
        wrapping.versions() > 1
    }

    /// Rewraps every key with a new wrapping key and destroys the old one. Lookups and changes go
    /// on meanwhile.
    /// After a failure or a crash, calling it again goes on with the same new key.
    pub fn rotate(
        &self,
        now: Timestamp,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), Failure> {
        self.must_be_alone()?;
        if !self.is_rotating() {
            self.begin_rotation(now)?;
        }
        let count = "SELECT count(*) FROM key";
        let total = self
            .readers
            .read(|it| it.query_row(count, [], |row| row.get::<_, i64>(0)))?;
        let mut so_far = Progress {
            done: 0,
            total: u64::try_from(total).unwrap_or(0),
        };
        let mut from = Vec::new();
        loop {
            progress(so_far);
            let places = self.rewrap_from(&from)?;
            so_far.done += places.len() as u64;
            let Some(last) = places.into_iter().next_back() else {
                break;
            };
            // The shortest place after this one.
            from = last;
            from.push(0);
        }
        self.end_rotation()
    }

    /// Another process would go on wrapping with what is on its way out.
    fn must_be_alone(&self) -> Result<(), Failure> {
        if !self.shared {
            return Ok(());
        }
        Err(Failure::Unavailable(
            "keys are rotated while one server alone has the data folder: stop the others, and \
             start one without `--shared`"
                .into(),
        ))
    }

    fn begin_rotation(&self, now: Timestamp) -> Result<(), Failure> {
        let mut writer = self.writer();
        let keeper = Arc::clone(&self.root.lock().unwrap_or_else(PoisonError::into_inner));
        let mut wrapping = self.wrapping_for_change();
        // A commit that failed may have been durable: then the new key is there already.
        for (version, _, wrapped) in wrapping_rows(writer.connection()).map_err(failed)? {
            if version > wrapping.current()
                && let Some(key) = keeper.open(&wrapping_place(version), &wrapped)?
            {
                wrapping.add(version, WrappingKey::from_bytes(&key));
            }
        }
        if wrapping.versions() > 1 {
            return Ok(());
        }
        let version = wrapping.current() + 1;
        let key = WrappingKey::random(&*self.randomness);
        writer.transact(|it| put_wrapping(it, version, &key, &*keeper, &*self.randomness, now))?;
        wrapping.add(version, key);
        Ok(())
    }

    /// Rewraps a batch of keys from a place on; the answer is their places.
    fn rewrap_from(&self, from: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
        let mut writer = self.writer();
        let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner);
        let range = [from.to_vec(), vec![u8::MAX]];
        writer.transact(|connection| {
            let rows = file::wrapped_between(connection, &range, BATCH).map_err(failed)?;
            for (place, wrapped) in &rows {
                if wrapped_version(wrapped) == Some(wrapping.current()) {
                    continue;
                }
                let key = wrapping.open(place, wrapped)?;
                let wrapped = wrapping.wrap(place, &key, &*self.randomness)?;
                file::replace(connection, place, &wrapped).map_err(failed)?;
            }
            Ok(rows.into_iter().map(|(place, _)| place).collect())
        })
    }

    fn end_rotation(&self) -> Result<(), Failure> {
        let mut writer = self.writer();
        let mut wrapping = self.wrapping_for_change();
        let current = wrapping.current();
        writer.transact(|connection| {
            // Overwritten first, so that the page keeps nothing even in its gaps.
            let old = "UPDATE wrapping SET wrapped = zeroblob(length(wrapped)) WHERE version < ?1";
            connection.execute(old, [current]).map_err(failed)?;
            let old = "DELETE FROM wrapping WHERE version < ?1";
            connection.execute(old, [current]).map_err(failed)?;
            Ok(())
        })?;
        wrapping.keep_current();
        writer.empty_log()
    }

    /// Puts the wrapping keys under a new root key. From then on the old one opens nothing of this
    /// keyring; it still opens old copies of the keyring, so destroy those, or it.
    ///
    /// A key file is made if it is not there. A crash leaves the keyring under one of the two,
    /// never neither.
    pub fn rotate_root(&self, new: &Root) -> Result<(), Failure> {
        self.must_be_alone()?;
        let randomness = &*self.randomness;
        let stretching = new.new_stretching(randomness)?;
        let keeper = new.keeper(stretching, true, randomness)?;
        let mut writer = self.writer();
        let wrapping = self.wrapping_for_change();
        let rewrapped = writer.transact(|connection| {
            let stretching = stretching.map(Stretching::to_bytes);
            file::set(connection, STRETCHING, stretching.as_deref()).map_err(failed)?;
            rewrap_wrapping(connection, &wrapping, &*keeper, randomness)
        });
        // A commit that failed may have been durable, so the file says which root key holds now.
        let name = keeper.name()?;
        let rows = wrapping_rows(writer.connection()).map_err(failed)?;
        if rows.iter().all(|(_, root, _)| same_root(&name, root)) {
            *self.root.lock().unwrap_or_else(PoisonError::into_inner) = keeper;
        }
        rewrapped?;
        writer.empty_log()
    }
}

fn rewrap_wrapping(
    connection: &Connection,
    wrapping: &WrappingKeys,
    keeper: &dyn crate::root::RootKeeper,
    randomness: &dyn kept_terms::Randomness,
) -> Result<(), Failure> {
    for (version, key) in wrapping.iter() {
        let wrapped = keeper.wrap(&wrapping_place(version), key.bytes(), randomness)?;
        let update = "UPDATE wrapping SET root = ?2, wrapped = ?3 WHERE version = ?1";
        connection
            .execute(update, params![version, keeper.name()?, wrapped])
            .map_err(failed)?;
    }
    Ok(())
}
