//! P3: nothing crosses a border but on a declared route, from the person's country to the
//! recipient's.

use crate::house::{House, contact, staff};
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
