//! How promises to clients stand: what is held apart, requests passed on, what is handed back.
//! A client who is late is a risk for people; that a client was not told is a promise broken.

use super::*;

impl Weighing<'_> {
    pub(super) fn apart(&self, clause: &Clause) -> Verdict {
        let Some(held) = &self.measured.hosted else {
            return self.unmeasured();
        };
        let refused = self.counts(clause).refused;
        let with = [held.people, held.homes, refused].map(|count| self.number(count));
        let figure = self.say(Phrase::Apart, &[&with[0], &with[1], &with[2]]);
        (State::Kept, figure)
    }

    pub(super) fn forwarded(&self) -> Verdict {
        let Some(held) = &self.measured.hosted else {
            return self.unmeasured();
        };
        let counts = [
            held.requests_open,
            held.requests_untold,
            held.requests_overdue,
        ];
        let with = counts.map(|count| self.number(count));
        let state = match (held.requests_untold, held.requests_overdue) {
            (0, 0) => State::Kept,
            (0, _) => State::AtRisk,
            _ => State::Broken,
        };
        let figure = self.say(Phrase::Forwarded, &[&with[0], &with[1], &with[2]]);
        (state, figure)
    }

    pub(super) fn returned(&self, within: Period) -> Verdict {
        let Some(held) = &self.measured.hosted else {
            return self.unmeasured();
        };
        let today = Day::from_date(self.today);
        let late = |end: &&Date| within.after(Day::from_date(**end)) < today;
        let late = held.ended.iter().filter(late).count();
        let count = |count: usize| self.number(u64::try_from(count).unwrap_or(u64::MAX));
        let state = match (late, held.ended.len()) {
            (0, 0) => State::Kept,
            (0, _) => State::AtRisk,
            _ => State::Broken,
        };
        let with = [count(held.ended.len()), count(late)];
        (state, self.say(Phrase::Returned, &[&with[0], &with[1]]))
    }
}
