//! Changes of the modelled policy, as people read them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should stop"
)]

use super::*;
use crate::{Source, compile};
use expect_test::{Expect, expect};
use std::path::Path;

/// What is written otherwise in the modelled policy.
type Changes<'c> = &'c [(&'c str, &'c str)];

fn modelled(changes: Changes<'_>) -> Policy {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/mediaocean");
    // Every document is needed, as each region must have one; North America's alone changes, with
    // the words that it uses.
    let changing = ["definitions.md", "north-america.md"];
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut text = std::fs::read_to_string(&path).unwrap();
        for (was, now) in changes.iter().filter(|_| changing.contains(&&*name)) {
            text = text.replacen(was, now, 1);
        }
        Source::new(name.as_str(), text)
    };
    let mut sources: Vec<_> = std::fs::read_dir(folder).unwrap().map(read).collect();
    sources.sort_by(|left, right| left.file.cmp(&right.file));
    let (policy, diagnostics) = compile(&sources);
    let told: Vec<_> = diagnostics.iter().map(|it| it.message.clone()).collect();
    policy.unwrap_or_else(|| panic!("{told:#?}"))
}

fn check_in(language: &str, changes: &[(&str, &str)], expected: Expect) {
    check_between(language, (&[], changes), expected);
}

/// What is said of the way from one set of changes to another.
fn check_between(language: &str, (was, now): (Changes<'_>, Changes<'_>), expected: Expect) {
    let (old, new) = (modelled(was), modelled(now));
    let told = diff(&old, &new).told(&old, &new, language);
    let line = |it: &Told| {
        let told = if it.material { "told" } else { "not told" };
        format!("{:?}, {told}: {} {:?}\n", it.direction, it.sentence, it.new)
    };
    expected.assert_eq(&told.iter().map(line).collect::<String>());
}

fn check(changes: &[(&str, &str)], expected: Expect) {
    check_in("en", changes, expected);
}

const MARKETING: (&str, &str) = ("choice = \"opt-out\"", "choice = \"opt-in\"");
const RECORDINGS: (&str, &str) = ("period = \"P90D\"", "period = \"P120D\"");

#[test]
fn a_version_that_says_the_same_in_other_words_does_not_differ() {
    let reworded = [("We know a little about", "We know something about")];
    let (old, new) = (modelled(&[]), modelled(&reworded));
    assert_ne!(old.digest, new.digest);
    assert!(diff(&old, &new).is_empty());
    let prose = [("A voice tells you", "Somebody tells you")];
    let found = diff(&old, &modelled(&prose));
    assert!(found.is_empty());
    assert!(
        found
            .reworded
            .iter()
            .any(|name| name == "north-america#collect.call-recording")
    );
}

