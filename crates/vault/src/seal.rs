//! Sealing: how an item and a person's state become bytes that open only where they belong.
//! It never stores or looks up a key; whoever has no key for a place has lost what was there.
//!
//! The layout and its reasons are specified in `docs/formats/vault.md`.

use crate::cipher::{Cipher, derive, known_algorithm};
use crate::secret::{
    ClassDayKey, CommitmentKey, IndexKey, KEY_LENGTH, OutgoingKey, PersonClassKey, PersonKey,
};
use crate::store::{BlindIndex, Failure, Word};
use kept_terms::{Day, Home, ItemNumber, PersonId, Randomness};
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// Values are padded to a multiple of this many bytes, so that a length says little.
const PADDING_BUCKET: usize = 16;

/// A value that was opened; it is wiped when dropped.
pub type Opened = Zeroizing<Vec<u8>>;

/// Where an item stands: everything that is bound to its value. Moved to another place it does not
/// open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ItemPlace {
    /// Whose it is.
    pub person: PersonId,
    /// Its field.
    pub field: Word,
    /// Its number within the person.
    pub number: ItemNumber,
    /// Where it came from.
    pub origin: Word,
    /// Its retention class.
    pub class: Word,
    /// The day its period counts from; nothing where that is an event of the person, which can
    /// move.
    pub anchor: Option<Day>,
}

impl ItemPlace {
    /// The place as bytes: fixed lengths, big-endian, so that no two places read alike.
    fn to_bytes(self) -> [u8; 37] {
        let mut bytes = [0; 37];
        let anchor = self.anchor.unwrap_or(Day(0)).0.to_be_bytes();
        let parts: [&[u8]; 7] = [
            &self.person.0,
            &self.field.0.to_be_bytes(),
            &self.number.to_be_bytes(),
            &self.origin.0.to_be_bytes(),
            &self.class.0.to_be_bytes(),
            &[u8::from(self.anchor.is_some())],
            &anchor,
        ];
        for (to, from) in bytes.iter_mut().zip(parts.into_iter().flatten()) {
            *to = *from;
        }
        bytes
    }
}

/// A person's keys, opened: their own, and those of their classes that count from an event.
///
/// Hold them for the length of one act: whoever still holds them can still open.
pub struct PersonKeys {
    own: PersonKey,
    /// Few, in order of class.
    classes: Vec<(Word, PersonClassKey)>,
    /// Drawn when it is first needed: every entry about the person is made with it.
    commitment: OnceLock<CommitmentKey>,
}

impl PersonKeys {
    pub(crate) fn new(own: PersonKey, classes: Vec<(Word, PersonClassKey)>) -> PersonKeys {
        PersonKeys {
            own,
            classes,
            commitment: OnceLock::new(),
        }
    }

    /// The key of a class whose anchor can move, unless it was destroyed or never made.
    pub fn class(&self, class: Word) -> Option<&PersonClassKey> {
        let found = self.classes.iter().find(|(of, _)| *of == class);
        found.map(|(_, key)| key)
    }

    /// The key of the ledger's commitments to this person.
    pub fn commitment(&self) -> &CommitmentKey {
        let draw = || derive(self.own.bytes(), &[b"kept/v1/commitment"]);
        self.commitment
            .get_or_init(|| CommitmentKey::from_bytes(&draw()))
    }

