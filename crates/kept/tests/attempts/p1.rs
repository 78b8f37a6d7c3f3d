//! P1: cloud services get names and business contact details for running the websites, and only
//! while their undertaking and a report hold.

use crate::house::{House, administrator, contact, staff};
use crate::sharing::{bind, crm, feed, register, run};
use kept_processing::Command;

const CLAUSE: &str = "north-america#disclose.crm-cloud";

#[tokio::test]
async fn a_feed_carries_the_fields_of_its_clause_and_no_others() {
    let house = House::new().await;
    bind(&house, "crm-cloud").await;
    for (field, why) in [("message", "no clause lets"), ("shoe-size", "not declared")] {
        let mut greedy = crm();
        greedy.fields.push(field.to_owned());
        let asked = house
            .door()
            .perform(&administrator(), &register(&greedy))
            .await;
        let told = asked.err().unwrap().to_string();
        assert!(told.contains(why), "{told}");
    }
    feed(&house, &crm()).await;
    let support = house.token("staff", Some("support")).await;
    let mut record = contact("=ada@example.com");
    record["values"]["phone"] = "+12125550123".into();
    let stored = house.post("/v1/collect", &support, &record).await;
    assert_eq!(stored.status, 201, "{}", stored.text);
    let sales = house.token("staff", Some("sales")).await;
    let sent = run(&house, "crm-nightly", &sales).await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    let lines: Vec<&str> = sent.text.lines().collect();
    assert_eq!(lines[0], "subject,name,email,phone");
    assert!(
        lines[1].ends_with(",Ada Byron,'=ada@example.com,'+12125550123"),
        "{}",
        lines[1]
    );
    assert_eq!(lines.len(), 2);
    let again = run(&house, "crm-nightly", &sales).await;
    assert_eq!(
        again.text.lines().count(),
        1,
        "only changes: {}",
        again.text
    );
}

#[tokio::test]
async fn a_run_that_broke_off_is_made_up_for() {
    let house = House::new().await;
    bind(&house, "crm-cloud").await;
    feed(&house, &crm()).await;
    house.person("ada@example.com").await;
    let begun = house
        .door()
        .begin_feed(&staff("sales"), "crm-nightly", false)
        .await;
    let mut broken = begun.unwrap().1.unwrap();
    assert_eq!(broken.next(house.door()).await.unwrap().unwrap().len(), 1);
    drop(broken);
    let sales = house.token("staff", Some("sales")).await;
    for (attempt, lines) in [("after a break", 2), ("after a whole run", 1)] {
        let sent = run(&house, "crm-nightly", &sales).await;
        assert_eq!(sent.text.lines().count(), lines, "{attempt}: {}", sent.text);
    }
}

#[tokio::test]
async fn a_role_hands_out_nothing_that_it_does_not_see() {
    let house = House::new().await;
    bind(&house, "crm-cloud").await;
    feed(&house, &crm()).await;
    house.person("ada@example.com").await;
    let support = house.token("staff", Some("support")).await;
    let sent = run(&house, "crm-nightly", &support).await;
    assert!(sent.text.contains("Ada Byron,,"), "{}", sent.text);
    let trainer = house.token("staff", Some("trainer")).await;
    let refused = run(&house, "crm-nightly", &trainer).await;
    refused.refused("north-america#use.answer-you", "wrong-role");
    let begin = Command::BeginFeed {
        feed: "crm-nightly".to_owned(),
    };
    let clause = "north-america#secure";
    let reason = "administrator-sees-nothing";
    house.refused(&administrator(), begin, clause, reason).await;
}

#[tokio::test]
async fn a_report_that_lapses_stops_the_whole_feed() {
    let house = House::new().await;
    bind(&house, "crm-cloud").await;
    feed(&house, &crm()).await;
    let person = house.person("ada@example.com").await;
    house.clock.pass_days(20);
    let sales = house.token("staff", Some("sales")).await;
    let open = house.get("/v1/recipients", &sales).await;
    assert!(
        open.text.contains("\"until\":\"2027-03-31\""),
        "{}",
        open.text
    );

    house.clock.pass_days(120);
    let sales = house.token("staff", Some("sales")).await;
    let before = house.entries().await;
    let stopped = run(&house, "crm-nightly", &sales).await;
    stopped.refused(CLAUSE, "no-assurance");
    house.recorded(before, CLAUSE, "no-assurance").await;
    let pass = Command::Pass {
        feed: "crm-nightly".to_owned(),
        person: crate::sharing::id(&person),
    };
    house
        .refused(&staff("sales"), pass, CLAUSE, "no-undertaking")
        .await;
    let feeds = house.get("/v1/feeds", &sales).await;
    assert_eq!(feeds.body["feeds"][0]["open"], false, "{}", feeds.text);
    assert!(feeds.text.contains("\"stopped\":[["), "{}", feeds.text);
    let stands = house.door().standing().await.unwrap();
    let policy = house.door().policy();
    let broken = stands.iter().any(|standing| {
        let clause = policy.clause(standing.clause).unwrap();
        &*clause.full_name == CLAUSE && standing.state == kept_policy::State::Broken
    });
    assert!(broken, "a clause that lapsed must stand as broken");
}

#[tokio::test]
async fn the_command_line_sends_nothing_either() {
    let mut house = House::new().await;
    feed(&house, &crm()).await;
    house.person("ada@example.com").await;
    let words = [
        "feed",
        "run",
        "crm-nightly",
        "--role",
        "sales",
        "--to",
        "crm.csv",
    ];
    house.kept(&words).refused(CLAUSE);
    assert!(!house.folder.path().join("crm.csv").exists());
    let listed = house.kept(&["recipient", "list"]);
    assert!(
        listed
            .out
            .contains("closed by north-america#disclose.crm-cloud"),
        "{}",
        listed.out
    );
}
