//! A house whose keyring stands in a database of its own: it opens with that alone, goes on after
//! it was away, and whoever was erased stays erased, wherever its copy goes.

use super::*;
use kept_processing::{BackingUp, KeyringPlace, Restore, Use};

/// A folder whose keyring is in a database, made from nothing; its rows are its own.
fn keyed(path: &Path, keyring: &str) -> Folder {
    let address = StoreAddress::new(keyring.into()).unwrap();
    Folder::new(path).with_keyring_in(KeyringPlace::Database(address))
}

fn reading(person: PersonId) -> Command {
    Command::Use(Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["email".to_owned()],
    })
}

/// Whether somebody is there, and their address opens.
async fn is_there(door: &Door, person: PersonId) -> bool {
    match door.perform(&staff(), &reading(person)).await {
        Err(Failure::NotFound(_)) => false,
        Err(failure) => panic!("{failure}"),
        Ok(performed) => {
            matches!(performed.outcome, Ok(Effect::Values(values)) if !values.is_empty())
        }
    }
}

async fn stored(door: &Door, email: &str) -> PersonId {
    let given = |text: &str| Given::Text(text.to_owned());
    let collect = Collect {
        values: vec![
            ("name".to_owned(), given("Ada Byron")),
            ("email".to_owned(), given(email)),
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

async fn erase(door: &Door, person: PersonId) -> Result<(), Failure> {
    let erase = Command::Erase { person };
    let performed = door.perform(&Caller::person(), &erase).await?;
    assert!(performed.outcome.is_ok());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_house_opens_with_its_own_keyring_in_a_database_alone() {
    let place = tempfile::tempdir().unwrap();
    let (keyring, other) = (Cluster::shared().database(), Cluster::shared().database());
    let house = keyed(place.path(), &keyring);
    let door = open(&house).await.unwrap();
    let ada = stored(&door, "ada@example.com").await;
    assert!(!place.path().join("keyring.db").exists());
    // A second server on a copy of the folder is kept out by the keyring itself.
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(place.path().join("root.key"), copy.path().join("root.key")).unwrap();
    let second = told(&keyed(copy.path(), &keyring)).await;
    assert!(
        second.contains("another server has the keyring's database"),
        "{second}"
    );
    drop(door);
    let door = open(&house).await.unwrap();
    assert!(is_there(&door, ada).await);
    door.sequence().await.unwrap();
    assert_eq!(door.audit(&mut |_| {}).await.unwrap().people, 1);
    drop(door);

    let forgotten = told(&Folder::new(place.path())).await;
    assert!(
        forgotten.contains("is in a database: name that with --keyring"),
        "{forgotten}"
    );
    let empty = told(&keyed(place.path(), &other)).await;
    assert!(empty.contains("missing from its database"), "{empty}");
    // A new folder has no use for a used keyring, and another house's is noticed.
    let used = told(&keyed(copy.path(), &keyring)).await;
    assert!(
        used.contains("keys of somebody whose rows are not in"),
        "{used}"
    );
    let another = tempfile::tempdir().unwrap();
    std::fs::copy(
        place.path().join("root.key"),
        another.path().join("root.key"),
    )
    .unwrap();
    drop(open(&keyed(another.path(), &other)).await.unwrap());
    let mixed = told(&keyed(place.path(), &other)).await;
    assert!(mixed.contains("is another house's"), "{mixed}");
    // One that has a keyring is given no other.
    let own = tempfile::tempdir().unwrap();
    drop(open(&Folder::new(own.path())).await.unwrap());
    let both = told(&keyed(own.path(), &Cluster::shared().database())).await;
    assert!(both.contains("holds its keyring itself"), "{both}");
    assert!(is_there(&open(&house).await.unwrap(), ada).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_rows_are_in_databases_of_their_own_and_shared() {
    let place = tempfile::tempdir().unwrap();
    let rows = Cluster::shared().address();
    let in_one = folder(place.path(), "with_keys");
    let address = StoreAddress::new(rows.clone().into()).unwrap();
    let in_one = in_one.with_keyring_in(KeyringPlace::Database(address));
    let same = told(&in_one).await;
    assert!(same.contains("is that of the rows"), "{same}");

    let keyring = Cluster::shared().database();
    let address = StoreAddress::new(keyring.into()).unwrap();
    let house = folder(place.path(), "with_keys");
    let house = house
        .with_keyring_in(KeyringPlace::Database(address))
        .shared();
    let (one, other) = (open(&house).await.unwrap(), open(&house).await.unwrap());
    let ada = stored(&one, "ada@example.com").await;
    let max = stored(&other, "max@example.com").await;
    assert!(is_there(&other, ada).await && is_there(&one, max).await);
    erase(&other, ada).await.unwrap();
    assert!(!is_there(&one, ada).await && is_there(&one, max).await);
    drop((one, other));
    let door = open(&house).await.unwrap();
    assert!(!is_there(&door, ada).await && is_there(&door, max).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_keyring_is_away_nothing_is_half_done() {
    let place = tempfile::tempdir().unwrap();
    let cluster = Cluster::new();
    let house = keyed(place.path(), &cluster.database());
    let door = open(&house).await.unwrap();
    let ada = stored(&door, "ada@example.com").await;
    let max = stored(&door, "max@example.com").await;
    cluster.kill();
    let given = Given::Text("bea@example.com".to_owned());
    let collect = Collect {
        values: vec![("email".to_owned(), given)],
        country: "US".parse().ok(),
        ..Collect::through("website-form")
    };
    let refused = door
        .perform(&staff(), &Command::Collect(collect))
        .await
        .err();
    assert!(
        matches!(refused, Some(Failure::Unavailable(_))),
        "{refused:?}"
    );
    // What needs no new key goes on. An erasure is on record, and is finished later.
    assert!(is_there(&door, max).await);
    let erased = erase(&door, ada).await;
    assert!(matches!(erased, Err(Failure::Unavailable(_))), "{erased:?}");
    let read = door.perform(&staff(), &reading(ada)).await;
    assert!(read.is_err(), "she is erased, or her key cannot be had");
    cluster.start();
    assert!(!is_there(&door, ada).await);
    let bea = stored(&door, "bea@example.com").await;
    door.sequence().await.unwrap();
    drop(door);
    // The keys of whoever was erased go once the house is opened again.
    let door = open(&house).await.unwrap();
    assert!(!is_there(&door, ada).await);
    assert!(is_there(&door, max).await && is_there(&door, bea).await);
    door.sequence().await.unwrap();
    let audited = door.audit(&mut |_| {}).await.unwrap();
    assert_eq!((audited.people, audited.keyless), (2, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_erased_stays_erased_wherever_the_keyring_goes() {
    let place = tempfile::tempdir().unwrap();
    let backups = tempfile::tempdir().unwrap();
    let keyring = Cluster::shared().database();
    let door = open(&keyed(place.path(), &keyring)).await.unwrap();
    let ada = stored(&door, "ada@example.com").await;
    let max = stored(&door, "max@example.com").await;
    let backing = BackingUp {
        to: backups.path().to_owned(),
        keyring_to: None,
        keep: None,
    };
    let caller = Caller::system("backup");
    let backed = door.back_up(&caller, &backing, &|_, _, _| {});
    assert!(backed.await.unwrap().1.is_some());
    erase(&door, ada).await.unwrap();
    door.follow_keyring(&backing, None).unwrap();
    drop(door);

    let put_back = async |folder: &Folder| {
        let restore = Restore {
            from: backups.path().to_owned(),
            at: None,
            keyring_from: None,
        };
        let clock = Arc::new(Dial::at("2026-11-23T12:00:00Z"));
        let dice = Arc::new(Dice::seeded(77));
        let restored = folder.restore(&restore, POLICY.clone(), clock, dice, &|_, _, _| {});
        let (door, _) = restored.await.unwrap();
        assert!(!is_there(&door, ada).await, "she came back");
        assert!(is_there(&door, max).await);
        door.audit(&mut |_| {}).await.unwrap();
    };
    let new = || {
        let new = tempfile::tempdir().unwrap();
        std::fs::copy(place.path().join("root.key"), new.path().join("root.key")).unwrap();
        new
    };
    // Into another database, into a file, and met by the keyring that survived.
    let (one, two, three) = (new(), new(), new());
    put_back(&keyed(one.path(), &Cluster::shared().database())).await;
    put_back(&Folder::new(two.path())).await;
    std::fs::remove_file(backups.path().join("keyring.db")).unwrap();
    put_back(&keyed(three.path(), &keyring)).await;
    for door in [keyed(three.path(), &keyring), Folder::new(two.path())] {
        let door = open(&door).await.unwrap();
        assert!(!is_there(&door, ada).await && is_there(&door, max).await);
    }
}
