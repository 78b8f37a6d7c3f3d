//! U4: what is held is kept right: corrected, and asked about once in a period.

use crate::house::{House, staff};
use kept_processing::{Caller, Command};
use serde_json::json;

const CLAUSE: &str = "north-america#use.keep-up-to-date";

fn confirm(person: &str, purpose: Option<&str>) -> Command {
    Command::Confirm {
        person: person.parse().unwrap(),
        purpose: purpose.map(str::to_owned),
        fields: Vec::new(),
    }
}

/// Lets a year pass as a house that is swept would see it.
async fn a_year(house: &House) {
    for _ in 0..13 {
        house.clock.pass_days(29);
        house.door().sweep(None).await.unwrap();
    }
}

#[tokio::test]
async fn what_went_unconfirmed_is_listed_asked_about_once_and_settled_by_an_answer() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let path = "/v1/unconfirmed?purpose=keep-up-to-date";
    let support = house.token("staff", Some("support")).await;
    let fresh = house.get(path, &support).await;
    assert_eq!(fresh.body["unconfirmed"], json!([]), "{}", fresh.text);
    assert_eq!(house.door().ask_to_confirm().await.unwrap(), 0);

    a_year(&house).await;
    let (support, marketing) = (
        house.token("staff", Some("support")).await,
        house.token("staff", Some("marketing")).await,
    );
    let stale = house.get(path, &support).await;
    let fields = stale.body["unconfirmed"].as_array().unwrap();
    assert_eq!(fields.len(), 3, "{}", stale.text);
    house
        .get(path, &marketing)
        .await
        .refused(CLAUSE, "wrong-role");
    assert_eq!(house.door().ask_to_confirm().await.unwrap(), 1);
    house.clock.pass_days(1);
    assert_eq!(house.door().ask_to_confirm().await.unwrap(), 0);
    let waiting = house.door().outgoing(None, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].template, "confirm-details");

    let by = staff("marketing");
    let command = confirm(&person, Some("keep-up-to-date"));
    house.refused(&by, command, CLAUSE, "wrong-role").await;
    let body = json!({ "purpose": "keep-up-to-date" });
    let path_of = format!("/v1/people/{person}/confirm");
    let answer = house.post(&path_of, &marketing, &body).await;
    answer.refused(CLAUSE, "wrong-role");
    house.done(&Caller::person(), confirm(&person, None)).await;
    let settled = house.get(path, &support).await;
    assert_eq!(settled.body["unconfirmed"], json!([]), "{}", settled.text);
}

#[tokio::test]
async fn whoever_may_not_be_contacted_is_not_asked() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let pause = Command::Restrict {
        person: person.parse().unwrap(),
        paused: true,
    };
    house.done(&Caller::person(), pause).await;
    a_year(&house).await;
    assert_eq!(house.door().ask_to_confirm().await.unwrap(), 0);
    assert!(house.door().outgoing(None, 10).await.unwrap().is_empty());
}
