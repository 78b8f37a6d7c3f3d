//! D3: what the law compels leaves once, as it was proposed, after two others agreed; the person is
//! told.

use crate::house::administrator;
use crate::house::{House, caller, staff};
use kept_processing::{
    Administration, Approval, Caller, Command, Effect, Listed, NewToken, Proposal, Showing,
};
use kept_terms::{ActorKind, Book, PersonId, Timestamp};
use serde_json::json;

const CLAUSE: &str = "north-america#disclose.compelled-us";

fn office(name: &str) -> Caller {
    Caller {
        id: format!("session:{name}"),
        ..caller(ActorKind::Staff, Some("privacy-office"))
    }
}

fn order(person: PersonId, silent_until: Option<&str>) -> Command {
    Command::Propose(Proposal::Disclosure {
        person,
        recipient: "authorities-us".to_owned(),
        purpose: "legal-duty".to_owned(),
        fields: vec!["name".to_owned(), "email".to_owned()],
        compelled: true,
        legal_basis: "18-usc-2703".to_owned(),
        reference: "1:26-cv-01234".to_owned(),
        silent_until: silent_until.map(str::to_owned),
    })
}

async fn proposed(house: &House, person: PersonId, silent_until: Option<&str>) -> Approval {
    let asked = house
        .done(&office("one"), order(person, silent_until))
        .await;
    let Ok(Effect::Named(id)) = asked.outcome else {
        panic!("no name");
    };
    let list = Command::Show(Showing::Approvals);
    let list = house.done(&office("one"), list).await;
    let Ok(Effect::Listed(Listed::Approvals(all))) = list.outcome else {
        panic!("no list");
    };
    all.into_iter().find(|approval| approval.id == id).unwrap()
}

fn approve(approval: &Approval) -> Command {
    Command::Approve {
        approval: approval.id.clone(),
        digest: approval.digest.clone(),
    }
}

fn carry_out(approval: &Approval) -> Command {
    let approval = approval.id.clone();
    Command::CarryOut { approval }
}

#[tokio::test]
async fn saying_that_the_law_compels_it_opens_nothing() {
    let mut house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let disclose = |recipient: &str| Command::Disclose {
        person,
        recipient: recipient.to_owned(),
        purpose: "legal-duty".to_owned(),
        fields: vec!["name".to_owned()],
        compelled: true,
    };
    house
        .refused(
            &office("one"),
            disclose("authorities-us"),
            CLAUSE,
            "not-approved",
        )
        .await;
    house
        .refused(
            &Caller::system("worker"),
            disclose("authorities-us"),
            CLAUSE,
            "not-approved",
        )
        .await;
    let token = house.token("staff", Some("privacy-office")).await;
    let body = json!({
        "person": person, "recipient": "authorities-us", "purpose": "legal-duty",
        "fields": ["name"], "compelled": true,
    });
    let before = house.entries().await;
    let answer = house.post("/v1/disclose", &token, &body).await;
    answer.refused(CLAUSE, "not-approved");
    house.recorded(before, CLAUSE, "not-approved").await;
    house
        .refused(
            &staff("support"),
            order(person, None),
            "north-america#use.legal-duty",
            "wrong-role",
        )
        .await;
    let approval = proposed(&house, person, None).await;
    house
        .kept(&[
            "approval",
            "disclose",
            &approval.id,
            "--role",
            "privacy-office",
        ])
        .refused(CLAUSE);
}

#[tokio::test]
async fn nobody_approves_their_own_or_twice_and_it_leaves_once() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let approval = proposed(&house, person, None).await;
    house
        .refused(&office("one"), approve(&approval), CLAUSE, "own-request")
        .await;
    house.done(&office("two"), approve(&approval)).await;
    house
        .refused(&office("two"), approve(&approval), CLAUSE, "own-request")
        .await;
    house
        .refused(&office("one"), carry_out(&approval), CLAUSE, "not-approved")
        .await;
    house.done(&office("three"), approve(&approval)).await;
    let given = house.done(&office("one"), carry_out(&approval)).await;
    let Ok(Effect::Values(values)) = given.outcome else {
        panic!("no values");
    };
    let fields: Vec<&str> = values.iter().map(|value| value.field.as_str()).collect();
    assert_eq!(fields, ["name", "email"]);
    house
        .refused(&office("one"), carry_out(&approval), CLAUSE, "not-approved")
        .await;
    house
        .refused(&office("four"), approve(&approval), CLAUSE, "over")
        .await;
    let told = house.door().outgoing(None, 10).await.unwrap();
    assert_eq!(told.len(), 1);
    let first = told.first().unwrap();
    assert_eq!(
        (first.template.as_str(), first.not_before),
        ("disclosed-to-authority", 0)
    );
}

