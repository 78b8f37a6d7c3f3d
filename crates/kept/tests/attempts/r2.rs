//! R2: what is no longer needed is destroyed: on time, everywhere, and nothing brings it back.

use crate::house::{House, administrator, altered, caller, contact, policy, staff};
use crate::k2::{is_open, signed_in};
use kept_ledger::{TileReader, Unavailable};
use kept_processing::{
    Administration, BackingUp, Caller, Collect, Command, Effect, Failure, Folder, Given, Restore,
    Restored, Subject, Use,
};
use kept_terms::{ActorKind, Day, PersonId, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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

/// How many rows of a table are somebody's.
fn rows_of(house: &House, table: &str, person: PersonId) -> u32 {
    let rows = rusqlite::Connection::open(house.folder.path().join("vault.db")).unwrap();
    let count = format!("SELECT count(*) FROM {table} WHERE person = ?1");
    rows.query_row(&count, [&person.0[..]], |row| row.get(0))
        .unwrap()
}

#[tokio::test]
async fn nothing_leads_to_whoever_was_erased_from_that_moment_on() {
    let house = House::new().await;
    let ada: PersonId = house.person("ada@example.com").await.parse().unwrap();
    signed_in(&house, "ada@example.com", "a-secret").await;
    let signed_in = "north-america#secure.sign-in";
    assert!(house.standing(signed_in).await.contains("1 signed in now"));
    for table in ["person", "item", "identifier"] {
        assert!(rows_of(&house, table, ada) > 0, "{table}");
    }
    house
        .done(&Caller::person(), Command::Erase { person: ada })
        .await;
    for table in ["person", "identifier", "anchor"] {
        assert_eq!(rows_of(&house, table, ada), 0, "{table}");
    }
    assert!(!house.standing(signed_in).await.contains("1 signed in now"));
    house.door().sweep(None).await.unwrap();
    assert_eq!(rows_of(&house, "item", ada), 0, "rows follow");
}

/// A longer period than that of a clause, in the policy's own words.
const LONGER: [(&str, &str); 2] = [
    (
        "period = \"P2Y\"\nafter  = \"collected\"",
        "period = \"P90Y\"\nafter  = \"collected\"",
    ),
    (
        "period = \"P3Y\"\nafter  = \"last-contact\"",
        "period = \"P90Y\"\nafter  = \"last-contact\"",
    ),
];

#[tokio::test]
async fn what_fell_due_opens_under_no_policy_and_from_no_copy_of_the_rows() {
    // By the key of its day, and by the key of its person and class.
    for (was, now) in LONGER {
        let mut house = House::new().await;
        let manager = house.token("staff", Some("account-manager")).await;
        let ada: PersonId = house.person("ada@example.com").await.parse().unwrap();
        let message = Given::Text("About the zebra.".to_owned());
        let letter = Collect {
            subject: Subject::Known(ada),
            values: vec![("message".to_owned(), message)],
            ..Collect::through("support")
        };
        house
            .done(&staff("support"), Command::Collect(letter))
            .await;
        // Something else of hers stays, and with it her own key.
        let client = serde_json::json!({ "kind": "client", "id": "acme", "name": "Acme" });
        let client = serde_json::from_value(client).unwrap();
        let register = Command::Administer(Administration::Register(client));
        house.done(&administrator(), register).await;
        let hired = serde_json::json!({ "channel": "client-contract", "country": "US",
            "values": { "email": "ada@example.com", "client-company": "acme",
                "contract-number": "A-1" } });
        let hired = house.post("/v1/collect", &manager, &hired).await;
        assert_eq!(hired.body["person"], ada.to_string(), "{}", hired.text);
        house.close();
        let backup = back_up(&house);
        house.reopen().await;
        for _ in 0..40 {
            house.clock.pass_days(30);
            house.door().sweep(None).await.unwrap();
        }
        let folder = altered(&house, "north-america.md", was, now);
        restore(&mut house, &backup).await;
        house.reopen_under(&folder).await;
        let opened = async |role: &str, purpose: &str, field: &str| {
            let reading = Command::Use(Use {
                person: ada,
                purpose: purpose.to_owned(),
                fields: vec![field.to_owned()],
            });
            let performed = house.done(&staff(role), reading).await;
            match performed.outcome {
                Ok(Effect::Values(values)) => values.len(),
                _ => panic!("no values"),
            }
        };
        for field in ["message", "phone"] {
            let values = opened("support", "answer-you", field).await;
            assert_eq!(values, 0, "{field} under {now}");
        }
        let contracts = opened("account-manager", "client-contract", "contract-number");
        assert_eq!(contracts.await, 1, "what is not due is there");
    }
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
async fn whoever_was_signed_in_is_not_after_a_backup_was_put_back() {
    let mut house = House::new().await;
    let backups = tempfile::tempdir().unwrap();
    house.person("ada@example.com").await;
    signed_in(&house, "ada@example.com", "a-secret").await;
    assert!(is_open(&house, "a-secret").await);
    let old = back_up_into(&house, backups.path()).await.generation;
    // Whether they signed out afterwards is lost with the rows.
    house.clock.pass_seconds(60);
    house.person("bea@example.com").await;
    back_up_into(&house, backups.path()).await;
    let restored = restore_into_another(&mut house, backups.path(), Some(old.at));
    assert!(restored.await.unwrap().lost.to > 0);
    assert!(!is_open(&house, "a-secret").await, "a session came back");
    signed_in(&house, "ada@example.com", "another").await;
    house.door().audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_backup_is_put_back_into_no_folder_that_is_in_use() {
    let mut house = House::new().await;
    let backups = tempfile::tempdir().unwrap();
    let ada: PersonId = house.person("ada@example.com").await.parse().unwrap();
    back_up_into(&house, backups.path()).await;
    let bea: PersonId = house.person("bea@example.com").await.parse().unwrap();
    let used = house.folder.path().to_owned();
    // A server has the folder.
    let told = put_back(&house, backups.path(), &used, None).await.err();
    assert!(told.is_some());
    house.close();
    let rows = std::fs::read(used.join("vault.db")).unwrap();
    let told = put_back(&house, backups.path(), &used, None).await.err();
    let told = told.map(|failure| failure.to_string()).unwrap_or_default();
    assert!(told.contains("already"), "{told}");
    let from = backups.path().to_str().unwrap().to_owned();
    let ended = house.kept(&["restore", "--from", &from]);
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    assert_eq!(std::fs::read(used.join("vault.db")).unwrap(), rows);
    assert!(!used.join("restoring").exists());
    house.reopen().await;
    assert!(is_there(&house, ada).await && is_there(&house, bea).await);
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

/// Everything that stands in a folder of backups, by path.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

fn copy_folder(from: &Path, to: &Path) {
    for path in files(from) {
        let place = to.join(path.strip_prefix(from).unwrap());
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::copy(&path, place).unwrap();
    }
}

/// Puts a backup back into a folder, by the steps told; the step at which it is cut off, if any.
async fn put_back(
    house: &House,
    from: &Path,
    to: &Path,
    cut_off_at: Option<usize>,
) -> Result<Restored, Failure> {
    let restore = Restore {
        from: from.to_owned(),
        at: None,
        keyring_from: None,
    };
    let (clock, dice) = (house.clock.clone(), house.dice.clone());
    let steps = AtomicUsize::new(0);
    let watch = move |_, _, _| {
        let step = steps.fetch_add(1, Ordering::Relaxed);
        assert!(cut_off_at != Some(step), "cut off");
    };
    let folder = Folder::new(to);
    let restored = folder.restore(&restore, policy(), clock, dice, &watch);
    restored.await.map(|(_, restored)| restored)
}

#[tokio::test]
async fn what_is_wrong_with_a_backup_is_named_and_nothing_opens() {
    let mut house = House::new().await;
    let backups = tempfile::tempdir().unwrap();
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    with_a_file(&house, person).await;
    back_up_into(&house, backups.path()).await;
    house.close();
    let key = house.folder.path().join("root.key");
    let mut kinds = std::collections::BTreeMap::new();
    for path in files(backups.path()) {
        let name = path.strip_prefix(backups.path()).unwrap().to_path_buf();
        let kind = name.components().next().unwrap().as_os_str().to_owned();
        let count: &mut usize = kinds.entry(kind.to_str().unwrap().to_owned()).or_default();
        *count += 1;
        // The lock says nothing, the public key is written anew, and of objects a few will do.
        let is_passed_over = kind == "backup.lock" || name == Path::new("ledger/vkey");
        if is_passed_over || (kind == "objects" && *count > 3) {
            continue;
        }
        let sound = std::fs::read(&path).unwrap();
        let mut altered = sound.clone();
        match altered.get_mut(sound.len() / 2) {
            Some(byte) => *byte ^= 1,
            // The list of no blobs.
            None => altered.push(1),
        }
        std::fs::write(&path, altered).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(&key, folder.path().join("root.key")).unwrap();
        let restored = put_back(&house, backups.path(), folder.path(), None).await;
        let told = restored.err().map(|failure| failure.to_string());
        let told = told.unwrap_or_else(|| panic!("{} went unnoticed", name.display()));
        let last = path.file_name().unwrap().to_str().unwrap();
        // A hash of the ledger is told from what it is derived from.
        let is_named = told.contains(last) || kind == "ledger" || kind == "keyring.sha256";
        assert!(is_named, "{}: {told}", name.display());
        assert!(
            !folder.path().join("vault.db").exists(),
            "{}",
            name.display()
        );
        std::fs::write(&path, sound).unwrap();
    }
    for kind in [
        "blobs",
        "generations",
        "keyring.db",
        "keyring.sha256",
        "ledger",
        "objects",
    ] {
        assert!(kinds.contains_key(kind), "{kinds:?}");
    }
}

/// Gives somebody a letter with a file.
async fn with_a_file(house: &House, person: PersonId) {
    let file = Given::File {
        name: "letter.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        content: b"Good day, this is about the invoice.".to_vec(),
    };
    let message = Given::Text("Please see the letter.".to_owned());
    let letter = Collect {
        subject: Subject::Known(person),
        values: vec![
            ("message".to_owned(), message),
            ("attachment".to_owned(), file),
        ],
        ..Collect::through("support")
    };
    house
        .done(&staff("support"), Command::Collect(letter))
        .await;
}

#[tokio::test]
async fn files_follow_what_they_belonged_to() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    with_a_file(&house, person).await;
    let blobs = house.folder.path().join("blobs");
    assert!(!files(&blobs).is_empty());
    house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    // Files are as old as the machine says; by then they are old enough.
    house.clock.pass_days(36_500);
    let today = Some(Day::of(house.door().now()));
    let swept = house.door().sweep(today).await.unwrap();
    assert_eq!(swept.blobs, 1);
    assert!(files(&blobs).is_empty(), "{:?}", files(&blobs));
}

#[tokio::test]
async fn what_was_asked_with_a_key_is_remembered_for_a_day() {
    let house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    let bearer = format!("Bearer {support}");
    let ask = async |email: &str| {
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("idempotency-key", "a-key-of-theirs"),
        ];
        let body = contact(email).to_string().into_bytes();
        let told = house.send(axum::http::Method::POST, "/v1/collect", &headers, body);
        told.await.status
    };
    assert_eq!(ask("ada@example.com").await, 201);
    assert_eq!(ask("bea@example.com").await, 409, "another request");
    house.clock.pass_days(2);
    house.door().sweep(None).await.unwrap();
    assert_eq!(ask("bea@example.com").await, 201, "it is forgotten");
}

#[tokio::test]
async fn a_keyring_that_is_older_missing_or_another_s_restores_nothing() {
    let mut house = House::new().await;
    let backups = tempfile::tempdir().unwrap();
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    back_up_into(&house, backups.path()).await;
    let old = tempfile::tempdir().unwrap();
    copy_folder(backups.path(), old.path());
    house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    back_up_into(&house, backups.path()).await;
    let other = House::new().await;
    let key = house.folder.path().join("root.key");
    house.close();
    let attempt = async |key: &Path, says: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(key, folder.path().join("root.key")).unwrap();
        let restored = put_back(&house, backups.path(), folder.path(), None).await;
        let told = restored.err().map(|failure| failure.to_string());
        let told = told.unwrap_or_default();
        assert!(told.contains(says), "{says}: {told}");
        assert!(!folder.path().join("vault.db").exists());
    };
    // The dice of both houses are alike, so the other's key is made by hand.
    let wrong = other.folder.path().join("wrong.key");
    let text = "kept root key 1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
    std::fs::write(&wrong, text).unwrap();
    std::fs::set_permissions(&wrong, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    attempt(&wrong, "this root key did not make this keyring").await;
    for name in ["keyring.db", "keyring.sha256"] {
        std::fs::copy(old.path().join(name), backups.path().join(name)).unwrap();
    }
    attempt(&key, "this keyring is older than the backup").await;
    std::fs::remove_file(backups.path().join("keyring.db")).unwrap();
    attempt(&key, "is missing: nothing can be read without it").await;
}

#[tokio::test]
async fn a_backup_or_a_restore_that_is_cut_off_anywhere_is_simply_done_again() {
    let mut house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    with_a_file(&house, person).await;
    let backups = tempfile::tempdir().unwrap();
    let mut steps = 0;
    loop {
        let (door, to) = (house.door().clone(), backups.path().to_owned());
        let done = tokio::spawn(async move {
            let told = AtomicUsize::new(0);
            let watch = move |_, _, _| {
                assert!(told.fetch_add(1, Ordering::Relaxed) != steps, "cut off");
            };
            let backing = BackingUp {
                to,
                keyring_to: None,
                keep: Some(2),
            };
            door.back_up(&administrator(), &backing, &watch)
                .await
                .unwrap();
        });
        if done.await.is_ok() {
            break;
        }
        steps += 1;
        // Whatever was left, what is listed is whole.
        if backups.path().join("ledger/checkpoint").exists() {
            house
                .door()
                .check_backup(backups.path(), &|_, _, _| {})
                .unwrap();
        }
    }
    assert!(steps > 10, "{steps} steps");
    let key = house.folder.path().join("root.key");
    house.close();
    let (house, folder) = (Arc::new(house), tempfile::tempdir().unwrap());
    std::fs::copy(&key, folder.path().join("root.key")).unwrap();
    for cut_off_at in 0.. {
        let (within, from) = (house.clone(), backups.path().to_owned());
        let to = folder.path().to_owned();
        let done = tokio::spawn(async move {
            put_back(&within, &from, &to, Some(cut_off_at))
                .await
                .unwrap();
        });
        if done.await.is_ok() {
            break;
        }
        let opened = Folder::new(folder.path());
        let opened = opened.open(policy(), house.clock.clone(), house.dice.clone());
        let told = opened.await.err().unwrap().to_string();
        assert!(
            told.contains("`kept restore` again") || told.contains("restore"),
            "{told}"
        );
    }
    let mut house = Arc::into_inner(house).unwrap();
    house.folder = folder;
    house.reopen().await;
    assert!(is_there(&house, person).await);
    house.door().audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_backup_whose_process_is_killed_is_simply_made_again() {
    let mut house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    with_a_file(&house, person).await;
    house.close();
    let backups = tempfile::tempdir().unwrap();
    let to = backups.path().to_str().unwrap().to_owned();
    let words = ["backup", "--to", &to];
    let (mut killed, mut most) = (0, 0);
    for _ in 0..16 {
        let mut process = house.command(&words).spawn().unwrap();
        // It is killed with the first file more than any before it has written.
        let ended = loop {
            if files(backups.path()).len() > most {
                break None;
            }
            if let Some(status) = process.try_wait().unwrap() {
                break Some(status);
            }
            std::thread::yield_now();
        };
        match ended {
            Some(status) => assert!(status.success(), "{status}"),
            None => {
                process.kill().unwrap();
                killed += i32::from(!process.wait().unwrap().success());
            }
        }
        most = most.max(files(backups.path()).len());
        // What is listed by then is whole.
        if backups.path().join("ledger/checkpoint").exists() {
            let checked = house.kept(&["backup", "--to", &to, "--check"]);
            assert_eq!(checked.code, 0, "{}", checked.err);
        }
    }
    assert!(killed > 4, "killed {killed} times");
    let made = house.kept(&words);
    assert_eq!(made.code, 0, "{}", made.err);
    restore_into_another(&mut house, backups.path(), None)
        .await
        .unwrap();
    assert!(is_there(&house, person).await);
    house.door().audit(&mut |_| {}).await.unwrap();
}
