//! Questions from a tape of numbers, for the policies that a tape makes.
//! Percentages are chosen so that each reason for refusal occurs, and yet much is permitted.

use super::*;
use crate::question::Told;
use crate::question::*;
use kept_terms::{Act, ActorKind, Book, Home, ParentWay, Way};

/// A question to a policy made by [`policy`].
pub fn question(tape: &mut Tape<'_>, policy: &Policy) -> Question {
    // The acts with the most rules are asked for most.
    let acts: Vec<Act> = Act::ALL
        .iter()
        .copied()
        .chain([Act::Collect, Act::Use, Act::Use, Act::Disclose, Act::Export].repeat(4))
        .collect();
    let kinds = [ActorKind::Staff, ActorKind::System, ActorKind::Person].repeat(4);
    let kinds: Vec<_> = ActorKind::ALL.iter().copied().chain(kinds).collect();
    let act = tape.pick(&acts).unwrap_or(Act::Use);
    let by = tape.pick(&kinds).unwrap_or(ActorKind::System);
    let question = Question {
        role: match tape.chance(70) {
            true => tape.name("role", ROLES - 1, 100),
            false => tape.name("role", ROLES, 60),
        },
        token_for: tape.chance(12).then(|| tape.names("purpose", PURPOSES, 60)),
        purpose: tape.name(
            "purpose",
            PURPOSES,
            if act == Act::Collect { 50 } else { 90 },
        ),
        fields: tape.names("field", FIELDS, 35),
        through: tape.name("channel", CHANNELS, 96),
        to: tape.name("recipient", RECIPIENTS, 92),
        service: tape.name("service", SERVICES, 15),
        right: tape.chance(30).then(|| tape.pick(Right::ALL)).flatten(),
        told: tape.chance(60),
        parent: tape
            .chance(10)
            .then(|| tape.one(ParentWay::SignedForm, &PARENTS)),
        age: tape
            .chance(12)
            .then(|| u8::try_from(10 + tape.below(10)).unwrap_or(10)),
        found: (0..tape.below(3) * u16::from(tape.chance(30)))
            .map(|_| found(tape))
            .collect(),
        unread: tape
            .chance(10)
            .then(|| tape.pick(&[UnreadFile::Document, UnreadFile::Picture]))
            .flatten(),
        compelled: tape.chance(30),
        failures: u32::from(tape.below(7)),
        within: tape.chance(12).then(|| home(tape)),
        register: tape
            .chance(50)
            .then(|| tape.pick(&RegisterKind::ALL))
            .flatten()
            .map(|kind| kind.word().to_owned()),
        sums: tape.chance(10),
        tries: match tape.chance(20) {
            true => u32::from(tape.below(22)),
            false => 0,
        },
        unfit: tape.chance(5),
        approved: Agreement {
            by: u8::try_from(tape.below(4)).unwrap_or(0),
            own: tape.chance(30),
            over: tape.chance(15),
        },
        emergency: tape.chance(25),
        book: tape.chance(95).then(|| tape.pick(Book::ALL)).flatten(),
        stage: tape
            .chance(60)
            .then(|| u8::try_from(tape.below(3)).unwrap_or(0)),
        way: (act == Act::SignIn && tape.chance(90))
            .then(|| tape.pick(Way::ALL))
            .flatten(),
        person: person(tape),
        holds: (0..tape.below(7)).map(|_| held(tape, policy)).collect(),
        on_record: tape.chance(80).then(|| record(tape)),
        today: TODAY,
        takes_effect: match act == Act::Publish && tape.chance(80) {
            true => Some(TODAY.saturating_add(jiff::Span::new().days(tape.below(70)))),
            false => None,
        },
        ..Question::new(act, by)
    };
    hosted(tape, question)
}

/// Now and then the person is held for a client; whoever asks then mostly acts in the same home.
fn hosted(tape: &mut Tape<'_>, mut question: Question) -> Question {
    if !tape.chance(25) {
        return question;
    }
    let home = home(tape);
    question.within = match tape.chance(75) {
        true => Some(home.clone()),
        false => question.within,
    };
    question.person.held_for = Some(home);
    question.person.instructions = (0..tape.below(4)).map(|_| told(tape)).collect();
    question
}

