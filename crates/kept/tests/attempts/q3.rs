//! Q3: who tries again and again what they may not is looked into, by those who decide on it and
//! by nobody else.

use crate::house::{House, staff};
use kept_processing::{
    Answering, Caller, Command, Effect, Listed, Matter, MatterAbout, Showing, Use,
};
use kept_terms::{Book, PersonId};

const CLAUSE: &str = "north-america#answer.staff";

fn snooping(person: PersonId) -> Command {
    Command::Use(Use {
        person,
        purpose: "employment".to_owned(),
        fields: vec!["name".to_owned()],
    })
}

async fn violations(house: &House) -> Vec<Matter> {
    let list = Command::Show(Showing::Matters(Book::Violations));
    let shown = house.done(&staff("human-resources"), list).await;
    match shown.outcome {
        Ok(Effect::Listed(Listed::Matters(matters))) => matters,
        _ => panic!("no list"),
    }
}

#[tokio::test]
async fn ten_refusals_within_a_day_are_looked_into() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let purpose = "north-america#use.employment";
    for _ in 0..9 {
        house
            .refused(&staff("support"), snooping(person), purpose, "wrong-role")
            .await;
    }
    assert_eq!(house.door().watch().await.unwrap().raised, 0);
    house
        .refused(&staff("support"), snooping(person), purpose, "wrong-role")
        .await;
    assert_eq!(house.door().watch().await.unwrap().raised, 1);
    assert_eq!(house.door().watch().await.unwrap().raised, 0);
    let raised = violations(&house).await;
    let Some(MatterAbout::Violation { actor, entries, .. }) = raised.first().map(|it| &it.about)
    else {
        panic!("nothing was raised");
    };
    assert_eq!((actor.as_str(), entries.len()), ("token:support", 10));
    assert_eq!(raised.first().unwrap().owner, "people-team");
}

#[tokio::test]
async fn refusals_of_what_people_send_and_of_other_days_are_not() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let purpose = "north-america#use.employment";
    for _ in 0..12 {
        house
            .refused(&staff("support"), snooping(person), purpose, "wrong-role")
            .await;
        house.clock.pass_days(1);
    }
    assert_eq!(house.door().watch().await.unwrap().raised, 0);
}

#[tokio::test]
async fn only_those_who_decide_see_it_and_nobody_judges_their_own() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let snoop = Caller {
        id: "session:snoop".to_owned(),
        ..staff("human-resources")
    };
    let marketing = Command::Use(Use {
        person,
        purpose: "marketing".to_owned(),
        fields: vec!["name".to_owned()],
    });
    for _ in 0..10 {
        let clause = "north-america#use.marketing";
        house
            .refused(&snoop, marketing.clone(), clause, "wrong-role")
            .await;
    }
    house.door().watch().await.unwrap();
    let list = || Command::Show(Showing::Matters(Book::Violations));
    for role in ["privacy-office", "support", "administrator"] {
        house
            .refused(&staff(role), list(), "north-america#answer", "not-shown")
            .await;
    }
    let id = violations(&house).await.first().unwrap().id.clone();
    let close = |outcome: &str| {
        let (id, outcome) = (id.clone(), outcome.to_owned());
        Command::Answer(Answering::Close { id, outcome })
    };
    house
        .refused(
            &staff("privacy-office"),
            close("warning"),
            CLAUSE,
            "not-responsible",
        )
        .await;
    house
        .refused(&snoop, close("unfounded"), CLAUSE, "own-request")
        .await;
    let (by, unheard) = (staff("human-resources"), close("tickled"));
    let told = house.door().perform(&by, &unheard).await;
    assert!(told.is_err(), "an outcome is one that the clause lists");
    house
        .done(&staff("human-resources"), close("warning"))
        .await;
    house
        .refused(
            &staff("human-resources"),
            close("dismissal"),
            CLAUSE,
            "over",
        )
        .await;
}
