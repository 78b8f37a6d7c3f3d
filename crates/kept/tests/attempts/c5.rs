//! C5: results of surveys, in sums that give nobody away; a single answer is read for research
//! alone.

use crate::house::{House, staff};
use kept_processing::{Administration, Command, ConsentTo};
use serde_json::{Value, json};

const USE: &str = "north-america#use.research";

async fn survey(house: &House) {
    let survey = json!({
        "kind": "survey", "id": "autumn", "title": "Autumn", "opens": "2026-11-01",
        "closes": "2026-11-30",
        "questions": [{ "id": "pleased", "text": "Are you pleased?",
            "choices": { "yes": "Yes", "no": "No", "so-so": "So so" } }],
    });
    let register = Administration::Register(serde_json::from_value(survey).unwrap());
    house
        .done(&staff("researcher"), Command::Administer(register))
        .await;
}

async fn answer(house: &House, token: &str, number: u32, choice: &str) -> String {
    let record = json!({
        "channel": "survey", "country": "US",
        "values": { "email": format!("p{number}@example.com"),
            "survey-choice": format!("autumn pleased {choice}") },
    });
    let stored = house.post("/v1/collect", token, &record).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    stored.body["person"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_single_answer_is_read_for_research_alone() {
    let house = House::new().await;
    survey(&house).await;
    let token = house.token("staff", Some("support")).await;
    let person = answer(&house, &token, 1, "yes").await;
    for (role, purpose, why) in [
        ("support", "research", "wrong-role"),
        ("support", "answer-you", "hidden"),
        ("researcher", "improve", "hidden"),
    ] {
        let token = house.token("staff", Some(role)).await;
        let wanted = json!({ "person": person, "purpose": purpose, "fields": ["survey-choice"] });
        let answer = house.post("/v1/use", &token, &wanted).await;
        answer.refused("north-america#", why);
    }
}

#[tokio::test]
async fn sums_hide_small_groups_and_what_would_tell_them() {
    let house = House::new().await;
    survey(&house).await;
    let token = house.token("staff", Some("support")).await;
    let choices = ["yes"; 9].iter().chain(&["no"; 6]).chain(&["so-so"; 2]);
    let mut people = Vec::new();
    for (number, choice) in (0..).zip(choices) {
        people.push(answer(&house, &token, number, choice).await);
    }
    // One who objects is not counted.
    let objects = Command::Object {
        person: people[0].parse().unwrap(),
        purpose: "research".to_owned(),
        objects: true,
    };
    house.done(&staff("support"), objects).await;
    let researcher = house.token("staff", Some("researcher")).await;
    let path = "/v1/surveys/autumn/results?purpose=research";
    let open = house.get(path, &researcher).await;
    assert_eq!(open.status, 409, "{}", open.text);
    house.clock.pass_days(10);
    house.get(path, &token).await.refused(USE, "wrong-role");
    let results = house.get(path, &researcher).await;
    assert_eq!(results.status, 200, "{}", results.text);
    assert_eq!(results.body["answered"], 16);
    let choices = &results.body["questions"][0]["choices"];
    assert_eq!(choices, &json!({ "yes": 8, "no": null, "so-so": null }));

    // Summed up again after somebody left, the difference would tell what they said.
    let erase = Command::Erase {
        person: people[3].parse().unwrap(),
    };
    house.done(&staff("privacy-office"), erase).await;
    let again = house.get(path, &researcher).await;
    assert_eq!(again.body["questions"], results.body["questions"]);
    let survey = json!({ "title": "Autumn", "opens": "2026-11-01", "closes": "2026-12-31",
        "questions": [{ "id": "pleased", "text": "?", "choices": { "yes": "Y", "no": "N" } }] });
    let body = serde_json::to_vec(&survey).unwrap();
    let put = axum::http::Method::PUT;
    let path = "/v1/registers/survey/autumn";
    let put = house
        .ask(put, path, &researcher, body, "application/json")
        .await;
    assert_eq!(put.status, 409, "{}", put.text);
}

#[tokio::test]
async fn a_purpose_that_says_no_smallest_group_is_summed_by_nobody() {
    let house = House::new().await;
    survey(&house).await;
    house.clock.pass_days(10);
    let command = Command::Tabulate {
        survey: "autumn".to_owned(),
        purpose: "improve".to_owned(),
    };
    let clause = "north-america#use.improve";
    house
        .refused(&staff("researcher"), command, clause, "not-summed")
        .await;
}

#[tokio::test]
async fn an_answer_outside_the_survey_or_its_days_is_not_taken() {
    let house = House::new().await;
    survey(&house).await;
    let token = house.token("staff", Some("support")).await;
    let record = |choice: &str| -> Value {
        json!({ "channel": "survey", "country": "US",
            "values": { "email": "p@example.com", "survey-choice": choice } })
    };
    for odd in [
        "autumn pleased maybe",
        "autumn angry yes",
        "spring pleased yes",
        "yes",
    ] {
        let answer = house.post("/v1/collect", &token, &record(odd)).await;
        assert_eq!(answer.status, 422, "{odd}: {}", answer.text);
    }
    house.clock.pass_days(10);
    let late = house
        .post("/v1/collect", &token, &record("autumn pleased yes"))
        .await;
    assert_eq!(late.status, 422, "{}", late.text);
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn everybody_who_may_be_asked_is_invited_once() {
    let house = House::new().await;
    survey(&house).await;
    house.person("ada@example.com").await;
    let grace = house.person("grace@example.com").await;
    let objects = Command::Object {
        person: grace.parse().unwrap(),
        purpose: "research".to_owned(),
        objects: true,
    };
    house.done(&staff("support"), objects).await;
    let invite = || {
        Command::Administer(Administration::Invite {
            survey: "autumn".to_owned(),
            purpose: "research".to_owned(),
        })
    };
    let (clause, why) = ("north-america#secure", "not-administrator");
    house
        .refused(&staff("trainer"), invite(), clause, why)
        .await;
    house.done(&staff("researcher"), invite()).await;
    assert_eq!(house.door().invite().await.unwrap(), 1);
    assert_eq!(house.door().invite().await.unwrap(), 0);
    let again = house.door().perform(&staff("researcher"), &invite()).await;
    assert!(again.is_err());
    let waiting = house.door().outgoing(None, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].template, "survey-invitation");
    // A yes to another purpose makes nobody a subject of this one.
    let agrees = Command::Consent {
        person: grace.parse().unwrap(),
        to: ConsentTo::Purpose("another-purpose".to_owned()),
        given: true,
        channel: "telephone".to_owned(),
    };
    house.done(&staff("support"), agrees).await;
    assert_eq!(house.door().invite().await.unwrap(), 0);
}
