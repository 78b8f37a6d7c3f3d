//! Keys are found while they live, and by nobody afterwards: not in memory, not in the files, not
//! after a crash.

use super::change::Fault;
use super::*;
use crate::dice::Dice;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

const CLASS: Word = Word(5);
const MOVING: Word = Word(6);

fn person(number: u32) -> PersonId {
    let mut id = [0; 16];
    // Spread, so that keys of new people come between those of others.
    id[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
    id[12..].copy_from_slice(&number.to_be_bytes());
    PersonId(id)
}

/// A folder with a key file and, once opened, a keyring.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Bench {
        Bench {
            folder: TempDir::new().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn root(&self) -> Root {
        Root::File(self.path("root.key"))
    }

    fn try_open(&self, root: &Root, may_create: bool) -> Result<Keyring, Failure> {
        let settings = Settings {
            may_create,
            people_cached: 100,
            days_cached: 100,
            shared: false,
        };
        // No two openings draw the same keys.
        static OPENED: AtomicU32 = AtomicU32::new(1);
        let seed = OPENED.fetch_add(1, Ordering::Relaxed);
        let now = Timestamp::UNIX_EPOCH;
        Keyring::open(
            &self.path("keyring.db"),
            root,
            Arc::new(Dice::new(seed)),
            now,
            settings,
        )
    }

    fn open(&self) -> Keyring {
        self.try_open(&self.root(), true)
            .unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// What opening says.
    fn said(&self, root: &Root, may_create: bool) -> String {
        self.try_open(root, may_create)
            .err()
            .map(|it| it.to_string())
            .unwrap_or_default()
    }

    /// Copies the keyring as it stands on disk: what a loss of power now would leave.
    fn copy(&self) -> Bench {
        let copy = Bench::new();
        for file in fs::read_dir(self.folder.path()).unwrap() {
            let file = file.unwrap();
            if !file.file_name().to_str().unwrap().ends_with("-shm") {
                fs::copy(file.path(), copy.path(file.file_name().to_str().unwrap())).unwrap();
            }
        }
        copy
    }

    /// How many of these wrapped keys stand in any file of the keyring.
    fn holds<'a>(&self, wrapped: impl IntoIterator<Item = &'a Vec<u8>>) -> usize {
        // From the middle of the sealed key: two keys have nothing in common there.
        let parts: HashSet<&[u8]> = wrapped.into_iter().map(|it| &it[20..36]).collect();
        let mut found = HashSet::new();
        for file in fs::read_dir(self.folder.path()).unwrap() {
            let content = fs::read(file.unwrap().path()).unwrap();
            found.extend(content.windows(16).filter_map(|it| parts.get(it).copied()));
        }
        found.len()
    }
}

impl Keyring {
    fn fail_next(&self, fault: Fault) {
        self.writer().fault = Some(fault);
    }

    fn rows(&self) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let rows = self.shelf.between(&shelf::everywhere(), u32::MAX).unwrap();
        rows.into_iter().collect()
    }

    fn knows(&self, person: PersonId) -> bool {
        self.person(person).unwrap().is_some()
    }
}

fn item(person: PersonId, number: u32, anchor: Option<Day>) -> ItemPlace {
    ItemPlace {
        person,
        field: Word(1),
        number,
        origin: Word(2),
        class: if anchor.is_some() { CLASS } else { MOVING },
        anchor,
    }
}

fn seal(keyring: &Keyring, place: ItemPlace, value: &[u8]) -> Vec<u8> {
    let keys = keyring.person(place.person).unwrap().unwrap();
    let key = keyring.item(&keys, &place).unwrap().unwrap();
    key.seal(value, &Dice::new(place.number)).unwrap()
}

fn open(keyring: &Keyring, place: ItemPlace, sealed: &[u8]) -> Option<Vec<u8>> {
    let keys = keyring.person(place.person).unwrap()?;
    let key = keyring.item(&keys, &place).unwrap()?;
    Some(key.open(sealed).unwrap().to_vec())
}

fn everything(people: std::ops::Range<u32>) -> Vec<Creation> {
    let mut creations = vec![
        Creation::ClassDay(CLASS, Day(1)),
        Creation::ClassDay(CLASS, Day(2)),
    ];
    for number in people {
        creations.push(Creation::Person(person(number)));
        creations.push(Creation::PersonClass(person(number), MOVING));
    }
    creations
}

