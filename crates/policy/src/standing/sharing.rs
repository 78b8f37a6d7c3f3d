//! How disclosures and transfers stand: what recipients undertook and reported, and which routes
//! are open.
//! A promise that names a report is broken without it, though nothing flows.

use super::phrases::{number, undertaking_name};
use super::*;

impl Weighing<'_> {
    pub(super) fn disclose(&self, disclose: &Disclose) -> Verdict {
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
        let known = self.measured.recipients.get(name);
        let told = known.and_then(|known| self.told(known));
        if !owes && disclose.assurance == Assured::Nothing {
            let nothing = (State::Kept, self.say(Phrase::NothingOwed, &[label]));
            return told.unwrap_or(nothing);
        }
        let Some(known) = known else {
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
        verdicts.extend(told);
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

    /// What the recipient was to be told and has not confirmed; nothing where there is none.
    fn told(&self, known: &RecipientEvidence) -> Option<Verdict> {
        let count = |count| number(self.tongue, count);
        match (known.unconfirmed, known.unconfirmed_late) {
            (0, _) => None,
            (all, 0) => Some((State::Kept, self.say(Phrase::Unconfirmed, &[&count(all)]))),
            (all, late) => {
                let with = [&*count(late), &*count(all)];
                Some((State::Broken, self.say(Phrase::UnconfirmedLate, &with)))
            }
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

    pub(super) fn assurance(&self, id: AssuranceId) -> (&str, &str) {
        let known = self.policy.words.assurances.get(id);
        known.map_or(("unknown", "unknown"), |known| (&known.name, &known.label))
    }

    pub(super) fn transfer(&self, transfer: &Transfer) -> Verdict {
        let Some(instrument) = self.policy.words.instruments.get(transfer.instrument) else {
            return self.unmeasured();
        };
        let label = instrument.label.as_str();
        if self.measured.revoked.contains(&*instrument.name) {
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
        (state, self.say(phrase, &[label, &date(self.tongue, end)]))
    }
}
