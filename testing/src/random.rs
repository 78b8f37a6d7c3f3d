//! Small policies and questions from a tape of numbers: any tape is a policy, a shorter tape a
//! simpler one. Nothing is drawn here; whoever winds the tape does that.

mod clauses;
mod questions;

pub use questions::question;

use clauses::Clauses;

use jiff::civil::Date;
use kept_policy::*;
use kept_terms::{
    Act, Basis, Book, FieldKind, Index, Name, ParentWay, Period, RecipientKind, Right, Set,
    SpecialCategory, Territories, Territory, Way,
};
use std::collections::HashMap;
use std::sync::Arc;

/// A tape of numbers, read once from the start; past its end there are only zeros.
pub struct Tape<'a> {
    numbers: std::slice::Iter<'a, u16>,
}

impl<'a> Tape<'a> {
    /// A tape of these numbers.
    pub fn new(numbers: &'a [u16]) -> Tape<'a> {
        Tape {
            numbers: numbers.iter(),
        }
    }

    fn below(&mut self, end: u16) -> u16 {
        self.numbers.next().copied().unwrap_or(0) % end.max(1)
    }

    /// True in so many of a hundred cases.
    fn chance(&mut self, percent: u16) -> bool {
        self.below(100) >= 100 - percent
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let at = self.below(u16::try_from(from.len()).unwrap_or(u16::MAX));
        from.get(usize::from(at)).cloned()
    }

    /// Picks from a list that is not empty.
    fn one<T: Clone>(&mut self, first: T, rest: &[T]) -> T {
        match usize::from(self.below(u16::try_from(rest.len() + 1).unwrap_or(u16::MAX))) {
            0 => first,
            at => rest.get(at - 1).cloned().unwrap_or(first),
        }
    }

    /// Each of the first `count` numbers with a chance of so many in a hundred.
    fn set<I: Index>(&mut self, count: u16, percent: u16) -> Set<I> {
        (0..count)
            .filter(|_| self.chance(percent))
            .map(I::from_number)
            .collect()
    }

    fn names(&mut self, stem: &str, count: u16, percent: u16) -> Vec<String> {
        let some = (0..count).filter(|_| self.chance(percent));
        some.map(|number| format!("{stem}-{number}")).collect()
    }

    fn name(&mut self, stem: &str, count: u16, percent: u16) -> Option<String> {
        let there = self.chance(percent);
        let number = self.below(count);
        there.then(|| format!("{stem}-{number}"))
    }

    fn date(&mut self) -> Date {
        let (year, month) = (self.one(2026, &[2024, 2025, 2027]), self.below(12) + 1);
        let month = i8::try_from(month).unwrap_or(1);
        Date::new(year, month, self.one(23, &[1, 22, 24])).unwrap_or(TODAY)
    }
}

/// The present day of every random question.
pub const TODAY: Date = Date::constant(2026, 11, 23);

const FIELDS: u16 = 4;
const PURPOSES: u16 = 4;
const CHANNELS: u16 = 2;
const ROLES: u16 = 3;
const TEAMS: u16 = 3;
const RECIPIENTS: u16 = 4;
const ASSURANCES: u16 = 2;
const INSTRUMENTS: u16 = 2;
const SERVICES: u16 = 2;
/// The second is governed by no document.
const SYSTEMS: u16 = 2;
const CLIENTS: u16 = 2;

const KINDS: [RecipientKind; 4] = [
    RecipientKind::GroupCompany,
    RecipientKind::ThirdParty,
    RecipientKind::Controller,
    RecipientKind::Authority,
];
const CATEGORIES: [SpecialCategory; 2] = [SpecialCategory::Health, SpecialCategory::Genetic];

/// Places: the first two are one document's but for the last, which is another's with the third.
fn places() -> Vec<Territory> {
    ["US", "CA", "FR", "DE", "CA-QC", "US-CA"]
        .iter()
        .filter_map(|code| code.parse().ok())
        .collect()
}

fn named(stem: &str, number: u16) -> Name {
    Name::new(&format!("{stem}-{number}")).expect("a name")
}

fn vocabulary<I: Index, T: Named>(
    stem: &str,
    count: u16,
    mut make: impl FnMut(Name, String) -> T,
) -> Vocabulary<I, T> {
    let make = |number| make(named(stem, number), format!("{stem} {number}"));
    Vocabulary::new((0..count).map(make).collect())
}

/// A policy of two documents for places, and one for a hosted system.
pub fn policy(tape: &mut Tape<'_>) -> Policy {
    let mut words = words(tape);
    let all = places();
    let (mut documents, mut classes) = (Vec::new(), Vec::new());
    for number in 0..3u16 {
        let id = DocumentId(number);
        let name = named("document", number);
        let of = |places: &[usize]| {
            let places = places.iter().filter_map(|at| all.get(*at).copied());
            Territories::covering(places)
        };
        let lands = match number {
            0 => of(&[0, 1]).difference(of(&[5])),
            1 => of(&[2, 5]),
            _ => Territories::EMPTY,
        };
        let clauses = Clauses {
            tape,
            id,
            name: &name,
            made: vec![],
        }
        .write(&mut classes);
        documents.push(Document {
            id,
            title: name.to_string(),
            version: Arc::from(&*name),
            name,
            language: "en".to_owned(),
            effective: None,
            revised: None,
            controller: None,
            territories: match tape.chance(5) {
                true => Territories::EMPTY,
                false => lands,
            },
            default: number == 0 && !tape.chance(10),
            systems: match number {
                2 => Set::of(SystemId(0)),
                _ => Set::EMPTY,
            },
            sees: vec![id],
            rules: Rules::new(&clauses),
            clauses,
            file: String::new(),
            text: "".into(),
        });
    }
    words.classes = Vocabulary::new(classes);
    let mut by_territory = HashMap::new();
    for document in &documents {
        by_territory.extend(
            document
                .territories
                .iter()
                .map(|place| (place, document.id)),
        );
    }
    let default = documents.iter().find(|document| document.default);
    Policy {
        digest: Digest([0; 32]),
        default: default.map(|document| document.id),
        words,
        by_territory,
        documents,
    }
}

fn words(tape: &mut Tape<'_>) -> Words {
    let all = places();
    let land = |tape: &mut Tape<'_>| tape.pick(&all).unwrap_or_else(|| Territory::from_number(0));
    Words {
        fields: vocabulary("field", FIELDS, |name, label| Field {
            special: None,
            name,
            label,
            kind: FieldKind::Text,
            identifier: false,
            many: false,
            length_max: 100,
            choices: vec![],
            dpv: None,
            register: None,
            dated: None,
        }),
        purposes: vocabulary("purpose", PURPOSES, |name, label| Purpose { name, label }),
        channels: vocabulary("channel", CHANNELS, |name, label| Channel {
            name,
            label,
            region: None,
            staffed: false,
            public: false,
            framed_by: Vec::new(),
        }),
        roles: vocabulary("role", ROLES, |name, label| Role {
            administers: *name == *"role-2" && tape.chance(70),
            arranges: RegisterKind::ALL
                .into_iter()
                .filter(|_| tape.chance(30))
                .collect(),
            name,
            label,
        }),
        systems: vocabulary("system", SYSTEMS, |name, label| System { name, label }),
        services: vocabulary("service", SERVICES, |name, label| Service { name, label }),
        recipients: vocabulary("recipient", RECIPIENTS, |name, label| Recipient {
            name,
            label,
            kind: tape.pick(&KINDS).unwrap_or(RecipientKind::Client),
            country: land(tape),
        }),
        regions: vocabulary("region", 1, |name, label| Region {
            name,
            label,
            countries: Territories::covering(all.iter().copied().filter(|_| tape.chance(30))),
            covered: false,
            free: tape.chance(50),
            fee_forbidden: false,
        }),
        teams: vocabulary("team", TEAMS, |name, label| Team {
            name,
            label,
            email: None,
            roles: tape.set(ROLES, 50),
        }),
        instruments: vocabulary("instrument", INSTRUMENTS, |name, label| Instrument {
            name,
            label,
            kind: "scc".to_owned(),
            valid_until: tape.chance(40).then(|| tape.date()),
            reference: None,
        }),
        assurances: vocabulary("assurance", ASSURANCES, |name, label| Assurance {
            name,
            label,
        }),
        ..Words::default()
    }
}
