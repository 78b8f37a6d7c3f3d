//! Makes the vocabularies of a policy from its `define` clauses.
//! A word that was cut short still gets its number, so that whoever uses it is not reported too.

use super::Report;
use super::draft::{Draft, DraftClause};
use super::gather::{COLLECTED, Registry};
use super::given::Given;
use super::read::country;
use crate::diagnostic::Code;
use crate::model::*;
use crate::shape::WordKind;
use kept_terms::{
    Act, FieldKind, Index, Name, RecipientKind, Set, SpecialCategory, Territories, Territory,
};

/// The definitions of one kind, in the order of their numbers.
struct Definitions<'d> {
    clauses: Vec<(&'d Draft<'d>, &'d DraftClause)>,
}

impl<'d> Definitions<'d> {
    fn of(kind: WordKind, drafts: &'d [Draft<'d>], registry: &Registry) -> Definitions<'d> {
        let mut numbered: Vec<_> = registry
            .of(kind)
            .filter_map(|(_, declared)| {
                let (at, span) = declared.place.as_ref()?;
                let draft = drafts.get(*at)?;
                let clause = draft
                    .of(Verb::Define)
                    .find(|clause| clause.kind == Some(kind) && clause.name_span == *span)?;
                Some((declared.number, draft, clause))
            })
            .collect();
        numbered.sort_by_key(|(number, _, _)| *number);
        let clauses = numbered
            .into_iter()
            .map(|(_, draft, clause)| (draft, clause));
        Definitions {
            clauses: clauses.collect(),
        }
    }

    fn made<I: Index, T: Named>(
        &self,
        mut make: impl FnMut(&'d Draft<'d>, &'d DraftClause, Name, String) -> T,
    ) -> Vocabulary<I, T> {
        let made = self.clauses.iter().map(|(draft, clause)| {
            let label = clause
                .given
                .text("label")
                .unwrap_or(&clause.name)
                .to_owned();
            make(draft, clause, clause.name.clone(), label)
        });
        Vocabulary::new(made.collect())
    }
}

/// Where something stands whose place was reported.
fn somewhere() -> Territory {
    Territory::from_number(0)
}

/// Makes all vocabularies but that of retention classes.
pub(super) fn words(drafts: &[Draft<'_>], registry: &Registry, report: &mut Report<'_>) -> Words {
    let of = |kind| Definitions::of(kind, drafts, registry);
    Words {
        fields: of(WordKind::Field)
            .made(|draft, c, name, label| field(draft, c, name, label, report)),
        purposes: purposes(drafts, registry),
        channels: of(WordKind::Channel).made(|_, c, name, label| Channel {
            name,
            label,
            region: land(&c.given, "region"),
            staffed: c.given.flag("staffed"),
            public: c.given.flag("public"),
            framed_by: c.given.texts("framed-by"),
        }),
        events: events(drafts, registry),
        roles: roles(&of(WordKind::Role)),
        services: of(WordKind::Service).made(|_, _, name, label| Service { name, label }),
        recipients: of(WordKind::Recipient).made(|_, c, name, label| Recipient {
            name,
            label,
            kind: word(&c.given, "kind", RecipientKind::from_word)
                .unwrap_or(RecipientKind::ThirdParty),
            country: land(&c.given, "country").unwrap_or(somewhere()),
        }),
        entities: entities(&of(WordKind::Entity)),
        teams: of(WordKind::Team).made(|draft, c, name, label| Team {
            name,
            label,
            email: c.given.text("email").map(str::to_owned),
            roles: acting(draft, c, registry, report),
        }),
        regions: regions(&of(WordKind::Region)),
        instruments: of(WordKind::Instrument).made(|_, c, name, label| Instrument {
            name,
            label,
            kind: c.given.text("kind").unwrap_or_default().to_owned(),
            valid_until: c.given.date("valid-until"),
            reference: c.given.text("reference").map(str::to_owned),
        }),
        assurances: of(WordKind::Assurance).made(|_, _, name, label| Assurance { name, label }),
        systems: of(WordKind::System).made(|_, _, name, label| System { name, label }),
        stores: of(WordKind::Store).made(|_, c, name, label| Store {
            name,
            label,
            country: land(&c.given, "country").unwrap_or(somewhere()),
        }),
        measures: of(WordKind::Measure).made(|draft, c, name, label| Measure {
            name,
            label,
            owner: owner(draft, c, registry, report),
        }),
        authorities: of(WordKind::Authority).made(|_, c, name, label| Authority {
            name,
            label,
            country: land(&c.given, "country"),
        }),
        terms: terms(&of(WordKind::Term), drafts),
        classes: Vocabulary::default(),
        labels: labels(drafts),
    }
}

fn roles(definitions: &Definitions<'_>) -> Vocabulary<RoleId, Role> {
    definitions.made(|_, c, name, label| {
        let arranged = c.given.texts("arranges");
        let arranged = arranged.iter();
        Role {
            name,
            label,
            administers: c.given.flag("administers"),
            arranges: arranged
                .filter_map(|word| RegisterKind::from_word(word))
                .collect(),
        }
    })
}

fn terms(definitions: &Definitions<'_>, drafts: &[Draft<'_>]) -> Vocabulary<TermId, Term> {
    definitions.made(|home, _, name, label| {
        let at = drafts.iter().position(|draft| draft.file == home.file);
        let at = at.and_then(|at| u16::try_from(at).ok());
        Term {
            name,
            label,
            document: DocumentId(at.unwrap_or_default()),
        }
    })
}

