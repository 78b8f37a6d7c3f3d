//! Y1: nobody under age gives information, none is knowingly collected, and what is found goes.

use crate::house::{House, altered, caller, contact, staff, stored_as};
use axum::http::Method;
use kept_processing::case::{Case, Kind};
use kept_processing::{
    Caller, Casing, Collect, Command, Effect, Given, Listed, Opening, Parent, Showing, Stranger,
    Use, Whose,
};
use kept_terms::{ActorKind, Book, ParentWay, PersonId};
use serde_json::json;

const CLAUSE: &str = "north-america#refuse.children";

fn child() -> Command {
    let mut record = Collect::through("website-form");
    record.country = Some("US".parse().unwrap());
    record.age = Some(12);
    record.values = vec![
        ("name".to_owned(), Given::Text("Ada Byron".to_owned())),
        (
            "email".to_owned(),
            Given::Text("ada@example.com".to_owned()),
        ),
    ];
    Command::Collect(record)
}

#[tokio::test]
async fn nothing_of_an_intake_under_age_stays() {
    let house = House::new().await;
    house
        .refused(&staff("support"), child(), CLAUSE, "under-age")
        .await;

    let support = house.token("staff", Some("support")).await;
    let mut record = contact("ada@example.com");
    record["age"] = json!(12);
    let before = house.entries().await;
    let answer = house.post("/v1/collect", &support, &record).await;
    answer.refused(CLAUSE, "under-age");
    house.recorded(before, CLAUSE, "under-age").await;

    let lines = format!("{record}\n{record}\n");
    let bulk = house.ask(
        Method::POST,
        "/v1/collect/bulk",
        &support,
        lines.into_bytes(),
        "application/x-ndjson",
    );
    let bulk = bulk.await;
    assert_eq!(bulk.text.matches("under-age").count(), 2, "{}", bulk.text);
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn a_table_of_children_is_refused_line_by_line() {
    let mut house = House::new().await;
    let table = "name,email,age\nAda Byron,ada@example.com,12\n";
    std::fs::write(house.folder.path().join("children.csv"), table).unwrap();
    let words = [
        "collect",
        "--role",
        "support",
        "--channel",
        "website-form",
        "--country",
        "US",
        "children.csv",
    ];
    house.kept(&words).refused(CLAUSE);
    house.reopen().await;
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn an_age_that_is_said_in_a_message_or_a_file_counts() {
    let house = House::new().await;
    for (country, clause, text) in [
        ("US", CLAUSE, "Hello, I am 12 years old and like your ads."),
        (
            "CA",
            "north-america#refuse.children-canada",
            "I'm 13 years old.",
        ),
        ("FR", "france#refuse.children", "Bonjour, j'ai onze ans."),
        (
            "DE",
            "germany#refuse.children",
            "Ich bin erst 15 Jahre alt.",
        ),
        ("CN", "china-asia-pacific#refuse.children", "我今年十一岁。"),
    ] {
        let file = Given::File {
            name: "letter.txt".to_owned(),
            media_type: "text/plain".to_owned(),
            content: text.as_bytes().to_vec(),
        };
        for (field, given) in [
            ("message", Given::Text(text.to_owned())),
            ("attachment", file),
        ] {
            let mut record = Collect::through("website-form");
            record.country = Some(country.parse().unwrap());
            // Whoever also says that they are grown up is not taken at the better.
            record.age = Some(40);
            record.values = vec![(field.to_owned(), given)];
            let attempt = Command::Collect(record);
            house
                .refused(&staff("support"), attempt, clause, "under-age")
                .await;
        }
    }
    assert_eq!(house.door().figures().await.unwrap().people, 0);
    let mut record = contact("ada@example.com");
    record["values"]["message"] = json!("I am 13 years old, my son is 11 years old.");
    let support = house.token("staff", Some("support")).await;
    assert_eq!(
        house.post("/v1/collect", &support, &record).await.status,
        201
    );
}

#[tokio::test]
async fn a_report_pauses_everything_and_erases_nobody() {
    let house = House::new().await;
    let id = house.person("ada@example.com").await;
    let person: PersonId = id.parse().unwrap();
    let machine = house.token("machine", Some("marketing")).await;
    let path = format!("/v1/people/{id}/report-child");
    let reported = house.post(&path, &machine, &json!({ "child": true })).await;
    assert_eq!(reported.status, 200, "{}", reported.text);
    let reading = Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["name".to_owned()],
    };
    house
        .refused(
            &staff("support"),
            Command::Use(reading),
            CLAUSE,
            "under-age",
        )
        .await;
    // Whoever reported cannot go on to erase, nor take the report back.
    for wanted in [
        Command::Erase { person },
        Command::ReportChild {
            person,
            child: false,
        },
    ] {
        for stranger in [
            caller(ActorKind::Machine, Some("marketing")),
            staff("support"),
            staff("marketing"),
        ] {
            let performed = house.door().perform(&stranger, &wanted).await.unwrap();
            assert!(performed.outcome.is_err(), "{:?} was let", stranger.role);
        }
    }
    assert_eq!(house.door().figures().await.unwrap().people, 1);
    let office = staff("privacy-office");
    house.done(&office, Command::Erase { person }).await;
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn nothing_is_put_right_with_the_words_of_a_child() {
    let house = House::new().await;
    let mut record = contact("ada@example.com");
    record["values"]["message"] = json!("Hello.");
    let support = house.token("staff", Some("support")).await;
    let stored = house.post("/v1/collect", &support, &record).await;
    let person = stored.body["person"].as_str().unwrap().parse().unwrap();
    let by_right = |value: &str| Command::Rectify {
        person,
        purpose: None,
        field: "message".to_owned(),
        value: value.to_owned(),
        number: None,
    };
    let office = staff("privacy-office");
    let attempt = by_right("I am twelve years old.");
    house.refused(&office, attempt, CLAUSE, "under-age").await;
    house.done(&office, by_right("Good morning.")).await;
}

#[tokio::test]
async fn a_report_is_a_case_until_it_is_lifted_or_confirmed() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let list = || {
        Command::Show(Showing::Cases {
            book: Book::Reports,
            ended: true,
        })
    };
    let office = staff("privacy-office");
    for expected in [None, Some("erased")] {
        let child = true;
        let report = Command::ReportChild { person, child };
        house.done(&staff("support"), report.clone()).await;
        house.done(&staff("support"), report).await;
        if expected.is_some() {
            house.done(&office, Command::Erase { person }).await;
        }
        let Ok(Effect::Listed(Listed::Cases(cases))) = house.done(&office, list()).await.outcome
        else {
            panic!("no list");
        };
        assert_eq!(cases.len(), 1, "two reports are one case");
        let outcome = cases[0].ending().map(|ending| ending.outcome.as_str());
        assert_eq!(outcome, expected);
    }
}

/// Reports somebody as anybody may, without signing in.
fn reported(whom: &str) -> Command {
    let about = Whose::Unknown(Stranger {
        contact: Some("teacher@example.com".to_owned()),
        text: Some("She is nine years old.".to_owned()),
        whom: Some(whom.to_owned()),
        country: "US".parse().ok(),
        ..Stranger::default()
    });
    Command::case(Casing::Open(Box::new(Opening::about(
        Kind::UnderAge,
        about,
    ))))
}

async fn reports(house: &House) -> Vec<Case> {
    let list = Command::Show(Showing::Cases {
        book: Book::Reports,
        ended: false,
    });
    let listed = house.done(&staff("privacy-office"), list).await.outcome;
    let Ok(Effect::Listed(Listed::Cases(cases))) = listed else {
        panic!("no list");
    };
    cases
}

/// An entry without what every entry has of its own.
fn plain(house: &House, entry: u64) -> serde_json::Value {
    let bytes = house.door().entry(entry).unwrap().unwrap();
    let mut entry: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    for own in ["ref", "person", "salt"] {
        let length = entry[own].as_str().map(str::len);
        entry[own] = json!(length);
    }
    entry
}

#[tokio::test]
async fn a_report_by_anybody_sets_apart_and_tells_nobody_whether_anybody_is_there() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let wanted = Command::Use(Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["email".to_owned()],
    });
    let support = staff("support");
    house.done(&support, wanted.clone()).await;
    let mut told = Vec::new();
    for whom in ["Ada@example.com", "nobody@example.com", "a girl called Ada"] {
        let opened = house.done(&Caller::person(), reported(whom)).await;
        let before = house.entries().await;
        assert_eq!(house.door().watch().await.unwrap().looked_up, 1);
        assert_eq!(house.entries().await, before + 1);
        told.push((plain(&house, opened.entry.unwrap()), plain(&house, before)));
        assert_eq!(house.door().watch().await.unwrap().looked_up, 0, "once");
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
    assert_eq!(told[0].1["act"], "restrict", "{}", told[0].1);
    house.refused(&support, wanted, CLAUSE, "under-age").await;
    let known = |cases: &[Case]| cases.iter().filter(|case| case.person().is_some()).count();
    let cases = reports(&house).await;
    assert_eq!((cases.len(), known(&cases)), (3, 1));
    // Nobody sets a whole house apart.
    for at in 0..30 {
        let whom = format!("somebody-{at}@example.com");
        house.done(&Caller::person(), reported(&whom)).await;
    }
    assert_eq!(house.door().watch().await.unwrap().looked_up, 17);
    house.clock.pass_seconds(3_601);
    assert_eq!(house.door().watch().await.unwrap().looked_up, 13);
}

