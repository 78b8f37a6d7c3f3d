//! Pages of the centre, asked for as a browser without scripts would.

mod about_me;

use crate::api::testing::{Answered, Server};
use axum::http::Method;

/// Names and values as a browser writes them.
pub(super) fn encoded(said: &[(&str, &str)]) -> Vec<u8> {
    let plain =
        |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let pairs: Vec<String> = said
        .iter()
        .map(|(name, value)| format!("{}={}", plain(name), plain(value)))
        .collect();
    pairs.join("&").into_bytes()
}

/// A form as a browser sends it.
pub(super) async fn send(server: &Server, path: &str, said: &[(&str, &str)]) -> Answered {
    server
        .ask(Method::POST, path, "", encoded(said))
        .with("content-type", "application/x-www-form-urlencoded")
        .with("sec-fetch-site", "same-origin")
        .await
}

/// The value of a hidden field.
pub(super) fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

fn title(page: &str) -> &str {
    let (_, rest) = page.split_once("<title>").unwrap();
    rest.split_once("</title>").unwrap().0
}

#[tokio::test]
async fn a_complaint_is_asked_page_by_page_looked_at_and_taken_up_once() {
    let server = Server::new().await;
    let path = "/centre/de/complaint";
    let first = server.get(path, "").await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert!(first.text.contains("lang=\"de\""), "{}", first.text);
    let once = hidden(&first.text, "once");
    let empty = send(&server, path, &[("once", &once), ("at", "0")]).await;
    assert_eq!(empty.status, 422);
    assert!(
        title(&empty.text).starts_with("Fehler: "),
        "{}",
        title(&empty.text)
    );
    assert!(empty.text.contains("href=\"#f-country\""));
    let mut said = vec![("once", once.as_str()), ("country", "US"), ("at", "0")];
    let second = send(&server, path, &said).await;
    assert!(
        second.text.contains("Sind Sie 13 Jahre alt"),
        "{}",
        second.text
    );
    said.pop();
    said.extend([
        ("of-age", "yes"),
        ("message", "My <b>copy</b> never came."),
        ("at", "2"),
    ]);
    let third = send(&server, path, &said).await;
    assert!(third.text.contains("name=\"my-email\""), "{}", third.text);
    said.pop();
    said.extend([
        ("my-name", "Ada Byron"),
        ("my-email", "nowhere"),
        ("at", "3"),
    ]);
    let odd = send(&server, path, &said).await;
    assert_eq!(odd.status, 422);
    assert!(
        odd.text.contains("value=\"nowhere\""),
        "what was typed is kept"
    );
    said.truncate(5);
    said.extend([
        ("my-email", "ada@example.com"),
        ("checked", "1"),
        ("go", "send"),
    ]);
    let sent = send(&server, path, &said).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    assert!(
        sent.text.contains("class=\"reference\"") && sent.text.contains("3. Dezember 2026"),
        "{}",
        sent.text
    );
    // Sent again, it is as sent once.
    let again = send(&server, path, &said).await;
    let reference = |page: &str| {
        let (_, rest) = page.split_once("class=\"reference\">").unwrap();
        rest.get(..9).unwrap().to_owned()
    };
    assert_eq!(reference(&again.text), reference(&sent.text));
}

#[tokio::test]
async fn a_question_from_a_child_leaves_nothing() {
    let server = Server::new().await;
    let path = "/centre/en/question";
    let first = server.get(path, "").await;
    let once = hidden(&first.text, "once");
    let said = [
        ("once", once.as_str()),
        ("country", "US"),
        ("of-age", "no"),
        ("message", "What do you hold?"),
        ("my-name", "Tim Example"),
        ("my-email", "tim@example.com"),
        ("checked", "1"),
        ("go", "send"),
    ];
    let refused = send(&server, path, &said).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    assert!(refused.text.contains("too young"), "{}", refused.text);
}

#[tokio::test]
async fn a_receipt_is_checked_and_a_changed_one_proves_nothing() {
    let server = Server::new().await;
    server.person("ada@example.com").await;
    let receipt = server.get("/v1/ledger/receipts/0", "").await.text;
    let path = "/centre/en/receipt";
    let checked = send(&server, path, &[("receipt", &receipt)]).await;
    assert_eq!(checked.status, 200, "{}", checked.text);
    assert!(
        checked.text.contains("This receipt is genuine"),
        "{}",
        checked.text
    );
    for (odd, why) in [
        (String::new(), "Choose the receipt, or paste it"),
        ("Dear Sir".to_owned(), "not a whole receipt"),
        (receipt.replace("index 0", "index 1"), "proves nothing"),
    ] {
        let wrong = send(&server, path, &[("receipt", &odd)]).await;
        assert_eq!(wrong.status, 422, "{odd}");
        assert!(wrong.text.contains(why), "{odd}: {}", wrong.text);
        assert!(title(&wrong.text).starts_with("Error: "));
    }
}

#[tokio::test]
async fn a_receipt_that_is_sent_as_a_file_is_checked_alike() {
    let server = Server::new().await;
    server.person("ada@example.com").await;
    let receipt = server.get("/v1/ledger/receipts/0", "").await.text;
    let send = |file: &str, typed: &str, site: &'static str| {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"r.txt\"\r\n\
             Content-Type: text/plain\r\n\r\n{file}\r\n--x\r\n\
             Content-Disposition: form-data; name=\"receipt\"\r\n\r\n{typed}\r\n--x--\r\n"
        );
        let asking = server.ask(Method::POST, "/centre/en/receipt", "", body.into_bytes());
        asking
            .with("content-type", "multipart/form-data; boundary=x")
            .with("sec-fetch-site", site)
    };
    for (file, typed) in [(receipt.as_str(), ""), ("", receipt.as_str())] {
        let checked = send(file, typed, "same-origin").await;
        assert_eq!(checked.status, 200, "{}", checked.text);
        assert!(checked.text.contains("This receipt is genuine"));
    }
    let odd = send("\u{0}\u{1}", "", "same-origin").await;
    assert_eq!(odd.status, 422);
    let long = send(&"a".repeat(70 << 10), "", "same-origin").await;
    assert_eq!(long.status, 422);
    assert_eq!(send(&receipt, "", "cross-site").await.status, 403);
}

#[tokio::test]
async fn another_language_keeps_what_was_answered() {
    let server = Server::new().await;
    let first = server.get("/centre/en/complaint", "").await;
    let once = hidden(&first.text, "once");
    let said = [
        ("once", once.as_str()),
        ("country", "US"),
        ("of-age", "yes"),
        ("message", "My copy never came."),
        ("at", "2"),
        ("go", "2"),
    ];
    let page = send(&server, "/centre/fr/complaint", &said).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("lang=\"fr\"") && page.text.contains("My copy never came."));
    assert!(
        page.text.contains("formaction=\"/centre/de/complaint\""),
        "{}",
        page.text
    );
    assert!(page.text.contains("name=\"country\" value=\"US\""));
}

#[tokio::test]
async fn nothing_is_taken_from_another_site() {
    let server = Server::new().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("origin", "https://evil.example"),
    ] {
        let answer = server
            .ask(Method::POST, "/centre/en/question", "", Vec::new())
            .with("content-type", "application/x-www-form-urlencoded")
            .with("host", "privacy.example.com")
            .with(name, value)
            .await;
        assert_eq!(answer.status, 403, "{name}");
    }
}
