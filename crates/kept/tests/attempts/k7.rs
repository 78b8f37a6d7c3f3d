//! K7: security is certified every year: what lapses shows as broken, is warned of before, and
//! nobody makes a certificate up who may not attest.

use crate::house::{House, caller, staff};
use kept_processing::{Caller, Command, Evidence};
use kept_terms::ActorKind;
use serde_json::json;

const CLAUSE: &str = "north-america#secure.certified";

fn certified(until: &str) -> Evidence {
    Evidence::Assurance {
        recipient: None,
        assurance: "iso-27001".to_owned(),
        until: until.to_owned(),
    }
}

#[tokio::test]
async fn a_certificate_is_warned_of_and_then_broken() {
    let house = House::new().await;
    assert_eq!(house.stands(CLAUSE).await, "unmeasured");
    house.attest(certified("2027-03-31")).await;
    assert_eq!(house.stands(CLAUSE).await, "kept");
    // Sixty days before it lapses, and the day after its last.
    house.clock.pass_days(75);
    assert_eq!(house.stands(CLAUSE).await, "at-risk");
    house.clock.pass_days(60);
    assert_eq!(house.stands(CLAUSE).await, "broken");
    house.attest(certified("2028-03-31")).await;
    assert_eq!(house.stands(CLAUSE).await, "kept");
}

#[tokio::test]
async fn nobody_attests_who_may_not() {
    let mut house = House::new().await;
    let attest = || Command::Attest(certified("2099-03-31"));
    for other in [
        staff("support"),
        staff("privacy-office"),
        Caller::person(),
        caller(ActorKind::Machine, Some("sales")),
    ] {
        let clause = "north-america#secure";
        house
            .refused(&other, attest(), clause, "not-administrator")
            .await;
    }
    let support = house.token("staff", Some("support")).await;
    let before = house.entries().await;
    let evidence = json!({ "kind": "assurance", "assurance": "iso-27001", "until": "2099-03-31" });
    let answer = house.post("/v1/evidence", &support, &evidence).await;
    answer.refused("north-america#secure", "not-administrator");
    house
        .recorded(before, "north-america#secure", "not-administrator")
        .await;
    // A certificate that is nobody's, and a day that is none.
    let administrator = house.token("administrator", None).await;
    for (assurance, until) in [("iso-99999", "2099-03-31"), ("iso-27001", "soon")] {
        let evidence = json!({ "kind": "assurance", "assurance": assurance, "until": until });
        let answer = house.post("/v1/evidence", &administrator, &evidence).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
    assert_eq!(house.stands(CLAUSE).await, "unmeasured");
    let ended = house.kept(&["standing", "--only", "broken", "--check"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
}
