//! What is particular to this engine, on a server of its own: what breaks, what is found out, who
//! may write.

mod full;
mod ledger;
mod replica;
mod shared;
mod spread;
mod together;
mod wire;

use self::wire::{Cut, MARK, Wire};
use super::*;
use crate::store::conformance::conformance;
use crate::store::{Expected, StoredItem};
use kept_testing::cluster::Cluster;
use secrecy::SecretString;
use std::cell::Cell;
use std::collections::BTreeSet;
use tokio::task::JoinSet;

fn options(schema: &str) -> Options {
    Options {
        readers: 2,
        schema: schema.to_owned(),
        lease: Duration::from_secs(2),
        ..Options::default()
    }
}

fn at(address: String) -> Address {
    Address::new(SecretString::from(address)).unwrap()
}

async fn open(schema: &str) -> Postgres {
    try_to_open(schema).await.unwrap()
}

async fn try_to_open(schema: &str) -> Result<Postgres, Failure> {
    open_at(Cluster::shared().address(), schema).await
}

async fn open_at(address: String, schema: &str) -> Result<Postgres, Failure> {
    Postgres::open(&at(address), &options(schema)).await
}

/// Says something to the database past the store.
async fn say(store: &Postgres, sql: &str) {
    let client = store.maker.bare().await.unwrap();
    client.batch_execute(sql).await.unwrap();
}

fn person(number: u64) -> PersonId {
    PersonId(u128::from(number).to_be_bytes())
}

fn item(number: u32) -> StoredItem {
    StoredItem {
        field: Word(1),
        number,
        origin: Word(2),
        class: Word(3),
        anchor: Some(Day(4)),
        sealed: vec![5; 200],
    }
}

fn creation(number: u64, entry: &[u8]) -> Commit {
    let mut writes = vec![Write::PutState(vec![1; 50])];
    writes.extend((1..=3).map(item).map(Write::PutItem));
    Commit {
        person: Some(person(number)),
        expected: Expected::New,
        absent: Vec::new(),
        writes,
        entry: entry.to_vec(),
    }
}

async fn reading(store: &Postgres, number: u64, entry: &[u8]) -> Commit {
    let found = store.person(person(number), Wanted::Nothing).await;
    let found = found.unwrap().unwrap();
    Commit {
        person: Some(person(number)),
        expected: Expected::Unchanged {
            version: found.version,
            epoch: found.epoch,
        },
        absent: Vec::new(),
        writes: Vec::new(),
        entry: entry.to_vec(),
    }
}