fn home(tape: &mut Tape<'_>) -> Home {
    let system = if tape.chance(5) { 1 } else { 0 };
    Home {
        client: named("client", tape.below(CLIENTS)),
        system: named("system", system),
    }
}

fn told(tape: &mut Tape<'_>) -> Told {
    let acts = Act::ALL.iter().copied();
    Told {
        acts: acts.filter(|_| tape.chance(80)).collect(),
        purposes: tape.chance(30).then(|| tape.names("purpose", PURPOSES, 70)),
        data: tape.chance(20).then(|| tape.names("field", FIELDS, 80)),
        from: match tape.chance(80) {
            true => TODAY,
            false => tape.date(),
        },
        until: match tape.chance(80) {
            true => TODAY,
            false => tape.date(),
        },
    }
}

fn found(tape: &mut Tape<'_>) -> Found {
    Found {
        category: tape.pick(&CATEGORIES).unwrap_or(SpecialCategory::Health),
        place: tape.one(Place::Field, &[Place::FreeText, Place::Attachment]),
    }
}

fn person(tape: &mut Tape<'_>) -> Person {
    let agreed_to = tape.names("purpose", PURPOSES, 30);
    Person {
        country: match tape.below(10) {
            0..5 => places().first().copied(),
            5..8 => tape.pick(&places()),
            _ => None,
        },
        paused: tape.chance(8),
        child: tape.chance(5),
        reported: tape.chance(5).then(|| tape.date()),
        remnant: tape.chance(5),
        parent: tape
            .chance(15)
            .then(|| tape.one(ParentWay::SignedForm, &PARENTS)),
        objects_to: tape.names("purpose", PURPOSES, 12),
        agreed_to: agreed_to
            .into_iter()
            .map(|purpose| Agreed {
                purpose,
                on: agreed_on(tape),
            })
            .collect(),
        agreed_recipients: tape.names("recipient", RECIPIENTS, 50),
        ..Person::default()
    }
}

fn held(tape: &mut Tape<'_>, policy: &Policy) -> Held {
    let classes: Vec<String> = policy
        .words
        .classes
        .iter()
        .map(|(_, class)| class.name.to_string())
        .collect();
    let class = match tape.chance(5) {
        true => None,
        false => tape.pick(&classes),
    };
    Held {
        field: tape.name("field", FIELDS, 100).unwrap_or_default(),
        purposes: tape.names("purpose", PURPOSES, 50),
        under: class.unwrap_or_else(|| NO_CLASS.to_owned()),
        since: match tape.below(10) {
            0 => None,
            1..6 => Some(TODAY.saturating_sub(jiff::Span::new().days(tape.below(200)))),
            _ => Some(tape.date()),
        },
        legal_hold: tape.chance(8),
    }
}

fn record(tape: &mut Tape<'_>) -> Record {
    let kinds = [
        Kind::GroupAgreement,
        Kind::ProfessionalSecrecy,
        Kind::SharingAgreement,
    ];
    let undertakings = (0..tape.below(4)).map(|_| Undertaking {
        kind: tape.one(Kind::ProcessingAgreement, &kinds),
        until: tape.date(),
    });
    let undertakings = undertakings.collect();
    let assurances = tape.names("assurance", ASSURANCES, 70);
    Record {
        undertakings,
        assurances: assurances
            .into_iter()
            .map(|name| Proof {
                name,
                until: tape.date(),
            })
            .collect(),
        revoked: tape.names("instrument", INSTRUMENTS, 10),
        engagements: (0..tape.below(4))
            .map(|_| Engaged {
                fields: tape.names("field", FIELDS, 80),
                purpose: tape.name("purpose", PURPOSES, 100).unwrap_or_default(),
                from: TODAY.saturating_sub(jiff::Span::new().days(tape.below(3))),
                until: TODAY.saturating_add(jiff::Span::new().days(tape.below(2))),
            })
            .collect(),
    }
}

/// The day of a consent: now and then the day on which a year of it is over, or the day after.
fn agreed_on(tape: &mut Tape<'_>) -> Date {
    match tape.below(4) {
        0 => Date::constant(2025, 11, 23),
        1 => Date::constant(2025, 11, 24),
        _ => tape.date(),
    }
}

/// Ways in which a parent may show who they are; clauses take some of them.
const PARENTS: [ParentWay; 2] = [ParentWay::VideoCall, ParentWay::EmailPlus];
