//! D1: what is passed on is used for the purpose it was collected for, or a compatible one.

use crate::house::{House, contact, staff};
use crate::sharing::{Hook, bind, feed, id, mail};
use kept_processing::Command;
use serde_json::json;

#[tokio::test]
async fn what_was_collected_for_something_else_stays_here() {
    let house = House::new().await;
    let hook = Hook::new().await;
    bind(&house, "mail-cloud").await;
    feed(&house, &mail(&hook)).await;
    let support = house.token("staff", Some("support")).await;
    let mut record = contact("ada@example.com");
    record["purpose"] = json!("answer-you");
    let stored = house.post("/v1/collect", &support, &record).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let person = stored.body["person"].as_str().unwrap();

    let clause = "north-america#use.marketing";
    let disclosure = Command::Disclose {
        person: id(person),
        recipient: "mail-cloud".to_owned(),
        purpose: "marketing".to_owned(),
        fields: vec!["name".to_owned()],
        compelled: false,
    };
    house
        .refused(&staff("marketing"), disclosure, clause, "incompatible")
        .await;
    let marketing = house.token("staff", Some("marketing")).await;
    let ran = crate::sharing::run(&house, "mail-hook", &marketing).await;
    assert_eq!(ran.status, 200, "{}", ran.text);
    assert_eq!(
        ran.body["run"]["left-out"],
        json!([[clause, "incompatible", 1]])
    );
    house.api().sending.allow_private();
    kept::feeds::send_once(house.api()).await;
    assert!(hook.told().is_empty());
}
