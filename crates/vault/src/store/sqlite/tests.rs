//! What is particular to this engine: its file, its lock, its log, and what a crash leaves.

use super::*;
use crate::store::conformance::conformance;
use crate::store::{Expected, StoredItem, Write};
use std::cell::Cell;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let count = Cell::new(0);
    let make = async || {
        count.set(count.get() + 1);
        let folder = folder.path().join(count.get().to_string());
        std::fs::create_dir(&folder).unwrap();
        Sqlite::open(&folder, &Options::default()).unwrap()
    };
    conformance(make).await.unwrap();
}

/// A store in a folder of its own, which goes when the test does.
fn store() -> (tempfile::TempDir, Sqlite) {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path(), &Options::default()).unwrap();
    (folder, store)
}

fn reopen(folder: &Path) -> Result<Sqlite, Failure> {
    Sqlite::open(folder, &Options::default())
}

#[track_caller]
fn check_refused(result: Result<Sqlite, Failure>, expected: &str) {
    let failure = result.err().expect("it opens");
    let text = failure.to_string();
    assert!(text.contains(expected), "expected `{expected}` in `{text}`");
}

fn person(number: u64) -> PersonId {
    PersonId(u128::from(number).to_be_bytes())
}

fn item(number: u32) -> Write {
    Write::PutItem(StoredItem {
        field: Word(1),
        number,
        origin: Word(2),
        class: Word(3),
        anchor: Some(Day(4)),
        sealed: vec![5; 200],
    })
}

fn creation(number: u64, items: u32) -> Commit {
    let mut writes = vec![Write::PutState(vec![1; 50])];
    writes.extend((1..=items).map(item));
    Commit {
        person: Some(person(number)),
        expected: Expected::New,
        absent: Vec::new(),
        writes,
        entry: number.to_be_bytes().to_vec(),
    }
}

#[test]
fn a_second_server_is_refused() {
    let (folder, store) = store();
    check_refused(
        reopen(folder.path()),
        "another server is using this data folder",
    );
    drop(store);
    reopen(folder.path()).unwrap();
}

#[test]
fn files_that_are_not_ours_to_open_are_named() {
    let (folder, store) = store();
    drop(store);
    let path = folder.path().join("vault.db");
    let set = |pragma: &str, value: i64| {
        let file = rusqlite::Connection::open(&path).unwrap();
        file.pragma_update(None, pragma, value).unwrap();
    };
    set("user_version", 7);
    check_refused(
        reopen(folder.path()),
        "has format 7, this program knows formats up to 1",
    );
    set("user_version", 1);
    set("application_id", 5);
    check_refused(reopen(folder.path()), "written by another program");

    std::fs::write(
        &path,
        "not a database, but long enough to look like one".repeat(100),
    )
    .unwrap();
    check_refused(reopen(folder.path()), "damaged");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    check_refused(reopen(folder.path()), "cannot be opened");
    check_refused(reopen(&folder.path().join("missing")), "cannot be opened");
}

