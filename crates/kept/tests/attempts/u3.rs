//! U3: what people request is provided: an answer goes to the one who asked, once, and to nobody
//! else, whatever they think of marketing.

use crate::house::{House, contact};
use crate::mail::{deliver, letters, message, queue, states, template};
use kept_processing::{Caller, Command, Sending, Undelivered};
use serde_json::json;

/// Somebody who asked something, and the number of the text.
async fn asker(house: &House, email: &str) -> (String, u64) {
    let support = house.token("staff", Some("support")).await;
    let mut record = contact(email);
    record["values"]["message"] = json!("Here is what you asked for.\n\nKind regards");
    let stored = house.post("/v1/collect", &support, &record).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let person = stored.body["person"].as_str().unwrap().to_owned();
    let wanted = json!({ "person": person, "purpose": "answer-you", "fields": ["message"] });
    let read = house.post("/v1/use", &support, &wanted).await;
    let number = read.body["values"][0]["number"].as_u64().unwrap();
    (person, number)
}

#[tokio::test]
async fn an_answer_is_the_stored_text_and_goes_to_its_own_person_alone() {
    let house = House::new().await;
    let folder = tempfile::tempdir().unwrap();
    let support = house.token("staff", Some("support")).await;
    let (asked, number) = asker(&house, "ada@example.com").await;
    let other = house.person("grace@example.com").await;
    for (person, number) in [(&asked, number), (&other, number), (&asked, 4_000)] {
        let body = json!({
            "person": person, "purpose": "answer-you",
            "item": { "field": "message", "number": number },
        });
        let queued = house.post("/v1/messages", &support, &body).await;
        assert_eq!(queued.status, 200, "{}", queued.text);
    }
    let round = deliver(&house, folder.path()).await;
    assert_eq!((round.sent, round.undeliverable), (1, 2));
    let letters = letters(folder.path());
    assert!(
        letters[0].contains("Here is what you asked for."),
        "{}",
        letters[0]
    );
    assert!(letters[0].contains("<ada@example.com>"), "{}", letters[0]);
    assert!(!letters[0].contains("List-Unsubscribe"), "{}", letters[0]);
}

#[tokio::test]
async fn an_answer_comes_once_and_also_to_those_who_want_no_marketing() {
    let house = House::new().await;
    template(&house, "answer", "provide-what-you-ask").await;
    let folder = tempfile::tempdir().unwrap();
    let person = house.person("ada@example.com").await;
    let object = Command::Object {
        person: person.parse().unwrap(),
        purpose: "marketing".to_owned(),
        objects: true,
    };
    house.done(&Caller::person(), object).await;
    for _ in 0..3 {
        let message = message(&person, "answer", "provide-what-you-ask", "request-7");
        queue(&house, "support", message).await;
        deliver(&house, folder.path()).await;
    }
    assert_eq!(letters(folder.path()).len(), 1);
    assert!(matches!(states(&house).await[..], [Sending::Gone { .. }]));
}

#[tokio::test]
async fn a_text_for_one_purpose_is_not_sent_for_another() {
    let house = House::new().await;
    template(&house, "answer", "provide-what-you-ask").await;
    let folder = tempfile::tempdir().unwrap();
    let person = house.person("ada@example.com").await;
    let marketing = house.token("staff", Some("marketing")).await;
    let body = json!({ "person": person, "purpose": "marketing", "template": "answer" });
    let told = house.post("/v1/messages", &marketing, &body).await;
    assert_eq!(
        (told.status, &told.body["place"]),
        (422, &json!("template")),
        "{}",
        told.text
    );
    // Through the door it can be asked for, and is not written.
    queue(
        &house,
        "marketing",
        message(&person, "answer", "marketing", "x"),
    )
    .await;
    assert_eq!(deliver(&house, folder.path()).await.sent, 0);
    let states = states(&house).await;
    let why = Undelivered::NoTemplate;
    assert!(matches!(states[..], [Sending::Undeliverable { why: w, .. }] if w == why));
}
