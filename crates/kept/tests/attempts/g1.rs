//! G1: whatever tells something about a person is theirs, in any medium, and behind the one door.

use crate::house::{House, staff, stored_as};
use kept_processing::{Collect, Command, Given, Use};
use kept_terms::PersonId;
use serde_json::json;

/// One of each medium: a field, a text, a file, a line of a log.
const MEDIA: [(&str, &str); 4] = [
    ("name", "Ada Byron"),
    ("message", "The printer hums at night."),
    ("attachment", "A plain letter."),
    ("weblog", "GET /pricing 200"),
];

async fn filled(house: &House) -> (String, String) {
    let support = house.token("staff", Some("support")).await;
    let person = house.person("ada@example.com").await;
    let letter = json!({
        "channel": "website-form", "country": "US", "person": person,
        "values": { "message": MEDIA[1].1 },
        "files": [{
            "field": "attachment", "name": "letter.txt", "media-type": "text/plain",
            "content": "QSBwbGFpbiBsZXR0ZXIu",
        }],
    });
    let stored = house.post("/v1/collect", &support, &letter).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let mut visit = Collect::through("weblog");
    visit.country = Some("US".parse().unwrap());
    visit.values = vec![
        ("visitor".to_owned(), Given::Text("v-1".to_owned())),
        ("weblog".to_owned(), Given::Text(MEDIA[3].1.to_owned())),
    ];
    let operations = staff("operations");
    let visited = house.done(&operations, Command::Collect(visit)).await;
    (person, stored_as(&visited).to_string())
}

fn reading(person: &str, field: &str, purpose: &str) -> Command {
    let person: PersonId = person.parse().unwrap();
    Command::Use(Use {
        person,
        purpose: purpose.to_owned(),
        fields: vec![field.to_owned()],
    })
}

#[tokio::test]
async fn no_medium_is_read_for_a_purpose_it_was_not_taken_for() {
    let mut house = House::new().await;
    let (person, visitor) = filled(&house).await;
    for (field, of, role, clause, reason) in [
        (
            "name",
            &person,
            "trainer",
            "use.support-training",
            "incompatible",
        ),
        (
            "message",
            &person,
            "marketing",
            "use.marketing",
            "incompatible",
        ),
        (
            "attachment",
            &person,
            "marketing",
            "use.marketing",
            "incompatible",
        ),
        (
            "weblog",
            &visitor,
            "marketing",
            "use.marketing",
            "incompatible",
        ),
    ] {
        let purpose = clause.trim_start_matches("use.");
        let citation = format!("north-america#{clause}");
        let command = reading(of, field, purpose);
        house
            .refused(&staff(role), command, &citation, reason)
            .await;
        let token = house.token("staff", Some(role)).await;
        let asked = json!({ "person": of, "purpose": purpose, "fields": [field] });
        let answer = house.post("/v1/use", &token, &asked).await;
        answer.refused(&citation, reason);
        for (_, value) in MEDIA {
            assert!(!answer.text.contains(value), "{}", answer.text);
        }
    }
    let words = [
        "use",
        "--person",
        &person,
        "--purpose",
        "marketing",
        "--fields",
        "message",
        "--role",
        "marketing",
    ];
    let ended = house.kept(&words);
    assert_eq!(ended.code, 2, "{}{}", ended.out, ended.err);
    assert!(!ended.out.contains(MEDIA[1].1));
}

#[tokio::test]
async fn no_medium_lies_readable_in_any_file() {
    let house = House::new().await;
    filled(&house).await;
    house.entries().await;
    let mut folders = vec![house.folder.path().to_owned()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            looked_at += 1;
            let bytes = std::fs::read(&path).unwrap();
            for (field, value) in MEDIA {
                let found = bytes
                    .windows(value.len())
                    .any(|part| part == value.as_bytes());
                assert!(!found, "{field} in {}", path.display());
            }
        }
    }
    assert!(looked_at > 3);
}

#[tokio::test]
async fn all_media_go_when_the_person_is_erased() {
    let house = House::new().await;
    let (person, visitor) = filled(&house).await;
    let office = house.token("staff", Some("privacy-office")).await;
    for one in [&person, &visitor] {
        let path = format!("/v1/people/{one}/erase");
        let erased = house.post(&path, &office, &json!({})).await;
        assert_eq!(erased.status, 200, "{}", erased.text);
    }
    for (field, _) in MEDIA {
        for of in [&person, &visitor] {
            let asked = json!({ "person": of, "purpose": "rights", "fields": [field] });
            let answer = house.post("/v1/use", &office, &asked).await;
            assert_eq!(answer.status, 404, "{field}: {}", answer.text);
        }
    }
}