#[test]
fn what_is_kept_longer_is_said_in_each_language() {
    check_in(
        "en",
        &[RECORDINGS],
        expect![[r#"
        Against, told: We keep recording of a support call, held for any purpose, longer: 120 days after it was collected, no longer 90 days after it was collected. ["north-america#keep.call-recordings"]
    "#]],
    );
    check_in(
        "fr",
        &[RECORDINGS],
        expect![[r#"
            Against, told: Nous conservons plus longtemps : enregistrement d’un appel à l’assistance, pour toute finalité : 120 jours après : it was collected, et non plus 90 jours après : it was collected. ["north-america#keep.call-recordings"]
        "#]],
    );
    check_in(
        "de",
        &[RECORDINGS],
        expect![[r#"
            Against, told: Wir bewahren länger auf: Aufnahme eines Support-Gesprächs, für jeden Zweck: 120 Tage ab: it was collected statt 90 Tage ab: it was collected. ["north-america#keep.call-recordings"]
        "#]],
    );
    check_in(
        "zh",
        &[RECORDINGS],
        expect![[r#"
            Against, told: 支持电话录音（目的：任何目的）保存更久：由“90天，自此起算：it was collected”改为“120天，自此起算：it was collected”。 ["north-america#keep.call-recordings"]
        "#]],
    );
}

#[test]
fn what_a_law_has_stay_is_said_in_each_language() {
    const LAW: [(&str, &str); 1] = [(
        "[keep.call-recordings]",
        "[keep.call-recordings]\nobliged-by = \"the Invented Calls Act\"",
    )];
    check_in(
        "en",
        &LAW,
        expect![[r#"
        Against, told: Recording of a support call now stays for its time even where you have everything deleted, since a law obliges us to: the Invented Calls Act. ["north-america#keep.call-recordings"]
    "#]],
    );
    check_in(
        "fr",
        &LAW,
        expect![[r#"
        Against, told: Même si vous faites tout effacer, reste désormais jusqu’à son terme : enregistrement d’un appel à l’assistance ; une loi nous y oblige : the Invented Calls Act. ["north-america#keep.call-recordings"]
    "#]],
    );
    check_in(
        "de",
        &LAW,
        expect![[r#"
        Against, told: Auch wenn Sie alles löschen lassen, bleibt nun bis zum Ende seiner Frist: Aufnahme eines Support-Gesprächs; ein Gesetz verpflichtet uns dazu: the Invented Calls Act. ["north-america#keep.call-recordings"]
    "#]],
    );
    check_in(
        "zh",
        &LAW,
        expect![[r#"
        Against, told: 即使您要求删除一切，以下信息今后仍依法保存至期满：支持电话录音（依据：the Invented Calls Act）。 ["north-america#keep.call-recordings"]
    "#]],
    );
    let (old, new) = (modelled(&LAW), modelled(&[]));
    let back = diff(&old, &new);
    let kinds: Vec<_> = back
        .changes
        .iter()
        .map(|it| (it.kind, it.direction))
        .collect();
    assert_eq!(kinds, [(Kind::GoesErased, Direction::Favour)]);
}

#[test]
fn what_is_newly_collected_is_told_with_its_ways_and_purposes() {
    let was = "data    = [\"client-company\", \"contract-number\"]";
    let now = "data    = [\"client-company\", \"contract-number\", \"subject\"]";
    check(
        &[(was, now)],
        expect![[r#"
        Against, told: We newly collect subject of a message, through contract with a client, for “to carry out a contract with your company”. ["north-america#collect.contract", "north-america#collect.correspondence"]
    "#]],
    );
}

#[test]
fn a_recipient_on_other_conditions_is_told_of_with_both() {
    check(
        &[(
            "[disclose.crm-cloud]",
            "[disclose.crm-cloud]\nconsent = true",
        )],
        expect![[r#"
            Favour, told: Customer-relations cloud gets country, e-mail address, employer, job title, name, telephone number and business address for “to answer you”, “to carry out a contract with your company”, “to keep it right” and “to give you what you ask for” on other conditions: under a processing agreement, with one of ISO 27001, SOC 1, SOC 2, Tier III, only if you agree; until now: under a processing agreement, with one of ISO 27001, SOC 1, SOC 2, Tier III. ["north-america#disclose.crm-cloud"]
        "#]],
    );
}

#[test]
fn a_use_that_needs_agreement_says_whom_to_ask() {
    let (old, new) = (modelled(&[]), modelled(&[MARKETING]));
    let found = diff(&old, &new);
    let asked: Vec<&String> = found.changes.iter().flat_map(|it| &it.ask).collect();
    assert_eq!(asked, ["marketing"]);
    check(
        &[MARKETING],
        expect![[r#"
        Favour, told: For “to tell you about our products”, your say changes: only if you agree, no longer until you say stop. ["north-america#use.marketing"]
    "#]],
    );
    check_in(
        "de",
        &[MARKETING],
        expect![[r#"
        Favour, told: Für „To tell you about our products“ ändert sich Ihre Wahl: nur mit Ihrer Einwilligung (bisher: bis Sie widersprechen). ["north-america#use.marketing"]
    "#]],
    );
}

#[test]
fn a_right_that_is_answered_later_goes_against_people() {
    // The law of one of the countries allows thirty days at most, so the answer was sooner before.
    check_between(
        "en",
        (
            &[("answer-within = \"P30D\"", "answer-within = \"P20D\"")],
            &[],
        ),
        expect![[r#"
        Against, told: See it: we answer later, within 30 days rather than 20 days. ["north-america#grant.access"]
    "#]],
    );
}

#[test]
fn a_lower_age_and_a_promise_that_is_gone_go_against_people() {
    // The law of one of the countries asks for thirteen at least, so the age was higher before.
    check_between(
        "en",
        (&[("under         = 13", "under         = 15")], &[]),
        expect![[r#"
            Against, told: We take nothing about people under the age of 14; until now: 15. ["north-america#refuse.children", "north-america#refuse.children-canada"]
            Against, told: We take nothing about people under the age of 13; until now: 15. ["north-america#refuse.children", "north-america#refuse.children-canada"]
        "#]],
    );
}
