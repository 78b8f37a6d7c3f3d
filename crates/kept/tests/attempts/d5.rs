//! D5: a recipient without an undertaking on record gets nothing, unless the law compels it.

use crate::house::{House, staff};
use crate::sharing::{crm, feed, id, run, undertaking};
use kept_processing::{Command, Evidence};

const CLAUSE: &str = "north-america#disclose.crm-cloud";

#[tokio::test]
async fn no_undertaking_no_feed_and_no_disclosure() {
    let house = House::new().await;
    feed(&house, &crm()).await;
    let person = house.person("ada@example.com").await;
    let disclosure = Command::Disclose {
        person: id(&person),
        recipient: "crm-cloud".to_owned(),
        purpose: "answer-you".to_owned(),
        fields: vec!["name".to_owned()],
        compelled: false,
    };
    let assurance = Evidence::Assurance {
        recipient: Some("crm-cloud".to_owned()),
        assurance: "soc-2".to_owned(),
        until: "2027-03-31".to_owned(),
    };
    house.attest(assurance).await;
    // Another kind of undertaking than the clause names is none.
    house
        .attest(undertaking("crm-cloud", "group-agreement"))
        .await;
    let sales = house.token("staff", Some("sales")).await;
    for _ in 0..2 {
        house
            .refused(
                &staff("sales"),
                disclosure.clone(),
                CLAUSE,
                "no-undertaking",
            )
            .await;
        let before = house.entries().await;
        run(&house, "crm-nightly", &sales)
            .await
            .refused(CLAUSE, "no-undertaking");
        house.recorded(before, CLAUSE, "no-undertaking").await;
        // One that has ended is none either.
        let mut ended = undertaking("crm-cloud", "processing-agreement");
        if let Evidence::Undertaking { until, .. } = &mut ended {
            "2026-11-22".clone_into(until);
        }
        house.attest(ended).await;
    }
    house
        .attest(undertaking("crm-cloud", "processing-agreement"))
        .await;
    house.done(&staff("sales"), disclosure).await;
}
