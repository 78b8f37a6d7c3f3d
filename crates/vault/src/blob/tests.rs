//! Blobs open whole, from any place, and never altered.

use super::*;
use crate::dice::Dice;
use crate::seal::{ItemPlace, PersonKeys};
use crate::secret::{ClassDayKey, PersonKey};
use crate::store::Word;
use kept_terms::{Day, PersonId};
use proptest::prelude::*;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

fn item_key(number: u32) -> ItemKey {
    let keys = PersonKeys::new(PersonKey::random(&Dice::new(1)), Vec::new());
    let day = ClassDayKey::random(&Dice::new(2));
    let place = ItemPlace {
        person: PersonId([1; 16]),
        field: Word(1),
        number,
        origin: Word(1),
        class: Word(1),
        anchor: Some(Day(1)),
    };
    ItemKey::fixed(&keys, &day, place)
}

struct Bench {
    folder: TempDir,
    store: FolderBlobs,
    dice: Dice,
}

impl Bench {
    fn new() -> Bench {
        let folder = TempDir::new().unwrap();
        let store = FolderBlobs::open(&folder.path().join("blobs")).unwrap();
        Bench {
            folder,
            store,
            dice: Dice::new(3),
        }
    }

    fn write(&self, parts: &[&[u8]]) -> BlobDescription {
        let mut writer = BlobWriter::create(&item_key(1), &self.store, &self.dice).unwrap();
        for part in parts {
            writer.write(part).unwrap();
        }
        writer.finish().unwrap()
    }

    fn path(&self, description: BlobDescription) -> PathBuf {
        let name = description.id.to_string();
        self.folder.path().join("blobs").join(&name[..2]).join(name)
    }

    fn read(&self, description: BlobDescription) -> Result<Vec<u8>, Failure> {
        let reader = BlobReader::open(&item_key(1), description, &self.store)?;
        let mut reader = reader.ok_or(Failure::Invalid("not there"))?;
        let mut read = Vec::new();
        for position in 0..reader.chunks() {
            read.extend_from_slice(&reader.chunk(position)?.unwrap());
        }
        assert!(reader.chunk(reader.chunks()).unwrap().is_none());
        Ok(read)
    }
}

fn text(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

const CHUNK: usize = CHUNK_LENGTH;

#[test]
fn what_was_written_is_read() {
    let bench = Bench::new();
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 77] {
        let text = text(length);
        let description = bench.write(&text.chunks(10_007).collect::<Vec<_>>());
        assert_eq!(description.length, length as u64);
        assert_eq!(bench.read(description).unwrap(), text, "{length}");
        let sealed = fs::read(bench.path(description)).unwrap();
        assert_eq!(Some(sealed.len() as u64), sealed_length(description.length));
        let again = BlobDescription::from_bytes(&description.to_bytes());
        assert_eq!(again, Some(description));
    }
}

/// Alters the sealed bytes of a blob of two and a half chunks; it must not be read whole.
#[track_caller]
fn check_altered(what: &str, alter: impl Fn(Vec<u8>) -> Vec<u8>) {
    let bench = Bench::new();
    let description = bench.write(&[&text(2 * CHUNK + CHUNK / 2)]);
    let path = bench.path(description);
    fs::write(&path, alter(fs::read(&path).unwrap())).unwrap();
    assert!(
        matches!(bench.read(description), Err(Failure::Corrupt(_))),
        "{what}"
    );
}

#[test]
fn no_alteration_goes_unnoticed() {
    const SEALED: usize = SEALED_CHUNK_LENGTH;
    let chunks = |sealed: &[u8], order: &[usize]| {
        let mut all: Vec<u8> = sealed[..1].to_vec();
        for at in order {
            let from = 1 + at * SEALED;
            all.extend_from_slice(&sealed[from..(from + SEALED).min(sealed.len())]);
        }
        all
    };
    check_altered("first two exchanged", |it| chunks(&it, &[1, 0, 2]));
    check_altered("one twice", |it| chunks(&it, &[0, 0, 2]));
    check_altered("last missing", |it| chunks(&it, &[0, 1]));
    check_altered("middle missing", |it| chunks(&it, &[0, 2]));
    check_altered("last twice", |it| chunks(&it, &[0, 1, 2, 2]));
    check_altered("one byte less", |it| it[..it.len() - 1].to_vec());
    check_altered("one byte more", |it| [it, vec![0]].concat());
    check_altered("empty", |_| Vec::new());
    for at in [
        0,
        1,
        1000,
        SEALED - 1,
        SEALED,
        SEALED + 1,
        2 * SEALED,
        2 * SEALED + 1,
    ] {
        check_altered(&format!("byte {at}"), |mut it| {
            it[at] ^= 1;
            it
        });
    }
    check_altered("last byte", |mut it| {
        *it.last_mut().unwrap() ^= 1;
        it
    });
}

