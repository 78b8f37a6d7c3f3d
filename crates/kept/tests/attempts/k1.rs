//! K1: what is stored is sealed: no file of the data folder shows a value, and no part of it opens
//! without the keys.

use crate::house::{House, administrator, contact, policy, staff};
use kept_processing::{BackingUp, Collect, Command, Folder, Given, Subject};
use kept_terms::PersonId;
use std::path::{Path, PathBuf};

/// What is put in, as it might lie about.
const VALUES: [&str; 4] = [
    "Ada Byron",
    "ada@example.com",
    "12125550123",
    "Please call back about the zebra.",
];

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

/// Every form in which a text could be found by somebody who looks for it.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let base64 = data_encoding::BASE64_NOPAD.encode(text.as_bytes());
    let hex = data_encoding::HEXLOWER.encode(text.as_bytes());
    let plain = [text.to_owned(), text.to_lowercase(), hex];
    let mut forms: Vec<Vec<u8>> = plain.into_iter().map(String::into_bytes).collect();
    forms.push(utf16);
    // The last characters depend on what follows.
    forms.push(base64.as_bytes()[..base64.len() - 2].to_vec());
    forms
}

#[tokio::test]
async fn no_file_shows_a_value() {
    let mut house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    let stored = house
        .post("/v1/collect", &support, &contact("ada@example.com"))
        .await;
    let person: PersonId = stored.body["person"].as_str().unwrap().parse().unwrap();
    let letter = Command::Collect(Collect {
        subject: Subject::Known(person),
        values: vec![
            ("message".to_owned(), Given::Text(VALUES[3].to_owned())),
            (
                "attachment".to_owned(),
                Given::File {
                    name: "zebra.txt".to_owned(),
                    media_type: "text/plain".to_owned(),
                    content: VALUES[3].as_bytes().to_vec(),
                },
            ),
        ],
        ..Collect::through("support")
    });
    house.done(&staff("support"), letter).await;
    house.entries().await;
    let backing = BackingUp {
        to: house.folder.path().join("backups"),
        keyring_to: None,
        keep: None,
    };
    let (performed, made) = house
        .door()
        .back_up(&administrator(), &backing, &|_, _, _| {})
        .await
        .unwrap();
    assert!(performed.outcome.is_ok() && made.is_some());
    for is_open in [true, false] {
        let found = files(house.folder.path());
        assert!(found.iter().any(|path| path.starts_with(&backing.to)));
        let mut read = 0;
        for path in found {
            let content = match std::fs::read(&path) {
                // What a store keeps beside its file comes, and goes when it is closed.
                Err(gone) if gone.kind() == std::io::ErrorKind::NotFound => continue,
                content => content.unwrap(),
            };
            read += 1;
            for value in VALUES.into_iter().chain(["zebra.txt"]) {
                for form in forms(value) {
                    let at = content.windows(form.len()).position(|part| part == form);
                    assert_eq!(at, None, "{value} in {} (open: {is_open})", path.display());
                }
            }
        }
        assert!(read > 4, "{read} files");
        house.close();
    }
}

#[tokio::test]
async fn without_the_keys_nothing_opens() {
    for lost in ["root.key", "keyring.db"] {
        let mut house = House::new().await;
        house.person("ada@example.com").await;
        house.close();
        let path = house.folder.path().join(lost);
        assert!(path.exists(), "{}", path.display());
        std::fs::remove_file(&path).unwrap();
        let ended = house.kept(&["audit"]);
        assert_eq!(ended.code, 1, "{lost}: {}{}", ended.out, ended.err);
    }
}

#[tokio::test]
async fn data_and_keyring_apart_each_tell_nothing_without_the_other() {
    let mut house = House::new().await;
    house.close();
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keyring = keys.path().join("keys/keyring.db");
    let key = house.folder.path().join("root.key");
    let folder = |data: &Path, keyring: &Path| {
        let root = kept_processing::RootKey::File(key.clone());
        let folder = Folder::new(data).with_root(root);
        folder.with_keyring(keyring.to_owned())
    };
    let open = async |data: &Path, keyring: &Path| {
        let (clock, dice) = (house.clock.clone(), house.dice.clone());
        folder(data, keyring).open(policy(), clock, dice).await
    };
    let door = open(data.path(), &keyring).await.unwrap();
    let collect = Command::Collect(Collect {
        values: vec![
            ("name".to_owned(), Given::Text(VALUES[0].to_owned())),
            ("email".to_owned(), Given::Text(VALUES[1].to_owned())),
        ],
        country: Some("US".parse().unwrap()),
        ..Collect::through("website-form")
    });
    let performed = door.perform(&staff("support"), &collect).await.unwrap();
    assert!(performed.outcome.is_ok());
    // Nobody else takes the keyring, from whatever folder.
    let elsewhere = tempfile::tempdir().unwrap();
    assert!(open(elsewhere.path(), &keyring).await.is_err());
    drop(door);
    assert!(!data.path().join("keyring.db").exists());
    let other = keys.path().join("other.db");
    let told = open(data.path(), &other).await.err().unwrap().to_string();
    assert!(
        told.contains("the keyring") && told.contains("is missing"),
        "{told}"
    );
    for path in files(keys.path()) {
        let content = std::fs::read(&path).unwrap();
        for form in VALUES.into_iter().flat_map(forms) {
            assert!(
                !content.windows(form.len()).any(|part| part == form),
                "{}",
                path.display()
            );
        }
    }
    // An empty folder does not take a used keyring for its own, and destroys nothing in it.
    let told = open(elsewhere.path(), &keyring)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(told.contains("rows are not in"), "{told}");
    let door = open(data.path(), &keyring).await.unwrap();
    let audited = door.audit(&mut |_| {}).await.unwrap();
    assert_eq!((audited.people, audited.keyless), (1, 0));
}

#[tokio::test]
async fn the_keys_of_another_house_open_nothing_and_destroy_nothing() {
    let mut house = House::new().await;
    house.person("ada@example.com").await;
    house.close();
    let other = tempfile::tempdir().unwrap();
    let dice = std::sync::Arc::new(kept_testing::Dice::seeded(8));
    let open = async |path: &Path| {
        let folder = Folder::new(path);
        let opened = folder.open(policy(), house.clock.clone(), dice.clone());
        opened.await
    };
    drop(open(other.path()).await.unwrap());
    // All of one house's, but for the keys, which are those of the house that is named.
    let own = house.folder.path();
    let mixed = |keys: &Path| {
        let mixed = tempfile::tempdir().unwrap();
        let is_key = |path: &Path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name == "root.key" || name.starts_with("keyring.db")
        };
        let rest = files(own).into_iter().filter(|path| !is_key(path));
        let keys = files(keys).into_iter().filter(|path| is_key(path));
        for path in rest.chain(keys) {
            std::fs::copy(&path, mixed.path().join(path.file_name().unwrap())).unwrap();
        }
        mixed
    };
    let folder = mixed(other.path());
    let told = open(folder.path()).await.err();
    let told = told.map(|failure| failure.to_string()).unwrap_or_default();
    assert!(told.contains("belong to another keyring"), "{told}");
    // Under its own it opens, and nothing is missing.
    let folder = mixed(own);
    let door = open(folder.path()).await.unwrap();
    let audited = door.audit(&mut |_| {}).await.unwrap();
    assert_eq!((audited.people, audited.keyless), (1, 0));
}
