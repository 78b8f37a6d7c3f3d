//! D4: accountants, auditors and lawyers see what they were engaged for, while they are.

use crate::house::{House, staff};
use kept_processing::{Command, Evidence};
use kept_terms::PersonId;
use serde_json::json;

const CLAUSE: &str = "north-america#disclose.auditor";

fn disclose(person: PersonId, fields: &[&str]) -> Command {
    Command::Disclose {
        person,
        recipient: "auditor".to_owned(),
        purpose: "legal-duty".to_owned(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        compelled: false,
    }
}

async fn engaged(house: &House, from: &str, until: &str) {
    house
        .attest(Evidence::Engagement {
            recipient: "auditor".to_owned(),
            purpose: "legal-duty".to_owned(),
            fields: vec!["name".to_owned()],
            reference: "audit-2026".to_owned(),
            from: from.to_owned(),
            until: until.to_owned(),
        })
        .await;
}

#[tokio::test]
async fn an_adviser_sees_nothing_but_what_an_engagement_covers_while_it_lasts() {
    let house = House::new().await;
    let office = staff("privacy-office");
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    house
        .attest(Evidence::Undertaking {
            recipient: "auditor".to_owned(),
            protection: "professional-secrecy".to_owned(),
            until: "2027-12-31".to_owned(),
        })
        .await;
    let refused = async |fields: &[&str]| {
        house
            .refused(&office, disclose(person, fields), CLAUSE, "no-engagement")
            .await;
    };
    refused(&["name"]).await;
    engaged(&house, "2026-11-24", "2026-11-25").await;
    refused(&["name"]).await;
    house.clock.pass_days(1);
    house.done(&office, disclose(person, &["name"])).await;
    refused(&["name", "email"]).await;
    let token = house.token("staff", Some("privacy-office")).await;
    let body = json!({
        "person": person, "recipient": "auditor", "purpose": "legal-duty", "fields": ["email"],
    });
    let before = house.entries().await;
    let answer = house.post("/v1/disclose", &token, &body).await;
    answer.refused(CLAUSE, "no-engagement");
    house.recorded(before, CLAUSE, "no-engagement").await;
    house.clock.pass_days(2);
    refused(&["name"]).await;
}

#[tokio::test]
async fn staff_do_not_engage_anybody() {
    let house = House::new().await;
    let evidence = Evidence::Engagement {
        recipient: "auditor".to_owned(),
        purpose: "legal-duty".to_owned(),
        fields: vec!["name".to_owned()],
        reference: "audit-2026".to_owned(),
        from: "2026-11-01".to_owned(),
        until: "2026-12-01".to_owned(),
    };
    let attest = Command::Attest(evidence);
    let clause = "north-america#secure";
    house
        .refused(
            &staff("privacy-office"),
            attest,
            clause,
            "not-administrator",
        )
        .await;
}
