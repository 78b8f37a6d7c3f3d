//! Whether each promise is kept, with a figure: pure arithmetic over what the running system
//! measured.
//! It measures nothing itself, and decides nothing.

mod evidence;
mod phrases;

pub use evidence::{Attested, ClassEvidence, Counts, Emergencies, Evidence, RecipientEvidence};
pub(crate) use phrases::{Tongue, number};

use crate::model::*;
use jiff::civil::Date;
use kept_terms::{Day, Period};
use phrases::{Phrase, say, undertaking_name};

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
    pub kept: usize,
    pub at_risk: usize,
    pub broken: usize,
    pub unmeasured: usize,
}

/// Works out how every clause of a policy stands.
pub fn standing(policy: &Policy, evidence: &Evidence, today: Date) -> Vec<Standing> {
    let mut all = Vec::new();
    for document in &policy.documents {
        let weighing = Weighing {
            policy,
            evidence,
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
    evidence: &'w Evidence,
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
        let counts = self.evidence.clauses.get(&*clause.full_name);
        counts.copied().unwrap_or_default()
    }

    fn clause(&self, clause: &Clause) -> Verdict {
        match &clause.body {
            Body::Collect(_) => self.acts(clause),
            Body::Use(r#use) => self.r#use(clause, r#use),
            Body::Disclose(disclose) => self.disclose(disclose),
            Body::Transfer(transfer) => self.transfer(transfer),
            Body::Keep(keep) => self.keep(keep),
            Body::Grant(_) => self.cases(clause),
            Body::Refuse(_) => self.acts(clause),
            Body::Secure(secure) => self.secure(clause, secure),
            Body::Answer(Answer::Warned) => (State::Kept, self.say(Phrase::Said, &[])),
            Body::Answer(_) => self.cases(clause),
            Body::Notify(_) => self.notices(clause),
            Body::Define { kind, name } => self.word(kind, name),
        }
    }

    /// What the door lets through and turns away under a clause. Nothing passes it otherwise.
    fn acts(&self, clause: &Clause) -> Verdict {
        let Some(since) = self.evidence.since else {
            return self.unmeasured();
        };
        let counts = self.counts(clause);
        let (relied, refused) = (self.number(counts.relied), self.number(counts.refused));
        let figure = self.say(Phrase::Acts, &[&relied, &refused, &since.to_string()]);
        (State::Kept, figure)
    }

    fn r#use(&self, clause: &Clause, r#use: &Use) -> Verdict {
        let (state, mut figure) = self.acts(clause);
        let name = self.policy.words.purposes.name(r#use.purpose);
        if state == State::Kept && r#use.choice != Choice::None {
            let consents = self.evidence.consents.get(name).copied().unwrap_or(0);
            let objections = self.evidence.objections.get(name).copied().unwrap_or(0);
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
        (state, self.say(phrase, &[name, &end.to_string()]))
    }

    fn disclose(&self, disclose: &Disclose) -> Verdict {
        let words = &self.policy.words;
        let name = words.recipients.name(disclose.to);
        let label = words
            .recipients
            .get(disclose.to)
            .map_or(name, |r| r.label.as_str());
        // Without a kind of its own, any undertaking will do; what the law compels needs none.
        let owes = match disclose.protection {
            Some(Protection::Law) => false,
            Some(_) => true,
            None => !disclose.compelled,
        };
        if !owes && disclose.assurance == Assured::Nothing {
            return (State::Kept, self.say(Phrase::NothingOwed, &[label]));
        }
        let Some(known) = self.evidence.recipients.get(name) else {
            return (State::Unmeasured, self.say(Phrase::NothingKnown, &[label]));
        };
        let mut verdicts = Vec::new();
        if owes {
            verdicts.push(self.undertaking(disclose.protection, known));
        }
        let report = |id| {
            let (name, label) = self.assurance(id);
            match known.assurances.get(name).and_then(Attested::ends) {
                Some(end) => self.lasting(label, end, WARN),
                None => (State::Broken, self.say(Phrase::Missing, &[label])),
            }
        };
        match &disclose.assurance {
            Assured::Nothing => {}
            // One of several is enough, so the best of them counts.
            Assured::Any(any) => verdicts.extend(any.iter().map(report).min_by_key(|v| v.0)),
            Assured::All(all) => verdicts.extend(all.iter().map(report)),
        }
        self.worst(verdicts)
    }

    fn undertaking(&self, kind: Option<Protection>, known: &RecipientEvidence) -> Verdict {
        let what = undertaking_name(self.tongue, kind);
        let end = match kind {
            Some(kind) => known.undertakings.get(kind.word()),
            None => known.undertakings.values().max(),
        };
        match end {
            Some(end) => self.lasting(what, *end, WARN),
            None => (State::Broken, self.say(Phrase::Missing, &[what])),
        }
    }

    /// The worst of several, with all their figures.
    fn worst(&self, verdicts: Vec<Verdict>) -> Verdict {
        let state = verdicts
            .iter()
            .map(|verdict| verdict.0)
            .max()
            .unwrap_or(State::Kept);
        let figures: Vec<String> = verdicts.into_iter().map(|verdict| verdict.1).collect();
        (state, figures.join(&self.say(Phrase::Between, &[])))
    }

    fn assurance(&self, id: AssuranceId) -> (&str, &str) {
        let known = self.policy.words.assurances.get(id);
        known.map_or(("unknown", "unknown"), |known| (&known.name, &known.label))
    }

    fn transfer(&self, transfer: &Transfer) -> Verdict {
        let Some(instrument) = self.policy.words.instruments.get(transfer.instrument) else {
            return self.unmeasured();
        };
        let label = instrument.label.as_str();
        if self.evidence.revoked.contains(&*instrument.name) {
            return (State::Broken, self.say(Phrase::RouteRevoked, &[label]));
        }
        let ends = [transfer.valid_until, instrument.valid_until];
        let Some(end) = ends.into_iter().flatten().min() else {
            return (State::Kept, self.say(Phrase::RouteOpen, &[label]));
        };
        let state = self.until(end, WARN);
        let phrase = match state {
            State::Broken => Phrase::RouteExpired,
            State::Kept | State::AtRisk | State::Unmeasured => Phrase::RouteOpenUntil,
        };
        (state, self.say(phrase, &[label, &end.to_string()]))
    }

    fn keep(&self, keep: &Keep) -> Verdict {
        if self.evidence.since.is_none() {
            return self.unmeasured();
        }
        let class = self.policy.words.classes.name(keep.class);
        let held = self
            .evidence
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
            figure.push_str(&self.say(Phrase::Oldest, &[&oldest.to_string()]));
        }
        (State::Broken, figure)
    }

    fn cases(&self, clause: &Clause) -> Verdict {
        if self.evidence.since.is_none() {
            return self.unmeasured();
        }
        let counts = self.counts(clause);
        let with = [
            self.number(counts.cases_overdue),
            self.number(counts.cases_open),
        ];
        let state = match (counts.cases_overdue, counts.cases_due_soon) {
            (0, 0) => State::Kept,
            (0, _) => State::AtRisk,
            _ => State::Broken,
        };
        (state, self.say(Phrase::Cases, &[&with[0], &with[1]]))
    }

    fn notices(&self, clause: &Clause) -> Verdict {
        if self.evidence.since.is_none() {
            return self.unmeasured();
        }
        let counts = self.counts(clause);
        let with = [
            self.number(counts.notices_sent),
            self.number(counts.notices_late),
        ];
        let state = if counts.notices_late == 0 {
            State::Kept
        } else {
            State::Broken
        };
        (state, self.say(Phrase::Notices, &[&with[0], &with[1]]))
    }

    fn secure(&self, clause: &Clause, secure: &Secure) -> Verdict {
        let words = &self.policy.words;
        match secure {
            Secure::View { .. } => self.acts(clause),
            Secure::Certification {
                assurance,
                every,
                warn,
            } => {
                let (name, label) = self.assurance(*assurance);
                self.attested(label, self.evidence.certifications.get(name), *every, *warn)
            }
            Secure::Report {
                assurance,
                of,
                every,
                warn,
            } => {
                let (name, label) = self.assurance(*assurance);
                let known = self.evidence.recipients.get(words.recipients.name(*of));
                let attested = known.and_then(|known| known.assurances.get(name));
                self.attested(label, attested, *every, *warn)
            }
            Secure::Measure {
                measure,
                every,
                warn,
            } => {
                let known = words.measures.get(*measure);
                let (name, label) = known.map_or(("unknown", "unknown"), |m| (&m.name, &m.label));
                self.attested(label, self.evidence.measures.get(name), *every, *warn)
            }
            Secure::StoredIn { stores } => {
                let declared = words.stores.names(*stores);
                let phrases = [Phrase::StoredIn, Phrase::StoredElsewhere];
                self.within(
                    self.evidence.stores.as_deref(),
                    &declared,
                    phrases,
                    |name| {
                        let store = words.stores.id(name).and_then(|id| words.stores.get(id));
                        store.map_or(name, |store| &store.label)
                    },
                )
            }
            Secure::SignIn { ways } => {
                let declared: Vec<&str> = ways.iter().map(String::as_str).collect();
                let phrases = [Phrase::SignIn, Phrase::SignInOtherwise];
                self.within(
                    self.evidence.sign_in.as_deref(),
                    &declared,
                    phrases,
                    |way| way,
                )
            }
            Secure::BreakGlass { .. } => self.emergencies(),
            Secure::Transport => match self.evidence.plain_connections {
                None => self.unmeasured(),
                Some(plain) => {
                    let state = if plain == 0 {
                        State::Kept
                    } else {
                        State::Broken
                    };
                    (
                        state,
                        self.say(Phrase::PlainConnections, &[&self.number(plain)]),
                    )
                }
            },
        }
    }

    fn emergencies(&self) -> Verdict {
        let Some(seen) = self.evidence.emergencies else {
            return self.unmeasured();
        };
        let with = [
            self.number(seen.all),
            self.number(seen.open),
            self.number(seen.unapproved),
        ];
        let state = match (seen.unapproved, seen.open) {
            (0, 0) => State::Kept,
            (0, _) => State::AtRisk,
            _ => State::Broken,
        };
        (
            state,
            self.say(Phrase::Emergencies, &[&with[0], &with[1], &with[2]]),
        )
    }

    fn attested(
        &self,
        label: &str,
        attested: Option<&Attested>,
        every: Period,
        warn: Period,
    ) -> Verdict {
        let Some(attested) = attested else {
            return (State::Unmeasured, self.say(Phrase::Missing, &[label]));
        };
        let again = attested
            .done
            .and_then(|done| every.after(Day::from_date(done)).date());
        match [attested.valid_until, again].into_iter().flatten().min() {
            Some(end) => self.lasting(label, end, warn),
            None => (State::Unmeasured, self.say(Phrase::Missing, &[label])),
        }
    }

    /// Whether what is found is among what is declared.
    fn within<'f>(
        &self,
        found: Option<&'f [String]>,
        declared: &[&str],
        [inside, outside]: [Phrase; 2],
        label: impl Fn(&'f str) -> &'f str,
    ) -> Verdict
    where
        Self: 'f,
    {
        let Some(found) = found else {
            return self.unmeasured();
        };
        let known = |name: &&str| declared.contains(name);
        let (all, stray): (Vec<&str>, Vec<&str>) =
            found.iter().map(String::as_str).partition(known);
        let listed = |names: &[&'f str]| {
            let labels: Vec<&str> = names.iter().map(|name| label(name)).collect();
            labels.join(", ")
        };
        if stray.is_empty() {
            (State::Kept, self.say(inside, &[&listed(&all)]))
        } else {
            (State::Broken, self.say(outside, &[&listed(&stray)]))
        }
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
        let held = self.evidence.fields.get(name).filter(|_| kind == "field");
        if let Some(held) = held {
            figure.push_str(&self.say(Phrase::Between, &[]));
            figure.push_str(&self.say(Phrase::Values, &[&self.number(*held)]));
        }
        (State::Kept, figure)
    }
}

#[cfg(test)]
mod tests;
