//! Whether each promise is kept, with a figure: pure arithmetic over what the running system
//! measured.
//! It measures nothing itself, and decides nothing.

mod dates;
mod evidence;
mod guarding;
mod hosted;
mod phrases;
mod sharing;

pub(crate) use dates::date;
pub use dates::day_in;

/// How a lawful basis is called in a language.
pub fn basis_in(language: &str, basis: kept_terms::Basis) -> &'static str {
    crate::publish::strings::basis(Tongue::of(language), basis)
}

/// How a special category is called in a language.
pub fn category_in(language: &str, category: kept_terms::SpecialCategory) -> &'static str {
    crate::publish::strings::category(Tongue::of(language), category)
}

pub use evidence::{
    Attested, ClassEvidence, Counts, Emergencies, Evidence, HostedEvidence, RecipientEvidence,
};
pub(crate) use phrases::{Tongue, number};

use crate::model::*;
use jiff::civil::Date;
use kept_terms::{Day, Period, Right};
use phrases::{Phrase, say};

/// How a promise stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is kept.
    Kept,
    /// It is kept, and will not be unless something is done.
    AtRisk,
    /// It is not kept.
    Broken,
    /// Nobody has measured it yet.
    Unmeasured,
}

/// How one promise stands, and the figure that shows it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Standing {
    /// The clause.
    #[serde(skip)]
    pub clause: ClauseId,
    /// The clause's full name.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// The figure, in a sentence in the document's language.
    pub figure: String,
}

/// How many promises stand how. Definitions promise nothing and are not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
#[expect(missing_docs, reason = "one count for each state")]
pub struct Summary {
    pub kept: u64,
    pub at_risk: u64,
    pub broken: u64,
    pub unmeasured: u64,
}

/// Works out how every clause of a policy stands.
pub fn standing(policy: &Policy, measured: &Evidence, today: Date) -> Vec<Standing> {
    let mut all = Vec::new();
    for document in &policy.documents {
        let weighing = Weighing {
            policy,
            measured,
            today,
            tongue: Tongue::of(&document.language),
        };
        all.extend(document.clauses.iter().map(|clause| {
            let (state, figure) = weighing.clause(clause);
            Standing {
                clause: clause.id,
                name: clause.full_name.to_string(),
                state,
                figure,
            }
        }));
    }
    all
}

/// Counts how the promises of a document stand, or those of all documents.
pub fn summary(policy: &Policy, standing: &[Standing], document: Option<DocumentId>) -> Summary {
    let mut summary = Summary::default();
    for one in standing {
        let promise = policy
            .clause(one.clause)
            .is_some_and(|clause| clause.body.verb() != Verb::Define);
        if !promise || document.is_some_and(|document| document != one.clause.document) {
            continue;
        }
        match one.state {
            State::Kept => summary.kept += 1,
            State::AtRisk => summary.at_risk += 1,
            State::Broken => summary.broken += 1,
            State::Unmeasured => summary.unmeasured += 1,
        }
    }
    summary
}

/// How long before it lapses something counts as at risk, where no clause says.
const WARN: Period = Period::days(30);

struct Weighing<'w> {
    policy: &'w Policy,
    measured: &'w Evidence,
    today: Date,
    tongue: Tongue,
}

type Verdict = (State, String);

