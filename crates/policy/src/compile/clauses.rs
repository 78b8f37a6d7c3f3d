//! Makes the body of each clause from its table.
//! A clause that lacks what its verb needs was reported when it was read, and is left out here.

use super::build::Resolver;
use super::define::word;
use super::draft::DraftClause;
use super::given::Given;
use super::read::shown;
use crate::diagnostic::{Code, closest};
use crate::hosted::Acts;
use crate::model::*;
use crate::shape::WordKind;
use kept_terms::{
    Act, Basis, Book, Exception, ParentWay, Period, RecipientKind, Right, Set, SpecialCategory,
};

/// How long before it lapses something counts as at risk, where its clause does not say.
const WARN: Period = Period::days(30);

/// What a clause promises. `class` is the number of the next retention class.
pub(super) fn body(
    resolver: &mut Resolver<'_, '_, '_>,
    clause: &DraftClause,
    class: usize,
) -> Option<Body> {
    let given = &clause.given;
    match clause.verb {
        Verb::Collect => resolver.collect(given).map(Body::Collect),
        Verb::Use => resolver.r#use(clause).map(Body::Use),
        Verb::Disclose => resolver.disclose(given).map(Body::Disclose),
        Verb::Transfer => resolver.transfer(given).map(Body::Transfer),
        Verb::Keep if given.has("hold") => Some(Body::Hold(resolver.hold(given))),
        Verb::Keep if given.has("requests") => Some(Body::Requests(Requests {
            period: given.period("requests").unwrap_or_default(),
        })),
        Verb::Keep => resolver.keep(clause, class).map(Body::Keep),
        Verb::Grant => resolver.grant(clause).map(Body::Grant),
        Verb::Refuse => resolver.refuse(given).map(Body::Refuse),
        Verb::Secure => resolver.secure(clause).map(Body::Secure),
        Verb::Answer => resolver.answer(clause).map(Body::Answer),
        Verb::Notify => resolver.notify(given).map(Body::Notify),
        Verb::Define => Some(Body::Define {
            kind: clause.kind?.word().to_owned(),
            name: clause.name.clone(),
        }),
    }
}

