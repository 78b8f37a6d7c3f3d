//! N3: what the words mean stands in the policy; a word that is not explained cannot be used.

use crate::house::{House, altered};

#[tokio::test]
async fn every_page_explains_its_terms_and_leads_to_them() {
    let house = House::new().await;
    for (document, term, mention) in [
        (
            "north-america",
            "Personal information",
            "personal-information",
        ),
        ("france", "Donnée personnelle", "personal-information"),
        ("germany", "Personenbezogene Daten", "personal-information"),
        ("uk-ireland-eu", "Third party", "third-party"),
        (
            "australia-new-zealand",
            "Sensitive information",
            "sensitive-information",
        ),
        ("china-asia-pacific", "个人信息", "personal-information"),
    ] {
        let page = house.get(&format!("/policy/{document}"), "").await;
        let defined = format!("<dt id=\"term.{mention}\">{term}</dt>");
        assert!(page.text.contains(&defined), "{document}");
        let mut all = page.text.split("href=\"#").skip(1);
        let lost = all.find(|rest| {
            let anchor = rest.split('"').next().unwrap();
            !page.text.contains(&format!("id=\"{anchor}\""))
        });
        assert_eq!(
            lost.map(|rest| &rest[..40]),
            None,
            "{document} leads nowhere"
        );
    }
}

#[tokio::test]
async fn a_policy_that_uses_a_word_it_does_not_explain_does_not_come_into_force() {
    let mut house = House::new().await;
    let digest = house.door().policy().digest.to_string();
    for (file, old, new, word) in [
        (
            "germany.md",
            "\"phone\", \"employer\"",
            "\"phone\", \"shoe-size\"",
            "shoe-size",
        ),
        (
            "france.md",
            "for     = [\"training\"]",
            "for     = [\"astrology\"]",
            "astrology",
        ),
        (
            "china-asia-pacific.md",
            "to         = \"crm-cloud\"",
            "to = \"data-broker\"",
            "data-broker",
        ),
        (
            "definitions.md",
            "[define.event.last-contact]",
            "[define.event.other]",
            "last-contact",
        ),
        (
            "uk-ireland-eu.md",
            "imports    = [\"definitions.md\"]\n",
            "",
            "website-form",
        ),
    ] {
        let folder = altered(&house, file, old, new);
        let ended = house.kept(&["publish", &folder, "--in-force"]);
        assert_ne!(ended.code, 0, "{word}");
        let told = format!("{}{}", ended.out, ended.err);
        assert!(told.contains(word), "{word}: {told}");
    }
    house.reopen().await;
    assert_eq!(house.door().policy().digest.to_string(), digest);
}

#[tokio::test]
async fn nothing_is_asked_of_the_door_in_words_that_are_not_explained() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    for (path, body) in [
        (
            "/v1/use",
            serde_json::json!({ "person": person, "purpose": "astrology", "fields": ["name"] }),
        ),
        (
            "/v1/use",
            serde_json::json!({ "person": person, "purpose": "answer-you", "fields": ["sign"] }),
        ),
        (
            "/v1/disclose",
            serde_json::json!({
                "person": person, "recipient": "data-broker", "purpose": "answer-you",
                "fields": ["name"],
            }),
        ),
    ] {
        let answer = house.post(path, &support, &body).await;
        assert!((400..=422).contains(&answer.status), "{}", answer.text);
        assert!(!answer.text.contains("Ada"), "{}", answer.text);
    }
}
