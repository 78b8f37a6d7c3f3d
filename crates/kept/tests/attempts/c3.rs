//! C3: what people enter in forms, taken in as anybody's word.

use crate::house::{Answered, House, staff};
use axum::http::Method;
use kept_processing::{Command, Effect, Shown, Use};

const FORM: &str = "application/x-www-form-urlencoded";

async fn send(house: &House, path: &str, body: &str) -> Answered {
    let body = body.as_bytes().to_vec();
    house.ask(Method::POST, path, "", body, FORM).await
}

#[tokio::test]
async fn a_form_takes_what_it_asks_and_nothing_else() {
    let house = House::new().await;
    for (body, status) in [
        ("name=Ada+Byron&kept-of-age=yes&call-recording=x", 422),
        ("name=Ada+Byron&kept-of-age=yes&name=Grace", 422),
        ("name=Ada+Byron&email=nobody&kept-of-age=yes", 422),
        (
            "name=Ada+Byron&kept-homepage=http%3A%2F%2Fexample.com&kept-of-age=yes",
            422,
        ),
        ("name=%ff&kept-of-age=yes", 422),
        ("kept-of-age=yes", 422),
        ("name=Ada+Byron", 422),
    ] {
        let answer = send(&house, "/forms/website-form?lang=en", body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.text);
    }
    // What is not open to everybody has no form.
    assert_eq!(house.get("/forms/telephone", "").await.status, 404);
    assert_eq!(
        send(&house, "/forms/telephone", "name=Ada").await.status,
        404
    );
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn what_is_wrong_stands_beside_what_was_typed() {
    let house = House::new().await;
    let body = "name=Ada+%3Cb%3EByron&email=nobody&kept-of-age=yes";
    let answer = send(&house, "/forms/website-form?lang=de", body).await;
    assert!(
        answer.text.contains("Ada &lt;b&gt;Byron"),
        "{}",
        answer.text
    );
    assert!(answer.text.contains("aria-invalid=\"true\"") && answer.text.contains("f-email-wrong"));
    assert!(answer.text.contains("lang=\"de\""));
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn a_form_changes_nothing_that_is_held_of_somebody() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let body = "name=Eve&email=ada%40example.com&phone=%2B12125550199&country=MX&message=Hello\
                &kept-of-age=yes";
    let answer = send(&house, "/forms/website-form", body).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let wanted = Use {
        person: person.parse().unwrap(),
        purpose: "answer-you".to_owned(),
        fields: vec!["name".to_owned(), "message".to_owned()],
    };
    let performed = house.done(&staff("support"), Command::Use(wanted)).await;
    let Ok(Effect::Values(values)) = performed.outcome else {
        panic!("nothing was shown");
    };
    let texts = values.iter().map(|value| match &value.value {
        Shown::Clear(text) => text.to_string(),
        _ => String::new(),
    });
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    assert_eq!(texts, ["Ada Byron", "Hello"]);
}

#[tokio::test]
async fn somebody_too_young_leaves_nothing_and_an_address_cannot_flood() {
    let house = House::new().await;
    let body = "name=Pip+Marsh&email=pip%40example.org&message=Hi&kept-of-age=no";
    let before = house.entries().await;
    let answer = send(&house, "/forms/website-form", body).await;
    assert!(answer.status == 403 && !answer.text.contains("Pip Marsh"));
    // Nobody said where they are, so the age that protects the most holds.
    let clause = "north-america#refuse.children-canada";
    house.recorded(before, clause, "under-age").await;
    let described = house.get("/v1/forms/website-form?lang=fr", "").await;
    assert_eq!(described.body["asks-age"], 13);
    // Age is asked where the clause has it asked, and nowhere else.
    let support = house.get("/v1/forms/support", "").await;
    assert!(support.body["asks-age"].is_null() && support.body["fields"].is_array());
    let mut last = 0;
    for _ in 0..11 {
        last = send(&house, "/forms/website-form", "").await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}