impl Weighing<'_> {
    fn say(&self, phrase: Phrase, with: &[&str]) -> String {
        say(self.tongue, phrase, with)
    }

    fn number(&self, count: u64) -> String {
        number(self.tongue, count)
    }

    fn unmeasured(&self) -> Verdict {
        (State::Unmeasured, self.say(Phrase::NotMeasured, &[]))
    }

    fn counts(&self, clause: &Clause) -> Counts {
        let counts = self.measured.clauses.get(&*clause.full_name);
        counts.copied().unwrap_or_default()
    }

    fn clause(&self, clause: &Clause) -> Verdict {
        match &clause.body {
            Body::Collect(_) => self.acts(clause),
            Body::Use(r#use) => self.r#use(clause, r#use),
            Body::Disclose(disclose) => self.disclose(disclose),
            Body::Transfer(transfer) => self.transfer(transfer),
            Body::Keep(keep) => self.keep(keep),
            Body::Grant(grant) => self.grant(clause, grant),
            Body::Refuse(Refuse::Children { reports, .. }) => self.children(clause, reports),
            Body::Hold(_) | Body::Refuse(Refuse::Special { .. }) => self.acts(clause),
            Body::Requests(_) => self.asked(clause),
            Body::Secure(secure) => self.secure(clause, secure),
            Body::Answer(Answer::Warned) => (State::Kept, self.say(Phrase::Said, &[])),
            Body::Answer(Answer::Forwarded { .. }) => self.forwarded(),
            Body::Answer(Answer::Returned { within }) => self.returned(*within),
            Body::Answer(Answer::Stages(_) | Answer::Authorities { .. } | Answer::Staff { .. }) => {
                self.cases(clause)
            }
            Body::Notify(notify) => self.notices(clause, notify),
            Body::Define { kind, name } => self.word(kind, name),
        }
    }

    /// What the door lets through and turns away under a clause. Nothing passes it otherwise.
    fn acts(&self, clause: &Clause) -> Verdict {
        let Some(since) = self.measured.since else {
            return self.unmeasured();
        };
        let counts = self.counts(clause);
        let (relied, refused) = (self.number(counts.relied), self.number(counts.refused));
        let figure = self.say(
            Phrase::Acts,
            &[&relied, &refused, &date(self.tongue, since)],
        );
        (State::Kept, figure)
    }

    /// What is turned away, and how reports stand where the clause says how soon they are decided.
    fn children(&self, clause: &Clause, reports: &Reports) -> Verdict {
        let (state, mut figure) = self.acts(clause);
        if state != State::Kept || reports.within.is_none() || !self.measured.cases {
            return (state, figure);
        }
        let (state, reported) = self.cases(clause);
        figure.push_str(&self.say(Phrase::Between, &[]));
        figure.push_str(&self.say(Phrase::Reports, &[]));
        figure.push_str(&reported);
        (state, figure)
    }

    fn r#use(&self, clause: &Clause, r#use: &Use) -> Verdict {
        let (state, mut figure) = self.acts(clause);
        let name = self.policy.words.purposes.name(r#use.purpose);
        if state == State::Kept && r#use.choice != Choice::None {
            let consents = self.measured.consents.get(name).copied().unwrap_or(0);
            let objections = self.measured.objections.get(name).copied().unwrap_or(0);
            let with = [self.number(consents), self.number(objections)];
            figure.push_str(&self.say(Phrase::Between, &[]));
            figure.push_str(&self.say(Phrase::Choices, &[&with[0], &with[1]]));
        }
        (state, figure)
    }

    /// How long something that lasts until a day stands: broken once the day is past.
    fn until(&self, end: Date, warn: Period) -> State {
        let (end, today) = (Day::from_date(end), Day::from_date(self.today));
        if end < today {
            State::Broken
        } else if end <= warn.after(today) {
            State::AtRisk
        } else {
            State::Kept
        }
    }

    fn lasting(&self, name: &str, end: Date, warn: Period) -> Verdict {
        let state = self.until(end, warn);
        let phrase = match state {
            State::Broken => Phrase::Lapsed,
            State::Kept | State::AtRisk | State::Unmeasured => Phrase::Valid,
        };
        (state, self.say(phrase, &[name, &date(self.tongue, end)]))
    }

    fn keep(&self, keep: &Keep) -> Verdict {
        if self.measured.since.is_none() {
            return self.unmeasured();
        }
        let class = self.policy.words.classes.name(keep.class);
        let held = self
            .measured
            .classes
            .get(class)
            .copied()
            .unwrap_or_default();
        let with = [self.number(held.past_due), self.number(held.items)];
        let mut figure = self.say(Phrase::Items, &[&with[0], &with[1]]);
        if held.past_due == 0 {
            return (State::Kept, figure);
        }
        if let Some(oldest) = held.oldest_due {
            figure.push_str(&self.say(Phrase::Between, &[]));
            figure.push_str(&self.say(Phrase::Oldest, &[&date(self.tongue, oldest)]));
        }
        (State::Broken, figure)
    }

    /// A right that holds at once is the door's to give, and no case; its figure tells how often it
    /// was used, and how many people it holds for.
    fn grant(&self, clause: &Clause, grant: &Grant) -> Verdict {
        let counts = self.counts(clause);
        let no_cases = counts.cases_open + counts.cases_answered == 0;
        let by_hand = matches!(grant.right, Right::Rectification | Right::Erasure);
        let (state, mut figure) = match grant.at_once && !by_hand && no_cases {
            true => self.acts(clause),
            false => return self.cases(clause),
        };
        if state == State::Kept && grant.right == Right::OptOut {
            let names = self.policy.words.purposes.names(grant.purposes);
            let consents = names.iter().map(|name| self.measured.consents.get(*name));
            let objections = names.iter().map(|name| self.measured.objections.get(*name));
            let consents: u64 = consents.flatten().sum();
            let objections: u64 = objections.flatten().sum();
            let with = [self.number(consents), self.number(objections)];
            figure.push_str(&self.say(Phrase::Between, &[]));
            figure.push_str(&self.say(Phrase::Choices, &[&with[0], &with[1]]));
        }
        (state, figure)
    }

    fn cases(&self, clause: &Clause) -> Verdict {
        if self.measured.since.is_none() || !self.measured.cases {
            return self.unmeasured();
        }
        let counts = self.counts(clause);
        let with = [
            self.number(counts.cases_overdue),
            self.number(counts.cases_open),
        ];
        let late = counts.cases_overdue + counts.cases_late;
        let state = match (late, counts.cases_due_soon) {
            (0, 0) => State::Kept,
            (0, _) => State::AtRisk,
            _ => State::Broken,
        };
        let mut figure = self.say(Phrase::Cases, &[&with[0], &with[1]]);
        if counts.cases_answered > 0 {
            let in_time = counts.cases_answered.saturating_sub(counts.cases_late);
            let with = [self.number(in_time), self.number(counts.cases_late)];
            figure.push_str(&self.say(Phrase::Between, &[]));
            figure.push_str(&self.say(Phrase::Answered, &[&with[0], &with[1]]));
        }
        (state, figure)
    }

    /// Cases that are kept after their end.
    fn asked(&self, clause: &Clause) -> Verdict {
        if self.measured.since.is_none() || !self.measured.cases {
            return self.unmeasured();
        }
        let counts = self.counts(clause);
        let with = [
            self.number(counts.cases_overdue),
            self.number(counts.cases_answered),
        ];
        let state = match counts.cases_overdue {
            0 => State::Kept,
            _ => State::Broken,
        };
        (state, self.say(Phrase::Asked, &[&with[0], &with[1]]))
    }

    fn notices(&self, clause: &Clause, notify: &Notify) -> Verdict {
        let counts = self.counts(clause);
        // Notices of other things are counted one by one, where they are counted at all.
        let counted = match notify.is_of_changes() {
            true => self.measured.notices,
            false => counts.notices_due > 0,
        };
        if self.measured.since.is_none() || !counted {
            return self.unmeasured();
        }
        let with = [
            self.number(counts.notices_sent),
            self.number(counts.notices_late),
            self.number(counts.notices_due.max(counts.notices_sent)),
        ];
        let state = if counts.notices_late == 0 {
            State::Kept
        } else {
            State::Broken
        };
        (
            state,
            self.say(Phrase::Notices, &[&with[0], &with[1], &with[2]]),
        )
    }

    /// A word promises nothing; its figure is how many clauses name it, and for a field what is
    /// held of it.
    fn word(&self, kind: &str, name: &str) -> Verdict {
        let quoted = format!("\"{name}\"");
        let names = self.policy.documents.iter().flat_map(|document| {
            let clauses = document.clauses.iter();
            clauses.filter_map(|clause| document.text.get(clause.source.clone()))
        });
        let count = names.filter(|source| source.contains(&quoted)).count();
        let mut figure = self.say(
            Phrase::Named,
            &[&self.number(u64::try_from(count).unwrap_or(u64::MAX))],
        );
        if kind == "term" {
            // Prose uses it, not clauses.
            figure.clear();
        }
        let held = self.measured.fields.get(name).filter(|_| kind == "field");
        if let Some(held) = held {
            figure.push_str(&self.say(Phrase::Between, &[]));
            figure.push_str(&self.say(Phrase::Values, &[&self.number(*held)]));
        }
        (State::Kept, figure)
    }
}

#[cfg(test)]
mod tests;
