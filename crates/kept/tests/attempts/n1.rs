//! N1: the policy shows when it took effect and when it was last revised; a version is never
//! changed, and never passes for another.

use crate::house::{House, root, sources};
use axum::http::Method;
use serde_json::json;
use std::path::Path;

/// Writes the modelled policy with some passages replaced into a folder.
pub fn draft(folder: &Path, changes: &[(&str, &str)]) -> String {
    let path = folder.join("draft");
    std::fs::create_dir_all(&path).unwrap();
    for source in sources() {
        let mut text = source.text.to_string();
        if source.file == "north-america.md" {
            for (was, now) in changes {
                text = text.replacen(was, now, 1);
            }
        }
        std::fs::write(path.join(&source.file), text).unwrap();
    }
    path.to_string_lossy().into_owned()
}

/// Brings the modelled policy into force, as a server's first start does.
pub fn in_force(house: &mut House) {
    let modelled = root().join("policies/mediaocean");
    let began = house.kept(&["publish", modelled.to_str().unwrap(), "--in-force"]);
    assert_eq!(began.code, 0, "{}", began.err);
}

const LONGER: (&str, &str) = ("period = \"P90D\"", "period = \"P120D\"");
const REWORDED: (&str, &str) = ("We know a little", "We know something");

#[tokio::test]
async fn another_text_under_the_same_date_is_no_version() {
    let mut house = House::new().await;
    in_force(&mut house);
    for change in [LONGER, REWORDED] {
        let draft = draft(house.folder.path(), &[change]);
        let told = house.kept(&["publish", &draft, "--in-force"]);
        assert_eq!(told.code, 1, "{}{}", told.out, told.err);
        assert!(told.err.contains("move `revised`"), "{}", told.err);
        let told = house.kept(&["simulate", &draft]);
        assert_eq!(told.code, 2, "{}{}", told.out, told.err);
        assert!(told.out.contains("move `revised`"), "{}", told.out);
    }
    house.reopen().await;
    assert_eq!(house.door().versions().await.unwrap().len(), 1);
}

#[tokio::test]
async fn versions_are_read_and_compared_by_anybody_and_changed_by_nobody() {
    let mut house = House::new().await;
    in_force(&mut house);
    let reworded = [
        REWORDED,
        ("revised    = 2018-05-01", "revised    = 2018-06-01"),
    ];
    let draft = draft(house.folder.path(), &reworded);
    let published = house.kept(&["publish", &draft, "--in-force"]);
    assert_eq!(published.code, 0, "{}{}", published.out, published.err);
    house.reopen().await;

    let page = house.get("/policy/north-america", "").await;
    for shown in [
        "1 May 2018",
        "1 June 2018",
        "/policy/north-america/versions",
    ] {
        assert!(page.text.contains(shown), "{shown}");
    }
    let page = house.get("/policy/north-america/versions", "").await;
    assert_eq!(page.status, 200, "{}", page.text);
    for shown in [
        "1 June 2018",
        "1 May 2018",
        "in force",
        "former",
        "Both say the same.",
    ] {
        assert!(page.text.contains(shown), "{shown}: {}", page.text);
    }

    let support = house.token("staff", Some("support")).await;
    let versions = house.get("/v1/policy/versions", &support).await;
    let digest = versions.body["versions"][1]["digest"].as_str().unwrap();
    let address = format!("/v1/policy/versions/{digest}");
    let before = house.get(&address, &support).await;
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::POST] {
        let body = json!({ "files": [] }).to_string().into_bytes();
        let tried = house.ask(method, &address, &support, body, "application/json");
        assert_eq!(tried.await.status, 405);
    }
    assert_eq!(house.get(&address, &support).await.text, before.text);
    let found = house.get("/v1/policy/diff", &support).await;
    assert_eq!(
        (found.status, &found.body["changes"]),
        (200, &json!([])),
        "{}",
        found.text
    );
    assert_eq!(house.get("/v1/policy/diff", "").await.status, 401);
    let unknown = house.get("/v1/policy/diff?from=00000000", &support).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn what_is_stored_names_the_version_it_came_under() {
    let house = House::new().await;
    house.person("ada@example.com").await;
    let entries = house.entries().await;
    let entry = house.door().entry(entries - 1).unwrap().unwrap();
    let entry = String::from_utf8(entry).unwrap();
    assert!(entry.contains("north-america@2018-05-01"), "{entry}");
}
