//! Q1: a complaint goes to the support team, and on to the privacy office when the person says so
//! or the time has lapsed.

use crate::house::{House, staff};
use kept_processing::{Answering, Caller, Command, Effect, Listed, Matter, MatterAbout, Showing};
use kept_terms::{Book, PersonId};

const CLAUSE: &str = "north-america#answer.complaint";

async fn complained(house: &House) -> String {
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let message = None;
    let about = MatterAbout::Complaint { person, message };
    let open = Command::Answer(Answering::Open(about));
    let Ok(Effect::Named(id)) = house.done(&Caller::person(), open).await.outcome else {
        panic!("no name");
    };
    id
}

async fn only(house: &House) -> Matter {
    let list = Command::Show(Showing::Matters(Book::Complaints));
    let shown = house.done(&staff("privacy-office"), list).await;
    let Ok(Effect::Listed(Listed::Matters(matters))) = shown.outcome else {
        panic!("no list");
    };
    matters.into_iter().next().unwrap()
}

fn close(id: &str, outcome: &str) -> Command {
    Command::Answer(Answering::Close {
        id: id.to_owned(),
        outcome: outcome.to_owned(),
    })
}

#[tokio::test]
async fn a_complaint_is_answered_by_the_team_of_its_stage() {
    let house = House::new().await;
    let id = complained(&house).await;
    for role in ["marketing", "privacy-office"] {
        house
            .refused(
                &staff(role),
                close(&id, "settled"),
                CLAUSE,
                "not-responsible",
            )
            .await;
    }
    let list = Command::Show(Showing::Matters(Book::Complaints));
    house
        .refused(
            &staff("marketing"),
            list,
            "north-america#answer",
            "not-shown",
        )
        .await;
    let escalate = Answering::Escalate { id: id.clone() };
    house
        .done(&Caller::person(), Command::Answer(escalate))
        .await;
    assert_eq!(only(&house).await.owner, "privacy-office");
    house
        .refused(
            &staff("support"),
            close(&id, "settled"),
            CLAUSE,
            "not-responsible",
        )
        .await;
    house
        .done(&staff("privacy-office"), close(&id, "settled"))
        .await;
    house
        .refused(
            &staff("privacy-office"),
            close(&id, "rejected"),
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
