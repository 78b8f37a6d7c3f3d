//! U5: what is held for a contract goes with the contract, and its end stands once, with the
//! client.

use crate::house::{House, staff};
use kept_processing::{Administration, Command, Registered};
use serde_json::{Value, json};

const CLAUSE: &str = "north-america#use.client-contract";

async fn client(house: &House, ends: Option<&str>, early: bool) -> Result<(), String> {
    let mut client = json!({ "kind": "client", "id": "acme", "name": "Acme" });
    if let Some(ends) = ends {
        client["contract-ends"] = json!(ends);
    }
    if early {
        client["ended-early"] = json!(true);
    }
    let client: Registered = serde_json::from_value(client).unwrap();
    let command = Command::Administer(Administration::Register(client));
    let by = staff("account-manager");
    let performed = house.door().perform(&by, &command).await;
    performed
        .map(|_| ())
        .map_err(|failure| failure.to_string())?;
    let followed = house.door().follow_contracts(&mut |_, _| ()).await;
    followed.map(|_| ()).map_err(|failure| failure.to_string())
}

async fn hired(house: &House, token: &str, company: &str) -> (u16, String) {
    let record = json!({
        "channel": "client-contract", "country": "US",
        "values": { "email": "ada@example.com", "client-company": company,
            "contract-number": "A-1" },
    });
    let stored = house.post("/v1/collect", token, &record).await;
    let person = stored.body["person"].as_str().unwrap_or(&stored.text);
    (stored.status, person.to_owned())
}

async fn due(house: &House, token: &str, person: &str) -> Value {
    let wanted = json!({
        "person": person, "purpose": "client-contract", "fields": ["contract-number"],
    });
    let read = house.post("/v1/use", token, &wanted).await;
    let values = read.body["values"].as_array().cloned().unwrap_or_default();
    values.first().map_or(Value::Null, |it| it["due"].clone())
}

#[tokio::test]
async fn the_end_of_a_contract_moves_the_day_of_all_its_people() {
    let house = House::new().await;
    let manager = house.token("staff", Some("account-manager")).await;
    client(&house, None, false).await.unwrap();
    let (status, told) = hired(&house, &manager, "Nobody & Sons").await;
    assert!(status == 422 && !told.contains("Sons"), "{told}");
    let (status, person) = hired(&house, &manager, "acme").await;
    assert_eq!(status, 201, "{person}");
    // While a contract has no end, nothing says when it is over.
    assert_eq!(due(&house, &manager, &person).await, Value::Null);
    client(&house, Some("2026-12-31"), false).await.unwrap();
    assert_eq!(due(&house, &manager, &person).await, "2033-12-31");
    // A renewal moves it on.
    client(&house, Some("2027-12-31"), false).await.unwrap();
    assert_eq!(due(&house, &manager, &person).await, "2034-12-31");
    // It never moves back without a word.
    let back = client(&house, Some("2026-12-31"), false).await;
    assert!(back.unwrap_err().contains("ended-early"));
    assert_eq!(due(&house, &manager, &person).await, "2034-12-31");
    client(&house, Some("2026-12-31"), true).await.unwrap();
    assert_eq!(due(&house, &manager, &person).await, "2033-12-31");
}

#[tokio::test]
async fn what_is_past_its_day_does_not_come_back_with_a_renewal() {
    let house = House::new().await;
    let manager = house.token("staff", Some("account-manager")).await;
    client(&house, Some("2019-11-30"), false).await.unwrap();
    let (_, person) = hired(&house, &manager, "Acme").await;
    assert_eq!(due(&house, &manager, &person).await, "2026-11-30");
    house.clock.pass_days(10);
    client(&house, Some("2030-11-30"), false).await.unwrap();
    assert_eq!(due(&house, &manager, &person).await, Value::Null);
}

#[tokio::test]
async fn clients_are_kept_and_their_people_read_by_those_who_look_after_them() {
    let mut house = House::new().await;
    let client = json!({ "kind": "client", "id": "acme", "name": "Acme" });
    let client: Registered = serde_json::from_value(client).unwrap();
    let register = Command::Administer(Administration::Register(client));
    let (clause, why) = ("north-america#secure", "not-administrator");
    house
        .refused(&staff("marketing"), register, clause, why)
        .await;
    let person = house.person("ada@example.com").await;
    let marketing = house.token("staff", Some("marketing")).await;
    let wanted = json!({ "person": person, "purpose": "client-contract", "fields": ["name"] });
    let read = house.post("/v1/use", &marketing, &wanted).await;
    read.refused(CLAUSE, "wrong-role");
    let words = [
        "register",
        "remove",
        "client",
        "acme",
        "--role",
        "marketing",
    ];
    assert_ne!(house.kept(&words).code, 0);
}

#[tokio::test]
async fn what_was_held_for_a_contract_goes_with_the_sweep_after_its_end() {
    let house = House::new().await;
    let manager = house.token("staff", Some("account-manager")).await;
    client(&house, None, false).await.unwrap();
    let (status, person) = hired(&house, &manager, "acme").await;
    assert_eq!(status, 201, "{person}");
    let swept = house.door().sweep(None).await.unwrap();
    assert_eq!((swept.items, swept.people), (0, 0), "it has no end");
    client(&house, Some("2019-11-01"), false).await.unwrap();
    let swept = house.door().sweep(None).await.unwrap();
    assert!(swept.items >= 2 && swept.keys >= 1, "{swept:?}");
    let again = house.door().sweep(None).await.unwrap();
    assert_eq!(again.items, 0, "nothing is left of it");
}
