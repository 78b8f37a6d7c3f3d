//! U9: what was collected for one purpose is not used for another that does not go with it, until
//! the person agrees; agreeing is on record, and taking it back is as easy.

use crate::house::{House, staff};
use axum::http::Method;
use kept_processing::{Caller, Collect, Command, ConsentTo, Given, Subject, Use};
use kept_terms::PersonId;
use serde_json::json;

fn answered(person: PersonId) -> Command {
    Command::Collect(Collect {
        subject: Subject::Known(person),
        values: vec![(
            "survey-answer".to_owned(),
            Given::Text("The training was good.".to_owned()),
        )],
        ..Collect::through("survey")
    })
}

fn reading(person: PersonId, purpose: &str) -> Command {
    Command::Use(Use {
        person,
        purpose: purpose.to_owned(),
        fields: vec!["survey-answer".to_owned()],
    })
}

fn consent(person: PersonId, purpose: &str, given: bool) -> Command {
    Command::Consent {
        person,
        to: ConsentTo::Purpose(purpose.to_owned()),
        given,
        channel: "website-form".to_owned(),
    }
}

#[tokio::test]
async fn an_incompatible_use_needs_the_persons_yes_and_ends_with_their_no() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    house.done(&staff("support"), answered(person)).await;
    let marketing = staff("marketing");
    let use_clause = "north-america#use.marketing";
    let attempt = || reading(person, "marketing");
    house
        .refused(&marketing, attempt(), use_clause, "incompatible")
        .await;

    let token = house.token("staff", Some("marketing")).await;
    let before = house.entries().await;
    let body = json!({ "person": person.to_string(), "purpose": "marketing",
        "fields": ["survey-answer"] });
    house
        .post("/v1/use", &token, &body)
        .await
        .refused(use_clause, "incompatible");
    house.recorded(before, use_clause, "incompatible").await;

    // The person agrees; the reading is no longer refused as incompatible.
    house
        .done(&Caller::person(), consent(person, "marketing", true))
        .await;
    let performed = house.door().perform(&marketing, &attempt()).await.unwrap();
    if let Err(refusal) = &performed.outcome {
        let codes: Vec<_> = refusal
            .grounds
            .iter()
            .map(|ground| ground.why.code())
            .collect();
        assert!(!codes.contains(&"incompatible"), "{codes:?}");
    }
    // And takes it back: the next reading is refused.
    house
        .done(&Caller::person(), consent(person, "marketing", false))
        .await;
    house
        .refused(&marketing, attempt(), use_clause, "incompatible")
        .await;
}

#[tokio::test]
async fn a_consent_is_on_record_with_when_how_and_under_which_version() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    house
        .done(&Caller::person(), consent(person, "marketing", true))
        .await;
    house.clock.pass_days(1);
    house
        .done(&Caller::person(), consent(person, "marketing", false))
        .await;
    let office = house.token("staff", Some("privacy-office")).await;
    let path = format!("/v1/people/{person}/consent-records");
    let answer = house
        .ask(Method::POST, &path, &office, Vec::new(), "")
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let record = &answer.body[0];
    assert_eq!(record["@type"], "dpv:ConsentRecord");
    let states = record["dpv:hasConsentStatus"].as_array().unwrap();
    let states: Vec<_> = states
        .iter()
        .map(|state| state["@type"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]);
    let notice = record["dpv:hasNotice"]["dct:identifier"].as_str().unwrap();
    assert!(notice.starts_with("north-america@"), "{notice}");
    // Whoever may not export does not see it either.
    let sales = house.token("staff", Some("sales")).await;
    let answer = house.ask(Method::POST, &path, &sales, Vec::new(), "").await;
    assert!(!answer.text.contains("ConsentRecord"), "{}", answer.text);
}

#[tokio::test]
async fn nobody_agrees_in_the_persons_place_to_what_is_not_declared() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let odd = consent(person, "anything-at-all", true);
    assert!(house.door().perform(&Caller::person(), &odd).await.is_err());
}
