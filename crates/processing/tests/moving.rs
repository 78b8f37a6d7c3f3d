//! The rows of a house move to a database and back, and a backup of either engine is put back into
//! the other: what was there is there, what was erased is not, and a step that breaks is made
//! good by the same call.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

use kept_policy::{Policy, Source, compile};
use kept_processing::{
    BackingUp, BucketAddress, Caller, Collect, Command, Door, Effect, Failure, Folder, Given,
    MoveStep, MoveTo, Moved, Restore, Restored, Subject, Use, bucket_address,
};
use kept_processing::{StoreAddress, StoreOptions};
use kept_terms::{ActorKind, Clock, Day, PersonId};
use kept_testing::bucket::ObjectServer;
use kept_testing::cluster::Cluster;
use kept_testing::{Dial, Dice};
use kept_vault::blob::{BlobStore as _, Bucket};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
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

/// A house, open or not, with its clock and dice.
struct House {
    folder: tempfile::TempDir,
    schema: &'static str,
    clock: Arc<Dial>,
    dice: Arc<Dice>,
    /// Where its files are, if not in the folder.
    bucket: Option<BucketAddress>,
}

impl House {
    fn new(schema: &'static str) -> House {
        House {
            folder: tempfile::tempdir().unwrap(),
            schema,
            clock: Arc::new(Dial::at("2026-11-23T12:00:00Z")),
            dice: Arc::new(Dice::seeded(7)),
            bucket: None,
        }
    }

    fn with_rows_here(&self) -> Folder {
        let folder = Folder::new(self.folder.path());
        match &self.bucket {
            Some(bucket) => folder.with_bucket(bucket.clone()),
            None => folder,
        }
    }

    fn with_a_database(&self) -> Folder {
        let address = StoreAddress::new(Cluster::shared().address().into()).unwrap();
        let options = StoreOptions {
            schema: self.schema.to_owned(),
            lease: Duration::from_millis(1200),
            ..StoreOptions::default()
        };
        Folder::new(self.folder.path()).with_database(address, options)
    }

    async fn open(&self, folder: &Folder) -> Result<Door, Failure> {
        let opened = folder.open(POLICY.clone(), self.clock.clone(), self.dice.clone());
        opened.await
    }

    async fn here(&self) -> Door {
        self.open(&self.with_rows_here()).await.unwrap()
    }

    async fn there(&self) -> Door {
        self.open(&self.with_a_database()).await.unwrap()
    }

    async fn moves(&self, to: MoveTo) -> Result<(Door, Moved), Failure> {
        self.moves_and(to, &|_, _, _| {}).await
    }

    async fn moves_and(
        &self,
        to: MoveTo,
        watch: kept_vault::store::moving::Watch<'_>,
    ) -> Result<(Door, Moved), Failure> {
        let folder = self.with_a_database();
        let (clock, dice) = (self.clock.clone(), self.dice.clone());
        let caller = administrator();
        let moved = folder.move_rows(to, &caller, POLICY.clone(), clock, dice, watch);
        Ok(moved.await?.expect("an administrator may move rows"))
    }
}

fn administrator() -> Caller {
    caller(ActorKind::Administrator, None)
}

fn caller(kind: ActorKind, role: Option<&str>) -> Caller {
    Caller {
        id: "token:test".to_owned(),
        kind,
        role: role.map(str::to_owned),
        purposes: None,
        home: None,
        holder: None,
    }
}

async fn done(door: &Door, caller: &Caller, command: Command) -> Effect {
    match door.perform(caller, &command).await.unwrap().outcome {
        Ok(effect) => effect,
        Err(refusal) => panic!("refused: {:?}", refusal.grounds),
    }
}

async fn collect(door: &Door, email: &str) -> PersonId {
    let given = |text: &str| Given::Text(text.to_owned());
    let collect = Collect {
        values: vec![
            ("name".to_owned(), given("Ada Byron")),
            ("email".to_owned(), given(email)),
        ],
        country: "US".parse().ok(),
        ..Collect::through("website-form")
    };
    let support = caller(ActorKind::Staff, Some("support"));
    match done(door, &support, Command::Collect(collect)).await {
        Effect::Stored { person, .. } => person,
        _ => panic!("not stored"),
    }
}

