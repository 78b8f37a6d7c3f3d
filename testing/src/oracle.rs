//! The decision a second time, slowly and by names, to be read beside the policy rather than run.
//! It looks at the clauses themselves; it shares no rule with `decide`, and never calls it.

mod guarding;
mod hosted;
mod intake;
mod rights;
mod sharing;
mod signing_in;

use crate::question::{Answer, Held, NO_CLASS, Question};
use kept_policy::*;
use kept_terms::{Act, ActorKind, Day, Right, Territories, Territory};

/// What the policy answers to a question.
pub fn answer(policy: &Policy, question: &Question) -> Answer {
    let nothing = Answer {
        permitted: false,
        grounds: vec!["policy: no-document".to_owned()],
        shows: vec![View::Withheld; question.holds.len()],
        compares: vec![false; question.holds.len()],
        redact: false,
    };
    let documents = &policy.documents;
    let governs = |document: &&Document, system: &str| {
        let systems = policy.words.systems.names(document.systems);
        systems.contains(&system)
    };
    let document = match (&question.person.held_for, question.person.country) {
        (Some(home), _) => documents.iter().find(|d| governs(d, &home.system)),
        (None, Some(country)) => documents.iter().find(|d| d.territories.contains(country)),
        (None, None) => documents.iter().find(|d| d.default),
    };
    let Some(document) = document else {
        return nothing;
    };
    let mut oracle = Oracle {
        policy,
        words: &policy.words,
        document,
        question,
        says: vec![],
        clear: vec![],
        masked: vec![],
        accepts: Some(vec![]),
        redact: false,
        told: false,
    };
    oracle.weigh();
    oracle.says.sort();
    oracle.says.dedup();
    if !oracle.says.is_empty() {
        return Answer {
            grounds: oracle.says,
            ..nothing
        };
    }
    Answer {
        permitted: true,
        grounds: vec![],
        shows: question
            .holds
            .iter()
            .map(|held| oracle.shown(held))
            .collect(),
        compares: question
            .holds
            .iter()
            .map(|held| oracle.compared(held))
            .collect(),
        redact: oracle.redact,
    }
}

struct Oracle<'a> {
    policy: &'a Policy,
    words: &'a Words,
    document: &'a Document,
    question: &'a Question,
    says: Vec<String>,
    clear: Vec<String>,
    masked: Vec<String>,
    /// The purposes an item may be held for; nothing means whatever it is held for.
    accepts: Option<Vec<String>>,
    redact: bool,
    /// Whether the client has told us to do this.
    told: bool,
}

/// A clause with its full name.
type Named<'a, T> = (&'a str, &'a T);