#[tokio::test]
async fn a_question_of_a_child_is_not_taken_in() {
    let house = House::new().await;
    for (age, text) in [
        (Some(12), "What do you hold?"),
        (None, "I am twelve years old."),
    ] {
        let about = Whose::Unknown(Stranger {
            contact: Some("tim@example.com".to_owned()),
            text: Some(text.to_owned()),
            country: "US".parse().ok(),
            age,
            ..Stranger::default()
        });
        let opening = Opening::about(Kind::Question, about);
        let open = Command::case(Casing::Open(Box::new(opening)));
        house
            .refused(&Caller::person(), open, CLAUSE, "under-age")
            .await;
    }
    assert!(house.door().outgoing(None, 10).await.unwrap().is_empty());
}

async fn noticed(house: &House) -> PersonId {
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let child = true;
    let report = Command::ReportChild { person, child };
    house.done(&staff("support"), report).await;
    person
}

async fn all_reports(house: &House) -> Vec<Case> {
    let list = Command::Show(Showing::Cases {
        book: Book::Reports,
        ended: true,
    });
    let shown = house.done(&staff("privacy-office"), list).await;
    let Ok(Effect::Listed(Listed::Cases(cases))) = shown.outcome else {
        panic!("no list");
    };
    cases
}

#[tokio::test]
async fn a_report_that_nobody_decides_ends_by_itself() {
    let mut house = House::new().await;
    let (apart, erase) = (
        "if-undecided  = \"stay-apart\"",
        "if-undecided  = \"erase\"",
    );
    let folder = altered(&house, "north-america.md", apart, erase);
    house.reopen_under(&folder).await;
    let person = noticed(&house).await;
    house.clock.pass_days(13);
    // Whoever reports again does not gain time.
    let child = true;
    let again = Command::ReportChild { person, child };
    house.done(&staff("support"), again).await;
    house.door().watch().await.unwrap();
    assert_eq!(house.door().figures().await.unwrap().people, 1);
    let open = &all_reports(&house).await[0];
    assert_eq!(open.clause.as_deref(), Some(CLAUSE));
    assert_eq!(open.owner, "privacy-office");
    house.clock.pass_days(2);
    let before = house.entries().await;
    assert_eq!(house.door().watch().await.unwrap().moved, 1);
    assert_eq!(house.door().figures().await.unwrap().people, 0);
    house.relied(before, "erase", CLAUSE).await;
    let cases = all_reports(&house).await;
    let ending = cases[0].ending().unwrap();
    assert_eq!((&*ending.outcome, ending.in_time), ("erased", false));
    let standing = house.standing(CLAUSE).await;
    assert!(standing.contains("1 late"), "{standing}");
    assert_eq!(house.door().watch().await.unwrap().moved, 0);
}

