//! X4: a charge stands only where the law of the person's country lets it; here there is none.

use crate::house::{House, altered};
use serde_json::Value;

const FREE: &str = "fee           = \"none\"";
const CHARGED: &str = "fee           = { label = \"ten\" }";

#[tokio::test]
async fn a_policy_that_charges_where_the_law_forbids_it_does_not_come_into_force() {
    let mut house = House::new().await;
    let digest = house.door().policy().digest.to_string();
    for (file, clause) in [
        ("germany.md", "law-fee"),
        ("france.md", "law-fee"),
        ("uk-ireland-eu.md", "law-fee"),
        ("north-america.md", "fee-forbidden"),
    ] {
        let folder = altered(&house, file, FREE, CHARGED);
        for words in [
            vec!["publish", &*folder, "--in-force"],
            vec!["check", &*folder],
        ] {
            let ended = house.kept(&words);
            assert_ne!(ended.code, 0, "{file}");
            let told = format!("{}{}", ended.out, ended.err);
            assert!(
                told.contains(clause) && told.contains("fee = \"none\""),
                "{told}"
            );
        }
    }
    // Australia and New Zealand would let one be asked: there the policy alone decides.
    let folder = altered(&house, "australia-new-zealand.md", FREE, CHARGED);
    let ended = house.kept(&["check", &folder]);
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
    house.reopen().await;
    assert_eq!(house.door().policy().digest.to_string(), digest);
}

#[tokio::test]
async fn no_right_costs_anything_and_nothing_could_take_the_money() {
    let house = House::new().await;
    let policy = house.door().policy();
    for document in policy
        .documents
        .iter()
        .filter(|one| !one.territories.is_empty())
    {
        let rights = document
            .clauses
            .iter()
            .filter_map(|clause| match &clause.body {
                kept_policy::Body::Grant(grant) => Some(grant),
                _ => None,
            });
        assert!(rights.clone().count() > 4, "{}", document.name);
        for grant in rights {
            assert_eq!(grant.fee, None, "{}: {}", document.name, grant.right.word());
        }
    }
    let described = house.get("/openapi.json", "").await;
    let paths: Vec<String> = match &described.body["paths"] {
        Value::Object(paths) => paths.keys().cloned().collect(),
        _ => panic!("no paths"),
    };
    let charging = ["fee", "charge", "pay", "invoice"];
    let takes_money = |path: &&String| {
        let mut parts = path.split(['/', '-']);
        parts.any(|part| charging.contains(&part.trim_end_matches('s')))
    };
    assert_eq!(paths.iter().find(takes_money), None);
}
