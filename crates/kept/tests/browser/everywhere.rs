//! Every page that anybody sees, in every language, at the width of a desk and of a phone.

use crate::browser::{DESK, PHONE, Setting, Visit};

const PAGES: [&str; 6] = [
    "",
    "/question",
    "/complaint",
    "/child",
    "/for-somebody",
    "/receipt",
];

async fn every_page(setting: Setting) {
    let visit = Visit::begin(setting).await;
    for language in ["en", "fr", "de", "zh"] {
        for page in PAGES {
            let path = format!("/centre/{language}{page}");
            visit.go(&path).await;
            let source = visit.source().await;
            assert!(source.contains(&format!("lang=\"{language}\"")), "{path}");
            visit.sound(&path).await;
        }
    }
    for path in [
        "/policy/north-america",
        "/policy/germany",
        "/policies",
        "/policy/france/versions",
        "/forms/website-form?lang=de",
        "/u/none",
    ] {
        visit.go(path).await;
        visit.sound(path).await;
    }
    visit.end().await;
}

#[tokio::test]
async fn every_page_in_every_language_at_a_desk() {
    every_page(DESK).await;
}

#[tokio::test]
async fn every_page_in_every_language_on_a_phone() {
    every_page(PHONE).await;
}
