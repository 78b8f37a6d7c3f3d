//! One byte turned over in one file of a closed folder: the door does not open, or the audit says
//! so, or what is stored is the same as before.

use crate::house::*;
use crate::random::Chance;
use kept_processing::*;
use kept_terms::Right;
use kept_vault::store::{RecordKind, Store, Wanted};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Bytes turned over in each file; `KEPT_SIM_FLIPS` is another number.
const FLIPS: u64 = 2;
const SEED: u64 = 51;

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn read_all(folder: &Path, from: &Path, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, from, files);
        } else {
            let name = path.strip_prefix(from).unwrap().to_owned();
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

fn write_all(files: &Files, folder: &Path) {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        // A root key that others can read is refused.
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// A house with something of everything in it.
async fn furnished() -> Files {
    let house = House::new(SEED).await;
    let system = Caller::system("publish");
    let given = sources("P40D", "P25D");
    let published = house.door.publish(&system, SHORT.clone(), given).await;
    assert_eq!(published.unwrap(), Published::InForce);
    for number in 0..12 {
        let (name, email) = (format!("Person {number}"), format!("p{number}@example.com"));
        let mut collect = record(&[("name", &name), ("email", &email), ("message", &name)]);
        if number % 4 == 0 {
            let file = Given::File {
                name: "notes.txt".to_owned(),
                media_type: "text/plain".to_owned(),
                content: vec![b'n'; 300],
            };
            collect.values.push(("attachment".to_owned(), file));
        }
        let person = house.collect(collect).await;
        house.read(person, &["name"]).await.unwrap();
        if number % 5 == 1 {
            house
                .act(&Caller::person(), Command::Erase { person })
                .await;
        }
    }
    let new = NewToken {
        kind: kept_terms::ActorKind::Staff,
        role: Some("support".to_owned()),
        purposes: None,
        home: None,
        expires: "2027-11-23T12:00:00Z".parse().unwrap(),
    };
    let (secret, token) = house.door.draw_token(new).unwrap();
    let grant = Command::Administer(Administration::Grant { secret, token });
    house.act(&Caller::system("admin"), grant).await;
    let evidence = Evidence::Assurance {
        recipient: Some("crm-cloud".to_owned()),
        assurance: "soc-2".to_owned(),
        until: "2027-03-31".to_owned(),
    };
    house
        .act(&Caller::system("admin"), Command::Attest(evidence))
        .await;
    house.door.sweep(None).await.unwrap();
    house.door.sequence().await.unwrap();
    let closed = house.close();
    let mut files = Files::new();
    read_all(&closed.path, &closed.path, &mut files);
    files.retain(|name, bytes| !bytes.is_empty() && name.to_str() != Some("vault.db-shm"));
    files
}

/// Everything that the door can see, as one text; or what the audit says.
async fn seen(files: &Files) -> Result<String, String> {
    let folder = folder();
    write_all(files, folder.path());
    let clock = std::sync::Arc::new(kept_testing::Dial::at(START));
    let opened = open(folder.path(), &clock, &SHORT, SEED + 7, None).await;
    let (door, store) = opened.map_err(|failure| failure.to_string())?;
    let audited = door.audit(&mut |_| {}).await;
    let audited = audited.map_err(|failure| failure.to_string())?;
    let mut told = format!("{audited:?}");
    let fail = |failure: kept_vault::store::Failure| failure.to_string();
    told += &format!("{:?}", store.words().await.map_err(fail)?);
    for kind in [
        RecordKind::Token,
        RecordKind::Evidence,
        RecordKind::Policy,
        RecordKind::Setting,
        RecordKind::Doomed,
    ] {
        told += &format!("{:?}", store.records(kind).await.map_err(fail)?);
    }
    told += &format!("{:?}", store.figures().await.map_err(fail)?.items_by_class);
    for person in store.people(None, 1_000).await.map_err(fail)? {
        let all = Wanted::Page {
            after: None,
            limit: 1_000,
        };
        let record = store.person(person, all).await.map_err(fail)?;
        told += &format!("{:?}", record.map(|record| (record.version, record.items)));
        told += &format!(
            "{:?}",
            store.trail(person, None, 1_000).await.map_err(fail)?
        );
        let right = Right::Access;
        let export = Command::Export { person, right };
        let performed = door.perform(&Caller::person(), &export).await;
        let performed = performed.map_err(|failure| failure.to_string())?;
        let Ok(Effect::Export(mut export)) = performed.outcome else {
            return Err("refused".to_owned());
        };
        while let Some(page) = export.next_page(&door).await.map_err(|f| f.to_string())? {
            told += &format!("{:?}", shown(&page));
        }
    }
    Ok(told)
}

#[test]
fn a_byte_turned_over_is_named_or_changes_nothing() {
    let flips = std::env::var("KEPT_SIM_FLIPS").ok();
    let flips = flips.map_or(FLIPS, |flips| flips.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let files = furnished().await;
        let before = seen(&files).await.unwrap();
        let mut chance = Chance(SEED);
        let mut unseen = Vec::new();
        let (mut named, mut harmless) = (0, 0);
        for (name, bytes) in &files {
            let is_database = name.extension().is_some_and(|it| it == "db");
            let count = if is_database { 6 * flips } else { flips.min(3) };
            for _ in 0..count {
                let Some(at) = place(&mut chance, bytes) else {
                    continue;
                };
                let bit = 1_u8 << chance.below(8);
                let mut files = files.clone();
                files.get_mut(name).unwrap()[at] ^= bit;
                match seen(&files).await {
                    Err(told) => {
                        assert!(!told.is_empty());
                        named += 1;
                    }
                    Ok(after) if after == before => harmless += 1,
                    Ok(after) => unseen.push((name.clone(), at, difference(&before, &after))),
                }
            }
        }
        println!(
            "{named} named, {harmless} harmless, {} unseen",
            unseen.len()
        );
        assert!(unseen.is_empty(), "{unseen:#?}");
        assert!(named > harmless);
    });
}

/// A place in a file with something there: pages of zeros are not looked at.
fn place(chance: &mut Chance, bytes: &[u8]) -> Option<usize> {
    let all = bytes.len() as u64;
    (0..100)
        .map(|_| chance.below(all) as usize)
        .find(|at| bytes[*at] != 0)
}

fn difference(before: &str, after: &str) -> String {
    let same = before
        .chars()
        .zip(after.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let around = |text: &str| {
        text.chars()
            .skip(same.saturating_sub(60))
            .take(120)
            .collect()
    };
    let (before, after): (String, String) = (around(before), around(after));
    format!("{before} … {after}")
}
