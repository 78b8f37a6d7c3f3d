//! The keyring: the store of wrapped keys, apart from the vault, and the only one who opens them.
//! It never sees a value. What it forgets nobody remembers: erasing and expiring are its deletions.
//!
//! Lookups are answered from memory; a miss reads one row or a few. Changes are batched, one sync
//! for a batch, and are durable when they return. The order of things around a crash is specified
//! in `docs/formats/vault.md`.

mod change;
mod check;
#[cfg(test)]
mod conformance;
mod copy;
mod database;
mod file;
mod place;
mod rotate;
mod shelf;

pub use change::{Creation, Pending};
pub use rotate::Progress;

use crate::root::{Root, RootKeeper, Stretching, same_root};
use crate::seal::{ItemKey, ItemPlace, PersonKeys};
use crate::secret::{
    ClassDayKey, IndexKey, KEY_LENGTH, LedgerSeed, OutgoingKey, PersonClassKey, PersonKey,
    WrappingKey,
};
use crate::store::postgres::Address;
use crate::store::{Failure, Word};
use change::{Settled, Writer};
use database::Database;
use file::KeyringFile;
use kept_terms::{Day, PersonId, Randomness, Timestamp};
use place::{Place, Use, WrappingKeys};
use quick_cache::sync::Cache;
use shelf::{Change, STRETCHING, Shelf, WrappingRow};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use zeroize::Zeroizing;

/// How a keyring is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Whether keyring and key file may be made: only while nothing is stored.
    pub may_create: bool,
    /// How many people's keys are held in memory, about 200 bytes each.
    pub people_cached: usize,
    /// How many keys of class and day are held in memory, about 150 bytes each.
    pub days_cached: usize,
    /// Whether other processes have the keyring as well: then no key is remembered, so that what
    /// one of them makes or destroys holds for all at once, and nothing is rotated.
    pub shared: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            may_create: false,
            people_cached: 200_000,
            days_cached: 50_000,
            shared: false,
        }
    }
}

/// The store of wrapped keys.
pub struct Keyring {
    shelf: Box<dyn Shelf>,
    writer: Mutex<Writer>,
    settled: Settled,
    /// Whoever fills the caches holds this for reading from before the lookup until the key is
    /// cached. Taking it for writing therefore means: no lookup that began earlier can cache
    /// anything any more.
    wrapping: RwLock<WrappingKeys>,
    root: Mutex<Arc<dyn RootKeeper>>,
    people: Cache<PersonId, Arc<PersonKeys>>,
    days: Cache<(Word, Day), Arc<ClassDayKey>>,
    index: IndexKey,
    ledger: LedgerSeed,
    outgoing: OutgoingKey,
    randomness: Arc<dyn Randomness>,
    shared: bool,
}

impl Keyring {
    /// Opens the keyring in a file, or makes it where the settings allow that.
    ///
    /// A missing keyring, a missing or unreadable root key and a wrong one are
    /// [`Failure::Unavailable`]: with the right one the same call succeeds. A damaged keyring is
    /// [`Failure::Corrupt`].
    pub fn open(
        path: &Path,
        root: &Root,
        randomness: Arc<dyn Randomness>,
        now: Timestamp,
        settings: Settings,
    ) -> Result<Keyring, Failure> {
        let is_there = std::fs::metadata(path).is_ok_and(|it| it.len() > 0);
        if !is_there && !settings.may_create {
            return Err(missing(path));
        }
        let mut shelf = KeyringFile::open(path)?;
        if settings.shared {
            shelf = shelf.shared(path)?;
        }
        if shelf.is_new()? && !settings.may_create {
            return Err(missing(path));
        }
        Keyring::over(Box::new(shelf), root, randomness, now, settings)
    }

    /// Opens the keyring in a database of its own, or makes it where the settings allow that.
    ///
    /// One server has it, or those that share it. It fails as [`Keyring::open`] does, and as
    /// [`Failure::Unavailable`] where the database is not to be reached, holds rows, or another
    /// server has it.
    pub fn open_in(
        address: &Address,
        root: &Root,
        randomness: Arc<dyn Randomness>,
        now: Timestamp,
        settings: Settings,
    ) -> Result<Keyring, Failure> {
        let shelf = Database::open(address, database::SCHEMA, settings.shared)?;
        if shelf.is_new()? && !settings.may_create {
            return Err(Failure::Unavailable(
                "the keyring is missing from its database: nothing stored can be read without it; \
                 restore its backup"
                    .to_owned(),
            ));
        }
        Keyring::over(Box::new(shelf), root, randomness, now, settings)
    }

    /// Whether there is a keyring in a database, which servers may share.
    ///
    /// # Errors
    /// As [`Keyring::open_in`].
    pub fn is_in(address: &Address, shared: bool) -> Result<bool, Failure> {
        Ok(!Database::open(address, database::SCHEMA, shared)?.is_new()?)
    }

