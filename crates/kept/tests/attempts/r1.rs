//! R1: how long something stays follows from what it is and what it is for; nobody shortens,
//! lengthens or outlives it, save for a claim, and then nobody uses it.

use crate::house::{House, altered, caller, staff};
use kept_processing::{Caller, Collect, Command, Effect, Failure, Given, Subject, Use};
use kept_terms::{ActorKind, PersonId, Right};
use serde_json::json;

const HOLD: &str = "north-america#keep.legal-hold";

fn letter(person: PersonId) -> Command {
    Command::Collect(Collect {
        subject: Subject::Known(person),
        values: vec![(
            "message".to_owned(),
            Given::Text("Please call back.".to_owned()),
        )],
        country: "US-CA".parse().ok(),
        ..Collect::through("support")
    })
}

fn reading(person: PersonId) -> Command {
    Command::Use(Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["message".to_owned()],
    })
}

async fn with_a_letter(house: &House) -> PersonId {
    let person = house.person("ada@example.com").await.parse().unwrap();
    house.done(&staff("support"), letter(person)).await;
    person
}

async fn letters(house: &House, caller: &Caller, command: Command) -> usize {
    match house.done(caller, command).await.outcome {
        Ok(Effect::Values(values)) => values.len(),
        Ok(Effect::Export(mut export)) => {
            let mut count = 0;
            while let Some(page) = export.next_page(house.door()).await.unwrap() {
                count += page.iter().filter(|value| value.field == "message").count();
            }
            count
        }
        _ => panic!("no values"),
    }
}

