//! One thing at a time that once went wrong, or could: each test names the promise.

use crate::house::*;
use kept_processing::*;
use kept_terms::{ActorKind, Right};
use kept_testing::Dial;
use kept_vault::store::Store;
use kept_vault::store::failing::Step;
use std::sync::Arc;

const CONTACT: &[(&str, &str)] = &[("name", "Ada Byron"), ("email", "ada@example.com")];
const MESSAGE: &[(&str, &str)] = &[("email", "ada@example.com"), ("message", "Hello there")];

#[tokio::test]
async fn who_may_not_publish_brings_nothing_into_force() {
    let house = House::new(1).await;
    let before = house.door.policy().digest;
    let sources = sources("P60D", "P15D");
    let published = house
        .door
        .publish(&staff("support"), OTHER.clone(), sources.clone())
        .await;
    assert!(matches!(published, Ok(Published::Refused(_))));
    assert_eq!(house.door.policy().digest, before);
    assert_eq!(house.door.versions().await.unwrap().len(), 0);
    let alone = Command::Publish { sources };
    assert!(
        house
            .door
            .perform(&Caller::system("x"), &alone)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn a_published_version_is_recorded_under_its_own_digest() {
    let house = House::new(2).await;
    let system = Caller::system("publish");
    for (policy, given) in [
        (SHORT.clone(), sources("P40D", "P25D")),
        (OTHER.clone(), sources("P60D", "P15D")),
    ] {
        let published = house.door.publish(&system, policy.clone(), given).await;
        assert_eq!(published.unwrap(), Published::InForce);
        assert_eq!(house.door.policy().digest, policy.digest);
    }
    for (digest, sources) in house.door.versions().await.unwrap() {
        assert_eq!(compiled(&sources).digest, digest);
    }
    // Back to the first: it is in force again, although it was recorded before.
    let first = sources("P40D", "P25D");
    let published = house.door.publish(&system, SHORT.clone(), first).await;
    assert_eq!(published.unwrap(), Published::InForce);
    assert_eq!(house.door.policy().digest, SHORT.digest);
}

#[tokio::test]
async fn a_job_title_is_not_a_country() {
    let house = House::new(3).await;
    let collect = Collect {
        country: None,
        ..record(&[("email", "ada@example.com"), ("job-title", "IT")])
    };
    let command = Command::Collect(collect);
    let performed = house
        .door
        .perform(&staff("support"), &command)
        .await
        .unwrap();
    let country = match performed.outcome {
        Ok(Effect::Stored { person, .. }) => about(&house, person).await.country,
        _ => panic!("the record was not taken"),
    };
    assert_eq!(country, None);
}

async fn about(house: &House, person: kept_terms::PersonId) -> About {
    let right = Right::Access;
    match house
        .act(&Caller::person(), Command::Export { person, right })
        .await
    {
        Effect::Export(export) => export.about(),
        _ => panic!("no export"),
    }
}

#[tokio::test]
async fn an_identifier_of_somebody_else_is_not_taken_over() {
    let house = House::new(4).await;
    let ada = house.collect(record(CONTACT)).await;
    let other = house
        .collect(record(&[("name", "Max"), ("email", "max@example.com")]))
        .await;
    let rectify = Command::Rectify {
        person: other,
        purpose: None,
        field: "email".to_owned(),
        value: "Ada@example.com".to_owned(),
        number: None,
    };
    let told = house.door.perform(&Caller::person(), &rectify).await;
    let refusal = told.unwrap().outcome.err().unwrap();
    assert_eq!(refusal.grounds.first().unwrap().why.code(), "unfit");
    assert_eq!(house.find("ada@example.com").await, Some(ada));
    assert_eq!(house.find("max@example.com").await, Some(other));
}

#[tokio::test]
async fn whoever_is_erased_while_a_record_about_them_comes_in_is_somebody_new() {
    let house = House::new(30).await;
    let ada = house.collect(record(CONTACT)).await;
    let (caller, erase) = (Caller::person(), Command::Erase { person: ada });
    let erasing = house.store.0.hold(Step::Find);
    let erasing = erasing.meanwhile(house.act(&caller, erase));
    let (after, _) = tokio::join!(house.collect(record(MESSAGE)), erasing);
    assert_ne!(after, ada);
    assert_eq!(house.read(after, &["message"]).await.unwrap().len(), 1);
    assert!(house.read(ada, &["email"]).await.is_err());
}

#[tokio::test]
async fn nobody_is_granted_what_no_token_is_for() {
    let house = House::new(5).await;
    let now = house.door.now();
    for (kind, role) in [
        (ActorKind::System, None),
        (ActorKind::Person, None),
        (ActorKind::Administrator, Some("support".to_owned())),
        (ActorKind::Staff, Some("nobody".to_owned())),
    ] {
        let token = Token {
            id: "abc".to_owned(),
            kind,
            role,
            purposes: None,
            home: None,
            holder: None,
            created: now,
            expires: now,
            recipient: None,
        };
        let secret = "kept_secret".to_owned();
        let grant = Command::Administer(Administration::Grant { secret, token });
        let told = house.door.perform(&Caller::system("admin"), &grant).await;
        assert!(matches!(told, Err(Failure::Invalid { .. })), "{kind:?}");
    }
    let list = Command::Show(Showing::Tokens);
    match house.act(&Caller::system("admin"), list).await {
        Effect::Listed(Listed::Tokens(tokens)) => assert!(tokens.is_empty()),
        _ => panic!("no list of tokens"),
    }
}

#[tokio::test]
async fn what_is_past_its_day_does_not_come_back_with_a_new_contact() {
    let house = House::new(6).await;
    let ada = house.collect(record(CONTACT)).await;
    house.clock.pass_days(30);
    house.door.sweep(None).await.unwrap();
    house.clock.pass_days(11);
    // Forty days have passed: the name is past its day, and no sweep has come by.
    assert_eq!(house.read(ada, &["name"]).await, Ok(Vec::new()));
    let again = house.collect(record(MESSAGE)).await;
    assert_ne!(ada, again, "nothing was left of the person");
    assert_eq!(house.read(again, &["name"]).await, Ok(Vec::new()));
    assert_eq!(house.read(again, &["message"]).await.unwrap().len(), 1);
    house.door.sweep(None).await.unwrap();
    house.audit().await.unwrap();
}

#[tokio::test]
async fn what_is_past_its_day_is_not_put_right() {
    let house = House::new(7).await;
    let ada = house.collect(record(CONTACT)).await;
    house.clock.pass_days(41);
    let rectify = Command::Rectify {
        person: ada,
        purpose: None,
        field: "name".to_owned(),
        value: "Augusta".to_owned(),
        number: None,
    };
    let told = house.door.perform(&Caller::person(), &rectify).await.err();
    assert_eq!(told, Some(Failure::NotFound("item")));
}

#[tokio::test]
async fn a_clock_that_jumps_before_the_first_sweep_destroys_nothing() {
    let house = House::new(8).await;
    let ada = house.collect(record(CONTACT)).await;
    house.door.sequence().await.unwrap();
    house.clock.pass_days(365);
    let told = house.door.sweep(None).await;
    assert!(matches!(told, Err(Failure::Invalid { .. })), "{told:?}");
    // Nor does an act that would move the person's events.
    house.collect(record(MESSAGE)).await;
    house.clock.set(START);
    let read = house.read(ada, &["name"]).await.unwrap();
    assert_eq!(read, ["name=Ada Byron"]);
    house.audit().await.unwrap();
}

#[tokio::test]
async fn a_changed_event_does_not_hold_up_the_sweep() {
    let house = House::new(9).await;
    let ada = house.collect(record(CONTACT)).await;
    let max = [("email", "max@example.com"), ("message", "Good morning")];
    house.collect(record(&max)).await;
    let changed: Vec<_> = sources("P40D", "P25D")
        .into_iter()
        .map(|(name, text)| {
            let (before, after) = (
                "\"P40D\"\nafter  = \"last-contact\"",
                "\"P40D\"\nafter  = \"contract-end\"",
            );
            (name, text.replace(before, after))
        })
        .collect();
    let policy = compiled(&changed);
    assert_ne!(policy.digest, SHORT.digest);
    let system = Caller::system("publish");
    let published = house.door.publish(&system, policy, changed).await;
    assert_eq!(published.unwrap(), Published::InForce);
    house.clock.pass_days(20);
    house.door.sweep(None).await.unwrap();
    house.clock.pass_days(25);
    // Their days are listed by the former event, which is past; the policy in force still waits.
    let swept = house.door.sweep(None).await.unwrap();
    assert_eq!(swept.items, 1, "Max's message alone is past its day");
    assert_eq!(
        house.read(ada, &["name"]).await.unwrap(),
        ["name=Ada Byron"]
    );
    house.audit().await.unwrap();
}

#[tokio::test]
async fn keys_of_past_days_go_even_where_no_row_is_left() {
    let house = House::new(10).await;
    house.collect(record(CONTACT)).await;
    let other = house
        .collect(record(&[("email", "max@example.com"), ("message", "Bye")]))
        .await;
    let erase = Command::Erase { person: other };
    house.act(&Caller::person(), erase).await;
    house.door.sweep(None).await.unwrap();
    house.clock.pass_days(26);
    let swept = house.door.sweep(None).await.unwrap();
    assert_eq!(
        (swept.items, swept.keys),
        (0, 1),
        "the day of the erased message"
    );
}

#[tokio::test]
async fn an_erasure_that_could_not_be_finished_is_finished_by_the_sweep() {
    for (after, persisted) in [(0, false), (0, true), (1, false), (1, true)] {
        let house = House::new(11).await;
        let ada = house.collect(record(CONTACT)).await;
        house.fail(Step::Commit, after, persisted);
        let erase = Command::Erase { person: ada };
        let told = house.door.perform(&Caller::person(), &erase).await;
        assert!(told.is_err());
        let is_done = after > 0 || persisted;
        let read = house.read(ada, &["name"]).await;
        assert_eq!(read.is_err(), is_done, "{after} {persisted}: {read:?}");
        house.audit().await.unwrap();
        house.door.sweep(None).await.unwrap();
        let people = house.store.figures().await.unwrap().people;
        assert_eq!(people, u64::from(!is_done), "{after} {persisted}");
        house.audit().await.unwrap();
    }
}

#[tokio::test]
async fn forty_at_once_with_one_address_are_one_person() {
    let house = House::new(12).await;
    let mut tasks = Vec::new();
    for number in 0..40 {
        let door = house.door.clone();
        tasks.push(tokio::spawn(async move {
            let name = format!("Visitor {number}");
            let values = [("name", name.as_str()), ("email", "One@Example.com")];
            let command = Command::Collect(record(&values));
            door.perform(&staff("support"), &command).await
        }));
    }
    let mut people = std::collections::BTreeSet::new();
    let mut new = 0;
    for task in tasks {
        match task.await.unwrap().unwrap().outcome {
            Ok(Effect::Stored {
                person,
                new: is_new,
                ..
            }) => {
                people.insert(person);
                new += u64::from(is_new);
            }
            _ => panic!("not stored"),
        }
    }
    assert_eq!((people.len(), new), (1, 1));
    let audited = house.audit().await.unwrap();
    assert_eq!(audited.people, 1);
    let house = house.reopen().await;
    house.audit().await.unwrap();
}

#[tokio::test]
async fn a_batch_with_duplicates_is_as_good_as_one_by_one() {
    let house = House::new(13).await;
    let long = "x".repeat(200_000);
    let commands: Vec<Command> = [
        record(CONTACT),
        record(&[("name", "Augusta"), ("email", "ADA@example.com")]),
        record(&[("email", "not an address")]),
        record(&[("email", "max@example.com"), ("message", &long)]),
        record(MESSAGE),
    ]
    .into_iter()
    .map(Command::Collect)
    .collect();
    let told = house.door.perform_many(&staff("support"), &commands).await;
    let people: Vec<_> = told
        .iter()
        .map(|answer| match answer {
            Ok(Performed {
                outcome: Ok(Effect::Stored { person, .. }),
                ..
            }) => Some(*person),
            _ => None,
        })
        .collect();
    assert_eq!(people.len(), 5);
    assert!(people[0].is_some() && people[0] == people[1] && people[0] == people[4]);
    assert!(people[2].is_none() && people[3].is_none());
    let read = house
        .read(people[0].unwrap(), &["name", "message"])
        .await
        .unwrap();
    assert_eq!(read, ["message=Hello there", "name=Augusta"]);
    assert_eq!(house.audit().await.unwrap().people, 1);
}

#[tokio::test]
async fn a_second_opener_a_wrong_key_and_a_missing_part_are_told_apart() {
    if is_on_postgres() {
        return; // The files of the embedded engine.
    }
    let house = House::new(14).await;
    house.collect(record(CONTACT)).await;
    house.door.sequence().await.unwrap();
    let open = async |path: &std::path::Path| {
        let clock = Arc::new(Dial::at(START));
        let dice = Arc::new(kept_testing::Dice::seeded(99));
        let opened = Folder::new(path).open(SHORT.clone(), clock, dice).await;
        opened
            .err()
            .map_or_else(String::new, |failure| failure.to_string())
    };
    let told = open(&house.path).await;
    assert!(
        told.contains("another server is using this data folder"),
        "{told}"
    );
    let closed = house.close();
    for (file, expected) in [
        ("root.key", "root"),
        ("keyring.db", "the keyring"),
        ("vault.db", "vault.db"),
    ] {
        let aside = closed.path.join("aside");
        std::fs::rename(closed.path.join(file), &aside).unwrap();
        let told = open(&closed.path).await;
        assert!(told.contains(expected), "{file}: {told:?}");
        assert!(!closed.path.join(file).exists(), "{file} was made anew");
        std::fs::rename(&aside, closed.path.join(file)).unwrap();
    }
    let other = House::new(15).await.close();
    let key = std::fs::read(closed.path.join("root.key")).unwrap();
    std::fs::copy(other.path.join("root.key"), closed.path.join("root.key")).unwrap();
    let told = open(&closed.path).await;
    assert!(
        told.contains("this root key did not make this keyring"),
        "{told}"
    );
    std::fs::write(closed.path.join("root.key"), key).unwrap();
    assert_eq!(open(&closed.path).await, "");
}

#[tokio::test]
async fn a_full_disk_is_told_and_leaves_nothing_half_done() {
    if is_on_postgres() {
        return; // Room is the database's to give.
    }
    let folder = folder();
    let clock = Arc::new(Dial::at(START));
    let room = Some(600 << 10);
    let opened = open_within(folder.path(), &clock, &SHORT, 16, None, room).await;
    let (door, store) = opened.unwrap();
    let text = "All work and no play. ".repeat(1_000);
    let mut people = Vec::new();
    let told = loop {
        let email = format!("p{}@example.com", people.len());
        let command = Command::Collect(record(&[("email", &email), ("message", &text)]));
        match door.perform(&staff("support"), &command).await {
            Ok(Performed {
                outcome: Ok(Effect::Stored { person, .. }),
                ..
            }) => people.push(person),
            Ok(_) => panic!("refused"),
            Err(failure) => break failure,
        }
        assert!(people.len() < 100, "the room never filled");
    };
    let told = told.to_string();
    assert!(
        told.contains("full") && told.contains("make room"),
        "{told}"
    );
    drop(door);
    drop(store);
    let (door, _store) = open(folder.path(), &clock, &SHORT, 17, None).await.unwrap();
    let audited = door.audit(&mut |_| {}).await.unwrap();
    assert_eq!(
        audited.people,
        people.len() as u64,
        "what was stored, and no more"
    );
    for person in people {
        let command = reading(person, "answer-you", &["message"]);
        let read = door.perform(&staff("sales"), &command).await.unwrap();
        assert!(matches!(read.outcome, Ok(Effect::Values(values)) if values.len() == 1));
    }
}
