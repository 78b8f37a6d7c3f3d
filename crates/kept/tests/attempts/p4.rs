//! P4: an instrument that was revoked or has expired closes its routes at once.

use crate::house::{House, contact};
use crate::sharing::undertaking;
use kept_processing::Evidence;
use serde_json::{Value, json};

const ROUTE: &str = "north-america#transfer.main-offices";

#[tokio::test]
async fn a_revoked_instrument_closes_its_routes_with_the_next_act() {
    let house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    let stored = house
        .post("/v1/collect", &support, &contact("ada@example.com"))
        .await;
    let wanted = json!({
        "person": stored.body["person"], "recipient": "group-gb", "purpose": "answer-you",
        "fields": ["name"],
    });
    house
        .attest(undertaking("group-gb", "group-agreement"))
        .await;
    let open = house.post("/v1/disclose", &support, &wanted).await;
    assert_eq!(open.status, 200, "{}", open.text);

    let instrument = "group-model-clauses".to_owned();
    house.attest(Evidence::Revocation { instrument }).await;
    let before = house.entries().await;
    let closed = house.post("/v1/disclose", &support, &wanted).await;
    closed.refused(ROUTE, "instrument-lapsed");
    house.recorded(before, ROUTE, "instrument-lapsed").await;

    let listed = house.get("/v1/recipients", &support).await;
    let recipients = listed.body["recipients"].as_array().unwrap();
    let group = recipients
        .iter()
        .find(|known| known["recipient"] == "group-gb")
        .unwrap();
    let ways = group["ways"].as_array().unwrap();
    let own = |way: &&Value| way["clause"] == "north-america#disclose.group-gb";
    let way: &Value = ways.iter().find(own).unwrap();
    assert_eq!(way["open"], false, "{group}");
    assert_eq!(way["closed-by"][0]["clause"], ROUTE, "{group}");
    let standing = house.door().standing().await.unwrap();
    let policy = house.door().policy();
    let route = standing.iter().find(|standing| {
        policy
            .clause(standing.clause)
            .is_some_and(|clause| &*clause.full_name == ROUTE)
    });
    assert_eq!(route.unwrap().state, kept_policy::State::Broken);
}
