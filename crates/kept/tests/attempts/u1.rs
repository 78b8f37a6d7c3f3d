//! U1: to make the website and the products better, and for nothing that was not declared.

use crate::house::{House, staff};
use kept_processing::{Command, Use};
use serde_json::json;

const CLAUSE: &str = "north-america#use.improve";

#[tokio::test]
async fn nothing_opens_without_a_purpose_that_fits() {
    let mut house = House::new().await;
    let person = house.person("ada@example.com").await;
    let wanted = |purpose: &str, field: &str| {
        Command::Use(Use {
            person: person.parse().unwrap(),
            purpose: purpose.to_owned(),
            fields: vec![field.to_owned()],
        })
    };
    let support = staff("support");
    let command = wanted("improve", "name");
    house.refused(&support, command, CLAUSE, "wrong-role").await;
    // Those who look at how pages are used do not see who asked.
    let hidden = "north-america#secure.researcher-surveys";
    let researcher = staff("researcher");
    let command = wanted("improve", "name");
    house.refused(&researcher, command, hidden, "hidden").await;

    let token = house.token("staff", Some("support")).await;
    let body = json!({ "person": person, "purpose": "improve", "fields": ["message"] });
    let one = house.post("/v1/use", &token, &body).await;
    one.refused(CLAUSE, "wrong-role");
    let none = json!({ "person": person, "fields": ["message"] });
    assert_eq!(house.post("/v1/use", &token, &none).await.status, 422);
    let lines = format!("{body}\n").into_bytes();
    let post = axum::http::Method::POST;
    let bulk = house.ask(post, "/v1/use/bulk", &token, lines, "application/x-ndjson");
    assert!(bulk.await.text.contains("wrong-role"));
    let words = [
        "use",
        "--person",
        &person,
        "--fields",
        "message",
        "--purpose",
        "improve",
        "--role",
        "support",
    ];
    house.kept(&words).refused(CLAUSE);
}
