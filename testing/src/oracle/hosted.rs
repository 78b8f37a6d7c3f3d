//! The oracle on what is held for clients, by names.
//! It shares no rule with `decide`.

use super::Oracle;
use crate::question::Told;
use kept_policy::*;
use kept_terms::{Act, ActorKind, Right};

impl<'a> Oracle<'a> {
    /// The first clause of a kind, by its name.
    fn first(&self, pick: fn(&'a Body) -> bool) -> Option<&'a str> {
        let mut clauses = self.document.clauses.iter();
        clauses
            .find(|clause| pick(&clause.body))
            .map(|clause| &*clause.full_name)
    }

    fn say_first(&mut self, clause: Option<&str>, verb: &str, why: Why) {
        match clause {
            Some(clause) => self.say(clause, why),
            None => self.say_verb(verb, why),
        }
    }

    /// Whoever asks has business with this person, and the client wants it done.
    pub(super) fn at_home(&mut self) -> bool {
        let q = self.question;
        let Some(home) = &q.person.held_for else {
            if q.within.is_some() {
                self.say_verb("secure", Why::OtherClient);
                return false;
            }
            return true;
        };
        let outside = q.within.is_none() && (q.by == ActorKind::System || q.act == Act::Forward);
        // Whoever administers has no home, even in an emergency.
        let inside = q.within.as_ref() == Some(home) && q.by != ActorKind::Administrator;
        if !inside && !outside {
            if q.by == ActorKind::Person {
                let clause =
                    self.first(|body| matches!(body, Body::Answer(Answer::Forwarded { .. })));
                self.say_first(clause, "answer", Why::ClientDecides);
            } else {
                let clause = self.first(|body| matches!(body, Body::Secure(Secure::Apart)));
                self.say_first(clause, "secure", Why::OtherClient);
            }
            return false;
        }
        self.is_told()
    }

    fn is_told(&mut self) -> bool {
        let q = self.question;
        let clauses = self.clauses(|body| match body {
            Body::Secure(Secure::Instructed { acts }) => Some(acts),
            _ => None,
        });
        let needed = clauses.is_empty() || clauses.iter().any(|(_, acts)| acts.contains(q.act));
        let due = q.act == Act::Destroy && q.by == ActorKind::System;
        if !needed || due || q.act == Act::Forward || self.law_compels() {
            return true;
        }
        self.told = q.person.instructions.iter().any(|told| self.suffices(told));
        if !self.told {
            let clause = clauses.first().map(|(name, _)| *name);
            self.say_first(clause, "secure", Why::NotInstructed);
        }
        self.told
    }

    fn suffices(&self, told: &Told) -> bool {
        let q = self.question;
        let purpose = match (&told.purposes, &q.purpose) {
            (None, _) => true,
            (Some(some), Some(purpose)) => some.contains(purpose),
            (Some(_), None) => q.act != Act::Collect,
        };
        let fields = match &told.data {
            None => true,
            Some(some) => q.fields.iter().all(|field| some.contains(field)),
        };
        let dated = told.from <= q.today && q.today <= told.until;
        told.acts.contains(&q.act) && purpose && fields && dated
    }

    fn law_compels(&self) -> bool {
        let q = self.question;
        let agreed_on = [Act::Propose, Act::Approve, Act::Decline].contains(&q.act) && !q.emergency;
        let (Some(to), Some(purpose)) = (&q.to, &q.purpose) else {
            return false;
        };
        let compels = |d: &Disclose| {
            d.compelled
                && self.words.recipients.name(d.to) == to
                && self.purposes(d.purposes).contains(purpose)
        };
        let clauses = self.disclosures();
        (q.act == Act::Disclose || agreed_on)
            && q.compelled
            && clauses.iter().any(|(_, d)| compels(d))
    }

    pub(super) fn forward(&mut self) {
        let q = self.question;
        let Some(right) = q.right else {
            return self.say_verb("answer", Why::NotAsked);
        };
        let passed_on = self.clauses(|body| match body {
            Body::Answer(Answer::Forwarded { rights, .. }) => Some(rights),
            _ => None,
        });
        let covers = |rights: &Vec<Right>| rights.contains(&right);
        if q.person.held_for.is_none() || !passed_on.iter().any(|(_, rights)| covers(rights)) {
            self.say_verb("answer", Why::NoRight);
        }
    }
}
