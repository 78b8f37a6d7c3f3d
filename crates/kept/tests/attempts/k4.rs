//! K4: what is written down of what happened is shown to the roles that the policy names, on
//! record, and to nobody else.

use crate::house::{House, administrator, staff};
use kept_processing::{Administration, Caller, Command, Effect, Listed, NewToken, Showing};
use kept_terms::PersonId;
use kept_terms::{ActorKind, Timestamp};
use serde_json::json;

const CLAUSE: &str = "north-america#secure.trails";

fn trail(person: PersonId) -> Command {
    Command::Show(Showing::Trail {
        person,
        below: None,
        limit: 50,
    })
}

#[tokio::test]
async fn a_trail_is_for_the_roles_that_the_clause_names() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    for role in ["marketing", "researcher", "human-resources", "operations"] {
        house
            .refused(&staff(role), trail(person), CLAUSE, "not-shown")
            .await;
    }
    house
        .refused(
            &administrator(),
            trail(person),
            "north-america#secure",
            "administrator-sees-nothing",
        )
        .await;
    let marketing = house.token("staff", Some("marketing")).await;
    let path = format!("/v1/people/{person}/trail");
    let before = house.entries().await;
    house
        .get(&path, &marketing)
        .await
        .refused(CLAUSE, "not-shown");
    house.recorded(before, CLAUSE, "not-shown").await;
}

#[tokio::test]
async fn whoever_looks_is_on_record_and_the_person_sees_that() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    house.done(&staff("support"), trail(person)).await;
    let own = house.done(&Caller::person(), trail(person)).await;
    let Ok(Effect::Listed(Listed::Trail(entries))) = own.outcome else {
        panic!("no trail");
    };
    let acts: Vec<bool> = entries
        .iter()
        .map(|(_, entry)| String::from_utf8_lossy(entry).contains("\"act\":\"show\""))
        .collect();
    assert_eq!(acts, [true, false], "the look of the staff, the intake");
}

#[tokio::test]
async fn whoever_lists_recipients_feeds_or_messages_is_on_record() {
    let house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    for (path, book) in [
        ("/v1/recipients", "sharing"),
        ("/v1/recipients/crm-cloud/deliveries", "sharing"),
        ("/v1/feeds", "sharing"),
        ("/v1/messages", "messages"),
        ("/v1/messages/campaigns", "messages"),
    ] {
        let before = house.entries().await;
        let answer = house.get(path, &support).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(house.entries().await, before + 1, "{path}");
        let entry = house.door().entry(before).unwrap().unwrap();
        let entry = String::from_utf8(entry).unwrap();
        assert!(
            entry.contains("\"show\"") && entry.contains(&format!("book:{book}")),
            "{entry}"
        );
    }
}

#[tokio::test]
async fn tokens_and_the_state_of_the_store_are_for_administrators() {
    let mut house = House::new().await;
    for showing in [Showing::Tokens, Showing::Soundness] {
        let refused = ("north-america#secure", "not-administrator");
        house
            .refused(
                &staff("support"),
                Command::Show(showing),
                refused.0,
                refused.1,
            )
            .await;
    }
    let support = house.token("staff", Some("support")).await;
    for path in ["/v1/audit", "/v1/sweep"] {
        let before = house.entries().await;
        let body = serde_json::json!({});
        let answer = house.post(path, &support, &body).await;
        answer.refused("north-america#secure", "not-administrator");
        house
            .recorded(before, "north-america#secure", "not-administrator")
            .await;
    }
    let person = house.person("ada@example.com").await;
    house
        .kept(&["person", "trail", &person, "--role", "trainer"])
        .refused(CLAUSE);
}

#[tokio::test]
async fn a_token_for_some_purposes_is_good_for_no_other() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let expires = house.door().now().as_second() + 86_400;
    let new = NewToken {
        kind: ActorKind::Machine,
        role: Some("support".to_owned()),
        purposes: Some(vec!["support-training".to_owned()]),
        home: None,
        expires: Timestamp::from_second(expires).unwrap(),
    };
    let (secret, token) = house.door().draw_token(new).unwrap();
    let grant = Administration::Grant {
        secret: secret.clone(),
        token,
    };
    house
        .done(&administrator(), Command::Administer(grant))
        .await;
    let clause = "north-america#use.answer-you";
    let reading = json!({ "person": person, "purpose": "answer-you", "fields": ["email"] });
    let before = house.entries().await;
    let told = house.post("/v1/use", &secret, &reading).await;
    told.refused(clause, "token-limited");
    house.recorded(before, clause, "token-limited").await;
    let contact = house.post("/v1/contact", &secret, &reading).await;
    contact.refused(clause, "token-limited");
    let record = crate::house::contact("bob@example.com");
    let told = house.post("/v1/collect", &secret, &record).await;
    told.refused("north-america#collect.contact", "token-limited");
    // The same role without the limit reads.
    let support = house.token("staff", Some("support")).await;
    let told = house.post("/v1/use", &support, &reading).await;
    assert_eq!(told.status, 200, "{}", told.text);
}
