//! Q3: who tries again and again what they may not is looked into, by those who decide on it and
//! by nobody else.

use crate::house::{House, staff};
use kept_processing::case::{About, Case};
use kept_processing::{
    Caller, Casing, Closing, Collect, Command, Effect, Given, Listed, Showing, Use,
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

fn list() -> Command {
    Command::Show(Showing::Cases {
        book: Book::Violations,
        ended: false,
    })
}

async fn violations(house: &House) -> Vec<Case> {
    let list = list();
    let shown = house.done(&staff("human-resources"), list).await;
    match shown.outcome {
        Ok(Effect::Listed(Listed::Cases(cases))) => cases,
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
    let Some(About::Staff { actor, entries, .. }) = raised.first().map(|it| &it.about) else {
        panic!("nothing was raised");
    };
    assert_eq!((actor.as_str(), entries.len()), ("token:support", 10));
    assert_eq!(raised.first().unwrap().owner, "people-team");
}

#[tokio::test]
async fn refusals_of_other_days_are_not() {
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
    for role in ["privacy-office", "support", "administrator"] {
        house
            .refused(&staff(role), list(), "north-america#answer", "not-shown")
            .await;
    }
    let reference = violations(&house).await.first().unwrap().reference;
    let close = |outcome: &str| {
        let end = Closing::With {
            outcome: outcome.to_owned(),
            ground: None,
            left: Vec::new(),
            answer: None,
        };
        Command::case(Casing::End { reference, end })
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

#[tokio::test]
async fn refusals_of_what_people_send_and_of_programs_are_not() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let mut record = Collect::through("website-form");
    record.country = Some("US".parse().unwrap());
    record.age = Some(12);
    record.values = vec![("name".to_owned(), Given::Text("Tim".to_owned()))];
    let clause = "north-america#refuse.children";
    for _ in 0..12 {
        let attempt = Command::Collect(record.clone());
        house
            .refused(&staff("support"), attempt, clause, "under-age")
            .await;
    }
    let secret = house.token("machine", Some("support")).await;
    let program = house.door().authenticate(&secret).await.unwrap().unwrap();
    let purpose = "north-america#use.employment";
    for _ in 0..12 {
        house
            .refused(&program, snooping(person), purpose, "wrong-role")
            .await;
    }
    assert_eq!(house.door().watch().await.unwrap().raised, 0);
}