fn owned(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

impl<'a> Oracle<'a> {
    fn clauses<T>(&self, pick: fn(&'a Body) -> Option<&'a T>) -> Vec<Named<'a, T>> {
        let all = self.document.clauses.iter();
        all.filter_map(|clause| Some((&*clause.full_name, pick(&clause.body)?)))
            .collect()
    }

    fn collects(&self) -> Vec<Named<'a, Collect>> {
        self.clauses(|body| match body {
            Body::Collect(collect) => Some(collect),
            _ => None,
        })
    }

    fn uses(&self) -> Vec<Named<'a, Use>> {
        self.clauses(|body| match body {
            Body::Use(r#use) => Some(r#use),
            _ => None,
        })
    }

    fn grants(&self) -> Vec<Named<'a, Grant>> {
        self.clauses(|body| match body {
            Body::Grant(grant) => Some(grant),
            _ => None,
        })
    }

    fn purposes(&self, set: kept_terms::Set<PurposeId>) -> Vec<String> {
        owned(self.words.purposes.names(set))
    }

    fn roles(&self, set: kept_terms::Set<RoleId>) -> Vec<String> {
        owned(self.words.roles.names(set))
    }

    fn fields(&self, set: kept_terms::Set<FieldId>) -> Vec<String> {
        owned(self.words.fields.names(set))
    }

    fn say(&mut self, clause: &str, why: Why) {
        self.says.push(format!("{clause}: {}", why.code()));
    }

    /// No clause of this verb allows it.
    fn say_verb(&mut self, verb: &str, why: Why) {
        let document = &self.document.name;
        self.says.push(format!("{document}#{verb}: {}", why.code()));
    }

    fn use_for(&self, purpose: &str) -> Option<Named<'a, Use>> {
        let mut uses = self.uses().into_iter();
        uses.find(|(_, r#use)| self.words.purposes.name(r#use.purpose) == purpose)
    }

    fn grant(&self, right: Right) -> Option<Named<'a, Grant>> {
        self.grants()
            .into_iter()
            .find(|(_, grant)| grant.right == right)
    }

    /// The clause that turns children of where the person lives away and the age below which it
    /// does; the highest of several, the first of equals. No place may be any.
    fn children(&self) -> Option<(&'a str, u8, (&'a Reports, ParentWays))> {
        let all = self.clauses(|body| match body {
            Body::Refuse(refuse @ Refuse::Children { .. }) => Some(refuse),
            _ => None,
        });
        let lives_in = self.question.person.country;
        let may_be = |land: Territory, home| land == home || land.country() == home;
        let elsewhere =
            |lands: &Territories| lives_in.is_some_and(|c| !lands.iter().any(|it| may_be(it, c)));
        let here = all.into_iter().filter_map(|(name, refuse)| match refuse {
            Refuse::Children {
                lands: Some(lands), ..
            } if elsewhere(lands) => None,
            Refuse::Children {
                under,
                reports,
                parents,
                ..
            } => Some((name, *under, (reports, *parents))),
            Refuse::Special { .. } => None,
        });
        let here: Vec<_> = here.collect();
        let highest = here.iter().map(|(_, under, _)| *under).max()?;
        here.into_iter().find(|(_, under, _)| *under == highest)
    }

    fn is_staff(&self) -> bool {
        matches!(self.question.by, ActorKind::Staff | ActorKind::Machine)
    }

    fn administers(&self) -> bool {
        let role = self
            .question
            .role
            .as_ref()
            .and_then(|name| self.words.roles.id(name));
        let role = role.and_then(|id| self.words.roles.get(id));
        self.question.by == ActorKind::Administrator
            || (self.is_staff() && role.is_some_and(|role| role.administers))
    }

    /// Whether a member of staff or a program keeps the register that is changed.
    fn keeps_the_register(&self) -> bool {
        let q = self.question;
        let role = q.role.as_ref().and_then(|name| self.words.roles.id(name));
        let kept = role.and_then(|id| self.words.roles.get(id));
        let kept = kept.map_or(&[][..], |role| &role.arranges);
        let words: Vec<&str> = kept.iter().map(|kind| kind.word()).collect();
        q.act == Act::Administer
            && self.is_staff()
            && q.register.as_deref().is_some_and(|it| words.contains(&it))
    }

    fn weigh(&mut self) {
        let q = self.question;
        let of_the_house = matches!(q.act, Act::Publish | Act::Attest | Act::Administer);
        if q.act == Act::Attest && q.by == ActorKind::Machine && q.to.is_some() {
            return self.confirm();
        }
        let in_emergency =
            q.emergency && matches!(q.act, Act::Use | Act::Propose | Act::Approve | Act::Decline);
        let open_to_both = in_emergency || matches!(q.act, Act::Show | Act::Answer);
        match (of_the_house, self.administers()) {
            (true, administers) => {
                let house = q.within.is_none();
                let system = q.by == ActorKind::System;
                if !house || !(administers || system || self.keeps_the_register()) {
                    self.say_verb("secure", Why::NotAdministrator);
                }
                return self.published();
            }
            (false, true) if !open_to_both => {
                return self.say_verb("secure", Why::AdministratorSeesNothing);
            }
            (false, true | false) => {}
        }
        if !self.at_home() {
            return;
        }
        self.clear = q.fields.clone();
        if self.is_gone() {
            return;
        }
        match q.act {
            Act::Collect => self.collect(),
            Act::Use if q.emergency => self.emergency(),
            Act::Use | Act::Contact => self.read(),
            Act::Find | Act::Verify => self.identify(),
            Act::Rectify => self.rectify(),
            Act::Restrict => self.restrict(),
            Act::Unrestrict => self.unrestrict(),
            Act::Erase => self.erase(),
            Act::Export => self.export(),
            Act::Consent if self.speaks_of_a_parent() => self.parent_says(true),
            Act::Withdraw if self.speaks_of_a_parent() => self.parent_says(false),
            Act::Consent => {
                self.no_child();
                self.agreed();
            }
            Act::Unobject => self.agreed(),
            Act::Withdraw => {
                if q.purpose.is_none() && q.to.is_none() {
                    self.say_verb("use", Why::NotAsked);
                }
            }
            Act::Object => self.object(),
            Act::Disclose => self.disclose(),
            Act::Destroy => self.destroy(),
            Act::Forward => self.forward(),
            Act::Tie => self.tie(),
            Act::Hold | Act::Lift => self.hold(),
            Act::Publish | Act::Attest | Act::Administer => {}
            Act::Show => self.show(),
            Act::Propose => self.propose(),
            Act::Approve | Act::Decline => self.approve(),
            Act::Answer => self.answer_for(),
            Act::SignIn => self.sign_in(),
            Act::SignOut => self.sign_out(),
        }
    }

    /// Whether an item's day has come; what is under no clause was never to be kept.
    fn due(&self, held: &Held) -> bool {
        let today = Day::from_date(self.question.today);
        match (self.keep(&held.under), held.since) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((_, keep)), Some(since)) => keep.period.after(Day::from_date(since)) <= today,
        }
    }

    fn keep(&self, name: &str) -> Option<Named<'a, Keep>> {
        let mut clauses = self.policy.clauses().filter(|_| name != NO_CLASS);
        clauses.find_map(|clause| match &clause.body {
            Body::Keep(keep) if &*clause.full_name == name => Some((&*clause.full_name, keep)),
            _ => None,
        })
    }

    fn shown(&self, held: &Held) -> View {
        let reading = [Act::Use, Act::Contact, Act::Disclose, Act::Export];
        let is_past = self.due(held) && !(held.legal_hold && self.accepts.is_none());
        if !reading.contains(&self.question.act) || is_past || !self.acceptable(held) {
            View::Withheld
        } else if self.clear.contains(&held.field) {
            View::Clear
        } else if self.masked.contains(&held.field) {
            View::Masked
        } else {
            View::Withheld
        }
    }

    fn compared(&self, held: &Held) -> bool {
        let comparing = [Act::Find, Act::Verify, Act::Rectify, Act::Erase];
        let comparing = comparing.contains(&self.question.act);
        let seen = self.clear.contains(&held.field) || self.masked.contains(&held.field);
        comparing && !self.due(held) && self.acceptable(held) && seen
    }

    fn acceptable(&self, held: &Held) -> bool {
        match &self.accepts {
            Some(purposes) => held
                .purposes
                .iter()
                .any(|purpose| purposes.contains(purpose)),
            None => true,
        }
    }

    /// The purpose is declared, and the actor may act for it; answers with its clause.
    fn purpose_fits(&mut self) -> Option<Named<'a, Use>> {
        let q = self.question;
        let Some(purpose) = &q.purpose else {
            self.say_verb("use", Why::NotAsked);
            return None;
        };
        let Some((clause, r#use)) = self.use_for(purpose) else {
            self.say_verb("use", Why::NoPurpose);
            return None;
        };
        let fits = match q.by {
            ActorKind::System => true,
            ActorKind::Person => r#use.person,
            _ => q
                .role
                .as_ref()
                .is_some_and(|role| self.has_role(r#use, role)),
        };
        if !fits {
            self.say(clause, Why::WrongRole);
        }
        if q.token_for
            .as_ref()
            .is_some_and(|token| !token.contains(purpose))
        {
            self.say(clause, Why::TokenLimited);
        }
        Some((clause, r#use))
    }

    fn has_role(&self, r#use: &Use, role: &str) -> bool {
        self.words.roles.names(r#use.roles).contains(&role)
    }

    /// The purpose fits, and the person has nothing against it.
    fn purpose_is_open(&mut self) -> Option<&'a str> {
        let (clause, r#use) = self.purpose_fits()?;
        let purpose = self.question.purpose.as_ref()?;
        self.person_lets(clause, r#use, purpose);
        Some(clause)
    }

    /// The person has nothing against a purpose.
    fn person_lets(&mut self, clause: &str, r#use: &Use, purpose: &str) {
        if let Some((Some(clause), why)) = self.unwelcome(purpose) {
            self.say(clause, why);
        }
        let person = &self.question.person;
        if (person.paused || person.remnant) && !r#use.restricted_too {
            let cited = self
                .grant(Right::Restriction)
                .map_or(clause, |(name, _)| name);
            self.say(cited, Why::Restricted);
        }
        self.no_child();
        self.accepts = Some(if self.agrees(purpose, r#use) {
            self.purposes(self.words.purposes.all())
        } else {
            let mut purposes = self.purposes(r#use.compatible_with);
            purposes.push(purpose.to_owned());
            purposes
        });
    }

    fn read(&mut self) {
        if let Some(clause) = self.purpose_is_open() {
            self.sees_for_the_purpose();
            if self.question.sums && self.shows_no_sums() {
                self.say(clause, Why::NotSummed);
            }
            self.held_for_it(clause);
        }
    }

    /// Whether the clause of the purpose leaves open how small a group may be shown.
    fn shows_no_sums(&self) -> bool {
        let purpose = self.question.purpose.as_deref().unwrap_or_default();
        let found = self.use_for(purpose);
        found.is_none_or(|(_, r#use)| r#use.suppress_below.is_none())
    }

    /// What is held of each field asked for must be open to the purpose, at least in part.
    fn held_for_it(&mut self, clause: &str) {
        for field in &self.question.fields {
            let all = self.question.holds.iter();
            let held: Vec<&Held> = all.filter(|h| h.field == *field && !self.due(h)).collect();
            if !held.is_empty() && !held.iter().any(|held| self.acceptable(held)) {
                self.say(clause, Why::Incompatible);
            }
        }
    }

    fn sees_for_the_purpose(&mut self) {
        let purpose = self.question.purpose.clone().unwrap_or_default();
        self.sees(&self.question.fields, &[purpose]);
    }

    /// The role sees these fields for one of these purposes.
    fn sees(&mut self, fields: &[String], purposes: &[String]) {
        if !self.is_staff() {
            return;
        }
        let views = self.clauses(|body| match body {
            Body::Secure(view @ Secure::View { .. }) => Some(view),
            _ => None,
        });
        let (mut first, mut clear, mut masked) = (None, vec![], vec![]);
        for (name, view) in views {
            let Secure::View {
                role,
                clear: c,
                masked: m,
                purposes: p,
            } = view
            else {
                continue;
            };
            if Some(self.words.roles.name(*role)) != self.question.role.as_deref() {
                continue;
            }
            first = first.or(Some(name));
            if self.purposes(*p).iter().any(|p| purposes.contains(p)) {
                clear.extend(self.fields(*c));
                masked.extend(self.fields(*m));
            }
        }
        if fields
            .iter()
            .any(|f| !clear.contains(f) && !masked.contains(f))
        {
            match first {
                Some(clause) => self.say(clause, Why::Hidden),
                None => self.say_verb("secure", Why::Hidden),
            }
        }
        clear.retain(|field| fields.contains(field));
        masked.retain(|field| fields.contains(field));
        (self.clear, self.masked) = (clear, masked);
    }

    /// The role sees these fields for some purpose that is open to it, or for the one it named.
    fn reaches(&mut self, fields: &[String]) {
        let q = self.question;
        let role = q.role.clone().unwrap_or_default();
        let mut purposes = vec![];
        for (_, r#use) in self.uses() {
            let name = self.words.purposes.name(r#use.purpose).to_owned();
            let named = q.purpose.as_ref().is_none_or(|purpose| *purpose == name);
            let token = q
                .token_for
                .as_ref()
                .is_none_or(|token| token.contains(&name));
            if named && token && self.has_role(r#use, &role) {
                purposes.push(name);
            }
        }
        self.sees(fields, &purposes);
    }

    fn everything(&self) -> Vec<String> {
        self.collects()
            .iter()
            .flat_map(|(_, c)| self.fields(c.data))
            .collect()
    }
}