#[test]
fn keys_survive_closing_and_opening() {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&everything(0..300)).unwrap();
    let places = [item(person(7), 1, Some(Day(2))), item(person(7), 2, None)];
    let sealed = places.map(|place| seal(&keyring, place, b"value"));
    let index = keyring.index().blind("email", "ada@example.com");
    drop(keyring);
    let keyring = bench.open();
    for (place, sealed) in places.into_iter().zip(&sealed) {
        assert_eq!(open(&keyring, place, sealed).unwrap(), b"value");
    }
    assert_eq!(keyring.index().blind("email", "ada@example.com"), index);
    assert!(
        !keyring
            .ledger()
            .bytes()
            .iter()
            .eq(keyring.outgoing().bytes())
    );
    assert_eq!(keyring.check().unwrap(), 600 + 2 + 3);
    // More people than the cache holds: all are found, none twice made.
    keyring.create(&everything(0..300)).unwrap();
    assert!((0..300).all(|number| keyring.knows(person(number))));
    assert_eq!(open(&keyring, places[0], &sealed[0]).unwrap(), b"value");
}

#[test]
fn what_is_destroyed_opens_no_more_even_with_rows_of_before() {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&everything(0..3)).unwrap();
    let places: Vec<ItemPlace> = (0..3)
        .flat_map(|number| {
            let who = person(number);
            [
                item(who, 1, Some(Day(1))),
                item(who, 2, Some(Day(2))),
                item(who, 3, None),
            ]
        })
        .collect();
    // The rows are a backup of the vault: they stay while the keyring goes on.
    let rows: Vec<Vec<u8>> = places
        .iter()
        .map(|place| seal(&keyring, *place, b"v"))
        .collect();
    let opening = |keyring: &Keyring| -> Vec<bool> {
        let opens = |(place, row): (&ItemPlace, &Vec<u8>)| open(keyring, *place, row).is_some();
        places.iter().zip(&rows).map(opens).collect()
    };
    let check = |keyring: &Keyring, expected: [bool; 9]| {
        assert_eq!(opening(keyring), expected);
        assert_eq!(
            opening(&bench.copy().open()),
            expected,
            "after a loss of power"
        );
    };
    let (o, x) = (true, false);
    check(&keyring, [o, o, o, o, o, o, o, o, o]);
    keyring.destroy_person(&[person(0)]).unwrap();
    check(&keyring, [x, x, x, o, o, o, o, o, o]);
    keyring
        .destroy_person_class(&[(person(1), MOVING)])
        .unwrap();
    check(&keyring, [x, x, x, o, o, x, o, o, o]);
    assert_eq!(keyring.destroy_class_days(CLASS, Day(1)).unwrap(), [Day(1)]);
    check(&keyring, [x, x, x, x, o, x, x, o, o]);
    assert_eq!(keyring.destroy_class_days(CLASS, Day(9)).unwrap(), [Day(2)]);
    check(&keyring, [x, x, x, x, x, x, x, x, o]);
    assert!(
        keyring
            .destroy_class_days(CLASS, Day(9))
            .unwrap()
            .is_empty()
    );
    keyring.check().unwrap();
}

#[test]
fn a_class_key_is_not_made_for_somebody_erased() {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&everything(0..1)).unwrap();
    keyring.destroy_person(&[person(0)]).unwrap();
    keyring
        .create(&[Creation::PersonClass(person(0), MOVING)])
        .unwrap();
    assert!(!keyring.knows(person(0)));
    assert_eq!(keyring.check().unwrap(), 2 + 3);
}

