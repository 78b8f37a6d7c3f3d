//! What people see and do once they are signed in, by keyboard alone.

use crate::browser::{DESK, PHONE, PLAIN, Setting, Visit};
use crate::house::{House, altered};
use kept_processing::{Ended, Handing};

/// Everything that waits is handed over; the answer is the last code among it.
pub async fn code(visit: &Visit) -> String {
    let door = visit.house.door();
    let mut code = None;
    for message in door.due_post(100).await.unwrap() {
        if let Handing::Leave(parcel) = door.hand_out(&message).await.unwrap() {
            door.settle(&parcel.message, Ended::Taken).await.unwrap();
            code = parcel.code.map(|it| it.to_string()).or(code);
        }
    }
    code.expect("a code is on its way")
}

pub async fn sign_in(visit: &Visit, language: &str) {
    visit.go(&format!("/centre/{language}/about-me")).await;
    visit.sound(&format!("sign-in-{language}")).await;
    visit.fill("input[name=address]", "ada@example.com").await;
    visit.follow("main form button[type=submit]").await;
    visit.sound(&format!("sign-in-code-{language}")).await;
    let code = code(visit).await;
    visit.fill("input[name=code]", &code).await;
    visit.follow("main form button[type=submit]").await;
    visit.says(&format!("lang=\"{language}\"")).await;
    visit.says("ada@example.com").await;
}

async fn everything(setting: Setting) {
    let visit = Visit::begin(setting).await;
    visit.house.person("ada@example.com").await;
    sign_in(&visit, "en").await;
    visit.sound("about-me").await;
    // Something is changed.
    visit
        .follow("input[name=field][value=phone] ~ button")
        .await;
    visit.sound("about-me-change").await;
    visit.tab_to("#f-value").await;
    visit.press("\u{E009}a").await;
    visit.press("\u{E000}").await;
    visit.fill("#f-value", "nothing").await;
    visit.follow(".go button").await;
    assert!(
        visit.title().await.starts_with("Error: "),
        "{}",
        visit.source().await
    );
    visit.sound("about-me-change-wrong").await;
    visit.tab_to("#f-value").await;
    visit.press("\u{E009}a").await;
    visit.fill("#f-value", "+1 212 555 0199").await;
    visit.follow(".go button").await;
    visit.says("It is changed").await;
    visit.sound("about-me-changed").await;
    // Something is deleted.
    visit.go("/centre/en/about-me").await;
    visit.follow("button[formaction$=delete-one]").await;
    visit.sound("about-me-delete-one").await;
    visit.follow(".go button.grave").await;
    visit.says("It is deleted").await;
    // A no is one press.
    visit.go("/centre/en/about-me/choices").await;
    visit.sound("about-me-choices").await;
    visit.follow("button[value=object]").await;
    visit.says("It holds from this moment").await;
    visit.sound("about-me-choices-said").await;
    for page in ["history", "copy", "delete"] {
        visit.go(&format!("/centre/en/about-me/{page}")).await;
        visit.sound(&format!("about-me-{page}")).await;
    }
    visit.go("/centre/en/about-me/copy").await;
    visit
        .follow("form[action$='/copy/link'] button.second")
        .await;
    visit.says("Here is the link").await;
    visit.sound("about-me-copy-link").await;
    visit
        .follow("form[action$='/copy/link'] button.plain")
        .await;
    visit.says("The link is ended").await;
    visit.go("/centre/en/copy/nothing").await;
    visit.says("This link leads nowhere").await;
    visit.sound("about-me-copy-nowhere").await;
    visit.go("/centre/en/about-me/delete").await;
    visit.follow(".go button.grave").await;
    visit.says("Everything about you is deleted").await;
    visit.sound("about-me-deleted").await;
    visit.end().await;
}

#[tokio::test]
async fn a_browsers_signal_is_taken_as_a_no_and_told_once() {
    let visit = Visit::begin(DESK).await;
    visit.house.person("ada@example.com").await;
    visit.client.send_header("Sec-GPC", "1").await;
    sign_in(&visit, "en").await;
    visit.says("We have taken it as your no").await;
    visit.sound("signal-taken").await;
    visit.go("/centre/en/about-me").await;
    let again = visit.source().await;
    assert!(!again.contains("We have taken it as your no"), "{again}");
    visit.go("/centre/en/about-me/choices").await;
    visit.says("Not allowed: you said no").await;
    visit.sound("signal-choices").await;
    visit.end().await;
}

#[tokio::test]
async fn everything_about_me_with_scripts() {
    everything(DESK).await;
}

#[tokio::test]
async fn everything_about_me_without_scripts() {
    everything(PLAIN).await;
}

#[tokio::test]
async fn everything_about_me_on_a_phone() {
    everything(PHONE).await;
}

#[tokio::test]
async fn what_a_law_has_stay_is_said_before_everything_else_is_deleted_and_after() {
    let mut house = House::new().await;
    let clause = "[keep.contact]\n";
    let law = format!("{clause}obliged-by = \"the Invented Books Act, section 3\"\n");
    let policy = altered(&house, "north-america.md", clause, &law);
    house.reopen_under(&policy).await;
    let visit = Visit::to(house, PHONE).await;
    visit.house.person("ada@example.com").await;
    sign_in(&visit, "en").await;
    visit.go("/centre/en/about-me/delete").await;
    visit.says("the Invented Books Act, section 3").await;
    visit.sound("about-me-delete-by-law").await;
    visit.follow(".go button.grave").await;
    visit.says("but what the law has us keep").await;
    visit
        .says("A law obliges us to keep this for its time")
        .await;
    visit.sound("about-me-deleted-by-law").await;
    visit.end().await;
}

#[tokio::test]
async fn about_me_in_the_other_languages() {
    let visit = Visit::begin(PHONE).await;
    visit.house.person("ada@example.com").await;
    for (at, language) in ["de", "fr", "zh"].into_iter().enumerate() {
        match at {
            0 => sign_in(&visit, language).await,
            _ => visit.go(&format!("/centre/{language}/about-me")).await,
        }
        visit.sound(&format!("about-me-{language}")).await;
        for page in ["choices", "history", "copy", "delete"] {
            let path = format!("/centre/{language}/about-me/{page}");
            visit.go(&path).await;
            visit.sound(&path).await;
        }
    }
    visit.end().await;
}
