//! The oracle on what people may ask and what falls due, by names.
//! It shares no rule with `decide`.

use super::{Named, Oracle};
use kept_policy::*;
use kept_terms::{Act, ActorKind, Book, Day, Right};

impl Oracle<'_> {
    pub(super) fn identify(&mut self) {
        let Some(clause) = self.purpose_is_open() else {
            return;
        };
        let purpose = self.question.purpose.clone().unwrap_or_default();
        let most = self.use_for(&purpose).map_or(5, |(_, u)| u.tries.person);
        let tried = self.question.tries >= self.tries_of_a_caller();
        if self.question.failures >= u32::from(most) || tried {
            self.say(clause, Why::TooManyTries);
        }
        if self.question.fields.is_empty() {
            self.say_verb("use", Why::NotAsked);
        }
    }

    pub(super) fn restrict(&mut self) {
        match (self.children(), self.question.age) {
            (Some((_, under, _)), Some(age)) if age < under => {}
            _ => self.granted(Right::Restriction),
        }
    }

    pub(super) fn unrestrict(&mut self) {
        self.granted(Right::Restriction);
        if self.question.person.child && !self.parent_agreed() {
            self.decides_reports();
        }
        self.reaches(&self.everything());
    }

    /// Whether a parent agreed in a way that the clause takes, and it is on record.
    pub(super) fn parent_agreed(&self) -> bool {
        let (Some((_, _, (_, ways))), Some(way)) = (self.children(), self.question.person.parent)
        else {
            return false;
        };
        ways.iter().any(|known| known == way)
    }

    /// Whether it is a parent's agreement alone that is spoken of.
    pub(super) fn speaks_of_a_parent(&self) -> bool {
        let q = self.question;
        q.parent.is_some() && q.purpose.is_none() && q.to.is_none()
    }

    /// A parent agrees, or no longer does.
    pub(super) fn parent_says(&mut self, agrees: bool) {
        let Some((clause, _, (_, ways))) = self.children() else {
            if agrees {
                return self.say_verb("refuse", Why::NotAsked);
            }
            return self.reaches(&self.everything());
        };
        let takes = |way| ways.iter().any(|known| known == way);
        if agrees && !self.question.parent.is_some_and(takes) {
            return self.say(clause, Why::UnderAge);
        }
        if agrees || self.question.by != ActorKind::Person {
            self.vouches_for_a_parent();
        }
        self.reaches(&self.everything());
    }

    /// Whoever says that a parent agrees is one of those who decide reports.
    pub(super) fn vouches_for_a_parent(&mut self) {
        let q = self.question;
        let Some((clause, _, (reports, _))) = self.children() else {
            return;
        };
        match q.by {
            ActorKind::Person => self.say(clause, Why::OwnRequest),
            ActorKind::System => self.say(clause, Why::WrongRole),
            ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator => {
                let named = self.roles(reports.by);
                if !named.is_empty() && !q.role.as_ref().is_some_and(|role| named.contains(role)) {
                    self.say(clause, Why::NotResponsible);
                }
            }
        }
    }

    /// Whoever confirms or lifts a report is named for it, or has the last word on one whose time
    /// is over; Kept itself may erase then, where the clause says so.
    fn decides_reports(&mut self) {
        let q = self.question;
        let Some((clause, _, (reports, _))) = self.children() else {
            return;
        };
        let over = match (reports.within, q.person.reported) {
            (Some(within), Some(day)) => {
                within.after(Day::from_date(day)) <= Day::from_date(q.today)
            }
            _ => false,
        };
        match q.by {
            ActorKind::Person => {}
            ActorKind::System if over && reports.undecided == Undecided::Erase => {}
            ActorKind::System => self.say(clause, Why::NotDue),
            ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator => {
                let named = self.roles(reports.by);
                let is_named = q.role.as_ref().is_some_and(|role| named.contains(role));
                let last = over && self.answers_for(Book::Reports, None);
                if !named.is_empty() && !is_named && !last {
                    self.say(clause, Why::NotResponsible);
                }
            }
        }
    }

    pub(super) fn export(&mut self) {
        let right = self.question.right.unwrap_or(Right::Access);
        if right == Right::Access || right == Right::Portability {
            self.granted(right);
        } else {
            self.say_verb("grant", Why::NoRight);
        }
        self.accepts = None;
        self.reaches(&self.question.fields);
    }

    pub(super) fn granted(&mut self, right: Right) {
        if self.grant(right).is_none() && !self.told {
            self.say_verb("grant", Why::NoRight);
        }
    }

    /// Whoever asks for themselves waits where the grant says that a case is decided.
    fn may_do_it_alone(&mut self, right: Right) {
        if self.question.by != ActorKind::Person {
            return;
        }
        if let Some((clause, grant)) = self.grant(right)
            && !grant.at_once
        {
            self.say(clause, Why::ByCase);
        }
    }

    pub(super) fn rectify(&mut self) {
        let q = self.question;
        self.nothing_special();
        self.must_fit();
        if q.by == ActorKind::Person || q.right.is_some() {
            if let Some((clause, under, _)) = self.children()
                && q.age.is_some_and(|age| age < under)
                && !self.parent_agreed()
            {
                self.say(clause, Why::UnderAge);
            }
            self.granted(Right::Rectification);
            self.may_do_it_alone(Right::Rectification);
            self.accepts = None;
            self.reaches(&q.fields);
        } else {
            self.read();
        }
        let everything = self.everything();
        if q.fields.iter().any(|field| !everything.contains(field)) {
            self.say_verb("collect", Why::NotCollected);
        }
        self.nothing_held();
    }

    pub(super) fn erase(&mut self) {
        let child = self.question.person.child && !self.parent_agreed();
        if !child || self.children().is_none() {
            self.granted(Right::Erasure);
            self.may_do_it_alone(Right::Erasure);
        } else {
            self.decides_reports();
        }
        if !self.question.fields.is_empty() {
            self.accepts = None;
        }
        self.reaches(&self.everything());
        // Everything goes but what has to stay; one thing that has to does not.
        if !self.question.fields.is_empty() {
            self.nothing_held();
            for held in &self.question.holds {
                match self.keep(&held.under) {
                    Some((clause, keep)) if keep.obliged_by.is_some() && !self.due(held) => {
                        self.say(clause, Why::Obliged);
                    }
                    Some(_) | None => {}
                }
            }
        }
    }

    /// Somebody who was erased has nothing left but what has to stay, and that is left alone.
    pub(super) fn is_gone(&mut self) -> bool {
        let of_the_rest = [
            Act::Collect,
            Act::Rectify,
            Act::Restrict,
            Act::Unrestrict,
            Act::Consent,
            Act::Withdraw,
            Act::Object,
            Act::Unobject,
            Act::Tie,
            Act::Forward,
            Act::Contact,
            Act::Verify,
            Act::Find,
            Act::SignIn,
        ];
        if !self.question.person.remnant || !of_the_rest.contains(&self.question.act) {
            return false;
        }
        match self.grant(Right::Erasure) {
            Some((clause, _)) => self.say(clause, Why::Erased),
            None => self.say_verb("grant", Why::Erased),
        }
        true
    }

    fn holds(&self) -> Vec<Named<'_, Hold>> {
        self.clauses(|body| match body {
            Body::Hold(hold) => Some(hold),
            _ => None,
        })
    }

    pub(super) fn nothing_held(&mut self) {
        for held in self.question.holds.iter().filter(|held| held.legal_hold) {
            let covering = self.holds().into_iter().find_map(|(clause, hold)| {
                let covers = self.fields(hold.data).contains(&held.field);
                covers.then(|| clause.to_owned())
            });
            match covering {
                Some(clause) => self.say(&clause, Why::Held),
                None => self.say_verb("keep", Why::Held),
            }
        }
    }

    pub(super) fn hold(&mut self) {
        let q = self.question;
        let staff = [ActorKind::Staff, ActorKind::Machine].contains(&q.by);
        let role = q.role.as_ref().filter(|_| staff);
        let mut own = self.holds();
        own.retain(|(_, hold)| role.is_some_and(|role| self.roles(hold.roles).contains(role)));
        let covers = |hold: &Hold| {
            let data = self.fields(hold.data);
            q.fields.iter().all(|field| data.contains(field))
        };
        match own.first() {
            None => self.say_verb("keep", Why::WrongRole),
            Some(_) if own.iter().any(|(_, hold)| covers(hold)) => {}
            Some((clause, _)) => {
                let clause = (*clause).to_owned();
                self.say(&clause, Why::DataNotCovered);
            }
        }
    }

    pub(super) fn agreed(&mut self) {
        let q = self.question;
        if let Some(purpose) = &q.purpose {
            match self.use_for(purpose) {
                None => self.say_verb("use", Why::NoPurpose),
                Some((clause, _)) => {
                    if q.token_for
                        .as_ref()
                        .is_some_and(|token| !token.contains(purpose))
                    {
                        self.say(clause, Why::TokenLimited);
                    }
                }
            }
        }
        if let Some(to) = &q.to
            && !self
                .disclosures()
                .iter()
                .any(|(_, d)| self.words.recipients.name(d.to) == to)
        {
            self.say_verb("disclose", Why::NoRecipient);
        }
        if q.purpose.is_none() && q.to.is_none() {
            self.say_verb("use", Why::NotAsked);
        }
    }

    pub(super) fn object(&mut self) {
        let Some(purpose) = &self.question.purpose else {
            return self.say_verb("grant", Why::NotAsked);
        };
        let may = |right| {
            let grant = self.grant(right);
            grant.is_some_and(|(_, grant)| self.purposes(grant.purposes).contains(purpose))
        };
        if !may(Right::OptOut) && !may(Right::Objection) && !self.told {
            self.say_verb("grant", Why::NoRight);
        }
    }

    /// What is published may not matter to people sooner than each notice says.
    pub(super) fn published(&mut self) {
        let q = self.question;
        let (Act::Publish, Some(day)) = (q.act, q.takes_effect) else {
            return;
        };
        let notices = self.clauses(|body| match body {
            Body::Notify(notify) => Some(notify),
            _ => None,
        });
        for (clause, notify) in notices {
            let Some(before) = notify.before else {
                continue;
            };
            let first = before.after(Day::from_date(q.today));
            let of_changes = notify.when == "material" || notify.when == "any";
            if of_changes && Day::from_date(day) < first {
                self.say(clause, Why::TooSoon);
            }
        }
    }

    pub(super) fn destroy(&mut self) {
        if self.question.by != ActorKind::System {
            self.say_verb("keep", Why::WrongRole);
        }
        for held in &self.question.holds {
            match self.keep(&held.under) {
                None => self.say_verb("keep", Why::NotKept),
                Some((clause, _)) if held.legal_hold => self.say(clause, Why::Held),
                Some((clause, _)) if !self.due(held) => self.say(clause, Why::NotDue),
                Some(_) => {}
            }
        }
    }
}