#[test]
fn no_byte_of_a_destroyed_key_stays_in_any_file() {
    let bench = Bench::new();
    let keyring = bench.open();
    let dice = Dice::new(77);
    let (mut next, mut alive) = (0, BTreeSet::new());
    let mut ever: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    for round in 0..40 {
        let made: Vec<u32> = (next..next + 1 + dice.below(60) as u32).collect();
        next += made.len() as u32;
        keyring.create(&everything(made[0]..next)).unwrap();
        keyring
            .create(&[Creation::ClassDay(CLASS, Day(round))])
            .unwrap();
        alive.extend(made);
        ever.extend(keyring.rows());
        let some: Vec<u32> = alive
            .iter()
            .copied()
            .filter(|_| dice.below(3) == 0)
            .collect();
        let people: Vec<PersonId> = some.iter().map(|number| person(*number)).collect();
        alive.retain(|number| !some.contains(number));
        keyring.destroy_person(&people).unwrap();
        keyring.destroy_class_days(CLASS, Day(round - 5)).unwrap();
    }
    keyring.destroy_class_days(CLASS, Day(i32::MAX)).unwrap();
    let left = keyring.rows();
    assert!(left.len() > 50 && ever.len() > 2 * left.len());
    assert_eq!(
        bench.holds(left.values()),
        left.len(),
        "the search itself fails"
    );
    let destroyed = ever.iter().filter(|(place, _)| !left.contains_key(*place));
    assert_eq!(bench.holds(destroyed.map(|(_, wrapped)| wrapped)), 0);
    keyring.check().unwrap();
}

#[test]
fn pending_names_whom_a_crash_left_in_between() {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&everything(0..3)).unwrap();
    let all = |keyring: &Keyring| {
        keyring
            .pending()
            .unwrap()
            .into_iter()
            .collect::<BTreeMap<_, _>>()
            .len()
    };
    assert_eq!(all(&keyring), 3);
    keyring.settle(&[person(0), person(1)], Pending::Created);
    assert_eq!(
        all(&bench.copy().open()),
        3,
        "settling is not durable by itself"
    );
    keyring
        .create(&[Creation::ClassDay(CLASS, Day(7))])
        .unwrap();
    assert_eq!(
        bench.copy().open().pending().unwrap(),
        [(person(2), Pending::Created)]
    );
    // A settled creation does not settle the erasure that follows it.
    keyring.settle(&[person(2)], Pending::Created);
    keyring.destroy_person(&[person(2)]).unwrap();
    assert_eq!(
        bench.copy().open().pending().unwrap(),
        [(person(2), Pending::Erased)]
    );
    keyring.settle(&[person(2)], Pending::Erased);
    assert!(keyring.pending().unwrap().is_empty());
    assert!(bench.copy().open().pending().unwrap().is_empty());
}

/// Creates person 1 and destroys person 0 beside each other, one of them with a fault; what a
/// restart finds.
#[track_caller]
fn check_crash(creating: bool, fault: Fault, knows: [bool; 2], pending: &[(u32, Pending)]) {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&[Creation::Person(person(0))]).unwrap();
    keyring.settle(&[person(0)], Pending::Created);
    keyring.pending().unwrap();
    keyring.fail_next(fault);
    let failed = match creating {
        true => keyring.create(&[Creation::Person(person(1))]).is_err(),
        false => keyring.destroy_person(&[person(0)]).is_err(),
    };
    assert!(failed);
    // The running server and one started after a loss of power say the same.
    for keyring in [&keyring, &bench.copy().open()] {
        assert_eq!([0, 1].map(|number| keyring.knows(person(number))), knows);
        let expected: Vec<_> = pending
            .iter()
            .map(|(number, what)| (person(*number), *what))
            .collect();
        assert_eq!(keyring.pending().unwrap(), expected);
        keyring.check().unwrap();
    }
    // Trying again succeeds whatever the fault left.
    keyring.create(&[Creation::Person(person(1))]).unwrap();
    keyring.destroy_person(&[person(0)]).unwrap();
    let expected = [false, true];
    assert_eq!([0, 1].map(|number| keyring.knows(person(number))), expected);
    assert_eq!(
        [0, 1].map(|number| bench.copy().open().knows(person(number))),
        expected
    );
}

#[test]
fn each_durable_step_may_be_lost_or_persist_anyway() {
    check_crash(true, Fault::Lost, [true, false], &[]);
    check_crash(
        true,
        Fault::PersistedAnyway,
        [true, true],
        &[(1, Pending::Created)],
    );
    check_crash(false, Fault::Lost, [true, false], &[]);
    check_crash(
        false,
        Fault::PersistedAnyway,
        [false, false],
        &[(0, Pending::Erased)],
    );
    check_crash(
        false,
        Fault::LogNotEmptied,
        [false, false],
        &[(0, Pending::Erased)],
    );
}

