//! U7: what duties to employees call for is theirs, kept apart from everything about customers.

use crate::house::{House, staff};
use kept_processing::{Command, Use};
use serde_json::json;

const CLAUSE: &str = "north-america#use.employment";

#[tokio::test]
async fn nobody_but_the_people_team_reads_a_staff_record() {
    let mut house = House::new().await;
    let token = house.token("staff", Some("human-resources")).await;
    let record = json!({
        "channel": "people-office", "country": "US",
        "values": { "name": "Ada Byron", "email": "ada@example.com",
            "staff-record": "Began in spring." },
    });
    let stored = house.post("/v1/collect", &token, &record).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let person = stored.body["person"].as_str().unwrap().to_owned();
    let wanted = |purpose: &str| {
        Command::Use(Use {
            person: person.parse().unwrap(),
            purpose: purpose.to_owned(),
            fields: vec!["staff-record".to_owned()],
        })
    };
    for role in ["support", "account-manager", "trainer", "marketing"] {
        let command = wanted("employment");
        house
            .refused(&staff(role), command, CLAUSE, "wrong-role")
            .await;
    }
    // What is held for employment is used for no customer's purpose.
    let manager = house.token("staff", Some("account-manager")).await;
    let body = json!({ "person": person, "purpose": "client-contract", "fields": ["name"] });
    let read = house.post("/v1/use", &manager, &body).await;
    read.refused("north-america#use.client-contract", "incompatible");
    let words = [
        "use",
        "--person",
        &person,
        "--fields",
        "staff-record",
        "--purpose",
        "employment",
        "--role",
        "sales",
    ];
    house.kept(&words).refused(CLAUSE);
}

#[tokio::test]
async fn a_staff_record_comes_in_by_the_people_team_alone() {
    let house = House::new().await;
    let token = house.token("staff", Some("support")).await;
    for channel in ["website-form", "support", "api", "client-contract"] {
        let record = json!({
            "channel": channel, "country": "US",
            "values": { "email": "ada@example.com", "staff-record": "Began in spring." },
        });
        let answer = house.post("/v1/collect", &token, &record).await;
        answer.refused("north-america#collect.staff", "wrong-channel");
    }
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}
