//! What people ask without signing in, asked by keyboard alone.

use crate::about_me::sign_in;
use crate::browser::{DESK, PHONE, PLAIN, SPACE, Setting, Visit};
use kept_processing::case::Kind;
use kept_processing::{Caller, Casing, Command, Opening};
use kept_terms::PersonId;

async fn a_complaint(setting: Setting) {
    let visit = Visit::begin(setting).await;
    visit.go("/centre/en").await;
    visit.follow("a[href='/centre/en/complaint']").await;
    visit.sound("complaint-where").await;
    // The browser's language has a country, which is only to be confirmed.
    visit.follow(".go button").await;
    visit.says("13 years old or older").await;
    visit.sound("complaint-age").await;
    // Nothing said, and the page says what is missing.
    visit.follow(".go button").await;
    let title = visit.title().await;
    assert!(title.starts_with("Error: "), "{title}");
    visit.sound("complaint-wrong").await;
    visit.tab_to("#f-of-age").await;
    visit.press(SPACE).await;
    visit.follow(".go button").await;
    visit.fill("#f-message", "My copy never came.").await;
    visit.sound("complaint-what").await;
    // In another language everything is still there, what was just typed included.
    visit.follow("nav.tongues button[lang=fr]").await;
    visit.says("lang=\"fr\"").await;
    visit.says("My copy never came.").await;
    visit.sound("complaint-what-fr").await;
    visit.follow("nav.tongues button[lang=en]").await;
    visit.says("My copy never came.").await;
    visit.follow(".go button").await;
    visit.fill("#f-my-name", "Ada Byron").await;
    visit.fill("#f-my-email", "nowhere").await;
    visit.follow(".go button").await;
    visit.says("Write an e-mail address").await;
    visit.fill("#f-my-email", "ada@example.com").await;
    visit.follow(".go button").await;
    visit.says("Check your answers").await;
    visit.sound("complaint-check").await;
    // An answer is changed, and the rest is still there.
    visit.follow("button[name=go][value='2']").await;
    visit.fill("#f-message", " I asked twice.").await;
    visit.follow(".go button").await;
    visit.says("I asked twice.").await;
    visit.follow(".go button[value=send]").await;
    visit.says("Your reference").await;
    visit.sound("complaint-sent").await;
    visit.end().await;
}

#[tokio::test]
async fn a_receipt_is_chosen_as_a_file() {
    let visit = Visit::begin(DESK).await;
    visit.house.person("ada@example.com").await;
    visit.house.entries().await;
    let receipt = visit.house.get("/v1/ledger/receipts/0", "").await.text;
    let file = visit.house.folder.path().join("receipt.txt");
    std::fs::write(&file, receipt).unwrap();
    visit.go("/centre/en/receipt").await;
    visit.sound("receipt-file").await;
    visit.tab_to("input[type=file]").await;
    visit.press(file.to_str().unwrap()).await;
    visit.follow(".go button").await;
    visit.says("This receipt is genuine").await;
    visit.end().await;
}

#[tokio::test]
async fn a_complaint_with_scripts() {
    a_complaint(DESK).await;
}

#[tokio::test]
async fn a_complaint_without_scripts() {
    a_complaint(PLAIN).await;
}

#[tokio::test]
async fn a_complaint_on_a_phone() {
    a_complaint(PHONE).await;
}

/// The page of a country, which the browser's language may have filled in, and that of an age.
async fn begin(visit: &Visit, language: &str, path: &str, asks_age: bool) {
    visit.go(&format!("/centre/{language}{path}")).await;
    visit.sound(&format!("{path}-where-{language}")).await;
    visit.follow(".go button").await;
    if visit.title().await.contains(": ") && visit.source().await.contains("aria-invalid=\"true\"")
    {
        // No country was filled in, and the page says so.
        visit.sound(&format!("{path}-where-wrong-{language}")).await;
        visit.tab_to("#f-country").await;
        visit.press("United S").await;
        visit.follow(".go button").await;
    }
    if asks_age {
        visit.tab_to("#f-of-age").await;
        visit.press(SPACE).await;
        visit.follow(".go button").await;
    }
}

async fn who(visit: &Visit, language: &str, path: &str) {
    visit.fill("#f-my-name", "Ada Byron").await;
    visit.fill("#f-my-email", "ada@example.com").await;
    visit.sound(&format!("{path}-who-{language}")).await;
    visit.follow(".go button").await;
    send(visit, language, path).await;
}

