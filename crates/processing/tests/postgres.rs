//! A data folder whose rows stand in a database: which folder and which database belong together,
//! and that one server at a time has them. It looks at no act; the simulator does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

#[path = "postgres/beside.rs"]
mod beside;
#[path = "postgres/keys.rs"]
mod keys;
#[path = "postgres/ledger.rs"]
mod ledger;
#[path = "postgres/machines.rs"]
mod machines;

use kept_policy::{Policy, Source, compile};
use kept_processing::{Caller, Collect, Command, Door, Effect, Failure, Folder, Given};
use kept_processing::{StoreAddress, StoreOptions};
use kept_terms::{ActorKind, PersonId};
use kept_testing::cluster::Cluster;
use kept_testing::{Dial, Dice};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/mediaocean");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        Source::new(name, std::fs::read_to_string(path).unwrap())
    });
    let (policy, _) = compile(&files.collect::<Vec<_>>());
    Arc::new(policy.expect("the modelled policy compiles"))
});

fn folder(path: &Path, schema: &str) -> Folder {
    let address = Cluster::shared().address();
    let options = StoreOptions {
        schema: schema.to_owned(),
        lease: Duration::from_millis(1200),
        ..StoreOptions::default()
    };
    Folder::new(path).with_database(StoreAddress::new(address.into()).unwrap(), options)
}

async fn open(folder: &Folder) -> Result<Door, Failure> {
    let clock = Arc::new(Dial::at("2026-11-23T12:00:00Z"));
    // Chance does not repeat itself: two houses have different keys.
    static OPENED: AtomicU64 = AtomicU64::new(1);
    let dice = Dice::seeded(OPENED.fetch_add(1, Ordering::Relaxed));
    let opened = folder.open(POLICY.clone(), clock, Arc::new(dice));
    opened.await
}

async fn told(folder: &Folder) -> String {
    let failure = open(folder).await.err().expect("it opens");
    failure.to_string()
}

fn staff() -> Caller {
    Caller {
        id: "token:test".to_owned(),
        kind: ActorKind::Staff,
        role: Some("support".to_owned()),
        purposes: None,
        home: None,
        holder: None,
    }
}

async fn collect(door: &Door) -> PersonId {
    let given = |text: &str| Given::Text(text.to_owned());
    let collect = Collect {
        values: vec![
            ("name".to_owned(), given("Ada Byron")),
            ("email".to_owned(), given("ada@example.com")),
        ],
        country: "US".parse().ok(),
        ..Collect::through("website-form")
    };
    let performed = door.perform(&staff(), &Command::Collect(collect)).await;
    match performed.unwrap().outcome {
        Ok(Effect::Stored { person, .. }) => person,
        _ => panic!("not stored"),
    }
}

async fn find(door: &Door) -> Option<PersonId> {
    let find = Command::Find {
        purpose: "keep-secure".to_owned(),
        field: "email".to_owned(),
        value: "ada@example.com".to_owned(),
    };
    match door.perform(&staff(), &find).await.unwrap().outcome {
        Ok(Effect::Found(found)) => found,
        _ => panic!("not found"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_in_a_database_is_there_again_and_its_ledger_verifies() {
    let place = tempfile::tempdir().unwrap();
    let house = folder(place.path(), "house");
    assert!(!house.is_used());
    let door = open(&house).await.unwrap();
    let ada = collect(&door).await;
    door.sequence().await.unwrap();
    drop(door);
    assert!(house.is_used());
    assert!(
        !place.path().join("vault.db").exists(),
        "no rows in the folder"
    );
    let door = open(&house).await.unwrap();
    assert_eq!(find(&door).await, Some(ada));
    door.sequence().await.unwrap();
    assert_eq!(door.audit(&mut |_| {}).await.unwrap().people, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_is_refused_while_the_first_is_alive() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let door = open(&folder(one.path(), "alive")).await.unwrap();
    let second = told(&folder(other.path(), "alive")).await;
    assert!(
        second.contains("another server is using this database"),
        "{second}"
    );
    collect(&door).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_rows_of_different_houses_do_not_meet() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let door = open(&folder(one.path(), "one")).await.unwrap();
    collect(&door).await;
    door.sequence().await.unwrap();
    drop(door);
    let keyless = told(&folder(other.path(), "one")).await;
    assert!(
        keyless.contains("its keys are not in this data folder"),
        "{keyless}"
    );
    assert!(
        !other.path().join("keyring.db").exists(),
        "keys were made anew"
    );
    let empty = told(&folder(one.path(), "nothing_yet")).await;
    assert!(empty.contains("the database is empty"), "{empty}");
    drop(open(&folder(other.path(), "other")).await.unwrap());
    let mixed = told(&folder(other.path(), "one")).await;
    assert!(mixed.contains("belongs to another keyring"), "{mixed}");
    let own = Folder::new(one.path());
    let forgotten = told(&own).await;
    assert!(forgotten.contains("--store"), "{forgotten}");
    drop(open(&folder(one.path(), "one")).await.unwrap());
}

#[tokio::test]
async fn an_address_is_never_repeated() {
    let place = tempfile::tempdir().unwrap();
    let missing = Cluster::shared()
        .address()
        .replace("/postgres", "/geheimnis");
    for address in [missing.as_str(), "postgres://kept:geheim@192.0.2.1:1/%zz"] {
        let address = StoreAddress::unchecked(address.into());
        let house = Folder::new(place.path()).with_database(address, StoreOptions::default());
        let told = told(&house).await;
        assert!(
            told.contains("database") && !told.contains("geheim"),
            "{told}"
        );
    }
}
