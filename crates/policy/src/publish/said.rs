//! What a rule says, in the words of the page's language: in a few words what it is about, and line
//! by line what it holds.
//! It says what the clause says and adds nothing; the clause itself stands below it.

use super::{Page, countries, strings};
use crate::model::*;
use kept_terms::{Period, Set, Territories, Territory};
use std::borrow::Cow;
use strings::Text;

/// How many things are named before the rest is left to the lines below.
const NAMED: usize = 3;

/// What a rule holds: what kind of thing, and what.
pub(super) type Lines = Vec<(Text, String)>;

impl Page<'_> {
    /// What a promise is about, in a few words, so that each is told from its neighbours.
    pub(super) fn subject(&self, clause: &Clause) -> String {
        let text = |text: Text| self.text(text).to_owned();
        let said = match &clause.body {
            Body::Collect(collect) => self.first(self.fields_of(collect.data)),
            Body::Keep(keep) => self.first(self.fields_of(keep.data)),
            Body::Hold(_) => text(Text::LegalHold),
            Body::Requests(_) => text(Text::WhatYouAsked),
            Body::Use(r#use) => r#use.label.clone(),
            Body::Disclose(disclose) => self.recipient_of(disclose.to),
            Body::Transfer(transfer) => {
                format!("→ {}", self.first_places(transfer.to))
            }
            Body::Grant(grant) => strings::right(self.tongue, grant.right).to_owned(),
            Body::Refuse(Refuse::Special { .. }) => text(Text::Sensitive),
            Body::Refuse(Refuse::Children { under, .. }) => strings::under(self.tongue, *under),
            Body::Secure(secure) => self.subject_of_safeguard(secure),
            Body::Answer(Answer::Stages(_)) => text(Text::Complaints),
            Body::Answer(Answer::Authorities { .. }) => text(Text::Authorities),
            Body::Answer(Answer::Staff { .. }) => text(Text::Staff),
            Body::Answer(Answer::Warned) => text(Text::Warned),
            Body::Answer(Answer::Forwarded { .. }) => text(Text::Forwarded),
            Body::Answer(Answer::Returned { .. }) => text(Text::Returned),
            Body::Notify(notify) => strings::occasion(self.tongue, &notify.when).to_owned(),
            Body::Define { name, .. } => name.replace('-', " "),
        };
        let mut chars = said.chars();
        chars.next().map_or(String::new(), |first| {
            first.to_uppercase().chain(chars).collect()
        })
    }

    fn subject_of_safeguard(&self, secure: &Secure) -> String {
        let text = |text: Text| self.text(text).to_owned();
        match secure {
            Secure::View { role, .. } => self.role_of(*role),
            Secure::Certification { assurance, .. } => self.assurance_of(*assurance),
            Secure::Report { assurance, of, .. } => {
                let report = self.assurance_of(*assurance);
                format!("{report} – {}", self.recipient_of(*of))
            }
            Secure::Measure { measure, .. } => {
                let measure = self.policy.words.measures.get(*measure);
                measure.map_or(String::new(), |measure| {
                    self.label("measure", &measure.name, &measure.label)
                        .to_owned()
                })
            }
            Secure::StoredIn { stores } => self.first(self.stores_of(*stores)),
            Secure::SignIn { .. } => text(Text::SignIn),
            Secure::BreakGlass { .. } => text(Text::Emergency),
            Secure::Transport => text(Text::Transport),
            Secure::Apart => text(Text::Apart),
            Secure::Records { .. } => text(Text::Records),
            Secure::Instructed { .. } => text(Text::Instructed),
        }
    }

    /// What a rule holds, line by line; nothing for what only defines.
    pub(super) fn lines(&self, clause: &Clause) -> Lines {
        match &clause.body {
            Body::Collect(collect) => self.collected(collect),
            Body::Use(r#use) => {
                let mut lines = self.used(r#use);
                lines.extend(self.tried(clause, r#use.tries));
                lines
            }
            Body::Disclose(disclose) => self.disclosed(disclose),
            Body::Transfer(transfer) => self.transferred(transfer),
            Body::Keep(keep) => self.kept(keep),
            Body::Hold(hold) => vec![
                (Text::Who, self.all(self.roles_of(hold.roles))),
                (Text::Fields, self.all(self.fields_of(hold.data))),
            ],
            Body::Requests(requests) => {
                vec![(Text::AfterTheEnd, self.period(requests.period))]
            }
            Body::Grant(grant) => self.granted(grant),
            Body::Refuse(refuse) => self.refused(refuse),
            Body::Secure(secure) => self.secured(secure),
            Body::Answer(answer) => self.answered(answer),
            Body::Notify(notify) => self.notified(notify),
            Body::Define { .. } => Lines::new(),
        }
    }

    fn collected(&self, collect: &Collect) -> Lines {
        let mut lines = vec![
            (Text::Fields, self.all(self.fields_of(collect.data))),
            (Text::Through, self.all(self.channels_of(collect.through))),
            (Text::Purposes, self.all(self.purposes_of(collect.purposes))),
        ];
        let services = self.policy.words.services.iter();
        let needed = services
            .filter(|(id, _)| collect.required_for.contains(*id))
            .map(|(_, word)| self.label("service", &word.name, &word.label));
        let needed = self.all(needed);
        if !needed.is_empty() {
            lines.push((Text::NeededFor, needed));
        }
        if collect.notice_before {
            lines.push((Text::ToldBefore, self.text(Text::Yes).to_owned()));
        }
        if collect.tie {
            lines.push((Text::Tied, self.text(Text::OnceKnown).to_owned()));
        }
        lines
    }

    fn used(&self, r#use: &Use) -> Lines {
        let choice = match r#use.choice {
            Choice::None => Text::NoChoice,
            Choice::OptIn => Text::OptIn,
            Choice::OptOut => Text::OptOut,
        };
        let mut lines = vec![
            (Text::Who, self.all(self.roles_of(r#use.roles))),
            (
                Text::BasisHeading,
                strings::basis(self.tongue, r#use.basis).to_owned(),
            ),
            (Text::Choice, self.text(choice).to_owned()),
        ];
        if let Some(exception) = r#use.exception {
            let said = strings::exception(self.tongue, exception).to_owned();
            lines.push((Text::ExceptionHeading, said));
        }
        if let Some(known) = r#use.automated {
            let said = strings::automated(self.tongue, known).to_owned();
            lines.push((Text::AutomatedHeading, said));
        }
        if let Some(lasts) = r#use.consent_lasts {
            lines.push((Text::Lasts, self.period(lasts)));
        }
        if !r#use.compatible_with.is_empty() {
            let with = self.all(self.purposes_of(r#use.compatible_with));
            lines.push((Text::GoesWith, with));
        }
        if let Some(every) = r#use.confirm_every {
            lines.push((Text::ConfirmedEvery, self.period(every)));
        }
        if let Some(below) = r#use.suppress_below {
            lines.push((Text::SmallestGroup, below.to_string()));
        }
        lines
    }

    /// How many tries there are, where the clause says so itself: where it is silent, the most that
    /// anybody may have holds, and the page adds nothing to what is written.
    fn tried(&self, clause: &Clause, tries: Tries) -> Lines {
        let written = self.document.text.get(clause.source.clone());
        let names = |line: &str| {
            line.split('=')
                .next()
                .is_some_and(|key| key.trim() == "tries")
        };
        if !written.is_some_and(|written| written.lines().any(names)) {
            return Lines::new();
        }
        vec![
            (Text::TriesAboutOne, tries.person.to_string()),
            (Text::TriesByOne, tries.caller.to_string()),
        ]
    }

    fn disclosed(&self, disclose: &Disclose) -> Lines {
        let recipient = self.policy.words.recipients.get(disclose.to);
        let country = recipient.map(|recipient| self.place(recipient.country));
        let mut lines = vec![
            (Text::Country, country.unwrap_or_default().into_owned()),
            (Text::Fields, self.all(self.fields_of(disclose.data))),
            (
                Text::Purposes,
                self.all(self.purposes_of(disclose.purposes)),
            ),
        ];
        if let Some(protection) = disclose.protection {
            let undertaking = strings::protection(self.tongue, protection);
            lines.push((Text::Undertaking, undertaking.to_owned()));
        }
        let (reports, between) = match disclose.assurance {
            Assured::Nothing => (Set::EMPTY, " / "),
            Assured::Any(reports) => (reports, " / "),
            Assured::All(reports) => (reports, " + "),
        };
        let reports: Vec<String> = reports.iter().map(|id| self.assurance_of(id)).collect();
        if !reports.is_empty() {
            lines.push((Text::Reports, reports.join(between)));
        }
        let third = recipient
            .is_some_and(|recipient| recipient.kind == kept_terms::RecipientKind::ThirdParty);
        if disclose.consent || third {
            lines.push((Text::Choice, self.text(Text::OptIn).to_owned()));
        }
        if let Some(within) = disclose.confirms_within {
            lines.push((Text::ConfirmsWithin, self.period(within)));
        }
        if disclose.approvals > 0 {
            lines.push((Text::Approvals, disclose.approvals.to_string()));
        }
        if disclose.engagement {
            lines.push((Text::Engaged, self.text(Text::InWriting).to_owned()));
        }
        lines
    }

    fn transferred(&self, transfer: &Transfer) -> Lines {
        let instrument = self.policy.words.instruments.get(transfer.instrument);
        let label = instrument.map_or("", |word| self.label("instrument", &word.name, &word.label));
        let mut lines = vec![
            (Text::From, self.places_of(transfer.from)),
            (Text::To, self.places_of(transfer.to)),
            (Text::Instrument, label.to_owned()),
        ];
        if let Some(kinds) = &transfer.kinds {
            let kinds = kinds.iter();
            let kinds = kinds.map(|kind| strings::recipient(self.tongue, *kind));
            lines.push((Text::Recipients, self.all(kinds)));
        }
        let ends = [
            transfer.valid_until,
            instrument.and_then(|word| word.valid_until),
        ];
        if let Some(end) = ends.into_iter().flatten().min() {
            lines.push((Text::Until, crate::standing::date(self.tongue, end)));
        }
        lines
    }

    fn kept(&self, keep: &Keep) -> Lines {
        let event = self.policy.words.events.get(keep.after);
        let event = event.map_or("", |event| self.label("event", &event.name, &event.label));
        let then = match keep.then {
            Ending::Destroy => Text::Destroyed,
            Ending::Anonymise => Text::Anonymised,
        };
        let period = self.period(keep.period);
        let mut lines = vec![
            (Text::Fields, self.all(self.fields_of(keep.data))),
            (
                Text::KeptFor,
                strings::after(self.tongue, &period, &self.in_a_sentence(event)),
            ),
            (Text::Then, self.text(then).to_owned()),
        ];
        if let Some(law) = &keep.obliged_by {
            lines.push((Text::StaysErased, law.clone()));
        }
        lines
    }

    fn granted(&self, grant: &Grant) -> Lines {
        let mut lines = vec![(Text::Within, self.period(grant.answer_within))];
        if let Some(by) = grant.extend_by {
            lines.push((Text::Longer, self.period(by)));
        }
        let fee = grant.fee.clone();
        let free = || self.text(Text::Nothing).to_owned();
        lines.push((Text::Costs, fee.unwrap_or_else(free)));
        let identity = strings::identity(self.tongue, grant.identity);
        lines.push((Text::Identity, identity.to_owned()));
        if grant.purposes != self.policy.words.purposes.all() {
            lines.push((Text::Purposes, self.all(self.purposes_of(grant.purposes))));
        }
        lines
    }

    fn refused(&self, refuse: &Refuse) -> Lines {
        match refuse {
            Refuse::Special {
                then,
                unread,
                except,
                ..
            } => {
                let then = match then {
                    Remedy::Refuse => Text::TurnedAway,
                    Remedy::Redact => Text::StruckOut,
                };
                let unread = strings::unread(self.tongue, *unread);
                let mut lines = vec![
                    (Text::Then, self.text(then).to_owned()),
                    (Text::Unread, unread.to_owned()),
                ];
                if !except.is_empty() {
                    lines.push((Text::Excepted, self.all(self.fields_of(*except))));
                }
                lines
            }
            Refuse::Children {
                lands,
                asked_through,
                reports,
                parents,
                ..
            } => {
                let here = self.document.territories;
                let lands = lands.map_or(here, |lands| lands.intersection(here));
                let mut lines = vec![
                    (Text::Country, self.places_of(lands)),
                    (Text::Then, self.text(Text::TurnedAway).to_owned()),
                ];
                if !asked_through.is_empty() {
                    let asked = self.all(self.channels_of(*asked_through));
                    lines.push((Text::AskedThrough, asked));
                }
                if !parents.is_empty() {
                    let ways = parents.iter();
                    let ways = ways.map(|way| strings::parent_way(self.tongue, way));
                    lines.push((Text::UnlessParent, self.all(ways)));
                }
                lines.extend(self.reported(reports));
                lines
            }
        }
    }

    /// How a report of a child is decided, where the clause says so.
    fn reported(&self, reports: &Reports) -> Lines {
        let mut lines = Lines::new();
        if let Some(within) = reports.within {
            lines.push((Text::DecidedWithin, self.period(within)));
        }
        if !reports.by.is_empty() {
            lines.push((Text::DecidedBy, self.all(self.roles_of(reports.by))));
        }
        if reports.within.is_some() {
            let undecided = strings::undecided(self.tongue, reports.undecided);
            lines.push((Text::IfUndecided, undecided.to_owned()));
        }
        lines
    }

    fn secured(&self, secure: &Secure) -> Lines {
        match secure {
            Secure::View {
                clear,
                masked,
                purposes,
                ..
            } => {
                let mut lines = vec![(Text::Sees, self.all(self.fields_of(*clear)))];
                if clear.is_empty() {
                    lines = vec![(Text::Sees, self.text(Text::Nothing).to_owned())];
                }
                if !masked.is_empty() {
                    lines.push((Text::SeesMasked, self.all(self.fields_of(*masked))));
                }
                if *purposes != self.policy.words.purposes.all() {
                    lines.push((Text::Purposes, self.all(self.purposes_of(*purposes))));
                }
                lines
            }
            Secure::Certification { every, .. }
            | Secure::Report { every, .. }
            | Secure::Measure { every, .. } => vec![(Text::Every, self.period(*every))],
            Secure::StoredIn { stores } => {
                vec![(Text::Stores, self.all(self.stores_of(*stores)))]
            }
            Secure::BreakGlass { .. } => self.opened(secure),
            Secure::Records { books, roles } => {
                let books = books.iter().map(|book| strings::book(self.tongue, *book));
                vec![
                    (Text::Records, self.all(books)),
                    (Text::Who, self.all(self.roles_of(*roles))),
                ]
            }
            Secure::SignIn { .. }
            | Secure::Transport
            | Secure::Apart
            | Secure::Instructed { .. } => Lines::new(),
        }
    }

    /// Who is let in when something is on fire, by whose word, and to see what.
    fn opened(&self, secure: &Secure) -> Lines {
        let Secure::BreakGlass {
            roles,
            approved_by,
            approvals,
            lasts,
            clear,
            masked,
            purposes,
        } = secure
        else {
            return Lines::new();
        };
        let mut lines = vec![
            (Text::Who, self.all(self.roles_of(*roles))),
            (Text::Approvals, approvals.to_string()),
        ];
        if !approved_by.is_empty() {
            lines.push((Text::ApprovedBy, self.all(self.roles_of(*approved_by))));
        }
        lines.push((Text::Lasts, self.period(*lasts)));
        lines.push((Text::Sees, self.all(self.fields_of(*clear))));
        if !masked.is_empty() {
            lines.push((Text::SeesMasked, self.all(self.fields_of(*masked))));
        }
        if !purposes.is_empty() && *purposes != self.policy.words.purposes.all() {
            lines.push((Text::Purposes, self.all(self.purposes_of(*purposes))));
        }
        lines
    }

    fn answered(&self, answer: &Answer) -> Lines {
        let team = |id: TeamId| {
            let team = self.policy.words.teams.get(id);
            let label = |team: &Team| self.label("team", &team.name, &team.label).to_owned();
            team.map_or(String::new(), label)
        };
        match answer {
            Answer::Stages(stages) => {
                let stage = |stage: &Stage| {
                    (
                        Text::Who,
                        format!("{}: {}", team(stage.to), self.period(stage.within)),
                    )
                };
                stages.iter().map(stage).collect()
            }
            Answer::Authorities {
                authorities,
                to,
                within,
            } => {
                let known = self.policy.words.authorities.iter();
                let named = known
                    .filter(|(id, _)| authorities.contains(*id))
                    .map(|(_, word)| self.label("authority", &word.name, &word.label));
                vec![
                    (Text::Authorities, self.all(named)),
                    (Text::Who, team(*to)),
                    (Text::Within, self.period(*within)),
                ]
            }
            Answer::Staff {
                decided_by,
                refusals,
                within,
                outcomes,
            } => {
                let mut lines = vec![(Text::Who, team(*decided_by))];
                if let Some(refusals) = refusals {
                    lines.push((Text::Refusals, refusals.to_string()));
                }
                if let Some(within) = within {
                    lines.push((Text::Within, self.period(*within)));
                }
                if !outcomes.is_empty() {
                    let outcomes = outcomes.iter();
                    let outcomes = outcomes.map(|word| strings::outcome(self.tongue, word));
                    lines.push((Text::Outcomes, self.all(outcomes)));
                }
                lines
            }
            Answer::Warned => Lines::new(),
            Answer::Forwarded {
                within,
                answered_within,
                ..
            } => vec![
                (Text::Within, self.period(*within)),
                (Text::AnsweredWithin, self.period(*answered_within)),
            ],
            Answer::Returned { within } => vec![(Text::Within, self.period(*within))],
        }
    }

    fn notified(&self, notify: &Notify) -> Lines {
        let ways = notify
            .through
            .iter()
            .map(|way| strings::way(self.tongue, way));
        let mut lines = vec![(Text::Through, self.all(ways))];
        if let Some(before) = notify.before {
            lines.push((Text::Before, self.period(before)));
        }
        if let Some(within) = notify.within {
            lines.push((Text::Within, self.period(within)));
        }
        if let Some(purpose) = notify.purpose {
            let purpose = self.purposes_of(Set::of(purpose));
            lines.push((Text::Purposes, self.all(purpose)));
        }
        lines
    }

    fn period(&self, period: Period) -> String {
        strings::period(self.tongue, period)
    }

    /// What a place is called on the page.
    pub(super) fn place(&self, place: Territory) -> Cow<'static, str> {
        countries::name(self.tongue, place)
    }

    fn fields_of(&self, fields: Set<FieldId>) -> impl Iterator<Item = &str> {
        let words = self.policy.words.fields.iter();
        let named = words.filter(move |(id, _)| fields.contains(*id));
        named.map(|(_, word)| self.label("field", &word.name, &word.label))
    }

    fn purposes_of(&self, purposes: Set<PurposeId>) -> impl Iterator<Item = &str> {
        let uses = self.document.rules.uses.iter().flatten();
        let named = uses.filter(move |(_, r#use)| purposes.contains(r#use.purpose));
        named.map(|(_, r#use)| r#use.label.as_str())
    }

    fn roles_of(&self, roles: Set<RoleId>) -> impl Iterator<Item = &str> {
        let words = self.policy.words.roles.iter();
        let named = words.filter(move |(id, _)| roles.contains(*id));
        named.map(|(_, word)| self.label("role", &word.name, &word.label))
    }

    fn channels_of(&self, channels: Set<ChannelId>) -> impl Iterator<Item = &str> {
        let words = self.policy.words.channels.iter();
        let named = words.filter(move |(id, _)| channels.contains(*id));
        named.map(|(_, word)| self.label("channel", &word.name, &word.label))
    }

    fn stores_of(&self, stores: Set<StoreId>) -> impl Iterator<Item = &str> {
        let words = self.policy.words.stores.iter();
        let named = words.filter(move |(id, _)| stores.contains(*id));
        named.map(|(_, word)| self.label("store", &word.name, &word.label))
    }

    /// What places are called in a row, as few as say them.
    pub(super) fn places_of(&self, places: Territories) -> String {
        let named: Vec<_> = places.outermost().map(|place| self.place(place)).collect();
        named.join(self.comma())
    }

    /// What the first few places are called, and a sign where there are more.
    fn first_places(&self, places: Territories) -> String {
        let named: Vec<_> = places.outermost().map(|place| self.place(place)).collect();
        self.first(named.iter().map(|name| &**name))
    }

    fn role_of(&self, id: RoleId) -> String {
        let role = self.policy.words.roles.get(id);
        role.map_or(String::new(), |role| {
            self.label("role", &role.name, &role.label).to_owned()
        })
    }

    fn recipient_of(&self, id: RecipientId) -> String {
        let recipient = self.policy.words.recipients.get(id);
        let label = |word: &Recipient| self.label("recipient", &word.name, &word.label).to_owned();
        recipient.map_or(String::new(), label)
    }

    fn assurance_of(&self, id: AssuranceId) -> String {
        let assurance = self.policy.words.assurances.get(id);
        let label = |word: &Assurance| self.label("assurance", &word.name, &word.label).to_owned();
        assurance.map_or(String::new(), label)
    }

    fn comma(&self) -> &'static str {
        self.tongue.pick([", ", ", ", ", ", "、"])
    }

    fn all<'l>(&self, words: impl Iterator<Item = &'l str>) -> String {
        words.collect::<Vec<_>>().join(self.comma())
    }

    /// The first few words, and a sign where there are more.
    fn first<'l>(&self, mut words: impl Iterator<Item = &'l str>) -> String {
        let first = words.by_ref().take(NAMED).collect::<Vec<_>>();
        let more = if words.next().is_some() { " …" } else { "" };
        format!("{}{more}", first.join(self.comma()))
    }
}
