//! K6: measures guard the equipment: each has an owner and a day of its last review, and one that
//! nobody reviews shows as broken.

use crate::house::{House, policy, staff};
use kept_policy::{Body, Secure};
use kept_processing::{Command, Evidence};

const MEASURES: [(&str, &str); 3] = [
    ("physical-access", "north-america#secure.physical-access"),
    (
        "network-separation",
        "north-america#secure.network-separation",
    ),
    ("sealed-backups", "north-america#secure.sealed-backups"),
];

fn reviewed(measure: &str, on: &str) -> Evidence {
    Evidence::Review {
        measure: measure.to_owned(),
        on: on.to_owned(),
    }
}

#[test]
fn every_measure_has_an_owner() {
    let policy = policy();
    for clause in policy.clauses() {
        let Body::Secure(Secure::Measure { measure, .. }) = &clause.body else {
            continue;
        };
        let measure = policy.words.measures.get(*measure).unwrap();
        assert!(measure.owner.is_some(), "{}", measure.label);
    }
}

#[tokio::test]
async fn a_measure_that_nobody_reviews_is_broken() {
    let house = House::new().await;
    for (measure, clause) in MEASURES {
        assert_eq!(house.stands(clause).await, "unmeasured");
        let review = Command::Attest(reviewed(measure, "2026-11-01"));
        let (secure, reason) = ("north-america#secure", "not-administrator");
        house
            .refused(&staff("operations"), review, secure, reason)
            .await;
        house.attest(reviewed(measure, "2026-11-01")).await;
        assert_eq!(house.stands(clause).await, "kept");
    }
    house.clock.pass_days(300);
    for (_, clause) in MEASURES {
        assert_eq!(house.stands(clause).await, "at-risk");
    }
    house.clock.pass_days(60);
    for (_, clause) in MEASURES {
        assert_eq!(house.stands(clause).await, "broken");
    }
}

#[tokio::test]
async fn a_review_that_has_not_happened_counts_for_nothing() {
    let house = House::new().await;
    let review = Command::Attest(reviewed("physical-access", "2030-01-01"));
    let performed = house
        .door()
        .perform(&crate::house::administrator(), &review)
        .await;
    assert!(performed.is_err(), "a review in the future was taken down");
}
