//! An old copy of the rows under the present keyring: what was erased or fell due meanwhile does
//! not come back.

use crate::house::*;
use kept_processing::*;
use kept_terms::PersonId;
use kept_vault::store::Store;
use std::path::Path;

fn contact(email: &str) -> Collect {
    record(&[
        ("name", "Somebody"),
        ("email", email),
        ("message", "Good day"),
    ])
}

/// Puts a copy of the rows and blobs, and nothing else, from one folder into another.
fn copy_rows(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("blobs")).unwrap();
    for leftover in ["vault.db-wal", "vault.db-shm"] {
        let _ = std::fs::remove_file(to.join(leftover));
    }
    std::fs::copy(from.join("vault.db"), to.join("vault.db")).unwrap();
    for folder in std::fs::read_dir(from.join("blobs")).unwrap() {
        let folder = folder.unwrap().path();
        let target = to.join("blobs").join(folder.file_name().unwrap());
        std::fs::create_dir_all(&target).unwrap();
        for file in std::fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            std::fs::copy(&file, target.join(file.file_name().unwrap())).unwrap();
        }
    }
}

async fn day(house: &House, days: i64) {
    house.clock.pass_days(days);
    house.door.sweep(None).await.unwrap();
}

struct Restored {
    house: House,
    people: [PersonId; 4],
    /// How many entries the ledger had when the copy was put back.
    entries: u64,
}

/// A is erased, B's message and C's contact details fall due, D stays; then the rows of before.
async fn restored(seed: u64) -> Restored {
    let house = House::new(seed).await;
    let [a, b, c] = ["a@example.com", "b@example.com", "c@example.com"].map(contact);
    let (a, b) = (house.collect(a).await, house.collect(b).await);
    let c = house
        .collect(Collect {
            values: c.values[..2].to_vec(),
            ..c
        })
        .await;
    day(&house, 20).await;
    let d = house.collect(contact("d@example.com")).await;
    let knows = Command::Contact(Use {
        person: b,
        purpose: "answer-you".to_owned(),
        fields: vec!["name".to_owned()],
    });
    house.act(&staff("sales"), knows).await;
    house.door.sequence().await.unwrap();
    let copy = folder();
    let closed = house.close();
    copy_rows(&closed.path, copy.path());
    let house = closed.open().await.unwrap();
    house
        .act(&Caller::person(), Command::Erase { person: a })
        .await;
    day(&house, 21).await;
    assert!(
        house.read(c, &["name"]).await.is_err(),
        "nothing is left of C"
    );
    let entries = house.door.sequence().await.unwrap();
    let closed = house.close();
    copy_rows(copy.path(), &closed.path);
    let house = closed.open().await.unwrap();
    let people = [a, b, c, d];
    Restored {
        house,
        people,
        entries,
    }
}

#[tokio::test]
async fn what_was_erased_or_fell_due_does_not_come_back_with_old_rows() {
    let Restored { house, people, .. } = restored(21).await;
    let [a, b, c, d] = people;
    for gone in [a, c] {
        let read = house.read(gone, &["name", "message"]).await;
        assert_eq!(read, Err(Failure::NotFound("person")));
    }
    assert_eq!(house.find("a@example.com").await, None);
    assert_eq!(
        house.read(b, &["name", "message"]).await.unwrap(),
        ["name=Somebody"]
    );
    let all = ["message=Good day", "name=Somebody"];
    assert_eq!(house.read(d, &["name", "message"]).await.unwrap(), all);
    let audited = house.audit().await.unwrap();
    assert_eq!((audited.people, audited.keyless), (4, 2));
    house.door.sweep(None).await.unwrap();
    let audited = house.audit().await.unwrap();
    assert_eq!(
        (audited.people, audited.keyless, audited.overdue),
        (2, 0, 0)
    );
}

#[tokio::test]
async fn an_erased_person_s_address_is_free_under_old_rows() {
    let Restored { house, people, .. } = restored(22).await;
    let again = house.collect(contact("a@example.com")).await;
    assert_ne!(again, people[0]);
    let all = ["message=Good day", "name=Somebody"];
    assert_eq!(house.read(again, &["name", "message"]).await.unwrap(), all);
    // Somebody whose keys of a class are gone starts anew, and what comes in is readable.
    let c = house.collect(contact("c@example.com")).await;
    assert_eq!(house.read(c, &["name", "message"]).await.unwrap(), all);
    house.audit().await.unwrap();
}

#[tokio::test]
async fn the_ledger_goes_on_where_it_was_under_old_rows() {
    let Restored {
        house,
        people,
        entries,
    } = restored(23).await;
    let command = reading(people[3], "answer-you", &["name"]);
    let performed = house.door.perform(&staff("sales"), &command).await.unwrap();
    // The loss of rows has an entry of its own, before anything else happens.
    let entries = entries + 1;
    assert_eq!(performed.entry, Some(entries), "no number is given twice");
    assert_eq!(house.door.sequence().await.unwrap(), entries + 1);
    let entry = house.door.entry(entries).unwrap().unwrap();
    assert!(String::from_utf8_lossy(&entry).contains("\"act\":\"use\""));
    let receipt = house.door.receipt(entries).await.unwrap();
    receipt
        .verify(&entry, &[house.door.verifier().clone()])
        .unwrap();
    house.audit().await.unwrap();
    let house = house.reopen().await;
    house.audit().await.unwrap();
    assert_eq!(house.door.sequence().await.unwrap(), entries + 1);
}

