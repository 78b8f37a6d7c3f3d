//! N2: every document names who is responsible and how to reach them; nothing is in force without.

use crate::house::{House, altered};

#[tokio::test]
async fn every_page_says_who_answers_and_where_to_write() {
    let house = House::new().await;
    let policy = house.door().policy();
    let people = policy
        .documents
        .iter()
        .filter(|one| !one.territories.is_empty());
    for document in people {
        let page = house.get(&format!("/policy/{}", document.name), "").await;
        assert_eq!(page.status, 200, "{}", document.name);
        let head = page.text.split("<article>").next().unwrap();
        for part in [
            "<strong>Mediaocean LLC</strong>",
            "45 West 18th Street",
            "mailto:InfoSec&amp;Compliance@mediaocean.com",
        ] {
            assert!(head.contains(part), "{}: {part}", document.name);
        }
    }
    let security = house.get("/.well-known/security.txt", "").await;
    assert!(
        security
            .text
            .contains("InfoSec%26Compliance@mediaocean.com")
    );
}

#[tokio::test]
async fn a_policy_that_does_not_say_who_answers_does_not_come_into_force() {
    let mut house = House::new().await;
    let digest = house.door().policy().digest.to_string();
    for (file, old, new) in [
        ("france.md", "controller = \"mediaocean-llc\"\n", ""),
        ("germany.md", "\"mediaocean-llc\"", "\"somebody\""),
        (
            "definitions.md",
            "email   = \"InfoSec&Compliance@mediaocean.com\"\ncountry",
            "country",
        ),
        (
            "definitions.md",
            "\"InfoSec&Compliance@mediaocean.com\"\ncountry",
            "\"by telephone only\"\ncountry",
        ),
        (
            "definitions.md",
            "address = [\"45 West 18th Street\", \"New York, NY 10011\", \"United States\"]\n",
            "",
        ),
    ] {
        let folder = altered(&house, file, old, new);
        for words in [
            vec!["publish", &*folder, "--in-force"],
            vec!["check", &*folder],
        ] {
            let ended = house.kept(&words);
            assert_ne!(ended.code, 0, "{file}: {new}\n{}", ended.out);
            let told = format!("{}{}", ended.out, ended.err);
            assert!(told.contains("error["), "{file}: {told}");
        }
    }
    house.reopen().await;
    assert_eq!(house.door().policy().digest.to_string(), digest);
}
