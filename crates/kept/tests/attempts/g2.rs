//! G2: a third party is anybody but the person, the firm and its clients; each recipient is of one
//! declared kind, and a third party receives nothing without the person's yes.

use crate::house::{House, altered, contact, staff};
use kept_policy::RecipientId;
use kept_processing::{Command, Evidence};
use kept_terms::RecipientKind;
use serde_json::json;

const CLAUSE: &str = "north-america#disclose.other-third-party";

fn disclosure(person: &str, recipient: &str) -> Command {
    Command::Disclose {
        person: person.parse().unwrap(),
        recipient: recipient.to_owned(),
        purpose: "provide-what-you-ask".to_owned(),
        fields: vec!["name".to_owned()],
        compelled: false,
    }
}

async fn undertakes(house: &House, recipient: &str) {
    house
        .attest(Evidence::Undertaking {
            recipient: recipient.to_owned(),
            protection: "processing-agreement".to_owned(),
            until: "2027-12-31".to_owned(),
        })
        .await;
}

#[tokio::test]
async fn a_third_party_receives_nothing_without_the_persons_yes() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    undertakes(&house, "other-third-party").await;
    let asking = || disclosure(&person, "other-third-party");
    house
        .refused(&staff("support"), asking(), CLAUSE, "no-consent")
        .await;
    let support = house.token("staff", Some("support")).await;
    let asked = json!({
        "person": person, "recipient": "other-third-party", "purpose": "provide-what-you-ask",
        "fields": ["name"],
    });
    let before = house.entries().await;
    let answer = house.post("/v1/disclose", &support, &asked).await;
    answer.refused(CLAUSE, "no-consent");
    assert!(!answer.text.contains("Byron"));
    house.recorded(before, CLAUSE, "no-consent").await;

    let agree = json!({ "recipient": "other-third-party", "channel": "website-form" });
    let path = format!("/v1/people/{person}/consent");
    let agreed = house.post(&path, &support, &agree).await;
    assert_eq!(agreed.status, 200, "{}", agreed.text);
    house.done(&staff("support"), asking()).await;
}

#[tokio::test]
async fn nobody_is_a_recipient_who_was_not_declared_and_clients_receive_nothing() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    for (recipient, status) in [
        ("clients", 403),
        ("a-friend", 422),
        ("ada@example.com", 422),
    ] {
        let asked = json!({
            "person": person, "recipient": recipient, "purpose": "provide-what-you-ask",
            "fields": ["name"],
        });
        let answer = house.post("/v1/disclose", &support, &asked).await;
        assert_eq!(answer.status, status, "{recipient}: {}", answer.text);
        assert!(!answer.text.contains("Byron"));
    }
}

#[tokio::test]
async fn a_recipient_is_of_one_kind_and_a_third_party_stays_one_whatever_its_clause_says() {
    let mut house = House::new().await;
    let policy = house.door().policy();
    let third: Vec<&str> = policy
        .words
        .recipients
        .iter()
        .filter(|(_, one)| one.kind == RecipientKind::ThirdParty)
        .map(|(_, one): (RecipientId, _)| one.name.as_str())
        .collect();
    assert_eq!(third, ["other-third-party"]);
    for (old, new) in [
        ("kind    = \"third-party\"\n", ""),
        ("kind    = \"third-party\"", "kind    = \"friend\""),
        (
            "kind    = \"third-party\"",
            "kind    = [\"third-party\", \"client\"]",
        ),
    ] {
        let folder = altered(&house, "definitions.md", old, new);
        let ended = house.kept(&["publish", &folder, "--in-force"]);
        assert_ne!(ended.code, 0, "{new}");
    }

    // A document may leave `consent` out, and still nothing leaves without it.
    let folder = altered(&house, "north-america.md", "\nconsent = true", "");
    let ended = house.kept(&["publish", &folder, "--in-force"]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    let record = contact("ada@example.com");
    std::fs::write(house.folder.path().join("ada.ndjson"), record.to_string()).unwrap();
    house.reopen_under(&folder).await;
    let person = house.person("ada@example.com").await;
    undertakes(&house, "other-third-party").await;
    let asking = disclosure(&person, "other-third-party");
    house
        .refused(&staff("support"), asking, CLAUSE, "no-consent")
        .await;
}
