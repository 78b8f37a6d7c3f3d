//! Passkeys with a browser's own device: one is added, signs in, and is removed, by keyboard alone.

use crate::about_me::sign_in;
use crate::browser::{DESK, PHONE, PLAIN, Setting, Visit};
use std::time::Duration;

/// Adds a passkey to whoever just signed in.
async fn add(visit: &Visit, language: &str) {
    visit.go(&format!("/me/sign-in?lang={language}")).await;
    visit.sound(&format!("passkeys-none-{language}")).await;
    visit.fill("input[name=name]", "My laptop").await;
    visit.follow("form[data-passkey=make] button").await;
    visit.sound(&format!("passkeys-added-{language}")).await;
    visit.go(&format!("/me/sign-in?lang={language}")).await;
    visit.says("My laptop").await;
    visit.sound(&format!("passkeys-one-{language}")).await;
}

async fn sign_out(visit: &Visit) {
    visit.follow("form[action^='/sign-out'] button").await;
    visit.go("/me").await;
    visit.says("name=\"address\"").await;
}

async fn everything(setting: Setting) {
    let visit = Visit::begin(setting).await;
    let device = visit.client.add_device().await;
    visit.house.person("ada@example.com").await;
    sign_in(&visit, "en").await;
    add(&visit, "en").await;
    assert_eq!(visit.client.passkeys(&device).await, 1);
    visit.go("/centre/en/about-me").await;
    visit.says("My laptop").await;
    visit.sound("passkeys-about-me").await;
    visit.go("/me/sign-in?lang=en").await;
    sign_out(&visit).await;
    // Somebody else holds the device.
    visit.client.device_sees_owner(&device, false).await;
    visit.go("/sign-in?lang=en").await;
    visit.sound("passkeys-sign-in").await;
    visit.tab_to("form[data-passkey=show] button").await;
    visit.press("\u{E007}").await;
    seen(&visit, "form[data-passkey=show] [role=alert]").await;
    visit.sound("passkeys-broke-off").await;
    visit.client.device_sees_owner(&device, true).await;
    visit.follow("form[data-passkey=show] button").await;
    visit.says("ada@example.com").await;
    // It is removed, and opens nothing any more.
    visit.go("/me/sign-in?lang=en").await;
    visit
        .follow("form[action^='/me/sign-in/no-passkey'] button")
        .await;
    visit.sound("passkeys-removed").await;
    visit.go("/me/sign-in?lang=en").await;
    sign_out(&visit).await;
    visit.go("/sign-in?lang=en").await;
    visit.follow("form[data-passkey=show] button").await;
    visit.says("does not open anything").await;
    visit.sound("passkeys-wrong").await;
    visit.end().await;
}

/// Waits until something on the page is seen.
async fn seen(visit: &Visit, selector: &str) {
    let script = "return document.querySelector(arguments[0]).checkVisibility()";
    for _ in 0..500 {
        let is_seen = visit
            .client
            .run(script, serde_json::json!([selector]))
            .await;
        if is_seen == serde_json::json!(true) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{selector} is never seen: {}", visit.source().await);
}

#[tokio::test]
async fn a_passkey_is_added_signs_in_and_is_removed() {
    everything(DESK).await;
}

#[tokio::test]
async fn a_passkey_on_a_phone() {
    everything(PHONE).await;
}

#[tokio::test]
async fn passkeys_in_the_other_languages() {
    let visit = Visit::begin(PHONE).await;
    visit.client.add_device().await;
    visit.house.person("ada@example.com").await;
    for language in ["de", "fr", "zh"] {
        sign_in(&visit, language).await;
        add(&visit, language).await;
        visit
            .follow("form[action^='/me/sign-in/no-passkey'] button")
            .await;
        visit.go(&format!("/me/sign-in?lang={language}")).await;
        sign_out(&visit).await;
        visit.go(&format!("/sign-in?lang={language}")).await;
        visit.sound(&format!("passkeys-sign-in-{language}")).await;
    }
    visit.end().await;
}

#[tokio::test]
async fn without_scripts_nothing_is_offered_that_needs_them() {
    let visit = Visit::begin(PLAIN).await;
    visit.house.person("ada@example.com").await;
    sign_in(&visit, "en").await;
    visit.go("/me/sign-in?lang=en").await;
    for selector in ["form[data-passkey=make]", "p[role=alert]"] {
        let form = visit.client.find(selector).await;
        assert!(!visit.client.is_shown(&form).await, "{selector}");
    }
    visit.end().await;
}
