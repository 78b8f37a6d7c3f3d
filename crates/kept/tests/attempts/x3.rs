//! X3: a person may object, and have processing paused while that is weighed: nobody goes on
//! regardless, and nobody lifts it in their place.

use crate::house::{House, staff};
use axum::http::Method;
use kept_processing::case::{Ground, Kind, Reference};
use kept_processing::{
    Caller, Casing, Closing, Collect, Command, Effect, Given, Opening, Subject, Use,
};
use kept_terms::PersonId;
use serde_json::json;

fn reading(person: PersonId, purpose: &str) -> Command {
    Command::Use(Use {
        person,
        purpose: purpose.to_owned(),
        fields: vec!["email".to_owned()],
    })
}

fn objecting(person: PersonId, purpose: &str, objects: bool) -> Command {
    Command::Object {
        person,
        purpose: purpose.to_owned(),
        objects,
    }
}

#[tokio::test]
async fn an_objection_holds_with_the_next_act_on_every_way_in() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let (marketing, clause) = (staff("marketing"), "north-america#use.marketing");
    house
        .done(&Caller::person(), objecting(person, "marketing", true))
        .await;
    house
        .refused(&marketing, reading(person, "marketing"), clause, "objected")
        .await;
    let token = house.token("staff", Some("marketing")).await;
    let body = json!({ "person": person.to_string(), "purpose": "marketing", "fields": ["email"] });
    let before = house.entries().await;
    house
        .post("/v1/use", &token, &body)
        .await
        .refused(clause, "objected");
    house.recorded(before, clause, "objected").await;
    let lines = format!("{body}\n");
    let bulk = house.ask(
        Method::POST,
        "/v1/use/bulk",
        &token,
        lines.into_bytes(),
        "application/x-ndjson",
    );
    let bulk = bulk.await;
    assert!(!bulk.text.contains("ada@example.com"), "{}", bulk.text);
    // What comes in again does not take the objection back.
    house.person("ada@example.com").await;
    house
        .refused(&marketing, reading(person, "marketing"), clause, "objected")
        .await;
    // Other purposes go on.
    house
        .done(&staff("support"), reading(person, "answer-you"))
        .await;
}

#[tokio::test]
async fn a_pause_stops_every_use_that_is_not_declared_to_go_on() {
    let mut house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let pause = Command::Restrict {
        person,
        paused: true,
    };
    house.done(&Caller::person(), pause).await;
    let clause = "north-america#grant.restriction";
    for (role, purpose) in [("support", "answer-you"), ("marketing", "marketing")] {
        let attempt = reading(person, purpose);
        house
            .refused(&staff(role), attempt, clause, "restricted")
            .await;
    }
    // Whoever may not see everything may not lift it.
    let lift = Command::Restrict {
        person,
        paused: false,
    };
    for role in ["support", "marketing"] {
        let performed = house.door().perform(&staff(role), &lift).await.unwrap();
        assert!(performed.outcome.is_err(), "{role} lifted the pause");
    }
    let id = person.to_string();
    let words = [
        "use",
        "--person",
        &id,
        "--purpose",
        "answer-you",
        "--fields",
        "email",
        "--role",
        "support",
    ];
    house.kept(&words).refused(clause);
    house.reopen().await;
    house.done(&Caller::person(), lift).await;
    house
        .done(&staff("support"), reading(person, "answer-you"))
        .await;
}

#[tokio::test]
async fn an_objection_needs_a_right_and_a_purpose_that_is_there() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let odd = objecting(person, "world-peace", true);
    assert!(house.door().perform(&Caller::person(), &odd).await.is_err());
    // A record for a purpose objected to is not taken for it either.
    house
        .done(&Caller::person(), objecting(person, "marketing", true))
        .await;
    let record = Command::Collect(Collect {
        subject: Subject::Known(person),
        purpose: Some("marketing".to_owned()),
        values: vec![("job-title".to_owned(), Given::Text("Planner".to_owned()))],
        ..Collect::through("website-form")
    });
    let _ = house.door().perform(&staff("marketing"), &record).await;
    let clause = "north-america#use.marketing";
    let attempt = reading(person, "marketing");
    house
        .refused(&staff("marketing"), attempt, clause, "objected")
        .await;
}

#[tokio::test]
async fn a_use_is_left_alone_while_an_objection_to_it_is_weighed() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let (support, clause) = (staff("support"), "north-america#use.answer-you");
    house.done(&support, reading(person, "answer-you")).await;
    let opening = Opening {
        purpose: Some("answer-you".to_owned()),
        ..Opening::of(Kind::Objection, person)
    };
    let casing = Casing::Open(Box::new(opening));
    let opened = house
        .done(&Caller::person(), Command::own_case(person, casing))
        .await;
    let Ok(Effect::Named(id)) = opened.outcome else {
        panic!("no case was opened");
    };
    let reference: Reference = id.parse().unwrap();
    house
        .refused(&support, reading(person, "answer-you"), clause, "objected")
        .await;
    let end = Closing::With {
        outcome: "refused".to_owned(),
        ground: Ground::named("compelling-grounds"),
        left: Vec::new(),
        answer: None,
    };
    let end = Command::case(Casing::End { reference, end });
    house.done(&staff("privacy-office"), end).await;
    house.done(&support, reading(person, "answer-you")).await;
}