#[test]
fn rotation_changes_every_wrapping_and_no_key() {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&everything(0..70)).unwrap();
    let place = item(person(3), 1, Some(Day(1)));
    let sealed = seal(&keyring, place, b"value");
    let before = keyring.rows();
    let wrapping_before = keyring.shelf.wrapping().unwrap();
    let mut seen = Vec::new();
    let mut next = 1000;
    keyring
        .rotate(Timestamp::UNIX_EPOCH, &mut |progress| {
            // Life goes on meanwhile.
            keyring.create(&[Creation::Person(person(next))]).unwrap();
            assert_eq!(open(&keyring, place, &sealed).unwrap(), b"value");
            keyring.people.clear();
            next += 1;
            seen.push(progress.done);
        })
        .unwrap();
    assert!(seen.len() > 3 && seen.is_sorted(), "{seen:?}");
    for keyring in [&keyring, &bench.open()] {
        assert!(!keyring.is_rotating());
        assert_eq!(open(keyring, place, &sealed).unwrap(), b"value");
        keyring.check().unwrap();
    }
    assert!((1000..next).all(|number| keyring.knows(person(number))));
    assert!(
        keyring
            .rows()
            .values()
            .all(|it| place::wrapped_version(it) == Some(2))
    );
    assert_eq!(bench.holds(before.values()), 0);
    assert_eq!(bench.holds([&wrapping_before[0].wrapped]), 0);
}

#[test]
fn a_rotation_is_resumed_where_it_broke_off() {
    for broken_at in 0..6 {
        for fault in [Fault::Lost, Fault::PersistedAnyway, Fault::LogNotEmptied] {
            let bench = Bench::new();
            let keyring = bench.open();
            keyring.create(&everything(0..60)).unwrap();
            let mut step = 0;
            if broken_at == 0 {
                keyring.fail_next(fault);
            }
            let rotated = keyring.rotate(Timestamp::UNIX_EPOCH, &mut |_| {
                step += 1;
                if step == broken_at {
                    keyring.fail_next(fault);
                }
            });
            let copy = bench.copy();
            for keyring in [&keyring, &copy.open()] {
                keyring.check().unwrap();
                keyring.writer().fault = None;
                if keyring.is_rotating() || rotated.is_err() {
                    keyring.rotate(Timestamp::UNIX_EPOCH, &mut |_| {}).unwrap();
                }
                assert!(!keyring.is_rotating());
                let current = keyring.wrapping.read().unwrap().current();
                assert!(
                    keyring
                        .rows()
                        .values()
                        .all(|it| place::wrapped_version(it) == Some(current))
                );
                assert_eq!(keyring.check().unwrap(), 120 + 2 + 3);
            }
        }
    }
}

#[test]
fn a_root_key_can_be_replaced() {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&everything(0..2)).unwrap();
    let place = item(person(0), 1, None);
    let sealed = seal(&keyring, place, b"value");
    let words = |text: &str| Root::Passphrase(text.to_owned().into());
    let roots = [
        Root::File(bench.path("second.key")),
        words("five plain words will do"),
    ];
    let mut old = bench.root();
    for new in roots {
        keyring.rotate_root(&new).unwrap();
        keyring.check().unwrap();
        keyring.rotate(Timestamp::UNIX_EPOCH, &mut |_| {}).unwrap();
        let copy = bench.copy();
        let opened = copy.try_open(&new, false).ok().unwrap();
        assert_eq!(open(&opened, place, &sealed).unwrap(), b"value");
        drop(opened);
        assert!(!copy.said(&old, false).is_empty());
        old = new;
    }
    let said = bench.copy().said(&words("five other words will do"), false);
    assert!(
        said.contains("this root key did not make this keyring"),
        "{said}"
    );
}