/// Gives somebody a letter with a file, which is a blob.
async fn with_a_file(door: &Door, person: PersonId) {
    let file = Given::File {
        name: "letter.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        content: b"Good day, this is about the invoice.".to_vec(),
    };
    let letter = Collect {
        subject: Subject::Known(person),
        values: vec![
            (
                "message".to_owned(),
                Given::Text("Please see the letter.".to_owned()),
            ),
            ("attachment".to_owned(), file),
        ],
        ..Collect::through("support")
    };
    let support = caller(ActorKind::Staff, Some("support"));
    done(door, &support, Command::Collect(letter)).await;
}

async fn is_there(door: &Door, person: PersonId) -> bool {
    let reading = Command::Use(Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["email".to_owned()],
    });
    let support = caller(ActorKind::Staff, Some("support"));
    match door.perform(&support, &reading).await {
        Err(Failure::NotFound(_)) => false,
        Err(failure) => panic!("{failure}"),
        Ok(performed) => match performed.outcome {
            Ok(Effect::Values(values)) => !values.is_empty(),
            _ => panic!("no reading"),
        },
    }
}

/// Who is in a house in which something of every kind happened.
struct People {
    staying: Vec<PersonId>,
    erased: PersonId,
    expired: PersonId,
}

impl People {
    async fn must_be_as_they_were(&self, door: &Door) {
        for person in &self.staying {
            assert!(is_there(door, *person).await, "{person} is missing");
        }
        for gone in [self.erased, self.expired] {
            assert!(!is_there(door, gone).await, "{gone} came back");
        }
    }
}

async fn sweep(door: &Door, clock: &Dial, times: u32) {
    for _ in 0..times {
        clock.pass_days(30);
        door.sweep(None).await.unwrap();
    }
}

/// People who stay, one who was erased, and one whose day is past.
async fn lived_in(house: &House, door: &Door) -> People {
    let expired = collect(door, "bea@example.com").await;
    sweep(door, &house.clock, 38).await;
    let erased = collect(door, "ada@example.com").await;
    let mut staying = Vec::new();
    for number in 0..150 {
        staying.push(collect(door, &format!("cleo{number}@example.com")).await);
    }
    with_a_file(door, staying[3]).await;
    done(door, &Caller::person(), Command::Erase { person: erased }).await;
    door.sequence().await.unwrap();
    People {
        staying,
        erased,
        expired,
    }
}

