//! Pages of somebody who is signed in: what is held, changed, deleted, chosen, taken along.

use crate::api::testing::{Answered, Browser, Server};
use serde_json::json;
use std::io::Read as _;

struct Me {
    person: String,
    browser: Browser,
}

impl Me {
    async fn of(server: &Server, email: &str) -> Me {
        let person = server.person(email).await;
        let browser = server.sign_in(email).await;
        Me { person, browser }
    }

    async fn get(&self, server: &Server, path: &str) -> Answered {
        server.page_get(path, &self.browser).await
    }

    async fn post(&self, server: &Server, path: &str, said: &[(&str, &str)]) -> Answered {
        server.page_post(path, &self.browser, said).await
    }
}

/// The number of the thing of a field, as its form carries it.
fn number(page: &str, field: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"field\" value=\"{field}\""))
        .unwrap();
    let (_, rest) = rest.split_once("name=\"number\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn everything_is_shown_with_why_whence_until_when_and_who_used_it() {
    let server = Server::new().await;
    let me = Me::of(&server, "ada@example.com").await;
    let support = server.token("staff", Some("support")).await;
    let wanted = json!({ "person": me.person, "purpose": "answer-you", "fields": ["phone"] });
    assert_eq!(server.post("/v1/use", &support, &wanted).await.status, 200);
    server.door.sequence().await.unwrap();
    let page = me.get(&server, "/centre/en/about-me").await;
    assert_eq!(page.status, 200, "{}", page.text);
    for told in [
        "Ada Byron",
        "ada@example.com",
        "To answer you",
        "Form on our website",
        "goes on ",
        "23 November 2026 · To answer you",
        "Who you are and how to reach you",
    ] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
    assert_eq!(page.header("cache-control"), Some("no-store"));
    // A stranger is led to the sign-in, and somebody else sees their own.
    assert_eq!(server.get("/centre/en/about-me", "").await.status, 303);
    let other = Me::of(&server, "grace@example.com").await;
    let theirs = other.get(&server, "/centre/en/about-me").await;
    assert!(!theirs.text.contains("ada@example.com"));
}

#[tokio::test]
async fn a_place_is_shown_by_its_name_in_the_readers_language() {
    let server = Server::new().await;
    let me = Me::of(&server, "ada@example.com").await;
    let support = server.token("staff", Some("support")).await;
    let place = json!({
        "channel": "website-form", "person": me.person, "values": { "country": "us-ca" },
    });
    let stored = server.post("/v1/collect", &support, &place).await;
    assert_eq!(stored.status, 201, "{}", stored.body);
    for (language, name) in [
        ("en", "California (United States)"),
        ("fr", "California (États-Unis)"),
        ("zh", "California（美国）"),
    ] {
        let page = me
            .get(&server, &format!("/centre/{language}/about-me"))
            .await;
        assert!(page.text.contains(name), "{name}: {}", page.text);
    }
}

#[tokio::test]
async fn one_thing_is_changed_and_another_deleted() {
    let server = Server::new().await;
    let me = Me::of(&server, "ada@example.com").await;
    let page = me.get(&server, "/centre/en/about-me").await.text;
    let (email, phone) = (number(&page, "email"), number(&page, "phone"));
    let path = "/centre/en/about-me/change";
    let thing = [
        ("field", "email"),
        ("number", email.as_str()),
        ("now", "ada@example.com"),
    ];
    let asked = me.post(&server, path, &thing).await;
    assert!(
        asked.text.contains("value=\"ada@example.com\""),
        "{}",
        asked.text
    );
    let odd: Vec<_> = thing.into_iter().chain([("value", "<b>nowhere")]).collect();
    let odd = me.post(&server, path, &odd).await;
    assert_eq!(odd.status, 422, "{}", odd.text);
    assert!(odd.text.contains("value=\"&lt;b&gt;nowhere\"") && odd.text.contains("<title>Error: "));
    let right: Vec<_> = thing
        .into_iter()
        .chain([("value", "ada.byron@example.com")])
        .collect();
    let changed = me.post(&server, path, &right).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    assert!(
        changed.text.contains("/v1/ledger/receipts/"),
        "{}",
        changed.text
    );
    let path = "/centre/en/about-me/delete-one";
    let thing = [
        ("field", "phone"),
        ("number", phone.as_str()),
        ("now", "+1 212 555 0123"),
    ];
    let asked = me.post(&server, path, &thing).await;
    assert!(asked.text.contains("Delete this?"), "{}", asked.text);
    let sure: Vec<_> = thing.into_iter().chain([("sure", "yes")]).collect();
    let deleted = me.post(&server, path, &sure).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
    let page = me.get(&server, "/centre/en/about-me").await.text;
    assert!(
        page.contains("ada.byron@example.com") && !page.contains("name=\"field\" value=\"phone\"")
    );
    // Pressed twice, it is as pressed once.
    let again = me.post(&server, path, &sure).await;
    assert!(again.text.contains("not there any more"), "{}", again.text);
}

