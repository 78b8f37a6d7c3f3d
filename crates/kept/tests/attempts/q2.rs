//! Q2: an authority's question is answered by the privacy office, with evidence that the authority
//! checks without trusting anybody.

use crate::house::{House, administrator, staff};
use crate::mail::{deliver, letters};
use kept_processing::case::{Kind, Reference};
use kept_processing::{
    Administration, BreachNote, Casing, Closing, Command, Effect, Opening, Whose,
};
use kept_terms::PersonId;
use serde_json::json;

const CLAUSE: &str = "north-america#answer.authorities";

fn enquire() -> Command {
    let about = Whose::Authority {
        authority: "federal-trade-commission".to_owned(),
        code: "ftc-26-881".to_owned(),
    };
    let opening = Opening::about(Kind::Enquiry, about);
    Command::case(Casing::Open(Box::new(opening)))
}

#[tokio::test]
async fn a_question_is_for_the_office_that_the_clause_names() {
    let house = House::new().await;
    for role in ["support", "marketing"] {
        house
            .refused(&staff(role), enquire(), CLAUSE, "not-responsible")
            .await;
    }
    house.done(&staff("privacy-office"), enquire()).await;
}

#[tokio::test]
async fn a_bundle_is_checked_by_itself_and_what_was_changed_in_it_is_found() {
    let mut house = House::new().await;
    house.person("ada@example.com").await;
    let words = [
        "evidence",
        "--from",
        "2026-11-01",
        "--to",
        "2026-11-30",
        "bundle",
    ];
    let written = house.kept(&words);
    assert_eq!(written.code, 0, "{}", written.err);
    let check = [
        "verify",
        "--bundle",
        "bundle",
        "--key",
        "bundle/ledger.vkey",
    ];
    let checked = house.kept(&check);
    assert_eq!(checked.code, 0, "{}", checked.err);
    let bundle = house.folder.path().join("bundle");
    let text = std::fs::read_to_string(bundle.join("README.md")).unwrap();
    assert!(text.contains("tlog-proof"));
    let entries = bundle.join("entries");
    let mut proofs: Vec<_> = std::fs::read_dir(&entries)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    proofs.sort();
    assert!(proofs.len() > 2, "{proofs:?}");
    let middle = proofs[1].clone();
    let kept = std::fs::read(&middle).unwrap();
    std::fs::remove_file(&middle).unwrap();
    let gap = house.kept(&check);
    assert!(gap.code == 1 && gap.err.contains("left out"), "{}", gap.err);
    let mut bytes = kept.clone();
    let at = bytes.len() / 3;
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    std::fs::write(&middle, bytes).unwrap();
    assert_eq!(house.kept(&check).code, 1);
    std::fs::write(&middle, kept).unwrap();
    assert_eq!(house.kept(&check).code, 0);
}

#[tokio::test]
async fn a_breach_is_told_once_to_each_and_ends_when_everything_is_done() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    let about = Whose::Breach {
        known_at: house.door().now().as_second(),
        what: "disclosed".to_owned(),
        fields: vec!["email".to_owned()],
        people: vec![person],
        clients: Vec::new(),
        country: "US".parse().ok(),
    };
    let opening = Opening::about(Kind::Breach, about);
    let open = Command::case(Casing::Open(Box::new(opening)));
    house
        .refused(&staff("support"), open.clone(), CLAUSE, "not-responsible")
        .await;
    let office = staff("privacy-office");
    let Ok(Effect::Named(id)) = house.done(&office, open).await.outcome else {
        panic!("no case was opened");
    };
    let reference: Reference = id.parse().unwrap();
    let note = |note| Command::case(Casing::Breach { reference, note });
    let measure = |done| {
        let name = "passwords-reset".to_owned();
        note(BreachNote::Measure { name, done })
    };
    let end = || {
        let end = Closing::With {
            outcome: "mended".to_owned(),
            ground: None,
            left: Vec::new(),
            answer: None,
        };
        Command::case(Casing::End { reference, end })
    };
    house.done(&office, measure(false)).await;
    assert!(house.door().perform(&office, &end()).await.is_err());
    for _ in 0..2 {
        house.done(&office, note(BreachNote::Notify)).await;
    }
    let told = house.door().outgoing(None, 10).await.unwrap();
    let told: Vec<_> = told.iter().filter(|it| it.template == "breach").collect();
    assert_eq!(told.len(), 1, "once");
    assert_eq!(told[0].person, person);
    assert!(
        house.door().perform(&office, &end()).await.is_err(),
        "a measure is not done"
    );
    house.done(&office, measure(true)).await;
    house.done(&office, end()).await;
}