#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let read_only = std::fs::Permissions::from_mode(0o500);
    std::fs::set_permissions(folder.path(), read_only).unwrap();
    // The administrator of a machine may write anywhere.
    if std::fs::write(folder.path().join("probe"), "").is_err() {
        check_refused(reopen(folder.path()), "cannot be opened");
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_reopening() {
    let (folder, store) = store();
    let word = store.intern(WordKind::Field, "email").await.unwrap();
    store
        .commit(vec![creation(1, 3), creation(2, 0)])
        .await
        .unwrap();
    store.sequenced(1).await.unwrap();
    drop(store);
    let log = std::fs::metadata(folder.path().join("vault.db-wal"));
    let length = log.map_or(0, |log| log.len());
    assert_eq!(length, 0, "the log is empty after closing");

    let store = reopen(folder.path()).unwrap();
    assert_eq!(store.intern(WordKind::Field, "email").await.unwrap(), word);
    assert_ne!(store.intern(WordKind::Field, "phone").await.unwrap(), word);
    let all = Wanted::Page {
        after: None,
        limit: 9,
    };
    let found = store.person(person(1), all).await.unwrap().unwrap();
    assert_eq!((found.version, found.items.len()), (1, 3));
    assert_eq!(store.staged(0, 9).await.unwrap().len(), 1);
    store.sequenced(2).await.unwrap();
    drop(store);
    // With nothing staged, the count goes on all the same.
    let store = reopen(folder.path()).unwrap();
    let outcomes = store.commit(vec![creation(3, 0)]).await.unwrap();
    assert_eq!(outcomes, [Outcome::Done(2)]);
    assert_eq!(store.figures().await.unwrap().people, 3);
    store.check().await.unwrap();
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_halves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        bytes_max: Some(1 << 20),
        ..Options::default()
    };
    let store = Sqlite::open(folder.path(), &options).unwrap();
    let mut stored = 0;
    let failure = loop {
        match store.commit(vec![creation(stored, 10)]).await {
            Ok(outcomes) => assert_eq!(outcomes, [Outcome::Done(stored)]),
            Err(failure) => break failure,
        }
        stored += 1;
        assert!(stored < 10_000, "it fills");
    };
    assert!(failure.to_string().contains("full"), "{failure}");
    let refused = store.commit(vec![creation(stored, 10)]).await;
    assert!(
        matches!(refused, Err(Failure::Unavailable(_))),
        "{refused:?}"
    );
    assert_eq!(store.figures().await.unwrap().people, stored);
    assert_eq!(store.staged(0, 99_999).await.unwrap().len() as u64, stored);
    store.check().await.unwrap();
    drop(store);

    // With room, it goes on where it was.
    let store = reopen(folder.path()).unwrap();
    let outcomes = store.commit(vec![creation(stored, 10)]).await.unwrap();
    assert_eq!(outcomes, [Outcome::Done(stored)]);
    store.check().await.unwrap();
}

#[test]
fn errors_are_told_without_what_was_stored() {
    use rusqlite::ffi;
    let cases = [
        (
            ffi::SQLITE_READONLY,
            "storage is unavailable: the file `vault.db` or its folder is read-only",
        ),
        (
            ffi::SQLITE_IOERR_FSYNC,
            "storage is unavailable: the disk does not read or write",
        ),
        (
            ffi::SQLITE_FULL,
            "storage is unavailable: the disk, or the share of it set aside, is full",
        ),
        (
            ffi::SQLITE_CORRUPT,
            "storage is damaged: the file `vault.db` is not as it was written",
        ),
        (
            ffi::SQLITE_BUSY,
            "storage is unavailable: another program holds the file `vault.db`",
        ),
    ];
    for (code, expected) in cases {
        let secret = Some("UNIQUE constraint failed: ann@example.com".to_owned());
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), secret);
        let text = trouble::failure(error).to_string();
        assert!(text.starts_with(expected) && !text.contains('@'), "{text}");
    }
}

#[tokio::test]
async fn damage_is_found() {
    let (folder, store) = store();
    store
        .commit((0..200).map(|number| creation(number, 10)).collect())
        .await
        .unwrap();
    drop(store);
    let path = folder.path().join("vault.db");
    let whole = std::fs::read(&path).unwrap();
    let pages = whole.len() / 4096;
    let mut found = 0;
    // The first bytes of a page say what it is; none may change unseen.
    for page in 1..pages {
        let mut damaged = whole.clone();
        damaged[page * 4096] ^= 0xff;
        std::fs::write(&path, &damaged).unwrap();
        let result = match reopen(folder.path()) {
            Ok(store) => store.check().await,
            Err(failure) => Err(failure),
        };
        assert!(
            matches!(result, Err(Failure::Corrupt(_))),
            "page {page}: {result:?}"
        );
        found += 1;
    }
    assert!(found > 50, "{found} pages");
}

