//! N5: each region has its document; a person's country selects one, and no caller chooses another.

use crate::house::{House, altered, contact, staff, stored_as};
use axum::http::Method;
use kept_processing::{Collect, Command, Given, Use};
use serde_json::json;

fn somebody(country: &str, email: &str, age: Option<u8>) -> Command {
    let mut record = Collect::through("website-form");
    record.country = Some(country.parse().unwrap());
    record.age = age;
    record.values = vec![
        ("name".to_owned(), Given::Text("Ada Byron".to_owned())),
        ("email".to_owned(), Given::Text(email.to_owned())),
    ];
    Command::Collect(record)
}

#[tokio::test]
async fn each_country_is_served_under_its_own_document() {
    let house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    for (number, (country, document)) in [
        ("US", "north-america"),
        ("MX", "north-america"),
        ("FR", "france"),
        ("DE", "germany"),
        ("GB", "uk-ireland-eu"),
        ("PL", "uk-ireland-eu"),
        ("NZ", "australia-new-zealand"),
        ("CN", "china-asia-pacific"),
        ("JP", "china-asia-pacific"),
    ]
    .into_iter()
    .enumerate()
    {
        let before = house.entries().await;
        let mut record = contact(&format!("somebody{number}@example.com"));
        record["country"] = json!(country);
        let stored = house.post("/v1/collect", &support, &record).await;
        assert_eq!(stored.status, 201, "{country}: {}", stored.text);
        house.entries().await;
        let entry = house.door().entry(before).unwrap().unwrap();
        let entry = String::from_utf8(entry).unwrap();
        assert!(
            entry.contains(&format!("\"document\":\"{document}@")),
            "{entry}"
        );
    }
}

#[tokio::test]
async fn nothing_comes_in_from_a_country_without_a_document() {
    let mut house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    let command = somebody("BR", "ada@example.com", None);
    house
        .refused(&staff("support"), command, "policy", "no-document")
        .await;
    let mut record = contact("ada@example.com");
    record["country"] = json!("BR");
    let before = house.entries().await;
    let answer = house.post("/v1/collect", &support, &record).await;
    answer.refused("policy", "no-document");
    house.recorded(before, "policy", "no-document").await;
    let lines = format!("{record}\n").into_bytes();
    let path = "/v1/collect/bulk";
    let bulk = house
        .ask(Method::POST, path, &support, lines, "application/x-ndjson")
        .await;
    assert!(bulk.text.contains("no-document"), "{}", bulk.text);
    std::fs::write(
        house.folder.path().join("brazil.csv"),
        "name,email\nAda Byron,ada@example.com\n",
    )
    .unwrap();
    house
        .kept(&[
            "collect",
            "--role",
            "support",
            "--channel",
            "website-form",
            "--country",
            "BR",
            "brazil.csv",
        ])
        .refused("no-document");
    house.reopen().await;
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn the_rule_of_one_region_does_not_serve_in_another() {
    let house = House::new().await;
    // Fifteen is old enough in the United Kingdom, and not in Germany.
    let child = somebody("DE", "ada@example.com", Some(15));
    let clause = "germany#refuse.children";
    house
        .refused(&staff("support"), child, clause, "under-age")
        .await;
    house
        .done(
            &staff("support"),
            somebody("GB", "grace@example.com", Some(15)),
        )
        .await;
    // In France marketing goes on until somebody says no; in Germany it waits for a yes.
    for (country, email, clause) in [
        ("DE", "emmy@example.com", Some("germany#use.marketing")),
        ("FR", "sophie@example.com", None),
    ] {
        let stored = house
            .done(&staff("support"), somebody(country, email, None))
            .await;
        let person = stored_as(&stored);
        let reading = Command::Use(Use {
            person,
            purpose: "marketing".to_owned(),
            fields: vec!["email".to_owned()],
        });
        match clause {
            Some(clause) => {
                house
                    .refused(&staff("marketing"), reading, clause, "no-consent")
                    .await;
            }
            None => {
                house.done(&staff("marketing"), reading).await;
            }
        }
    }
}

#[tokio::test]
async fn a_gap_or_an_overlap_between_the_documents_does_not_come_into_force() {
    let mut house = House::new().await;
    let digest = house.door().policy().digest.to_string();
    let regions = "regions    = [\"germany\"]";
    for (new, code) in [
        ("regions    = [\"germany\", \"FR\"]", "country-twice"),
        ("regions    = [\"AT\"]", "country-uncovered"),
    ] {
        let folder = altered(&house, "germany.md", regions, new);
        let ended = house.kept(&["publish", &folder, "--in-force"]);
        assert_ne!(ended.code, 0, "{code}");
        assert!(
            format!("{}{}", ended.out, ended.err).contains(code),
            "{code}: {}",
            ended.err
        );
    }
    house.reopen().await;
    assert_eq!(house.door().policy().digest.to_string(), digest);
}

#[tokio::test]
async fn readers_are_led_to_their_document_and_may_choose_another() {
    let house = House::new().await;
    for (query, document) in [
        ("country=FR", "/policy/france"),
        ("country=ie", "/policy/uk-ireland-eu"),
        ("country=US-CA", "/policy/north-america"),
        ("country=br-sp", "/policies?without=BR-SP"),
        ("country=BR", "/policies?without=BR"),
        ("", "/policy/north-america"),
    ] {
        let home = house.get(&format!("/?{query}"), "").await;
        assert_eq!(
            (home.status, home.headers["location"].to_str().unwrap()),
            (303, document),
            "{query}"
        );
    }
    assert_eq!(house.get("/?country=ABC", "").await.status, 422);
    for (language, wanted) in [
        ("fr", "Où êtes-vous"),
        ("de", "Wo sind Sie"),
        ("zh", "您在哪里"),
    ] {
        let page = house
            .get(&format!("/policies?language={language}"), "")
            .await;
        assert!(page.text.contains(wanted), "{}", page.text);
        let policy = house.door().policy();
        let people = policy
            .documents
            .iter()
            .filter(|one| !one.territories.is_empty());
        for document in people {
            let link = format!("href=\"/policy/{}\"", document.name);
            assert!(page.text.contains(&link), "{link}");
        }
    }
}
