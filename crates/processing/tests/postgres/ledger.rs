//! A house whose ledger stands beside its rows: it is the same ledger wherever it goes, to a
//! backup, from one, and between the folder and the database; and nothing opens it in two places.

use super::*;
use kept_ledger::{TileReader as _, Verifier};
use kept_processing::{BackingUp, MoveTo, Restore};
use kept_terms::Randomness;

fn beside(path: &Path, schema: &str) -> Folder {
    folder(path, schema).with_ledger_in_database()
}

async fn move_ledger(folder: &Folder, to: MoveTo) -> Result<u64, Failure> {
    let (clock, dice) = (Dial::at("2026-11-23T12:00:00Z"), Dice::seeded(1 << 48));
    let dice: Arc<dyn Randomness> = Arc::new(dice);
    folder.move_ledger(to, &clock, &dice, &|_, _| {}).await
}

/// What a ledger says of itself: its checkpoint, its key, and an entry of it.
fn shown(door: &Door) -> (String, Verifier, Vec<u8>) {
    let note = door.checkpoint().unwrap().unwrap();
    (
        note,
        door.verifier().clone(),
        door.entry(0).unwrap().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_beside_the_rows_is_there_again_and_proves_its_entries() {
    let place = tempfile::tempdir().unwrap();
    let house = beside(place.path(), "ledger_beside");
    let door = open(&house).await.unwrap();
    let ada = collect(&door).await;
    door.sequence().await.unwrap();
    let before = shown(&door);
    drop(door);
    assert!(!place.path().join("ledger").exists(), "none in the folder");
    let door = open(&house).await.unwrap();
    assert_eq!(find(&door).await, Some(ada));
    let size = door.sequence().await.unwrap();
    let audited = door.audit(&mut |_| {}).await.unwrap();
    assert!(audited.people == 1 && audited.entries >= size);
    let after = shown(&door);
    assert!(after.0 != before.0 && after.2 == before.2);
    // What is served under the paths of C2SP, and what a receipt proves.
    let note = door.ledger_file("checkpoint").unwrap().unwrap();
    assert_eq!(String::from_utf8(note).unwrap(), after.0);
    assert!(door.ledger_file("tile/0/000.p/1").unwrap().is_some());
    assert_eq!(door.ledger_file("tile/0/999").unwrap(), None);
    assert_eq!(door.ledger_file("vkey").unwrap(), None);
    let receipt = door.receipt(0).await.unwrap();
    let keys = [door.verifier().clone()];
    assert!(receipt.verify(&after.2, &keys).is_ok());
    // Whoever verifies without the house reads the same.
    let address = StoreAddress::new(Cluster::shared().address().into()).unwrap();
    let options = StoreOptions {
        schema: "ledger_beside".to_owned(),
        ..StoreOptions::default()
    };
    let tables = kept_processing::database_ledger(&address, &options);
    let read = tables.unwrap().read("checkpoint").unwrap();
    assert_eq!(String::from_utf8(read.unwrap()).unwrap(), after.0);
    // It is looked for in one place, and never begun anew in the other.
    drop(door);
    let told = told(&folder(place.path(), "ledger_beside")).await;
    assert!(told.contains("set `ledger-in` to `database`"), "{told}");
    assert!(!place.path().join("ledger").exists());
    let alone = Folder::new(place.path()).with_ledger_in_database();
    let told = open(&alone).await.err().unwrap().to_string();
    assert!(told.contains("name it with `store`"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_moves_to_the_database_and_back_and_stays_what_it_was() {
    let place = tempfile::tempdir().unwrap();
    let (here, there) = (
        folder(place.path(), "ledger_moves"),
        beside(place.path(), "ledger_moves"),
    );
    let door = open(&here).await.unwrap();
    collect(&door).await;
    door.sequence().await.unwrap();
    let before = shown(&door);
    let alive = move_ledger(&here, MoveTo::Database).await;
    let alive = alive.unwrap_err().to_string();
    assert!(alive.contains("another server is using"), "{alive}");
    drop(door);
    let told_first = told(&there).await;
    assert!(
        told_first.contains("kept move --ledger-to database"),
        "{told_first}"
    );
    // Broken off before the folder gave it up, both have it; nothing opens, and it goes on.
    let ledger = place.path().join("ledger");
    let copy = place.path().join("copy");
    copy_folder(&ledger, &copy);
    move_ledger(&here, MoveTo::Database).await.unwrap();
    std::fs::remove_dir_all(place.path().join("ledger.moved")).unwrap();
    std::fs::rename(&copy, &ledger).unwrap();
    let in_both = [told(&here).await, told(&there).await];
    assert!(
        in_both.iter().all(|it| it.contains("kept move")),
        "{in_both:?}"
    );
    for house in [&here, &there, &there] {
        move_ledger(house, MoveTo::Database).await.unwrap();
    }
    assert!(!ledger.exists() && place.path().join("ledger.moved").exists());
    let door = open(&there).await.unwrap();
    assert_eq!(shown(&door), before);
    let admin = Caller::system("admin");
    let rows = there.move_rows(
        MoveTo::Folder,
        &admin,
        POLICY.clone(),
        Arc::new(Dial::at("2026-11-23T12:00:00Z")),
        Arc::new(Dice::seeded(3)),
        &|_, _, _| {},
    );
    let rows = rows.await.err().unwrap().to_string();
    assert!(rows.contains("--ledger-to"), "{rows}");
    collect(&door).await;
    let size = door.sequence().await.unwrap();
    let grown = shown(&door);
    drop(door);
    assert_eq!(move_ledger(&there, MoveTo::Folder).await.unwrap(), size);
    let door = open(&here).await.unwrap();
    assert_eq!(shown(&door), grown);
    door.audit(&mut |_| {}).await.unwrap();
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_folder(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_has_a_ledger_wherever_it_was_and_it_is_put_back_wherever_it_goes() {
    let (place, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let house = beside(place.path(), "ledger_saved");
    let door = open(&house).await.unwrap();
    let ada = collect(&door).await;
    let backing = BackingUp {
        to: backups.path().to_owned(),
        keyring_to: None,
        keep: None,
    };
    let caller = Caller::system("admin");
    for _ in 0..2 {
        let made = door.back_up(&caller, &backing, &|_, _, _| {}).await;
        made.unwrap().1.unwrap();
        find(&door).await;
    }
    let entry = door.entry(0).unwrap().unwrap();
    let verifier = door.verifier().clone();
    drop(door);
    for in_database in [true, false] {
        let new = tempfile::tempdir().unwrap();
        std::fs::copy(place.path().join("root.key"), new.path().join("root.key")).unwrap();
        let target = match in_database {
            true => beside(new.path(), "ledger_put_back"),
            false => folder(new.path(), "ledger_put_here"),
        };
        let restore = Restore {
            from: backups.path().to_owned(),
            at: None,
            keyring_from: None,
        };
        let (clock, dice) = (Dial::at("2026-11-23T12:00:00Z"), Dice::seeded(9));
        let (policy, clock, dice) = (POLICY.clone(), Arc::new(clock), Arc::new(dice));
        let restored = target.restore(&restore, policy, clock, dice, &|_, _, _| {});
        let (door, _) = restored.await.unwrap();
        assert_eq!(new.path().join("ledger").exists(), !in_database);
        assert_eq!(door.entry(0).unwrap().unwrap(), entry);
        assert_eq!(*door.verifier(), verifier);
        assert_eq!(find(&door).await, Some(ada));
        door.audit(&mut |_| {}).await.unwrap();
    }
}