#[test]
fn a_copy_is_replaced_and_opens_with_the_same_root() {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&everything(0..50)).unwrap();
    let place = item(person(1), 1, Some(Day(1)));
    let sealed = seal(&keyring, place, b"value");
    let erased = keyring
        .rows()
        .remove(&Place::Person(person(0)).to_bytes())
        .unwrap();
    let elsewhere = Bench::new();
    fs::copy(bench.path("root.key"), elsewhere.path("root.key")).unwrap();
    keyring.copy_to(&elsewhere.path("keyring.db")).unwrap();
    assert_eq!(elsewhere.holds([&erased]), 1);
    keyring.destroy_person(&[person(0)]).unwrap();
    keyring.copy_to(&elsewhere.path("keyring.db")).unwrap();
    assert_eq!(elsewhere.holds([&erased]), 0);
    assert_eq!(fs::read_dir(elsewhere.folder.path()).unwrap().count(), 2);
    let rights = fs::metadata(elsewhere.path("keyring.db"))
        .unwrap()
        .permissions();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&rights) & 0o777,
        0o600
    );
    let copy = elsewhere.try_open(&elsewhere.root(), false).ok().unwrap();
    assert_eq!(open(&copy, place, &sealed).unwrap(), b"value");
    assert!(!copy.knows(person(0)));
    copy.check().unwrap();
    let said = keyring
        .copy_to(&bench.path("no such folder/keyring.db"))
        .unwrap_err()
        .to_string();
    assert!(said.contains("cannot be copied to"), "{said}");
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let check = |said: String, expected: &str| assert!(said.contains(expected), "{said}");
    let bench = Bench::new();
    check(
        bench.said(&bench.root(), false),
        "keyring.db is missing: nothing stored can be read",
    );
    assert_eq!(
        fs::read_dir(bench.folder.path()).unwrap().count(),
        0,
        "nothing is made"
    );
    drop(bench.open());
    assert!(bench.said(&bench.root(), false).is_empty());

    let other = Bench::new();
    drop(other.open());
    fs::remove_file(other.path("root.key")).unwrap();
    fs::write(
        other.path("root.key"),
        "kept root key 1\n".to_owned() + &"A".repeat(43) + "=\n",
    )
    .unwrap();
    chmod(&other.path("root.key"));
    check(
        other.said(&other.root(), true),
        "this root key did not make this keyring",
    );
    fs::remove_file(other.path("root.key")).unwrap();
    check(
        other.said(&other.root(), true),
        "root.key is missing: nothing stored can be read without it",
    );
    assert!(
        !other.path("root.key").exists(),
        "a new root key would be of no use"
    );
    check(
        other.said(&Root::Passphrase("x".repeat(20).into()), false),
        "not made with a passphrase",
    );

    fs::write(bench.path("keyring.db"), b"").unwrap();
    check(bench.said(&bench.root(), false), "keyring.db is missing");
    fs::write(
        bench.path("keyring.db"),
        b"a text about something else, long enough to be one",
    )
    .unwrap();
    check(bench.said(&bench.root(), true), "restore its backup");
}

fn replace(keyring: &Keyring, place: &[u8], wrapped: &[u8]) {
    let (place, wrapped) = (place.to_vec(), wrapped.to_vec());
    let replace = shelf::Change::Replace { place, wrapped };
    keyring.shelf.change(&[replace]).unwrap();
}

fn chmod(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Applies a statement to the file behind the keyring's back; the check must name `expected`.
#[track_caller]
fn check_damage(statement: &str, expected: &str) {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&everything(0..2)).unwrap();
    keyring.settle(&[person(0)], Pending::Created);
    keyring.destroy_class_days(CLASS, Day(1)).unwrap();
    keyring.check().unwrap();
    let behind = rusqlite::Connection::open(bench.path("keyring.db")).unwrap();
    behind.execute_batch(statement).unwrap();
    drop(behind);
    let found = match bench.try_open(&bench.root(), false) {
        Ok(reopened) => reopened.check().err(),
        Err(failure) => Some(failure),
    };
    let said = found.map(|it| it.to_string()).unwrap_or_default();
    assert!(
        said.starts_with("storage is damaged") && said.contains(expected),
        "{statement}: {said}"
    );
}

#[test]
fn no_flipped_byte_of_a_wrapped_key_goes_unnoticed() {
    let bench = Bench::new();
    let keyring = bench.open();
    keyring.create(&everything(0..1)).unwrap();
    for (place, wrapped) in keyring.rows() {
        for at in 0..place::WRAPPED_LENGTH {
            let mut flipped = wrapped.clone();
            flipped[at] ^= 1;
            replace(&keyring, &place, &flipped);
            let said = keyring.check().unwrap_err().to_string();
            let expected = place::does_not_open(&place).to_string();
            assert_eq!(said, expected, "byte {at}");
        }
        replace(&keyring, &place, &wrapped);
        keyring.check().unwrap();
    }
}

