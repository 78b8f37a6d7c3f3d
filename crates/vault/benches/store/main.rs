//! What the store costs beside bare SQLite doing only the indispensable part of the same work.
//! Ratios are what counts: both sides run in the same process, one right after the other.
#![expect(clippy::print_stdout, reason = "a measurement is there to be printed")]

mod bare;

use bare::Bare;
use kept_terms::{Day, PersonId};
use kept_vault::store::sqlite::{Options, Sqlite};
use kept_vault::store::{Commit, Expected, Outcome, Store, StoredItem, Wanted, Word, Write};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

type Tried<T> = Result<T, Box<dyn Error + Send + Sync>>;

const PEOPLE: u64 = 50_000;
/// Rounds in which both sides take turns; the middle one counts.
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(500);
const ENTRY: [u8; 240] = [7; 240];
const SEALED: [u8; 200] = [5; 200];
const STATE: [u8; 120] = [3; 120];

/// People come in order of time, as those of version 7 do.
fn person(number: u64) -> PersonId {
    PersonId((u128::from(number) << 64 | u128::from(scatter(number))).to_be_bytes())
}

/// A number that looks like chance, the same every time.
fn scatter(number: u64) -> u64 {
    let mut it = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    it ^ (it >> 31)
}

fn item(number: u32) -> StoredItem {
    StoredItem {
        field: Word(1),
        number,
        origin: Word(2),
        class: Word(3),
        anchor: Some(Day(20_000 + (number % 365).cast_signed())),
        sealed: SEALED.to_vec(),
    }
}

fn creation(id: PersonId, items: u32) -> Commit {
    let mut writes = vec![Write::PutState(STATE.to_vec())];
    writes.extend((1..=items).map(item).map(Write::PutItem));
    Commit {
        person: Some(id),
        expected: Expected::New,
        absent: Vec::new(),
        writes,
        entry: ENTRY.to_vec(),
    }
}