fn mailbox(id: &str, whose: (&str, &str), address: &str) -> Command {
    let mut entry = json!({ "kind": "mailbox", "id": id, "address": address });
    entry[whose.0] = json!(whose.1);
    let entry = serde_json::from_value(entry).unwrap();
    Command::Administer(Administration::Register(entry))
}

#[tokio::test]
async fn a_client_hears_of_a_breach_once_and_the_team_of_its_last_day() {
    let house = House::new().await;
    let person: PersonId = house.person("ada@example.com").await.parse().unwrap();
    for (id, whose, address) in [
        ("acme-box", ("client", "acme"), "privacy@acme.example.com"),
        ("office", ("team", "privacy-office"), "office@example.com"),
    ] {
        let register = mailbox(id, whose, address);
        house.done(&administrator(), register).await;
    }
    let odd = mailbox("odd", ("team", "nobody"), "odd@example.com");
    assert!(house.door().perform(&administrator(), &odd).await.is_err());
    let clients = vec!["prisma/acme".to_owned(), "prisma/globex".to_owned()];
    let about = Whose::Breach {
        known_at: house.door().now().as_second(),
        what: "lost".to_owned(),
        fields: vec!["email".to_owned()],
        people: vec![person],
        clients: clients.clone(),
        country: None,
    };
    let open = Opening::about(Kind::Breach, about);
    let open = Command::case(Casing::Open(Box::new(open)));
    let office = staff("privacy-office");
    let Ok(Effect::Named(id)) = house.done(&office, open).await.outcome else {
        panic!("no case was opened");
    };
    let reference: Reference = id.parse().unwrap();
    let note = |note| Command::case(Casing::Breach { reference, note });
    for _ in 0..2 {
        house.done(&office, note(BreachNote::Notify)).await;
    }
    let end = || {
        let end = Closing::With {
            outcome: "mended".to_owned(),
            ground: None,
            left: Vec::new(),
            answer: None,
        };
        Command::case(Casing::End { reference, end })
    };
    // One client has no mailbox, so it has to be told otherwise before the case ends.
    assert!(house.door().perform(&office, &end()).await.is_err());
    let folder = tempfile::tempdir().unwrap();
    deliver(&house, folder.path()).await;
    let told = letters(folder.path());
    let to = |address: &str| {
        let header = format!("To: {address}");
        told.iter().filter(|it| it.contains(&header)).count()
    };
    assert_eq!(to("privacy@acme.example.com"), 1, "once");
    let all = told.join("\n");
    assert!(all.contains(&reference.to_string()));
    assert!(!all.contains(&person.to_string()));
    let clients = vec!["prisma/globex".to_owned()];
    house
        .done(&office, note(BreachNote::ClientsTold { clients }))
        .await;

    // The team hears of the last day of what is open, and of nobody.
    let opening = Opening::of(Kind::Access, person);
    house
        .done(&office, Command::case(Casing::Open(Box::new(opening))))
        .await;
    house.clock.pass_days(25);
    let mut reminded = 0;
    for _ in 0..3 {
        reminded += house.door().watch().await.unwrap().reminded;
    }
    assert!(
        reminded >= 2,
        "each is reminded of twice at most, and not with each watch"
    );
    let folder = tempfile::tempdir().unwrap();
    deliver(&house, folder.path()).await;
    let told = letters(folder.path());
    let due: Vec<_> = told
        .iter()
        .filter(|it| it.contains("To: office@example.com"))
        .collect();
    assert_eq!(due.len() as u64, reminded, "{told:?}");
    for message in due {
        assert!(
            !message.contains("Ada") && !message.contains("ada@"),
            "{message}"
        );
        assert!(message.contains("Its last day is 2026-1"), "{message}");
    }
}
