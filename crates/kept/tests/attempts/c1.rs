//! C1: names, addresses and other business contact details, in one form, each person's own.

use crate::house::{House, contact, staff};
use axum::http::Method;
use kept_processing::{Collect, Command, Given};
use serde_json::json;

const CLAUSE: &str = "north-america#collect.contact";

#[tokio::test]
async fn contact_details_come_in_by_the_ways_that_are_told_and_no_other() {
    let mut house = House::new().await;
    let mut record = Collect::through("weblog");
    record.country = Some("US".parse().unwrap());
    record.values = vec![("name".to_owned(), Given::Text("Ada Byron".to_owned()))];
    let command = Command::Collect(record);
    house
        .refused(&staff("support"), command, CLAUSE, "wrong-channel")
        .await;

    let support = house.token("staff", Some("support")).await;
    let mut record = contact("ada@example.com");
    record["channel"] = json!("survey");
    let one = house.post("/v1/collect", &support, &record).await;
    one.refused(CLAUSE, "wrong-channel");
    let lines = format!("{record}\n").into_bytes();
    let media = "application/x-ndjson";
    let bulk = house.ask(Method::POST, "/v1/collect/bulk", &support, lines, media);
    assert!(bulk.await.text.contains("wrong-channel"));

    let table = "name,phone\nAda Byron,+12125550123\n";
    std::fs::write(house.folder.path().join("people.csv"), table).unwrap();
    let words = [
        "collect",
        "--role",
        "support",
        "--channel",
        "weblog",
        "people.csv",
    ];
    house.kept(&words).refused(CLAUSE);
    house.reopen().await;
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn an_address_that_is_somebody_elses_is_not_taken() {
    let house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    house.person("ada@example.com").await;
    let grace = house.person("grace@example.com").await;
    let mut record = contact("ADA@example.com");
    record["person"] = json!(grace);
    let before = house.entries().await;
    let answer = house.post("/v1/collect", &support, &record).await;
    answer.refused("north-america#collect", "unfit");
    house
        .recorded(before, "north-america#collect", "unfit")
        .await;
}
