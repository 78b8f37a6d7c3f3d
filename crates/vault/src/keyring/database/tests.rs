//! What is particular to a keyring in a database: who has it, what breaks, what is found again.

use super::super::conformance::address;
use super::super::{Creation, Keyring, Pending, Progress, Settings};
use super::*;
use crate::dice::Dice;
use crate::root::Root;
use crate::store::Word;
use kept_terms::{Day, Timestamp};
use kept_testing::cluster::Cluster;
use std::path::PathBuf;
use tempfile::TempDir;

const CLASS: Word = Word(5);
const MOVING: Word = Word(6);

/// A keyring in a database of its own, and its root key.
struct Bench {
    folder: TempDir,
    at: String,
}

impl Bench {
    fn new(cluster: &Cluster) -> Bench {
        Bench {
            folder: TempDir::new().unwrap(),
            at: cluster.database(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn try_open(&self, settings: Settings) -> Result<Keyring, Failure> {
        let root = Root::File(self.path("root.key"));
        // No two openings draw the same keys.
        static OPENED: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let seed = OPENED.fetch_add(1, Ordering::Relaxed);
        let dice = Arc::new(Dice::new(seed));
        let at = address(self.at.clone());
        Keyring::open_in(&at, &root, dice, Timestamp::UNIX_EPOCH, settings)
    }

    fn open(&self) -> Keyring {
        let settings = Settings {
            may_create: true,
            ..Settings::default()
        };
        self.try_open(settings)
            .unwrap_or_else(|failure| panic!("{failure}"))
    }

    fn said(&self, settings: Settings) -> String {
        self.try_open(settings).err().unwrap().to_string()
    }

    /// Says something to the database past the keyring.
    fn say(&self, sql: &'static str) {
        let other = Database::open(&address(self.at.clone()), "elsewhere", true).unwrap();
        let client = other.moment().unwrap();
        other.say(&client, "ROLLBACK").unwrap();
        other.say(&client, sql).unwrap();
    }
}

fn person(number: u8) -> PersonId {
    PersonId([number; 16])
}

fn everything() -> Vec<Creation> {
    let mut creations = vec![
        Creation::ClassDay(CLASS, Day(1)),
        Creation::ClassDay(CLASS, Day(2)),
    ];
    for number in 0..60 {
        creations.push(Creation::Person(person(number)));
        creations.push(Creation::PersonClass(person(number), MOVING));
    }
    creations
}

fn knows(keyring: &Keyring, number: u8) -> bool {
    keyring.person(person(number)).unwrap().is_some()
}

#[test]
fn keys_are_made_destroyed_and_rewrapped_as_in_a_file() {
    let bench = Bench::new(Cluster::shared());
    assert!(
        bench
            .said(Settings::default())
            .contains("missing from its database")
    );
    let keyring = bench.open();
    assert!(keyring.is_unused().unwrap());
    keyring.create(&everything()).unwrap();
    assert_eq!(keyring.pending().unwrap().len(), 60);
    let people: Vec<PersonId> = (0..60).map(person).collect();
    keyring.settle(&people, Pending::Created);
    let index = keyring.index().blind("email", "ada@example.com");
    keyring.destroy_person(&[person(1), person(2)]).unwrap();
    keyring
        .destroy_person_class(&[(person(3), MOVING)])
        .unwrap();
    assert_eq!(keyring.count_class_days(CLASS, Day(9)).unwrap(), 2);
    assert_eq!(keyring.destroy_class_days(CLASS, Day(1)).unwrap(), [Day(1)]);
    let mut seen = Vec::new();
    let mut progress = |so_far: Progress| seen.push(so_far.done);
    keyring
        .rotate(Timestamp::UNIX_EPOCH, &mut progress)
        .unwrap();
    assert!(seen.len() > 2 && seen.is_sorted(), "{seen:?}");
    let new = Root::File(bench.path("new.key"));
    keyring.rotate_root(&new).unwrap();
    drop(keyring);
    assert!(
        bench
            .said(Settings::default())
            .contains("did not make this keyring")
    );
    std::fs::rename(bench.path("new.key"), bench.path("root.key")).unwrap();
    let keyring = bench.open();
    assert_eq!(keyring.index().blind("email", "ada@example.com"), index);
    assert_eq!(keyring.check().unwrap(), 2 * 58 - 1 + 1 + 3);
    assert_eq!(
        [0, 1, 2, 3].map(|it| knows(&keyring, it)),
        [true, false, false, true]
    );
    let expected = [1, 2].map(|it| (person(it), Pending::Erased));
    assert_eq!(keyring.pending().unwrap(), expected);
    assert_eq!(keyring.destructions().unwrap(), 3);
}

#[test]
fn one_has_it_or_those_that_share_it() {
    let bench = Bench::new(Cluster::shared());
    let shared = Settings {
        shared: true,
        ..Settings::default()
    };
    let alone = bench.open();
    for settings in [Settings::default(), shared] {
        let said = bench.said(settings);
        assert!(
            said.contains("another server has the keyring's database"),
            "{said}"
        );
    }
    drop(alone);
    let one = bench.try_open(shared).unwrap();
    let other = bench.try_open(shared).unwrap();
    // What one makes or destroys holds for the other at once.
    one.create(&everything()).unwrap();
    assert!(knows(&other, 7));
    other.destroy_person(&[person(7)]).unwrap();
    assert!(!knows(&one, 7));
    one.create(&[Creation::PersonClass(person(7), MOVING)])
        .unwrap();
    assert_eq!(other.check().unwrap(), 2 * 59 + 2 + 3);
    assert!(bench.said(Settings::default()).contains("another server"));
}

#[test]
fn a_database_of_rows_is_no_place_for_keys() {
    let bench = Bench::new(Cluster::shared());
    bench.say("CREATE SCHEMA rows; CREATE TABLE rows.ledger_end (one smallint)");
    let settings = Settings {
        may_create: true,
        ..Settings::default()
    };
    let said = bench.said(settings);
    assert!(said.contains("is that of the rows"), "{said}");
    assert!(!bench.path("root.key").exists(), "no key was made");
}

#[test]
fn a_copy_opens_as_a_file_and_goes_back_into_a_database() {
    let bench = Bench::new(Cluster::shared());
    let keyring = bench.open();
    keyring.create(&everything()).unwrap();
    keyring.destroy_person(&[person(1)]).unwrap();
    let copy = bench.path("copy.db");
    keyring.copy_to(&copy).unwrap();
    let index = keyring.index().blind("email", "ada@example.com");
    drop(keyring);
    let root = Root::File(bench.path("root.key"));
    let dice = Arc::new(Dice::new(99));
    let settings = Settings::default();
    let file = Keyring::open(&copy, &root, dice, Timestamp::UNIX_EPOCH, settings).unwrap();
    assert_eq!(file.check().unwrap(), 2 * 59 + 2 + 3);
    assert_eq!(file.destructions().unwrap(), 1);
    assert!(!knows(&file, 1) && knows(&file, 2));
    drop(file);

    let taken = Keyring::put_into(&copy, &address(bench.at.clone()));
    assert!(
        taken
            .unwrap_err()
            .to_string()
            .contains("holds a keyring already")
    );
    let other = Bench {
        folder: bench.folder,
        at: Cluster::shared().database(),
    };
    Keyring::put_into(&copy, &address(other.at.clone())).unwrap();
    let keyring = other.open();
    assert_eq!(keyring.check().unwrap(), 2 * 59 + 2 + 3);
    assert_eq!(keyring.index().blind("email", "ada@example.com"), index);
    assert!(!knows(&keyring, 1) && knows(&keyring, 2));
}

#[test]
fn connections_that_are_cut_are_made_anew() {
    let bench = Bench::new(Cluster::shared());
    let keyring = bench.open();
    keyring.create(&everything()).unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for number in 0..5 {
        bench.say(cut);
        keyring.destroy_person(&[person(number)]).unwrap();
        bench.say(cut);
        assert!(!knows(&keyring, number) && knows(&keyring, 50));
        keyring.people.clear();
    }
    assert_eq!(keyring.check().unwrap(), 2 * 55 + 2 + 3);
}

#[test]
fn a_destruction_that_is_cut_off_in_the_middle_is_done_whole_or_not_at_all() {
    let bench = Bench::new(Cluster::shared());
    let keyring = bench.open();
    keyring.create(&everything()).unwrap();
    let before = keyring.check().unwrap();
    // Somebody holds a row, so that the destruction has begun and waits.
    let other = Database::open(&address(bench.at.clone()), "elsewhere", true).unwrap();
    let client = other.moment().unwrap();
    other.say(&client, "ROLLBACK").unwrap();
    let hold = "BEGIN; SET idle_in_transaction_session_timeout TO 0;
        SELECT FROM kept_keyring.key WHERE place = decode('01' || repeat('05', 16), 'hex')
        FOR UPDATE";
    other.say(&client, hold).unwrap();
    let destroyed = std::thread::scope(|scope| {
        let destroying = scope.spawn(|| keyring.destroy_person(&[person(4), person(5)]));
        // The wait is looked for until it is there, and then ended together with its connection.
        bench.say(
            "DO $$ DECLARE ended bigint := 0; BEGIN WHILE ended = 0 LOOP
                PERFORM pg_sleep(0.01);
                PERFORM pg_stat_clear_snapshot();
                SELECT count(pg_terminate_backend(pid)) INTO ended FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                    AND query LIKE 'DELETE FROM key%';
            END LOOP; END $$",
        );
        destroying.join().unwrap()
    });
    assert!(
        matches!(destroyed, Err(Failure::Unavailable(_))),
        "{destroyed:?}"
    );
    other.say(&client, "COMMIT").unwrap();
    assert_eq!(
        (keyring.destructions().unwrap(), keyring.check().unwrap()),
        (0, before)
    );
    assert!(knows(&keyring, 4) && knows(&keyring, 5));
    keyring.destroy_person(&[person(4), person(5)]).unwrap();
    assert!(!knows(&keyring, 4) && !knows(&keyring, 5) && knows(&keyring, 6));
    assert_eq!(
        (keyring.destructions().unwrap(), keyring.check().unwrap()),
        (1, before - 4)
    );
}

#[test]
fn a_server_that_is_killed_loses_nothing_that_was_done() {
    let cluster = Cluster::new();
    let bench = Bench::new(&cluster);
    let keyring = bench.open();
    keyring.create(&everything()).unwrap();
    for number in 0..3 {
        keyring.destroy_person(&[person(number)]).unwrap();
        cluster.kill();
        cluster.start();
        keyring.people.clear();
        for other in 0..6 {
            assert_eq!(knows(&keyring, other), other > number);
        }
    }
    // Killed in the middle of a rotation, which is then gone on with.
    let mut steps = 0;
    let rotated = keyring.rotate(Timestamp::UNIX_EPOCH, &mut |_| {
        steps += 1;
        if steps == 2 {
            cluster.kill();
            cluster.start();
        }
    });
    if rotated.is_err() {
        assert!(keyring.is_rotating());
        drop(keyring);
        let keyring = bench.open();
        assert!(keyring.is_rotating());
        keyring.rotate(Timestamp::UNIX_EPOCH, &mut |_| {}).unwrap();
        assert!(!keyring.is_rotating());
        assert_eq!(keyring.check().unwrap(), 2 * 57 + 2 + 3);
    } else {
        assert!(!keyring.is_rotating());
        assert_eq!(keyring.check().unwrap(), 2 * 57 + 2 + 3);
    }
}

#[test]
fn whoever_was_shut_out_destroys_nothing_more() {
    let bench = Bench::new(Cluster::shared());
    bench.open().create(&everything()).unwrap();
    let shared = Settings {
        shared: true,
        ..Settings::default()
    };
    let one = bench.try_open(shared).unwrap();
    let other = bench.try_open(shared).unwrap();
    one.act_as(3);
    other.act_as(4);
    other.shut_out(&[3]).unwrap();
    let late = one.destroy_person(&[person(7)]).unwrap_err().to_string();
    assert!(late.contains("locks was lost"), "{late}");
    assert!(one.destroy_class_days(CLASS, Day(99_999)).is_err());
    assert!(knows(&other, 7), "nothing of it is done");
    // It makes keys as before, and destroys as another member.
    let made = [Creation::PersonClass(person(7), Word(60))];
    one.create(&made).unwrap();
    one.act_as(5);
    one.destroy_person(&[person(7)]).unwrap();
    assert!(!knows(&other, 7));
    one.shut_out_before(5).unwrap();
    assert!(other.destroy_class_days(CLASS, Day(99_999)).is_err());
    assert!(
        !one.destroy_class_days(CLASS, Day(99_999))
            .unwrap()
            .is_empty()
    );
}
