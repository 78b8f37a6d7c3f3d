//! A clause as one text of its meaning: every part by name, in a fixed order. Two clauses with the
//! same text decide alike, whatever their files look like.
//! It is compared and never shown.

use super::side::{Pair, Side};
use super::{Direction, Kind, Value};
use crate::model::*;
use std::collections::BTreeMap;

impl Side<'_> {
    /// What a clause means, by name.
    pub(super) fn meaning(&self, body: &Body) -> String {
        let words = self.words();
        macro_rules! of {
            ($vocabulary:ident, $set:expr) => {
                words.$vocabulary.names($set)
            };
        }
        match body {
            Body::Collect(it) => format!(
                "{:?} {:?} {:?} {:?} {} {}",
                of!(fields, it.data),
                of!(channels, it.through),
                of!(purposes, it.purposes),
                of!(services, it.required_for),
                it.notice_before,
                it.tie
            ),
            Body::Use(it) => self.used(it),
            Body::Disclose(it) => self.disclosed(it),
            Body::Transfer(it) => self.crossing(it),
            Body::Keep(it) => self.keeping(it),
            Body::Hold(it) => format!("hold {:?} {:?}", of!(roles, it.roles), of!(fields, it.data)),
            Body::Requests(it) => format!("requests {:?}", it.period),
            Body::Grant(it) => format!(
                "{} {:?} {:?} {:?} {:?} {:?} {}",
                it.right,
                it.answer_within,
                it.extend_by,
                it.fee,
                it.identity,
                of!(purposes, it.purposes),
                it.at_once
            ),
            Body::Refuse(Refuse::Children {
                under,
                lands,
                if_found_erase,
                asked_through,
                reports,
                parents,
            }) => format!(
                "{under} {lands:?} {if_found_erase} {parents:?} {:?} {:?} {:?} {:?}",
                of!(channels, *asked_through),
                reports.within,
                of!(roles, reports.by),
                reports.undecided
            ),
            Body::Refuse(Refuse::Special {
                classes,
                screened,
                then,
                unread,
                except,
            }) => format!(
                "{classes:?} {screened:?} {then:?} {unread:?} {:?}",
                of!(fields, *except)
            ),
            Body::Secure(it) => self.secured(it),
            Body::Answer(it) => self.answered(it),
            Body::Notify(it) => self.notified(it),
            Body::Define { kind, name } => format!("{kind} {name}"),
        }
    }

    fn keeping(&self, it: &Keep) -> String {
        let words = self.words();
        format!(
            "{:?} {:?} {:?} {} {:?} {:?}",
            words.fields.names(it.data),
            words.purposes.names(it.purposes),
            it.period,
            words.events.name(it.after),
            it.then,
            it.obliged_by
        )
    }

    fn used(&self, it: &Use) -> String {
        let words = self.words();
        format!(
            "{} {} {:?} {:?} {:?} {:?} {:?} {:?} {} {} {:?} {:?} {:?}",
            words.purposes.name(it.purpose),
            it.basis,
            it.exception,
            it.automated,
            it.choice,
            words.roles.names(it.roles),
            words.purposes.names(it.compatible_with),
            it.consent_lasts,
            it.restricted_too,
            it.person,
            it.confirm_every,
            it.suppress_below,
            it.tries
        )
    }

    fn disclosed(&self, it: &Disclose) -> String {
        let words = self.words();
        let compelled = if it.compelled { " compelled" } else { "" };
        format!(
            "{} {:?} {:?} {:?} {:?} {} {}{compelled}",
            words.recipients.name(it.to),
            words.fields.names(it.data),
            words.purposes.names(it.purposes),
            self.condition(it),
            it.confirms_within,
            it.approvals,
            it.engagement
        )
    }

    fn crossing(&self, it: &Transfer) -> String {
        let codes = |set: kept_terms::Territories| {
            set.outermost()
                .map(|place| place.code())
                .collect::<Vec<_>>()
        };
        format!(
            "{:?} {:?} {} {:?} {:?}",
            codes(it.from),
            codes(it.to),
            self.instrument(it.instrument),
            it.valid_until,
            it.kinds
        )
    }

    fn notified(&self, it: &Notify) -> String {
        let purpose = it
            .purpose
            .map(|purpose| self.words().purposes.name(purpose));
        format!(
            "{} {:?} {:?} {:?} {purpose:?}",
            it.when, it.through, it.before, it.within
        )
    }

    fn secured(&self, secure: &Secure) -> String {
        let words = self.words();
        match secure {
            Secure::View {
                role,
                clear,
                masked,
                purposes,
            } => format!(
                "view {} {:?} {:?} {:?}",
                words.roles.name(*role),
                words.fields.names(*clear),
                words.fields.names(*masked),
                words.purposes.names(*purposes)
            ),
            Secure::Certification {
                assurance,
                every,
                warn,
            } => format!("{} {every:?} {warn:?}", words.assurances.name(*assurance)),
            Secure::Report {
                assurance,
                of,
                every,
                warn,
            } => format!(
                "{} {} {every:?} {warn:?}",
                words.assurances.name(*assurance),
                words.recipients.name(*of)
            ),
            Secure::Measure {
                measure,
                every,
                warn,
            } => format!("{} {every:?} {warn:?}", words.measures.name(*measure)),
            Secure::StoredIn { stores } => format!("{:?}", words.stores.names(*stores)),
            Secure::SignIn { ways } => format!("{ways:?}"),
            Secure::BreakGlass {
                roles,
                approved_by,
                approvals,
                lasts,
                clear,
                masked,
                purposes,
            } => format!(
                "{:?} {:?} {approvals} {lasts:?} {:?} {:?} {:?}",
                words.roles.names(*roles),
                words.roles.names(*approved_by),
                words.fields.names(*clear),
                words.fields.names(*masked),
                words.purposes.names(*purposes)
            ),
            Secure::Records { books, roles } => {
                format!("records {books:?} {:?}", words.roles.names(*roles))
            }
            Secure::Transport => "transport".to_owned(),
            Secure::Apart => "apart".to_owned(),
            Secure::Instructed { acts } => format!("instructed {acts:?}"),
        }
    }

    /// A team, and the roles that act for it.
    fn team(&self, team: TeamId) -> String {
        let words = self.words();
        let roles = words.teams.get(team).map(|it| words.roles.names(it.roles));
        format!("{} {roles:?}", words.teams.name(team))
    }

    fn answered(&self, answer: &Answer) -> String {
        let words = self.words();
        match answer {
            Answer::Stages(stages) => {
                let stage = |it: &Stage| format!("{} {:?}", self.team(it.to), it.within);
                stages.iter().map(stage).collect::<Vec<_>>().join(", ")
            }
            Answer::Authorities {
                authorities,
                to,
                within,
            } => format!(
                "{:?} {} {within:?}",
                words.authorities.names(*authorities),
                self.team(*to)
            ),
            Answer::Staff {
                decided_by,
                refusals,
                within,
                outcomes,
            } => format!(
                "{} {refusals:?} {within:?} {outcomes:?}",
                self.team(*decided_by)
            ),
            Answer::Warned => "warned".to_owned(),
            Answer::Forwarded {
                rights,
                within,
                answered_within,
            } => format!("{rights:?} {within:?} {answered_within:?}"),
            Answer::Returned { within } => format!("returned {within:?}"),
        }
    }

    /// The clauses of a verb: what each means, and its name within the document.
    pub(super) fn of_verb(&self, verb: Verb) -> Vec<(String, String)> {
        let clauses = self.clauses().iter();
        let clauses = clauses.filter(|clause| clause.body.verb() == verb);
        let pair = |clause: &Clause| (self.meaning(&clause.body), clause.full_name.to_string());
        clauses.map(pair).collect()
    }
}

