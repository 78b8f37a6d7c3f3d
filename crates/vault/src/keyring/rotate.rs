//! Rotation: a new wrapping key for every key, or a new root key for the wrapping keys, while in
//! use.
//! It changes no key that anything is sealed under.

use super::place::wrapped_version;
use super::shelf::{Change, STRETCHING, everywhere, from_on};
use super::{Keyring, wrapped_by, wrapping_place};
use crate::root::{Root, Stretching, same_root};
use crate::secret::WrappingKey;
use crate::store::Failure;
use kept_terms::Timestamp;
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
        let mut so_far = Progress {
            done: 0,
            total: self.shelf.count(&everywhere())?,
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
        for row in self.shelf.wrapping()? {
            if row.version > wrapping.current()
                && let Some(key) = keeper.open(&wrapping_place(row.version), &row.wrapped)?
            {
                wrapping.add(row.version, WrappingKey::from_bytes(&key));
            }
        }
        if wrapping.versions() > 1 {
            return Ok(());
        }
        let version = wrapping.current() + 1;
        let key = WrappingKey::random(&*self.randomness);
        let row = wrapped_by(&*keeper, version, &key, now, &*self.randomness)?;
        self.change(&mut writer, vec![Change::PutWrapping(row)])?;
        wrapping.add(version, key);
        Ok(())
    }

    /// Rewraps a batch of keys from a place on; the answer is their places.
    fn rewrap_from(&self, from: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
        let mut writer = self.writer();
        let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner);
        let rows = self.shelf.between(&from_on(from.to_vec()), BATCH)?;
        let mut changes = Vec::with_capacity(rows.len());
        for (place, wrapped) in &rows {
            if wrapped_version(wrapped) == Some(wrapping.current()) {
                continue;
            }
            let key = wrapping.open(place, wrapped)?;
            changes.push(Change::Replace {
                place: place.clone(),
                wrapped: wrapping.wrap(place, &key, &*self.randomness)?,
            });
        }
        self.change(&mut writer, changes)?;
        Ok(rows.into_iter().map(|(place, _)| place).collect())
    }

    fn end_rotation(&self) -> Result<(), Failure> {
        let mut writer = self.writer();
        let mut wrapping = self.wrapping_for_change();
        let current = wrapping.current();
        self.change(&mut writer, vec![Change::DropWrapping(current)])?;
        wrapping.keep_current();
        self.clear(&mut writer)
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
        let stretching = stretching.map(Stretching::to_bytes);
        let mut changes = vec![Change::Set(STRETCHING, stretching)];
        for (version, key) in wrapping.iter() {
            // When a version was made stays as it is told of it.
            let row = wrapped_by(&*keeper, version, key, Timestamp::UNIX_EPOCH, randomness)?;
            changes.push(Change::PutWrapping(row));
        }
        let rewrapped = self.change(&mut writer, changes);
        // A commit that failed may have been durable, so the shelf says which root key holds now.
        let name = keeper.name()?;
        let rows = self.shelf.wrapping()?;
        if rows.iter().all(|row| same_root(&name, &row.root)) {
            *self.root.lock().unwrap_or_else(PoisonError::into_inner) = keeper;
        }
        rewrapped?;
        self.clear(&mut writer)
    }
}
