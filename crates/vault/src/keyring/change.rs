//! Changes of the keyring: keys are made before their data and destroyed before it.
//! A change is durable when it returns; none is half done.

use super::file::{self, empty_log, failed};
use super::place::{Place, WrappingKeys};
use super::{Keyring, PersonKeys};
use crate::secret::{ClassDayKey, KEY_LENGTH, PersonClassKey, PersonKey};
use crate::store::{Failure, Word};
use kept_terms::{Day, PersonId, Randomness};
use rusqlite::{Connection, params};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A key to be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Creation {
    /// A new person's own.
    Person(PersonId),
    /// That of a person and a class whose anchor can move.
    PersonClass(PersonId, Word),
    /// That of a class and anchor day.
    ClassDay(Word, Day),
}

/// What the vault has yet to follow up on for a person, or may have followed up on before a crash.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Pending {
    /// The key was made; the person may not be stored yet.
    Created = 1,
    /// The key was destroyed; rows may still be there.
    Erased = 2,
}

/// What was settled and is not written yet; it is written with the next change, since settling
/// needs no sync of its own. Apart from the writer, so that settling never waits for one.
pub(super) type Settled = Mutex<Vec<(PersonId, Pending)>>;

/// The one connection that writes.
pub(super) struct Writer {
    connection: Connection,
    settled: Arc<Settled>,
    #[cfg(test)]
    pub(super) fault: Option<Fault>,
}

/// What becomes of the next commit in a test.
#[cfg(test)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// It fails, and nothing of it is durable.
    Lost,
    /// It fails, and all of it is durable.
    PersistedAnyway,
    /// It succeeds, and emptying the log after it fails.
    LogNotEmptied,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Writer {
        Writer {
            connection,
            settled: Arc::default(),
            #[cfg(test)]
            fault: None,
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What was settled and is not written yet.
    pub(super) fn settled(&self) -> &Arc<Settled> {
        &self.settled
    }

    /// Makes a change durable, or leaves everything as it was.
    pub(super) fn transact<T>(
        &mut self,
        change: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(failed)?;
        let settled = std::mem::take(&mut *held(&self.settled));
        let changed = write_settled(&self.connection, &settled)
            .and_then(|()| change(&self.connection))
            .and_then(|done| self.commit().map(|()| done));
        if changed.is_err() {
            // The failure that matters is the first; without a transaction there is nothing to
            // take back.
            let _ = self.connection.execute_batch("ROLLBACK");
            held(&self.settled).extend(settled);
        }
        changed
    }

    fn commit(&mut self) -> Result<(), Failure> {
        #[cfg(test)]
        if let Some(fault @ (Fault::Lost | Fault::PersistedAnyway)) = self.fault {
            self.fault = None;
            if fault == Fault::PersistedAnyway {
                self.connection.execute_batch("COMMIT").map_err(failed)?;
            }
            return Err(Failure::Unavailable("the disk is gone".into()));
        }
        self.connection.execute_batch("COMMIT").map_err(failed)
    }

    /// Leaves no page of before beside the file.
    pub(super) fn empty_log(&mut self) -> Result<(), Failure> {
        #[cfg(test)]
        if self.fault.take() == Some(Fault::LogNotEmptied) {
            return Err(Failure::Unavailable("the disk is gone".into()));
        }
        empty_log(&self.connection)
    }
}

fn held(settled: &Settled) -> MutexGuard<'_, Vec<(PersonId, Pending)>> {
    settled.lock().unwrap_or_else(PoisonError::into_inner)
}

fn write_settled(connection: &Connection, settled: &[(PersonId, Pending)]) -> Result<(), Failure> {
    // A new keyring has no tables before its first transaction, and nothing to settle.
    if settled.is_empty() {
        return Ok(());
    }
    let delete = "DELETE FROM pending WHERE person = ?1 AND what = ?2";
    let mut statement = connection.prepare_cached(delete).map_err(failed)?;
    for (person, what) in settled {
        statement
            .execute(params![person.0, *what as u8])
            .map_err(failed)?;
    }
    Ok(())
}

/// Says that something is pending for a person; the later replaces the earlier.
fn put_pending(connection: &Connection, person: PersonId, what: Pending) -> Result<(), Failure> {
    let insert = "INSERT OR REPLACE INTO pending (person, what) VALUES (?1, ?2)";
    let mut statement = connection.prepare_cached(insert).map_err(failed)?;
    statement
        .execute(params![person.0, what as u8])
        .map_err(failed)?;
    Ok(())
}

/// The key of a class and day that was made, and waits until it is durable to be cached.
type Made = (Word, Day, ClassDayKey);

/// Keys being made in one transaction.
struct Making<'c> {
    connection: &'c Connection,
    wrapping: &'c WrappingKeys,
    slots: file::Slots<'c>,
    /// The keys of people who are new with it.
    people: HashMap<PersonId, (PersonKey, Vec<(Word, PersonClassKey)>)>,
}