fn labels(drafts: &[Draft<'_>]) -> Labels {
    let mut labels = Labels::default();
    for clause in drafts.iter().flat_map(|draft| draft.of(Verb::Define)) {
        let (Some(kind), Some(table)) = (clause.kind, clause.given.table("labels")) else {
            continue;
        };
        for language in ["en", "fr", "de", "zh"] {
            if let Some(label) = table.text(language) {
                labels.insert(kind.word(), &clause.name, language, label);
            }
        }
    }
    labels
}

/// The place of a key.
fn land(given: &Given, key: &str) -> Option<Territory> {
    given.text(key).and_then(country)
}

fn entities(definitions: &Definitions<'_>) -> Vocabulary<EntityId, Entity> {
    definitions.made(|_, c, name, label| Entity {
        name,
        label,
        address: c.given.texts("address"),
        email: c.given.text("email").unwrap_or_default().to_owned(),
        country: land(&c.given, "country").unwrap_or(somewhere()),
    })
}

fn regions(definitions: &Definitions<'_>) -> Vocabulary<RegionId, Region> {
    definitions.made(|_, c, name, label| Region {
        name,
        label,
        countries: countries(&c.given),
        covered: c.given.flag("covered"),
        free: c.given.flag("free"),
        fee_forbidden: c.given.flag("fee-forbidden"),
    })
}

/// A key's word as what it stands for.
pub(super) fn word<T>(given: &Given, key: &str, from: impl Fn(&str) -> Option<T>) -> Option<T> {
    given.text(key).and_then(from)
}

fn countries(given: &Given) -> Territories {
    let list = given.list("countries");
    Territories::covering(list.iter().filter_map(|(code, _)| country(code)))
}

fn field(
    draft: &Draft<'_>,
    clause: &DraftClause,
    name: Name,
    label: String,
    report: &mut Report<'_>,
) -> Field {
    let given = &clause.given;
    let kind = word(given, "kind", FieldKind::from_word).unwrap_or(FieldKind::Text);
    let choices = given.texts("choices");
    if given.has("kind") && (kind == FieldKind::Choice) != given.has("choices") {
        let (message, help) = match kind {
            FieldKind::Choice => (
                format!("field `{name}` is a choice and lists no choices"),
                "add `choices = [\"one\", \"two\"]`",
            ),
            _ => (
                format!("field `{name}` lists choices and is not of kind `choice`"),
                "write `kind = \"choice\"`, or strike `choices`",
            ),
        };
        let (code, span) = match given.entry("choices") {
            Some(entry) => (Code::WrongValue, entry.key_span.clone()),
            None => (Code::MissingKey, given.span_of("kind")),
        };
        report.say(code, draft.file, span, message).help(help);
    }
    let most = kind.length_max();
    let length = given
        .count("length-max")
        .and_then(|n| usize::try_from(n).ok());
    if let Some(length) = length.filter(|length| *length > most) {
        let message =
            format!("`length-max` of {length} is more than a {kind} can hold, which is {most}");
        report
            .say(
                Code::WrongValue,
                draft.file,
                given.span_of("length-max"),
                message,
            )
            .help("strike it, or write a smaller number");
    }
    Field {
        name,
        label,
        kind,
        identifier: given.flag("identifier"),
        many: if given.has("many") {
            given.flag("many")
        } else {
            many(kind)
        },
        length_max: length.unwrap_or(most).min(most),
        choices,
        dpv: given.text("dpv").map(str::to_owned),
        register: word(given, "register", RegisterKind::from_word),
        dated: word(given, "dated", |text| match text {
            "due" => Some(Dated::Due),
            "done" => Some(Dated::Done),
            _ => None,
        }),
        special: word(given, "special", SpecialCategory::from_word),
    }
}

/// Whether a person may have several values of a kind at once, where the field does not say.
fn many(kind: FieldKind) -> bool {
    match kind {
        FieldKind::LongText | FieldKind::Log | FieldKind::Document | FieldKind::Recording => true,
        FieldKind::PersonName
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Text
        | FieldKind::Country
        | FieldKind::Date
        | FieldKind::Number
        | FieldKind::Flag
        | FieldKind::Choice
        | FieldKind::IpAddress => false,
    }
}

fn events(drafts: &[Draft<'_>], registry: &Registry) -> Vocabulary<EventId, Event> {
    let declared: Vocabulary<EventId, Event> = Definitions::of(WordKind::Event, drafts, registry)
        .made(|_, c, name, label| Event {
            name,
            label,
            of_person: c.given.text("of") == Some("person"),
            moved_by: c
                .given
                .texts("moved-by")
                .iter()
                .filter_map(|act| Act::from_word(act))
                .collect(),
            set_by: word(&c.given, "set-by", RegisterKind::from_word),
        });
    let mut events: Vec<Event> = Vec::new();
    if let Ok(name) = Name::new(COLLECTED) {
        // Number 0 is kept for it when words are gathered.
        events.push(Event {
            name,
            label: "it was collected".to_owned(),
            of_person: false,
            moved_by: vec![Act::Collect],
            set_by: None,
        });
    }
    events.extend(declared.iter().map(|(_, event)| event.clone()));
    Vocabulary::new(events)
}

/// Purposes take the label of the first `use` clause that gives one.
fn purposes(drafts: &[Draft<'_>], registry: &Registry) -> Vocabulary<PurposeId, Purpose> {
    let mut numbered: Vec<_> = registry.of(WordKind::Purpose).collect();
    numbered.sort_by_key(|(_, declared)| declared.number);
    let made = numbered.iter().filter_map(|(name, _)| {
        let clauses = || {
            drafts
                .iter()
                .flat_map(|draft| draft.of(Verb::Use))
                .filter(|clause| &*clause.name == *name)
        };
        let label = clauses().find_map(|clause| clause.given.text("label"));
        Some(Purpose {
            name: clauses().next()?.name.clone(),
            label: label.map_or_else(|| name.replace('-', " "), str::to_owned),
        })
    });
    Vocabulary::new(made.collect())
}

fn owner(
    draft: &Draft<'_>,
    clause: &DraftClause,
    registry: &Registry,
    report: &mut Report<'_>,
) -> Option<TeamId> {
    let team = clause.given.text("owner")?;
    let span = clause.given.span_of("owner");
    number(draft, registry, report, WordKind::Team, team, span).map(TeamId)
}

/// The roles that act for a team.
fn acting(
    draft: &Draft<'_>,
    clause: &DraftClause,
    registry: &Registry,
    report: &mut Report<'_>,
) -> Set<RoleId> {
    let listed = clause.given.list("roles").iter();
    let known = |(role, span): &(String, std::ops::Range<usize>)| {
        number(draft, registry, report, WordKind::Role, role, span.clone())
    };
    listed.filter_map(known).map(RoleId).collect()
}

/// The number of a word, or a complaint that it is not declared.
fn number(
    draft: &Draft<'_>,
    registry: &Registry,
    report: &mut Report<'_>,
    kind: WordKind,
    word: &str,
    span: std::ops::Range<usize>,
) -> Option<u16> {
    let found = registry.find(kind, word);
    if found.is_none() {
        let known = registry.of(kind).map(|(name, _)| name);
        let help = match crate::diagnostic::closest(word, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("declare it with `[define.{}.some-name]`", kind.word()),
        };
        let (kind, word) = (kind.word(), super::read::shown(word));
        let message = format!("{kind} `{word}` is not declared");
        report
            .say(Code::UnknownWord, draft.file, span, message)
            .help(help);
    }
    found.map(|declared| declared.number)
}
