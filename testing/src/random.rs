//! Small policies and questions from a tape of numbers: any tape is a policy, a shorter tape a
//! simpler one. Nothing is drawn here; whoever winds the tape does that.

mod questions;

pub use questions::question;

use jiff::civil::Date;
use kept_policy::*;
use kept_terms::{
    Act, Basis, Book, Country, FieldKind, Index, Name, Period, RecipientKind, Right, Set,
    SpecialCategory, Way,
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

const KINDS: [RecipientKind; 3] = [
    RecipientKind::GroupCompany,
    RecipientKind::ThirdParty,
    RecipientKind::Authority,
];
const CATEGORIES: [SpecialCategory; 2] = [SpecialCategory::Health, SpecialCategory::Genetic];

fn countries() -> Vec<Country> {
    ["US", "CA", "FR", "DE"]
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

/// A policy of two documents for countries, and one for a hosted system.
pub fn policy(tape: &mut Tape<'_>) -> Policy {
    let mut words = words(tape);
    let all = countries();
    let (mut documents, mut classes) = (Vec::new(), Vec::new());
    for number in 0..3u16 {
        let id = DocumentId(number);
        let name = named("document", number);
        let (from, to) = match number {
            0 => (0, 2),
            1 => (2, 3),
            _ => (0, 0),
        };
        let lands = all.get(from..to).unwrap_or_default();
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
            countries: match tape.chance(5) {
                true => Set::EMPTY,
                false => lands.iter().copied().collect(),
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
    let mut by_country = HashMap::new();
    for document in &documents {
        by_country.extend(
            document
                .countries
                .iter()
                .map(|country| (country, document.id)),
        );
    }
    let default = documents.iter().find(|document| document.default);
    Policy {
        digest: Digest([0; 32]),
        default: default.map(|document| document.id),
        words,
        by_country,
        documents,
    }
}

fn words(tape: &mut Tape<'_>) -> Words {
    let all = countries();
    let land = |tape: &mut Tape<'_>| tape.pick(&all).unwrap_or_else(|| Country::from_number(0));
    Words {
        fields: vocabulary("field", FIELDS, |name, label| Field {
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
            countries: all.iter().copied().filter(|_| tape.chance(30)).collect(),
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

/// The clauses of one document in the making.
struct Clauses<'t, 'a, 'n> {
    tape: &'t mut Tape<'a>,
    id: DocumentId,
    name: &'n Name,
    made: Vec<Clause>,
}

impl Clauses<'_, '_, '_> {
    fn add(&mut self, name: &str, body: Body) -> (ClauseId, Arc<str>) {
        let id = ClauseId {
            document: self.id,
            number: u16::try_from(self.made.len()).unwrap_or(u16::MAX),
        };
        let full_name: Arc<str> = format!("{}#{}.{name}", self.name, body.verb().word()).into();
        self.made.push(Clause {
            id,
            full_name: full_name.clone(),
            body,
            source: 0..0,
            prose: 0..0,
        });
        (id, full_name)
    }

    fn write(mut self, classes: &mut Vec<Class>) -> Vec<Clause> {
        for number in 0..=self.tape.below(3) {
            let body = self.collect();
            self.add(&format!("c{number}"), body);
        }
        for number in 0..PURPOSES {
            if !self.tape.chance(15) {
                let body = self.r#use(PurposeId(number));
                self.add(&format!("purpose-{number}"), body);
            }
        }
        for number in 0..self.tape.below(8) {
            let body = self.disclose();
            self.add(&format!("d{number}"), body);
        }
        for number in 0..self.tape.below(4) {
            let body = self.transfer();
            self.add(&format!("t{number}"), body);
        }
        for number in 0..2 {
            self.keep(number, classes);
        }
        for right in Right::ALL {
            if !self.tape.chance(20) {
                let body = self.grant(*right);
                self.add(right.word(), body);
            }
        }
        for number in 0..self.tape.below(4) {
            let body = self.refuse();
            self.add(&format!("r{number}"), body);
        }
        for number in 0..self.tape.below(9) {
            let body = self.view();
            self.add(&format!("v{number}"), body);
        }
        if self.tape.chance(50) {
            self.add("apart", Body::Secure(Secure::Apart));
        }
        for number in 0..self.tape.below(3) {
            let acts = match self.tape.chance(70) {
                true => Acts::ALL,
                false => Act::ALL
                    .iter()
                    .copied()
                    .filter(|_| self.tape.chance(50))
                    .collect(),
            };
            self.add(
                &format!("i{number}"),
                Body::Secure(Secure::Instructed { acts }),
            );
        }
        for number in 0..self.tape.below(3) {
            let body = self.forwarded();
            self.add(&format!("f{number}"), body);
        }
        for number in 0..self.tape.below(3) {
            let body = self.emergency();
            self.add(&format!("e{number}"), body);
        }
        for number in 0..self.tape.below(4) {
            let books = Book::ALL.iter().copied();
            let books = books.filter(|_| self.tape.chance(40)).collect();
            let roles = self.tape.set(ROLES, 50);
            self.add(
                &format!("b{number}"),
                Body::Secure(Secure::Records { books, roles }),
            );
        }
        for number in 0..self.tape.below(3) {
            let ways = Way::ALL.iter().filter(|_| self.tape.chance(60));
            let ways = ways.map(|way| way.word().to_owned()).collect();
            self.add(&format!("w{number}"), Body::Secure(Secure::SignIn { ways }));
        }
        for number in 0..self.tape.below(5) {
            let body = self.answer();
            self.add(&format!("a{number}"), body);
        }
        for number in 0..self.tape.below(3) {
            let body = self.hold();
            self.add(&format!("h{number}"), body);
        }
        for number in 0..self.tape.below(3) {
            let body = self.notify();
            self.add(&format!("n{number}"), body);
        }
        self.made
    }

    fn forwarded(&mut self) -> Body {
        let rights = Right::ALL.iter().copied();
        Body::Answer(Answer::Forwarded {
            rights: rights.filter(|_| self.tape.chance(60)).collect(),
            within: Period::days(3),
            answered_within: Period::days(30),
        })
    }

    fn emergency(&mut self) -> Body {
        Body::Secure(Secure::BreakGlass {
            roles: self.tape.set(ROLES, 60),
            approved_by: self.tape.set(ROLES, 60),
            approvals: u8::try_from(1 + self.tape.below(2)).unwrap_or(1),
            lasts: Period::days(1),
            clear: self.tape.set(FIELDS, 60),
            masked: self.tape.set(FIELDS, 60),
            purposes: self.tape.set(PURPOSES, 80),
        })
    }

    fn answer(&mut self) -> Body {
        let within = Period::days(10);
        let to = TeamId(self.tape.below(TEAMS));
        Body::Answer(match self.tape.below(4) {
            0 => Answer::Stages(
                (0..=self.tape.below(2))
                    .map(|_| Stage {
                        to: TeamId(self.tape.below(TEAMS)),
                        within,
                    })
                    .collect(),
            ),
            1 => Answer::Authorities {
                authorities: Set::EMPTY,
                to,
                within,
            },
            2 => Answer::Staff {
                decided_by: to,
                refusals: None,
                within: None,
                outcomes: Vec::new(),
            },
            _ => Answer::Warned,
        })
    }

    fn collect(&mut self) -> Body {
        Body::Collect(Collect {
            data: self.tape.set(FIELDS, 60),
            through: self.tape.set(CHANNELS, 70),
            purposes: self.tape.set(PURPOSES, 50),
            required_for: self.tape.set(SERVICES, 20),
            notice_before: self.tape.chance(20),
            tie: self.tape.chance(50),
        })
    }

    fn r#use(&mut self, purpose: PurposeId) -> Body {
        Body::Use(Use {
            purpose,
            label: String::new(),
            basis: self.tape.one(
                Basis::LegitimateInterest,
                &[Basis::Contract, Basis::Consent, Basis::Contract],
            ),
            choice: self.tape.one(
                Choice::None,
                &[Choice::OptOut, Choice::None, Choice::OptIn, Choice::None],
            ),
            roles: self.tape.set(ROLES, 80),
            compatible_with: self.tape.set(PURPOSES, 30),
            consent_lasts: self.tape.chance(50).then_some(Period {
                months: 12,
                days: 0,
            }),
            restricted_too: self.tape.chance(30),
            person: self.tape.chance(70),
            confirm_every: None,
            suppress_below: self.tape.chance(60).then_some(5),
            dpv: None,
            tries: Tries {
                person: u8::try_from(1 + self.tape.below(5)).unwrap_or(5),
                caller: u8::try_from(14 + self.tape.below(7)).unwrap_or(20),
            },
        })
    }

    fn disclose(&mut self) -> Body {
        let kinds = [
            Some(Protection::ProcessingAgreement),
            Some(Protection::GroupAgreement),
            Some(Protection::Law),
        ];
        let assurances = self.tape.set(ASSURANCES, 50);
        let assured = [Assured::Any(assurances), Assured::All(assurances)];
        Body::Disclose(Disclose {
            to: RecipientId(self.tape.below(RECIPIENTS)),
            data: self.tape.set(FIELDS, 70),
            purposes: self.tape.set(PURPOSES, 70),
            protection: self.tape.one(None, &kinds),
            assurance: self.tape.one(Assured::Nothing, &assured),
            consent: self.tape.chance(30),
            compelled: self.tape.chance(30),
            confirms_within: None,
            approvals: u8::try_from(self.tape.below(7).saturating_sub(4)).unwrap_or(0),
            engagement: self.tape.chance(20),
        })
    }

    fn transfer(&mut self) -> Body {
        let all = countries();
        Body::Transfer(Transfer {
            from: all
                .iter()
                .copied()
                .filter(|_| self.tape.chance(60))
                .collect(),
            to: all
                .iter()
                .copied()
                .filter(|_| self.tape.chance(60))
                .collect(),
            // Now and then an instrument that nobody declared.
            instrument: InstrumentId(self.tape.below(INSTRUMENTS * 4 + 1) / 4),
            valid_until: self.tape.chance(20).then(|| self.tape.date()),
            kinds: self.tape.chance(30).then(|| {
                let all = RecipientKind::ALL.iter().copied();
                all.filter(|_| self.tape.chance(60)).collect()
            }),
        })
    }

    fn keep(&mut self, number: u16, classes: &mut Vec<Class>) {
        let class = ClassId(u16::try_from(classes.len()).unwrap_or(u16::MAX));
        let period = Period {
            months: u32::from(self.tape.below(30)),
            days: u32::from(self.tape.below(3)),
        };
        let keep = Keep {
            class,
            data: self.tape.set(FIELDS, 70),
            purposes: self.tape.set(PURPOSES, 70),
            period,
            after: EventId(0),
            then: Ending::Destroy,
        };
        let (clause, name) = self.add(&format!("k{number}"), Body::Keep(keep));
        classes.push(Class {
            name,
            after: EventId(0),
            moves: false,
            period,
            then: Ending::Destroy,
            clause,
        });
    }

    fn hold(&mut self) -> Body {
        Body::Hold(Hold {
            roles: self.tape.set(ROLES, 50),
            data: self.tape.set(FIELDS, 60),
        })
    }

    fn grant(&mut self, right: Right) -> Body {
        Body::Grant(Grant {
            right,
            answer_within: Period::days(30),
            extend_by: None,
            fee: None,
            identity: Identity::None,
            purposes: self.tape.set(PURPOSES, 50),
            at_once: false,
        })
    }

    fn refuse(&mut self) -> Body {
        if self.tape.chance(40) {
            let under = u8::try_from(13 + self.tape.below(4)).unwrap_or(13);
            return Body::Refuse(Refuse::Children {
                under,
                lands: self.tape.chance(30).then(|| {
                    let all = countries();
                    all.into_iter().filter(|_| self.tape.chance(60)).collect()
                }),
                if_found_erase: true,
                asked_through: Set::EMPTY,
            });
        }
        let classes = CATEGORIES
            .iter()
            .copied()
            .filter(|_| self.tape.chance(70))
            .collect();
        Body::Refuse(Refuse::Special {
            classes,
            screened: Screened {
                fields: self.tape.chance(60),
                free_text: self.tape.chance(60),
                attachments: self.tape.chance(60),
            },
            then: self
                .tape
                .one(Remedy::Redact, &[Remedy::Refuse, Remedy::Redact]),
            unread: self.tape.one(
                Unlooked::Take,
                &[Unlooked::RefuseDocuments, Unlooked::Refuse],
            ),
        })
    }

    fn notify(&mut self) -> Body {
        Body::Notify(Notify {
            when: self.tape.one("material", &["any", "breach"]).to_owned(),
            through: vec!["e-mail".to_owned()],
            before: match self.tape.chance(70) {
                true => Some(Period::days(u32::from(self.tape.below(60)))),
                false => None,
            },
            within: None,
            purpose: None,
        })
    }

    fn view(&mut self) -> Body {
        Body::Secure(Secure::View {
            role: RoleId(self.tape.below(ROLES)),
            clear: self.tape.set(FIELDS, 50),
            masked: self.tape.set(FIELDS, 60),
            purposes: self.tape.set(PURPOSES, 70),
        })
    }
}
