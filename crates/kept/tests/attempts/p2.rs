//! P2: the hosted tools of the office get what their clause names, for the office's own work alone.

use crate::house::{House, administrator, staff};
use crate::sharing::{bind, crm, id, register};
use kept_processing::{Command, Feed};

fn disclosure(person: &str, purpose: &str, field: &str) -> Command {
    Command::Disclose {
        person: id(person),
        recipient: "internal-tools-cloud".to_owned(),
        purpose: purpose.to_owned(),
        fields: vec![field.to_owned()],
        compelled: false,
    }
}

#[tokio::test]
async fn the_tools_of_the_office_get_nothing_beyond_their_clause() {
    let house = House::new().await;
    let person = house.person("ada@example.com").await;
    let clause = "north-america#disclose.internal-tools-cloud";
    let manager = staff("account-manager");
    let plain = disclosure(&person, "client-contract", "name");
    house
        .refused(&manager, plain.clone(), clause, "no-undertaking")
        .await;
    bind(&house, "internal-tools-cloud").await;
    let more = disclosure(&person, "client-contract", "postal-address");
    house
        .refused(&manager, more, clause, "data-not-covered")
        .await;
    let other = disclosure(&person, "answer-you", "name");
    let verb = "north-america#disclose";
    house.refused(&manager, other, verb, "no-recipient").await;
    house.done(&manager, plain).await;
    let feed = Feed {
        recipient: "internal-tools-cloud".to_owned(),
        ..crm()
    };
    let asked = house
        .door()
        .perform(&administrator(), &register(&feed))
        .await;
    assert!(
        asked.is_err(),
        "a feed for a purpose without a clause must not be registered"
    );
}
