//! Y1: nobody under age gives information, none is knowingly collected, and what is found goes.

use crate::house::{House, contact, staff};
use axum::http::Method;
use kept_processing::{Collect, Command, Given};
use serde_json::json;

const CLAUSE: &str = "north-america#refuse.children";

fn child() -> Command {
    let mut record = Collect::through("website-form");
    record.country = Some("US".parse().unwrap());
    record.age = Some(12);
    record.values = vec![
        ("name".to_owned(), Given::Text("Ada Byron".to_owned())),
        (
            "email".to_owned(),
            Given::Text("ada@example.com".to_owned()),
        ),
    ];
    Command::Collect(record)
}

#[tokio::test]
async fn nothing_of_an_intake_under_age_stays() {
    let house = House::new().await;
    house
        .refused(&staff("support"), child(), CLAUSE, "under-age")
        .await;

    let support = house.token("staff", Some("support")).await;
    let mut record = contact("ada@example.com");
    record["age"] = json!(12);
    let before = house.entries().await;
    let answer = house.post("/v1/collect", &support, &record).await;
    answer.refused(CLAUSE, "under-age");
    house.recorded(before, CLAUSE, "under-age").await;

    let lines = format!("{record}\n{record}\n");
    let bulk = house.ask(
        Method::POST,
        "/v1/collect/bulk",
        &support,
        lines.into_bytes(),
        "application/x-ndjson",
    );
    let bulk = bulk.await;
    assert_eq!(bulk.text.matches("under-age").count(), 2, "{}", bulk.text);
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn a_table_of_children_is_refused_line_by_line() {
    let mut house = House::new().await;
    let table = "name,email,age\nAda Byron,ada@example.com,12\n";
    std::fs::write(house.folder.path().join("children.csv"), table).unwrap();
    let words = [
        "collect",
        "--role",
        "support",
        "--channel",
        "website-form",
        "--country",
        "US",
        "children.csv",
    ];
    house.kept(&words).refused(CLAUSE);
    house.reopen().await;
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}
