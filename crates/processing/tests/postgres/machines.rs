//! Several servers, each with a data folder of its own as on a machine of its own, on one database:
//! nothing is lost or doubled between them, also where the connections that hold their locks are
//! cut; and what is still on one machine keeps them from starting.

use super::beside::{NOON, leads, read, reading, record, stored};
use super::*;
use kept_processing::{BucketAddress, KeyringPlace, bucket_address};
use kept_testing::bucket::ObjectServer;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use tokio::task::JoinSet;

/// A house, wherever its servers are.
struct House {
    schema: &'static str,
    keyring: String,
    bucket: BucketAddress,
    /// What whoever starts a server brings along.
    root: std::path::PathBuf,
    _place: tempfile::TempDir,
}

impl House {
    fn new(schema: &'static str) -> House {
        let server = ObjectServer::shared();
        let name = schema.replace('_', "-");
        server.make_bucket(&name);
        // The way there is open for as long as the test's process lives.
        let gate = Box::leak(Box::new(server.gate()));
        let bucket = BucketAddress {
            endpoint: Some(gate.address()),
            region: Some("us-east-1".to_owned()),
            access_key: Some("kept".to_owned()),
            secret: Some("geheim".to_owned().into()),
            ..bucket_address(&format!("s3://{name}/files")).unwrap()
        };
        let place = tempfile::tempdir().unwrap();
        House {
            schema,
            keyring: Cluster::shared().database(),
            bucket,
            root: place.path().join("root.key"),
            _place: place,
        }
    }

    /// A folder of its own for a server of the house.
    fn folder(&self, path: &Path) -> Folder {
        let keyring = StoreAddress::new(self.keyring.clone().into()).unwrap();
        folder(path, self.schema)
            .with_root(kept_processing::RootKey::File(self.root.clone()))
            .with_keyring_in(KeyringPlace::Database(keyring))
            .with_bucket(self.bucket.clone())
            .with_ledger_in_database()
            .shared()
    }

    async fn server(&self, path: &Path, time: &str) -> Arc<Door> {
        static OPENED: AtomicU64 = AtomicU64::new(1 << 40);
        let dice = Dice::seeded(OPENED.fetch_add(1, Ordering::Relaxed));
        let clock = Arc::new(Dial::at(time));
        let folder = self.folder(path);
        let opened = folder.open(POLICY.clone(), clock, Arc::new(dice)).await;
        Arc::new(opened.unwrap())
    }