#[test]
fn a_shorter_or_longer_description_does_not_open() {
    let bench = Bench::new();
    let description = bench.write(&[&text(2 * CHUNK)]);
    for length in [
        0,
        CHUNK as u64,
        2 * CHUNK as u64 - 1,
        3 * CHUNK as u64,
        u64::MAX,
    ] {
        let other = BlobDescription {
            length,
            ..description
        };
        assert!(
            matches!(bench.read(other), Err(Failure::Corrupt(_))),
            "{length}"
        );
    }
    // Cut at a chunk and described as that long: the last chunk was not sealed as the last.
    let path = bench.path(description);
    let sealed = fs::read(&path).unwrap();
    fs::write(&path, &sealed[..1 + SEALED_CHUNK_LENGTH]).unwrap();
    let other = BlobDescription {
        length: CHUNK as u64,
        ..description
    };
    assert!(matches!(bench.read(other), Err(Failure::Corrupt(_))));
}

#[test]
fn a_blob_in_anothers_place_does_not_open() {
    let bench = Bench::new();
    let (one, other) = (bench.write(&[b"one"]), bench.write(&[b"two"]));
    fs::copy(bench.path(one), bench.path(other)).unwrap();
    assert_eq!(bench.read(one).unwrap(), b"one");
    assert!(matches!(bench.read(other), Err(Failure::Corrupt(_))));
    let mut reader = BlobReader::open(&item_key(2), one, &bench.store)
        .unwrap()
        .unwrap();
    assert!(
        matches!(reader.chunk(0), Err(Failure::Corrupt(_))),
        "another item's"
    );
}

#[test]
fn an_unfinished_blob_leaves_nothing() {
    let bench = Bench::new();
    let folder = bench.folder.path().join("blobs");
    let incoming = folder.join("incoming");
    let mut writer = BlobWriter::create(&item_key(1), &bench.store, &bench.dice).unwrap();
    writer.write(&text(3 * CHUNK)).unwrap();
    assert_eq!(fs::read_dir(&incoming).unwrap().count(), 1);
    drop(writer);
    assert_eq!(fs::read_dir(&incoming).unwrap().count(), 0);
    // After a crash nobody drops it; the next server does.
    fs::write(incoming.join("0".repeat(32)), b"half").unwrap();
    let store = FolderBlobs::open(&folder).unwrap();
    assert_eq!(fs::read_dir(&incoming).unwrap().count(), 0);
    assert!(store.list(None, 10).unwrap().is_empty());
}

#[test]
fn blobs_are_listed_page_by_page_and_deleted() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let mut written: Vec<BlobId> = (0..20).map(|_| bench.write(&[b"v"]).id).collect();
    written.sort();
    let (mut listed, mut after) = (Vec::new(), None);
    loop {
        let page = bench.store.list(after, 7).unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        listed.extend(page.into_iter().map(|(id, _)| id));
    }
    assert_eq!(listed, written);
    let one = BlobDescription {
        id: written[0],
        length: 1,
    };
    let rights = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(rights(bench.path(one)), 0o600);
    assert_eq!(rights(bench.folder.path().join("blobs")), 0o700);
    for _ in 0..2 {
        bench.store.delete(written[0]).unwrap();
        assert!(matches!(
            bench.read(one),
            Err(Failure::Invalid("not there"))
        ));
    }
    assert_eq!(bench.store.list(None, 100).unwrap().len(), 19);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_place_can_be_read_from(length in 0usize..3 * CHUNK, from in 0usize..3 * CHUNK) {
        let bench = Bench::new();
        let text = text(length);
        let description = bench.write(&[&text]);
        let reader = BlobReader::open(&item_key(1), description, &bench.store).unwrap();
        let mut reader = reader.unwrap();
        let read = reader.read_from(from as u64).unwrap();
        let end = ((from / CHUNK + 1) * CHUNK).min(length);
        let expected = text.get(from..end.max(from)).unwrap_or_default();
        prop_assert_eq!(read.as_slice(), expected);
    }
}
