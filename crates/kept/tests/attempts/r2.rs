//! R2: what is no longer needed is destroyed: on time, everywhere, and nothing brings it back.

use crate::house::{House, caller, staff};
use kept_processing::{Caller, Command, Effect, Use};
use kept_terms::{ActorKind, Day, PersonId};
use std::path::PathBuf;

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
