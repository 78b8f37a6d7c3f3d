//! Changes of the keyring: keys are made before their data and destroyed before it.
//! A change is durable when it returns; none is half done.

use super::place::{Place, WrappingKeys};
use super::shelf::{Change, Changed, Range};
use super::{Keyring, PersonKeys};
use crate::secret::{ClassDayKey, PersonClassKey, PersonKey};
use crate::store::{Failure, Word};
use kept_terms::{Day, PersonId, Randomness};
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

/// Held by whoever changes the keyring.
#[derive(Default)]
pub(super) struct Writer {
    #[cfg(test)]
    pub(super) fault: Option<Fault>,
}

/// What becomes of the next change in a test.
#[cfg(test)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// It fails, and nothing of it is durable.
    Lost,
    /// It fails, and all of it is durable.
    PersistedAnyway,
    /// It succeeds, and clearing up after it fails.
    LogNotEmptied,
}

fn held(settled: &Settled) -> MutexGuard<'_, Vec<(PersonId, Pending)>> {
    settled.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A key being made, until it is durable.
enum Making {
    Person(PersonId, PersonKey),
    PersonClass(PersonId, Word, PersonClassKey),
    ClassDay(Word, Day, ClassDayKey),
}

impl Making {
    fn new(creation: Creation, randomness: &dyn Randomness) -> Making {
        match creation {
            Creation::Person(person) => Making::Person(person, PersonKey::random(randomness)),
            Creation::PersonClass(person, class) => {
                Making::PersonClass(person, class, PersonClassKey::random(randomness))
            }
            Creation::ClassDay(class, day) => {
                Making::ClassDay(class, day, ClassDayKey::random(randomness))
            }
        }
    }

    /// The change that puts it.
    fn put(&self, wrapping: &WrappingKeys, randomness: &dyn Randomness) -> Result<Change, Failure> {
        let (place, key, beside, created) = match self {
            Making::Person(person, key) => {
                (Place::Person(*person), key.bytes(), None, Some(*person))
            }
            Making::PersonClass(person, class, key) => {
                let beside = Some(Place::Person(*person).to_bytes());
                let place = Place::PersonClass(*person, *class);
                (place, key.bytes(), beside, None)
            }
            Making::ClassDay(class, day, key) => {
                (Place::ClassDay(*class, *day), key.bytes(), None, None)
            }
        };
        let place = place.to_bytes();
        Ok(Change::Put {
            wrapped: wrapping.wrap(&place, key, randomness)?,
            place,
            beside,
            created,
        })
    }
}

/// Keys of people who are new, each with those of classes that were made along with it.
type NewPeople = HashMap<PersonId, (PersonKey, Vec<(Word, PersonClassKey)>)>;

/// Keys of classes and days that are new.
type NewDays = Vec<(Word, Day, ClassDayKey)>;

impl Keyring {
    /// Makes a change durable, or leaves everything as it was. What was settled goes with it.
    pub(super) fn change(
        &self,
        writer: &mut Writer,
        changes: Vec<Change>,
    ) -> Result<Changed, Failure> {
        let settled = std::mem::take(&mut *held(&self.settled));
        let first = settled
            .iter()
            .map(|(person, what)| Change::Settle(*person, *what as u8));
        let all: Vec<Change> = first.chain(changes).collect();
        let changed = self.make_durable(writer, &all);
        if changed.is_err() {
            held(&self.settled).extend(settled);
        }
        changed
    }

    #[cfg(not(test))]
    fn make_durable(&self, _: &mut Writer, changes: &[Change]) -> Result<Changed, Failure> {
        self.shelf.change(changes)
    }

    #[cfg(test)]
    fn make_durable(&self, writer: &mut Writer, changes: &[Change]) -> Result<Changed, Failure> {
        if let Some(fault @ (Fault::Lost | Fault::PersistedAnyway)) = writer.fault {
            writer.fault = None;
            if fault == Fault::PersistedAnyway {
                self.shelf.change(changes)?;
            }
            return Err(Failure::Unavailable("the disk is gone".into()));
        }
        self.shelf.change(changes)
    }