fn root(door: &Door) -> (u64, String) {
    let note = door.checkpoint().unwrap().unwrap();
    let verifiers = [door.verifier().clone()];
    let checkpoint = kept_ledger::Checkpoint::open(&note, &verifiers).unwrap();
    (checkpoint.size(), checkpoint.root().to_base64())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_move_to_a_database_and_back_and_nobody_comes_back_with_them() {
    let house = House::new("moves");
    let door = house.here().await;
    let people = lived_in(&house, &door).await;
    let before = door.audit(&mut |_| {}).await.unwrap();
    drop(door);

    let (door, moved) = house.moves(MoveTo::Database).await.unwrap();
    assert_eq!(
        moved.entries,
        before.entries + 1,
        "that they move is on record"
    );
    assert_eq!(root(&door).0, moved.entries, "and nothing else happened");
    people.must_be_as_they_were(&door).await;
    let after = door.audit(&mut |_| {}).await.unwrap();
    assert_eq!((after.people, after.items), (before.people, before.items));
    let late = collect(&door, "dora@example.com").await;
    drop(door);
    // What was left opens no more, and is there as it was.
    let told = house.open(&house.with_rows_here()).await.err().unwrap();
    assert!(told.to_string().contains("name the database"), "{told}");
    assert!(house.folder.path().join("vault.db.moved").exists());
    people.must_be_as_they_were(&house.there().await).await;

    let (door, _) = house.moves(MoveTo::Folder).await.unwrap();
    people.must_be_as_they_were(&door).await;
    assert!(is_there(&door, late).await);
    let again = door.audit(&mut |_| {}).await.unwrap();
    assert_eq!(again.people, before.people + 1);
    drop(door);
    let told = house.open(&house.with_a_database()).await.err().unwrap();
    assert!(told.to_string().contains("name no database"), "{told}");
    // Nor does another folder with the same keys open what was left.
    let other = tempfile::tempdir().unwrap();
    for name in ["root.key", "keyring.db"] {
        std::fs::copy(house.folder.path().join(name), other.path().join(name)).unwrap();
    }
    let copy = House {
        folder: other,
        ..House::new("moves")
    };
    let told = copy.open(&copy.with_a_database()).await.err().unwrap();
    assert!(
        told.to_string().contains("were moved to a data folder"),
        "{told}"
    );
    people.must_be_as_they_were(&house.here().await).await;
    // The database still holds what was left, and is no target.
    let told = house.moves(MoveTo::Database).await.err().unwrap();
    assert!(told.to_string().contains("not empty"), "{told}");
    people.must_be_as_they_were(&house.here().await).await;
}

/// Moves as often as it takes, each time cut off at a later step; the answer is at how many.
async fn moves_with_interruptions(house: &Arc<House>, to: MoveTo) -> (Door, usize) {
    let mut cuts = 0;
    loop {
        let cut_off_at = cuts;
        let house = Arc::clone(house);
        let moving = tokio::spawn(async move {
            let steps = AtomicUsize::new(0);
            let watch = move |_: MoveStep, _, _| {
                let step = steps.fetch_add(1, Ordering::Relaxed);
                assert!(step != cut_off_at, "cut off");
            };
            house.moves_and(to, &watch).await
        });
        match moving.await {
            Ok(moved) => return (moved.unwrap().0, cuts),
            Err(error) => assert!(error.is_panic()),
        }
        cuts += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_is_cut_off_at_any_step_goes_on() {
    let house = Arc::new(House::new("cut_off"));
    let door = house.here().await;
    let people = lived_in(&house, &door).await;
    let before = door.audit(&mut |_| {}).await.unwrap();
    drop(door);
    let (door, cuts) = moves_with_interruptions(&house, MoveTo::Database).await;
    assert!(cuts > 12, "{cuts} steps");
    people.must_be_as_they_were(&door).await;
    let after = door.audit(&mut |_| {}).await.unwrap();
    assert_eq!((after.people, after.items), (before.people, before.items));
    drop(door);
    let (door, cuts) = moves_with_interruptions(&house, MoveTo::Folder).await;
    assert!(cuts > 12, "{cuts} steps");
    people.must_be_as_they_were(&door).await;
    let after = door.audit(&mut |_| {}).await.unwrap();
    assert_eq!((after.people, after.items), (before.people, before.items));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_rows_are_on_their_way_nothing_opens_the_house() {
    let house = Arc::new(House::new("underway"));
    let door = house.here().await;
    let people = lived_in(&house, &door).await;
    drop(door);
    let cut_off = {
        let house = Arc::clone(&house);
        tokio::spawn(async move {
            let watch = |step: MoveStep, done, _| {
                assert!(step != MoveStep::Copying || done < 200, "cut off");
            };
            house.moves_and(MoveTo::Database, &watch).await.map(drop)
        })
    };
    assert!(cut_off.await.is_err_and(|error| error.is_panic()));
    for folder in [house.with_rows_here(), house.with_a_database()] {
        let told = house.open(&folder).await.err().unwrap().to_string();
        assert!(told.contains("kept move --to database"), "{told}");
    }
    let told = house.moves(MoveTo::Folder).await.err().unwrap().to_string();
    assert!(told.contains("go on with that one first"), "{told}");
    // A house of its own that is given the same database leaves what is on its way alone.
    let other = House::new("underway");
    let told = other.open(&other.with_a_database()).await.err().unwrap();
    assert!(told.to_string().contains("are not whole"), "{told}");
    drop(other.here().await);
    let told = other.moves(MoveTo::Database).await.err().unwrap();
    assert!(told.to_string().contains("not empty"), "{told}");
    let (door, _) = house.moves(MoveTo::Database).await.unwrap();
    people.must_be_as_they_were(&door).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_changed_on_the_way_is_noticed_and_what_was_there_stays() {
    let house = Arc::new(House::new("altered"));
    let door = house.here().await;
    let people = lived_in(&house, &door).await;
    drop(door);
    let cut_off = {
        let house = Arc::clone(&house);
        tokio::spawn(async move {
            let watch = |step, _, _| assert!(step != MoveStep::Comparing, "cut off");
            house.moves_and(MoveTo::Database, &watch).await.map(drop)
        })
    };
    assert!(cut_off.await.is_err());
    let (client, connection) =
        tokio_postgres::connect(&Cluster::shared().address(), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    let alter = "UPDATE altered.item SET sealed = sealed || '\\x00' WHERE ctid IN
        (SELECT ctid FROM altered.item LIMIT 1)";
    assert_eq!(client.execute(alter, &[]).await.unwrap(), 1);
    let told = house
        .moves(MoveTo::Database)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(told.contains("the rows of `item`"), "{told}");
    assert!(house.folder.path().join("vault.db").exists());
    // Once nothing of that is left, the move begins again.
    client
        .batch_execute("DROP SCHEMA altered CASCADE")
        .await
        .unwrap();
    let (door, _) = house.moves(MoveTo::Database).await.unwrap();
    people.must_be_as_they_were(&door).await;
}

async fn back_up(door: &Door, to: &Path) -> kept_processing::Made {
    let backing = BackingUp {
        to: to.to_owned(),
        keyring_to: None,
        keep: None,
    };
    let caller = administrator();
    let made = door.back_up(&caller, &backing, &|_, _, _| {});
    made.await.unwrap().1.unwrap()
}

async fn put_back(
    house: &House,
    folder: &Folder,
    from: &Path,
) -> Result<(Door, Restored), Failure> {
    let restore = Restore {
        from: from.to_owned(),
        at: None,
        keyring_from: None,
    };
    let (clock, dice) = (house.clock.clone(), house.dice.clone());
    folder
        .restore(&restore, POLICY.clone(), clock, dice, &|_, _, _| {})
        .await
}

/// Another place for a house that was lost: only its root key is there.
fn elsewhere(house: &House, schema: &'static str) -> House {
    let folder = tempfile::tempdir().unwrap();
    let key = house.folder.path().join("root.key");
    std::fs::copy(key, folder.path().join("root.key")).unwrap();
    House {
        folder,
        schema,
        clock: house.clock.clone(),
        dice: house.dice.clone(),
        bucket: None,
    }
}

/// The test that matters: what is erased, or falls due, after a backup stays gone when it is put
/// back, whichever engine it came from and goes to.
async fn an_old_backup_brings_nobody_back(is_from_database: bool, schemas: [&'static str; 2]) {
    let house = House::new(schemas[0]);
    let door = match is_from_database {
        true => house.there().await,
        false => house.here().await,
    };
    let backups = tempfile::tempdir().unwrap();
    let erased = collect(&door, "ada@example.com").await;
    let expired = collect(&door, "bea@example.com").await;
    sweep(&door, &house.clock, 30).await;
    let mut staying = Vec::new();
    for number in 0..40 {
        staying.push(collect(&door, &format!("cleo{number}@example.com")).await);
    }
    with_a_file(&door, staying[3]).await;
    let intake = house.folder.path().join("intake");
    std::fs::create_dir_all(&intake).unwrap();
    std::fs::write(intake.join("visitor.key"), [7; 32]).unwrap();
    let old = back_up(&door, backups.path()).await;
    assert_eq!(old.blobs_new, 1);
    let same = back_up(&door, backups.path()).await;
    assert_eq!(same.blobs_new, 0);
    let backed_up = [erased, expired, staying[0], staying[3]];
    for person in backed_up {
        assert!(is_there(&door, person).await);
    }
    done(&door, &Caller::person(), Command::Erase { person: erased }).await;
    sweep(&door, &house.clock, 8).await;
    assert!(!is_there(&door, expired).await);
    // A server copies the keyring again within a minute.
    let backing = BackingUp {
        to: backups.path().to_owned(),
        keyring_to: None,
        keep: None,
    };
    door.follow_keyring(&backing, None).unwrap();
    let before = root(&door);
    drop(door);

    for to_database in [true, false] {
        let new = elsewhere(&house, schemas[1]);
        let folder = match to_database {
            true => new.with_a_database(),
            false => new.with_rows_here(),
        };
        let (door, restored) = put_back(&new, &folder, backups.path()).await.unwrap();
        assert!(restored.lost.to <= before.0);
        for gone in [erased, expired] {
            assert!(!is_there(&door, gone).await, "{gone} came back");
        }
        for person in &staying {
            assert!(is_there(&door, *person).await, "{person} is missing");
        }
        let key = std::fs::read(new.folder.path().join("intake/visitor.key"));
        assert_eq!(key.unwrap(), [7; 32], "how far inputs were taken in");
        let today = Day::of(door.now());
        door.sweep(Some(today)).await.unwrap();
        let audited = door.audit(&mut |_| {}).await.unwrap();
        assert_eq!(audited.people - audited.keyless, 40);
        assert!(root(&door).0 > restored.generation.ledger.size());
        assert!(!new.folder.path().join("restoring.rows").exists());
        drop(door);
        assert_eq!(to_database, !new.folder.path().join("vault.db").exists());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_database_brings_back_neither_the_erased_nor_the_expired() {
    an_old_backup_brings_nobody_back(true, ["backed_up", "put_back"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_a_folder_is_put_back_into_a_database() {
    an_old_backup_brings_nobody_back(false, ["unused", "put_back_from_folder"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_put_back_into_an_empty_database_only_and_goes_on_when_cut_off() {
    let house = Arc::new(House::new("cut_restore"));
    let door = house.there().await;
    let people = lived_in(&house, &door).await;
    let backups = tempfile::tempdir().unwrap();
    back_up(&door, backups.path()).await;
    drop(door);
    let new = elsewhere(&house, "cut_restore");
    let told = put_back(&new, &new.with_a_database(), backups.path()).await;
    let told = told.err().unwrap().to_string();
    assert!(told.contains("not empty"), "{told}");
    assert!(!new.folder.path().join("restoring").exists());
    let new = Arc::new(elsewhere(&house, "cut_restored"));
    let from = backups.path().to_owned();
    let mut cuts = 0;
    let door = loop {
        let (new, from, cut_off_at) = (Arc::clone(&new), from.clone(), cuts);
        let restoring = tokio::spawn(async move {
            let steps = AtomicUsize::new(0);
            let watch = move |_, _, _| {
                let step = steps.fetch_add(1, Ordering::Relaxed);
                assert!(step != cut_off_at, "cut off");
            };
            let restore = Restore {
                from,
                at: None,
                keyring_from: None,
            };
            let (clock, dice) = (new.clock.clone(), new.dice.clone());
            let folder = new.with_a_database();
            let restored = folder.restore(&restore, POLICY.clone(), clock, dice, &watch);
            restored.await.map(|(door, _)| door)
        });
        match restoring.await {
            Ok(door) => break door.unwrap(),
            Err(error) => assert!(error.is_panic()),
        }
        cuts += 1;
    };
    assert!(cuts > 12, "{cuts} steps");
    people.must_be_as_they_were(&door).await;
    door.audit(&mut |_| {}).await.unwrap();
    assert!(house.clock.now() <= door.now());
}

fn bucket(name: &str) -> BucketAddress {
    let server = ObjectServer::shared();
    server.make_bucket(name);
    // The way there is open for as long as the test's process lives.
    let gate = Box::leak(Box::new(server.gate()));
    BucketAddress {
        endpoint: Some(gate.address()),
        region: Some("us-east-1".to_owned()),
        access_key: Some("kept".to_owned()),
        secret: Some("geheim".to_owned().into()),
        ..bucket_address(&format!("s3://{name}/files")).unwrap()
    }
}

fn files_in(bucket: &BucketAddress) -> usize {
    let bucket = Bucket::open(bucket).unwrap();
    bucket.list(None, 100).unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_in_a_bucket_go_with_their_people_and_come_back_with_a_backup() {
    let one = bucket("house-one");
    let house = House {
        bucket: Some(one.clone()),
        ..House::new("unused")
    };
    let door = house.here().await;
    let (ada, bea) = (
        collect(&door, "ada@example.com").await,
        collect(&door, "bea@example.com").await,
    );
    with_a_file(&door, ada).await;
    with_a_file(&door, bea).await;
    assert_eq!(files_in(&one), 2);
    let backups = tempfile::tempdir().unwrap();
    let made = back_up(&door, backups.path()).await;
    assert_eq!(made.blobs_new, 2);
    done(&door, &Caller::person(), Command::Erase { person: bea }).await;
    // Files that nobody has any more go with the first sweep of a later day; the server dates them
    // by the machine's own clock.
    for _ in 0..2 {
        house.clock.pass_days(1);
        door.sweep(None).await.unwrap();
    }
    door.audit(&mut |_| {}).await.unwrap();
    let backing = BackingUp {
        to: backups.path().to_owned(),
        keyring_to: None,
        keep: None,
    };
    door.follow_keyring(&backing, None).unwrap();
    drop(door);
    // Nowhere else are its files looked for.
    let nowhere = Folder::new(house.folder.path());
    let told = house.open(&nowhere).await.err().unwrap().to_string();
    assert!(
        told.contains("are in the bucket s3://house-one/files"),
        "{told}"
    );
    let other = bucket("house-other");
    let elsewhere_named = Folder::new(house.folder.path()).with_bucket(other.clone());
    let told = house
        .open(&elsewhere_named)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(told.contains("not in s3://house-other/files"), "{told}");

    let new = House {
        bucket: Some(other.clone()),
        ..elsewhere(&house, "unused")
    };
    let (door, _) = put_back(&new, &new.with_rows_here(), backups.path())
        .await
        .unwrap();
    assert!(is_there(&door, ada).await && !is_there(&door, bea).await);
    assert_eq!(files_in(&other), 2);
    // Each file that somebody has is read by this, to its end.
    door.audit(&mut |_| {}).await.unwrap();
}
