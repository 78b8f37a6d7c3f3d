//! K8: cloud providers owe us reports on their security: without one, or with one that lapsed,
//! nothing goes to them.

use crate::house::{House, staff};
use kept_processing::{Command, Evidence};
use kept_terms::PersonId;

const REPORT: &str = "north-america#secure.crm-cloud-report";
const DISCLOSE: &str = "north-america#disclose.crm-cloud";

fn report(until: &str) -> Evidence {
    Evidence::Assurance {
        recipient: Some("crm-cloud".to_owned()),
        assurance: "soc-2".to_owned(),
        until: until.to_owned(),
    }
}

fn disclosing(person: PersonId) -> Command {
    Command::Disclose {
        person,
        recipient: "crm-cloud".to_owned(),
        purpose: "answer-you".to_owned(),
        fields: vec!["email".to_owned()],
        compelled: false,
    }
}

#[tokio::test]
async fn nothing_goes_to_a_provider_without_a_report_that_holds() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await.parse().unwrap();
    let support = staff("support");
    house
        .attest(Evidence::Undertaking {
            recipient: "crm-cloud".to_owned(),
            protection: "processing-agreement".to_owned(),
            until: "2030-12-31".to_owned(),
        })
        .await;
    house
        .refused(&support, disclosing(person), DISCLOSE, "no-assurance")
        .await;
    assert_eq!(house.stands(DISCLOSE).await, "broken");
    house.attest(report("2026-12-31")).await;
    assert_eq!(house.stands(REPORT).await, "at-risk");
    house.done(&support, disclosing(person)).await;
    house.clock.pass_days(39);
    assert_eq!(house.stands(REPORT).await, "broken");
    house
        .refused(&support, disclosing(person), DISCLOSE, "no-assurance")
        .await;
    // Somebody else's report opens nothing.
    house
        .attest(Evidence::Assurance {
            recipient: Some("support-cloud".to_owned()),
            assurance: "soc-2".to_owned(),
            until: "2030-12-31".to_owned(),
        })
        .await;
    house
        .refused(&support, disclosing(person), DISCLOSE, "no-assurance")
        .await;
}