#[tokio::test]
async fn a_no_is_one_press_and_holds_with_the_next_use() {
    let server = Server::new().await;
    let me = Me::of(&server, "ada@example.com").await;
    let path = "/centre/fr/about-me/choices";
    let marketing = server.token("staff", Some("marketing")).await;
    let wanted = json!({ "person": me.person, "purpose": "marketing", "fields": ["email"] });
    assert_eq!(
        server.post("/v1/use", &marketing, &wanted).await.status,
        200
    );
    let page = me.get(&server, path).await;
    assert!(
        page.text.contains("value=\"object\"") && page.text.contains("Refuser"),
        "{}",
        page.text
    );
    let said = me
        .post(&server, path, &[("of", "marketing"), ("press", "object")])
        .await;
    assert!(said.text.contains("C’est fait"), "{}", said.text);
    assert_eq!(
        server.post("/v1/use", &marketing, &wanted).await.status,
        403
    );
    let back = me
        .post(&server, path, &[("of", "marketing"), ("press", "allow")])
        .await;
    assert_eq!(back.status, 200);
    assert_eq!(
        server.post("/v1/use", &marketing, &wanted).await.status,
        200
    );
    let refused = me
        .post(&server, path, &[("of", "keep-secure"), ("press", "object")])
        .await;
    assert!(refused.text.contains("role=\"alert\""), "{}", refused.text);
}

#[tokio::test]
async fn the_copy_holds_everything_in_every_form_and_no_formula() {
    let server = Server::new().await;
    let email = "ada@example.com";
    let person = server.person_with_a_recording(email, &[7; 100_000]).await;
    let browser = server.sign_in(email).await;
    let me = Me { person, browser };
    let page = me.get(&server, "/centre/en/about-me").await.text;
    let name = number(&page, "name");
    let evil = "=HYPERLINK(\"https://evil.example\") <script>alert(1)</script>";
    let change = [
        ("field", "name"),
        ("number", name.as_str()),
        ("value", evil),
    ];
    me.post(&server, "/centre/en/about-me/change", &change)
        .await;
    let copy = me.post(&server, "/centre/en/about-me/copy", &[]).await;
    assert_eq!(copy.status, 200, "{}", copy.text);
    assert_eq!(copy.header("content-type"), Some("application/zip"));
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(copy.bytes)).unwrap();
    let names: Vec<String> = zip
        .file_names()
        .map(|it| it.unwrap().into_owned())
        .collect();
    let mut read = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let csv = text(read("about-me.csv"));
    assert!(csv.contains("\"'=HYPERLINK(\"\"https"), "{csv}");
    assert!(csv.contains(email));
    let html = text(read("about-me.html"));
    assert!(
        html.contains("&lt;script&gt;") && !html.contains("<script>"),
        "{html}"
    );
    let json: serde_json::Value = serde_json::from_slice(&read("about-me.json")).unwrap();
    let values = json["values"].as_array().unwrap();
    assert!(values.iter().any(|value| value["value"] == email), "{json}");
    let file = names
        .iter()
        .find(|name| name.starts_with("files/"))
        .unwrap();
    assert_eq!(read(file), vec![7; 100_000]);
}

#[tokio::test]
async fn everything_is_deleted_when_the_page_answers_and_the_receipt_proves_it() {
    let server = Server::new().await;
    let me = Me::of(&server, "ada@example.com").await;
    let path = "/centre/en/about-me/delete";
    let unsure = me.post(&server, path, &[]).await;
    assert!(unsure.text.contains("Yes, delete everything"));
    let gone = me.post(&server, path, &[("sure", "yes")]).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    let (_, receipt) = gone.text.split_once("c2sp.org/tlog-proof@v1").unwrap();
    let receipt = format!(
        "c2sp.org/tlog-proof@v1{}",
        receipt.split_once("</pre>").unwrap().0
    );
    let checked = super::send(&server, "/centre/en/receipt", &[("receipt", &receipt)]).await;
    assert!(
        checked.text.contains("This receipt is genuine"),
        "{}",
        checked.text
    );
    let after = me.get(&server, "/centre/en/about-me").await.status;
    assert!(matches!(after, 303 | 404), "{after}");
}

#[tokio::test]
async fn what_was_done_is_told_with_receipts_and_confirmed_by_one_press() {
    let server = Server::new().await;
    let me = Me::of(&server, "ada@example.com").await;
    let right = me.post(&server, "/centre/de/about-me/right", &[]).await;
    assert!(right.text.contains("Danke."), "{}", right.text);
    server.door.sequence().await.unwrap();
    let page = me.get(&server, "/centre/de/about-me/history").await;
    assert_eq!(page.status, 200, "{}", page.text);
    for told in [
        "Eingegangen",
        "Berichtigt oder bestätigt",
        "/v1/ledger/receipts/",
        "23. November 2026",
    ] {
        assert!(page.text.contains(told), "{told}: {}", page.text);
    }
}

