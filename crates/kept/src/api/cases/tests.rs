//! Cases through the API: opened, looked at, moved on and ended.

use crate::api::testing::Server;
use serde_json::json;

#[tokio::test]
async fn a_request_is_opened_answered_and_stays_to_be_seen() {
    let server = Server::new().await;
    let person = server.person("ada@example.com").await;
    let office = server.token("staff", Some("privacy-office")).await;
    let open = json!({ "kind": "erasure", "person": person, "through": "telephone" });
    let opened = server.post("/v1/cases", &office, &open).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    let id = opened.body["id"].as_str().unwrap().to_owned();
    let again = server.post("/v1/cases", &office, &open).await;
    assert_eq!(again.body["id"], id.as_str(), "the same request joins");

    let listed = server.get("/v1/cases", &office).await;
    assert_eq!(listed.body["cases"][0]["days-left"], 30, "{}", listed.body);
    let path = format!("/v1/cases/{id}");
    let refused = json!({ "outcome": "refused" });
    let bare = server.post(&format!("{path}/end"), &office, &refused).await;
    assert_eq!(bare.status, 422, "{}", bare.body);
    let wrong = json!({ "outcome": "refused", "ground": "correct-as-it-is" });
    let wrong = server.post(&format!("{path}/end"), &office, &wrong).await;
    assert_eq!(wrong.status, 422, "{}", wrong.body);

    let act = json!({ "carry-out": { "act": "erase", "person": person } });
    let done = server.post(&format!("{path}/end"), &office, &act).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let shown = server.get(&path, &office).await;
    let case = &shown.body["cases"][0];
    assert_eq!(case["state"]["outcome"], "done", "{case}");
    assert_eq!(case["state"]["did"], json!(["erase"]));
    let more = server.post(&format!("{path}/end"), &office, &act).await;
    assert_ne!(more.status, 200, "what has ended does not end again");
}

#[tokio::test]
async fn cases_are_for_those_who_answer_them() {
    let server = Server::new().await;
    let person = server.person("ada@example.com").await;
    let support = server.token("staff", Some("support")).await;
    let open = json!({ "kind": "access", "person": person });
    let opened = server.post("/v1/cases", &support, &open).await;
    assert_eq!(opened.status, 201, "{}", opened.body);
    let path = format!("/v1/cases/{}", opened.body["id"].as_str().unwrap());
    assert_eq!(server.get("/v1/cases", &support).await.status, 403);
    assert_eq!(server.get(&path, &support).await.status, 403);
    let extend = json!({ "step": "extend", "why": "complex" });
    let step = server
        .post(&format!("{path}/steps"), &support, &extend)
        .await;
    assert_eq!(step.status, 403, "{}", step.body);
    let office = server.token("staff", Some("privacy-office")).await;
    for (query, status) in [
        ("?book=violations", 403),
        ("?book=x", 422),
        ("?who=Ada", 422),
    ] {
        let found = server.get(&format!("/v1/cases{query}"), &office).await;
        assert_eq!(found.status, status, "{query}");
    }
    for (path, status) in [("/v1/cases/no", 422), ("/v1/cases/2222-2222", 404)] {
        assert_eq!(server.get(path, &office).await.status, status, "{path}");
    }
}