/// Adds clauses before another.
fn add(file: &std::path::Path, before: &str, clauses: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(before), "{before}");
    let with = format!("{clauses}{before}");
    std::fs::write(file, text.replacen(before, &with, 1)).unwrap();
}

#[tokio::test]
async fn a_report_may_be_left_to_those_who_have_the_last_word() {
    let mut house = House::new().await;
    let folder = altered(
        &house,
        "north-america.md",
        "confirmed-by  = [\"privacy-office\"]\nif-undecided  = \"stay-apart\"",
        "confirmed-by  = [\"counsel\"]\nif-undecided  = \"stay-apart\"",
    );
    let folder = std::path::Path::new(&folder);
    add(
        &folder.join("definitions.md"),
        "[define.role.privacy-office]",
        "[define.role.counsel]\nlabel = \"Counsel\"\n\n",
    );
    let document = folder.join("north-america.md");
    add(
        &document,
        "[secure.privacy-office]",
        "[secure.counsel]\nrole = \"counsel\"\nsees = { clear = \"all\" }\n\n",
    );
    let text = std::fs::read_to_string(&document).unwrap();
    let text = text.replace(
        "= [\"privacy-office\"]\n",
        "= [\"privacy-office\", \"counsel\"]\n",
    );
    std::fs::write(&document, text).unwrap();
    let folder = folder.to_str().unwrap();
    house.reopen_under(folder).await;
    let person = noticed(&house).await;
    let office = staff("privacy-office");
    let lifting = || Command::ReportChild {
        person,
        child: false,
    };
    // Until the time is over it is for those whom the clause names alone.
    for attempt in [Command::Erase { person }, lifting()] {
        house
            .refused(&office, attempt, CLAUSE, "not-responsible")
            .await;
    }
    house.clock.pass_days(15);
    assert_eq!(house.door().watch().await.unwrap().moved, 1);
    assert_eq!(house.door().watch().await.unwrap().moved, 0);
    assert_eq!(house.door().figures().await.unwrap().people, 1);
    let open = &all_reports(&house).await[0];
    assert_eq!((open.stage, &*open.owner), (1, "privacy-office"));
    let standing = house.standing(CLAUSE).await;
    assert!(standing.contains("1 of 1 open cases"), "{standing}");
    house.done(&office, lifting()).await;
    let reading = Use {
        person,
        purpose: "answer-you".to_owned(),
        fields: vec!["name".to_owned()],
    };
    house.done(&staff("support"), Command::Use(reading)).await;
}