    /// Binds what is destroyed from now on to a member of the servers that share the keyring from
    /// several machines: once it is shut out, it destroys nothing any more.
    pub(crate) fn act_as(&self, member: u64) {
        self.shelf.act_as(member);
    }

    /// Shuts members out.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the keyring is not to be reached.
    pub(crate) fn shut_out(&self, members: &[u64]) -> Result<(), Failure> {
        self.shelf.shut_out(members, None)
    }

    /// Shuts all members out that were before one.
    ///
    /// # Errors
    /// As [`Keyring::shut_out`].
    pub(crate) fn shut_out_before(&self, member: u64) -> Result<(), Failure> {
        self.shelf.shut_out(&[], Some(member))
    }

    /// Puts a copy of a keyring into a database that holds none yet, in one step.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the database is not to be reached, or holds one already.
    pub fn put_into(copy: &Path, address: &Address) -> Result<(), Failure> {
        let shelf = Database::open(address, database::SCHEMA, false)?;
        if !shelf.is_new()? {
            return Err(Failure::Unavailable(
                "the database holds a keyring already: name an empty one".to_owned(),
            ));
        }
        shelf.fill(&KeyringFile::open(copy)?)
    }

    /// Opens the keyring on a shelf, or makes it where that has no tables yet.
    fn over(
        shelf: Box<dyn Shelf>,
        root: &Root,
        randomness: Arc<dyn Randomness>,
        now: Timestamp,
        settings: Settings,
    ) -> Result<Keyring, Failure> {
        let (keeper, wrapping) = match shelf.is_new()? {
            true => make(&*shelf, root, &*randomness, now)?,
            false => open_wrapping(&*shelf, root, &*randomness)?,
        };
        let of = |of| vault_key(&*shelf, &wrapping, of);
        Ok(Keyring {
            index: IndexKey::from_bytes(&of(Use::Index)?),
            ledger: LedgerSeed::from_bytes(&of(Use::Ledger)?),
            outgoing: OutgoingKey::from_bytes(&of(Use::Outgoing)?),
            shelf,
            settled: Settled::default(),
            writer: Mutex::default(),
            wrapping: RwLock::new(wrapping),
            root: Mutex::new(keeper),
            people: Cache::new(settings.people_cached),
            days: Cache::new(settings.days_cached),
            randomness,
            shared: settings.shared,
        })
    }

