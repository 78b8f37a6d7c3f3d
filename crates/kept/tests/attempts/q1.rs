//! Q1: a complaint goes to the support team, and on to the privacy office when the person says so
//! or the time has lapsed.

use crate::house::{House, staff};
use kept_processing::case::{Case, Ground, Kind, Reference};
use kept_processing::{Caller, Casing, Closing, Command, Effect, Listed, Opening, Showing};
use kept_terms::{Book, PersonId};

const CLAUSE: &str = "north-america#answer.complaint";

async fn complained(house: &House) -> (PersonId, Reference) {
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let opening = Opening::of(Kind::Complaint, person);
    let open = Command::own_case(person, Casing::Open(Box::new(opening)));
    let Ok(Effect::Named(id)) = house.done(&Caller::person(), open).await.outcome else {
        panic!("no name");
    };
    (person, id.parse().unwrap())
}

async fn only(house: &House) -> Case {
    let list = Command::Show(list());
    let shown = house.done(&staff("privacy-office"), list).await;
    let Ok(Effect::Listed(Listed::Cases(cases))) = shown.outcome else {
        panic!("no list");
    };
    cases.into_iter().next().unwrap()
}

fn list() -> Showing {
    Showing::Cases {
        book: Book::Complaints,
        ended: false,
    }
}

fn close(reference: Reference, outcome: &str) -> Command {
    let ground = (outcome == "rejected").then(|| Ground::named("found-in-order").unwrap());
    let end = Closing::With {
        outcome: outcome.to_owned(),
        ground,
        left: Vec::new(),
        answer: None,
    };
    Command::case(Casing::End { reference, end })
}

#[tokio::test]
async fn a_complaint_is_answered_by_the_team_of_its_stage() {
    let house = House::new().await;
    let (person, id) = complained(&house).await;
    for role in ["marketing", "privacy-office"] {
        house
            .refused(
                &staff(role),
                close(id, "settled"),
                CLAUSE,
                "not-responsible",
            )
            .await;
    }
    let list = Command::Show(list());
    house
        .refused(
            &staff("marketing"),
            list,
            "north-america#answer",
            "not-shown",
        )
        .await;
    let escalate = Command::own_case(person, Casing::Escalate { reference: id });
    house.done(&Caller::person(), escalate).await;
    assert_eq!(only(&house).await.owner, "privacy-office");
    house
        .refused(
            &staff("support"),
            close(id, "settled"),
            CLAUSE,
            "not-responsible",
        )
        .await;
    house
        .done(&staff("privacy-office"), close(id, "settled"))
        .await;
    house
        .refused(
            &staff("privacy-office"),
            close(id, "rejected"),
            CLAUSE,
            "over",
        )
        .await;
}

#[tokio::test]
async fn a_complaint_whose_time_has_lapsed_moves_on_by_itself() {
    let house = House::new().await;
    complained(&house).await;
    house.clock.pass_days(10);
    assert_eq!(house.door().watch().await.unwrap().moved, 0);
    house.clock.pass_days(1);
    assert_eq!(house.door().watch().await.unwrap().moved, 1);
    let matter = only(&house).await;
    assert_eq!((matter.stage, matter.owner.as_str()), (1, "privacy-office"));
    house.clock.pass_days(40);
    assert_eq!(house.door().watch().await.unwrap().moved, 0);
}
