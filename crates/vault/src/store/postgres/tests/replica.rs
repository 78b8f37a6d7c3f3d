//! A replica takes the primary's place: what was acknowledged is there, and who was writing goes
//! on.

use super::*;
use kept_testing::cluster::address_of;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_promoted_has_what_was_acknowledged_and_writing_goes_on() {
    let primary: &'static Cluster = Box::leak(Box::new(Cluster::new()));
    drop(open_at(primary.address(), "promoted").await.unwrap());
    let replica = tokio::task::spawn_blocking(|| primary.replica());
    let replica: &'static Cluster = Box::leak(Box::new(replica.await.unwrap()));
    let store = Arc::new(
        open_at(address_of(primary, replica), "promoted")
            .await
            .unwrap(),
    );
    // From now on nothing is acknowledged that the replica does not have.
    let client = store.maker.bare().await.unwrap();
    let set = "ALTER SYSTEM SET synchronous_standby_names = '*'";
    client.batch_execute(set).await.unwrap();
    client
        .batch_execute("SELECT pg_reload_conf()")
        .await
        .unwrap();
    let follows = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'";
    while client.query(follows, &[]).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let mut tasks = JoinSet::new();
    for writer in 0..6_u64 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let mut done = Vec::new();
            for turn in 0..60 {
                let number = writer << 32 | turn;
                let made = one(&store, creation(number, &number.to_be_bytes())).await;
                let Ok(Outcome::Done(index)) = made else {
                    panic!("{number}: {made:?}")
                };
                done.push((index, number));
            }
            done
        });
    }
    while store.figures().await.unwrap().people < 60 {
        tokio::task::yield_now().await;
    }
    let kill = tokio::task::spawn_blocking(|| primary.kill());
    kill.await.unwrap();
    let handle = Handle::current();
    let follower = Maker::new(&at(replica.address()), "promoted", handle).unwrap();
    let follower = follower.bare_patiently().await.unwrap();
    follower.batch_execute("SELECT pg_promote()").await.unwrap();
    let mut acknowledged = BTreeSet::new();
    while let Some(done) = tasks.join_next().await {
        acknowledged.extend(done.unwrap());
    }
    let staged = store.staged(0, 9999).await.unwrap();
    let number = |entry: &[u8]| u64::from_be_bytes(entry.try_into().unwrap());
    let stored = staged.iter().map(|it| (it.index, number(&it.entry)));
    let stored: BTreeSet<(u64, u64)> = stored.collect();
    assert_eq!(
        stored, acknowledged,
        "each act once, at the index that was told"
    );
    assert_eq!(stored.len(), 6 * 60);
    store.check().await.unwrap();
}
