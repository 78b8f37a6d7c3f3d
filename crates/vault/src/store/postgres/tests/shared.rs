//! Several servers on one database, as those that share a folder are: what each knows of what the
//! others did, and who may join whom.

use super::*;
use std::sync::atomic::AtomicUsize;

fn sharing(schema: &str, join: Option<&Opening>) -> Options {
    Options {
        shared: true,
        join: join.cloned(),
        ..options(schema)
    }
}

async fn open_with(address: String, options: &Options) -> Result<Postgres, Failure> {
    Postgres::open(&at(address), options).await
}

/// Two servers, the second reached over an address of its own.
async fn two(schema: &str, second: String) -> [Arc<Postgres>; 2] {
    let first = open_with(Cluster::shared().address(), &sharing(schema, None)).await;
    let first = first.unwrap();
    let options = sharing(schema, Some(first.opening()));
    let second = open_with(second, &options).await.unwrap();
    [Arc::new(first), Arc::new(second)]
}

fn change(number: u64, found: &PersonRecord, entry: &[u8]) -> Commit {
    Commit {
        person: Some(person(number)),
        expected: Expected::Unchanged {
            version: found.version,
            epoch: found.epoch,
        },
        absent: Vec::new(),
        writes: vec![Write::PutState(entry.to_vec())],
        entry: entry.to_vec(),
    }
}

fn setting(value: u8) -> Commit {
    Commit {
        person: None,
        expected: Expected::Nothing,
        absent: Vec::new(),
        writes: vec![Write::PutRecord(Record {
            kind: RecordKind::Setting,
            key: b"setting".to_vec(),
            value: vec![value],
        })],
        entry: b"setting".to_vec(),
    }
}

