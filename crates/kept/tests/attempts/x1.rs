//! X1: whoever says no to marketing gets none, by the link in any message, at once and everywhere.

use crate::house::{House, staff};
use crate::mail::{deliver, letters, link, message, queue, states, template};
use axum::http::Method;
use kept_processing::{Caller, Command};
use serde_json::json;

const CLAUSE: &str = "north-america#use.marketing";
const FORM: &str = "application/x-www-form-urlencoded";

/// A house in which somebody got a marketing message, and the link of it.
async fn written_to() -> (House, tempfile::TempDir, String, String) {
    let house = House::new().await;
    template(&house, "news", "marketing").await;
    let folder = tempfile::tempdir().unwrap();
    let person = house.person("ada@example.com").await;
    queue(
        &house,
        "marketing",
        message(&person, "news", "marketing", "spring"),
    )
    .await;
    assert_eq!(deliver(&house, folder.path()).await.sent, 1);
    let letter = letters(folder.path()).remove(0);
    let post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
    assert!(letter.contains(post), "{letter}");
    let link = link(&letter);
    // In the header, in the text, and in the other text.
    assert!(letter.matches(&link).count() >= 3, "{letter}");
    (house, folder, person, link)
}

async fn press(house: &House, link: &str) -> crate::house::Answered {
    let body = b"List-Unsubscribe=One-Click".to_vec();
    house.ask(Method::POST, link, "", body, FORM).await
}

#[tokio::test]
async fn one_press_ends_marketing_at_once_and_stops_what_is_queued() {
    let (mut house, folder, person, link) = written_to().await;
    queue(
        &house,
        "marketing",
        message(&person, "news", "marketing", "summer"),
    )
    .await;
    let page = press(&house, &link).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("no more"), "{}", page.text);
    let round = deliver(&house, folder.path()).await;
    assert_eq!((round.sent, round.dropped), (0, 1));
    let last = house.entries().await - 1;
    house.recorded(last, CLAUSE, "objected").await;

    let wanted = message(&person, "news", "marketing", "autumn");
    house
        .refused(&staff("marketing"), wanted, CLAUSE, "objected")
        .await;
    let marketing = house.token("staff", Some("marketing")).await;
    let read = json!({ "person": person, "purpose": "marketing", "fields": ["name"] });
    house
        .post("/v1/use", &marketing, &read)
        .await
        .refused(CLAUSE, "objected");
    let lines = format!("{read}\n");
    let bulk = house.ask(
        Method::POST,
        "/v1/use/bulk",
        &marketing,
        lines.into_bytes(),
        "application/x-ndjson",
    );
    assert!(bulk.await.text.contains("objected"));
    let many = json!({ "name": "all", "purpose": "marketing", "template": "news" });
    assert_eq!(
        house
            .post("/v1/messages/campaigns", &marketing, &many)
            .await
            .status,
        200
    );
    assert_eq!(deliver(&house, folder.path()).await.sent, 0);
    let told = house.get("/v1/messages/campaigns", &marketing).await;
    assert_eq!(told.body["campaigns"][0]["passed-over"], 1, "{}", told.text);
    assert_eq!(letters(folder.path()).len(), 1);
    let words = [
        "outbox",
        "send",
        "--person",
        &person,
        "--purpose",
        "marketing",
        "--template",
        "news",
        "--role",
        "marketing",
    ];
    house.kept(&words).refused(CLAUSE);
}

#[tokio::test]
async fn looking_at_the_link_changes_nothing_and_pressing_twice_is_as_once() {
    let (house, _folder, person, link) = written_to().await;
    let before = house.entries().await;
    for _ in 0..3 {
        let page = house.get(&link, "").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(
            page.text.contains("<form method=\"post\">"),
            "{}",
            page.text
        );
        for personal in ["ada", "Byron", "example.com", &person, "<script"] {
            assert!(!page.text.contains(personal), "{personal}: {}", page.text);
        }
    }
    assert_eq!(house.entries().await, before);
    for _ in 0..3 {
        assert_eq!(press(&house, &link).await.status, 200);
        assert_eq!(house.entries().await, before + 1);
    }
    let back = Command::Object {
        person: person.parse().unwrap(),
        purpose: "marketing".to_owned(),
        objects: false,
    };
    house.done(&Caller::person(), back).await;
    // It never expires: who agreed again and thinks better of it finds it working.
    house.clock.pass_days(700);
    assert_eq!(press(&house, &link).await.status, 200);
    let wanted = message(&person, "news", "marketing", "autumn");
    house
        .refused(&staff("marketing"), wanted, CLAUSE, "objected")
        .await;
}

#[tokio::test]
async fn a_forged_link_leads_nowhere_and_says_nothing() {
    let (house, _folder, person, link) = written_to().await;
    let token = link.strip_prefix("/u/").unwrap();
    let mut forged = vec![
        String::new() + "x",
        person.clone(),
        token[..token.len() - 1].to_owned(),
        format!("{token}A"),
        "A".repeat(5_000),
        "%00%ff".to_owned(),
        "..%2f..%2fv1".to_owned(),
    ];
    forged.extend((0..token.len()).map(|at| {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &token[..at], &token[at + 1..])
    }));
    let before = house.entries().await;
    let mut pages = std::collections::BTreeSet::new();
    for token in forged {
        let path = format!("/u/{token}");
        for page in [house.get(&path, "").await, press(&house, &path).await] {
            let odd = [400, 404].contains(&page.status);
            assert!(odd, "{token}: {} {}", page.status, page.text);
            pages.insert(page.text);
        }
    }
    assert!(pages.len() <= 2, "{pages:?}");
    assert_eq!(house.entries().await, before);
    let wanted = message(&person, "news", "marketing", "autumn");
    queue(&house, "marketing", wanted).await;

    // A true one of somebody who was erased is as good as a forged one.
    let person = person.parse().unwrap();
    house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    assert_eq!(press(&house, &link).await.status, 404);
    assert_eq!(states(&house).await.len(), 1, "it goes when it is due");
}
