//! What people ask without signing in, asked by keyboard alone.

use crate::browser::{DESK, PHONE, PLAIN, SPACE, Setting, Visit};

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
