//! Forms as a browser meets them: languages, what is tied to what, and who may frame them.

use crate::api::testing::{Server, policy_of};
use serde_json::json;

#[tokio::test]
async fn a_form_speaks_the_language_that_is_asked_for() {
    let server = Server::new().await;
    for (lang, title) in [
        ("en", "needed"),
        ("fr", "nécessaire"),
        ("de", "nötig"),
        ("zh", "必填"),
    ] {
        let path = format!("/forms/support?service=online-support&lang={lang}");
        let page = server.get(&path, "").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains(&format!("<html lang=\"{lang}\">")));
        assert!(page.text.contains(title), "{lang}: {}", page.text);
    }
    let browser = server
        .get("/forms/support", "")
        .with("accept-language", "fr-CA, en");
    assert!(browser.await.text.contains("<html lang=\"fr\">"));
}

#[tokio::test]
async fn every_input_has_a_label_and_every_reference_leads_somewhere() {
    let server = Server::new().await;
    let page = server.get("/forms/website-form?lang=en", "").await.text;
    let values = |attribute: &str| -> Vec<String> {
        let opening = format!(" {attribute}=\"");
        let parts = page.split(&opening).skip(1);
        let values = parts.filter_map(|part| part.split('"').next());
        values
            .flat_map(|it| it.split(' '))
            .map(str::to_owned)
            .collect()
    };
    let ids = values("id");
    for about in values("aria-describedby").iter().chain(&values("for")) {
        assert!(ids.contains(about), "{about}");
    }
    let labelled = values("for");
    for id in ids
        .iter()
        .filter(|id| id.starts_with("f-") && id.matches('-').count() == 1)
    {
        assert!(
            labelled.contains(id) || page.contains(&format!("fieldset id=\"{id}\"")),
            "{id}"
        );
    }
    assert!(!page.contains("<script") && page.contains("autocomplete=\"email\""));
}

#[tokio::test]
async fn a_form_from_another_site_or_in_another_form_is_turned_away() {
    let server = Server::new().await;
    let post = |body: &'static str| {
        let body = body.as_bytes().to_vec();
        server.ask(axum::http::Method::POST, "/forms/website-form", "", body)
    };
    let form = "application/x-www-form-urlencoded";
    let ride = post("kept-of-age=yes&name=Ada")
        .with("content-type", form)
        .with("sec-fetch-site", "cross-site");
    assert_eq!(ride.await.status, 400);
    let odd = post("{}").with("content-type", "application/json").await;
    assert_eq!(odd.status, 415);
    assert_eq!(
        server
            .get("/forms/website-form?lang=en&evil=1", "")
            .await
            .status,
        422
    );
    assert_eq!(server.get("/v1/forms/pigeon", "").await.status, 404);
}

/// The donation page of a policy whose clause on special categories is written otherwise.
async fn donations(clause: &str) -> Server {
    let policy = policy_of("winding-river", |_, text| {
        let (before, rest) = text.split_once("[refuse.sensitive]").unwrap();
        let (_, after) = rest.split_once("then    = \"redact\"\n").unwrap();
        format!("{before}{clause}{after}")
    });
    Server::under(policy).await
}

async fn said(server: &Server) -> String {
    let page = server.get("/forms/donation-page?lang=en", "").await;
    assert_eq!(page.status, 200, "{}", page.text);
    page.text
}

#[tokio::test]
async fn a_form_says_of_special_categories_what_its_clauses_do_and_nothing_else() {
    let all = "[refuse.sensitive]\nclasses = \"all\"\n";
    let both = "in = [\"fields\", \"free-text\"]\n";
    let strikes = "we strike it out before it is stored";
    let refuses = "we take nothing of what you send";

    let server = donations(&format!("{all}{both}then = \"redact\"\n")).await;
    let page = said(&server).await;
    assert!(
        page.contains(strikes) && page.contains("your health, beliefs"),
        "{page}"
    );
    assert!(
        !page.contains(refuses) && !page.contains("We look for it under"),
        "{page}"
    );

    let server = donations(&format!("{all}{both}then = \"refuse\"\n")).await;
    let page = said(&server).await;
    assert!(page.contains(refuses) && !page.contains(strikes), "{page}");

    // Where it is looked for in what is written freely alone, a name is not looked through.
    let free = "classes = [\"health\"]\nin = [\"free-text\"]\nthen = \"redact\"\n";
    let server = donations(&format!("[refuse.sensitive]\n{free}")).await;
    let page = said(&server).await;
    let there = "this: health, we strike it out before it is stored. \
                 We look for it under: Home address.";
    assert!(page.contains(there) && !page.contains("beliefs"), "{page}");
    let described = server.get("/v1/forms/donation-page", "").await;
    let health =
        json!([{ "categories": ["health"], "then": "redact", "fields": ["home-address"] }]);
    assert_eq!(described.body["sensitive"], health, "{}", described.text);

    let files = "in = [\"attachments\"]\nthen = \"refuse\"\n";
    for clause in [format!("{all}{files}"), narrative()] {
        let page = said(&donations(&clause).await).await;
        assert!(!page.contains(strikes) && !page.contains(refuses), "{page}");
        assert!(!page.contains("class=\"sensitive\""), "{page}");
    }
}

/// A clause that says nothing of special categories, for prose that needs one.
fn narrative() -> String {
    "[answer.sensitive]\nwarned = true\n".to_owned()
}

#[tokio::test]
async fn a_form_says_that_a_parent_may_agree_where_one_may() {
    let young = "asked-through = [\"donation-page\", \"volunteer-form\"]\n";
    let parent = format!("{young}parent-agrees = [\"signed-form\"]\n");
    let alone = policy_of("winding-river", |_, text| text);
    let agreed = policy_of("winding-river", |_, text| text.replacen(young, &parent, 1));
    let body = b"full-name=Pip+Marsh&kept-of-age=no".to_vec();
    let form = "application/x-www-form-urlencoded";
    for (policy, says, answers) in [
        (
            alone,
            "We take nothing from anybody younger",
            "You are too young",
        ),
        (
            agreed,
            "only once a parent has agreed",
            "A parent has to agree first",
        ),
    ] {
        let server = Server::under(policy).await;
        let page = said(&server).await;
        assert!(page.contains(says), "{page}");
        assert_eq!(
            page.contains("We take nothing"),
            says.contains("We take nothing")
        );
        let path = "/forms/donation-page?lang=en";
        let sent = server.ask(axum::http::Method::POST, path, "", body.clone());
        let sent = sent.with("content-type", form).await;
        assert!(
            sent.status == 403 && sent.text.contains(answers),
            "{}",
            sent.text
        );
        assert!(!sent.text.contains("Pip Marsh"));
    }
}