#[tokio::test]
async fn a_browsers_signal_is_taken_as_a_no_once_and_undoes_nothing_that_was_said() {
    let server = Server::new().await;
    let me = Me::of(&server, "ada@example.com").await;
    let page = |path: &'static str, gpc: &'static str| {
        server.page_get(path, &me.browser).with("sec-gpc", gpc)
    };
    let told = "We have taken it as your no";
    let no_signal = page("/centre/en/about-me", "0").await;
    assert!(!no_signal.text.contains(told), "{}", no_signal.text);
    let before = server.door.sequence().await.unwrap();
    let first = page("/centre/en/about-me", "1").await;
    assert!(first.text.contains(told), "{}", first.text);
    let count = server.door.sequence().await.unwrap();
    let entries = (before..count).filter_map(|index| server.door.entry(index).unwrap());
    let noes = entries.filter(|entry| {
        let entry: serde_json::Value = serde_json::from_slice(entry).unwrap();
        entry["act"] == "object" && entry["purpose"] == "marketing"
    });
    assert_eq!(noes.count(), 1);
    let second = page("/centre/en/about-me", "1").await;
    assert!(!second.text.contains(told), "it is told once");
    let allow = [("press", "allow"), ("of", "marketing")];
    me.post(&server, "/centre/en/about-me/choices", &allow)
        .await;
    let after = page("/centre/en/about-me/choices", "1").await;
    assert!(
        !after.text.contains(told),
        "what was allowed since stays allowed"
    );
    let said = "name=\"of\" value=\"marketing\"";
    let (_, rest) = after.text.split_once(said).unwrap();
    assert!(
        rest.split_once("</form>")
            .unwrap()
            .0
            .contains("value=\"object\""),
        "{rest}"
    );
}

/// The link to a copy that a page shows.
fn link(page: &str) -> String {
    let (_, rest) = page.split_once("/centre/en/copy/").unwrap();
    let secret = rest.split_once('<').unwrap().0;
    format!("/centre/en/copy/{secret}")
}

#[tokio::test]
async fn a_link_to_the_copy_leads_its_person_there_alone_until_its_day_or_end() {
    let server = Server::new().await;
    let ada = Me::of(&server, "ada@example.com").await;
    let grace = Me::of(&server, "grace@example.com").await;
    let make = "/centre/en/about-me/copy/link";
    let made = ada.post(&server, make, &[]).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let own = link(&made.text);
    assert!(!own.contains(&ada.person) && !own.contains("ada"), "{own}");
    let never = format!("/centre/en/copy/{}", "never".repeat(9).split_at(43).0);
    let nobody = Browser::default();
    let mut told = Vec::new();
    for (browser, path) in [
        (&grace.browser, own.as_str()),
        (&grace.browser, never.as_str()),
        (&nobody, own.as_str()),
        (&nobody, never.as_str()),
    ] {
        let opened = server.page_get(path, browser).await;
        let secret = path.rsplit('/').next().unwrap();
        told.push((opened.status, opened.text.replace(secret, "")));
    }
    assert!(told.iter().all(|it| *it == told[0] && it.0 == 404));
    let opened = ada.get(&server, &own).await;
    assert!(
        opened.status == 200 && opened.text.contains("Download the copy"),
        "{}",
        opened.text
    );
    // It is on record, and in her own list.
    server.door.sequence().await.unwrap();
    let history = ada.get(&server, "/centre/en/about-me/history").await;
    assert!(
        history.text.contains("A link to your copy was made"),
        "{}",
        history.text
    );
    let (_, rest) = opened.text.split_once("name=\"end\" value=\"").unwrap();
    let end = [("end", rest.split_once('"').unwrap().0)];
    let not_hers = grace.post(&server, make, &end).await;
    assert_eq!(not_hers.status, 422);
    assert_eq!(ada.post(&server, make, &end).await.status, 200);
    assert_eq!(ada.get(&server, &own).await.status, 404);
    let late = link(&ada.post(&server, make, &[]).await.text);
    server.clock.set("2026-11-30T12:00:00Z");
    let again = server.sign_in("ada@example.com").await;
    assert_eq!(server.page_get(&late, &again).await.status, 404);
    assert!(server.door.tidy_sign_in().await.unwrap() > 0);
}

