//! Standing as data: what was measured, and how the clauses stand.

use super::*;
use crate::{Source, compile};
use expect_test::{Expect, expect};

fn policy() -> Policy {
    let words = include_str!("../../tests/fixtures/harbour/words.md");
    let north = include_str!("../../tests/fixtures/harbour/north.md");
    let sources = [
        Source::new("words.md", words),
        Source::new("north.md", north),
    ];
    compile(&sources).0.expect("the harbour policy is sound")
}

/// The standing of the clauses whose names contain `about`.
fn check(about: &str, measured: &str, expected: Expect) {
    let measured: Evidence = serde_json::from_str(measured).unwrap();
    let today = Date::constant(2026, 11, 23);
    let told: String = standing(&policy(), &measured, today)
        .iter()
        .filter(|one| one.name.contains(about))
        .map(|one| format!("{:?} {}: {}\n", one.state, one.name, one.figure))
        .collect();
    expected.assert_eq(&told);
}

#[test]
fn nothing_measured_claims_nothing() {
    check(
        "north#",
        "{}",
        expect![[r#"
            Unmeasured north#collect.contact: nothing has been measured yet
            Unmeasured north#collect.messages: nothing has been measured yet
            Unmeasured north#collect.call-recording: nothing has been measured yet
            Unmeasured north#collect.surveys: nothing has been measured yet
            Unmeasured north#refuse.sensitive: nothing has been measured yet
            Unmeasured north#refuse.children: nothing has been measured yet
            Unmeasured north#use.answer-you: nothing has been measured yet
            Unmeasured north#use.support-training: nothing has been measured yet
            Unmeasured north#use.marketing: nothing has been measured yet
            Unmeasured north#use.research: nothing has been measured yet
            Unmeasured north#disclose.crm-cloud: nothing is on record about customer-relations service, so nothing goes there
            Kept north#transfer.group: route open: model clauses of the group valid until 31 December 2030
            Unmeasured north#keep.call-recordings: nothing has been measured yet
            Unmeasured north#keep.contact: nothing has been measured yet
            Unmeasured north#keep.surveys: nothing has been measured yet
            Unmeasured north#secure.support: nothing has been measured yet
            Unmeasured north#secure.marketing: nothing has been measured yet
            Unmeasured north#secure.certified: ISO 27001: nothing on record
            Unmeasured north#secure.crm-report: SOC 2: nothing on record
            Unmeasured north#secure.doors: control of doors: nothing on record
            Unmeasured north#secure.storage: nothing has been measured yet
            Unmeasured north#secure.sign-in: nothing has been measured yet
            Unmeasured north#secure.emergency: nothing has been measured yet
            Unmeasured north#secure.transport: nothing has been measured yet
            Unmeasured north#grant.access: nothing has been measured yet
            Unmeasured north#grant.rectification: nothing has been measured yet
            Unmeasured north#grant.erasure: nothing has been measured yet
            Unmeasured north#grant.opt-out: nothing has been measured yet
            Unmeasured north#grant.withdrawal: nothing has been measured yet
            Unmeasured north#answer.complaint: nothing has been measured yet
            Unmeasured north#answer.authorities: nothing has been measured yet
            Unmeasured north#answer.staff: nothing has been measured yet
            Kept north#answer.internet: said on this page, which is all it takes
            Unmeasured north#keep.requests: nothing has been measured yet
            Unmeasured north#notify.changes: nothing has been measured yet
        "#]],
    );
}

#[test]
fn counts_make_figures() {
    let counted = r#"{
        "since": "2026-01-01",
        "cases": true,
        "notices": true,
        "clauses": {
            "north#collect.contact": { "relied": 81204, "refused": 3 },
            "north#grant.access": { "cases-open": 4, "cases-overdue": 1 },
            "north#grant.erasure": { "cases-open": 2, "cases-due-soon": 1 },
            "north#notify.changes": { "notices-sent": 12 }
        },
        "classes": {
            "north#keep.contact": { "items": 81204 },
            "north#keep.surveys": { "items": 9, "past-due": 2, "oldest-due": "2026-11-20" }
        },
        "consents": { "research": 7 },
        "stores": ["main-hall", "attic"],
        "sign-in": ["passkey"],
        "emergencies": { "all": 2, "open": 1 },
        "plain-connections": 0,
        "fields": { "email": 512 }
    }"#;
    check(
        "north#",
        counted,
        expect![[r#"
            Kept north#collect.contact: 81,204 acts relied on it, 3 attempts refused since 1 January 2026
            Kept north#collect.messages: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Kept north#collect.call-recording: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Kept north#collect.surveys: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Kept north#refuse.sensitive: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Kept north#refuse.children: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Kept north#use.answer-you: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Kept north#use.support-training: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Kept north#use.marketing: 0 acts relied on it, 0 attempts refused since 1 January 2026; 0 people agree, 0 object
            Kept north#use.research: 0 acts relied on it, 0 attempts refused since 1 January 2026; 7 people agree, 0 object
            Unmeasured north#disclose.crm-cloud: nothing is on record about customer-relations service, so nothing goes there
            Kept north#transfer.group: route open: model clauses of the group valid until 31 December 2030
            Kept north#keep.call-recordings: 0 of 0 items past their day
            Kept north#keep.contact: 0 of 81,204 items past their day
            Broken north#keep.surveys: 2 of 9 items past their day; the oldest was due on 20 November 2026
            Kept north#secure.support: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Kept north#secure.marketing: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Unmeasured north#secure.certified: ISO 27001: nothing on record
            Unmeasured north#secure.crm-report: SOC 2: nothing on record
            Unmeasured north#secure.doors: control of doors: nothing on record
            Broken north#secure.storage: also stands in attic
            Kept north#secure.sign-in: people sign in by passkey only; 0 signed in now, 0 attempts in vain
            AtRisk north#secure.emergency: 2 emergencies in all, 1 open, 0 without approval
            Kept north#secure.transport: 0 requests came unencrypted
            Broken north#grant.access: 1 of 4 open cases past their time
            Kept north#grant.rectification: 0 of 0 open cases past their time
            AtRisk north#grant.erasure: 0 of 2 open cases past their time
            Kept north#grant.opt-out: 0 acts relied on it, 0 attempts refused since 1 January 2026; 0 people agree, 0 object
            Kept north#grant.withdrawal: 0 acts relied on it, 0 attempts refused since 1 January 2026
            Kept north#answer.complaint: 0 of 0 open cases past their time
            Kept north#answer.authorities: 0 of 0 open cases past their time
            Kept north#answer.staff: 0 of 0 open cases past their time
            Kept north#answer.internet: said on this page, which is all it takes
            Kept north#keep.requests: 0 of 0 ended cases past their day
            Kept north#notify.changes: 12 of 12 notices given, 0 late
        "#]],
    );
    check(
        "field.email",
        counted,
        expect![[r#"
        Kept words#define.field.email: named by 6 clauses; 512 values held
    "#]],
    );
}

#[test]
fn what_lapses_is_warned_of_and_then_broken() {
    check(
        "cr",
        r#"{
            "recipients": { "crm-cloud": {
                "undertakings": { "processing-agreement": "2026-12-01" },
                "assurances": {
                    "soc-two": { "done": "2025-10-01", "valid-until": "2026-10-01" },
                    "iso-security": { "valid-until": "2027-03-31" }
                }
            } }
        }"#,
        expect![[r#"
            AtRisk north#disclose.crm-cloud: processing agreement valid until 1 December 2026; ISO 27001 valid until 31 March 2027
            Broken north#secure.crm-report: SOC 2 lapsed on 1 October 2026
            Kept words#define.recipient.crm-cloud: named by 2 clauses
        "#]],
    );
    check(
        "secure.certified",
        r#"{ "certifications": { "iso-security": { "done": "2026-01-10" } } }"#,
        expect![[r#"
            AtRisk north#secure.certified: ISO 27001 valid until 10 January 2027
        "#]],
    );
    check(
        "transfer",
        r#"{ "revoked": ["group-model-clauses"] }"#,
        expect![[r#"
            Broken north#transfer.group: route closed: model clauses of the group was revoked
        "#]],
    );
}

#[test]
fn definitions_are_not_counted() {
    let policy = policy();
    let all = standing(&policy, &Evidence::default(), Date::constant(2026, 11, 23));
    let north = policy.document_named("north").unwrap().id;
    let summary = summary(&policy, &all, Some(north));
    let promises = policy.document(north).unwrap().clauses.len() as u64;
    assert_eq!(summary.kept + summary.unmeasured, promises);
    assert_eq!(super::summary(&policy, &all, None), summary);
}
