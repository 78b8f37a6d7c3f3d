//! D2: nothing goes to anybody but declared recipients, and a recipient's own program does nothing
//! but learn and confirm what it has to be told.

use crate::house::{House, altered, staff};
use crate::sharing::{bind, crm, due, feed, id, own_token};
use kept_processing::Command;
use serde_json::json;

#[tokio::test]
async fn an_undeclared_recipient_gets_nothing() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    let wanted = |to: &str| json!({ "person": person, "recipient": to, "purpose": "answer-you", "fields": ["name"] });
    let unknown = house
        .post("/v1/disclose", &support, &wanted("ad-exchange"))
        .await;
    assert_eq!(unknown.status, 422, "{}", unknown.text);
    let before = house.entries().await;
    let refused = house
        .post("/v1/disclose", &support, &wanted("accountant"))
        .await;
    refused.refused("north-america#disclose", "no-recipient");
    house
        .recorded(before, "north-america#disclose", "no-recipient")
        .await;
}

#[tokio::test]
async fn a_recipients_program_reads_nothing_and_confirms_only_its_own() {
    let house = House::new().await;
    bind(&house, "crm-cloud").await;
    let person = house.person("ada@example.com").await;
    let disclosure = Command::Disclose {
        person: id(&person),
        recipient: "crm-cloud".to_owned(),
        purpose: "answer-you".to_owned(),
        fields: vec!["name".to_owned()],
        compelled: false,
    };
    house.done(&staff("sales"), disclosure).await;
    let erase = Command::Erase {
        person: id(&person),
    };
    house.done(&staff("privacy-office"), erase).await;
    let told = crate::sharing::due(&house, "crm-cloud").await;
    assert_eq!((told.len(), &told[0]["what"]), (1, &json!("forget")));
    let confirm = format!("/v1/deliveries/{}/confirm", told[0]["id"].as_str().unwrap());

    let stranger = own_token(&house, "mail-cloud").await;
    let other = house.person("grace@example.com").await;
    let reading = json!({ "person": other, "purpose": "answer-you", "fields": ["name"] });
    let read = house.post("/v1/use", &stranger, &reading).await;
    read.refused("north-america#use.answer-you", "wrong-role");
    for path in [
        format!("/v1/people/{other}/trail"),
        "/v1/recipients/crm-cloud/deliveries".to_owned(),
        "/v1/feeds".to_owned(),
    ] {
        assert_eq!(house.get(&path, &stranger).await.status, 403, "{path}");
    }
    let before = house.entries().await;
    let foreign = house.post(&confirm, &stranger, &json!({})).await;
    foreign.refused("north-america#secure", "not-administrator");
    house
        .recorded(before, "north-america#secure", "not-administrator")
        .await;

    let own = own_token(&house, "crm-cloud").await;
    assert_eq!(house.post(&confirm, &own, &json!({})).await.status, 200);
    assert!(crate::sharing::due(&house, "crm-cloud").await.is_empty());
}

#[tokio::test]
async fn a_way_that_a_version_closes_is_told_once_to_whoever_used_it() {
    let mut house = House::new().await;
    bind(&house, "crm-cloud").await;
    feed(&house, &crm()).await;
    let ada = house.person("ada@example.com").await;
    house.person("grace@example.com").await;
    let pass = Command::Pass {
        feed: "crm-nightly".to_owned(),
        person: id(&ada),
    };
    house.done(&staff("sales"), pass).await;
    assert_eq!(house.door().tell_of_lapses().await.unwrap(), 0);
    const CLAUSE: &str = "to         = \"crm-cloud\"\ndata       = [\"name\", \"email\", \"phone\", \"employer\", \"job-title\", \"postal-address\", \"country\"]\nfor        = [\"answer-you\", ";
    // Narrower: the telephone number is no longer for them.
    let narrower = CLAUSE.replace("\"phone\", ", "");
    let folder = altered(&house, "north-america.md", CLAUSE, &narrower);
    house.reopen_under(&folder).await;
    assert_eq!(house.door().tell_of_lapses().await.unwrap(), 1);
    let told = due(&house, "crm-cloud").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (&told[0]["what"], &told[0]["fields"]),
        (&json!("correct"), &json!(["phone"]))
    );
    // Closed: nothing is for answering people any more.
    let closed = CLAUSE.replace("\"answer-you\", ", "");
    let folder = altered(&house, "north-america.md", CLAUSE, &closed);
    house.reopen_under(&folder).await;
    assert_eq!(house.door().tell_of_lapses().await.unwrap(), 1);
    house.reopen_under(&folder).await;
    assert_eq!(house.door().tell_of_lapses().await.unwrap(), 0);
    let told = due(&house, "crm-cloud").await;
    let stops: Vec<_> = told.iter().filter(|one| one["what"] == "stop").collect();
    assert_eq!(stops.len(), 1, "{told:?}");
    assert_eq!(stops[0]["purposes"], json!(["answer-you"]));
    // It is followed until they confirm it, as whatever else they are told.
    let late = house.door().unconfirmed().await.unwrap();
    assert_eq!(late.get("crm-cloud").map(|counted| counted.0), Some(2));
}
