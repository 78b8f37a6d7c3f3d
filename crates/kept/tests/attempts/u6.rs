//! U6: who checks who somebody is learns whether it fits and nothing else, and not for long if it
//! does not.

use crate::house::{House, caller, contact, staff};
use kept_processing::{Caller, Collect, Command, Given, Subject};
use kept_terms::{ActorKind, PersonId};

const CLAUSE: &str = "north-america#use.keep-secure";

fn verify(person: PersonId, field: &str, said: &str) -> Command {
    Command::Verify {
        person,
        purpose: "keep-secure".to_owned(),
        claims: vec![(field.to_owned(), said.to_owned())],
    }
}

fn agent(name: &str) -> Caller {
    Caller {
        id: format!("session:{name}"),
        ..caller(ActorKind::Staff, Some("support"))
    }
}

#[tokio::test]
async fn other_fields_tokens_and_connections_do_not_start_the_count_again() {
    let mut house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    for (at, field) in ["name", "phone", "name", "phone", "name"]
        .iter()
        .enumerate()
    {
        let said = if *field == "name" {
            "Max Muller"
        } else {
            "(212) 555-0199"
        };
        let agent = agent(&format!("agent-{at}"));
        house.done(&agent, verify(person, field, said)).await;
    }
    house.reopen().await;
    house
        .refused(
            &agent("new"),
            verify(person, "email", "x@example.com"),
            CLAUSE,
            "too-many-tries",
        )
        .await;
}

#[tokio::test]
async fn guessing_at_many_people_comes_to_an_end_too() {
    let mut house = House::new().await;
    let mut people = Vec::new();
    for number in 0..21 {
        let email = format!("ada{number}@example.com");
        people.push(house.person(&email).await.parse::<PersonId>().unwrap());
    }
    for person in &people[..20] {
        house
            .done(&agent("one"), verify(*person, "name", "Max Muller"))
            .await;
    }
    let last = verify(people[20], "name", "Ada Byron");
    house
        .refused(&agent("one"), last.clone(), CLAUSE, "too-many-tries")
        .await;
    house.reopen().await;
    house
        .refused(&agent("one"), last.clone(), CLAUSE, "too-many-tries")
        .await;
    house.done(&agent("two"), last.clone()).await;
    house.clock.pass_days(1);
    house.done(&agent("one"), last).await;
}

#[tokio::test]
async fn an_identifier_of_somebody_else_is_refused_on_record_and_counted() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    house.person("grace@example.com").await;
    let probe = || {
        let mut record = Collect::through("website-form");
        record.subject = Subject::Known(person);
        record.country = Some("US".parse().unwrap());
        let email = Given::Text("grace@example.com".to_owned());
        record.values = vec![("email".to_owned(), email)];
        Command::Collect(record)
    };
    for _ in 0..20 {
        house
            .refused(&staff("support"), probe(), "north-america#collect", "unfit")
            .await;
    }
    let mut harmless = Collect::through("website-form");
    harmless.subject = Subject::Known(person);
    harmless.country = Some("US".parse().unwrap());
    let email = Given::Text("ada.byron@example.com".to_owned());
    harmless.values = vec![("email".to_owned(), email)];
    let harmless = Command::Collect(harmless);
    let secure = "north-america#secure";
    house
        .refused(
            &staff("support"),
            harmless.clone(),
            secure,
            "too-many-tries",
        )
        .await;
    let support = house.token("staff", Some("support")).await;
    let taken = house
        .post("/v1/collect", &support, &contact("new@example.com"))
        .await;
    assert_eq!(
        taken.status, 201,
        "others are taken in all the same: {}",
        taken.text
    );
}

#[tokio::test]
async fn nobody_moves_an_event_far_ahead() {
    let house = House::new().await;
    for (event, day) in [
        ("contract-end", "2099-01-01"),
        ("last-contact", "2026-12-24"),
    ] {
        let mut record = contact("ada@example.com");
        record["events"] = serde_json::json!({ event: day });
        let support = house.token("staff", Some("support")).await;
        let answer = house.post("/v1/collect", &support, &record).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}