    /// Seals the person's state as a version of it.
    pub fn seal_state(
        &self,
        person: PersonId,
        version: u64,
        state: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Failure> {
        seal(
            &self.state_key(version),
            &state_bound(person, version),
            state,
            randomness,
        )
    }

    /// Opens the person's state; only as the version it was sealed as.
    pub fn open_state(
        &self,
        person: PersonId,
        version: u64,
        sealed: &[u8],
    ) -> Result<Opened, Failure> {
        let opened = open(
            &self.state_key(version),
            &state_bound(person, version),
            sealed,
        )?;
        opened.ok_or_else(|| {
            Failure::Corrupt(format!(
                "the state of person {person} does not open as version {version}"
            ))
        })
    }

    /// A key for each version: no key ever seals more than the few attempts at one version.
    fn state_key(&self, version: u64) -> Zeroizing<[u8; KEY_LENGTH]> {
        derive(
            self.own.bytes(),
            &[b"kept/v1/state", &version.to_be_bytes()],
        )
    }
}

fn state_bound(person: PersonId, version: u64) -> [u8; 37] {
    let mut bound = [0; 37];
    let parts: [&[u8]; 3] = [b"kept/v1/state", &person.0, &version.to_be_bytes()];
    for (to, from) in bound.iter_mut().zip(parts.into_iter().flatten()) {
        *to = *from;
    }
    bound
}

/// The key of one item in one place. It seals and opens the item's value and nothing else.
pub struct ItemKey {
    key: Zeroizing<[u8; KEY_LENGTH]>,
    place: ItemPlace,
}

impl ItemKey {
    /// The key of an item whose anchor is fixed: the person's key and that of its class and day.
    pub(crate) fn fixed(keys: &PersonKeys, day: &ClassDayKey, place: ItemPlace) -> ItemKey {
        ItemKey::from_both(keys, day.bytes(), place)
    }

    /// The key of an item whose anchor can move: the person's key and that of the person and class.
    /// Nothing if that key is gone.
    pub(crate) fn moving(keys: &PersonKeys, place: ItemPlace) -> Option<ItemKey> {
        let class = keys.class(place.class)?;
        Some(ItemKey::from_both(keys, class.bytes(), place))
    }

    // Field and number are in the key, so each item has a key of its own and no key seals often.
    fn from_both(keys: &PersonKeys, retention: &[u8; KEY_LENGTH], place: ItemPlace) -> ItemKey {
        let parts: [&[u8]; 4] = [
            b"kept/v1/item",
            retention,
            &place.field.0.to_be_bytes(),
            &place.number.to_be_bytes(),
        ];
        ItemKey {
            key: derive(keys.own.bytes(), &parts),
            place,
        }
    }

    /// Where the item stands.
    pub fn place(&self) -> &ItemPlace {
        &self.place
    }

    /// Seals the item's value, or the description of its blob.
    pub fn seal(&self, value: &[u8], randomness: &dyn Randomness) -> Result<Vec<u8>, Failure> {
        seal(&self.key, &self.bound(), value, randomness)
    }

    /// Opens the item's value. What was sealed for another place is [`Failure::Corrupt`].
    pub fn open(&self, sealed: &[u8]) -> Result<Opened, Failure> {
        open(&self.key, &self.bound(), sealed)?.ok_or_else(|| {
            let ItemPlace {
                person,
                field,
                number,
                ..
            } = self.place;
            Failure::Corrupt(format!(
                "item {number} of field {} of person {person} does not open where it stands",
                field.0
            ))
        })
    }

    /// The key of a blob that belongs to the item.
    pub(crate) fn blob_key(&self, id: &[u8; 16]) -> Zeroizing<[u8; KEY_LENGTH]> {
        derive(&self.key, &[b"kept/v1/blob", id])
    }

