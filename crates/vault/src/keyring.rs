//! The keyring: the store of wrapped keys, apart from the vault, and the only one who opens them.
//! It never sees a value. What it forgets nobody remembers: erasing and expiring are its deletions.
//!
//! Lookups are answered from memory; a miss reads one row or a few. Changes are batched, one sync
//! for a batch, and are durable when they return. The order of things around a crash is specified
//! in `docs/formats/vault.md`.

mod change;
mod check;
mod copy;
mod file;
mod place;
mod rotate;

pub use change::{Creation, Pending};
pub use rotate::Progress;

use crate::root::{Root, RootKeeper, Stretching, same_root};
use crate::seal::{ItemKey, ItemPlace, PersonKeys};
use crate::secret::{
    ClassDayKey, IndexKey, KEY_LENGTH, LedgerSeed, OutgoingKey, PersonClassKey, PersonKey,
    WrappingKey,
};
use crate::store::{Failure, Word};
use change::{Settled, Writer};
use file::{Readers, failed};
use kept_terms::{Day, PersonId, Randomness, Timestamp};
use place::{Place, Use, WrappingKeys};
use quick_cache::sync::Cache;
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use zeroize::Zeroizing;

/// The setting that holds how the passphrase is stretched.
const STRETCHING: &str = "stretching";

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
    writer: Mutex<Writer>,
    settled: Arc<Settled>,
    readers: Readers,
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
        let (connection, is_new) = file::open_writer(path)?;
        if is_new && !settings.may_create {
            return Err(missing(path));
        }
        let mut writer = Writer::new(connection);
        let (keeper, wrapping) = if is_new {
            make(&mut writer, root, &*randomness, now)?
        } else {
            open_wrapping(writer.connection(), root, &*randomness)?
        };
        let of = |of| vault_key(writer.connection(), &wrapping, of);
        Ok(Keyring {
            index: IndexKey::from_bytes(&of(Use::Index)?),
            ledger: LedgerSeed::from_bytes(&of(Use::Ledger)?),
            outgoing: OutgoingKey::from_bytes(&of(Use::Outgoing)?),
            readers: Readers::open(path)?,
            settled: Arc::clone(writer.settled()),
            writer: Mutex::new(writer),
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
        let rows = self
            .readers
            .read(|it| file::wrapped_between(it, &range, u32::MAX))?;
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
        let Some(wrapped) = self.readers.read(|it| file::wrapped(it, &place))? else {
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
    writer: &mut Writer,
    root: &Root,
    randomness: &dyn Randomness,
    now: Timestamp,
) -> Result<(Arc<dyn RootKeeper>, WrappingKeys), Failure> {
    let stretching = root.new_stretching(randomness)?;
    let keeper = root.keeper(stretching, true, randomness)?;
    let wrapping = WrappingKeys::new(vec![(1, WrappingKey::random(randomness))]);
    writer.transact(|connection| {
        file::make_tables(connection)?;
        let stretching = stretching.map(Stretching::to_bytes);
        file::set(connection, STRETCHING, stretching.as_deref()).map_err(failed)?;
        for (version, key) in wrapping.iter() {
            put_wrapping(connection, version, key, &*keeper, randomness, now)?;
        }
        let mut slots = file::Slots::of(connection).map_err(failed)?;
        for of in Use::ALL {
            let place = Place::Vault(of).to_bytes();
            let mut key = Zeroizing::new([0; KEY_LENGTH]);
            randomness.fill(key.as_mut_slice());
            let wrapped = wrapping.wrap(&place, &key, randomness)?;
            slots.put(&place, &wrapped).map_err(failed)?;
        }
        Ok(())
    })?;
    Ok((keeper, wrapping))
}

/// Writes a wrapping key, wrapped by the root key.
fn put_wrapping(
    connection: &Connection,
    version: u32,
    key: &WrappingKey,
    keeper: &dyn RootKeeper,
    randomness: &dyn Randomness,
    now: Timestamp,
) -> Result<(), Failure> {
    let wrapped = keeper.wrap(&wrapping_place(version), key.bytes(), randomness)?;
    let insert = "INSERT INTO wrapping (version, created, root, wrapped) VALUES (?1, ?2, ?3, ?4)";
    let values = params![version, now.as_millisecond(), keeper.name()?, wrapped];
    connection.execute(insert, values).map_err(failed)?;
    Ok(())
}

/// A row of the wrapping keys: version, name of the root key, wrapped key.
type WrappingRow = (u32, Vec<u8>, Vec<u8>);

fn wrapping_rows(connection: &Connection) -> Result<Vec<WrappingRow>, rusqlite::Error> {
    let query = "SELECT version, root, wrapped FROM wrapping ORDER BY version";
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    rows.collect()
}

/// Comes by the root key of an existing keyring and opens its wrapping keys.
fn open_wrapping(
    connection: &Connection,
    root: &Root,
    randomness: &dyn Randomness,
) -> Result<(Arc<dyn RootKeeper>, WrappingKeys), Failure> {
    let damaged = |what: &str| {
        Failure::Corrupt(format!(
            "the keyring's {what} is damaged: restore the keyring's backup"
        ))
    };
    let stretching = match file::setting(connection, STRETCHING).map_err(failed)? {
        Some(bytes) => {
            let read = Stretching::from_bytes(&bytes);
            Some(read.ok_or_else(|| damaged("note of its passphrase"))?)
        }
        None => None,
    };
    let keeper = root.keeper(stretching, false, randomness)?;
    let mut keys = Vec::new();
    for (version, name, wrapped) in wrapping_rows(connection).map_err(failed)? {
        let opened = keeper.open(&wrapping_place(version), &wrapped)?;
        match (opened, same_root(&keeper.name()?, &name)) {
            (Some(key), true) => keys.push((version, WrappingKey::from_bytes(&key))),
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
    connection: &Connection,
    wrapping: &WrappingKeys,
    of: Use,
) -> Result<Zeroizing<[u8; KEY_LENGTH]>, Failure> {
    let place = Place::Vault(of).to_bytes();
    let wrapped = file::wrapped(connection, &place).map_err(failed)?;
    wrapping.open(&place, &wrapped.unwrap_or_default())
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod vectors;
