//! Evidence on record from the command line: what promises about others and about measures rest on.

use super::*;

#[test]
fn evidence_is_put_on_record_and_listed() {
    let house = House::with_contacts();
    let evidence = |words: &[&str]| house.kept(&[&["evidence"], words].concat());
    evidence(&["list"]).ends(0, &["nothing is on record"]);
    let undertaking = [
        "put",
        "undertaking",
        "--recipient",
        "crm-cloud",
        "--protection",
        "processing-agreement",
        "--until",
        "2099-03-31",
    ];
    evidence(&undertaking).ends(0, &["on record: undertaking  processing-agreement"]);
    let support = [&undertaking[..], &["--role", "support"]].concat();
    evidence(&support).ends(2, &["refused"]);
    let report = ["--assurance", "iso-27001", "--until", "2099-03-31"];
    evidence(&[&["put", "assurance"], &report[..]].concat()).done();
    evidence(&["list"]).ends(0, &["of crm-cloud, until 2099-03-31", "of the controller"]);
    let listed = evidence(&["list", "--role", "privacy-office", "--json"]).done();
    let expected = serde_json::json!({
        "kind": "undertaking", "recipient": "crm-cloud",
        "protection": "processing-agreement", "until": "2099-03-31",
    });
    let lines = listed.out.lines();
    let mut all = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert!(all.any(|one| one == expected), "{}", listed.out);
}

#[test]
fn what_is_no_evidence_is_told_apart() {
    let house = House::with_contacts();
    let put = |words: &[&str]| house.kept(&[&["evidence", "put"], words].concat());
    let review = ["review", "--measure", "access-review"];
    put(&review).ends(1, &["this is no review", "missing field `on`", "help"]);
    let dated = [&review[..], &["--on", "2026-01-01"]].concat();
    put(&[&dated[..], &["--until", "2027-01-01"]].concat()).ends(1, &["unknown field `until`"]);
    put(&["revocation", "--instrument", "handshake"]).ends(1, &["instrument", "not declared"]);
    house
        .kept(&["evidence", "bundle"])
        .ends(1, &["--from", "--to"]);
}