    fn bound(&self) -> [u8; 49] {
        let mut bound = [0; 49];
        let place = self.place.to_bytes();
        let parts = b"kept/v1/item".iter().chain(&place);
        for (to, from) in bound.iter_mut().zip(parts) {
            *to = *from;
        }
        bound
    }
}

impl OutgoingKey {
    /// Seals what a link in a message stands for, bound to its identifier, which is used once.
    pub fn seal(
        &self,
        id: &[u8],
        message: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Failure> {
        let key = derive(self.bytes(), &[b"kept/v1/outgoing", id]);
        seal(
            &key,
            &[b"kept/v1/outgoing", id].concat(),
            message,
            randomness,
        )
    }

    /// Opens what a link in a message stands for.
    pub fn open(&self, id: &[u8], sealed: &[u8]) -> Result<Opened, Failure> {
        let key = derive(self.bytes(), &[b"kept/v1/outgoing", id]);
        open(&key, &[b"kept/v1/outgoing", id].concat(), sealed)?
            .ok_or_else(|| Failure::Corrupt("a link of a message does not open".into()))
    }
}

impl ClassDayKey {
    /// Seals a case, bound to its reference: with the key of the day goes every case of that day.
    pub fn seal_case(
        &self,
        reference: &[u8],
        case: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Failure> {
        let (key, bound) = self.of_case(reference);
        seal(&key, &bound, case, randomness)
    }

    /// Opens a case; only under the reference that it was sealed for.
    pub fn open_case(&self, reference: &[u8], sealed: &[u8]) -> Result<Opened, Failure> {
        let (key, bound) = self.of_case(reference);
        open(&key, &bound, sealed)?
            .ok_or_else(|| Failure::Corrupt("a case does not open where it stands".into()))
    }

    fn of_case(&self, reference: &[u8]) -> (Zeroizing<[u8; KEY_LENGTH]>, Vec<u8>) {
        let bound = [b"kept/v1/case", reference].concat();
        (derive(self.bytes(), &[b"kept/v1/case", reference]), bound)
    }
}

impl IndexKey {
    /// The blind index of an identifier: the same for the same field and normalised value, and
    /// nothing about either to whoever lacks the key.
    pub fn blind(&self, field: &str, normalised: &str) -> BlindIndex {
        // Lengths lead, so that no field and value together read as another field and value.
        let length = |text: &str| (text.len() as u64).to_be_bytes();
        let parts: [&[u8]; 5] = [
            b"kept/v1/index",
            &length(field),
            field.as_bytes(),
            &length(normalised),
            normalised.as_bytes(),
        ];
        *derive(self.bytes(), &parts)
    }

    /// The blind index of an identifier within a home: under a key of the home alone, so that the
    /// same value in two homes, or with the firm itself, has nothing in common.
    pub fn blind_within(&self, home: &Home, field: &str, normalised: &str) -> BlindIndex {
        let length = |text: &str| (text.len() as u64).to_be_bytes();
        let parts: [&[u8]; 5] = [
            b"kept/v1/index/home",
            &length(&home.system),
            home.system.as_bytes(),
            &length(&home.client),
            home.client.as_bytes(),
        ];
        let of_home = derive(self.bytes(), &parts);
        let parts: [&[u8]; 4] = [
            &length(field),
            field.as_bytes(),
            &length(normalised),
            normalised.as_bytes(),
        ];
        *derive(&of_home, &parts)
    }
}

fn seal(
    key: &[u8; KEY_LENGTH],
    bound: &[u8],
    text: &[u8],
    randomness: &dyn Randomness,
) -> Result<Vec<u8>, Failure> {
    Cipher::new(key)?.seal(&[], bound, padded(text), randomness)
}

fn open(key: &[u8; KEY_LENGTH], bound: &[u8], sealed: &[u8]) -> Result<Option<Opened>, Failure> {
    let Some(rest) = known_algorithm(sealed) else {
        return Ok(None);
    };
    Ok(Cipher::new(key)?.unseal(bound, rest).and_then(unpadded))
}

/// The text, a byte 80, and zeros up to a full bucket (ISO/IEC 7816-4).
fn padded(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = (text.len() + 1).next_multiple_of(PADDING_BUCKET);
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    padded.extend_from_slice(text);
    padded.push(0x80);
    padded.resize(length, 0);
    padded
}

/// The text without its padding. What was authenticated is well-formed, so nothing can be learnt
/// from this.
fn unpadded(mut padded: Opened) -> Option<Opened> {
    let end = padded.iter().rposition(|byte| *byte != 0)?;
    if padded.get(end) != Some(&0x80) {
        return None;
    }
    padded.truncate(end);
    Some(padded)
}

#[cfg(test)]
mod tests;
