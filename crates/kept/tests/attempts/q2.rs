//! Q2: an authority's question is answered by the privacy office, with evidence that the authority
//! checks without trusting anybody.

use crate::house::{House, staff};
use kept_processing::case::Kind;
use kept_processing::{Casing, Command, Opening, Whose};

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
