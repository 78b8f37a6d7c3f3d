//! Q2: an authority's question is answered by the privacy office, with evidence that the authority
//! checks without trusting anybody.

use crate::house::{House, staff};
use kept_processing::case::{Kind, Reference};
use kept_processing::{BreachNote, Casing, Closing, Command, Effect, Opening, Whose};
use kept_terms::PersonId;

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
