//! R2: what is no longer needed is destroyed: on time, everywhere, and nothing brings it back.

use crate::house::{House, administrator, caller, policy, staff};
use kept_ledger::{TileReader, Unavailable};
use kept_processing::{
    Administration, BackingUp, Caller, Command, Effect, Failure, Folder, Restore, Restored, Use,
};
use kept_terms::{ActorKind, Day, PersonId, Timestamp};
use std::path::{Path, PathBuf};

/// The files of a data folder but the keyring: data is backed up by history, keys by replacement.
fn back_up(house: &House) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(house.folder.path()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let rows = paths.filter(|path| {
        let name = path.file_name().unwrap().to_string_lossy();
        name.starts_with("vault.db")
    });
    rows.map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

/// Puts rows of before in the place of those of now.
async fn restore(house: &mut House, backup: &[(PathBuf, Vec<u8>)]) {
    house.close();
    for (path, _) in back_up(house) {
        std::fs::remove_file(path).unwrap();
    }
    for (path, content) in backup {
        std::fs::write(path, content).unwrap();
    }
    house.reopen().await;
}

async fn is_there(house: &House, person: PersonId) -> bool {
    let reading = Command::Use(Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["email".to_owned()],
    });
    match house.door().perform(&staff("support"), &reading).await {
        Err(kept_processing::Failure::NotFound(_)) => false,
        Err(failure) => panic!("{failure}"),
        Ok(performed) => match performed.outcome {
            Ok(Effect::Values(values)) => !values.is_empty(),
            _ => panic!("no reading"),
        },
    }
}

#[tokio::test]
async fn an_old_backup_brings_back_neither_the_erased_nor_the_expired() {
    let mut house = House::new().await;
    let erased: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let expired: PersonId = house.person("bea@example.com").await.parse().unwrap();
    for _ in 0..30 {
        house.clock.pass_days(30);
        house.door().sweep(None).await.unwrap();
    }
    let staying: PersonId = house.person("cleo@example.com").await.parse().unwrap();
    house.close();
    let backup = back_up(&house);
    house.reopen().await;

    house
        .done(&Caller::person(), Command::Erase { person: erased })
        .await;
    for _ in 0..8 {
        house.clock.pass_days(30);
        house.door().sweep(None).await.unwrap();
    }
    for gone in [erased, expired] {
        assert!(!is_there(&house, gone).await);
    }
    restore(&mut house, &backup).await;
    for gone in [erased, expired] {
        assert!(!is_there(&house, gone).await, "{gone} came back");
    }
    assert!(is_there(&house, staying).await);
    // The restored rows remember an older sweep, so somebody has to say that the clock is right.
    let today = Day::of(house.door().now());
    assert!(house.door().sweep(None).await.is_err());
    house.door().sweep(Some(today)).await.unwrap();
    house.door().audit(&mut |_| {}).await.unwrap();
    assert_eq!(house.door().figures().await.unwrap().people, 1);
}

#[tokio::test]
async fn nobody_destroys_by_hand_and_nobody_stops_the_sweep() {
    let mut house = House::new().await;
    house.person("ada@example.com").await;
    for other in [staff("support"), caller(ActorKind::Machine, Some("sales"))] {
        let person = house.person("bea@example.com").await.parse().unwrap();
        let erase = Command::Erase { person };
        let performed = house.door().perform(&other, &erase).await.unwrap();
        assert!(performed.outcome.is_err());
    }
    let support = house.token("staff", Some("support")).await;
    let sweep = house
        .post("/v1/sweep", &support, &serde_json::json!({}))
        .await;
    assert_eq!(sweep.status, 403, "{}", sweep.text);
    // A clock that jumped destroys nothing until somebody confirms the day.
    house.door().sweep(None).await.unwrap();
    house.clock.pass_days(4_000);
    assert!(house.door().sweep(None).await.is_err());
    let ended = house.kept(&["sweep"]);
    assert_eq!(
        ended.code, 0,
        "by the machine's clock no time has passed: {}",
        ended.err
    );
    house.reopen().await;
    assert_eq!(house.door().figures().await.unwrap().people, 2);
}

#[tokio::test]
async fn each_destruction_is_on_record_and_can_be_proved() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await.parse().unwrap();
    let erased = house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    let receipt = house.door().receipt(erased.entry.unwrap()).await.unwrap();
    let path = house.folder.path().join("receipt.tlog-proof");
    std::fs::write(&path, receipt.to_string()).unwrap();
    let entries = house.entries().await;
    let last = house.door().entry(entries - 1).unwrap().unwrap();
    let last = String::from_utf8(last).unwrap();
    assert!(
        last.contains("\"destroy\"") && last.contains("keys:person"),
        "{last}"
    );
}

/// Backs up as the command does.
async fn back_up_into(house: &House, to: &Path) -> kept_processing::Made {
    let backing = BackingUp {
        to: to.to_owned(),
        keyring_to: None,
        keep: None,
    };
    let caller = administrator();
    let made = house.door().back_up(&caller, &backing, &|_, _, _| {});
    made.await.unwrap().1.unwrap()
}

