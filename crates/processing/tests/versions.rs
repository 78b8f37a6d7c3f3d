//! Versions from the door's side: what may follow what, what waits for its day, and who is told.
//! The telling is stopped at every step it takes, and each person is told once all the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

#[path = "simulator/house.rs"]
#[allow(dead_code, reason = "the house has more rooms than this needs")]
mod house;

use house::{Door, *};
use kept_policy::Policy;
use kept_processing::*;
use kept_terms::Day;
use kept_vault::store::Store as _;
use kept_vault::store::failing::{Fault, Step};
use std::collections::BTreeSet;
use std::sync::Arc;

type Files = Vec<(String, String)>;

/// The modelled policy with some passages replaced.
fn draft(changes: &[(&str, &str)]) -> (Arc<Policy>, Files) {
    let mut files: Files = documents();
    for (_, text) in files.iter_mut().filter(|(name, _)| name == AT_HOME) {
        for (was, now) in changes {
            *text = text.replacen(was, now, 1);
        }
    }
    (compiled(&files), files)
}

const LONGER: (&str, &str) = ("period = \"P90D\"", "period = \"P120D\"");
const REVISED: (&str, &str) = ("revised    = 2018-05-01", "revised    = 2026-11-23");
const NEW_YEAR: (&str, &str) = ("effective  = 2018-05-01", "effective  = 2027-01-01");
const SOON: (&str, &str) = ("effective  = 2018-05-01", "effective  = 2026-12-01");

async fn publish(door: &Door, changes: &[(&str, &str)]) -> Result<Published, Failure> {
    let (policy, files) = draft(changes);
    door.publish(&Caller::system("publish"), policy, files)
        .await
}

/// A house under the modelled policy.
async fn house(seed: u64) -> House {
    let house = House::new(seed).await;
    assert_eq!(publish(&house.door, &[]).await.unwrap(), Published::InForce);
    house
}