impl Resolver<'_, '_, '_> {
    fn collect(&mut self, given: &Given) -> Option<Collect> {
        Some(Collect {
            data: self.set(given, "data", WordKind::Field),
            through: self.set(given, "through", WordKind::Channel),
            purposes: self.set(given, "for", WordKind::Purpose),
            required_for: self.set(given, "required-for", WordKind::Service),
            notice_before: given.has("notice"),
            tie: given.has("tie"),
        })
    }

    fn r#use(&mut self, clause: &DraftClause) -> Option<Use> {
        let given = &clause.given;
        // The registry has every `use` clause of the document, so its purpose is found; `all`
        // would be a wrong answer.
        let mut own = self.registry.purposes_of(self.at);
        let purpose = own
            .find(|(name, _)| *name == &*clause.name)
            .map(|(_, number)| number)?;
        Some(Use {
            purpose: PurposeId(purpose),
            label: given
                .text("label")
                .map_or_else(|| clause.name.replace('-', " "), str::to_owned),
            roles: self.set(given, "roles", WordKind::Role),
            compatible_with: self.compatible(given, PurposeId(purpose)),
            basis: word(given, "basis", Basis::from_word)?,
            exception: word(given, "exception", Exception::from_word),
            choice: match given.text("choice") {
                Some("opt-in") => Choice::OptIn,
                Some("opt-out") => Choice::OptOut,
                _ => Choice::None,
            },
            automated: match given.text("automated") {
                Some("decision") => Some(Automated::Decision),
                Some("profiling") => Some(Automated::Profiling),
                _ => None,
            },
            consent_lasts: given.period("consent-lasts"),
            restricted_too: given.flag("restricted-too"),
            person: given.flag("person"),
            dpv: given.text("dpv").map(str::to_owned),
            confirm_every: given.period("confirm-every"),
            suppress_below: given
                .count("suppress-below")
                .and_then(|count| u32::try_from(count).ok()),
            tries: tries(given),
        })
    }

    /// The purposes that one is compatible with; `"all"` means all others of the document.
    fn compatible(&mut self, given: &Given, own: PurposeId) -> Set<PurposeId> {
        let listed = self.set(given, "compatible-with", WordKind::Purpose);
        match given.all("compatible-with") {
            true => listed.difference(Set::of(own)),
            false => listed,
        }
    }

    fn disclose(&mut self, given: &Given) -> Option<Disclose> {
        let assurance = match given.table("assurance") {
            Some(table) => self.assured(table),
            None => Assured::Nothing,
        };
        Some(Disclose {
            data: self.set(given, "data", WordKind::Field),
            purposes: self.set(given, "for", WordKind::Purpose),
            protection: word(given, "protection", Protection::from_word),
            assurance,
            consent: given.flag("consent"),
            compelled: given.flag("compelled"),
            confirms_within: given.period("confirms-within"),
            approvals: small(given, "approvals").unwrap_or(0),
            engagement: given.flag("engagement"),
            to: self.one(given, "to", WordKind::Recipient)?,
        })
    }

    fn assured(&mut self, table: &Given) -> Assured {
        match (table.has("any"), table.has("all")) {
            (true, false) => Assured::Any(self.set(table, "any", WordKind::Assurance)),
            (false, true) => Assured::All(self.set(table, "all", WordKind::Assurance)),
            (both, _) => {
                if !table.broken {
                    let message = match both {
                        true => "`assurance` says both `any` and `all`",
                        false => "`assurance` says neither `any` nor `all`",
                    };
                    let span = table.span.clone();
                    self.report
                        .say(Code::NoForm, self.draft.file, span, message)
                        .help("write `assurance = { any = [\"…\"] }` or `{ all = [\"…\"] }`");
                }
                Assured::Nothing
            }
        }
    }

    fn transfer(&mut self, given: &Given) -> Option<Transfer> {
        Some(Transfer {
            from: self.places(given, "from"),
            to: self.places(given, "to"),
            valid_until: given.date("valid-until"),
            kinds: kinds(given),
            instrument: self.one(given, "instrument", WordKind::Instrument)?,
        })
    }

    fn keep(&mut self, clause: &DraftClause, class: usize) -> Option<Keep> {
        let given = &clause.given;
        if class == Set::<ClassId>::CAPACITY {
            let message = format!("a policy has at most {class} `keep` clauses");
            let span = clause.name_span.clone();
            self.report
                .say(Code::TooMany, self.draft.file, span, message);
        }
        Some(Keep {
            class: ClassId(u16::try_from(class).ok()?),
            data: self.set(given, "data", WordKind::Field),
            purposes: self.set_or_all(given, "for", WordKind::Purpose),
            period: given.period("period")?,
            then: match given.text("then")? {
                "anonymise" => Ending::Anonymise,
                _ => Ending::Destroy,
            },
            after: self.one(given, "after", WordKind::Event)?,
            obliged_by: given.text("obliged-by").map(str::to_owned),
        })
    }

    fn notify(&mut self, given: &Given) -> Option<Notify> {
        Some(Notify {
            when: given.text("when")?.to_owned(),
            through: given.texts("through"),
            before: given.period("before"),
            within: given.period("within"),
            purpose: match given.has("for") {
                true => Some(self.one(given, "for", WordKind::Purpose)?),
                false => None,
            },
        })
    }

    fn hold(&mut self, given: &Given) -> Hold {
        Hold {
            roles: self.set(given, "hold", WordKind::Role),
            data: self.set(given, "data", WordKind::Field),
        }
    }

    fn grant(&mut self, clause: &DraftClause) -> Option<Grant> {
        let given = &clause.given;
        let Some(right) = Right::from_word(&clause.name) else {
            let words: Vec<&str> = Right::ALL.iter().map(|right| right.word()).collect();
            let help = match closest(&clause.name, words.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the rights are {}", crate::shape::listed(&words)),
            };
            let message = format!("`{}` is not a right", shown(&clause.name));
            let span = clause.name_span.clone();
            self.report
                .say(Code::UnknownWord, self.draft.file, span, message)
                .help(help);
            return None;
        };
        let at_once_by_nature = matches!(
            right,
            Right::OptOut | Right::Withdrawal | Right::Rectification | Right::Erasure
        );
        Some(Grant {
            right,
            answer_within: given.period("answer-within")?,
            extend_by: given.table("extend").and_then(|table| table.period("by")),
            fee: fee(given),
            identity: match given.text("identity") {
                Some("none") => Identity::None,
                Some("passkey") => Identity::Passkey,
                Some("telephone") => Identity::Telephone,
                Some("document") => Identity::Document,
                _ => Identity::EmailCode,
            },
            purposes: match right {
                Right::Objection if !given.has("for") => self.open_to_objection(),
                _ => self.set_or_all(given, "for", WordKind::Purpose),
            },
            at_once: given
                .text("decided")
                .map_or(at_once_by_nature, |how| how == "at-once"),
        })
    }

    /// The purposes of the document that somebody may object to (GDPR Art. 21): those that rest on
    /// a legitimate interest or a public task, and those with a choice of their own.
    fn open_to_objection(&self) -> Set<PurposeId> {
        let bases = [Basis::LegitimateInterest, Basis::PublicTask].map(Basis::word);
        let uses = self.draft.clauses.iter().filter(|it| it.verb == Verb::Use);
        let open = uses.filter(|it| {
            let basis = it.given.text("basis");
            basis.is_some_and(|basis| bases.contains(&basis))
                || it.given.text("choice") == Some("opt-out")
        });
        open.filter_map(|it| {
            let mut own = self.registry.purposes_of(self.at);
            own.find(|(name, _)| *name == &*it.name)
        })
        .map(|(_, number)| PurposeId(number))
        .collect()
    }

    fn refuse(&mut self, given: &Given) -> Option<Refuse> {
        if let Some(under) = given.count("under") {
            return Some(Refuse::Children {
                under: u8::try_from(under).ok()?,
                lands: given.has("where").then(|| self.places(given, "where")),
                if_found_erase: given.has("if-found"),
                asked_through: self.set(given, "asked-through", WordKind::Channel),
                parents: given
                    .texts("parent-agrees")
                    .iter()
                    .filter_map(|way| ParentWay::from_word(way))
                    .collect(),
                reports: Reports {
                    within: given.period("decide-within"),
                    by: self.set(given, "confirmed-by", WordKind::Role),
                    undecided: match given.text("if-undecided") {
                        Some("erase") => Undecided::Erase,
                        Some(_) | None => Undecided::StayApart,
                    },
                },
            });
        }
        let listed = given.texts("classes");
        let places = given.texts("in");
        let place = |word: &str| places.iter().any(|place| place == word);
        Some(Refuse::Special {
            classes: match given.all("classes") {
                true => SpecialCategory::ALL.to_vec(),
                false => listed
                    .iter()
                    .filter_map(|class| SpecialCategory::from_word(class))
                    .collect(),
            },
            screened: Screened {
                fields: place("fields"),
                free_text: place("free-text"),
                attachments: place("attachments"),
            },
            then: match given.text("then")? {
                "redact" => Remedy::Redact,
                _ => Remedy::Refuse,
            },
            unread: match given.text("unread") {
                Some("refuse") => Unlooked::Refuse,
                Some("refuse-documents") => Unlooked::RefuseDocuments,
                Some(_) | None => Unlooked::Take,
            },
            except: self.set(given, "except", WordKind::Field),
        })
    }

    fn secure(&mut self, clause: &DraftClause) -> Option<Secure> {
        let given = &clause.given;
        let every = || given.period("every");
        let warn = given.period("warn").unwrap_or(WARN);
        Some(match clause.form? {
            "role" => {
                let sees = given.table("sees")?;
                Secure::View {
                    role: self.one(given, "role", WordKind::Role)?,
                    clear: self.set(sees, "clear", WordKind::Field),
                    masked: self.set(sees, "masked", WordKind::Field),
                    purposes: self.set_or_all(given, "for", WordKind::Purpose),
                }
            }
            "certification" => Secure::Certification {
                assurance: self.one(given, "certification", WordKind::Assurance)?,
                every: every()?,
                warn,
            },
            "report" => Secure::Report {
                assurance: self.one(given, "report", WordKind::Assurance)?,
                of: self.one(given, "of", WordKind::Recipient)?,
                every: every()?,
                warn,
            },
            "measure" => Secure::Measure {
                measure: self.one(given, "measure", WordKind::Measure)?,
                every: every()?,
                warn,
            },
            "stored-in" => Secure::StoredIn {
                stores: self.set(given, "stored-in", WordKind::Store),
            },
            "sign-in" => Secure::SignIn {
                ways: given.texts("sign-in"),
            },
            "break-glass" => self.emergency(clause)?,
            "apart" => Secure::Apart,
            "instructed" => Secure::Instructed { acts: acts(given) },
            "records" => Secure::Records {
                books: given
                    .texts("records")
                    .iter()
                    .filter_map(|book| Book::from_word(book))
                    .collect(),
                roles: self.set(given, "roles", WordKind::Role),
            },
            _ => Secure::Transport,
        })
    }

    fn emergency(&mut self, clause: &DraftClause) -> Option<Secure> {
        let given = &clause.given;
        let table = given.table("break-glass")?;
        let roles = self.set(given, "roles", WordKind::Role);
        let approving = self.set(given, "approved-by", WordKind::Role);
        let mut seen = |key| match given.table("sees") {
            Some(sees) => self.set(sees, key, WordKind::Field),
            None => Set::EMPTY,
        };
        let (clear, masked) = (seen("clear"), seen("masked"));
        Some(Secure::BreakGlass {
            roles,
            approved_by: if approving.is_empty() {
                roles
            } else {
                approving
            },
            approvals: small(table, "approvals")?,
            lasts: table.period("lasts")?,
            clear,
            masked,
            purposes: self.set_or_all(given, "for", WordKind::Purpose),
        })
    }

    fn answer(&mut self, clause: &DraftClause) -> Option<Answer> {
        let given = &clause.given;
        Some(match clause.form? {
            "stages" => {
                let mut stages = Vec::new();
                for table in given.tables("stages") {
                    let to = self.one(table, "to", WordKind::Team);
                    if let (Some(to), Some(within)) = (to, table.period("within")) {
                        stages.push(Stage { to, within });
                    }
                }
                Answer::Stages(stages)
            }
            "authorities" => Answer::Authorities {
                authorities: self.set(given, "authorities", WordKind::Authority),
                to: self.one(given, "to", WordKind::Team)?,
                within: given.period("within")?,
            },
            "forwarded" => Answer::Forwarded {
                rights: rights(given),
                within: given.period("within")?,
                answered_within: given.period("answered-within")?,
            },
            "returned" => Answer::Returned {
                within: given.period("within")?,
            },
            "staff" => {
                let table = given.table("staff")?;
                Answer::Staff {
                    decided_by: self.one(table, "decided-by", WordKind::Team)?,
                    refusals: small(table, "refusals"),
                    within: table.period("within"),
                    outcomes: table.texts("outcomes"),
                }
            }
            _ => {
                if !given.flag("warned") {
                    self.report
                        .say(
                            Code::WrongValue,
                            self.draft.file,
                            given.span_of("warned"),
                            "`warned` says nothing unless it is `true`",
                        )
                        .help("write `warned = true`, or take the clause out");
                }
                Answer::Warned
            }
        })
    }
}

