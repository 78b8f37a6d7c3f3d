//! Weighing what comes in: channels, notice, age, special categories, and whether anybody wants it.
//! It never sees a value; what was found in values comes as facts.

use super::*;
use crate::rules::{ChildRule, Rules};
use kept_terms::{Book, ParentWay};

impl Weighing<'_> {
    /// The rule that refuses children where the person is.
    pub(super) fn under_age(&self) -> Option<ChildRule> {
        let rule = self.document.rules.children(self.facts.person.country);
        rule.copied()
    }

    pub(super) fn children(&mut self) {
        let Some(rule) = self.under_age() else {
            return;
        };
        if self.facts.person.child || self.request.age.is_some_and(|age| age < rule.under) {
            self.under_age_but_agreed(rule);
        }
    }

    /// Somebody under the age is refused, unless a parent agreed in a way that the clause takes.
    /// One who agrees only now is vouched for by those who decide about children.
    fn under_age_but_agreed(&mut self, rule: ChildRule) {
        if self.is_agreed_for(rule) {
            return self.rely(rule.clause);
        }
        match self.request.parent {
            Some(way) if rule.parents.contains(way) => {
                self.rely(rule.clause);
                self.vouched(rule);
            }
            Some(_) | None => self.refuse(rule.clause, Why::UnderAge),
        }
    }

    /// Whether a parent's agreement that counts is on record.
    pub(super) fn is_agreed_for(&self, rule: ChildRule) -> bool {
        let way = self.facts.person.parent;
        way.is_some_and(|way| rule.parents.contains(way))
    }

    /// That a parent agrees, or no longer does, is said by those who decide about children, and
    /// never by the child.
    fn vouched(&mut self, rule: ChildRule) {
        let actor = self.request.actor;
        match actor.kind {
            ActorKind::Person => self.refuse(rule.clause, Why::OwnRequest),
            ActorKind::System => self.refuse(rule.clause, Why::WrongRole),
            ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator => {
                let by = rule.reports.by;
                if !by.is_empty() && !actor.role.is_some_and(|role| by.contains(role)) {
                    self.refuse(rule.clause, Why::NotResponsible);
                }
            }
        }
    }

    /// A parent agrees for somebody who is known.
    pub(super) fn parent_agrees(&mut self, way: ParentWay) {
        let Some(rule) = self.under_age() else {
            return self.refuse_verb(Verb::Refuse, Why::NotAsked);
        };
        if !rule.parents.contains(way) {
            return self.refuse(rule.clause, Why::UnderAge);
        }
        self.rely(rule.clause);
        self.vouched(rule);
        self.within_reach(self.collected());
    }

    /// A parent no longer agrees: the person is erased. They may have it so themselves.
    pub(super) fn parent_withdraws(&mut self) {
        if let Some(rule) = self.under_age() {
            self.rely(rule.clause);
            if self.request.actor.kind != ActorKind::Person {
                self.vouched(rule);
            }
        }
        self.within_reach(self.collected());
        self.kept_back();
    }

    /// A report that somebody is under age is confirmed or lifted by the roles that its clause
    /// names; once its time is over, by those who have the last word, too, and erased by Kept
    /// itself where the clause says so.
    pub(super) fn reported(&mut self, rule: ChildRule) {
        let reports = rule.reports;
        let reported = self.facts.person.reported;
        let last = reports.within.zip(reported);
        let lapsed = last.is_some_and(|(within, day)| within.after(day) <= self.today);
        let actor = self.request.actor;
        match actor.kind {
            ActorKind::Person => {}
            ActorKind::System => {
                if !lapsed || reports.undecided != Undecided::Erase {
                    self.refuse(rule.clause, Why::NotDue);
                }
            }
            ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator => {
                let named = actor.role.is_some_and(|role| reports.by.contains(role));
                let last_word = lapsed && self.responsible(Book::Reports, None);
                if !reports.by.is_empty() && !named && !last_word {
                    self.refuse(rule.clause, Why::NotResponsible);
                }
            }
        }
    }

    /// Nothing is put right with what says that the person is under age.
    pub(super) fn said_under_age(&mut self) {
        if let Some(rule) = self.under_age()
            && self.request.age.is_some_and(|age| age < rule.under)
            && !self.is_agreed_for(rule)
        {
            self.refuse(rule.clause, Why::UnderAge);
        }
    }

    pub(super) fn collect(&mut self) {
        let Some(channel) = self.request.channel else {
            return self.refuse_verb(Verb::Collect, Why::NotAsked);
        };
        if self.request.fields.is_empty() {
            return self.refuse_verb(Verb::Collect, Why::NotAsked);
        }
        self.children();
        self.special();
        self.fits();
        self.service();
        let mut taken = Set::EMPTY;
        for (clause, collect) in &self.document.rules.collect {
            let fields = collect.data.intersection(self.request.fields);
            let wanted = || {
                self.asked(collect)
                    .iter()
                    .any(|p| self.unwanted(p).is_none())
            };
            if fields.is_empty() || !self.takes(collect, channel) || !wanted() {
                continue;
            }
            taken = taken.union(fields);
            if collect.notice_before && !self.request.notice_given {
                self.refuse(*clause, Why::NoticeMissing);
            }
            let limit = self.request.actor.purposes;
            if limit.is_some_and(|limit| !self.asked(collect).is_subset(limit)) {
                self.refuse(*clause, Why::TokenLimited);
            }
            self.rely(*clause);
        }
        for field in self.request.fields.difference(taken).iter() {
            self.not_taken(field, channel);
        }
    }

    /// What was taken under a pseudonym becomes a known person's where a clause says so for each
    /// field, and where it would be taken of that person as well.
    pub(super) fn tie(&mut self) {
        if self.request.fields.is_empty() {
            return self.refuse_verb(Verb::Collect, Why::NotAsked);
        }
        self.children();
        self.unheld();
        let rules = &self.document.rules;
        if self.facts.person.restricted {
            match rules.grant_of(Right::Restriction) {
                Some((clause, _)) => self.refuse(*clause, Why::Restricted),
                None => self.refuse_verb(Verb::Grant, Why::Restricted),
            }
        }
        for field in self.request.fields.iter() {
            let about = || rules.collect.iter().filter(|(_, c)| c.data.contains(field));
            if about().next().is_none() {
                self.refuse_verb(Verb::Collect, Why::NotCollected);
            } else if !about().any(|(_, collect)| collect.tie) {
                about().for_each(|(clause, _)| self.refuse(*clause, Why::NotTied));
            }
            let tied = || about().filter(|(_, collect)| collect.tie);
            let purposes = || tied().flat_map(|(_, collect)| collect.purposes.iter());
            if tied().next().is_some() && !purposes().any(|p| self.unwanted(p).is_none()) {
                let unwanted: Vec<_> = purposes().filter_map(|p| self.unwanted(p)).collect();
                self.grounds.extend(unwanted);
            }
            for (clause, collect) in tied() {
                let limit = self.request.actor.purposes;
                if limit.is_some_and(|limit| !collect.purposes.is_subset(limit)) {
                    self.refuse(*clause, Why::TokenLimited);
                }
                self.rely(*clause);
            }
        }
    }

    /// The purposes for which something would be taken under a clause.
    fn asked(&self, collect: &Collect) -> Set<PurposeId> {
        self.request.purpose.map_or(collect.purposes, Set::of)
    }

    /// Whether a clause takes something through this channel for what is asked.
    fn takes(&self, collect: &Collect, channel: ChannelId) -> bool {
        collect.through.contains(channel) && self.asked(collect).is_subset(collect.purposes)
    }

    /// A field that no clause takes: cites why nobody wants it, or else the clauses that take it in
    /// other circumstances.
    fn not_taken(&mut self, field: FieldId, channel: ChannelId) {
        let rules = &self.document.rules;
        let about = || rules.collect.iter().filter(|(_, c)| c.data.contains(field));
        if about().next().is_none() {
            return self.refuse_verb(Verb::Collect, Why::NotCollected);
        }
        let taking = about().filter(|(_, collect)| self.takes(collect, channel));
        let unwanted: Vec<Ground> = taking
            .flat_map(|(_, collect)| self.asked(collect).iter())
            .filter_map(|purpose| self.unwanted(purpose))
            .collect();
        if !unwanted.is_empty() {
            return self.grounds.extend(unwanted);
        }
        for (clause, collect) in about() {
            let why = match collect.through.contains(channel) {
                true => Why::NoPurpose,
                false => Why::WrongChannel,
            };
            self.refuse(*clause, why);
        }
    }

    /// Why a purpose may not have something of this person: it is not declared, objected to, or not
    /// agreed to.
    pub(super) fn unwanted(&self, purpose: PurposeId) -> Option<Ground> {
        let Some((clause, r#use)) = self.document.rules.use_of(purpose) else {
            let cited = Cited::Verb(self.document.id, Verb::Use);
            return Some(Ground {
                cited,
                why: Why::NoPurpose,
            });
        };
        let cited = Cited::Clause(*clause);
        if self.facts.person.objections.contains(purpose) {
            let why = Why::Objected;
            Some(Ground { cited, why })
        } else if needs_consent(r#use) && !self.consented(purpose, r#use) {
            let why = Why::NoConsent;
            Some(Ground { cited, why })
        } else {
            None
        }
    }

    /// A service that needs information is not to be had without it, whether it comes now or is
    /// held already.
    fn service(&mut self) {
        let Some(service) = self.request.service else {
            return;
        };
        let today = self.today;
        let held = self.facts.items.iter().filter(|item| item.due() > today);
        let there = held.fold(self.request.fields, |mut there, item| {
            there.insert(item.field);
            there
        });
        for (clause, collect) in &self.document.rules.collect {
            if collect.required_for.contains(service) && !collect.data.is_subset(there) {
                self.refuse(*clause, Why::Required);
            }
        }
    }

    pub(super) fn special(&mut self) {
        if let Some(clause) = self
            .request
            .unread
            .and_then(|file| self.document.rules.unlooked(file))
        {
            self.refuse(clause, Why::Unreadable);
        }
        for (category, place) in self.request.found {
            let remedy = self
                .document
                .rules
                .remedy(*category, |screened| match place {
                    FoundIn::Field => screened.fields,
                    FoundIn::FreeText => screened.free_text,
                    FoundIn::Attachment => screened.attachments,
                });
            match remedy {
                Some((clause, Remedy::Redact)) if *place != FoundIn::Attachment => {
                    self.permit.redact = true;
                    self.rely(clause);
                }
                // A file cannot be struck through, so where words would be redacted it is refused.
                Some((clause, Remedy::Redact | Remedy::Refuse)) => {
                    self.refuse(clause, Why::Sensitive);
                }
                None => {}
            }
        }
    }

    pub(super) fn consented(&self, purpose: PurposeId, r#use: &Use) -> bool {
        is_agreed(purpose, r#use, self.facts.person, self.today)
    }
}

impl Rules {
    /// Whether something of a person may be taken for a purpose: it is declared, not objected to,
    /// and agreed to where it rests on that.
    pub fn is_open(&self, purpose: PurposeId, person: &PersonFacts, today: Day) -> bool {
        let declared = self.use_of(purpose);
        let agreed = declared.is_some_and(|(_, r#use)| {
            !needs_consent(r#use) || is_agreed(purpose, r#use, person, today)
        });
        agreed && !person.objections.contains(purpose)
    }
}

/// Whether a person agreed to a purpose, and still does.
fn is_agreed(purpose: PurposeId, r#use: &Use, person: &PersonFacts, today: Day) -> bool {
    person.consents.iter().any(|consent| {
        let lasts = r#use.consent_lasts;
        let lasts = lasts.is_none_or(|lasts| lasts.after(consent.given) > today);
        consent.purpose == purpose && lasts
    })
}