impl Making<'_> {
    /// Wraps a key and writes it; a key that is there already stays, and the answer is no.
    fn put(
        &mut self,
        place: Place,
        key: &[u8; KEY_LENGTH],
        randomness: &dyn Randomness,
    ) -> Result<bool, Failure> {
        let place = place.to_bytes();
        let wrapped = self.wrapping.wrap(&place, key, randomness)?;
        self.slots.put(&place, &wrapped).map_err(failed)
    }

    fn has_person(&self, person: PersonId) -> Result<bool, Failure> {
        if self.people.contains_key(&person) {
            return Ok(true);
        }
        let row = file::wrapped(self.connection, &Place::Person(person).to_bytes());
        Ok(row.map_err(failed)?.is_some())
    }
}

impl Keyring {
    /// Makes keys, all in one transaction with one sync. A key that is there already stays as it
    /// is.
    ///
    /// People are pending as [`Pending::Created`] until they are settled. A key of a person and
    /// class is made only where the person's own key is there: whoever is erased meanwhile stays
    /// erased.
    pub fn create(&self, creations: &[Creation]) -> Result<(), Failure> {
        let mut writer = self.writer();
        let made = writer.transact(|connection| {
            let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner);
            let mut making = Making {
                connection,
                wrapping: &wrapping,
                slots: file::Slots::of(connection).map_err(failed)?,
                people: HashMap::new(),
            };
            let mut days = Vec::new();
            for creation in creations {
                days.extend(self.make(&mut making, *creation)?);
            }
            Ok((making.people, days))
        });
        let is_new = |person: &PersonId| {
            let made = made.as_ref();
            made.is_ok_and(|(people, _)| people.contains_key(person))
        };
        // A lookup that began before the commit may have cached a person without the new key; and
        // even a commit that failed may have been durable. Both are forgotten. Whoever is new had
        // no key to be cached before.
        let classed = creations.iter().filter_map(|creation| match creation {
            Creation::PersonClass(person, _) => Some(person).filter(|person| !is_new(person)),
            Creation::Person(_) | Creation::ClassDay(..) => None,
        });
        let mut classed = classed.peekable();
        if classed.peek().is_some() {
            let _barrier = self.wrapping_for_change();
            for person in classed {
                self.people.remove(person);
            }
        }
        let (people, days) = made?;
        if self.shared {
            return Ok(());
        }
        for (person, (own, mut classes)) in people {
            classes.sort_by_key(|(class, _)| *class);
            let keys = PersonKeys::new(own, classes);
            self.people.insert(person, Arc::new(keys));
        }
        for (class, day, key) in days {
            self.days.insert((class, day), Arc::new(key));
        }
        Ok(())
    }

    fn make(&self, making: &mut Making<'_>, creation: Creation) -> Result<Option<Made>, Failure> {
        let randomness = &*self.randomness;
        match creation {
            Creation::Person(person) => {
                let key = PersonKey::random(randomness);
                if making.put(Place::Person(person), key.bytes(), randomness)? {
                    put_pending(making.connection, person, Pending::Created)?;
                    making.people.insert(person, (key, Vec::new()));
                }
                Ok(None)
            }
            Creation::PersonClass(person, class) => {
                let place = Place::PersonClass(person, class);
                let key = PersonClassKey::random(randomness);
                if making.has_person(person)? && making.put(place, key.bytes(), randomness)? {
                    // Whoever was there before is looked up again, with all of their keys.
                    if let Some((_, classes)) = making.people.get_mut(&person) {
                        classes.push((class, key));
                    }
                }
                Ok(None)
            }
            Creation::ClassDay(class, day) => {
                let key = ClassDayKey::random(randomness);
                let is_new = making.put(Place::ClassDay(class, day), key.bytes(), randomness)?;
                Ok(is_new.then_some((class, day, key)))
            }
        }
    }

    /// Destroys all keys of people. When this returns nothing can open what was sealed for them,
    /// and no copy of their wrapped keys is left in the keyring's files. They are pending as
    /// [`Pending::Erased`] until their rows are gone and they are settled. After a failure, call it
    /// again.
    pub fn destroy_person(&self, people: &[PersonId]) -> Result<(), Failure> {
        let ranges = people
            .iter()
            .map(|person| Place::of_person(*person))
            .collect();
        let uncache = || {
            for person in people {
                self.people.remove(person);
            }
        };
        self.destroy(ranges, people, &uncache).map(|_| ())
    }

    /// Destroys keys of people and classes whose anchor can move: their items of the class are
    /// past.
    pub fn destroy_person_class(&self, keys: &[(PersonId, Word)]) -> Result<(), Failure> {
        let range = |(person, class): &(PersonId, Word)| {
            let place = Place::PersonClass(*person, *class).to_bytes();
            [place.clone(), place]
        };
        let uncache = || {
            for (person, _) in keys {
                self.people.remove(person);
            }
        };
        self.destroy(keys.iter().map(range).collect(), &[], &uncache)
            .map(|_| ())
    }

    /// Destroys the keys of a class for all anchor days up to one; the answer is the days
    /// destroyed, in order.
    pub fn destroy_class_days(&self, class: Word, upto: Day) -> Result<Vec<Day>, Failure> {
        let uncache = || {
            self.days.retain(|(of, day), _| *of != class || *day > upto);
        };
        let places = self.destroy(vec![Place::of_days(class, upto)], &[], &uncache)?;
        let day = |place: &Vec<u8>| match Place::from_bytes(place) {
            Some(Place::ClassDay(_, day)) => Some(day),
            Some(Place::Person(_) | Place::PersonClass(..) | Place::Vault(_)) | None => None,
        };
        Ok(places.iter().filter_map(day).collect())
    }

    /// How many keys of a class there are for anchor days up to one.
    pub fn count_class_days(&self, class: Word, upto: Day) -> Result<u64, Failure> {
        let range = Place::of_days(class, upto);
        let count = self
            .readers
            .read(|connection| file::count_between(connection, &range))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    fn destroy(
        &self,
        ranges: Vec<[Vec<u8>; 2]>,
        erased: &[PersonId],
        uncache: &dyn Fn(),
    ) -> Result<Vec<Vec<u8>>, Failure> {
        let mut writer = self.writer();
        uncache();
        let destroyed = writer.transact(|connection| {
            let mut destroyed = Vec::new();
            for range in &ranges {
                destroyed.extend(file::destroy(connection, range).map_err(failed)?);
            }
            for person in erased {
                put_pending(connection, *person, Pending::Erased)?;
            }
            count_destruction(connection)?;
            Ok(destroyed)
        });
        // A lookup that began before the commit may have cached a key again. Even a commit that
        // failed may have been durable, so the caches forget in any case.
        let _barrier = self.wrapping_for_change();
        uncache();
        let destroyed = destroyed?;
        writer.empty_log()?;
        Ok(destroyed)
    }

    /// Says that people have been followed up on: stored after [`Pending::Created`], cleared after
    /// [`Pending::Erased`]. It costs nothing now and becomes durable with the next change; a crash
    /// before that means that they are followed up on once more.
    pub fn settle(&self, people: &[PersonId], what: Pending) {
        let settled = people.iter().map(|person| (*person, what));
        held(&self.settled).extend(settled);
    }

    /// How often keys were destroyed in this keyring: of two copies, the one with the smaller count
    /// is older, and still opens what the other has forgotten.
    pub fn destructions(&self) -> Result<u64, Failure> {
        destructions(self.writer().connection())
    }

    /// Who has to be followed up on. After [`Pending::Created`], a person who is not stored is
    /// destroyed; after [`Pending::Erased`], the rows that are left are deleted; either is then
    /// settled.
    pub fn pending(&self) -> Result<Vec<(PersonId, Pending)>, Failure> {
        let mut writer = self.writer();
        if !held(&self.settled).is_empty() {
            writer.transact(|_| Ok(()))?;
        }
        read_pending(writer.connection())
    }
}

