//! Which key is which: the places of the keyring, and how a key is wrapped for one of them.
//! It never touches the file.

use crate::cipher::{Cipher, OVERHEAD, derive, known_algorithm};
use crate::secret::{KEY_LENGTH, WrappingKey};
use crate::store::{Failure, Word};
use kept_terms::{Day, PersonId, Randomness};
use std::fmt;
use zeroize::Zeroizing;

/// The length of a wrapped key: algorithm, version of the wrapping key, nonce, key, tag.
pub(super) const WRAPPED_LENGTH: usize = 4 + KEY_LENGTH + OVERHEAD;

/// The keys that belong to the whole vault and are made with the keyring.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum Use {
    Index = 1,
    Ledger = 2,
    Outgoing = 3,
}

impl Use {
    pub(super) const ALL: [Use; 3] = [Use::Index, Use::Ledger, Use::Outgoing];
}

/// Where a key belongs; bound to its wrapping, so that a key moved to another place does not open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Person(PersonId),
    PersonClass(PersonId, Word),
    ClassDay(Word, Day),
    Vault(Use),
}

const PERSON: u8 = 1;
const DAY: u8 = 2;
const VAULT: u8 = 3;

impl Place {
    /// The place as bytes. A person's keys stand together, their own first; the days of a class
    /// stand in order.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        match self {
            Place::Person(person) => [&[PERSON], person.0.as_slice()].concat(),
            Place::PersonClass(person, class) => {
                [&[PERSON], person.0.as_slice(), &class.0.to_be_bytes()].concat()
            }
            Place::ClassDay(class, day) => {
                // With the sign turned over, earlier days sort first.
                let day = (day.0.cast_unsigned() ^ 1 << 31).to_be_bytes();
                [&[DAY], class.0.to_be_bytes().as_slice(), &day].concat()
            }
            Place::Vault(of) => vec![VAULT, of as u8],
        }
    }

    /// Reads what [`Place::to_bytes`] wrote.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Place> {
        let (kind, rest) = bytes.split_first()?;
        match *kind {
            PERSON => {
                let (person, class) = rest.split_first_chunk()?;
                let person = PersonId(*person);
                if class.is_empty() {
                    return Some(Place::Person(person));
                }
                let class = u32::from_be_bytes(class.try_into().ok()?);
                Some(Place::PersonClass(person, Word(class)))
            }
            DAY => {
                let (class, day) = rest.split_first_chunk()?;
                let day = u32::from_be_bytes(day.try_into().ok()?) ^ 1 << 31;
                Some(Place::ClassDay(
                    Word(u32::from_be_bytes(*class)),
                    Day(day.cast_signed()),
                ))
            }
            VAULT => {
                let of = Use::ALL.into_iter().find(|of| rest == [*of as u8])?;
                Some(Place::Vault(of))
            }
            _ => None,
        }
    }

    /// The first and last places of a person's keys.
    pub(super) fn of_person(person: PersonId) -> [Vec<u8>; 2] {
        let last = Place::PersonClass(person, Word(u32::MAX));
        [Place::Person(person).to_bytes(), last.to_bytes()]
    }

    /// The first and last places of a class's days up to one.
    pub(super) fn of_days(class: Word, upto: Day) -> [Vec<u8>; 2] {
        let first = Place::ClassDay(class, Day(i32::MIN));
        [first.to_bytes(), Place::ClassDay(class, upto).to_bytes()]
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Person(person) => write!(f, "person {person}"),
            Place::PersonClass(person, class) => write!(f, "person {person} and class {}", class.0),
            Place::ClassDay(class, day) => write!(f, "class {} and day {day}", class.0),
            Place::Vault(Use::Index) => f.write_str("the blind indexes"),
            Place::Vault(Use::Ledger) => f.write_str("the ledger's signatures"),
            Place::Vault(Use::Outgoing) => f.write_str("outgoing messages"),
        }
    }
}

/// The wrapping keys, opened: one, or two or more while a rotation is under way.
pub(super) struct WrappingKeys {
    /// By version, oldest first; never empty.
    keys: Vec<(u32, WrappingKey)>,
}

impl WrappingKeys {
    pub(super) fn new(keys: Vec<(u32, WrappingKey)>) -> WrappingKeys {
        WrappingKeys { keys }
    }

    /// The version that new keys are wrapped with: the newest.
    pub(super) fn current(&self) -> u32 {
        self.keys.last().map_or(0, |(version, _)| *version)
    }

    /// How many versions are in use.
    pub(super) fn versions(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &WrappingKey)> {
        self.keys.iter().map(|(version, key)| (*version, key))
    }

    pub(super) fn add(&mut self, version: u32, key: WrappingKey) {
        self.keys.push((version, key));
    }

    /// Lets go of all versions but the newest.
    pub(super) fn keep_current(&mut self) {
        let current = self.current();
        self.keys.retain(|(version, _)| *version == current);
    }

    fn cipher(&self, version: u32, place: &[u8]) -> Result<Option<Cipher>, Failure> {
        let Some((_, key)) = self.iter().find(|(of, _)| *of == version) else {
            return Ok(None);
        };
        // A key for each place: no key seals more often than its one place is rewrapped.
        Cipher::new(&derive(key.bytes(), &[b"kept/v1/wrap", place])).map(Some)
    }

    /// Wraps a key for its place with the newest version.
    pub(super) fn wrap(
        &self,
        place: &[u8],
        key: &[u8; KEY_LENGTH],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Failure> {
        let version = self.current();
        let Some(cipher) = self.cipher(version, place)? else {
            return Err(Failure::Corrupt("the keyring has no wrapping key".into()));
        };
        let version = version.to_be_bytes();
        let bound = [version.as_slice(), place].concat();
        cipher.seal(&version, &bound, Zeroizing::new(key.to_vec()), randomness)
    }

    /// Opens a wrapped key for its place.
    pub(super) fn open(
        &self,
        place: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<[u8; KEY_LENGTH]>, Failure> {
        self.try_open(place, wrapped)?
            .ok_or_else(|| does_not_open(place))
    }

    fn try_open(
        &self,
        place: &[u8],
        wrapped: &[u8],
    ) -> Result<Option<Zeroizing<[u8; KEY_LENGTH]>>, Failure> {
        let Some((version, sealed)) =
            known_algorithm(wrapped).and_then(|rest| rest.split_first_chunk())
        else {
            return Ok(None);
        };
        let Some(cipher) = self.cipher(u32::from_be_bytes(*version), place)? else {
            return Ok(None);
        };
        let opened = cipher.unseal(&[version.as_slice(), place].concat(), sealed);
        Ok(opened.and_then(|key| key.as_slice().try_into().ok().map(Zeroizing::new)))
    }
}

/// The version of the wrapping key that a wrapped key names; nothing in a slot that is free.
pub(super) fn wrapped_version(wrapped: &[u8]) -> Option<u32> {
    let (version, _) = known_algorithm(wrapped)?.split_first_chunk()?;
    Some(u32::from_be_bytes(*version))
}

/// A wrapped key that does not open where it stands.
pub(super) fn does_not_open(place: &[u8]) -> Failure {
    Failure::Corrupt(match Place::from_bytes(place) {
        Some(place) => format!("the key of {place} does not open: restore the keyring's backup"),
        None => "the keyring has a key of an unknown kind: restore the keyring's backup".into(),
    })
}
