//! The named vectors of `docs/formats/vault.md`, which were made by a second implementation.
//! A vector is never changed to suit the code: a layout that changes gets an algorithm byte of its
//! own.

use crate::blob::{
    BlobDescription, BlobId, BlobReader, BlobSink, BlobSource, BlobStore, BlobWriter, CHUNK_LENGTH,
};
use crate::cipher::derive;
use crate::keyring::vectors::{check_wrapped, check_wrapping_place};
use crate::root::{RootKeeper, Stretching};
use crate::seal::{ItemKey, ItemPlace, PersonKeys};
use crate::secret::{
    ClassDayKey, IndexKey, KEY_LENGTH, OutgoingKey, PersonClassKey, PersonKey, RootKey,
};
use crate::store::{Failure, Word};
use data_encoding::HEXLOWER;
use kept_terms::{Day, PersonId, Randomness, Timestamp};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use zeroize::Zeroizing;

/// One vector, by the names of its parts.
pub(crate) struct Vector(Value);

impl Vector {
    pub(crate) fn text(&self, part: &str) -> &str {
        self.0[part]
            .as_str()
            .unwrap_or_else(|| panic!("{} has no {part}", self.name()))
    }

    fn name(&self) -> &str {
        self.0["name"].as_str().unwrap()
    }

    pub(crate) fn bytes(&self, part: &str) -> Vec<u8> {
        HEXLOWER.decode(self.text(part).as_bytes()).unwrap()
    }

    pub(crate) fn key(&self, part: &str) -> Zeroizing<[u8; KEY_LENGTH]> {
        Zeroizing::new(self.bytes(part).try_into().unwrap())
    }

    pub(crate) fn person(&self) -> PersonId {
        PersonId(self.bytes("person").try_into().unwrap())
    }

    pub(crate) fn number<T: TryFrom<i64>>(&self, part: &str) -> T {
        let number = self.0[part]
            .as_i64()
            .and_then(|number| number.try_into().ok());
        number.unwrap_or_else(|| panic!("{} has no {part}", self.name()))
    }

    /// Chance that yields the vector's nonce.
    pub(crate) fn nonce(&self) -> Fixed {
        Fixed(self.bytes("nonce"))
    }

    fn opens(&self) -> bool {
        self.0["opens"].as_bool().unwrap()
    }
}

/// Bytes that are not random at all.
pub(crate) struct Fixed(Vec<u8>);

impl Randomness for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0);
    }
}

/// Applies `check` to every vector of a kind; there must be some.
#[track_caller]
pub(crate) fn each(kind: &str, check: impl Fn(&Vector)) {
    let all: Value = serde_json::from_str(include_str!("../tests/vectors/vault.json")).unwrap();
    let vectors = all[kind].as_array().unwrap();
    assert!(!vectors.is_empty());
    for vector in vectors {
        let vector = Vector(vector.clone());
        println!("{kind}: {}", vector.name());
        check(&vector);
    }
}

fn item_key(vector: &Vector) -> ItemKey {
    let anchor = vector.0["anchor"]
        .as_i64()
        .map(|day| Day(day.try_into().unwrap()));
    let place = ItemPlace {
        person: vector.person(),
        field: Word(vector.number("field")),
        number: vector.number("number"),
        origin: Word(vector.number("origin")),
        class: Word(vector.number("class")),
        anchor,
    };
    let retention = vector.key("retention_key");
    let own = PersonKey::from_bytes(&vector.key("person_key"));
    let moving = vec![(place.class, PersonClassKey::from_bytes(&retention))];
    let keys = PersonKeys::new(own, moving);
    match anchor {
        Some(_) => ItemKey::fixed(&keys, &ClassDayKey::from_bytes(&retention), place),
        None => ItemKey::moving(&keys, place).unwrap(),
    }
}

#[test]
fn items() {
    each("items", |vector| {
        let key = item_key(vector);
        let opened = key.open(&vector.bytes("sealed"));
        assert_eq!(opened.is_ok(), vector.opens());
        if let Ok(opened) = opened {
            assert_eq!(opened.to_vec(), vector.bytes("value"));
            let sealed = key.seal(&opened, &vector.nonce()).unwrap();
            assert_eq!(sealed, vector.bytes("sealed"));
        }
    });
}

#[test]
fn states() {
    each("states", |vector| {
        let own = PersonKey::from_bytes(&vector.key("person_key"));
        let keys = PersonKeys::new(own, Vec::new());
        let (person, version) = (vector.person(), vector.text("version").parse().unwrap());
        let opened = keys.open_state(person, version, &vector.bytes("sealed"));
        assert_eq!(opened.is_ok(), vector.opens());
        if let Ok(opened) = opened {
            assert_eq!(opened.to_vec(), vector.bytes("state"));
            let sealed = keys
                .seal_state(person, version, &opened, &vector.nonce())
                .unwrap();
            assert_eq!(sealed, vector.bytes("sealed"));
        }
    });
}