/// The setting that counts how often keys were destroyed.
const DESTRUCTIONS: &str = "destructions";

/// How often keys were destroyed, as the file says.
pub(super) fn destructions(connection: &Connection) -> Result<u64, Failure> {
    let bytes = file::setting(connection, DESTRUCTIONS).map_err(failed)?;
    match bytes.as_deref().map(<[u8; 8]>::try_from) {
        None => Ok(0),
        Some(Ok(bytes)) => Ok(u64::from_be_bytes(bytes)),
        Some(Err(_)) => Err(Failure::Corrupt(
            "the keyring's count of destructions is damaged: restore the keyring's backup".into(),
        )),
    }
}

fn count_destruction(connection: &Connection) -> Result<(), Failure> {
    let count = destructions(connection)?.saturating_add(1).to_be_bytes();
    file::set(connection, DESTRUCTIONS, Some(&count)).map_err(failed)
}

/// Everybody who is pending, in order.
pub(super) fn read_pending(connection: &Connection) -> Result<Vec<(PersonId, Pending)>, Failure> {
    let query = "SELECT person, what FROM pending ORDER BY person";
    let mut statement = connection.prepare_cached(query).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut pending = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let person = PersonId(row.get(0).map_err(failed)?);
        let what = match row.get(1).map_err(failed)? {
            1 => Pending::Created,
            2 => Pending::Erased,
            other => {
                return Err(Failure::Corrupt(format!(
                    "the keyring says {other} of person {person}, which means nothing: restore its backup"
                )));
            }
        };
        pending.push((person, what));
    }
    Ok(pending)
}
