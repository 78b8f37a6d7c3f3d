//! X2: a person may see, correct and delete what is held: all of it, and nobody else may in their
//! place without the right to.

use crate::house::{House, contact, staff};
use axum::http::Method;
use kept_processing::{Caller, Command, Effect, Use};
use kept_terms::{PersonId, Right};
use serde_json::{Value, json};

async fn fields(house: &House, caller: &Caller, person: PersonId) -> Option<Vec<String>> {
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    let performed = house.door().perform(caller, &export).await.unwrap();
    let Ok(Effect::Export(mut export)) = performed.outcome else {
        return None;
    };
    let mut fields = Vec::new();
    while let Some(page) = export.next_page(house.door()).await.unwrap() {
        fields.extend(page.into_iter().map(|value| value.field));
    }
    Some(fields)
}

#[tokio::test]
async fn a_person_sees_everything_and_a_stranger_nothing() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let all = fields(&house, &Caller::person(), person).await.unwrap();
    for field in ["name", "email", "phone"] {
        assert!(all.iter().any(|known| known == field), "{field}: {all:?}");
    }
    assert_eq!(
        fields(&house, &crate::house::administrator(), person).await,
        None
    );
    let sales = fields(&house, &staff("sales"), person)
        .await
        .unwrap_or_default();
    assert!(
        sales.len() < all.len(),
        "sales was handed everything: {sales:?}"
    );
    let answer = house.get(&format!("/v1/people/{person}/export"), "").await;
    assert!(
        answer.status == 401 || answer.status == 405,
        "{}",
        answer.status
    );
}

#[tokio::test]
async fn what_is_put_right_is_right_everywhere_and_the_wrong_is_gone() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let office = house.token("staff", Some("privacy-office")).await;
    let path = format!("/v1/people/{person}/rectify");
    let right = json!({ "field": "email", "value": "ada.byron@example.com" });
    let answer = house.post(&path, &office, &right).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let find = |email: &str| Command::Find {
        purpose: "keep-secure".to_owned(),
        field: "email".to_owned(),
        value: email.to_owned(),
    };
    for (email, expected) in [
        ("ada@example.com", None),
        ("ada.byron@example.com", Some(person)),
    ] {
        let found = house.done(&staff("support"), find(email)).await;
        let Ok(Effect::Found(found)) = found.outcome else {
            panic!("no answer");
        };
        assert_eq!(found, expected, "{email}");
    }
    // What is not an e-mail address does not take its place.
    let odd = json!({ "field": "email", "value": "nowhere" });
    assert_eq!(house.post(&path, &office, &odd).await.status, 422);
}

#[tokio::test]
async fn who_is_deleted_is_gone_on_every_way_in() {
    let mut house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let support = house.token("staff", Some("support")).await;
    let marketing = house.token("staff", Some("marketing")).await;
    let erase = format!("/v1/people/{person}/erase");
    let before = house.entries().await;
    let refused = house
        .ask(Method::POST, &erase, &marketing, Vec::new(), "")
        .await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let entry = house.door().entry(before);
    house.entries().await;
    let entry = entry
        .unwrap()
        .or_else(|| house.door().entry(before).unwrap())
        .unwrap();
    let entry: Value = serde_json::from_slice(&entry).unwrap();
    assert_eq!(
        (&entry["act"], &entry["outcome"]),
        (&json!("erase"), &json!("refused"))
    );

    house
        .done(&Caller::person(), Command::Erase { person })
        .await;
    let reading = Command::Use(Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["email".to_owned()],
    });
    assert!(
        house
            .door()
            .perform(&staff("support"), &reading)
            .await
            .is_err()
    );
    let trail = house
        .get(&format!("/v1/people/{person}/trail"), &support)
        .await;
    assert!(
        trail.status != 200 || !trail.text.contains("collect"),
        "{}",
        trail.text
    );
    // The same address again is somebody new.
    let again = house
        .post("/v1/collect", &support, &contact("ada@example.com"))
        .await;
    assert_ne!(again.body["person"], person.to_string());
    let shown = house.kept(&["person", "show", &person.to_string()]);
    assert_eq!(shown.code, 1, "{}{}", shown.out, shown.err);
}