/// Puts a backup back into another folder, with the root key of the house, and moves in there.
async fn restore_into_another(
    house: &mut House,
    from: &Path,
    at: Option<Timestamp>,
) -> Result<Restored, Failure> {
    house.close();
    let folder = tempfile::tempdir().unwrap();
    let key = house.folder.path().join("root.key");
    std::fs::copy(key, folder.path().join("root.key")).unwrap();
    let restore = Restore {
        from: from.to_owned(),
        at,
        keyring_from: None,
    };
    let (clock, dice) = (house.clock.clone(), house.dice.clone());
    let restored = Folder::new(folder.path())
        .restore(&restore, policy(), clock, dice, &|_, _, _| {})
        .await?
        .1;
    house.folder = folder;
    house.reopen().await;
    Ok(restored)
}

/// The ledger as it lies about, for whoever verifies.
struct Ledger(PathBuf);

impl TileReader for Ledger {
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unavailable> {
        Ok(std::fs::read(self.0.join(path)).ok())
    }
}

#[tokio::test]
async fn a_token_revoked_after_the_backup_stays_revoked() {
    let mut house = House::new().await;
    let backups = tempfile::tempdir().unwrap();
    let token = house.token("staff", Some("support")).await;
    let stolen = house.token("staff", Some("support")).await;
    let old = back_up_into(&house, backups.path()).await.generation;
    let caller = house.door().authenticate(&stolen).await.unwrap().unwrap();
    let id = caller.id.strip_prefix("token:").unwrap().to_owned();
    let revoke = Command::Administer(Administration::Revoke { id });
    house.done(&administrator(), revoke).await;
    house.clock.pass_days(1);
    back_up_into(&house, backups.path()).await;
    let restored = restore_into_another(&mut house, backups.path(), Some(old.at));
    restored.await.unwrap();
    let of = async |secret| house.door().authenticate(secret).await.unwrap();
    assert!(of(&token).await.is_some());
    assert!(of(&stolen).await.is_none(), "a revoked token came back");
    house.door().audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_backup_put_back_brings_back_neither_and_the_ledger_goes_on() {
    let mut house = House::new().await;
    let backups = tempfile::tempdir().unwrap();
    let erased: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let expired: PersonId = house.person("bea@example.com").await.parse().unwrap();
    for _ in 0..30 {
        house.clock.pass_days(30);
        house.door().sweep(None).await.unwrap();
    }
    let staying: PersonId = house.person("cleo@example.com").await.parse().unwrap();
    let old = back_up_into(&house, backups.path()).await.generation;

    let erasure = house
        .done(&Caller::person(), Command::Erase { person: erased })
        .await;
    for _ in 0..8 {
        house.clock.pass_days(30);
        house.door().sweep(None).await.unwrap();
    }
    let late: PersonId = house.person("dora@example.com").await.parse().unwrap();
    let receipt = house.door().receipt(erasure.entry.unwrap()).await.unwrap();
    back_up_into(&house, backups.path()).await;
    let before = house.door().checkpoint().unwrap().unwrap();
    let verifiers = [house.door().verifier().clone()];
    let before = kept_ledger::Checkpoint::open(&before, &verifiers).unwrap();

    let restored = restore_into_another(&mut house, backups.path(), Some(old.at));
    let restored = restored.await.unwrap();
    assert_eq!(restored.generation, old);
    assert_eq!(
        restored.lost.to,
        before.size(),
        "all that came after is lost"
    );
    assert_eq!(restored.lost.acts.get("erase"), Some(&1));
    for gone in [erased, expired, late] {
        assert!(!is_there(&house, gone).await, "{gone} came back");
    }
    assert!(is_there(&house, staying).await);
    // The ledger goes on where it ended: nothing given out before is contradicted.
    let note = house.door().checkpoint().unwrap().unwrap();
    let ledger = Ledger(house.folder.path().join("ledger"));
    let mut told = String::new();
    kept_ledger::verify_log(&ledger, &note, &verifiers, &[before], |_, entry| {
        told.push_str(std::str::from_utf8(entry).unwrap());
        Ok(())
    })
    .unwrap();
    let (from, to) = (restored.lost.from, restored.lost.to);
    assert!(
        told.contains(&format!("rows-lost:{from}-{to}")),
        "the loss is on record"
    );
    assert!(told.contains(&format!("restored:{}", old.name())));
    let again = house.door().receipt(erasure.entry.unwrap()).await.unwrap();
    assert_eq!(
        again.open(&verifiers).unwrap().1,
        receipt.open(&verifiers).unwrap().1
    );
    // The restored rows remember an older sweep, so somebody has to say that the clock is right.
    let today = Day::of(house.door().now());
    assert!(house.door().sweep(None).await.is_err());
    house.door().sweep(Some(today)).await.unwrap();
    house.door().audit(&mut |_| {}).await.unwrap();
    assert_eq!(house.door().figures().await.unwrap().people, 1);
    let someone = house.person("ada@example.com").await;
    assert_ne!(
        someone,
        erased.to_string(),
        "somebody new under the old address"
    );
}
