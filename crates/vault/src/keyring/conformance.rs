//! What every shelf does alike: one suite, run on a file and on a database.
//! It never ships.

use super::database::{self, Database};
use super::file::KeyringFile;
use super::place::WRAPPED_LENGTH;
use super::shelf::{Change, Changed, Part, Row, STRETCHING, Shelf, WrappingRow, everywhere};
use crate::store::Failure;
use crate::store::postgres::Address;
use kept_terms::PersonId;
use kept_testing::cluster::Cluster;
use secrecy::SecretString;
use tempfile::TempDir;

fn place(number: u8) -> Vec<u8> {
    vec![1, number]
}

fn wrapped(number: u8) -> Vec<u8> {
    vec![number; WRAPPED_LENGTH]
}

fn person(number: u8) -> PersonId {
    PersonId([number; 16])
}

fn put(number: u8) -> Change {
    Change::Put {
        place: place(number),
        wrapped: wrapped(number),
        beside: None,
        created: None,
    }
}

fn range(first: u8, last: u8) -> [Vec<u8>; 2] {
    [place(first), place(last)]
}

fn row(version: u32, byte: u8) -> WrappingRow {
    WrappingRow {
        version,
        created: 7,
        root: vec![byte; 16],
        wrapped: vec![byte; 61],
    }
}

fn keys(shelf: &dyn Shelf) -> Vec<Row> {
    shelf.between(&everywhere(), u32::MAX).unwrap()
}

fn done(put: &[bool], destroyed: &[u8]) -> Changed {
    Changed {
        put: put.to_vec(),
        destroyed: destroyed.iter().map(|it| place(*it)).collect(),
    }
}

/// Every rule of the contract, on a shelf that holds nothing.
fn conformance(shelf: &dyn Shelf) {
    assert!(shelf.is_new().unwrap());
    shelf.change(&[Change::Make, put(1), put(2)]).unwrap();
    assert!(!shelf.is_new().unwrap() && shelf.is_unused(2).unwrap());
    keys_are_put_once(shelf);
    keys_are_read_by_place(shelf);
    keys_are_replaced_and_destroyed(shelf);
    people_are_pending(shelf);
    wrapping_keys_and_settings_stand_apart(shelf);
    a_change_that_fails_leaves_nothing(shelf);
}

fn keys_are_put_once(shelf: &dyn Shelf) {
    let other = Change::Put {
        place: place(1),
        wrapped: wrapped(9),
        beside: None,
        created: Some(person(1)),
    };
    assert_eq!(
        shelf.change(&[other.clone(), other]).unwrap(),
        done(&[false, false], &[])
    );
    assert_eq!(shelf.wrapped(&place(1)).unwrap(), Some(wrapped(1)));
    assert!(shelf.pending().unwrap().is_empty(), "nobody was created");
    // One beside another, which may come with the same change; and not beside nobody.
    let beside = |number, beside| Change::Put {
        place: place(number),
        wrapped: wrapped(number),
        beside: Some(place(beside)),
        created: None,
    };
    let changes = [put(5), beside(6, 5), beside(7, 99), put(5), beside(8, 1)];
    let expected = done(&[true, true, false, false, true], &[]);
    assert_eq!(shelf.change(&changes).unwrap(), expected);
    assert!(!shelf.is_unused(2).unwrap());
}

fn keys_are_read_by_place(shelf: &dyn Shelf) {
    let numbers = |rows: Vec<Row>| rows.iter().map(|(place, _)| place[1]).collect::<Vec<_>>();
    assert_eq!(numbers(keys(shelf)), [1, 2, 5, 6, 8]);
    assert_eq!(numbers(shelf.between(&range(2, 6), 2).unwrap()), [2, 5]);
    assert_eq!(shelf.count(&range(2, 6)).unwrap(), 3);
    assert_eq!(shelf.wrapped(&place(3)).unwrap(), None);
    // A place that begins another comes first, and bytes are unsigned.
    let odd = [vec![0x80, 0], vec![0x7f], vec![0x80]].map(|place| Change::Put {
        place,
        wrapped: wrapped(0),
        beside: None,
        created: None,
    });
    shelf.change(&odd).unwrap();
    let [last, first, middle] = [vec![0x80, 0], vec![0x7f], vec![0x80]];
    let places: Vec<Vec<u8>> = keys(shelf).into_iter().map(|(place, _)| place).collect();
    assert!(places.ends_with(&[first.clone(), middle, last.clone()]));
    shelf.change(&[Change::Destroy([first, last])]).unwrap();
}

fn keys_are_replaced_and_destroyed(shelf: &dyn Shelf) {
    let replace = |number, by| Change::Replace {
        place: place(number),
        wrapped: wrapped(by),
    };
    shelf
        .change(&[replace(1, 11), replace(2, 12), replace(99, 1)])
        .unwrap();
    assert_eq!(shelf.wrapped(&place(1)).unwrap(), Some(wrapped(11)));
    assert_eq!(shelf.wrapped(&place(99)).unwrap(), None);
    let changes = [
        Change::Destroy(range(6, 8)),
        Change::Destroy(range(1, 1)),
        Change::Note(person(1), 2),
        Change::CountDestruction,
    ];
    assert_eq!(shelf.change(&changes).unwrap(), done(&[], &[1, 6, 8]));
    assert_eq!(shelf.destructions().unwrap(), 1);
    // Once more, as after a change of which nobody knows whether it was durable.
    assert_eq!(shelf.change(&changes).unwrap(), done(&[], &[]));
    assert_eq!(shelf.destructions().unwrap(), 2);
    shelf.clear().unwrap();
    assert_eq!(
        keys(shelf),
        [(place(2), wrapped(12)), (place(5), wrapped(5))]
    );
    // What was destroyed can be put anew, in one change with its destruction, too.
    let anew = [Change::Destroy(range(5, 5)), put(5), put(1)];
    assert_eq!(shelf.change(&anew).unwrap(), done(&[true, true], &[5]));
    shelf.check().unwrap();
}

