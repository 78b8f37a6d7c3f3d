//! Approvals over HTTP: two others, exactly what was asked, once.
//! Tokens of one holder count as one.

use crate::api::testing::Server;
use serde_json::{Value, json};

/// A token of the privacy office, held by somebody.
async fn office(server: &Server, holder: &str) -> String {
    let administrator = server.token("administrator", None).await;
    let grant = json!({
        "kind": "staff", "role": "privacy-office", "holder": holder,
        "expires": "2026-12-31T00:00:00Z",
    });
    let granted = server.post("/v1/tokens", &administrator, &grant).await;
    assert_eq!(granted.status, 201, "{}", granted.text);
    granted.body["secret"].as_str().unwrap().to_owned()
}

fn order(person: &str) -> Value {
    json!({
        "kind": "disclosure", "person": person, "recipient": "authorities-us",
        "purpose": "legal-duty", "fields": ["name", "email"], "compelled": true,
        "legal-basis": "18-usc-2703", "reference": "1:26-cv-01234",
    })
}

#[tokio::test]
async fn a_court_order_needs_two_others_and_is_obeyed_once() {
    let server = Server::new().await;
    let person = server.person("ada@example.com").await;
    let (one, two) = (
        office(&server, "staff-1").await,
        office(&server, "staff-2").await,
    );
    let three = office(&server, "staff-3").await;
    let asked = server.post("/v1/approvals", &one, &order(&person)).await;
    assert_eq!(asked.status, 201, "{}", asked.text);
    let path = format!("/v1/approvals/{}", asked.body["id"].as_str().unwrap());
    let list = server.get("/v1/approvals", &two).await;
    let digest = json!({ "digest": list.body["approvals"][0]["digest"] });
    let (approve, disclose) = (format!("{path}/approve"), format!("{path}/disclose"));

    let again = office(&server, "staff-1").await;
    let own = server.post(&approve, &again, &digest).await;
    assert!(
        own.status == 403 && own.text.contains("own-request"),
        "{}",
        own.text
    );
    let other = json!({ "digest": "00" });
    assert_eq!(server.post(&approve, &two, &other).await.status, 422);

    assert_eq!(server.post(&approve, &two, &digest).await.status, 200);
    let early = server.post(&disclose, &one, &json!({})).await;
    assert!(
        early.status == 403 && early.text.contains("not-approved"),
        "{}",
        early.text
    );
    assert_eq!(server.post(&approve, &three, &digest).await.status, 200);
    let given = server.post(&disclose, &one, &json!({})).await;
    assert_eq!(given.status, 200, "{}", given.text);
    assert_eq!(given.body["values"].as_array().unwrap().len(), 2);
    let twice = server.post(&disclose, &one, &json!({})).await;
    assert_eq!(twice.status, 403, "{}", twice.text);
}