#[test]
fn outgoing_messages() {
    each("outgoing", |vector| {
        let key = OutgoingKey::from_bytes(&vector.key("key"));
        let (id, message) = (vector.bytes("id"), vector.bytes("message"));
        let sealed = key.seal(&id, &message, &vector.nonce()).unwrap();
        assert_eq!(sealed, vector.bytes("sealed"));
        assert_eq!(key.open(&id, &sealed).unwrap().to_vec(), message);
        assert!(key.open(b"another", &sealed).is_err());
    });
}

#[test]
fn blind_indexes_and_commitments() {
    each("indexes", |vector| {
        let key = IndexKey::from_bytes(&vector.key("key"));
        let index = key.blind(vector.text("field"), vector.text("value"));
        assert_eq!(index.to_vec(), vector.bytes("digest"));
    });
    each("commitments", |vector| {
        let keys = PersonKeys::new(PersonKey::from_bytes(&vector.key("key")), Vec::new());
        assert_eq!(keys.commitment().bytes().to_vec(), vector.bytes("digest"));
    });
}

#[test]
fn root_keys() {
    each("roots", |vector| {
        let root = RootKey::from_bytes(&vector.key("root_key"));
        assert_eq!(root.name().unwrap().to_vec(), vector.bytes("root_name"));
        let bound = check_wrapping_place(vector.number("version"));
        let wrapped = root
            .wrap(&bound, &vector.key("key"), &vector.nonce())
            .unwrap();
        assert_eq!(wrapped, vector.bytes("wrapped"));
    });
    each("passphrases", |vector| {
        let stretching = Stretching {
            salt: vector.bytes("salt").try_into().unwrap(),
            memory: vector.number("memory"),
            passes: vector.number("passes"),
            lanes: vector.number("lanes"),
        };
        let root = stretching.stretch(vector.text("passphrase")).ok().unwrap();
        assert_eq!(root.name().unwrap().to_vec(), vector.bytes("root_name"));
        let fresh = Stretching::new(&Fixed(vector.bytes("salt")));
        assert!(fresh == stretching, "a new keyring is made in another way");
    });
}

#[test]
fn wrapped_keys() {
    each("wrapped", check_wrapped);
}

/// A blob in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl BlobStore for Memory {
    fn create(&self, _: BlobId) -> Result<Box<dyn BlobSink>, Failure> {
        Ok(Box::new(self.clone()))
    }

    fn open(&self, _: BlobId) -> Result<Option<Box<dyn BlobSource>>, Failure> {
        Ok(Some(Box::new(self.clone())))
    }

    fn delete(&self, _: BlobId) -> Result<(), Failure> {
        Ok(())
    }

    fn list(&self, _: Option<BlobId>, _: usize) -> Result<Vec<(BlobId, Timestamp)>, Failure> {
        Ok(Vec::new())
    }
}

impl BlobSink for Memory {
    fn append(&mut self, sealed: &[u8]) -> Result<(), Failure> {
        self.0.lock().unwrap().extend_from_slice(sealed);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Failure> {
        Ok(())
    }
}

impl BlobSource for Memory {
    fn length(&self) -> Result<u64, Failure> {
        Ok(self.0.lock().unwrap().len() as u64)
    }

    fn read_at(&mut self, from: u64, buffer: &mut [u8]) -> Result<(), Failure> {
        let from = from as usize;
        buffer.copy_from_slice(&self.0.lock().unwrap()[from..from + buffer.len()]);
        Ok(())
    }
}

#[test]
fn blobs() {
    each("blobs", |vector| {
        each("items", |item| {
            if item.name() != vector.text("item") {
                return;
            }
            let key = item_key(item);
            let store = Memory::default();
            let length: usize = vector.number("length");
            let text: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let id = Fixed(vector.bytes("id"));
            let mut writer = BlobWriter::create(&key, &store, &id).unwrap();
            writer.write(&text).unwrap();
            let description = writer.finish().unwrap();
            assert_eq!(description.to_bytes().to_vec(), vector.bytes("description"));
            let sealed = store.0.lock().unwrap().clone();
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &sealed);
            assert_eq!(digest.as_ref(), vector.bytes("sealed_sha256"));
            if vector.0["sealed"].is_string() {
                assert_eq!(sealed, vector.bytes("sealed"));
            }
            let again = BlobDescription::from_bytes(&description.to_bytes()).unwrap();
            let mut reader = BlobReader::open(&key, again, &store).unwrap().unwrap();
            for position in 0..reader.chunks() {
                let from = position as usize * CHUNK_LENGTH;
                let expected = &text[from..length.min(from + CHUNK_LENGTH)];
                assert_eq!(
                    reader.chunk(position).unwrap().unwrap().as_slice(),
                    expected
                );
            }
        });
    });
}

#[test]
fn deriving_is_hmac() {
    // RFC 4231, test case 1, with its key filled up with zeros as HMAC does by itself.
    let mut key = [0; KEY_LENGTH];
    key[..20].fill(0x0b);
    assert_eq!(
        HEXLOWER.encode(derive(&key, &[b"Hi ", b"There"]).as_slice()),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
}
