//! What is left after the process is killed at any moment, in rounds over one folder.
//! A child, which is this very test run again, commits and reports; the parent kills it and looks.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use kept_terms::{Day, PersonId};
use kept_testing::cluster::Cluster;
use kept_vault::store::engine::Engine;
use kept_vault::store::postgres::{self, Address, Postgres};
use kept_vault::store::sqlite::{Options, Sqlite};
use kept_vault::store::{
    Commit, Expected, Outcome, Store, StoredItem, Wanted, Word, Write as Change,
};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

const FOLDER: &str = "KEPT_CRASH_FOLDER";
const ROUND: &str = "KEPT_CRASH_ROUND";
/// The database that the child writes to, where it is one.
const STORE: &str = "KEPT_CRASH_STORE";
const ON_SQLITE: &str = "nothing_acknowledged_is_lost_when_killed";
const ON_POSTGRES: &str = "nothing_acknowledged_is_lost_when_killed_on_postgres";
const ROUNDS: u64 = 6;
const WRITERS: u64 = 16;

/// A number that looks like chance, the same every time.
fn scatter(number: u64) -> u64 {
    let it = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 8
}

#[test]
fn nothing_acknowledged_is_lost_when_killed() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let round = std::env::var(ROUND).unwrap().parse().unwrap();
        return commit_until_killed(Path::new(&folder), round);
    }
    check(ON_SQLITE, None, ROUNDS);
}

#[test]
fn nothing_acknowledged_is_lost_when_killed_on_postgres() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        let round = std::env::var(ROUND).unwrap().parse().unwrap();
        return commit_until_killed(Path::new(&folder), round);
    }
    check(ON_POSTGRES, Some(Cluster::shared().address()), 3);
}

fn check(this: &str, store: Option<String>, rounds: u64) {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds {
        let lines = 1 + scatter(round + 1) % 400;
        acknowledged.extend(kill_after(
            this,
            store.as_deref(),
            folder.path(),
            round,
            lines,
        ));
        look(folder.path(), store.as_deref(), &acknowledged);
    }
    assert!(
        acknowledged.len() as u64 > rounds,
        "{} acknowledged",
        acknowledged.len()
    );
}

fn person(number: u64) -> PersonId {
    PersonId(u128::from(number).to_be_bytes())
}

fn creation(number: u64, items: u32) -> Commit {
    let item = |number| StoredItem {
        field: Word(1),
        number,
        origin: Word(2),
        class: Word(3),
        anchor: Some(Day(4)),
        sealed: vec![5; 200],
    };
    let mut writes = vec![Change::PutState(vec![1; 50])];
    writes.extend((1..=items).map(item).map(Change::PutItem));
    Commit {
        person: Some(person(number)),
        expected: Expected::New,
        absent: Vec::new(),
        writes,
        entry: number.to_be_bytes().to_vec(),
    }
}

/// Runs a child until it has reported so many commits, and kills it; all it has reported.
fn kill_after(this: &str, store: Option<&str>, folder: &Path, round: u64, lines: u64) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([this, "--exact", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .envs(store.map(|store| (STORE, store)))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut reported = Vec::new();
    for line in output.lines() {
        let line = line.unwrap();
        let Some(index) = line.strip_prefix("done ") else {
            continue;
        };
        // The last line may have been cut off, and its end is missing then.
        let Some(index) = index.strip_suffix('.') else {
            continue;
        };
        reported.push(index.parse().unwrap());
        if reported.len() as u64 == lines {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(
        reported.len() as u64 >= lines,
        "the child ended by itself in round {round}"
    );
    reported
}

async fn open(folder: &Path, store: Option<&str>) -> Engine {
    let Some(store) = store else {
        let store = Sqlite::open(folder, &Options::default()).unwrap();
        return Engine::Sqlite(Box::new(store));
    };
    let options = postgres::Options {
        schema: "crash".to_owned(),
        lease: std::time::Duration::from_secs(1),
        ..postgres::Options::default()
    };
    let address = Address::new(store.into()).unwrap();
    let store = Postgres::open(&address, &options).await.unwrap();
    Engine::Postgres(Box::new(store))
}

/// Commits from many tasks at once: new people with items, changes, readings, clearing, sequencing.
fn commit_until_killed(folder: &Path, round: u64) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let store = std::env::var(STORE).ok();
        let store = Arc::new(open(folder, store.as_deref()).await);
        let mut tasks = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let store = Arc::clone(&store);
            tasks.spawn(async move {
                for turn in 0..1_000_000 {
                    let number = (round << 40) | (writer << 32) | turn;
                    for index in one_turn(&store, number).await {
                        let mut out = std::io::stdout().lock();
                        writeln!(out, "done {index}.").unwrap();
                        out.flush().unwrap();
                    }
                }
            });
        }
        while tasks.join_next().await.is_some() {}
    });
}

/// Makes a person of as many items as their number tells; erases some, sequences now and then.
async fn one_turn(store: &Engine, number: u64) -> Vec<u64> {
    let mut commits = vec![creation(number, items_of(number))];
    let mut commit = creation(number, 0);
    commit.expected = Expected::Nothing;
    commit.writes.clear();
    commits.push(commit.clone());
    if number.is_multiple_of(5) {
        commit.writes.push(Change::DeletePerson);
        commits.push(commit);
    }
    let outcomes = store.commit(commits).await.unwrap();
    let indexes: Vec<u64> = outcomes
        .into_iter()
        .map(|outcome| match outcome {
            Outcome::Done(index) => index,
            refused => panic!("{refused:?}"),
        })
        .collect();
    if number.is_multiple_of(7) {
        store.sequenced(indexes[0] / 2).await.unwrap();
        store.leftovers(5).await.unwrap();
    }
    indexes
}

fn items_of(number: u64) -> u32 {
    u32::try_from(scatter(number) % 4).unwrap()
}

/// Everything acknowledged is there, nothing is there in part.
#[tokio::main(flavor = "current_thread")]
async fn look(folder: &Path, store: Option<&str>, acknowledged: &BTreeSet<u64>) {
    let store = open(folder, store).await;
    store.check().await.unwrap();
    // The check has found the indexes without gaps, so the last one stands for all.
    let staged = store.staged(0, usize::MAX).await.unwrap();
    let last = staged.last().map(|entry| entry.index);
    assert!(
        last >= acknowledged.last().copied(),
        "{last:?} is the last entry"
    );
    let people = store.people(None, usize::MAX).await.unwrap();
    for id in &people {
        let number = u64::try_from(u128::from_be_bytes(id.0)).unwrap();
        let all = Wanted::Page {
            after: None,
            limit: 99,
        };
        let found = store.person(*id, all).await.unwrap().unwrap();
        assert_eq!(
            found.items.len(),
            items_of(number) as usize,
            "items of {number}"
        );
        // Their creation and a reading; only the reading may be missing.
        let trail = store.trail(*id, None, 9).await.unwrap();
        assert!(trail.len() == 1 || trail.len() == 2, "{number}: {trail:?}");
    }
    for entry in &staged {
        let number = u64::from_be_bytes(entry.entry.clone().try_into().unwrap());
        assert_eq!(entry.person, Some(person(number)));
        let is_there = people.binary_search(&person(number)).is_ok();
        assert!(
            is_there || number.is_multiple_of(5),
            "{number} has an entry and no row"
        );
    }
}