    /// A person's keys; nothing for a person who was erased or never there.
    pub fn person(&self, person: PersonId) -> Result<Option<Arc<PersonKeys>>, Failure> {
        if let Some(keys) = self.people.get(&person) {
            return Ok(Some(keys));
        }
        let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner);
        let range = Place::of_person(person);
        let rows = self.shelf.between(&range, u32::MAX)?;
        let mut own = None;
        let mut classes = Vec::with_capacity(rows.len().saturating_sub(1));
        for (place, wrapped) in rows {
            let key = wrapping.open(&place, &wrapped)?;
            match Place::from_bytes(&place) {
                Some(Place::Person(_)) => own = Some(PersonKey::from_bytes(&key)),
                Some(Place::PersonClass(_, class)) => {
                    classes.push((class, PersonClassKey::from_bytes(&key)));
                }
                Some(Place::ClassDay(..) | Place::Vault(_)) | None => {}
            }
        }
        let keys = own.map(|own| Arc::new(PersonKeys::new(own, classes)));
        if let Some(keys) = &keys
            && !self.shared
        {
            self.people.insert(person, Arc::clone(keys));
        }
        drop(wrapping);
        Ok(keys)
    }

    /// The key of a class and anchor day; nothing if it was destroyed or never made.
    pub fn class_day(&self, class: Word, day: Day) -> Result<Option<Arc<ClassDayKey>>, Failure> {
        if let Some(key) = self.days.get(&(class, day)) {
            return Ok(Some(key));
        }
        let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner);
        let place = Place::ClassDay(class, day).to_bytes();
        let Some(wrapped) = self.shelf.wrapped(&place)? else {
            return Ok(None);
        };
        let key = Arc::new(ClassDayKey::from_bytes(&wrapping.open(&place, &wrapped)?));
        if !self.shared {
            self.days.insert((class, day), Arc::clone(&key));
        }
        drop(wrapping);
        Ok(Some(key))
    }

    /// The key of an item; nothing if the key of its class was destroyed or never made. `keys` are
    /// its person's.
    pub fn item(&self, keys: &PersonKeys, place: &ItemPlace) -> Result<Option<ItemKey>, Failure> {
        let Some(anchor) = place.anchor else {
            return Ok(ItemKey::moving(keys, *place));
        };
        let day = self.class_day(place.class, anchor)?;
        Ok(day.map(|day| ItemKey::fixed(keys, &day, *place)))
    }

    /// The key of the blind indexes.
    pub fn index(&self) -> &IndexKey {
        &self.index
    }

    /// The seed of the ledger's signing key.
    pub fn ledger(&self) -> &LedgerSeed {
        &self.ledger
    }

    /// The key of links in messages.
    pub fn outgoing(&self) -> &OutgoingKey {
        &self.outgoing
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wrapping_for_change(&self) -> RwLockWriteGuard<'_, WrappingKeys> {
        self.wrapping
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn missing(path: &Path) -> Failure {
    Failure::Unavailable(format!(
        "the keyring {} is missing: nothing stored can be read without it; restore its backup",
        path.display()
    ))
}

/// What the wrapping of a wrapping key is bound to.
fn wrapping_place(version: u32) -> Vec<u8> {
    [b"kept/v1/wrapping".as_slice(), &version.to_be_bytes()].concat()
}

/// Makes a new keyring: tables, first wrapping key and the vault's own keys, all in one
/// transaction.
fn make(
    shelf: &dyn Shelf,
    root: &Root,
    randomness: &dyn Randomness,
    now: Timestamp,
) -> Result<(Arc<dyn RootKeeper>, WrappingKeys), Failure> {
    let stretching = root.new_stretching(randomness)?;
    let keeper = root.keeper(stretching, true, randomness)?;
    let wrapping = WrappingKeys::new(vec![(1, WrappingKey::random(randomness))]);
    let stretching = stretching.map(Stretching::to_bytes);
    let mut changes = vec![Change::Make, Change::Set(STRETCHING, stretching)];
    for (version, key) in wrapping.iter() {
        let row = wrapped_by(&*keeper, version, key, now, randomness)?;
        changes.push(Change::PutWrapping(row));
    }
    for of in Use::ALL {
        let place = Place::Vault(of).to_bytes();
        let mut key = Zeroizing::new([0; KEY_LENGTH]);
        randomness.fill(key.as_mut_slice());
        changes.push(Change::Put {
            wrapped: wrapping.wrap(&place, &key, randomness)?,
            place,
            beside: None,
            created: None,
        });
    }
    shelf.change(&changes)?;
    Ok((keeper, wrapping))
}

/// A wrapping key, wrapped by the root key.
fn wrapped_by(
    keeper: &dyn RootKeeper,
    version: u32,
    key: &WrappingKey,
    now: Timestamp,
    randomness: &dyn Randomness,
) -> Result<WrappingRow, Failure> {
    Ok(WrappingRow {
        version,
        created: now.as_millisecond(),
        root: keeper.name()?.to_vec(),
        wrapped: keeper.wrap(&wrapping_place(version), key.bytes(), randomness)?,
    })
}

/// Comes by the root key of an existing keyring and opens its wrapping keys.
fn open_wrapping(
    shelf: &dyn Shelf,
    root: &Root,
    randomness: &dyn Randomness,
) -> Result<(Arc<dyn RootKeeper>, WrappingKeys), Failure> {
    let damaged = |what: &str| {
        Failure::Corrupt(format!(
            "the keyring's {what} is damaged: restore the keyring's backup"
        ))
    };
    let stretching = match shelf.setting(STRETCHING)? {
        Some(bytes) => {
            let read = Stretching::from_bytes(&bytes);
            Some(read.ok_or_else(|| damaged("note of its passphrase"))?)
        }
        None => None,
    };
    let keeper = root.keeper(stretching, false, randomness)?;
    let mut keys = Vec::new();
    for row in shelf.wrapping()? {
        let opened = keeper.open(&wrapping_place(row.version), &row.wrapped)?;
        match (opened, same_root(&keeper.name()?, &row.root)) {
            (Some(key), true) => keys.push((row.version, WrappingKey::from_bytes(&key))),
            (Some(_), false) => return Err(damaged("note of its root key")),
            (None, true) => return Err(damaged("wrapping key")),
            (None, false) => {
                return Err(Failure::Unavailable(
                    "this root key did not make this keyring: give the root key or passphrase that \
                     belongs to it, or restore the keyring that belongs to this root key"
                        .into(),
                ));
            }
        }
    }
    if keys.is_empty() {
        return Err(damaged("list of wrapping keys"));
    }
    Ok((keeper, WrappingKeys::new(keys)))
}

/// One of the keys that were made with the keyring.
fn vault_key(
    shelf: &dyn Shelf,
    wrapping: &WrappingKeys,
    of: Use,
) -> Result<Zeroizing<[u8; KEY_LENGTH]>, Failure> {
    let place = Place::Vault(of).to_bytes();
    let wrapped = shelf.wrapped(&place)?;
    wrapping.open(&place, &wrapped.unwrap_or_default())
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod vectors;
