//! C2: a training profile of courses attended and courses due, out of the catalogue.

use crate::house::{House, staff};
use axum::http::Method;
use kept_processing::{Administration, Command, Registered};
use serde_json::{Value, json};

const CLAUSE: &str = "north-america#collect.training";

fn course(id: &str, title: &str) -> Registered {
    let course = json!({ "kind": "course", "id": id, "title": title, "valid-for": "P1Y" });
    serde_json::from_value(course).unwrap()
}

async fn catalogue(house: &House) {
    for (id, title) in [("first-aid", "First aid"), ("data-care", "Data care")] {
        let register = Administration::Register(course(id, title));
        house
            .done(&staff("trainer"), Command::Administer(register))
            .await;
    }
}

fn trained(email: &str, field: &str, value: &str) -> Value {
    json!({
        "channel": "training-import", "country": "US", "values": { "email": email, field: value },
    })
}

#[tokio::test]
async fn only_those_who_keep_the_catalogue_change_it() {
    let mut house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    let register = Administration::Register(course("first-aid", "First aid"));
    let command = Command::Administer(register);
    let (clause, why) = ("north-america#secure", "not-administrator");
    house.refused(&staff("support"), command, clause, why).await;
    let body = br#"{"title":"First aid"}"#.to_vec();
    let path = "/v1/registers/course/first-aid";
    let media = "application/json";
    let put = house.ask(Method::PUT, path, &support, body.clone(), media);
    put.await.refused(clause, why);
    let delete = house.ask(Method::DELETE, path, &support, Vec::new(), "");
    assert_eq!(delete.await.status, 404);
    // Who keeps courses keeps no clients.
    let trainer = house.token("staff", Some("trainer")).await;
    let client = br#"{"name":"Acme"}"#.to_vec();
    let put = house.ask(
        Method::PUT,
        "/v1/registers/client/acme",
        &trainer,
        client,
        media,
    );
    put.await.refused(clause, why);
    let put = house.ask(Method::PUT, path, &trainer, body, media).await;
    assert_eq!(put.status, 200, "{}", put.text);
    let listed = house.get("/v1/registers?kind=course", &trainer).await;
    assert_eq!(listed.body["registered"][0]["id"], "first-aid");

    let file = r#"{ "kind": "course", "id": "first-aid", "title": "Second aid" }"#;
    std::fs::write(house.folder.path().join("course.json"), file).unwrap();
    house
        .kept(&["register", "put", "course.json", "--role", "support"])
        .refused(clause);
    house.reopen().await;
    assert_eq!(house.door().registered()[0].title(), "First aid");
}

#[tokio::test]
async fn a_course_outside_the_catalogue_is_nobodys() {
    let mut house = House::new().await;
    catalogue(&house).await;
    let trainer = house.token("staff", Some("trainer")).await;
    let unknown = trained("ada@example.com", "course-attended", "Lion taming");
    let answer = house.post("/v1/collect", &trainer, &unknown).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("names no course") && !answer.text.contains("Lion"));
    let mut form = trained("ada@example.com", "course-attended", "First aid");
    form["channel"] = json!("website-form");
    let answer = house.post("/v1/collect", &trainer, &form).await;
    answer.refused(CLAUSE, "wrong-channel");
    let table = "email,course-due\nada@example.com,Lion taming\n";
    std::fs::write(house.folder.path().join("courses.csv"), table).unwrap();
    let words = [
        "collect",
        "courses.csv",
        "--channel",
        "training-import",
        "--json",
    ];
    let ended = house.kept(&words);
    assert!(
        ended.out.contains("\"rejected\":1"),
        "{} {}",
        ended.out,
        ended.err
    );
    house.reopen().await;
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn a_profile_is_read_for_training_alone_and_tells_what_is_overdue() {
    let house = House::new().await;
    catalogue(&house).await;
    let trainer = house.token("staff", Some("trainer")).await;
    let due = trained("ada@example.com", "course-due", "first aid 2026-11-01");
    let stored = house.post("/v1/collect", &trainer, &due).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let done = trained("ada@example.com", "course-attended", "data-care 2026-03-01");
    house.post("/v1/collect", &trainer, &done).await;
    let person = stored.body["person"].as_str().unwrap();
    let path = format!("/v1/people/{person}/training?purpose=");

    let marketing = house.token("staff", Some("marketing")).await;
    let answer = house.get(&format!("{path}training"), &marketing).await;
    answer.refused("north-america#use.training", "wrong-role");
    let answer = house
        .get(&format!("{path}support-training"), &trainer)
        .await;
    answer.refused("north-america#", "hidden");

    let shown = house.get(&format!("{path}training"), &trainer).await;
    assert_eq!(shown.body["due"][0]["overdue"], true, "{}", shown.text);
    assert_eq!(shown.body["due"][0]["title"], "First aid");
    assert_eq!(shown.body["attended"][0]["counts-until"], "2027-03-01");
    let listed = "/v1/courses/due?purpose=training&by=2026-12-31&course=first-aid";
    assert_eq!(house.get(listed, &marketing).await.status, 403);
    let listed = house.get(listed, &trainer).await;
    assert_eq!(listed.body["due"][0]["person"], person, "{}", listed.text);
    // What was attended is no longer ahead.
    let done = trained("ada@example.com", "course-attended", "First aid");
    house.post("/v1/collect", &trainer, &done).await;
    let shown = house.get(&format!("{path}training"), &trainer).await;
    assert_eq!(shown.body["due"], json!([]), "{}", shown.text);
}
