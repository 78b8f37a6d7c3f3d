//! U8: those unwilling to give what is needed cannot use online support, and are told so.

use crate::house::{House, staff};
use axum::http::Method;
use kept_processing::{Collect, Command, Given};
use serde_json::json;

const CLAUSE: &str = "north-america#collect.support-request";

#[tokio::test]
async fn no_surface_opens_online_support_without_what_it_needs() {
    let house = House::new().await;
    let mut record = Collect::through("support");
    record.country = Some("US".parse().unwrap());
    record.service = Some("online-support".to_owned());
    record.values = vec![("name".to_owned(), Given::Text("Ada Byron".to_owned()))];
    let command = Command::Collect(record);
    house
        .refused(&staff("support"), command, CLAUSE, "required")
        .await;

    let support = house.token("staff", Some("support")).await;
    let record = json!({
        "channel": "support", "country": "US", "service": "online-support",
        "values": { "name": "Ada Byron", "message": "It is broken" },
    });
    let answer = house.post("/v1/collect", &support, &record).await;
    answer.refused(CLAUSE, "required");
    let lines = format!("{record}\n").into_bytes();
    let media = "application/x-ndjson";
    let bulk = house.ask(Method::POST, "/v1/collect/bulk", &support, lines, media);
    assert!(bulk.await.text.contains("required"));

    let path = "/forms/support?service=online-support&lang=en";
    let before = house.entries().await;
    let body = b"name=Ada+Byron&message=It+is+broken".to_vec();
    let form = "application/x-www-form-urlencoded";
    let sent = house.ask(Method::POST, path, "", body, form).await;
    sent.refused("collect.support-request", "f-email-wrong");
    house.recorded(before, CLAUSE, "required").await;
    for told in [
        "It is broken",
        "We cannot help you online without it",
        "InfoSec",
    ] {
        assert!(sent.text.contains(told), "{told}: {}", sent.text);
    }
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn the_form_says_what_is_needed_before_anybody_begins() {
    let house = House::new().await;
    let described = "/v1/forms/support?service=online-support&lang=en";
    let described = house.get(described, "").await;
    let fields = described.body["fields"].as_array().unwrap();
    let needed = fields.iter().filter(|it| it["required-by"] == CLAUSE);
    let needed: Vec<_> = needed.map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(needed, ["name", "email", "message"], "{}", described.text);
    assert!(fields.iter().any(|it| it["without-it"].is_string()));
    let page = house
        .get("/forms/support?service=online-support&lang=en", "")
        .await;
    assert!(
        page.text.contains("without it, we cannot give it"),
        "{}",
        page.text
    );
    let body = b"name=Ada+Byron&email=ada%40example.com&message=It+is+broken".to_vec();
    let form = "application/x-www-form-urlencoded";
    let path = "/forms/support?service=online-support";
    let sent = house.ask(Method::POST, path, "", body, form).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
}