    /// Ends the connection of whichever server has a lock; whether one had.
    fn cut(&self, lock: &str) -> bool {
        let schema = self.schema;
        let cut = format!(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_locks
            WHERE locktype = 'advisory' AND granted
                AND classid = (hashtext('kept {schema}')::bigint & 4294967295)::oid
                AND objid IN (SELECT member FROM {schema}.turn WHERE name = '{lock}')"
        );
        Cluster::shared().said(&cut) != "0"
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_on_one_machine_is_refused_and_a_new_machine_joins_with_the_root_key_alone() {
    let house = House::new("machines_join");
    let [one, other] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let beside = folder(one.path(), "machines_join").with_ledger_in_database();
    let keyring = told(&beside.clone().shared()).await;
    assert!(keyring.contains("set `keyring` to a database"), "{keyring}");
    let address = StoreAddress::new(house.keyring.clone().into()).unwrap();
    let keyed = beside.with_keyring_in(KeyringPlace::Database(address));
    let files = told(&keyed.shared()).await;
    assert!(files.contains("set `blobs` to a bucket"), "{files}");
    assert!(!one.path().join("root.key").exists(), "nothing was made");

    let first = house.server(one.path(), NOON).await;
    let same = told(&house.folder(one.path())).await;
    assert!(same.contains("choose another folder"), "{same}");
    let missing = other.path().join("none");
    let strange = house.folder(other.path());
    let strange = strange.with_root(kept_processing::RootKey::File(missing.clone()));
    let strange = told(&strange).await;
    assert!(strange.contains("is missing: nothing stored"), "{strange}");
    assert!(!missing.exists(), "no other root key was made");
    let second = house.server(other.path(), NOON).await;
    let ada = stored(&first, "ada@example.com").await;
    assert_eq!(read(&second, ada).await.unwrap(), 1);
    // One that shares nothing, and one that shares a folder, are kept out.
    let third = tempfile::tempdir().unwrap();
    let alone = house.folder(third.path());
    let rows = folder(third.path(), "machines_join").with_ledger_in_database();
    let rows = told(&rows).await;
    assert!(
        rows.contains("another server is using this database"),
        "{rows}"
    );
    drop((first, second));
    // All are gone: whoever is next is first, from wherever it comes.
    let opened = open(&alone).await.unwrap();
    assert_eq!(read(&opened, ada).await.unwrap(), 1);
    opened.audit(&mut |_| {}).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_whoever_leads_is_cut_off_another_machine_leads_and_both_go_on() {
    let house = House::new("machines_lead");
    let [one, other] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let first = house.server(one.path(), NOON).await;
    let second = house.server(other.path(), NOON).await;
    let leading = first.leading().await.unwrap().unwrap();
    assert!(!leads(&second).await);
    let sql = "SELECT octet_length(value) / 8 FROM kept_keyring.setting WHERE name = 'gone'";
    let shut_out = || Cluster::shared().said_in(&house.keyring, sql);
    assert_eq!(shut_out(), "1", "all of former openings");
    assert!(house.cut("lead"));
    assert!(leads(&second).await, "it is free");
    assert_eq!(shut_out(), "2", "and whoever led, from destroying keys");
    // What was begun under it comes to nothing.
    let late = first.sweep(None).await;
    assert!(matches!(late, Err(Failure::Unavailable(_))), "{late:?}");
    drop(leading);
    assert!(!leads(&first).await);
    let ada = stored(&first, "ada@example.com").await;
    assert_eq!(read(&second, ada).await.unwrap(), 1);
    drop(second);
    assert!(leads(&first).await);
    first.sweep(None).await.unwrap();
    first.audit(&mut |_| {}).await.unwrap();
}

/// What came of a task: the entries of its acts, and who was stored.
type Told = (Vec<u64>, Vec<PersonId>);

/// Whoever is told that a server has lost its locks asks again.
async fn busy(door: Arc<Door>, task: u64, acts: Arc<AtomicUsize>) -> Told {
    let (mut entries, mut people) = (Vec::new(), Vec::new());
    for turn in 0..14_u64 {
        // Four addresses for everybody, so that they meet; and one of their own each turn.
        let shared = format!("p{}@example.com", (task + turn) % 4);
        let own = format!("t{task}-{turn}@example.com");
        for email in [shared, own] {
            acts.fetch_add(1, Ordering::AcqRel);
            let performed = match door.perform(&staff(), &record(&email)).await {
                Ok(performed) => performed,
                Err(Failure::Unavailable(_)) => continue,
                Err(other) => panic!("{other}"),
            };
            entries.push(performed.entry.unwrap());
            let Ok(Effect::Stored { person, .. }) = performed.outcome else {
                panic!("not stored")
            };
            people.push(person);
            let mut next = vec![(staff(), reading(person))];
            if turn % 5 == task % 5 {
                next.push((Caller::person(), Command::Erase { person }));
            }
            for (caller, command) in next {
                match door.perform(&caller, &command).await {
                    Ok(done) => entries.push(done.entry.unwrap()),
                    Err(Failure::NotFound(_) | Failure::Unavailable(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
        }
        if turn % 3 == 0 {
            match door.sequence().await {
                Ok(_) | Err(Failure::Unavailable(_)) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }
    (entries, people)
}

/// Two at once on the same people; whichever has the sequencer, the gate or the lead is cut off
/// again and again. Each takes entries into the ledger and sweeps whenever it likes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_on_machines_that_are_cut_off_lose_and_double_nothing_and_have_one_ledger() {
    let house = House::new("machines_load");
    let [here, there] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let one = house.server(here.path(), NOON).await;
    let other = house.server(there.path(), "2026-11-23T13:00:00Z").await;
    let acts = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for task in 0..6 {
        let door = [&one, &other][usize::try_from(task % 2).unwrap()];
        tasks.spawn(busy(Arc::clone(door), task, Arc::clone(&acts)));
    }
    for door in [&one, &other] {
        let (door, acts) = (Arc::clone(door), Arc::clone(&acts));
        tasks.spawn(async move {
            while acts.load(Ordering::Acquire) < 150 {
                if let Ok(Some(_leading)) = door.leading().await {
                    match door.sweep(None).await {
                        Ok(_) | Err(Failure::Unavailable(_) | Failure::Conflict(_)) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
                let _ = door.sequence().await;
            }
            Told::default()
        });
    }
    // As often as it can be while they work, each lock in turn.
    let mut cuts = BTreeMap::new();
    while acts.load(Ordering::Acquire) < 150 {
        for lock in ["sequencer", "sealing", "lead"] {
            let cuts = cuts.entry(lock).or_insert(0);
            *cuts += u32::from(*cuts < 4 && house.cut(lock));
        }
        tokio::task::yield_now().await;
    }
    let (mut entries, mut people) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (of, stored) = done.unwrap();
        entries.extend(of);
        people.extend(stored);
    }
    assert!(cuts.values().sum::<u32>() > 3, "{cuts:?}");
    let size = whenever(async || one.sequence().await).await;
    assert_eq!(whenever(async || other.sequence().await).await, size);
    let told = entries.len();
    entries.sort_unstable();
    entries.dedup();
    assert_eq!(entries.len(), told, "an entry is one act's");
    assert!(entries.iter().all(|index| *index < size));
    for person in people {
        match whenever_read(&one, person).await {
            Ok(_) | Err(Failure::NotFound(_)) => {}
            Err(failure) => panic!("{failure}"),
        }
    }
    for door in [&one, &other] {
        whenever(async || door.audit(&mut |_| {}).await).await;
    }
    assert_eq!(one.checkpoint().unwrap(), other.checkpoint().unwrap());
    drop((one, other));
    let again = house.server(here.path(), NOON).await;
    again.audit(&mut |_| {}).await.unwrap();
}

/// What a server does once it has its locks back.
async fn whenever<T>(work: impl AsyncFn() -> Result<T, Failure>) -> T {
    loop {
        match work().await {
            Ok(done) => return done,
            Err(Failure::Unavailable(_)) => tokio::task::yield_now().await,
            Err(other) => panic!("{other}"),
        }
    }
}

async fn whenever_read(door: &Door, person: PersonId) -> Result<usize, Failure> {
    loop {
        match read(door, person).await {
            Err(Failure::Unavailable(_)) => tokio::task::yield_now().await,
            told => return told,
        }
    }
}

/// One is years ahead and sweeps people while the other stores them, and is cut off wherever it is
/// alone. Whatever the other acknowledged opens, or is gone as a whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_machine_sweeps_that_is_cut_off_is_gone_whole_or_opens() {
    let house = House::new("machines_sealing");
    let [here, there] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let other = house.server(there.path(), NOON).await;
    let one = house.server(here.path(), "2029-11-24T12:00:00Z").await;
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let door = other.clone();
        tasks.spawn(async move {
            let mut people = Vec::new();
            for turn in 0..12 {
                let command = record(&format!("t{task}-{turn}@example.com"));
                match door.perform(&staff(), &command).await {
                    Ok(performed) => match performed.outcome {
                        Ok(Effect::Stored { person, .. }) => people.push(person),
                        _ => panic!("not stored"),
                    },
                    Err(Failure::Unavailable(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            people
        });
    }
    let (mut people, mut destroyed, mut cuts) = (Vec::new(), 0, 0);
    while !tasks.is_empty() {
        let today = Some(kept_terms::Day::of(one.now()));
        let sweeping = one.clone();
        let sweep = tokio::spawn(async move { sweeping.sweep(today).await });
        cuts += u32::from(cuts < 8 && house.cut("sealing"));
        destroyed += match sweep.await.unwrap() {
            Ok(swept) => swept.items,
            Err(Failure::Conflict(_) | Failure::Unavailable(_)) => 0,
            Err(failure) => panic!("{failure}"),
        };
        while let Some(done) = tasks.try_join_next() {
            people.extend(done.unwrap());
        }
    }
    assert!(cuts > 0, "nobody was cut off");
    whenever(async || one.sweep(Some(kept_terms::Day::of(one.now()))).await).await;
    for person in people {
        match whenever_read(&other, person).await {
            Ok(_) | Err(Failure::NotFound(_)) => {}
            Err(failure) => panic!("sealed under a key that is gone: {failure} {destroyed}"),
        }
    }
    whenever(async || other.sequence().await).await;
    whenever(async || other.audit(&mut |_| {}).await).await;
    whenever(async || one.keep_up().await).await;
    whenever(async || one.sweep(None).await).await;
    let left = whenever(async || one.audit(&mut |_| {}).await).await;
    assert_eq!(left.people, 0);
}