#[tokio::test]
async fn what_is_not_done_in_time_or_was_declined_is_not_done_at_all() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let late = proposed(&house, person, None).await;
    let declined = proposed(&house, person, None).await;
    for approval in [&late, &declined] {
        house.done(&office("two"), approve(approval)).await;
        house.done(&office("three"), approve(approval)).await;
    }
    let approval = declined.id.clone();
    house
        .done(&office("three"), Command::Decline { approval })
        .await;
    house
        .refused(&office("one"), carry_out(&declined), CLAUSE, "not-approved")
        .await;
    house.clock.pass_days(7);
    house
        .refused(&office("one"), carry_out(&late), CLAUSE, "not-approved")
        .await;
}

#[tokio::test]
async fn the_person_is_told_when_they_no_longer_must_not_be() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let approval = proposed(&house, person, Some("2026-12-31")).await;
    house.done(&office("two"), approve(&approval)).await;
    house.done(&office("three"), approve(&approval)).await;
    house.done(&office("one"), carry_out(&approval)).await;
    let told = house.door().outgoing(None, 10).await.unwrap();
    let ends: kept_terms::Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(told.first().unwrap().not_before, ends.as_second());
    let seen = async || {
        let (below, limit) = (None, 50);
        let trail = Command::Show(Showing::Trail {
            person,
            below,
            limit,
        });
        let shown = house.done(&Caller::person(), trail).await;
        let Ok(Effect::Listed(Listed::Trail(entries))) = shown.outcome else {
            panic!("no trail");
        };
        let told = |entry: &[u8]| String::from_utf8_lossy(entry).contains("approval:");
        entries.iter().filter(|(_, entry)| told(entry)).count()
    };
    assert_eq!(seen().await, 0);
    house.clock.pass_days(40);
    assert_eq!(seen().await, 4, "asked, approved twice, made");
}

#[tokio::test]
async fn a_demand_is_a_case_of_the_office_until_it_is_met_and_not_the_persons_to_see() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let approval = proposed(&house, person, Some("2027-03-31")).await;
    let book = Book::Compelled;
    let list = |ended| Command::Show(Showing::Cases { book, ended });
    house
        .refused(
            &staff("support"),
            list(false),
            "north-america#answer",
            "not-shown",
        )
        .await;
    let (ada, own) = (Caller::person(), Command::Show(Showing::CasesOf(person)));
    let own = house.done(&ada, own).await.outcome;
    assert!(matches!(own, Ok(Effect::Listed(Listed::Cases(cases))) if cases.is_empty()));
    house.done(&office("two"), approve(&approval)).await;
    house.done(&office("three"), approve(&approval)).await;
    let open = house.done(&office("one"), list(false)).await.outcome;
    assert!(matches!(open, Ok(Effect::Listed(Listed::Cases(cases))) if cases.len() == 1));
    house.done(&office("one"), carry_out(&approval)).await;
    let ended = house.done(&office("one"), list(true)).await.outcome;
    let Ok(Effect::Listed(Listed::Cases(cases))) = ended else {
        panic!("no list");
    };
    assert_eq!(cases[0].ending().unwrap().outcome, "disclosed");
}

/// Somebody of the office by a token, which says who holds it, or not.
async fn with_token(house: &House, holder: Option<&str>) -> Caller {
    let expires = house.door().now().as_second() + 86_400;
    let new = NewToken {
        kind: ActorKind::Staff,
        role: Some("privacy-office".to_owned()),
        purposes: None,
        home: None,
        expires: Timestamp::from_second(expires).unwrap(),
    };
    let (secret, token) = house.door().draw_token(new).unwrap();
    let grant = Administration::Grant {
        secret: secret.clone(),
        token: token.held_by(holder.map(str::to_owned)),
    };
    house
        .done(&administrator(), Command::Administer(grant))
        .await;
    house.door().authenticate(&secret).await.unwrap().unwrap()
}

#[tokio::test]
async fn two_tokens_of_one_person_are_one_and_those_of_nobody_too() {
    for holder in [Some("kim"), None] {
        let house = House::new().await;
        let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
        let approval = proposed(&house, person, None).await;
        let (one, other) = (
            with_token(&house, holder).await,
            with_token(&house, holder).await,
        );
        house.done(&one, approve(&approval)).await;
        house
            .refused(&other, approve(&approval), CLAUSE, "own-request")
            .await;
        house
            .refused(&office("one"), carry_out(&approval), CLAUSE, "not-approved")
            .await;
        let somebody = with_token(&house, Some("lee")).await;
        house.done(&somebody, approve(&approval)).await;
        house.done(&office("one"), carry_out(&approval)).await;
    }
}