#[tokio::test]
async fn whoever_signs_in_gets_where_they_wanted_to_go() {
    let server = Server::new().await;
    let ada = Me::of(&server, "ada@example.com").await;
    let made = ada.post(&server, "/centre/fr/about-me/copy/link", &[]);
    let text = made
        .await
        .text
        .replace("/centre/fr/copy/", "/centre/en/copy/");
    let copy = link(&text).replace("/en/", "/fr/");
    let asked = server.page_get(&copy, &Browser::default()).await;
    let (_, rest) = asked.text.split_once("href=\"/sign-in?").unwrap();
    let to_copy = rest.split_once('"').unwrap().0.replace("&amp;", "&");
    let choices = "/centre/fr/about-me/choices";
    let led = server.page_get(choices, &Browser::default()).await;
    let led = led.header("location").unwrap().to_owned();
    let to_choices = led.strip_prefix("/sign-in?").unwrap().to_owned();
    for (query, wanted) in [
        (to_copy, copy.as_str()),
        (to_choices, choices),
        (
            "lang=fr&to=https://example.com/".to_owned(),
            "/centre/fr/about-me",
        ),
    ] {
        let page = server
            .page_get(&format!("/sign-in?{query}"), &Browser::default())
            .await;
        let carried = query.replace('&', "&amp;");
        let is_ours = !query.contains("example.com");
        assert_eq!(page.text.contains(&carried), is_ours, "{}", page.text);
        let fields = [("address", "ada@example.com")];
        let path = format!("/sign-in?{query}");
        let asked = server.page_post(&path, &Browser::default(), &fields).await;
        let attempt = Browser {
            cookie: asked.cookie("kept-attempt"),
            form: String::new(),
        };
        let code = server.code().await.unwrap();
        let to_code = asked.header("location").unwrap().to_owned();
        let fields = [("code", code.as_str())];
        let shown = server.page_post(&to_code, &attempt, &fields).await;
        assert_eq!(shown.header("location"), Some(wanted), "{}", shown.text);
        server.clock.pass_seconds(60);
    }
}

#[tokio::test]
async fn nobody_has_more_than_five_links_and_erasing_leaves_none_that_leads_anywhere() {
    let server = Server::new().await;
    let ada = Me::of(&server, "ada@example.com").await;
    let make = "/centre/en/about-me/copy/link";
    let mut last = String::new();
    for _ in 0..5 {
        last = link(&ada.post(&server, make, &[]).await.text);
    }
    assert_eq!(ada.post(&server, make, &[]).await.status, 409);
    ada.post(&server, "/centre/en/about-me/delete", &[("sure", "yes")])
        .await;
    assert_eq!(ada.get(&server, &last).await.status, 404);
}

#[tokio::test]
async fn nothing_is_done_without_the_token_of_the_page_or_from_elsewhere() {
    let server = Server::new().await;
    let me = Me::of(&server, "ada@example.com").await;
    for path in [
        "delete",
        "choices",
        "change",
        "delete-one",
        "copy",
        "copy/link",
        "right",
    ] {
        let path = format!("/centre/en/about-me/{path}");
        let said = [("sure", "yes"), ("press", "pause")];
        let form = String::new();
        let cookie = me.browser.cookie.clone();
        let without = Browser { cookie, form };
        let bare = server.page_post(&path, &without, &said).await;
        assert!((400..500).contains(&bare.status), "{path} {}", bare.status);
        let riding = server.page_post(&path, &me.browser, &said);
        let riding = riding.with("sec-fetch-site", "cross-site").await;
        let status = riding.status;
        assert!((400..500).contains(&status), "{path} {status}");
    }
    let page = me.get(&server, "/centre/en/about-me").await;
    assert!(page.text.contains("ada@example.com"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"));
}

#[tokio::test]
async fn what_is_asked_while_signed_in_stands_among_ones_own_requests() {
    let server = Server::new().await;
    let me = Me::of(&server, "ada@example.com").await;
    let path = "/centre/en/question";
    let first = me.get(&server, path).await;
    let once = crate::centre::tests::hidden(&first.text, "once");
    let said = [
        ("once", once.as_str()),
        ("country", "US"),
        ("of-age", "yes"),
        ("message", "Who was told of my address?"),
        ("my-name", "Ada Byron"),
        ("my-email", "eve@example.com"),
        ("checked", "1"),
        ("go", "send"),
    ];
    // The form of the page carries nothing of the session.
    let nobody = Browser {
        form: String::new(),
        ..me.browser.clone()
    };
    let sent = server.page_post(path, &nobody, &said).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let (_, rest) = sent.text.split_once("class=\"reference\">").unwrap();
    let reference = rest.get(..9).unwrap();
    let own = me.get(&server, "/centre/en/about-me/requests").await;
    assert!(own.text.contains(reference), "{}", own.text);
    let held = me.get(&server, "/centre/en/about-me").await;
    assert!(held.text.contains("Who was told of my address?"));
    assert!(
        !held.text.contains("eve@example.com"),
        "nothing else is taken"
    );
}
