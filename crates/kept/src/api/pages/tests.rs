//! Tests of what anybody may see.

use crate::api::Peer;
use crate::api::testing::Server;
use serde_json::json;

#[tokio::test]
async fn the_published_policy_is_a_page_without_scripts() {
    let server = Server::new().await;
    let home = server.get("/", "").await;
    assert_eq!(
        (home.status, home.header("location")),
        (303, Some("/policy/north-america"))
    );
    let page = server.get("/policy/north-america", "").await;
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert!(page.text.contains("<h1>Privacy policy: North America</h1>"));
    assert!(!page.text.contains("<script"));
    let content = page.header("content-security-policy").unwrap();
    assert!(
        content.contains("style-src 'self'") && !content.contains("script-src"),
        "{content}"
    );
    assert!(page.text.contains("href=\"/style.css\""));
    assert_eq!(server.get("/style.css", "").await.status, 200);
    assert_eq!(server.get("/policy/atlantis", "").await.status, 404);
}

#[tokio::test]
async fn what_machines_ask_is_answered() {
    let server = Server::new().await;
    let gpc = server.get("/.well-known/gpc.json", "").await;
    assert_eq!(gpc.body, json!({ "gpc": true, "lastUpdate": "2026-07-01" }));
    let security = server.get("/.well-known/security.txt", "").await;
    assert!(
        security
            .text
            .contains("Contact: mailto:InfoSec%26Compliance@mediaocean.com\n")
    );
    assert!(
        security.text.contains("Expires: 2027-05-22T00:00:00Z\n"),
        "{}",
        security.text
    );
    assert!(
        server
            .get("/robots.txt", "")
            .await
            .text
            .contains("Disallow: /\n")
    );
    assert_eq!(server.get("/healthz", "").await.text, "ok\n");
    assert_eq!(server.get("/readyz", "").await.text, "ready\n");
}

#[tokio::test]
async fn metrics_are_for_the_machine_itself_and_for_administrators() {
    let server = Server::new().await;
    server.person("ada@example.com").await;
    let administrator = server.token("administrator", None).await;
    let shown = server.get("/metrics", &administrator).await;
    assert_eq!(shown.status, 200);
    assert!(
        shown
            .text
            .contains("kept_acts_total{act=\"collect\",outcome=\"done\"} 1"),
        "{}",
        shown.text
    );
    let support = server.token("staff", Some("support")).await;
    assert_eq!(server.get("/metrics", &support).await.status, 403);
    for (peer, status) in [("127.0.0.1:9", 200), ("192.0.2.7:9", 401)] {
        let mut asking = server.get("/metrics", "").with("host", "example.com");
        asking.request.extensions_mut().insert(Peer {
            address: peer.parse().unwrap(),
            tls: true,
        });
        assert_eq!(asking.await.status, status, "{peer}");
    }
}
