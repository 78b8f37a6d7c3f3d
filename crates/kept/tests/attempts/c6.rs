//! C6: a visit carries a number and not a name, until the visitor says who they are; a browser's no
//! is a no, and stays one.

use crate::house::{Answered, House, administrator, caller, staff};
use axum::http::Method;
use kept_processing::Command;
use kept_terms::{ActorKind, PersonId};
use serde_json::{Value, json};

#[path = "../../../intake/src/geo/sample.rs"]
mod sample;

const VISITS: &str = "north-america#collect.visits";

/// A visit under a number; the answer is who stands behind it.
async fn visit(house: &House, values: Value) -> String {
    let machine = house.token("machine", Some("operations")).await;
    let record = json!({ "channel": "weblog", "country": "US", "values": values });
    let stored = house.post("/v1/collect", &machine, &record).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    stored.body["person"].as_str().unwrap().to_owned()
}

async fn seen(house: &House, person: &str, purpose: &str) -> Answered {
    let operations = house.token("staff", Some("operations")).await;
    let fields = ["visitor", "weblog", "ip-address", "location", "browser"];
    let wanted = json!({ "person": person, "purpose": purpose, "fields": fields });
    house.post("/v1/use", &operations, &wanted).await
}

fn tie(visitor: &str, person: &str) -> Command {
    Command::Tie {
        visitor: visitor.to_owned(),
        person: person.parse().unwrap(),
    }
}

#[tokio::test]
async fn a_visit_stays_nameless_until_it_is_tied_and_has_no_number_after() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let values = json!({ "visitor": "v-1", "weblog": "GET /prices", "browser": "Firefox" });
    let visitor = visit(&house, values).await;
    assert_ne!(visitor, person);
    let support = house.token("staff", Some("support")).await;
    let before = seen(&house, &person, "keep-secure").await;
    assert_eq!(before.body["values"], json!([]));

    // The browser says no, and so does the person, to something else.
    let object = |purpose: &str| json!({ "purpose": purpose });
    for (who, purpose) in [(&visitor, "improve"), (&person, "marketing")] {
        let path = format!("/v1/people/{who}/object");
        let told = house.post(&path, &support, &object(purpose)).await;
        assert_eq!(told.status, 200, "{}", told.text);
    }
    let (path, body) = (
        format!("/v1/people/{person}/tie"),
        json!({ "visitor": "v-1" }),
    );
    let tied = house.post(&path, &support, &body).await;
    assert_eq!(tied.status, 200, "{}", tied.text);

    let after = seen(&house, &person, "keep-secure").await;
    let values = after.body["values"].as_array().unwrap();
    let told: Vec<_> = values
        .iter()
        .map(|it| (&it["field"], &it["value"]))
        .collect();
    let expected = json!([["weblog", "GET /prices"], ["browser", "Firefox"]]);
    assert_eq!(json!(told), expected, "{}", after.text);
    // Nobody is behind the number any more, and a new visit under it is a stranger's.
    assert_eq!(seen(&house, &visitor, "keep-secure").await.status, 404);
    assert_eq!(house.post(&path, &support, &body).await.status, 404);
    let again = visit(&house, json!({ "visitor": "v-1", "weblog": "GET /" })).await;
    assert_ne!(again, person);

    // Either no holds for both from now on.
    let researcher = house.token("staff", Some("researcher")).await;
    let wanted = json!({ "person": person, "purpose": "improve", "fields": ["weblog"] });
    let answer = house.post("/v1/use", &researcher, &wanted).await;
    answer.refused("north-america#use.improve", "objected");
    let marketing = house.token("staff", Some("marketing")).await;
    let wanted = json!({ "person": person, "purpose": "marketing", "fields": ["name"] });
    let answer = house.post("/v1/use", &marketing, &wanted).await;
    answer.refused("north-america#use.marketing", "objected");
    house.door().audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn nothing_is_tied_that_no_clause_lets_be_tied() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    visit(&house, json!({ "visitor": "v-2", "weblog": "GET /" })).await;
    // Somebody who gave an address under their number is no stranger, and not somebody else.
    let support = house.token("staff", Some("support")).await;
    let known = json!({ "channel": "api", "values": { "email": "eve@example.com" } });
    let eve = house.post("/v1/collect", &support, &known).await;
    let record = json!({ "channel": "weblog", "person": eve.body["person"], "country": "US",
        "values": { "visitor": "v-3", "weblog": "GET /" } });
    let stored = house.post("/v1/collect", &support, &record).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let contact = "north-america#collect.contact";
    house
        .refused(&staff("support"), tie("v-3", &person), contact, "not-tied")
        .await;
    let before = house.entries().await;
    let (path, body) = (
        format!("/v1/people/{person}/tie"),
        json!({ "visitor": "v-3" }),
    );
    let answer = house.post(&path, &support, &body).await;
    answer.refused(contact, "not-tied");
    house.recorded(before, contact, "not-tied").await;

    let nothing = "north-america#secure";
    let reason = "administrator-sees-nothing";
    house
        .refused(&administrator(), tie("v-2", &person), nothing, reason)
        .await;
    let mut limited = caller(ActorKind::Machine, Some("support"));
    limited.purposes = Some(vec!["answer-you".to_owned()]);
    house
        .refused(&limited, tie("v-2", &person), VISITS, "token-limited")
        .await;
    let pause = Command::Restrict {
        person: person.parse::<PersonId>().unwrap(),
        paused: true,
    };
    house.done(&staff("privacy-office"), pause).await;
    let paused = "north-america#grant.restriction";
    house
        .refused(&staff("support"), tie("v-2", &person), paused, "restricted")
        .await;
    assert_eq!(house.door().figures().await.unwrap().people, 3);
}