#[test]
fn damage_is_named_by_its_place() {
    let of = |place: Place| {
        let place = data_encoding::HEXLOWER.encode(&place.to_bytes());
        format!("(SELECT slot FROM key WHERE place = x'{place}')")
    };
    let (one, other) = (person(0), person(1));
    let [a, b] = [one, other].map(|it| of(Place::Person(it)));
    let moving = of(Place::PersonClass(other, MOVING));
    check_damage(
        &format!("UPDATE slot SET wrapped = zeroblob(65) WHERE number = {moving}"),
        &format!("key of person {other} and class 6 does not open"),
    );
    check_damage(
        &format!("UPDATE key SET slot = slot - 1 WHERE slot = {b}"),
        "tally",
    );
    check_damage(&format!("DELETE FROM slot WHERE number = {a}"), "tally");
    let hex = |place: Place| data_encoding::HEXLOWER.encode(&place.to_bytes());
    let [from, to] = [MOVING, Word(7)].map(|class| hex(Place::PersonClass(other, class)));
    check_damage(
        &format!("UPDATE key SET place = x'{to}' WHERE place = x'{from}'"),
        &format!("key of person {other} and class 7 does not open"),
    );
    check_damage(
        "UPDATE key SET place = x'0200000005ffffffff' WHERE place = x'020000000580000002'",
        "class 5 and day",
    );
    check_damage(
        "UPDATE key SET place = x'09' WHERE place = x'020000000580000002'",
        "unknown kind",
    );
    check_damage("DELETE FROM key WHERE place = x'0301'", "blind indexes");
    check_damage(
        "UPDATE slot SET wrapped = zeroblob(64) || x'01' WHERE number = (SELECT number FROM free)",
        "1 not empty",
    );
    check_damage(
        "UPDATE wrapping SET wrapped = zeroblob(61)",
        "wrapping key is damaged",
    );
    check_damage(
        "UPDATE wrapping SET root = zeroblob(16)",
        "note of its root key is damaged",
    );
    check_damage("UPDATE wrapping SET version = 2", "wrapping key is damaged");
    check_damage("DELETE FROM wrapping", "list of wrapping keys");
    check_damage("UPDATE pending SET what = 3", "means nothing");
    check_damage("UPDATE pending SET what = 2", "journal contradicts");
    check_damage(
        "UPDATE pending SET person = x'ffffffffffffffffffffffffffffffff'",
        "journal contradicts",
    );
    check_damage(
        "INSERT INTO setting VALUES ('stretching', x'00')",
        "note of its passphrase",
    );
}

#[test]
fn readers_never_see_a_destroyed_key_again() {
    let bench = Bench::new();
    let keyring = bench.open();
    let people: Vec<PersonId> = (0..400).map(person).collect();
    keyring
        .create(
            &people
                .iter()
                .map(|it| Creation::Person(*it))
                .collect::<Vec<_>>(),
        )
        .unwrap();
    let gone = std::sync::atomic::AtomicUsize::new(0);
    let order = std::sync::atomic::Ordering::SeqCst;
    std::thread::scope(|scope| {
        for seed in 0..3 {
            let (keyring, people, gone) = (&keyring, &people, &gone);
            scope.spawn(move || {
                let dice = Dice::new(seed);
                while gone.load(order) < people.len() {
                    let before = gone.load(order);
                    let number = dice.below(people.len());
                    let known = keyring.knows(people[number]);
                    assert!(!known || number >= before, "{number} is back");
                    assert!(
                        known || number < gone.load(order) + 20,
                        "{number} went too early"
                    );
                }
            });
        }
        for batch in people.chunks(20) {
            keyring.destroy_person(batch).unwrap();
            gone.fetch_add(batch.len(), order);
        }
    });
    assert!(people.iter().all(|it| !keyring.knows(*it)));
}

/// What the keyring should hold: a sealed value for everybody and everything that lives.
#[derive(Default)]
struct Model {
    /// Of each person: where a value stands, as sealed, and whether its key is still there.
    people: BTreeMap<u32, Vec<(ItemPlace, Vec<u8>, bool)>>,
    moving: BTreeSet<u32>,
    days: BTreeSet<i32>,
}

