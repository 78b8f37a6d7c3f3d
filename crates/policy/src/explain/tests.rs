//! Explanations as data: what is asked, and the sentences of the answer.

use super::*;
use crate::{Actor, PersonFacts, Source, compile};
use expect_test::{Expect, expect};
use kept_terms::{Act, ActorKind};

fn policy() -> Policy {
    let words = include_str!("../../tests/fixtures/harbour/words.md");
    let north = include_str!("../../tests/fixtures/harbour/north.md");
    let sources = [
        Source::new("words.md", words),
        Source::new("north.md", north),
    ];
    compile(&sources).0.expect("the harbour policy is sound")
}

/// Explains a request by staff about somebody in Canada.
fn check(ask: impl Fn(&Words, &mut Request<'_>), expected: Expect) {
    let policy = policy();
    let words = &policy.words;
    let actor = Actor {
        kind: ActorKind::Staff,
        role: words.roles.id("support"),
        purposes: None,
        home: None,
    };
    let mut request = Request::new(Act::Use, actor);
    ask(words, &mut request);
    let person = PersonFacts {
        country: "CA".parse().ok(),
        ..PersonFacts::default()
    };
    let facts = Facts {
        person: &person,
        items: &[],
        recipient: None,
    };
    let explanation = explain(&policy, &request, &facts, Day(20_000));
    let mut told = format!("{}\n", explanation.answer);
    for one in &explanation.reasons {
        told.push_str(&format!(
            "- {}: {}; {}\n",
            one.citation, one.sentence, one.remedy
        ));
        if let Some(prose) = &one.prose {
            told.push_str(&format!("  {prose:?}\n"));
        }
    }
    for one in &explanation.relied_on {
        told.push_str(&format!("+ {}: {:?}\n", one.citation, one.prose));
    }
    expected.assert_eq(&told);
}

fn fields(words: &Words, names: &[&str]) -> Set<FieldId> {
    names
        .iter()
        .map(|name| words.fields.id(name).unwrap())
        .collect()
}

#[test]
fn a_route_from_a_part_of_a_country_is_for_whoever_lives_there() {
    let words = include_str!("../../tests/fixtures/harbour/words.md");
    let north = include_str!("../../tests/fixtures/harbour/north.md");
    let crm = "kind    = \"sub-processor\"\ncountry = \"US\"";
    let answers = |from: &str, to: &str, at: &str, lives: Option<&str>| {
        let moved = crm.replace("\"US\"", &format!("\"{at}\""));
        let routed = north
            .replace("from       = [\"CA\", \"EU\"]", &format!("from = {from}"))
            .replace("to         = [\"US\"]", &format!("to = {to}"));
        let sources = [
            Source::new("words.md", words.replace(crm, &moved)),
            Source::new("north.md", routed),
        ];
        let (policy, said) = compile(&sources);
        let Some(policy) = policy else {
            return said.iter().map(|said| said.message.clone()).collect();
        };
        let person = PersonFacts {
            country: lives.and_then(|place| place.parse().ok()),
            ..PersonFacts::default()
        };
        let mut request = Request::new(
            Act::Disclose,
            Actor {
                kind: ActorKind::Staff,
                role: policy.words.roles.id("support"),
                purposes: None,
                home: None,
            },
        );
        request.recipient = policy.words.recipients.id("crm-cloud");
        request.purpose = policy.words.purposes.id("answer-you");
        request.fields = fields(&policy.words, &["name"]);
        let facts = Facts {
            person: &person,
            items: &[],
            recipient: None,
        };
        let told = explain(&policy, &request, &facts, Day(20_000));
        let told = told.reasons.iter().map(|it| it.citation.clone());
        told.filter(|it| it.contains("transfer"))
            .collect::<Vec<_>>()
    };
    let none: Vec<String> = Vec::new();
    let all = "[\"US\", \"CA\"]";
    // From part to part of one country nothing is crossed.
    let within = answers("\"all\"", "\"all\"", "CA-QC", Some("CA-ON"));
    assert_eq!(within, none);
    for lives in [Some("US-CA"), Some("US"), None] {
        assert_eq!(answers(all, "[\"IN-KA\"]", "IN-KA", lives), none);
        assert_eq!(answers(all, "[\"IN\"]", "IN-KA", lives), none);
    }
    // A route from a part is none from the rest of the country, nor one to a part to all of it.
    let cut = answers("[\"US-CA\", \"CA\"]", "[\"IN\"]", "IN", Some("US-CA"));
    assert!(cut[0].contains("no route leads there from `US`"), "{cut:?}");
    let cut = answers(all, "[\"IN-KA\"]", "IN", Some("US-CA"));
    assert!(cut[0].contains("is in `IN`, and no route"), "{cut:?}");
}

#[test]
fn what_is_permitted_names_its_clauses() {
    check(
        |words, request| {
            request.purpose = words.purposes.id("answer-you");
            request.fields = fields(words, &["name", "email"]);
        },
        expect![[r#"
            `use` is permitted
            + north#use.answer-you: Some("To answer you, and to train those who do.")
            + north#secure.support: Some("Each desk sees what it works with.")
        "#]],
    );
}

#[test]
fn what_is_refused_says_what_would_help() {
    check(
        |words, request| {
            request.purpose = words.purposes.id("marketing");
            request.fields = fields(words, &["name", "survey-score"]);
        },
        expect![[r#"
            `use` is refused
            - north#use.marketing: the role may not act for this purpose; act in a role that may: `marketing`
              "To tell you of our products until you say stop, and to learn from surveys you agreed to."
            - north#secure.support: the role does not see this; let a `secure` clause say what the role sees for this purpose
              "Each desk sees what it works with."
        "#]],
    );
    check(
        |words, request| {
            request.act = Act::Collect;
            request.channel = words.channels.id("website-form");
            request.fields = fields(words, &["call-recording", "survey-score"]);
            request.age = Some(9);
        },
        expect![[r#"
            `collect` is refused
            - north#collect.call-recording: this is not collected through this channel; take it through `telephone`
              "Calls to the support desk are recorded once you have been told."
            - north#refuse.children: the person is under the age from which information is taken; nothing; nobody under 14 may give information
              "Nothing about anybody under fourteen."
            - north#use.research: the person has not agreed, or no longer agrees; ask the person to agree to `research`
              "To tell you of our products until you say stop, and to learn from surveys you agreed to."
        "#]],
    );
    check(
        |words, request| {
            request.act = Act::Disclose;
            request.purpose = words.purposes.id("answer-you");
            request.recipient = words.recipients.id("crm-cloud");
            request.fields = fields(words, &["name", "message"]);
        },
        expect![[r#"
            `disclose` is refused
            - north#disclose.crm-cloud: the recipient may not have all of this; disclose only what the recipient may have: `name`, `email`, `phone`, `employer`
              "A service in the United States keeps our address book, under contract and audited."
            - north#disclose.crm-cloud: the recipient has no valid undertaking to protect it on record; put on record a valid `processing-agreement` of `crm-cloud` (`kept evidence put undertaking`)
              "A service in the United States keeps our address book, under contract and audited."
            - north#disclose.crm-cloud: a report or certification of the recipient is missing or has lapsed; put on record a valid report (`kept evidence put assurance`), one of `soc-two`, `iso-security`
              "A service in the United States keeps our address book, under contract and audited."
        "#]],
    );
    check(
        |words, request| {
            request.act = Act::Object;
            request.purpose = words.purposes.id("answer-you");
        },
        expect![[r#"
            `object` is refused
            - north#grant: no clause grants this right; ask for a right that is granted: `access`, `rectification`, `erasure`, `opt-out`, `withdrawal`
        "#]],
    );
}

#[test]
fn what_is_past_its_day_is_not_said_to_be_shown() {
    let policy = policy();
    let words = &policy.words;
    let actor = Actor {
        kind: ActorKind::Staff,
        role: words.roles.id("support"),
        purposes: None,
        home: None,
    };
    let mut request = Request::new(Act::Use, actor);
    request.purpose = words.purposes.id("answer-you");
    request.fields = fields(words, &["name", "email"]);
    let person = PersonFacts {
        country: "CA".parse().ok(),
        ..PersonFacts::default()
    };
    let item = |field: &str, purpose: &str, class: &str, anchor: Day| {
        let field = words.fields.id(field).unwrap();
        let purposes = Set::of(words.purposes.id(purpose).unwrap());
        let class = words.classes.iter().find(|(_, it)| it.name.contains(class));
        policy.item(0, field, purposes, class.unwrap().0, anchor)
    };
    let told = |items: &[ItemFacts]| {
        let facts = Facts {
            person: &person,
            items,
            recipient: None,
        };
        let told = explain(&policy, &request, &facts, Day(20_000));
        let reasons = told.reasons.iter();
        let reasons = reasons.map(|it| format!("\n{}: {}", it.sentence, it.remedy));
        told.answer + &reasons.collect::<String>()
    };
    let (old, new) = (Day(18_000), Day(19_900));
    let name = item("name", "answer-you", "contact", old);
    let email = item("email", "answer-you", "contact", new);
    let again = item("name", "answer-you", "contact", new);
    let other = item("name", "research", "surveys", new);
    expect![
        "`use` is permitted, and shows nothing of what is past its day: `name` since 2022-04-14"
    ]
    .assert_eq(&told(&[name, email]));
    expect!["`use` is permitted"].assert_eq(&told(&[name, email, again]));
    expect![[r#"
        `use` is refused
        what was collected for this purpose is past its day: collect it anew: it is past its day, `name` since 2022-04-14"#]].assert_eq(&told(&[name, email, other]));
    expect![[r#"
        `use` is refused
        it was collected for other purposes, and the person has not agreed to this one: act for what it was collected for (`research`), or ask the person to agree to `answer-you`"#]].assert_eq(&told(&[email, other]));
}

#[test]
fn every_reason_has_a_remedy() {
    let policy = policy();
    let actor = Actor {
        kind: ActorKind::System,
        role: None,
        purposes: None,
        home: None,
    };
    let person = PersonFacts::default();
    let asked = Asked {
        policy: &policy,
        document: None,
        request: &Request::new(Act::Use, actor),
        facts: &Facts {
            person: &person,
            items: &[],
            recipient: None,
        },
        today: Day(20_000),
    };
    for why in Why::ALL {
        let ground = Ground {
            cited: Cited::Policy,
            why: *why,
        };
        assert!(asked.remedy(ground).len() > 8, "{why:?}");
    }
}