/// Days pass as they do: the sweep sees each month go by.
async fn pass_days(house: &House, days: i64) {
    for _ in 0..days / 30 {
        house.clock.pass_days(30);
        house.door().sweep(None).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_read_past_its_day_even_before_the_sweep() {
    let house = House::new().await;
    let person = with_a_letter(&house).await;
    assert_eq!(letters(&house, &staff("support"), reading(person)).await, 1);
    let clause = "north-america#keep.correspondence";
    assert_eq!(house.stands(clause).await, "kept");
    house.clock.pass_days(731);
    assert_eq!(letters(&house, &staff("support"), reading(person)).await, 0);
    // That it is still there shows.
    assert_eq!(house.stands(clause).await, "broken");
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    assert_eq!(letters(&house, &Caller::person(), export).await, 0);
}

#[tokio::test]
async fn no_caller_says_when_something_falls_due() {
    let house = House::new().await;
    let support = house.token("staff", Some("support")).await;
    for odd in ["period", "due", "keep-until"] {
        let mut record = crate::house::contact("ada@example.com");
        record[odd] = json!("P99Y");
        let answer = house.post("/v1/collect", &support, &record).await;
        assert_eq!(answer.status, 422, "{}", answer.text);
    }
    let mut record = crate::house::contact("ada@example.com");
    record["collected-on"] = json!("2099-01-01");
    let answer = house.post("/v1/collect", &support, &record).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
}

#[tokio::test]
async fn a_hold_outlives_the_day_and_opens_nothing() {
    let house = House::new().await;
    let person = with_a_letter(&house).await;
    let hold = |matter: &str| Command::Hold {
        person,
        fields: vec!["message".to_owned()],
        matter: matter.to_owned(),
    };
    for other in [
        staff("support"),
        Caller::person(),
        caller(ActorKind::Machine, Some("sales")),
    ] {
        house
            .refused(&other, hold("case-17"), "north-america#keep", "wrong-role")
            .await;
    }
    let office = staff("privacy-office");
    house.done(&office, hold("case-17")).await;
    house.done(&office, hold("case-18")).await;
    // What comes in while it lasts is held as well.
    house.done(&staff("support"), letter(person)).await;

    let rectify = Command::Rectify {
        person,
        purpose: None,
        field: "message".to_owned(),
        value: "Never mind.".to_owned(),
        number: None,
    };
    house
        .refused(&Caller::person(), rectify, HOLD, "held")
        .await;

    pass_days(&house, 750).await;
    assert_eq!(letters(&house, &staff("support"), reading(person)).await, 0);
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    assert_eq!(letters(&house, &Caller::person(), export.clone()).await, 2);

    // The second hold keeps what the first lets go.
    let lift = |matter: &str| Command::Lift {
        person,
        matter: matter.to_owned(),
    };
    house.done(&office, lift("case-17")).await;
    assert_eq!(letters(&house, &Caller::person(), export.clone()).await, 2);
    house.door().audit(&mut |_| {}).await.unwrap();
    house.done(&office, lift("case-18")).await;
    assert_eq!(letters(&house, &Caller::person(), export).await, 0);
    let erase = Command::Erase { person };
    house.done(&Caller::person(), erase).await;
    house.door().audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn a_hold_lifted_in_time_leaves_everything_as_it_was() {
    let mut house = House::new().await;
    let person = with_a_letter(&house).await;
    let id = person.to_string();
    let words = ["--matter", "case-17", "--role", "privacy-office"];
    let held = house.kept(&[&["person", "hold", &id][..], &words].concat());
    assert_eq!(held.code, 0, "{}", held.err);
    let twice = house.kept(&[&["person", "hold", &id][..], &words].concat());
    assert_eq!(twice.code, 1, "{}", twice.err);
    let refused = [
        "person", "lift", &id, "--matter", "case-17", "--role", "support",
    ];
    house.kept(&refused).refused("north-america#keep");
    house.reopen().await;
    let office = house.token("staff", Some("privacy-office")).await;
    let path = format!("/v1/people/{person}/holds/case-17");
    let lifted = house
        .ask(axum::http::Method::DELETE, &path, &office, Vec::new(), "")
        .await;
    assert_eq!(lifted.status, 200, "{}", lifted.text);
    assert_eq!(letters(&house, &staff("support"), reading(person)).await, 1);
    pass_days(&house, 750).await;
    assert_eq!(letters(&house, &staff("support"), reading(person)).await, 0);
    house.door().audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn who_is_erased_leaves_what_a_hold_keeps_and_that_goes_with_the_hold() {
    const ERASURE: &str = "north-america#grant.erasure";
    let mut house = House::new().await;
    let person = with_a_letter(&house).await;
    let office = staff("privacy-office");
    let hold = |matter: &str| Command::Hold {
        person,
        fields: vec!["message".to_owned()],
        matter: matter.to_owned(),
    };
    house.done(&office, hold("case-17")).await;
    house.done(&office, hold("case-18")).await;
    let id = person.to_string();
    let before = house.entries().await;
    let token = house.token("staff", Some("privacy-office")).await;
    let path = format!("/v1/people/{id}/erase");
    let done = house.post(&path, &token, &json!({})).await;
    assert_eq!(
        (done.status, &done.body["kept"]),
        (
            200,
            &json!([{ "what": "message", "ground": "legal-claims" }])
        )
    );
    house.relied(before, "erase", HOLD).await;
    // The receipt is of the entry, and says that something was kept.
    let entry = done.body["entry"].as_u64().unwrap();
    let entry = house.door().entry(entry).unwrap().unwrap();
    let entry: serde_json::Value = serde_json::from_slice(&entry).unwrap();
    assert_eq!(entry["ref"], "kept:hold", "{entry}");

    // Nothing leads to what is left, and nothing is done with it.
    let pause = |paused| Command::Restrict { person, paused };
    for attempt in [letter(person), pause(false), pause(true)] {
        house.refused(&office, attempt, ERASURE, "erased").await;
    }
    house
        .refused(&staff("support"), letter(person), ERASURE, "erased")
        .await;
    let (support, wanted) = (staff("support"), reading(person));
    let tried = house.door().perform(&support, &wanted).await.unwrap();
    assert!(tried.outcome.is_err());
    let export = Command::Export {
        person,
        right: Right::Access,
    };
    let left = house.done(&office, export).await;
    let Ok(Effect::Export(mut left)) = left.outcome else {
        panic!("no copy");
    };
    let page = left.next_page(house.door()).await.unwrap().unwrap();
    let fields: Vec<&str> = page.iter().map(|value| &*value.field).collect();
    assert_eq!(fields, ["message"]);
    let other = house.person("ada@example.com").await;
    assert_ne!(other, id, "the address leads to what was erased");
    house.door().audit(&mut |_| {}).await.unwrap();

    // One hold of two is lifted, and a restart lies between; then the last.
    let lift = |matter: &str| Command::Lift {
        person,
        matter: matter.to_owned(),
    };
    house.done(&office, lift("case-17")).await;
    house.reopen().await;
    assert_eq!(house.door().figures().await.unwrap().people, 2);
    house.done(&office, lift("case-18")).await;
    assert_eq!(house.everybody(), [other]);
    house.door().audit(&mut |_| {}).await.unwrap();
}

/// The clause of letters, where a law has them stay.
const OBLIGED: &str = "north-america#keep.correspondence";

/// A house whose letters a law has stay for their time, although their person is erased.
async fn obliged() -> (House, String) {
    let mut house = House::new().await;
    let clause = "[keep.correspondence]\n";
    let law = format!("{clause}obliged-by = \"the Invented Letters Act, section 3\"\n");
    let policy = altered(&house, "north-america.md", clause, &law);
    house.reopen_under(&policy).await;
    (house, policy)
}

/// The fields of everything that is held of somebody.
async fn fields_held(house: &House, person: PersonId) -> Vec<String> {
    let (office, right) = (staff("privacy-office"), Right::Access);
    let copy = house.done(&office, Command::Export { person, right }).await;
    let Ok(Effect::Export(mut copy)) = copy.outcome else {
        panic!("no copy");
    };
    let mut fields = Vec::new();
    while let Some(page) = copy.next_page(house.door()).await.unwrap() {
        fields.extend(page.into_iter().map(|value| value.field));
    }
    fields
}

#[tokio::test]
async fn who_is_erased_leaves_what_a_law_keeps_under_a_number_of_its_own_until_its_day() {
    let (house, _) = obliged().await;
    let person = with_a_letter(&house).await;
    let office = staff("privacy-office");
    let before = house.entries().await;
    let token = house.token("staff", Some("privacy-office")).await;
    let done = house
        .post(&format!("/v1/people/{person}/erase"), &token, &json!({}))
        .await;
    let kept = json!([{ "what": "message", "ground": "legal-obligation" }]);
    assert_eq!(
        (done.status, &done.body["kept"]),
        (200, &kept),
        "{}",
        done.text
    );
    house.relied(before, "erase", OBLIGED).await;
    let entry = done.body["entry"].as_u64().unwrap();
    let entry = house.door().entry(entry).unwrap().unwrap();
    let entry: serde_json::Value = serde_json::from_slice(&entry).unwrap();
    assert_eq!(
        (&entry["ref"], &entry["count"]),
        (&json!("kept:law"), &json!(1)),
        "{entry}"
    );

    // The person is gone, with their key; what is left leads to nobody, and is left alone.
    let under: PersonId = done.body["kept-under"].as_str().unwrap().parse().unwrap();
    assert_ne!(under, person);
    let gone = house
        .door()
        .perform(&staff("support"), &reading(person))
        .await;
    assert_eq!(gone.err(), Some(Failure::NotFound("person")));
    assert_eq!(fields_held(&house, under).await, ["message"]);
    let left = Command::Export {
        person: under,
        right: Right::Access,
    };
    let left = house.done(&office, left).await;
    let Ok(Effect::Export(left)) = left.outcome else {
        panic!("no copy");
    };
    let lived = left.about().country.map(|place| place.code());
    assert_eq!(lived, Some("US-CA"));
    let other = house.person("ada@example.com").await;
    assert!(![person.to_string(), under.to_string()].contains(&other));
    const ERASURE: &str = "north-america#grant.erasure";
    house
        .refused(&staff("support"), letter(under), ERASURE, "erased")
        .await;
    let restriction = "north-america#grant.restriction";
    house
        .refused(&staff("support"), reading(under), restriction, "restricted")
        .await;
    // Asked again, nothing more goes and nothing moves.
    let again = house.done(&office, Command::Erase { person: under }).await;
    let Ok(Effect::Kept(again)) = again.outcome else {
        panic!("it went");
    };
    assert_eq!(again.under, under);
    house.door().audit(&mut |_| {}).await.unwrap();
    assert_eq!(house.door().figures().await.unwrap().people, 2);
    pass_days(&house, 750).await;
    assert_eq!(house.door().figures().await.unwrap().people, 1);
    let erase = Command::Erase { person: under };
    let gone = house.door().perform(&office, &erase).await;
    assert_eq!(gone.err(), Some(Failure::NotFound("person")));
    house.door().audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn one_thing_that_a_law_keeps_is_not_erased_and_the_rest_is() {
    let (house, _) = obliged().await;
    let person = with_a_letter(&house).await;
    let me = caller(ActorKind::Person, None);
    let item = |field: &str, number| Command::EraseItem {
        person,
        field: field.to_owned(),
        number,
    };
    let Ok(Effect::Values(letters)) = house.done(&staff("support"), reading(person)).await.outcome
    else {
        panic!("no letter");
    };
    let letter = item("message", letters[0].number);
    house.refused(&me, letter, OBLIGED, "obliged").await;
    let name = Command::Use(Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["name".to_owned()],
    });
    let Ok(Effect::Values(names)) = house.done(&staff("support"), name).await.outcome else {
        panic!("no name");
    };
    house.done(&me, item("name", names[0].number)).await;
    assert!(
        !fields_held(&house, person)
            .await
            .contains(&"name".to_owned())
    );
}

#[tokio::test]
async fn what_a_law_keeps_outlasts_the_hold_on_the_rest() {
    let (mut house, policy) = obliged().await;
    let person = with_a_letter(&house).await;
    let office = staff("privacy-office");
    let hold = Command::Hold {
        person,
        fields: vec!["name".to_owned()],
        matter: "case-17".to_owned(),
    };
    house.done(&office, hold).await;
    house.done(&staff("support"), letter(person)).await;
    let erased = house.done(&office, Command::Erase { person }).await;
    let Ok(Effect::Kept(kept)) = erased.outcome else {
        panic!("nothing was kept");
    };
    // Claims and cases name the person by this number, so all of it stays under it meanwhile.
    assert_eq!(kept.under, person);
    let left = kept
        .left
        .iter()
        .map(|left| (&*left.what, left.ground.name()));
    let left: Vec<_> = left.collect();
    let (law, claim) = ("legal-obligation", "legal-claims");
    assert_eq!(left, [("message", law), ("name", claim)]);
    let mut held = fields_held(&house, person).await;
    held.sort();
    assert_eq!(held, ["message", "message", "name"]);
    house.door().audit(&mut |_| {}).await.unwrap();
    house.reopen_under(&policy).await;
    let matter = "case-17".to_owned();
    let lift = Command::Lift { person, matter };
    house.done(&office, lift).await;
    let gone = house
        .door()
        .perform(&office, &Command::Erase { person })
        .await;
    assert_eq!(gone.err(), Some(Failure::NotFound("person")));
    let people = house.everybody();
    assert_eq!(people.len(), 1, "{people:?}");
    let under = people[0].parse().unwrap();
    assert_eq!(fields_held(&house, under).await, ["message", "message"]);
    house.door().audit(&mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn what_a_law_keeps_counts_from_the_erasure_where_its_event_has_not_happened() {
    let mut house = House::new().await;
    let clause = "[keep.contract]\n";
    let law = format!("{clause}obliged-by = \"the Invented Books Act, section 1\"\n");
    let policy = altered(&house, "north-america.md", clause, &law);
    house.reopen_under(&policy).await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let contract = Collect {
        subject: Subject::Known(person),
        values: vec![(
            "contract-number".to_owned(),
            Given::Text("C-2026-17".to_owned()),
        )],
        ..Collect::through("client-contract")
    };
    let manager = staff("account-manager");
    house.done(&manager, Command::Collect(contract)).await;
    let erase = Command::Erase { person };
    let Ok(Effect::Kept(kept)) = house.done(&staff("privacy-office"), erase).await.outcome else {
        panic!("nothing was kept");
    };
    let held = async |house: &House| fields_held(house, kept.under).await;
    assert_eq!(held(&house).await, ["contract-number"]);
    house.door().audit(&mut |_| {}).await.unwrap();
    // Seven years, and it is gone.
    pass_days(&house, 7 * 365 - 30).await;
    assert_eq!(held(&house).await, ["contract-number"]);
    pass_days(&house, 60).await;
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}
