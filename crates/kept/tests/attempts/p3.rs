//! P3: nothing crosses a border but on a declared route, from the person's country to the
//! recipient's.

use crate::house::{House, altered, contact, staff};
use crate::n6::{house as with_clients, token};
use crate::sharing::{bind, crm, feed, id, run};
use kept_processing::{Command, Evidence};
use serde_json::json;

const ROUTE: &str = "north-america#transfer.main-offices";

#[tokio::test]
async fn whoever_lives_across_a_closed_border_is_left_out_and_nobody_else() {
    let house = House::new().await;
    bind(&house, "crm-cloud").await;
    feed(&house, &crm()).await;
    house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    let mut abroad = contact("grace@example.com");
    abroad["country"] = json!("CA");
    let stored = house.post("/v1/collect", &support, &abroad).await;
    let grace = stored.body["person"].as_str().unwrap().to_owned();
    let instrument = "group-model-clauses".to_owned();
    house.attest(Evidence::Revocation { instrument }).await;

    let sales = house.token("staff", Some("sales")).await;
    let sent = run(&house, "crm-nightly", &sales).await;
    assert!(sent.text.contains("ada@example.com"), "{}", sent.text);
    assert!(!sent.text.contains("grace@example.com"), "{}", sent.text);
    let feeds = house.get("/v1/feeds", &sales).await;
    let left_out = &feeds.body["feeds"][0]["state"]["last"]["left-out"];
    assert_eq!(*left_out, json!([[ROUTE, "instrument-lapsed", 1]]));
    let pass = Command::Pass {
        feed: "crm-nightly".to_owned(),
        person: id(&grace),
    };
    house
        .refused(&staff("sales"), pass, ROUTE, "instrument-lapsed")
        .await;
}

#[tokio::test]
async fn a_country_that_no_route_leads_from_sends_nothing() {
    let house = House::new().await;
    bind(&house, "crm-cloud").await;
    let nowhere = house.person("ada@example.com").await;
    let wanted = json!({
        "person": nowhere, "recipient": "authorities-mx", "purpose": "legal-duty",
        "fields": ["name"],
    });
    let office = house.token("staff", Some("privacy-office")).await;
    let before = house.entries().await;
    let refused = house.post("/v1/disclose", &office, &wanted).await;
    refused.refused("north-america#disclose.compelled-mx", "not-compelled");
    house
        .recorded(
            before,
            "north-america#disclose.compelled-mx",
            "not-compelled",
        )
        .await;
}

#[tokio::test]
async fn a_border_that_no_route_crosses_does_not_come_into_force() {
    let mut house = House::new().await;
    let routes = "from       = [\"US\", \"CA\"]\nto         = [\"MX\"]";
    let fewer = "from       = [\"CA\"]\nto         = [\"MX\"]";
    let folder = altered(&house, "north-america.md", routes, fewer);
    let told = house.kept(&["check", &folder]);
    assert_eq!(told.code, 1, "{}{}", told.out, told.err);
    let told = house.kept(&["publish", &folder, "--in-force"]);
    assert_eq!(told.code, 1, "{}{}", told.out, told.err);
}

#[tokio::test]
async fn whoever_may_live_anywhere_goes_nowhere() {
    let house = with_clients().await;
    bind(&house, "support-cloud").await;
    let acme = token(&house, "client-user", "prisma/acme").await;
    let helper = token(&house, "hosted-support", "prisma/acme").await;
    let stored = async |email: &str, country: serde_json::Value| {
        let record = json!({ "channel": "hosted-system", "country": country,
            "values": { "name": "Ada Byron", "email": email } });
        let told = house.post("/v1/collect", &acme, &record).await;
        assert_eq!(told.status, 201, "{}", told.text);
        told.body["person"].as_str().unwrap().to_owned()
    };
    let wanted = |person: &str| {
        json!({ "person": person, "recipient": "support-cloud", "purpose": "client-help",
            "fields": ["name"] })
    };
    let nowhere = stored("ada@example.com", json!(null)).await;
    let before = house.entries().await;
    let told = house.post("/v1/disclose", &helper, &wanted(&nowhere)).await;
    told.refused("processor#transfer", "no-route");
    house
        .recorded(before, "processor#transfer", "no-route")
        .await;
    let somewhere = stored("bob@example.com", json!("FR")).await;
    let told = house
        .post("/v1/disclose", &helper, &wanted(&somewhere))
        .await;
    assert_eq!(told.status, 200, "{}", told.text);
}
