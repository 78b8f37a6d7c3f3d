//! Signing in through its pages: what a browser sends and what comes back.

use crate::api::testing::{Browser, Server, policy_of};
use axum::http::Method;

#[tokio::test]
async fn an_address_a_code_and_somebody_is_signed_in_until_they_sign_out() {
    let server = Server::new().await;
    server.person("ada@example.com").await;
    let page = server
        .page_get("/sign-in?lang=fr", &Browser::default())
        .await;
    assert!(page.text.contains("lang=\"fr\"") && page.text.contains("Envoyez-moi un code"));
    let me = server.sign_in("ada@example.com").await;
    let how = server.page_get("/me/sign-in", &me).await;
    assert_eq!(how.status, 200);
    assert!(
        how.text.contains("This is the one you are using"),
        "{}",
        how.text
    );
    assert_eq!(how.header("cache-control"), Some("no-store"));
    let out = server.page_post("/sign-out", &me, &[]).await;
    assert_eq!(out.status, 200);
    assert!(
        out.header("clear-site-data")
            .is_some_and(|it| it.contains("cookies"))
    );
    let after = server.page_get("/me/sign-in", &me).await;
    assert_eq!(
        (after.status, after.header("location")),
        (303, Some("/sign-in"))
    );
}

#[tokio::test]
async fn a_form_needs_our_own_page_and_the_token_of_the_session() {
    let server = Server::new().await;
    server.person("ada@example.com").await;
    let me = server.sign_in("ada@example.com").await;
    let foreign = [
        server
            .page_post("/sign-out", &me, &[])
            .with("sec-fetch-site", "cross-site"),
        server
            .page_post("/sign-out", &me, &[])
            .with("sec-fetch-site", "same-site"),
        server
            .page_post("/sign-out", &me, &[])
            .with("sec-fetch-site", "none"),
        server.page_post(
            "/sign-out",
            &Browser {
                form: String::new(),
                ..me.clone()
            },
            &[],
        ),
        server.page_post(
            "/sign-out",
            &Browser {
                form: "0".repeat(32),
                ..me.clone()
            },
            &[],
        ),
    ];
    for asking in foreign {
        assert_eq!(asking.await.status, 403);
    }
    let bare = |origin: Option<&str>| {
        let mut asking = server
            .page_post("/sign-out", &me, &[])
            .with("host", "kept.example.com");
        asking.request.headers_mut().remove("sec-fetch-site");
        match origin {
            Some(origin) => asking.with("origin", origin),
            None => asking,
        }
    };
    for origin in [None, Some("http://evil.example.com"), Some("null")] {
        assert_eq!(bare(origin).await.status, 403, "{origin:?}");
    }
    assert_eq!(server.page_get("/me/sign-in", &me).await.status, 200);
    assert_eq!(bare(Some("http://kept.example.com")).await.status, 200);
}

#[tokio::test]
async fn a_password_is_set_signs_in_and_ends_the_other_sessions() {
    let server = Server::new().await;
    server.person("ada@example.com").await;
    let other = server.sign_in("ada@example.com").await;
    let me = server.sign_in("ada@example.com").await;
    let set =
        |word: &'static str| server.page_post("/me/sign-in/password", &me, &[("password", word)]);
    for (word, says) in [("short", "shorter than 8"), ("Password1!", "Many people")] {
        let refused = set(word).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains(says), "{}", refused.text);
    }
    assert_eq!(set("a sentence of my own").await.status, 200);
    assert_eq!(server.page_get("/me/sign-in", &me).await.status, 200);
    assert_eq!(server.page_get("/me/sign-in", &other).await.status, 303);
    let by = |address: &'static str, word: &'static str| {
        let fields = [("address", address), ("password", word)];
        server.page_post("/sign-in/password", &Browser::default(), &fields)
    };
    let wrong = by("ada@example.com", "another sentence").await;
    let unknown = by("nobody@example.com", "a sentence of my own").await;
    assert_eq!((wrong.status, &wrong.text), (422, &unknown.text));
    let right = by("ada@example.com", "a sentence of my own").await;
    assert_eq!(
        (right.status, right.header("location")),
        (303, Some("/centre/en/about-me"))
    );
}

#[tokio::test]
async fn an_export_says_that_there_is_a_password_and_nothing_of_it() {
    let server = Server::new().await;
    let person = server.person("ada@example.com").await;
    let me = server.sign_in("ada@example.com").await;
    let fields = [("password", "a sentence of my own")];
    let set = server.page_post("/me/sign-in/password", &me, &fields).await;
    assert_eq!(set.status, 200);
    let office = server.token("staff", Some("privacy-office")).await;
    let body = serde_json::json!({});
    let export = server
        .post(&format!("/v1/people/{person}/export"), &office, &body)
        .await;
    let told = "\"signs-in\":{\"password\":true,\"passkeys\":[],\"last\":\"2026-11-23T12:00:00Z\"}";
    assert!(export.text.contains(told), "{}", export.text);
}

#[tokio::test]
async fn where_no_clause_lists_ways_a_code_by_e_mail_is_the_one_way() {
    let server = Server::under(policy_of("kettle-row", |_, text| text)).await;
    let shop = server.token("staff", Some("shop")).await;
    let order = br#"{ "channel": "checkout", "country": "US", "values": {
        "name": "Ada Byron", "email": "ada@example.com", "address": "Rue 1", "order": "Pot" } }"#;
    let stored = server.ask(Method::POST, "/v1/collect", &shop, order.to_vec());
    let stored = stored.with("content-type", "application/json").await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let me = server.sign_in("ada@example.com").await;
    assert_eq!(server.page_get("/me/sign-in", &me).await.status, 200);
    let page = server.page_get("/sign-in", &Browser::default()).await;
    assert!(!page.text.contains("/sign-in/password"), "{}", page.text);
    let typed = [("address", "ada@example.com"), ("password", "not this one")];
    let nobody = Browser::default();
    let tried = server.page_post("/sign-in/password", &nobody, &typed).await;
    assert_eq!(tried.status, 403, "{}", tried.text);
}