impl Model {
    /// One change of both, drawn by lot; it may fail and be tried again.
    fn step(&mut self, keyring: &Keyring, dice: &Dice) {
        let (number, day) = (dice.below(12) as u32, dice.below(6) as i32);
        let who = person(number);
        let fault = [Fault::Lost, Fault::PersistedAnyway, Fault::LogNotEmptied];
        if dice.below(4) == 0 {
            keyring.fail_next(fault[dice.below(3)]);
        }
        let attempt = |change: &dyn Fn() -> Result<(), Failure>| {
            let _ = change();
            keyring.writer().fault = None;
            change().unwrap();
        };
        match dice.below(8) {
            0 | 1 => {
                let day = Day(day);
                let creations = [
                    Creation::ClassDay(CLASS, day),
                    Creation::Person(who),
                    Creation::PersonClass(who, MOVING),
                ];
                attempt(&|| keyring.create(&creations));
                let values = self.people.entry(number).or_default();
                for anchor in [Some(day), None] {
                    let place = item(who, values.len() as u32, anchor);
                    values.push((place, seal(keyring, place, b"value"), true));
                }
                self.moving.insert(number);
                self.days.insert(day.0);
            }
            2 | 3 => {
                attempt(&|| keyring.destroy_person(&[who]));
                self.people.remove(&number);
                self.moving.remove(&number);
            }
            4 => {
                attempt(&|| keyring.destroy_person_class(&[(who, MOVING)]));
                self.moving.remove(&number);
                for (place, _, lives) in self.people.values_mut().flatten() {
                    *lives &= place.anchor.is_some() || place.person != who;
                }
            }
            5 => {
                attempt(&|| keyring.destroy_class_days(CLASS, Day(day)).map(|_| ()));
                self.days.retain(|other| *other > day);
                for (place, _, lives) in self.people.values_mut().flatten() {
                    *lives &= place.anchor.is_none_or(|anchor| anchor.0 > day);
                }
            }
            6 => attempt(&|| keyring.rotate(Timestamp::UNIX_EPOCH, &mut |_| {})),
            _ => keyring.settle(&[who], [Pending::Created, Pending::Erased][dice.below(2)]),
        }
        keyring.writer().fault = None;
    }

    /// Whether a keyring holds this and nothing else.
    fn check(&self, keyring: &Keyring) {
        keyring.check().unwrap();
        for number in 0..12 {
            let known = keyring.person(person(number)).unwrap();
            assert_eq!(known.is_some(), self.people.contains_key(&number));
            let moving = known.is_some_and(|keys| keys.class(MOVING).is_some());
            assert_eq!(moving, self.moving.contains(&number));
        }
        for day in 0..6 {
            let known = keyring.class_day(CLASS, Day(day)).unwrap().is_some();
            assert_eq!(known, self.days.contains(&day));
        }
        for (place, sealed, lives) in self.people.values().flatten() {
            let keys = keyring.person(place.person).unwrap().unwrap();
            let key = keyring.item(&keys, place).unwrap();
            let opens = key.is_some_and(|key| key.open(sealed).is_ok());
            assert_eq!(opens, *lives, "{place:?}");
        }
    }
}

#[test]
fn fuzz_keyring_against_a_model() {
    let seconds = std::env::var("KEPT_FUZZ_SECONDS")
        .ok()
        .and_then(|it| it.parse().ok());
    let length = std::time::Duration::from_secs(seconds.unwrap_or(1));
    let began = std::time::Instant::now();
    let mut seed = std::time::SystemTime::UNIX_EPOCH
        .elapsed()
        .unwrap()
        .as_nanos() as u32;
    while began.elapsed() < length {
        seed = seed.wrapping_add(1);
        println!("seed {seed}");
        let (bench, dice, mut model) = (Bench::new(), Dice::new(seed), Model::default());
        let mut keyring = bench.open();
        for _ in 0..30 {
            model.step(&keyring, &dice);
            model.check(&keyring);
            match dice.below(6) {
                0 => model.check(&bench.copy().open()),
                1 => keyring = bench.open(),
                _ => {}
            }
        }
    }
}