async fn send(visit: &Visit, language: &str, path: &str) {
    visit.sound(&format!("{path}-check-{language}")).await;
    visit.follow(".go button[value=send]").await;
    visit.says("class=\"reference\"").await;
    visit.sound(&format!("{path}-sent-{language}")).await;
}

async fn a_question(setting: Setting, language: &str) {
    let visit = Visit::begin(setting).await;
    begin(&visit, language, "/question", true).await;
    visit.fill("#f-message", "What do you hold about me?").await;
    visit.sound(&format!("question-what-{language}")).await;
    visit.follow(".go button").await;
    who(&visit, language, "/question").await;
    visit.end().await;
}

async fn a_report(setting: Setting, language: &str) {
    let visit = Visit::begin(setting).await;
    begin(&visit, language, "/child", false).await;
    visit.follow(".go button").await;
    visit.sound(&format!("child-wrong-{language}")).await;
    visit.fill("#f-their-email", "kid@example.com").await;
    visit.sound(&format!("child-whom-{language}")).await;
    visit.follow(".go button").await;
    visit.fill("#f-message", "On your forum, in May.").await;
    visit.follow(".go button").await;
    // Nobody has to say who they are.
    visit.sound(&format!("child-reach-{language}")).await;
    visit.follow(".go button").await;
    send(&visit, language, "/child").await;
    visit.end().await;
}

async fn for_somebody(setting: Setting, language: &str) {
    let visit = Visit::begin(setting).await;
    begin(&visit, language, "/for-somebody", true).await;
    visit.tab_to("#f-wish").await;
    visit.press(SPACE).await;
    visit.sound(&format!("agent-wish-{language}")).await;
    visit.follow(".go button").await;
    visit.fill("#f-their-name", "Bob Example").await;
    visit.fill("#f-their-email", "bob@example.com").await;
    visit.sound(&format!("agent-whom-{language}")).await;
    visit.follow(".go button").await;
    visit.fill("#f-message", "I am his lawyer.").await;
    visit.sound(&format!("agent-authority-{language}")).await;
    visit.follow(".go button").await;
    who(&visit, language, "/for-somebody").await;
    visit.end().await;
}

#[tokio::test]
async fn a_question_in_every_setting() {
    for (setting, language) in [(DESK, "en"), (PLAIN, "de"), (PHONE, "fr"), (PHONE, "zh")] {
        a_question(setting, language).await;
    }
}

#[tokio::test]
async fn a_report_of_a_child_in_every_setting() {
    for (setting, language) in [(DESK, "fr"), (PLAIN, "zh"), (PHONE, "en"), (PHONE, "de")] {
        a_report(setting, language).await;
    }
}

#[tokio::test]
async fn a_request_for_somebody_in_every_setting() {
    for (setting, language) in [(DESK, "de"), (PLAIN, "en"), (PHONE, "zh"), (PHONE, "fr")] {
        for_somebody(setting, language).await;
    }
}

async fn own_cases(setting: Setting, language: &str) {
    let visit = Visit::begin(setting).await;
    let person: PersonId = visit.house.person("ada@example.com").await.parse().unwrap();
    for kind in [Kind::Access, Kind::Complaint] {
        let opening = Opening::of(kind, person);
        let open = Command::own_case(person, Casing::Open(Box::new(opening)));
        visit.house.done(&Caller::person(), open).await;
    }
    sign_in(&visit, language).await;
    let path = format!("/centre/{language}/about-me/requests");
    visit.go(&path).await;
    visit.sound(&format!("requests-{language}")).await;
    // The complaint goes to the next stage by one press; what was asked is taken back by another.
    visit.follow("button[value=further]").await;
    visit.sound(&format!("requests-further-{language}")).await;
    visit.says("30").await;
    visit.follow("button[value=back]").await;
    visit.sound(&format!("requests-back-{language}")).await;
    visit.end().await;
}

#[tokio::test]
async fn what_somebody_asked_and_its_stages_in_every_setting() {
    for (setting, language) in [(DESK, "en"), (PLAIN, "fr"), (PHONE, "de"), (PHONE, "zh")] {
        own_cases(setting, language).await;
    }
}