fn people_are_pending(shelf: &dyn Shelf) {
    assert_eq!(shelf.pending().unwrap(), [(person(1), 2)]);
    let created = |number| Change::Put {
        place: place(number),
        wrapped: wrapped(number),
        beside: None,
        created: Some(person(number)),
    };
    shelf
        .change(&[created(21), created(20), created(22)])
        .unwrap();
    let changes = [
        Change::Settle(person(20), 2),
        Change::Settle(person(22), 1),
        Change::Note(person(21), 1),
        Change::Note(person(21), 2),
    ];
    shelf.change(&changes).unwrap();
    let expected = [(person(1), 2), (person(20), 1), (person(21), 2)];
    assert_eq!(shelf.pending().unwrap(), expected);
}

fn wrapping_keys_and_settings_stand_apart(shelf: &dyn Shelf) {
    let rows = [row(2, 2), row(1, 1), row(3, 3)].map(Change::PutWrapping);
    shelf.change(&rows).unwrap();
    assert_eq!(shelf.wrapping().unwrap(), [row(1, 1), row(2, 2), row(3, 3)]);
    // When it was made stays.
    let again = WrappingRow {
        created: 99,
        ..row(2, 9)
    };
    shelf
        .change(&[Change::PutWrapping(again), Change::DropWrapping(2)])
        .unwrap();
    assert_eq!(shelf.wrapping().unwrap(), [row(2, 9), row(3, 3)]);
    assert_eq!(shelf.setting(STRETCHING).unwrap(), None);
    let set = |value: Option<&[u8]>| Change::Set(STRETCHING, value.map(<[u8]>::to_vec));
    shelf
        .change(&[set(Some(b"one")), set(Some(b"two"))])
        .unwrap();
    assert_eq!(shelf.setting(STRETCHING).unwrap().unwrap(), b"two");
    shelf.change(&[set(None)]).unwrap();
    assert_eq!(shelf.setting(STRETCHING).unwrap(), None);
    shelf.change(&[set(Some(b"three"))]).unwrap();
}

fn a_change_that_fails_leaves_nothing(shelf: &dyn Shelf) {
    let before = keys(shelf);
    // There are tables already.
    assert!(
        shelf
            .change(&[put(70), Change::Destroy(range(2, 2)), Change::Make])
            .is_err()
    );
    assert_eq!(keys(shelf), before);
    assert_eq!(shelf.change(&[put(70)]).unwrap(), done(&[true], &[]));
    shelf.check().unwrap();
}

/// All that a shelf holds.
fn everything(shelf: &dyn Shelf) -> (super::shelf::Head, Vec<Row>) {
    let (mut head, mut rows) = (None, Vec::new());
    let taken = shelf.contents(&mut |part| {
        match part {
            Part::Head(it) => head = Some(it),
            Part::Keys(keys) => rows.extend(keys),
        }
        Ok(())
    });
    taken.unwrap();
    (head.unwrap(), rows)
}

fn in_file(folder: &TempDir, name: &str) -> KeyringFile {
    KeyringFile::open(&folder.path().join(name)).unwrap()
}

pub(super) fn address(text: String) -> Address {
    Address::new(SecretString::from(text)).unwrap()
}

fn in_database(at: &str) -> Result<Database, Failure> {
    Database::open(&address(at.to_owned()), database::SCHEMA, false)
}

#[test]
fn a_file_keeps_the_contract() {
    let folder = TempDir::new().unwrap();
    conformance(&in_file(&folder, "keyring.db"));
}

#[test]
fn a_database_keeps_the_contract() {
    conformance(&in_database(&Cluster::shared().database()).unwrap());
}

#[test]
fn all_that_one_shelf_holds_another_takes_in() {
    let (folder, cluster) = (TempDir::new().unwrap(), Cluster::shared());
    let file = in_file(&folder, "keyring.db");
    conformance(&file);
    let many = (0..3_000u16).map(|number| Change::Put {
        place: [&[2], number.to_be_bytes().as_slice()].concat(),
        wrapped: wrapped(3),
        beside: None,
        created: None,
    });
    file.change(&many.collect::<Vec<_>>()).unwrap();
    let expected = everything(&file);
    assert!(expected.1.len() > 3_000 && expected.0.stretching.is_some());

    let at = cluster.database();
    let database = in_database(&at).unwrap();
    database.fill(&file).unwrap();
    assert!(everything(&database) == expected);
    assert!(database.fill(&file).is_err(), "it holds something");
    assert!(everything(&database) == expected);

    let part = folder.path().join("copy.part");
    database.copy_to(&part).unwrap();
    let copy = KeyringFile::open(&part).unwrap();
    assert!(everything(&copy) == expected);
    copy.check().unwrap();
    drop(copy);
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(
        left, 4,
        "the keyring with its log and index, and the copy without"
    );
    let again = in_file(&folder, "again.db");
    again.fill(&file).unwrap();
    assert!(everything(&again) == expected);
}
