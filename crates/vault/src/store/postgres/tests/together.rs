//! Locks in the database: they keep servers apart as files do, and whoever lost them writes
//! nothing once somebody else has one.

use super::*;
use crate::store::together::Together;
use std::sync::atomic::AtomicUsize;

/// A server on a machine of its own.
async fn machine(schema: &str) -> Arc<Postgres> {
    let store = try_to_join(schema).await.unwrap();
    store.session().unwrap().opened().await.unwrap();
    store
}

async fn try_to_join(schema: &str) -> Result<Arc<Postgres>, Failure> {
    let options = Options {
        shared: true,
        together: true,
        ..options(schema)
    };
    let address = at(Cluster::shared().address());
    Ok(Arc::new(Postgres::open(&address, &options).await?))
}

fn together(of: &Postgres) -> Together {
    Together::on_machines(Arc::clone(of.session().unwrap()))
}

/// Ends the connection that holds a server's locks, as the database's administrator may.
async fn cut(of: &Postgres) {
    let presence = of.session().unwrap().presence();
    let (space, member) = (presence.names.space.cast_unsigned(), presence.member);
    let sql = format!(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks
        WHERE locktype = 'advisory' AND classid = {space}::oid AND objid = {member}::oid"
    );
    say(of, &sql).await;
}

async fn done(store: &Postgres, number: u64) -> u64 {
    match one(store, creation(number, b"made")).await {
        Ok(Outcome::Done(index)) => index,
        other => panic!("{other:?}"),
    }
}

async fn is_refused(store: &Postgres, number: u64) {
    let told = one(store, creation(number, b"never")).await;
    let told = told.unwrap_err().to_string();
    assert!(told.contains("locks was lost"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_passes_on_any_machine_while_somebody_is_alone() {
    let both = [machine("apart").await, machine("apart").await];
    let (passing, single) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = JoinSet::new();
    for store in &both {
        let together = together(store);
        let gate = Arc::new(together.gate("g").unwrap());
        let hand = Arc::new(together.single("s", ()).unwrap());
        for task in 0..4 {
            let (gate, hand) = (Arc::clone(&gate), Arc::clone(&hand));
            let (passing, single) = (Arc::clone(&passing), Arc::clone(&single));
            tasks.spawn(async move {
                for _ in 0..20 {
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
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    // Whoever goes away while waiting gives everything up.
    let [one, other] = &both;
    let (here, there) = (
        together(one).gate("h").unwrap(),
        together(other).gate("h").unwrap(),
    );
    let held = here.read().await.unwrap();
    let soon = Duration::from_millis(100);
    assert!(tokio::time::timeout(soon, there.write()).await.is_err());
    drop(here.read().await.unwrap());
    drop(held);
    drop(there.write().await.unwrap());
    drop(here.write().await.unwrap());
}

/// Alone at a gate, and one of those that pass it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lost_its_locks_writes_nothing_once_another_has_one_and_comes_back() {
    for alone in [true, false] {
        let schema = format!("lost_{alone}");
        let [one, other] = [machine(&schema).await, machine(&schema).await];
        let (here, there) = (
            together(&one).gate("g").unwrap(),
            together(&other).gate("g").unwrap(),
        );
        let held = match alone {
            true => (Some(here.write().await.unwrap()), None),
            false => (None, Some(here.read().await.unwrap())),
        };
        assert_eq!(done(&one, 1).await, 0);
        cut(&one).await;
        let others = there.write().await.unwrap();
        assert_eq!(done(&other, 2).await, 1);
        is_refused(&one, 3).await;
        // While something is under way that began before, it does not come back.
        let hand = together(&one).single("s", ()).unwrap();
        let told = hand.lock().await.err().unwrap().to_string();
        assert!(told.contains("locks was lost"), "{told}");
        is_refused(&one, 3).await;
        // It is back once what it had begun has ended, and waits like everybody.
        drop(held);
        let soon = Duration::from_millis(100);
        assert!(tokio::time::timeout(soon, here.read()).await.is_err());
        drop(others);
        drop(here.read().await.unwrap());
        assert_eq!(done(&one, 4).await, 2);
        assert_eq!(done(&other, 5).await, 3);
        one.check().await.unwrap();
    }
}

/// It may not know yet that it is gone: what it sends is refused where it arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_shut_out_without_knowing_it_writes_nothing() {
    let [one, other] = [machine("unknowing").await, machine("unknowing").await];
    assert_eq!(done(&one, 1).await, 0);
    let hand = together(&one).single("s", ()).unwrap();
    let held = hand.lock().await.unwrap();
    let member = one.session().unwrap().presence().member;
    say(
        &other,
        &format!("UPDATE member SET gone = true WHERE id = {member}"),
    )
    .await;
    is_refused(&one, 2).await;
    let booked = one.book(vec![Write::DeleteRecord(RecordKind::Progress, vec![1])]);
    assert!(booked.await.is_err());
    assert_eq!(done(&other, 3).await, 1, "nothing stands between");
    drop(held);
    drop(hand.lock().await.unwrap());
    assert_ne!(one.session().unwrap().presence().member, member);
    assert_eq!(done(&one, 4).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_connection_of_whoever_leads_ends_another_leads_alone() {
    let [one, other] = [machine("leads").await, machine("leads").await];
    let (here, there) = (together(&one).lead(), together(&other).lead());
    let leading = here.mine().await.unwrap().unwrap();
    assert!(there.mine().await.unwrap().is_none());
    assert!(here.mine().await.unwrap().is_some());
    cut(&one).await;
    let others = there.mine().await.unwrap().unwrap();
    is_refused(&one, 1).await;
    assert_eq!(done(&other, 2).await, 0);
    drop(leading);
    assert!(here.mine().await.unwrap().is_none());
    assert_eq!(done(&one, 3).await, 1);
    drop(others);
    assert!(there.mine().await.unwrap().is_some(), "it stays who leads");
    drop((there, other));
    assert!(here.mine().await.unwrap().is_some(), "until it ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_on_machines_open_one_after_the_other_and_a_new_opening_shuts_out_the_last() {
    let first = try_to_join("opened").await.unwrap();
    assert!(first.is_first());
    let coming = tokio::spawn(async { try_to_join("opened").await.unwrap() });
    let waits = async {
        while say_one(
            &first,
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%try_advisory%'",
        )
        .await
            == 0
        {
            tokio::task::yield_now().await;
        }
    };
    waits.await;
    assert!(!coming.is_finished(), "nobody joins what is not open yet");
    first.session().unwrap().opened().await.unwrap();
    let second = coming.await.unwrap();
    second.session().unwrap().opened().await.unwrap();
    assert!(!second.is_first() && second.opening() == first.opening());
    let alone = try_to_open("opened").await.err().unwrap().to_string();
    assert!(alone.contains("another server is using"), "{alone}");
    drop(first);
    assert_eq!(done(&second, 1).await, 0, "the other goes on");
    // Nobody is there any more as far as locks tell: whoever comes next raises the fence.
    cut(&second).await;
    let third = try_to_join("opened").await.unwrap();
    if third.is_first() {
        let late = one(&second, creation(2, b"never"))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            late.contains(crate::store::STOPPED) || late.contains("lost"),
            "{late}"
        );
    }
    assert_eq!(done(&third, 3).await, 1);
}

async fn say_one(store: &Postgres, sql: &str) -> i64 {
    let client = store.maker.bare().await.unwrap();
    client.query_one(sql, &[]).await.unwrap().get(0)
}
