//! K5: administrators see nothing, but what an emergency opens to one of them, once two others
//! agreed, until it ends by itself.

use crate::house::{House, administrator, caller};
use kept_processing::{Caller, Command, Effect, Listed, Proposal, Showing, Use};
use kept_terms::{ActorKind, PersonId};

const CLAUSE: &str = "north-america#secure.emergency";

fn office(name: &str) -> Caller {
    Caller {
        id: format!("session:{name}"),
        ..caller(ActorKind::Staff, Some("privacy-office"))
    }
}

fn wanted(person: PersonId, fields: &[&str]) -> Use {
    Use {
        person,
        purpose: "keep-secure".to_owned(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
    }
}

fn asked(fields: &[&str], reason: &str) -> Command {
    Command::Propose(Proposal::Emergency {
        purpose: "keep-secure".to_owned(),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        reason: reason.to_owned(),
        reference: "case-4711".to_owned(),
    })
}

async fn proposed(house: &House) -> (String, Command) {
    let proposal = asked(&["name", "email"], "outage");
    let asked = house.done(&administrator(), proposal).await;
    let Ok(Effect::Named(approval)) = asked.outcome else {
        panic!("no name");
    };
    let list = Command::Show(Showing::Approvals);
    let list = house.done(&administrator(), list).await;
    let Ok(Effect::Listed(Listed::Approvals(all))) = list.outcome else {
        panic!("no list");
    };
    let digest = all.into_iter().find(|it| it.id == approval).unwrap().digest;
    let approve = Command::Approve {
        approval: approval.clone(),
        digest,
    };
    (approval, approve)
}

fn reading(approval: &str, person: PersonId, fields: &[&str]) -> Command {
    Command::UseInEmergency {
        approval: approval.to_owned(),
        wanted: wanted(person, fields),
    }
}

#[tokio::test]
async fn an_administrator_sees_nothing_before_two_others_agreed_and_nothing_after_a_day() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let refused = ("north-america#secure", "administrator-sees-nothing");
    let plain = Command::Use(wanted(person, &["name"]));
    house
        .refused(&administrator(), plain, refused.0, refused.1)
        .await;
    let (approval, approve) = proposed(&house).await;
    let read = || reading(&approval, person, &["name", "email"]);
    let closed = async || {
        house
            .refused(&administrator(), read(), CLAUSE, "not-approved")
            .await;
    };
    closed().await;
    house
        .refused(
            &administrator(),
            approve.clone(),
            "north-america#secure",
            "wrong-role",
        )
        .await;
    house.done(&office("two"), approve.clone()).await;
    closed().await;
    house.done(&office("three"), approve).await;
    let given = house.done(&administrator(), read()).await;
    let Ok(Effect::Values(values)) = given.outcome else {
        panic!("no values");
    };
    assert_eq!(values.len(), 2);
    let masked = |value: &kept_processing::Released| {
        matches!(value.value, kept_processing::Shown::Masked(_))
    };
    assert!(
        values.iter().all(masked),
        "a name and an address are covered"
    );
    let entry = house.entries().await - 1;
    let entry = house.door().entry(entry).unwrap().unwrap();
    let entry = String::from_utf8(entry).unwrap();
    assert!(entry.contains(&format!("approval:{approval}")), "{entry}");
    let told = house.door().outgoing(None, 10).await.unwrap();
    assert_eq!(told.first().unwrap().template, "emergency-access");
    house.clock.pass_days(1);
    closed().await;
}

#[tokio::test]
async fn it_opens_what_was_asked_for_to_the_one_who_asked() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    house
        .refused(
            &administrator(),
            asked(&["message"], "outage"),
            CLAUSE,
            "hidden",
        )
        .await;
    let (by, chatter) = (administrator(), asked(&["name"], "curious"));
    let told = house.door().perform(&by, &chatter).await;
    assert!(told.is_err(), "a reason is one of a few");
    let (approval, approve) = proposed(&house).await;
    house.done(&office("two"), approve.clone()).await;
    house.done(&office("three"), approve).await;
    let another = Caller {
        id: "token:second".to_owned(),
        ..administrator()
    };
    house
        .refused(
            &another,
            reading(&approval, person, &["name"]),
            CLAUSE,
            "not-approved",
        )
        .await;
    let wider = reading(&approval, person, &["name", "phone"]);
    house
        .refused(&administrator(), wider, CLAUSE, "not-approved")
        .await;
    let support = caller(ActorKind::Staff, Some("support"));
    let secure = "north-america#secure";
    house
        .refused(
            &support,
            reading(&approval, person, &["name"]),
            secure,
            "wrong-role",
        )
        .await;
    let id = approval.clone();
    house
        .done(&office("two"), Command::Decline { approval: id })
        .await;
    let read = reading(&approval, person, &["name"]);
    house
        .refused(&administrator(), read, CLAUSE, "not-approved")
        .await;
}