/// The modelled policy, with a parent's agreement that is shown by a form or a video call.
async fn with_parents(house: &mut House) {
    let folder = altered(
        house,
        "north-america.md",
        "under         = 13\n",
        "under         = 13\nparent-agrees = [\"signed-form\", \"video-call\"]\n",
    );
    house.reopen_under(&folder).await;
}

fn parent(way: ParentWay) -> Option<Parent> {
    let reference = "form-2026-17".to_owned();
    Some(Parent { way, reference })
}

#[tokio::test]
async fn a_parents_agreement_lets_in_and_its_end_erases() {
    let mut house = House::new().await;
    with_parents(&mut house).await;
    let with = |parent: Option<Parent>| {
        let Command::Collect(mut record) = child() else {
            panic!("another command");
        };
        record.parent = parent;
        Command::Collect(record)
    };
    let (office, support) = (staff("privacy-office"), staff("support"));
    // Without one, with one that was shown otherwise, or vouched for by others, nothing comes in.
    for (who, record, why) in [
        (&office, with(None), "under-age"),
        (&office, with(parent(ParentWay::EmailPlus)), "under-age"),
        (
            &support,
            with(parent(ParentWay::SignedForm)),
            "not-responsible",
        ),
        (
            &Caller::person(),
            with(parent(ParentWay::SignedForm)),
            "own-request",
        ),
    ] {
        house.refused(who, record, CLAUSE, why).await;
    }
    assert_eq!(house.door().figures().await.unwrap().people, 0);
    let stored = house
        .done(&office, with(parent(ParentWay::SignedForm)))
        .await;
    let person = stored_as(&stored);
    let reading = || {
        Command::Use(Use {
            person,
            purpose: "answer-you".to_owned(),
            fields: vec!["name".to_owned()],
        })
    };
    house.done(&support, reading()).await;
    // The record says how it was checked, where the papers are, and under which version.
    let export = Command::Export {
        person,
        right: kept_terms::Right::Access,
    };
    let Ok(Effect::Export(copy)) = house.done(&office, export).await.outcome else {
        panic!("no copy");
    };
    let record = copy.about().parent.unwrap();
    assert_eq!(
        (&*record.way, &*record.reference),
        ("signed-form", "form-2026-17")
    );
    assert_eq!(record.through, "website-form");
    // A report changes nothing while the parent agrees, and nobody else takes it back.
    let withdrawn = || Command::ParentAgrees {
        person,
        parent: None,
        channel: "telephone".to_owned(),
    };
    house
        .refused(&support, withdrawn(), CLAUSE, "not-responsible")
        .await;
    house.done(&support, reading()).await;
    let before = house.entries().await;
    house.done(&office, withdrawn()).await;
    house.relied(before, "withdraw", CLAUSE).await;
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn a_parent_who_agrees_settles_a_report() {
    let mut house = House::new().await;
    with_parents(&mut house).await;
    let person = noticed(&house).await;
    let agrees = |way| Command::ParentAgrees {
        person,
        parent: parent(way),
        channel: "e-mail".to_owned(),
    };
    let office = staff("privacy-office");
    house
        .refused(&office, agrees(ParentWay::CardPayment), CLAUSE, "under-age")
        .await;
    house
        .refused(
            &Caller::person(),
            agrees(ParentWay::VideoCall),
            CLAUSE,
            "own-request",
        )
        .await;
    let token = house.token("staff", Some("privacy-office")).await;
    let path = format!("/v1/people/{person}/parent");
    let said = json!({
        "agrees": { "way": "video-call", "reference": "call-2026-4" },
        "channel": "telephone",
    });
    let done = house.post(&path, &token, &said).await;
    assert_eq!(done.status, 200, "{}", done.text);
    let cases = all_reports(&house).await;
    assert_eq!(cases[0].ending().unwrap().outcome, "agreed");
    house.clock.pass_days(30);
    house.door().watch().await.unwrap();
    assert_eq!(house.door().figures().await.unwrap().people, 1);
    let token = house.token("staff", Some("privacy-office")).await;
    let taken_back = json!({ "channel": "telephone" });
    let done = house.post(&path, &token, &taken_back).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(house.door().figures().await.unwrap().people, 0);
}

#[tokio::test]
async fn without_a_clause_no_parent_lets_anybody_in() {
    let house = House::new().await;
    let Command::Collect(mut record) = child() else {
        panic!("another command");
    };
    record.parent = parent(ParentWay::SignedForm);
    let office = staff("privacy-office");
    house
        .refused(
            &office,
            Command::Collect(record.clone()),
            CLAUSE,
            "under-age",
        )
        .await;
    // A form on the website is anybody's word.
    record.unverified = true;
    let asked = house
        .door()
        .perform(&office, &Command::Collect(record))
        .await;
    assert!(asked.is_err());
}