/// Clauses by meaning, each with the names under which it stands.
fn by_meaning(clauses: Vec<(String, String)>) -> BTreeMap<String, Vec<String>> {
    let mut by_meaning: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (meaning, name) in clauses {
        by_meaning.entry(meaning).or_default().push(name);
    }
    by_meaning.values_mut().for_each(|names| names.sort());
    by_meaning
}

/// A clause's name without its document's.
fn path(name: &str) -> &str {
    name.split_once('#').map_or(name, |(_, path)| path)
}

impl Pair<'_> {
    /// Compares all clauses of a verb by their whole meaning. Where that differs and nothing was
    /// `told` of it, the rules are arranged otherwise, which is told; names that changed are told
    /// in any case.
    pub(super) fn whole(&mut self, verb: Verb, told: bool) {
        let old = by_meaning(self.old.of_verb(verb));
        let new = by_meaning(self.new.of_verb(verb));
        let (mut was, mut now) = (Vec::new(), Vec::new());
        let meanings: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for meaning in meanings {
            let empty = Vec::new();
            let before = old.get(meaning).unwrap_or(&empty);
            let after = new.get(meaning).unwrap_or(&empty);
            if before.len() != after.len() {
                was.extend(before.iter().cloned());
                now.extend(after.iter().cloned());
                continue;
            }
            for (before, after) in before.iter().zip(after) {
                if path(before) != path(after) {
                    self.arranged(Kind::Renamed, vec![before.clone()], vec![after.clone()]);
                }
            }
        }
        let differs = !was.is_empty() || !now.is_empty();
        if differs && !told {
            self.arranged(Kind::Rearranged, was, now);
        }
    }

    fn arranged(&mut self, kind: Kind, old: Vec<String>, new: Vec<String>) {
        let mut change = self.change(kind, Direction::Neutral);
        change.was = Value::Text(old.join(", "));
        change.now = Value::Text(new.join(", "));
        (change.old, change.new) = (old, new);
        self.changes.push(change);
    }

    /// Which clauses mean what they meant and are worded anew.
    pub(super) fn wording(&mut self) {
        let (Some(old), Some(new)) = (self.old.document, self.new.document) else {
            return;
        };
        if old.name != new.name {
            return;
        }
        for clause in &new.clauses {
            let mut before = old.clauses.iter();
            let Some(before) = before.find(|it| it.full_name == clause.full_name) else {
                continue;
            };
            let same = self.old.meaning(&before.body) == self.new.meaning(&clause.body);
            let prose = (
                old.text.get(before.prose.clone()),
                new.text.get(clause.prose.clone()),
            );
            if same && prose.0 != prose.1 {
                self.reworded.push(clause.full_name.to_string());
            }
        }
    }
}