/// The acts that a client has to instruct.
fn acts(given: &Given) -> Acts {
    let listed = given.texts("instructed");
    match given.all("instructed") {
        true => Acts::ALL,
        false => listed
            .iter()
            .filter_map(|act| Act::from_word(act))
            .collect(),
    }
}

/// The rights of which requests are passed on to a client.
fn rights(given: &Given) -> Vec<Right> {
    let listed = given.texts("forwarded");
    match given.all("forwarded") {
        true => Right::ALL.to_vec(),
        false => listed
            .iter()
            .filter_map(|right| Right::from_word(right))
            .collect(),
    }
}

/// A small number, where it is given.
fn small(given: &Given, key: &str) -> Option<u8> {
    given
        .count(key)
        .and_then(|number| u8::try_from(number).ok())
}

fn tries(given: &Given) -> Tries {
    let most = Tries::MOST;
    given.table("tries").map_or(most, |table| Tries {
        person: small(table, "person").unwrap_or(most.person),
        caller: small(table, "caller").unwrap_or(most.caller),
    })
}

/// What is charged, in words; nothing where it is `none` or left out.
fn fee(given: &Given) -> Option<String> {
    let table = given.table("fee")?;
    let label = table.text("label")?;
    Some(match table.text("only-when") {
        Some(when) => format!("{label} ({when})"),
        None => label.to_owned(),
    })
}

/// The kinds of recipient that a route leads to; nothing where it does not say.
fn kinds(given: &Given) -> Option<Vec<RecipientKind>> {
    let named = given.texts("kinds").into_iter();
    given.has("kinds").then(|| {
        named
            .filter_map(|word| RecipientKind::from_word(&word))
            .collect()
    })
}