    /// Leaves as little of what was destroyed as can be.
    pub(super) fn clear(&self, _writer: &mut Writer) -> Result<(), Failure> {
        #[cfg(test)]
        if _writer.fault.take() == Some(Fault::LogNotEmptied) {
            return Err(Failure::Unavailable("the disk is gone".into()));
        }
        self.shelf.clear()
    }

    /// Makes keys, all in one transaction with one sync. A key that is there already stays as it
    /// is.
    ///
    /// People are pending as [`Pending::Created`] until they are settled. A key of a person and
    /// class is made only where the person's own key is there: whoever is erased meanwhile stays
    /// erased.
    pub fn create(&self, creations: &[Creation]) -> Result<(), Failure> {
        let mut writer = self.writer();
        let made = self.put_new(&mut writer, creations);
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

    /// Draws keys and puts them; the answer is those that were put, and may be remembered.
    fn put_new(
        &self,
        writer: &mut Writer,
        creations: &[Creation],
    ) -> Result<(NewPeople, NewDays), Failure> {
        let randomness = &*self.randomness;
        let making = creations.iter().map(|it| Making::new(*it, randomness));
        let making: Vec<Making> = making.collect();
        let changes = {
            let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner);
            let changes = making.iter().map(|it| it.put(&wrapping, randomness));
            changes.collect::<Result<Vec<_>, _>>()?
        };
        let changed = self.change(writer, changes)?;
        let (mut people, mut days) = (NewPeople::new(), Vec::new());
        let put = making.into_iter().zip(changed.put);
        for making in put.filter_map(|(making, put)| put.then_some(making)) {
            match making {
                Making::Person(person, key) => {
                    people.insert(person, (key, Vec::new()));
                }
                // Whoever was there before is looked up again, with all of their keys.
                Making::PersonClass(person, class, key) => {
                    if let Some((_, classes)) = people.get_mut(&person) {
                        classes.push((class, key));
                    }
                }
                Making::ClassDay(class, day, key) => days.push((class, day, key)),
            }
        }
        Ok((people, days))
    }

    /// Destroys all keys of people. When this returns nothing can open what was sealed for them,
    /// and no copy of their wrapped keys is left in a keyring's file; what a database keeps is for
    /// whoever runs it to bound. They are pending as [`Pending::Erased`] until their rows are gone
    /// and they are settled. After a failure, call it
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
        self.shelf.count(&Place::of_days(class, upto))
    }

    fn destroy(
        &self,
        ranges: Vec<Range>,
        erased: &[PersonId],
        uncache: &dyn Fn(),
    ) -> Result<Vec<Vec<u8>>, Failure> {
        let mut writer = self.writer();
        uncache();
        let changes = ranges.into_iter().map(Change::Destroy);
        let noted = erased
            .iter()
            .map(|person| Change::Note(*person, Pending::Erased as u8));
        let changes = changes.chain(noted).chain([Change::CountDestruction]);
        let destroyed = self.change(&mut writer, changes.collect());
        // A lookup that began before the commit may have cached a key again. Even a commit that
        // failed may have been durable, so the caches forget in any case.
        let _barrier = self.wrapping_for_change();
        uncache();
        let destroyed = destroyed?.destroyed;
        self.clear(&mut writer)?;
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
        self.shelf.destructions()
    }

    /// Who has to be followed up on. After [`Pending::Created`], a person who is not stored is
    /// destroyed; after [`Pending::Erased`], the rows that are left are deleted; either is then
    /// settled.
    pub fn pending(&self) -> Result<Vec<(PersonId, Pending)>, Failure> {
        let mut writer = self.writer();
        if !held(&self.settled).is_empty() {
            self.change(&mut writer, Vec::new())?;
        }
        self.read_pending()
    }

    /// Everybody who is pending, in order.
    pub(super) fn read_pending(&self) -> Result<Vec<(PersonId, Pending)>, Failure> {
        let pending = self.shelf.pending()?.into_iter();
        let read = |(person, what)| match what {
            1 => Ok((person, Pending::Created)),
            2 => Ok((person, Pending::Erased)),
            other => Err(Failure::Corrupt(format!(
                "the keyring says {other} of person {person}, which means nothing: restore its \
                 backup"
            ))),
        };
        pending.map(read).collect()
    }
}
