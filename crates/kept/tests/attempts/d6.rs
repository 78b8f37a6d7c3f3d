//! D6: any other third party gets something only with the person's agreement; taken back, the next
//! feed omits the person and the third party is told.

use crate::house::{House, staff};
use crate::sharing::{crm, due, feed, id, run, undertaking};
use kept_processing::{Command, ConsentTo, Feed, Form};
use serde_json::json;

const CLAUSE: &str = "north-america#disclose.other-third-party";

fn consent(person: &str, given: bool) -> Command {
    Command::Consent {
        person: id(person),
        to: ConsentTo::Recipient("other-third-party".to_owned()),
        given,
        channel: "website-form".to_owned(),
    }
}

#[tokio::test]
async fn an_agreement_that_is_taken_back_ends_it_and_the_third_party_is_told() {
    let house = House::new().await;
    house
        .attest(undertaking("other-third-party", "processing-agreement"))
        .await;
    let partner = Feed {
        id: "partner".to_owned(),
        recipient: "other-third-party".to_owned(),
        purpose: "provide-what-you-ask".to_owned(),
        form: Form::Ndjson,
        ..crm()
    };
    feed(&house, &partner).await;
    let ada = house.person("ada@example.com").await;
    house.person("grace@example.com").await;
    let pass = Command::Pass {
        feed: "partner".to_owned(),
        person: id(&ada),
    };
    house
        .refused(&staff("sales"), pass.clone(), CLAUSE, "no-consent")
        .await;
    let sales = house.token("staff", Some("sales")).await;
    assert_eq!(run(&house, "partner", &sales).await.text, "");

    house.done(&staff("support"), consent(&ada, true)).await;
    let sent = run(&house, "partner", &sales).await;
    let lines: Vec<&str> = sent.text.lines().collect();
    assert_eq!(lines.len(), 1, "{}", sent.text);
    let line: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
    assert_eq!(line["fields"]["name"], "Ada Byron");
    assert!(
        !lines[0].contains(&ada),
        "a recipient must not learn our own identifier"
    );

    house.done(&staff("support"), consent(&ada, false)).await;
    let told = due(&house, "other-third-party").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["subject"], line["subject"]);
    assert_eq!(told[0]["what"], "stop");
    assert_eq!(told[0]["purposes"], json!(["provide-what-you-ask"]));
    assert_eq!(run(&house, "partner", &sales).await.text, "");
    house
        .refused(&staff("sales"), pass, CLAUSE, "no-consent")
        .await;
}

#[tokio::test]
async fn an_agreement_that_runs_out_is_told_once() {
    let mut house = House::new().await;
    let until = |text: &str| text.replace("2027-03-31", "2029-03-31");
    let kept_processing::Evidence::Undertaking {
        recipient,
        protection,
        until: last,
    } = undertaking("other-third-party", "processing-agreement")
    else {
        panic!("no undertaking");
    };
    let lasting = kept_processing::Evidence::Undertaking {
        recipient,
        protection,
        until: until(&last),
    };
    house.attest(lasting).await;
    let study = Feed {
        id: "study".to_owned(),
        recipient: "other-third-party".to_owned(),
        purpose: "another-purpose".to_owned(),
        fields: vec!["name".to_owned()],
        form: Form::Ndjson,
        ..crm()
    };
    feed(&house, &study).await;
    let ada = house.person("ada@example.com").await;
    house.done(&staff("support"), consent(&ada, true)).await;
    let agrees = Command::Consent {
        person: id(&ada),
        to: ConsentTo::Purpose("another-purpose".to_owned()),
        given: true,
        channel: "website-form".to_owned(),
    };
    house.done(&staff("support"), agrees.clone()).await;
    let pass = Command::Pass {
        feed: "study".to_owned(),
        person: id(&ada),
    };
    house.done(&staff("account-manager"), pass.clone()).await;
    assert_eq!(house.door().tell_of_lapses().await.unwrap(), 0);

    house.clock.pass_days(364);
    assert_eq!(house.door().tell_of_lapses().await.unwrap(), 0);
    house.clock.pass_days(1);
    assert_eq!(house.door().tell_of_lapses().await.unwrap(), 1);
    let told = due(&house, "other-third-party").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["what"], "stop");
    assert_eq!(told[0]["purposes"], json!(["another-purpose"]));
    // Neither another day nor a restart nor a withdrawal afterwards tells it again.
    house.clock.pass_days(1);
    house.reopen().await;
    assert_eq!(house.door().tell_of_lapses().await.unwrap(), 0);
    assert_eq!(due(&house, "other-third-party").await.len(), 1);
    // Agreed to and passed on anew, it may lapse anew.
    house.done(&staff("support"), agrees).await;
    house.done(&staff("account-manager"), pass).await;
    house.clock.pass_days(366);
    assert_eq!(house.door().tell_of_lapses().await.unwrap(), 1);
    assert_eq!(due(&house, "other-third-party").await.len(), 2);
}
