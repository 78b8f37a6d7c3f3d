//! How safeguards stand: certifications, reports, measures, places, ways in.
//! What holds until a day is broken once the day is past.

use super::*;

impl Weighing<'_> {
    pub(super) fn secure(&self, clause: &Clause, secure: &Secure) -> Verdict {
        let words = &self.policy.words;
        match secure {
            Secure::View { .. } => self.acts(clause),
            Secure::Certification {
                assurance,
                every,
                warn,
            } => {
                let (name, label) = self.assurance(*assurance);
                self.attested(label, self.measured.certifications.get(name), *every, *warn)
            }
            Secure::Report {
                assurance,
                of,
                every,
                warn,
            } => {
                let (name, label) = self.assurance(*assurance);
                let known = self.measured.recipients.get(words.recipients.name(*of));
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
                self.attested(label, self.measured.measures.get(name), *every, *warn)
            }
            Secure::StoredIn { stores } => {
                let declared = words.stores.names(*stores);
                let phrases = [Phrase::StoredIn, Phrase::StoredElsewhere];
                self.within(
                    self.measured.stores.as_deref(),
                    &declared,
                    phrases,
                    |name| {
                        let store = words.stores.id(name).and_then(|id| words.stores.get(id));
                        store.map_or(name, |store| &store.label)
                    },
                )
            }
            Secure::SignIn { ways } => self.sign_in(ways),
            Secure::BreakGlass { .. } => self.emergencies(),
            Secure::Records { .. } => self.acts(clause),
            Secure::Transport => self.transport(),
            Secure::Apart => self.apart(clause),
            Secure::Instructed { .. } => self.acts(clause),
        }
    }

    /// The ways that the clause lists and that there are; what it does not list is refused.
    fn sign_in(&self, ways: &[String]) -> Verdict {
        let there = self.measured.sign_in.as_deref().unwrap_or_default();
        let open = ways.iter().filter(|way| there.contains(way));
        let open: Vec<&str> = open.map(String::as_str).collect();
        if open.is_empty() {
            return self.unmeasured();
        }
        let sessions = self.number(self.measured.sessions);
        let failed = self.number(self.measured.sign_ins_failed);
        let with = [&open.join(", "), &sessions, &failed];
        let with = with.map(|text| text.as_str());
        (State::Kept, self.say(Phrase::SignIn, &with))
    }

    fn transport(&self) -> Verdict {
        let Some(plain) = self.measured.plain_connections else {
            return self.unmeasured();
        };
        let state = match plain {
            0 => State::Kept,
            _ => State::Broken,
        };
        let figure = self.say(Phrase::PlainConnections, &[&self.number(plain)]);
        (state, figure)
    }

    fn emergencies(&self) -> Verdict {
        let Some(seen) = self.measured.emergencies else {
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
}