#[tokio::test]
async fn a_class_whose_key_fell_due_opens_nothing_and_blocks_nothing() {
    let house = House::new(24).await;
    house.catalogue(&["First"]).await;
    let training = Collect {
        values: [
            ("name", "Tra Inee"),
            ("email", "t@example.com"),
            ("course-attended", "First"),
        ]
        .map(|(field, text)| (field.to_owned(), Given::Text(text.to_owned())))
        .to_vec(),
        country: "US".parse().ok(),
        ..Collect::through("training-import")
    };
    let person = house.collect(training.clone()).await;
    day(&house, 20).await;
    let closed = house.close();
    let copy = folder();
    copy_rows(&closed.path, copy.path());
    let house = closed.open().await.unwrap();
    day(&house, 21).await;
    let closed = house.close();
    copy_rows(copy.path(), &closed.path);
    let house = closed.open().await.unwrap();
    // A clock behind, so that the restored name looks as if it were still needed.
    house.clock.pass_days(-21);
    let read = async || match house
        .act(&staff("trainer"), reading(person, "training", &["name"]))
        .await
    {
        Effect::Values(values) => shown(&values),
        _ => panic!("no values"),
    };
    assert_eq!(read().await, Vec::<String>::new());
    assert_eq!(house.collect(training).await, person);
    assert_eq!(read().await, ["name=Tra Inee"]);
    house.audit().await.unwrap();
    assert_eq!(house.store.figures().await.unwrap().people, 1);
}

fn object(person: PersonId, purpose: &str, objects: bool) -> Command {
    let purpose = purpose.to_owned();
    Command::Object {
        person,
        purpose,
        objects,
    }
}

fn agreement(person: PersonId, given: bool) -> Command {
    Command::Consent {
        person,
        to: ConsentTo::Purpose("another-purpose".to_owned()),
        given,
        channel: "website-form".to_owned(),
    }
}

fn hold(person: PersonId) -> Command {
    Command::Hold {
        person,
        fields: vec!["message".to_owned()],
        matter: "case-17".to_owned(),
    }
}

/// Why something is not read, if it is not.
async fn refused(house: &House, person: PersonId, role: &str, purpose: &str) -> Option<String> {
    let command = reading(person, purpose, &["name"]);
    let performed = house.door.perform(&staff(role), &command).await.unwrap();
    let refusal = performed.outcome.err()?;
    Some(refusal.grounds.first()?.why.code().to_owned())
}

#[tokio::test]
async fn a_no_that_came_after_the_copy_holds_under_old_rows() {
    let house = House::new(25).await;
    let mut people = Vec::new();
    for at in 0..7 {
        people.push(house.collect(contact(&format!("p{at}@example.com"))).await);
    }
    let (me, office) = (Caller::person(), staff("privacy-office"));
    let [a, b, c, d, e, f, g] = people[..].try_into().unwrap();
    house.act(&me, agreement(b, true)).await;
    house.act(&me, object(c, "marketing", true)).await;
    house.act(&office, hold(d)).await;
    house.act(&office, hold(g)).await;
    house.door.sequence().await.unwrap();
    let closed = house.close();
    let copy = folder();
    copy_rows(&closed.path, copy.path());
    let house = closed.open().await.unwrap();
    house.act(&me, object(a, "marketing", true)).await;
    house.act(&me, object(a, "improve", true)).await;
    house.act(&me, object(a, "improve", false)).await;
    house.act(&me, agreement(b, false)).await;
    house.act(&me, object(c, "marketing", false)).await;
    house.act(&me, Command::Erase { person: d }).await;
    house.act(&office, hold(e)).await;
    house.act(&me, Command::Erase { person: e }).await;
    let pause = Command::Restrict {
        person: f,
        paused: true,
    };
    house.act(&me, pause).await;
    let (person, matter) = (g, "case-17".to_owned());
    house.act(&office, Command::Lift { person, matter }).await;
    house.door.sequence().await.unwrap();
    let closed = house.close();
    copy_rows(copy.path(), &closed.path);
    let house = closed.open().await.unwrap();
    for (person, role, purpose, why) in [
        (a, "marketing", "marketing", Some("objected")),
        (b, "account-manager", "another-purpose", Some("no-consent")),
        // That a no was taken back was lost, and it is said again.
        (c, "marketing", "marketing", Some("objected")),
        (d, "sales", "answer-you", Some("restricted")),
        (e, "sales", "answer-you", Some("restricted")),
        (f, "sales", "answer-you", Some("restricted")),
    ] {
        let told = refused(&house, person, role, purpose).await;
        assert_eq!(told.as_deref(), why, "{purpose}");
    }
    // Of whom a hold kept something before, that alone is left, and nobody is found.
    assert_eq!(house.find("p3@example.com").await, None);
    // What the lifted hold kept was sealed anew since, in rows that are lost; the rest is there.
    let read = house.read(g, &["name", "message"]).await;
    assert_eq!(read.unwrap(), ["name=Somebody"]);
    let audited = house.audit().await.unwrap();
    let entries = house.door.sequence().await.unwrap();
    let house = house.reopen().await;
    assert_eq!(house.door.sequence().await.unwrap(), entries, "once");
    assert_eq!(house.audit().await.unwrap(), audited);
}