#[tokio::test]
async fn a_log_of_any_kind_gives_rough_places_and_takes_a_browsers_no() {
    let mut house = House::new().await;
    let log = "#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent) cs(Sec-GPC)\n\
        2026-11-23 09:00:00 192.0.2.7 GET /prices 200 Mozilla/5.0+(X11;+Linux)+Firefox/140.0 1\n\
        2026-11-23 09:00:01 203.0.113.9 GET / 200 - -\n";
    std::fs::write(house.folder.path().join("site.log"), log).unwrap();
    let places = sample::database(&[("192.0.2.0", 24, "US", Some("NY"))]);
    std::fs::write(house.folder.path().join("places.mmdb"), places).unwrap();
    let words = [
        "collect",
        "site.log",
        "--country",
        "US",
        "--geoip",
        "places.mmdb",
    ];
    let ended = house.kept(&words);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    assert!(
        ended.out.contains("1 visit whose browser says no"),
        "{}",
        ended.out
    );
    let odd = ["collect", "site.log", "--again", "--geoip", "site.log"];
    assert_ne!(house.kept(&odd).code, 0);
    house.reopen().await;
    assert_eq!(house.door().figures().await.unwrap().people, 2);
    let bytes = std::fs::read(house.folder.path().join("vault.db")).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("192.0.2.7"));

    // One of the two is in New York and said no; the other is nowhere and said nothing.
    let researcher = house.token("staff", Some("researcher")).await;
    let mut told = Vec::new();
    for person in house.everybody() {
        let read = seen(&house, &person, "keep-secure").await;
        let values = read.body["values"].as_array().unwrap().clone();
        let place = values.iter().find(|it| it["field"] == "location");
        let wanted = json!({ "person": person, "purpose": "improve", "fields": ["weblog"] });
        let body = serde_json::to_vec(&wanted).unwrap();
        let asked = house.ask(
            Method::POST,
            "/v1/use",
            &researcher,
            body,
            "application/json",
        );
        told.push((place.map(|it| it["value"].clone()), asked.await.status));
    }
    told.sort_by_key(|(_, status)| *status);
    assert_eq!(json!(told), json!([[null, 200], ["US-NY", 403]]));
}
