//! Two that share a folder, as two processes would: their locks stand on files of their own.

use super::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn two() -> (tempfile::TempDir, [Together; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let of = || Together::sharing(folder.path());
    let both = [of(), of()];
    (folder, both)
}

/// Whether something is not done yet after everybody else had a chance.
async fn waits<F: Future + Unpin>(future: &mut F) -> bool {
    let soon = Duration::from_millis(60);
    tokio::time::timeout(soon, future).await.is_err()
}

#[tokio::test]
async fn whoever_wants_to_be_alone_is_let_in_and_lets_nobody_in() {
    let (_folder, [one, other]) = two();
    let (one, other) = (one.gate("g").unwrap(), other.gate("g").unwrap());
    let (first, second) = (one.read().await.unwrap(), other.read().await.unwrap());
    let mut alone = Box::pin(other.write());
    drop(first);
    assert!(waits(&mut alone).await, "its own process passes");
    drop(second);
    let held = alone.await.unwrap();
    let mut passing = Box::pin(one.read());
    assert!(waits(&mut passing).await);
    drop(held);
    let passing = passing.await.unwrap();
    let mut alone = Box::pin(other.write());
    assert!(waits(&mut alone).await, "another process passes");
    // Whoever comes now stands behind whoever waits.
    let mut late = Box::pin(one.read());
    assert!(waits(&mut late).await);
    drop(passing);
    drop(alone.await.unwrap());
    drop(late.await.unwrap());
    // Whoever goes away while waiting gives everything up.
    let passing = one.read().await.unwrap();
    {
        let mut alone = Box::pin(other.write());
        assert!(waits(&mut alone).await);
    }
    drop(one.read().await.unwrap());
    drop(passing);
    drop(other.write().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_passes_while_somebody_is_alone_and_one_has_it_in_hand() {
    let (_folder, both) = two();
    let (passing, single) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = tokio::task::JoinSet::new();
    for together in &both {
        let gate = Arc::new(together.gate("g").unwrap());
        let hand = Arc::new(together.single("s", ()).unwrap());
        for task in 0..4 {
            let (gate, hand) = (Arc::clone(&gate), Arc::clone(&hand));
            let (passing, single) = (Arc::clone(&passing), Arc::clone(&single));
            tasks.spawn(async move {
                for _ in 0..40 {
                    if task == 0 {
                        let _alone = gate.write().await.unwrap();
                        assert_eq!(passing.load(Ordering::SeqCst), 0);
                        tokio::task::yield_now().await;
                        assert_eq!(passing.load(Ordering::SeqCst), 0);
                    } else {
                        let _passing = gate.read().await.unwrap();
                        passing.fetch_add(1, Ordering::SeqCst);
                        tokio::task::yield_now().await;
                        passing.fetch_sub(1, Ordering::SeqCst);
                    }
                    let _hand = hand.lock().await.unwrap();
                    assert_eq!(single.fetch_add(1, Ordering::SeqCst), 0);
                    tokio::task::yield_now().await;
                    single.fetch_sub(1, Ordering::SeqCst);
                }
            });
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

async fn leads(lead: &Lead) -> bool {
    lead.mine().await.unwrap().is_some()
}

#[tokio::test]
async fn one_leads_until_it_is_gone() {
    let (_folder, [one, other]) = two();
    let (one, other) = (one.lead(), other.lead());
    assert!(leads(&one).await && leads(&one).await);
    assert!(!leads(&other).await);
    drop(one);
    assert!(leads(&other).await);
    let alone = Together::alone();
    assert!(leads(&alone.lead()).await && leads(&alone.lead()).await);
}
