//! Forms as a browser meets them: languages, what is tied to what, and who may frame them.

use crate::api::testing::Server;

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