/// What is told when something of these words is wrong.
#[track_caller]
fn invalid(published: Result<Published, Failure>, words: &str) {
    match published {
        Err(Failure::Invalid { place, problem }) => {
            let told = format!("{place} {problem}");
            assert!(told.contains(words), "{told}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_version_is_never_published_with_another_text() {
    let house = house(1).await;
    let before = house.door.versions().await.unwrap();
    invalid(publish(&house.door, &[LONGER]).await, "move `revised`");
    invalid(
        publish(&house.door, &[("We know a little", "We know something")]).await,
        "never changed",
    );
    assert_eq!(house.door.versions().await.unwrap(), before);
}

#[tokio::test]
async fn people_are_told_before_it_takes_effect() {
    let house = house(2).await;
    for changes in [&[LONGER, REVISED][..], &[LONGER, REVISED, SOON]] {
        let Ok(Published::Refused(refusal)) = publish(&house.door, changes).await else {
            panic!("published too soon");
        };
        let policy = house.door.policy();
        let cited: Vec<String> = refusal
            .grounds
            .iter()
            .map(|it| policy.citation(it.cited))
            .collect();
        assert_eq!(cited, ["north-america#notify.changes"]);
    }
    assert_eq!(house.door.versions().await.unwrap().len(), 1);
    assert!(house.door.announcements().await.unwrap().is_empty());
    // What does not matter to people needs no notice.
    let reworded = ("We know a little", "We know something");
    let published = publish(&house.door, &[reworded, REVISED]).await.unwrap();
    assert_eq!(published, Published::InForce);
    assert!(house.door.announcements().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_version_comes_into_force_by_itself_on_its_day_and_survives_a_restart() {
    let mut house = house(3).await;
    let first = house.door.policy().digest;
    let changes = [LONGER, REVISED, NEW_YEAR];
    let (second, _) = draft(&changes);
    let day = Day::from_date("2027-01-01".parse().unwrap());
    for _ in 0..2 {
        let published = publish(&house.door, &changes).await.unwrap();
        assert_eq!(published, Published::From(day));
    }
    assert_eq!(house.door.policy().digest, first);
    invalid(
        publish(
            &house.door,
            &[("We know a little", "We know something"), REVISED],
        )
        .await,
        "2026-11-23",
    );
    house.clock.pass_days(38);
    house = house.reopen().await;
    assert_eq!(
        house.door.policy().digest,
        first,
        "it is still the old year"
    );
    assert!(!house.door.bring_into_force().await.unwrap());
    house.clock.pass_days(1);
    assert!(house.door.bring_into_force().await.unwrap());
    assert_eq!(house.door.policy().digest, second.digest);
    // Whatever policy a restart brings along, the one on record is in force.
    house = house.reopen().await;
    assert_eq!(house.door.policy().digest, second.digest);
    let history = house.door.history().await.unwrap();
    let stands: Vec<Stands> = history.iter().map(|it| it.stands).collect();
    assert_eq!(stands, [Stands::InForce, Stands::Past]);
    let named = house
        .door
        .version_named("2026-12-31")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(named.digest, first);
    house.audit().await.unwrap();
}

#[tokio::test]
async fn a_version_that_is_due_while_the_door_is_shut_is_in_force_when_it_opens() {
    let mut house = house(4).await;
    let changes = [LONGER, REVISED, NEW_YEAR];
    let _ = publish(&house.door, &changes).await.unwrap();
    house.clock.pass_days(100);
    house = house.reopen().await;
    assert_eq!(house.door.policy().digest, draft(&changes).0.digest);
    assert!(house.door.announced().await.unwrap().is_none());
}

/// Thirty people of whom ten sent a message.
async fn with_people(seed: u64) -> House {
    with(seed, 30).await
}

/// So many people, of whom every third sent a message.
async fn with(seed: u64, people: u32) -> House {
    let house = house(seed).await;
    for number in 0..people {
        let (name, email) = (format!("Person {number}"), format!("p{number}@example.com"));
        let mut values = vec![("name", &name[..]), ("email", &email)];
        if number % 3 == 0 {
            values.push(("message", &name));
        }
        house.collect(record(&values)).await;
    }
    house
}

fn messages_longer() -> Vec<(&'static str, &'static str)> {
    let documents = documents();
    let (_, text) = documents.iter().find(|(name, _)| name == AT_HOME).unwrap();
    let (_, clause) = text.split_once("[keep.correspondence]").unwrap();
    let (clause, _) = clause.split_once("then").unwrap();
    let was = format!("[keep.correspondence]{clause}");
    let (before, after) = was.split_once("period = \"").unwrap();
    let (_, after) = after.split_once('"').unwrap();
    let now = format!("{before}period = \"P20Y\"{after}");
    vec![(was.leak(), now.leak()), REVISED, NEW_YEAR]
}

async fn queue(door: &Door) -> Vec<Outgoing> {
    door.outgoing(None, 1_000).await.unwrap()
}

#[tokio::test]
async fn exactly_those_are_told_whom_a_change_concerns() {
    let house = with_people(5).await;
    let published = publish(&house.door, &messages_longer()).await.unwrap();
    assert!(matches!(published, Published::From(_)));
    let campaign = house.door.tell_of_changes().await.unwrap().unwrap();
    assert!(campaign.done, "{campaign:?}");
    assert_eq!(
        (campaign.looked, campaign.queued.values().sum::<u64>()),
        (30, 10)
    );
    let queue = queue(&house.door).await;
    assert_eq!(queue.len(), 10);
    assert!(
        queue
            .iter()
            .all(|it| it.template == CHANGE_TEMPLATE && it.purpose == "rights")
    );
    assert!(house.door.tell_of_changes().await.unwrap().is_none());
    // Published again, nobody is told again.
    let _ = publish(&house.door, &messages_longer()).await.unwrap();
    assert!(house.door.tell_of_changes().await.unwrap().is_none());
    let standing = house.door.standing().await.unwrap();
    let notices = standing
        .iter()
        .find(|it| it.name == "north-america#notify.changes")
        .unwrap();
    assert_eq!(notices.figure, "0 of 10 notices given, 0 late");
}

#[tokio::test]
async fn stopped_at_any_step_the_telling_goes_on_and_nobody_is_told_twice() {
    let steps = [
        Step::Records,
        Step::Scan,
        Step::Person,
        Step::Words,
        Step::Book,
    ];
    for at in steps {
        for (persisted, after) in [(false, 0), (true, 0), (true, 7)] {
            let mut house = with_people(6).await;
            let _ = publish(&house.door, &messages_longer()).await.unwrap();
            house.store.0.plan(Fault {
                at,
                after,
                persisted,
            });
            let (mut told, mut stops) = (BTreeSet::new(), 0);
            for _ in 0..6 {
                let stopped = house.door.tell_of_changes().await.is_err();
                for message in queue_or_nothing(&house.door).await {
                    told.insert(message.key());
                }
                if stopped {
                    stops += 1;
                    house = house.reopen().await;
                }
            }
            assert!(after > 0 || stops == 1, "{at:?} did not fail");
            assert_eq!(told.len(), 10, "{at:?} {persisted} {after}");
            assert_eq!(queue(&house.door).await.len(), 10);
            let campaign = &house.door.announcements().await.unwrap()[0];
            assert!(campaign.done);
            assert_eq!(
                campaign.queued.values().sum::<u64>(),
                10,
                "{at:?} {persisted} {after}"
            );
        }
    }
}

#[tokio::test]
async fn what_was_booked_of_a_long_telling_is_not_done_again() {
    for persisted in [false, true] {
        let mut house = with(9, 250).await;
        let _ = publish(&house.door, &messages_longer()).await.unwrap();
        let (at, after) = (Step::Book, 1);
        house.store.0.plan(Fault {
            at,
            after,
            persisted,
        });
        assert!(house.door.tell_of_changes().await.is_ok());
        assert!(house.door.tell_of_changes().await.is_err());
        house = house.reopen().await;
        let booked = house.door.announcements().await.unwrap().remove(0);
        assert_eq!(booked.looked, if persisted { 200 } else { 100 });
        let waiting = queue(&house.door).await.len();
        assert_eq!(booked.queued.values().sum::<u64>(), waiting as u64);
        while house.door.tell_of_changes().await.unwrap().is_some() {}
        assert_eq!(queue(&house.door).await.len(), 84);
        let done = house.door.announcements().await.unwrap().remove(0);
        assert_eq!((done.looked, done.queued.values().sum::<u64>()), (250, 84));
    }
}

/// The queue, where the store lets it be read.
async fn queue_or_nothing(door: &Door) -> Vec<Outgoing> {
    door.outgoing(None, 1_000).await.unwrap_or_default()
}

#[tokio::test]
async fn a_message_that_was_sent_is_not_queued_again() {
    let house = with_people(7).await;
    let _ = publish(&house.door, &messages_longer()).await.unwrap();
    house.door.tell_of_changes().await.unwrap();
    // As the outbox does once a message has left.
    let gone = queue(&house.door).await.into_iter().map(|it| {
        let kind = kept_vault::store::RecordKind::Outgoing;
        kept_vault::store::Write::DeleteRecord(kind, it.key().into_bytes())
    });
    house.store.book(gone.collect()).await.unwrap();
    assert!(house.door.tell_of_changes().await.unwrap().is_none());
    assert!(queue(&house.door).await.is_empty());
    let standing = house.door.standing().await.unwrap();
    let notices = standing
        .iter()
        .find(|it| it.name == "north-america#notify.changes")
        .unwrap();
    assert_eq!(notices.figure, "10 of 10 notices given, 0 late");
}

#[tokio::test]
async fn a_draft_is_tried_out_without_changing_anything() {
    let house = with_people(8).await;
    let entries = house.door.sequence().await.unwrap();
    let mut changes = messages_longer();
    let day = changes[0].1.replace("P20Y", "P0D");
    changes[0].1 = day.leak();
    let (policy, _) = draft(&changes);
    let simulated = house.door.simulate(policy).await.unwrap();
    assert_eq!(simulated.refused, []);
    assert_eq!(simulated.from.as_deref(), Some("2027-01-01"));
    assert_eq!((simulated.people, simulated.looked_at), (30, 30));
    assert_eq!(simulated.destroyed.count, 10, "{simulated:#?}");
    assert_eq!(simulated.kept_shorter.count, 10);
    assert_eq!(
        (simulated.told.count, simulated.told.estimated),
        (10, false)
    );
    assert_eq!(house.door.sequence().await.unwrap(), entries);
    assert!(house.door.announcements().await.unwrap().is_empty());

    let opt_in = ("choice = \"opt-out\"", "choice = \"opt-in\"");
    let (policy, _) = draft(&[opt_in, REVISED]);
    let simulated = house.door.simulate(policy).await.unwrap();
    let places: Vec<&str> = simulated
        .refused
        .iter()
        .map(|it| it.place.as_str())
        .collect();
    assert_eq!(places, ["`north-america#notify.changes`"]);
    let marketing = simulated
        .purposes
        .iter()
        .find(|it| it.purpose == "marketing")
        .unwrap();
    assert_eq!(marketing.to_ask.count, 30, "{simulated:#?}");
    assert!(marketing.unreadable.count >= 60);
}

/// The modelled policy with another firm that works on what clients hold.
fn another_firm() -> (Arc<Policy>, Files) {
    let firm = "[disclose.mail-cloud]\nto = \"mail-cloud\"\ndata = [\"email\"]\n\
        for = [\"client-help\"]\nprotection = \"processing-agreement\"\n\
        assurance = { any = [\"SOC 2\"] }\n\n[secure.support-cloud-report]";
    let mut files: Files = documents();
    let processor = files.iter_mut().find(|(name, _)| name == "processor.md");
    let (_, text) = processor.unwrap();
    for (was, now) in [REVISED, NEW_YEAR, ("[secure.support-cloud-report]", firm)] {
        assert!(text.contains(was), "{was}");
        *text = text.replacen(was, now, 1);
    }
    (compiled(&files), files)
}

/// Five clients in Prisma, each with a mailbox and with people held for it.
async fn with_clients(seed: u64) -> House {
    let house = house(seed).await;
    let register = async |entry: serde_json::Value| {
        let entry: Registered = serde_json::from_value(entry).unwrap();
        let command = Command::Administer(Administration::Register(entry));
        house.act(&Caller::system("register"), command).await;
    };
    for number in 0..5 {
        let client = format!("client-{number}");
        register(serde_json::json!({ "kind": "client", "id": client, "name": client })).await;
        register(serde_json::json!({
            "kind": "instruction", "id": client, "client": client, "system": "prisma",
            "acts": ["collect"], "from": "2026-01-01", "reference": "contract",
        }))
        .await;
        let address = format!("privacy@{client}.example.com");
        register(serde_json::json!({
            "kind": "mailbox", "id": client, "client": client, "address": address,
        }))
        .await;
        let caller = Caller {
            home: Some(format!("prisma/{client}").parse().unwrap()),
            kind: kept_terms::ActorKind::Machine,
            ..staff("client-user")
        };
        for held in 0..3 {
            let email = format!("p{held}@example.com");
            let mut collect = record(&[("email", &email)]);
            collect.channel = "hosted-system".to_owned();
            collect.country = None;
            house.act(&caller, Command::Collect(collect)).await;
        }
    }
    house
}

#[tokio::test]
async fn stopped_at_any_step_each_client_is_told_once() {
    for at in [
        Step::Records,
        Step::Scan,
        Step::Person,
        Step::Words,
        Step::Book,
    ] {
        for (persisted, after) in [(false, 0), (true, 0), (true, 7)] {
            let mut house = with_clients(11).await;
            let (policy, files) = another_firm();
            let system = Caller::system("publish");
            let published = house.door.publish(&system, policy, files).await;
            assert!(matches!(published.unwrap(), Published::From(_)));
            house.store.0.plan(Fault {
                at,
                after,
                persisted,
            });
            let (mut told, mut stops) = (BTreeSet::new(), 0);
            for _ in 0..6 {
                let stopped = house.door.tell_of_changes().await.is_err();
                for message in queue_or_nothing(&house.door).await {
                    assert_eq!(message.template, CLIENT_CHANGE_TEMPLATE);
                    told.insert(message.key());
                }
                if stopped {
                    stops += 1;
                    house = house.reopen().await;
                }
            }
            assert!(after > 0 || stops == 1, "{at:?} did not fail");
            assert_eq!(told.len(), 5, "{at:?} {persisted} {after}");
            assert_eq!(queue(&house.door).await.len(), 5);
            let campaign = &house.door.announcements().await.unwrap()[0];
            assert!(campaign.done && campaign.queued.is_empty());
            let told = &campaign.clients["processor"];
            assert_eq!(told.firms, ["Marketing-mail cloud (US)"]);
            assert!(
                told.clients
                    .values()
                    .all(|it| it.stands == ClientStands::Queued)
            );
        }
    }
}
