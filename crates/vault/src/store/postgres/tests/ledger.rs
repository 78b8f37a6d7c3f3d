//! The ledger beside the rows: sequencers that overlap, whatever locks they have, and a step whose
//! end stays unknown.

use super::*;
use crate::ledger::{CHECKPOINT, Ledger};
use crate::sequencer::Sequencer;
use kept_ledger::{SigningKey, TileReader as _, verify_log};

fn key() -> SigningKey {
    SigningKey::from_seed("kept.test/ledger", &[7; 32]).unwrap()
}

fn sequencer(of: &Postgres) -> Sequencer {
    Sequencer::resume(Ledger::Database(of.ledger()), key()).unwrap()
}

/// The entries of a ledger that verifies.
fn entries(of: &Ledger) -> Vec<Vec<u8>> {
    let note = of.checkpoint().unwrap().unwrap();
    let mut entries = Vec::new();
    let keys = [key().verifier().clone()];
    let report = verify_log(of, &note, &keys, &[], |_, entry| {
        entries.push(entry.to_vec());
        Ok(())
    });
    assert_eq!(report.unwrap().checkpoint.size(), entries.len() as u64);
    entries
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sequencers_that_overlap_neither_fork_the_ledger_nor_leave_a_gap() {
    let store = Arc::new(open("overlapping").await);
    let mut tasks = JoinSet::new();
    let done = Arc::new(AtomicU64::new(0));
    for _ in 0..3 {
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        tasks.spawn(async move {
            // It has no lock: nothing but the checkpoint keeps it from the others.
            let mut sequencer = sequencer(&store);
            let mut taken = 0;
            while done.load(Ordering::Acquire) < 4 || sequencer.size() < 600 {
                sequencer.follow().unwrap();
                let mut count = |_: u64, _: &[u8]| taken += 1;
                match sequencer.catch_up(&*store, &mut count).await {
                    // Whoever keeps losing to the others is told so, and tries again.
                    Ok(_) | Err(Failure::Unavailable(_)) => {}
                    Err(failure) => panic!("{failure}"),
                }
            }
            taken
        });
    }
    for task in 0..4_u64 {
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        tasks.spawn(async move {
            for turn in 0..150_u64 {
                let number = task * 1_000 + turn;
                let entry = number.to_string();
                let made = one(&store, creation(number, entry.as_bytes())).await;
                assert!(matches!(made, Ok(Outcome::Done(_))));
            }
            done.fetch_add(1, Ordering::AcqRel);
            0
        });
    }
    let mut taken = 0;
    while let Some(ended) = tasks.join_next().await {
        taken += ended.unwrap();
    }
    assert_eq!(taken, 600, "each entry is taken by one of them");
    let entries = entries(&Ledger::Database(store.ledger()));
    let told: BTreeSet<&[u8]> = entries.iter().map(Vec::as_slice).collect();
    assert_eq!((entries.len(), told.len()), (600, 600), "each stands once");
    assert!(store.staged(0, 9).await.unwrap().is_empty());
    // Partial files that full ones have outgrown are gone with the step.
    let left = store.maker.bare().await.unwrap();
    let sql = "SELECT count(*) FROM ledger_file
        WHERE path LIKE 'tile/0/000.p/%' OR path LIKE 'tile/entries/000.p/%'";
    let left: i64 = left.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_went_back_or_aside_is_noticed_before_the_next_step() {
    let store = open("went_back").await;
    let ledger = Ledger::Database(store.ledger());
    let mut sequencer = sequencer(&store);
    let mut notes = Vec::new();
    for number in 0..2 {
        one(&store, creation(number, b"made")).await.unwrap();
        sequencer.catch_up(&store, &mut |_, _| {}).await.unwrap();
        notes.push(ledger.read(CHECKPOINT).unwrap().unwrap());
    }
    ledger.put(CHECKPOINT, &notes[0]).unwrap();
    one(&store, creation(2, b"made")).await.unwrap();
    let told = sequencer.catch_up(&store, &mut |_, _| {}).await;
    let told = told.unwrap_err().to_string();
    assert!(told.contains("had 2 entries and has 1"), "{told}");
    ledger.put(CHECKPOINT, &notes[1]).unwrap();
    let size = sequencer.catch_up(&store, &mut |_, _| {}).await;
    assert_eq!(size.unwrap(), 3);
    assert_eq!(entries(&ledger).len(), 3);
}