async fn one(store: &Postgres, commit: Commit) -> Result<Outcome, Failure> {
    Ok(store.commit(vec![commit]).await?.remove(0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_conforms() {
    let count = Cell::new(0);
    let make = async || {
        count.set(count.get() + 1);
        open(&format!("conforms_{}", count.get())).await
    };
    conformance(make).await.unwrap();
}

/// Whatever the wire does, an act is there once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_cut_at_the_commit_neither_loses_nor_doubles_an_act() {
    let wire = Wire::new(Cluster::shared());
    for (turn, cut) in [Cut::Lost, Cut::Done, Cut::Late].into_iter().enumerate() {
        let schema = format!("cut_{turn}");
        let store = open_at(wire.address(), &schema).await.unwrap();
        assert_eq!(
            one(&store, creation(1, b"first")).await.unwrap(),
            Outcome::Done(0)
        );
        // A change, whose transaction began before; then a reading, which is one statement.
        let changed = creation(2, MARK);
        let go = wire.cut(cut);
        if cut == Cut::Late {
            // The server holds the transaction open until it hears more: it has to.
            drop(go);
            assert_eq!(
                one(&store, changed).await.unwrap(),
                Outcome::Done(1),
                "{cut:?}"
            );
        } else {
            assert_eq!(
                one(&store, changed).await.unwrap(),
                Outcome::Done(1),
                "{cut:?}"
            );
            drop(go);
        }
        assert!(wire.is_cut(), "{cut:?}");
        let again = reading(&store, 1, b"warm").await;
        assert_eq!(
            one(&store, again).await.unwrap(),
            Outcome::Done(2),
            "{cut:?}"
        );
        let go = wire.cut(cut);
        let read = reading(&store, 1, MARK).await;
        assert_eq!(
            one(&store, read).await.unwrap(),
            Outcome::Done(3),
            "{cut:?}"
        );
        assert!(wire.is_cut(), "{cut:?}");
        // What was held back arrives when its place is taken.
        let _ = go.send(());
        assert_eq!(
            one(&store, creation(3, b"after")).await.unwrap(),
            Outcome::Done(4)
        );
        let entries = store.staged(0, 99).await.unwrap();
        let entries: Vec<&[u8]> = entries.iter().map(|it| &it.entry[..]).collect();
        assert_eq!(
            entries,
            [b"first", MARK, b"warm", MARK, b"after"],
            "{cut:?}"
        );
        store.check().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_killed_under_load_loses_nothing_it_acknowledged() {
    let cluster: &'static Cluster = Box::leak(Box::new(Cluster::new()));
    let store = Arc::new(open_at(cluster.address(), "killed").await.unwrap());
    let mut tasks = JoinSet::new();
    for writer in 0..8_u64 {
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
                let read = reading(&store, number, &number.to_be_bytes()).await;
                let Ok(Outcome::Done(index)) = one(&store, read).await else {
                    panic!("{number} was not read")
                };
                done.push((index, number));
            }
            done
        });
    }
    for _ in 0..2 {
        while store.figures().await.unwrap().people < 40 {
            tokio::task::yield_now().await;
        }
        tokio::task::spawn_blocking(move || {
            cluster.kill();
            cluster.start();
        })
        .await
        .unwrap();
    }
    let mut acknowledged = BTreeSet::new();
    while let Some(done) = tasks.join_next().await {
        acknowledged.extend(done.unwrap());
    }
    let staged = store.staged(0, 9999).await.unwrap();
    let stored: BTreeSet<(u64, u64)> = staged
        .iter()
        .map(|it| {
            (
                it.index,
                u64::from_be_bytes(it.entry.clone().try_into().unwrap()),
            )
        })
        .collect();
    assert_eq!(
        stored, acknowledged,
        "each act once, at the index that was told"
    );
    assert_eq!(stored.len(), 8 * 60 * 2);
    store.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_replaced_writes_nothing_more() {
    let first = open("replaced").await;
    assert_eq!(
        one(&first, creation(1, b"a")).await.unwrap(),
        Outcome::Done(0)
    );
    let read = reading(&first, 1, b"never").await;
    // As if the first had been stopped for longer than its lease.
    say(
        &first,
        "UPDATE lease SET until = clock_timestamp() - interval '1 hour'",
    )
    .await;
    let second = open("replaced").await;
    assert_eq!(
        one(&second, creation(2, b"b")).await.unwrap(),
        Outcome::Done(1)
    );
    let late = [read, creation(3, b"never")];
    for commit in late {
        let told = one(&first, commit).await.err().unwrap().to_string();
        assert!(told.contains(crate::store::STOPPED), "{told}");
    }
    assert!(
        first.sequenced(2).await.is_err(),
        "nor does it move the ledger"
    );
    assert!(first.book(Vec::new()).await.is_err());
    drop(first);
    assert_eq!(
        one(&second, creation(4, b"c")).await.unwrap(),
        Outcome::Done(2)
    );
    assert_eq!(second.staged(0, 9).await.unwrap().len(), 3);
    second.check().await.unwrap();
}

/// Only a group that looked moves the end of the ledger by itself.
const NO_LOOKING: &str = "
    CREATE FUNCTION no_looking() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_query() NOT LIKE '%new_people%' THEN RAISE 'it looked'; END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER no_looking BEFORE UPDATE ON ledger_end
        FOR EACH ROW EXECUTE FUNCTION no_looking();";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_of_which_all_is_known_or_likely_goes_out_without_looking() {
    let store = open("likely").await;
    one(&store, creation(1, b"it looked")).await.unwrap();
    say(&store, NO_LOOKING).await;
    let many = (2..40).map(|number| creation(number, b"new")).collect();
    let told = store.commit(many).await.unwrap();
    assert!(told.iter().all(|it| matches!(it, Outcome::Done(_))));
    let found = store.person(person(7), Wanted::Nothing).await.unwrap();
    let found = found.unwrap();
    let put = Record {
        kind: RecordKind::Idempotency,
        key: b"once".to_vec(),
        value: b"x".to_vec(),
    };
    let change = Commit {
        person: Some(person(7)),
        expected: Expected::Unchanged {
            version: found.version,
            epoch: found.epoch,
        },
        absent: vec![(put.kind, put.key.clone())],
        writes: vec![
            Write::PutItem(item(9)),
            Write::Claim([7; 32]),
            Write::PutRecord(put),
        ],
        entry: b"known".to_vec(),
    };
    assert_eq!(
        one(&store, change.clone()).await.unwrap(),
        Outcome::Done(39)
    );
    // What is not as it was taken to be is looked for.
    let told = one(
        &store,
        Commit {
            person: Some(person(8)),
            ..change
        },
    )
    .await;
    assert!(told.is_err(), "{told:?}");
    say(&store, "DROP TRIGGER no_looking ON ledger_end").await;
    store.check().await.unwrap();
}

/// What a server takes for granted without looking does not hold for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_was_replaced_by_one_that_wrote_nothing_writes_nothing_more() {
    let first = open("replaced_quietly").await;
    one(&first, creation(1, b"a")).await.unwrap();
    let lapse = "UPDATE lease SET until = clock_timestamp() - interval '1 hour'";
    say(&first, lapse).await;
    let second = open("replaced_quietly").await;
    let told = one(&first, creation(2, b"never")).await;
    let told = told.err().unwrap().to_string();
    assert!(told.contains(crate::store::STOPPED), "{told}");
    drop(first);
    let done = one(&second, creation(2, b"b")).await.unwrap();
    assert_eq!(done, Outcome::Done(1));
    assert_eq!(second.staged(0, 9).await.unwrap().len(), 2);
    second.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_goes_by_the_databases_clock_and_ends_by_itself() {
    let first = open("lease").await;
    let refused = try_to_open("lease").await.err().unwrap().to_string();
    assert!(
        refused.contains("another server is using this database"),
        "{refused}"
    );
    let client = first.maker.bare().await.unwrap();
    let left =
        "SELECT until - clock_timestamp() BETWEEN interval '0' AND interval '2 s' FROM lease";
    let is_short: bool = client.query_one(left, &[]).await.unwrap().get(0);
    assert!(is_short, "whatever this machine's clock says");
    // A server that died does not renew, and does not give up either.
    say(
        &first,
        "UPDATE lease SET holder = 'nobody', until = clock_timestamp() + interval '1 s'",
    )
    .await;
    let second = open("lease").await;
    assert_eq!(
        one(&second, creation(1, b"a")).await.unwrap(),
        Outcome::Done(0)
    );
}

/// A database that raises an error at the staging of entries, so often, from then on.
fn raising(code: &str, times: u32) -> String {
    format!(
        "CREATE SEQUENCE raised;
         CREATE FUNCTION raising() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('raised') <= {times} THEN
                 RAISE EXCEPTION 'a secret' USING ERRCODE = '{code}'; END IF;
             RETURN NEW; END $$;
         CREATE TRIGGER raising BEFORE INSERT ON staged
         FOR EACH STATEMENT EXECUTE FUNCTION raising();"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_in_each_others_way_are_done_again() {
    for (turn, code) in ["40001", "40P01"].into_iter().enumerate() {
        let store = open(&format!("again_{turn}")).await;
        say(&store, &raising(code, 3)).await;
        assert_eq!(
            one(&store, creation(1, b"a")).await.unwrap(),
            Outcome::Done(0)
        );
        store.check().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_and_leaves_nothing_half_done() {
    let store = open("full").await;
    say(&store, &raising("53100", 2)).await;
    for number in 1..3 {
        let told = one(&store, creation(number, b"a")).await.err().unwrap();
        let told = told.to_string();
        assert!(told.contains("full; make room"), "{told}");
        assert!(
            !told.contains("secret"),
            "what the server says is not repeated: {told}"
        );
    }
    assert_eq!(store.people(None, 9).await.unwrap(), []);
    assert_eq!(
        one(&store, creation(3, b"b")).await.unwrap(),
        Outcome::Done(0)
    );
    store.check().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_come_back_after_their_connections_were_ended() {
    let store = open("ended").await;
    assert_eq!(
        one(&store, creation(1, b"a")).await.unwrap(),
        Outcome::Done(0)
    );
    for _ in 0..3 {
        let client = store.maker.bare().await.unwrap();
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE pid <> pg_backend_pid() AND query LIKE '%person%' AND query LIKE '%SELECT NULL%'";
        client.query(end, &[]).await.unwrap();
        for _ in 0..4 {
            let found = store.person(person(1), Wanted::Nothing).await.unwrap();
            assert_eq!(found.map(|it| it.version), Some(1));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_of_a_later_format_are_left_alone_and_making_them_twice_is_making_them_once() {
    drop(open("format").await);
    let store = open("format").await;
    say(&store, "UPDATE format SET format = 99").await;
    drop(store);
    let told = try_to_open("format").await.err().unwrap().to_string();
    assert!(told.contains("format 99, this program knows"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_that_make_the_tables_at_once_make_them_once() {
    let mut tasks = JoinSet::new();
    for _ in 0..6 {
        tasks.spawn(async {
            let handle = Handle::current();
            let maker = Maker::new(&at(Cluster::shared().address()), "crowd", handle).unwrap();
            let client = maker.bare().await.unwrap();
            schema::bring_forward(&client, "crowd").await.unwrap();
        });
    }
    while let Some(made) = tasks.join_next().await {
        made.unwrap();
    }
}