/// Runs `turn` over and over in so many tasks for a while; turns a second.
async fn rate<F>(
    in_flight: u64,
    turn: impl Fn(u64) -> F + Clone + Send + Sync + 'static,
) -> Tried<f64>
where
    F: Future<Output = Tried<()>> + Send,
{
    let turns = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..in_flight {
        let (turn, turns) = (turn.clone(), turns.clone());
        tasks.spawn(async move {
            while start.elapsed() < ROUND {
                turn(turns.fetch_add(1, Ordering::Relaxed)).await?;
            }
            Tried::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(turns.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64())
}

/// Lets both sides take turns, and prints the middle rate of each.
async fn compare<F, G>(
    what: &str,
    in_flight: u64,
    ours: impl Fn(u64) -> F + Clone + Send + Sync + 'static,
    bare: impl Fn(u64) -> G + Clone + Send + Sync + 'static,
) -> Tried<()>
where
    F: Future<Output = Tried<()>> + Send + 'static,
    G: Future<Output = Tried<()>> + Send + 'static,
{
    let (mut our_rates, mut bare_rates) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_rates.push(rate(in_flight, ours.clone()).await?);
        bare_rates.push(rate(in_flight, bare.clone()).await?);
    }
    our_rates.sort_by(f64::total_cmp);
    bare_rates.sort_by(f64::total_cmp);
    let middle = |rates: &[f64]| rates.get(ROUNDS / 2).copied().unwrap_or(0.0);
    let (ours, bare) = (middle(&our_rates), middle(&bare_rates));
    let ratio = ours / bare;
    println!("{what}, {in_flight} in flight: {ours:.0}/s, bare {bare:.0}/s, ratio {ratio:.2}");
    Ok(())
}

async fn fill(store: &Sqlite) -> Tried<()> {
    let mut number = 0;
    while number < PEOPLE {
        let people = (number..number + 500).map(|number| creation(person(number), 1));
        store.commit(people.collect()).await?;
        number += 500;
    }
    let mut below = 0;
    while below < PEOPLE {
        below += 16_384;
        store.sequenced(below).await?;
    }
    Ok(())
}

async fn audited_reads(store: &Arc<Sqlite>, bare: &Arc<Bare>) -> Tried<()> {
    for in_flight in [1, 16, 64, 256] {
        let it = Arc::clone(store);
        let ours = move |turn| {
            let it = Arc::clone(&it);
            async move {
                let id = person(scatter(turn) % PEOPLE);
                let found = it
                    .person(id, Wanted::One(Word(1), 1))
                    .await?
                    .ok_or("nobody")?;
                let expected = Expected::Unchanged {
                    version: found.version,
                    epoch: found.epoch,
                };
                let commit = Commit {
                    person: Some(id),
                    expected,
                    absent: Vec::new(),
                    writes: Vec::new(),
                    entry: ENTRY.to_vec(),
                };
                match it.commit(vec![commit]).await?.first() {
                    Some(Outcome::Done(_)) => Ok(()),
                    other => Err(format!("{other:?}").into()),
                }
            }
        };
        let it = Arc::clone(bare);
        let theirs = move |turn| {
            let it = Arc::clone(&it);
            async move {
                it.read(&person(scatter(turn) % PEOPLE).0)?;
                it.write(bare::Job::Log(ENTRY.to_vec())).await
            }
        };
        compare("audited read", in_flight, ours, theirs).await?;
    }
    Ok(())
}

async fn collects(store: &Arc<Sqlite>, bare: &Arc<Bare>) -> Tried<()> {
    let numbers = Arc::new(AtomicU64::new(10));
    for in_flight in [64, 256] {
        let (it, at) = (Arc::clone(store), Arc::clone(&numbers));
        let ours = move |turn| {
            let (it, at) = (Arc::clone(&it), Arc::clone(&at));
            async move {
                let number = u32::try_from(at.fetch_add(1, Ordering::Relaxed))?;
                let commit = Commit {
                    person: Some(person(scatter(turn) % PEOPLE)),
                    expected: Expected::Nothing,
                    absent: Vec::new(),
                    writes: vec![
                        Write::PutState(STATE.to_vec()),
                        Write::PutItem(item(number)),
                    ],
                    entry: ENTRY.to_vec(),
                };
                it.commit(vec![commit]).await?;
                Ok(())
            }
        };
        let (it, at) = (Arc::clone(bare), Arc::clone(&numbers));
        let theirs = move |turn| {
            let (it, at) = (Arc::clone(&it), Arc::clone(&at));
            async move {
                let number = u32::try_from(at.fetch_add(1, Ordering::Relaxed))?;
                let job = bare::Job::Collect {
                    person: person(scatter(turn) % PEOPLE).0,
                    state: STATE.to_vec(),
                    item: item(number),
                    entry: ENTRY.to_vec(),
                };
                it.write(job).await
            }
        };
        compare("collect", in_flight, ours, theirs).await?;
    }
    Ok(())
}

/// Erasing, clearing, sequencing, starting up.
async fn sweeps(folder: &Path) -> Tried<()> {
    let store = Sqlite::open(folder, &Options::default())?;
    let sizes = [10_u32, 200_000];
    for (at, size) in (0_u64..).zip(sizes) {
        let id = person(PEOPLE + 1 + at);
        store.commit(vec![creation(id, 0)]).await?;
        for first in (1..=size).step_by(10_000) {
            let items = (first..(first + 10_000).min(size + 1))
                .map(item)
                .map(Write::PutItem);
            let more = Commit {
                writes: items.collect(),
                expected: Expected::Nothing,
                ..creation(id, 0)
            };
            store.commit(vec![more]).await?;
        }
    }
    for (at, size) in (0_u64..).zip(sizes) {
        let erase = Commit {
            writes: vec![Write::DeletePerson],
            expected: Expected::Nothing,
            ..creation(person(PEOPLE + 1 + at), 0)
        };
        let start = Instant::now();
        store.commit(vec![erase]).await?;
        println!("erase a person of {size} items: {:?}", start.elapsed());
    }
    let start = Instant::now();
    let (rows, _) = store.leftovers(usize::MAX).await?;
    let each = rows as f64 / start.elapsed().as_secs_f64();
    println!("clear the rows of deleted people: {each:.0} rows a second");

    let due = store.due_items(Word(3), Day(30_000), 50_000).await?;
    let keys: Vec<_> = due.into_iter().map(|(_, key)| key).collect();
    let start = Instant::now();
    store.clear_items(&keys).await?;
    let each = keys.len() as f64 / start.elapsed().as_secs_f64();
    println!("clear rows that are due: {each:.0} rows a second");

    let readings = (0..100_000).map(|turn| Commit {
        writes: Vec::new(),
        expected: Expected::Nothing,
        ..creation(person(scatter(turn) % PEOPLE), 0)
    });
    let outcomes = store.commit(readings.collect()).await?;
    let Some(Outcome::Done(last)) = outcomes.last() else {
        return Err("a reading was refused".into());
    };
    let start = Instant::now();
    store.sequenced(last + 1).await?;
    let each = (last + 1 - PEOPLE) as f64 / start.elapsed().as_secs_f64();
    println!("move staged entries to the trail: {each:.0} a second");

    drop(store);
    let start = Instant::now();
    let store = Sqlite::open(folder, &Options::default())?;
    println!("open: {:?}", start.elapsed());
    let start = Instant::now();
    let figures = store.figures().await?;
    println!("figures: {:?} ({} bytes)", start.elapsed(), figures.bytes);
    Ok(())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Tried<()> {
    // As a mere test of building, it measures nothing.
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let folder = tempfile::tempdir_in(".")?;
    let store = Arc::new(Sqlite::open(folder.path(), &Options::default())?);
    fill(&store).await?;
    let bare = Arc::new(Bare::open(&folder.path().join("bare.db"))?);
    for number in 0..PEOPLE {
        let (person, state, entry) = (person(number).0, STATE.to_vec(), ENTRY.to_vec());
        let job = bare::Job::Collect {
            person,
            state,
            item: item(1),
            entry,
        };
        if number % 500 == 499 {
            bare.write(job).await?;
        } else {
            bare.send(job).await?;
        }
    }
    audited_reads(&store, &bare).await?;
    collects(&store, &bare).await?;
    drop(store);
    sweeps(folder.path()).await
}