/// Changes the file behind the store's back: the check says what is wrong then.
#[tokio::test]
async fn each_rule_of_the_check_can_fail() {
    let cases = [
        ("DELETE FROM person", "an item belongs to nobody"),
        (
            "DELETE FROM person; DELETE FROM item",
            "an identifier belongs to nobody",
        ),
        (
            "DELETE FROM person; DELETE FROM item; DELETE FROM identifier",
            "a day that items count from belongs to nobody",
        ),
        (
            "INSERT INTO leftover SELECT person, 0 FROM person",
            "both there and deleted",
        ),
        ("UPDATE person SET version = 0", "no version"),
        ("UPDATE item SET origin = -1", "out of range"),
        (
            "DELETE FROM staged WHERE seq = 2",
            "an entry of the ledger is missing",
        ),
        (
            "DELETE FROM staged WHERE seq = 1",
            "not the next to be sequenced",
        ),
        (
            "UPDATE trail SET bucket = 1",
            "the trail names an entry in the wrong place",
        ),
        (
            "UPDATE figure SET number = 9 WHERE name = -1",
            "the count of people is wrong",
        ),
        (
            "UPDATE figure SET number = 9 WHERE name = 3",
            "the count of a class's items",
        ),
        (
            "INSERT INTO figure VALUES (77, 1)",
            "the count of a class's items",
        ),
        ("INSERT INTO word VALUES (9, 'a', 1)", "a word has no kind"),
        (
            "INSERT INTO record VALUES (99, x'00', x'00')",
            "a record has no kind",
        ),
    ];
    for (sql, expected) in cases {
        let (folder, store) = store();
        let mut more = creation(1, 3);
        more.writes.push(Write::Claim([1; 32]));
        let (class, new) = (Word(3), Some(Day(1)));
        more.writes.push(Write::PutAnchor {
            class,
            old: None,
            new,
        });
        store
            .commit(vec![more, creation(2, 0), creation(3, 0), creation(4, 0)])
            .await
            .unwrap();
        store.sequenced(1).await.unwrap();
        store.check().await.unwrap();
        let file = rusqlite::Connection::open(folder.path().join("vault.db")).unwrap();
        file.execute_batch(sql).unwrap();
        let failure = store.check().await.unwrap_err().to_string();
        assert!(failure.contains(expected), "{sql}: {failure}");
    }
}

#[tokio::test]
async fn a_planned_failure_comes_once_and_as_planned() {
    use crate::store::failing::{Failing, Fault, Step};
    let (_folder, store) = store();
    let store = Failing::new(store);
    let fault = |after, persisted| Fault {
        at: Step::Commit,
        after,
        persisted,
    };
    store.plan(fault(1, false));
    store.plan(fault(2, true));
    let mut results = Vec::new();
    for number in 0..4 {
        results.push(store.commit(vec![creation(number, 0)]).await.is_ok());
    }
    assert_eq!(results, [true, false, false, true]);
    assert!(store.is_spent());
    assert_eq!(store.calls(Step::Commit), 4);
    let there = store.people(None, 9).await.unwrap();
    assert_eq!(
        there,
        [person(0), person(2), person(3)],
        "one was lost, one was not"
    );
}

/// A trigger stands in for whatever can go wrong in the middle of a group.
#[tokio::test]
async fn a_group_that_fails_is_taken_back_whole() {
    let (folder, store) = store();
    store.commit(vec![creation(1, 2)]).await.unwrap();
    let file = rusqlite::Connection::open(folder.path().join("vault.db")).unwrap();
    let fail = "CREATE TRIGGER fail AFTER INSERT ON item WHEN NEW.number = 7
        BEGIN SELECT RAISE(ABORT, 'out of order'); END";
    file.execute_batch(fail).unwrap();
    let result = store.commit(vec![creation(2, 1), creation(3, 9)]).await;
    assert!(matches!(result, Err(Failure::Unavailable(_))), "{result:?}");
    assert_eq!(store.people(None, 9).await.unwrap(), [person(1)]);

    // What failed has left neither a count, nor a gap, nor the wish to stop.
    file.execute_batch("DROP TRIGGER fail").unwrap();
    let outcomes = store.commit(vec![creation(3, 9)]).await.unwrap();
    assert_eq!(outcomes, [Outcome::Done(1)]);
    store.check().await.unwrap();
}