/// What is in the ledger, by index.
async fn ledger(store: &Postgres) -> BTreeSet<(u64, Vec<u8>)> {
    let staged = store.staged(0, 99_999).await.unwrap();
    let count = staged.len() as u64;
    let indexes: Vec<u64> = staged.iter().map(|it| it.index).collect();
    assert_eq!(indexes, (0..count).collect::<Vec<_>>(), "no gap");
    staged.into_iter().map(|it| (it.index, it.entry)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_at_once_do_each_act_once_and_number_without_a_gap() {
    let both = two("both", Cluster::shared().address()).await;
    for number in 0..3 {
        let made = one(&both[0], creation(number, b"made")).await.unwrap();
        assert_eq!(made, Outcome::Done(number));
    }
    let (moved, mut tasks) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
    for task in 0..8_u8 {
        let (store, moved) = (Arc::clone(&both[usize::from(task % 2)]), Arc::clone(&moved));
        tasks.spawn(async move {
            let mut done = Vec::new();
            for turn in 0..60_u8 {
                let number = u64::from((task + turn) % 3);
                let entry = [task, turn];
                let outcome = loop {
                    let found = store.person(person(number), Wanted::Nothing).await;
                    let found = found.unwrap().unwrap();
                    let mut commit = change(number, &found, &entry);
                    // Every third is a reading, which says what it read.
                    if turn % 3 == 0 {
                        commit.writes.clear();
                        commit.entry.extend(found.version.to_be_bytes());
                    }
                    let entry = commit.entry.clone();
                    match one(&store, commit).await.unwrap() {
                        Outcome::Done(index) => break (index, entry),
                        Outcome::Moved => moved.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other:?}"),
                    };
                };
                done.push(outcome);
            }
            done
        });
    }
    let mut acknowledged: BTreeSet<(u64, Vec<u8>)> = BTreeSet::new();
    while let Some(done) = tasks.join_next().await {
        acknowledged.extend(done.unwrap());
    }
    acknowledged.extend((0..3).map(|index| (index, b"made".to_vec())));
    let ledger = ledger(&both[0]).await;
    assert_eq!(ledger, acknowledged, "each act once, where it was told");
    assert!(moved.load(Ordering::Relaxed) > 0, "they met");
    // Whoever read knew of every change that stands before their entry, and of no other.
    let staged = both[1].staged(0, 99_999).await.unwrap();
    let mut versions = [0_u64; 3];
    for entry in &staged {
        let number = u128::from_be_bytes(entry.person.unwrap().0) as usize;
        match entry.entry.split_at_checked(2) {
            Some((_, read)) if read.len() == 8 => {
                let read = u64::from_be_bytes(read.try_into().unwrap());
                assert_eq!(read, versions[number], "entry {}", entry.index);
            }
            _ => versions[number] += 1,
        }
    }
    both[1].check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_commit_is_found_out_although_another_server_writes_meanwhile() {
    let wire = Wire::new(Cluster::shared());
    let [other, cut_off] = two("cut_beside", wire.address()).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let beside = {
        let is_over = Arc::clone(&is_over);
        tokio::spawn(async move {
            let (mut done, mut number) = (Vec::new(), 1 << 40);
            while !is_over.load(Ordering::Acquire) {
                let entry = u64::to_be_bytes(number).to_vec();
                let Outcome::Done(index) = one(&other, creation(number, &entry)).await.unwrap()
                else {
                    panic!("{number}")
                };
                done.push((index, entry));
                number += 1;
            }
            done
        })
    };
    let mut acknowledged = BTreeSet::new();
    for turn in 0..9 {
        let cut = [Cut::Lost, Cut::Done, Cut::Late][turn % 3];
        let go = wire.cut(cut);
        let entry = [MARK, &[turn as u8]].concat();
        let commit = creation(turn as u64, &entry);
        let told = match cut {
            Cut::Late => {
                drop(go);
                one(&cut_off, commit).await
            }
            Cut::Lost | Cut::Done => {
                let told = one(&cut_off, commit).await;
                drop(go);
                told
            }
        };
        assert!(wire.is_cut(), "{cut:?}");
        let Ok(Outcome::Done(index)) = told else {
            panic!("{cut:?}: {told:?}")
        };
        acknowledged.insert((index, entry));
    }
    is_over.store(true, Ordering::Release);
    acknowledged.extend(beside.await.unwrap());
    assert_eq!(ledger(&cut_off).await, acknowledged);
    cut_off.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_decided_on_what_is_no_longer_so_is_not_committed() {
    let [one_server, other] = two("generation", Cluster::shared().address()).await;
    let made = one(&one_server, creation(1, b"made")).await.unwrap();
    assert_eq!(made, Outcome::Done(0));
    let under = one_server.generation().await.unwrap();
    let warm = reading(&one_server, 1, b"warm").await;
    let told = one_server.commit_under(vec![warm], Some(under)).await;
    assert_eq!(told.unwrap(), [Outcome::Done(1)]);
    // One group: what comes after the change in it was decided before.
    let late = reading(&other, 1, b"never").await;
    let changed = other
        .commit_under(vec![setting(1), late], Some(under))
        .await;
    assert_eq!(changed.unwrap(), [Outcome::Done(2), Outcome::Moved]);
    for entry in [b"never", b"never"] {
        let read = reading(&one_server, 1, entry).await;
        let told = one_server.commit_under(vec![read], Some(under)).await;
        assert_eq!(told.unwrap(), [Outcome::Moved]);
    }
    let now = other.generation().await.unwrap();
    assert_eq!(now, under + 1);
    let read = reading(&one_server, 1, b"again").await;
    let told = one_server.commit_under(vec![read], Some(now)).await;
    assert_eq!(told.unwrap(), [Outcome::Done(3)]);
    // Where items come from counts; other words do not, and neither does a number given before.
    other.intern(WordKind::Field, "name").await.unwrap();
    assert_eq!(other.generation().await.unwrap(), now);
    let word = other.intern(WordKind::Origin, "a b c d").await.unwrap();
    assert_eq!(one_server.generation().await.unwrap(), now + 1);
    // Nobody has written since, and yet what is new does not go out without looking.
    let told = one_server
        .commit_under(vec![creation(2, b"never")], Some(now))
        .await;
    assert_eq!(told.unwrap(), [Outcome::Moved]);
    let same = one_server
        .intern(WordKind::Origin, "a b c d")
        .await
        .unwrap();
    assert_eq!((same, other.generation().await.unwrap()), (word, now + 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_join_the_opening_of_their_folder_and_whoever_was_replaced_is_joined_by_nobody() {
    let [first, second] = two("joined", Cluster::shared().address()).await;
    let old = first.opening().clone();
    let alone = try_to_open("joined").await.err().unwrap().to_string();
    assert!(alone.contains("another server is using"), "{alone}");
    drop(first);
    let made = one(&second, creation(1, b"a")).await.unwrap();
    assert_eq!(made, Outcome::Done(0), "the others go on");
    // All have ended, as the lock of their folder says: nobody waits for the lease.
    let options = Options {
        ended: Some(old.clone()),
        ..sharing("joined", None)
    };
    let third = open_with(Cluster::shared().address(), &options)
        .await
        .unwrap();
    assert!(third.opening().fence > old.fence);
    let late = one(&second, creation(2, b"never")).await.err().unwrap();
    assert!(late.to_string().contains(crate::store::STOPPED), "{late}");
    let options = sharing("joined", Some(&old));
    let told = open_with(Cluster::shared().address(), &options).await;
    let told = told.err().unwrap().to_string();
    assert!(
        told.contains("another server has taken the database"),
        "{told}"
    );
    let made = one(&third, creation(3, b"b")).await.unwrap();
    assert_eq!(made, Outcome::Done(1));
}

/// A server of the former format, whose tables a newer one brings forward beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_the_former_format_goes_on_while_the_tables_are_brought_forward() {
    let handle = Handle::current();
    let maker = Maker::new(&at(Cluster::shared().address()), "older", handle).unwrap();
    let old = maker.bare().await.unwrap();
    let make = format!(
        "CREATE SCHEMA older; CREATE TABLE format (one smallint PRIMARY KEY, format integer);
         INSERT INTO format VALUES (1, 0); {} UPDATE format SET format = 1;",
        schema::STEPS[0]
    );
    old.batch_execute(&make).await.unwrap();
    let look = "SELECT next, fence, serial FROM ledger_end WHERE one = 1 FOR UPDATE";
    let end = "UPDATE ledger_end SET next = $1, serial = $2 WHERE one = 1";
    let look = old.prepare(look).await.unwrap();
    let end = old.prepare(end).await.unwrap();
    let act = async |index: i64| {
        let next: i64 = old.query_one(&look, &[]).await.unwrap().get(0);
        assert_eq!(next, index);
        let stage = format!("INSERT INTO staged VALUES ('', {index}, 'old')");
        old.batch_execute(&stage).await.unwrap();
        old.execute(&end, &[&(index + 1), &(index + 1)])
            .await
            .unwrap();
    };
    act(0).await;
    // In the middle of a transaction of the older one: the newer waits for it.
    old.batch_execute("BEGIN").await.unwrap();
    act(1).await;
    let coming = tokio::spawn(async { open("older").await });
    act(2).await;
    old.batch_execute("COMMIT").await.unwrap();
    let newer = coming.await.unwrap();
    act(3).await;
    let made = one(&newer, creation(1, b"new")).await.unwrap();
    assert_eq!(made, Outcome::Done(4));
    act(5).await;
    let entries = ledger(&newer).await;
    assert_eq!(entries.len(), 6);
    newer.check().await.unwrap();
}