/// A reference that is only looked at when the group is committed makes that very step fail.
#[tokio::test]
async fn after_an_unknown_outcome_nothing_more_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault.db");
    let connection = schema::open_writer(&path, 1024, None).unwrap();
    let fail = "PRAGMA foreign_keys = ON;
        CREATE TABLE there (number INTEGER PRIMARY KEY);
        CREATE TABLE missing (number INTEGER REFERENCES there DEFERRABLE INITIALLY DEFERRED);
        CREATE TRIGGER fail AFTER INSERT ON item WHEN NEW.number = 7
        BEGIN INSERT INTO missing VALUES (1); END";
    connection.execute_batch(fail).unwrap();
    let readers = Arc::new(Readers::open(&path, 1, 1024, 1).unwrap());
    let checkpoints = checkpoint::Checkpoints::start(&path, Arc::clone(&readers)).unwrap();
    let (queue, jobs) = mpsc::channel(8);
    let for_writer = Arc::clone(&readers);
    let work = move || writer::work(connection, jobs, for_writer, checkpoints, 2);
    let writer = std::thread::spawn(work);
    let commit = async |commit: Commit| {
        let (reply, answer) = oneshot::channel();
        let task = Task::Commits(vec![commit]);
        let job = Job {
            task,
            commits: 1,
            bytes: 0,
            span: tracing::Span::none(),
            reply,
        };
        queue.send(job).await.ok().unwrap();
        answer.await.unwrap().map(drop)
    };
    commit(creation(1, 1)).await.unwrap();
    for number in [2, 3] {
        let items = if number == 2 { 9 } else { 1 };
        let failure = commit(creation(number, items))
            .await
            .unwrap_err()
            .to_string();
        assert!(failure.contains("outcome is unknown"), "{failure}");
    }
    drop(queue);
    writer.join().unwrap();
    let people = readers
        .read(|connection, _| queries::people(connection, None, 9))
        .unwrap();
    assert_eq!(people, [person(1)]);
}

/// While everybody reads and writes, the log is begun anew again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_bounded() {
    let (folder, store) = store();
    let store = Arc::new(store);
    let length = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().len();
    let mut written = 0;
    let mut number = 0;
    while written < 5 * (64 << 20) {
        let people = (number..number + 20).map(|number| {
            let mut commit = creation(number, 1);
            commit.writes[0] = Write::PutState(vec![1; 60_000]);
            commit
        });
        store.commit(people.collect()).await.unwrap();
        assert!(
            store
                .person(person(number), Wanted::Nothing)
                .await
                .unwrap()
                .is_some()
        );
        number += 20;
        written += 20 * 60_000;
    }
    let log = length("vault.db-wal");
    assert!(log < 256 << 20, "{log} bytes of log after {written}");
    store.truncate_log().await.unwrap();
    assert_eq!(length("vault.db-wal"), 0);
    assert!(length("vault.db") > written);
}

#[tokio::test]
async fn a_snapshot_of_a_store_since_closed_is_not_believed() {
    let (folder, store) = store();
    store
        .commit((1..9).map(|number| creation(number, 0)).collect())
        .await
        .unwrap();
    let before = store
        .person(person(1), Wanted::Nothing)
        .await
        .unwrap()
        .unwrap();
    drop(store);
    let store = reopen(folder.path()).unwrap();
    let mut change = creation(1, 0);
    change.expected = Expected::Nothing;
    let mut reading = creation(1, 0);
    reading.writes.clear();
    let (version, epoch) = (before.version, before.epoch);
    reading.expected = Expected::Unchanged { version, epoch };
    assert_eq!(
        store.commit(vec![reading.clone()]).await.unwrap(),
        [Outcome::Done(8)]
    );
    assert_eq!(
        store.commit(vec![change]).await.unwrap(),
        [Outcome::Done(9)]
    );
    assert_eq!(store.commit(vec![reading]).await.unwrap(), [Outcome::Moved]);
}
