//! Weighing what people may ask, what falls due, and what administrators do.
//! Identity is checked before it comes to this.

use super::*;

impl Weighing<'_> {
    pub(super) fn rectify(&mut self) {
        self.special();
        self.fits();
        match (self.request.actor.kind, self.request.right) {
            (ActorKind::Person, _) | (_, Some(_)) => {
                self.said_under_age();
                self.right(Right::Rectification);
                self.for_oneself(Right::Rectification);
                self.permit.accepts = Accepts::Anything;
                self.within_reach(self.request.fields);
            }
            (
                ActorKind::Staff
                | ActorKind::Machine
                | ActorKind::System
                | ActorKind::Administrator,
                None,
            ) => self.purpose_and_items(),
        }
        if !self.request.fields.is_subset(self.collected()) {
            self.refuse_verb(Verb::Collect, Why::NotCollected);
        }
        self.unheld();
    }

    /// Every field that the document collects.
    pub(super) fn collected(&self) -> Set<FieldId> {
        let collect = self.document.rules.collect.iter();
        collect.fold(Set::EMPTY, |all, (_, clause)| all.union(clause.data))
    }

    pub(super) fn right(&mut self, right: Right) {
        match self.document.rules.grant_of(right) {
            Some((clause, _)) => self.rely(*clause),
            None if self.told_to() => {}
            None => self.refuse_verb(Verb::Grant, Why::NoRight),
        }
    }

    /// What somebody weighs first people ask for, and do not do themselves.
    fn for_oneself(&mut self, right: Right) {
        let grant = self.document.rules.grant_of(right);
        if let Some((clause, _)) = grant.filter(|(_, grant)| !grant.at_once)
            && self.request.actor.kind == ActorKind::Person
        {
            self.refuse(*clause, Why::ByCase);
        }
    }

    /// A pause needs the right to it, unless somebody is reported to be a child: anyone may do
    /// that.
    pub(super) fn restrict(&mut self) {
        match (self.under_age(), self.request.age) {
            (Some(rule), Some(age)) if age < rule.under => self.rely(rule.clause),
            (Some(_) | None, _) => self.right(Right::Restriction),
        }
    }

    /// The rule under which a person is set apart: they are reported to be under age, and no parent
    /// agreed.
    fn set_apart(&self) -> Option<crate::rules::ChildRule> {
        let rule = self.under_age().filter(|_| self.facts.person.child)?;
        (!self.is_agreed_for(rule)).then_some(rule)
    }

    /// Lifting a pause opens everything again, so it takes somebody who may see everything.
    pub(super) fn unrestrict(&mut self) {
        self.right(Right::Restriction);
        if let Some(rule) = self.set_apart() {
            self.reported(rule);
        }
        self.within_reach(self.collected());
    }

    /// A person may be erased because they ask for it, or because they turn out to be a child.
    pub(super) fn erase(&mut self) {
        match self.set_apart() {
            Some(rule) => {
                self.rely(rule.clause);
                self.reported(rule);
            }
            None => {
                self.right(Right::Erasure);
                self.for_oneself(Right::Erasure);
            }
        }
        // One thing or everything: it takes somebody who may see everything.
        self.within_reach(self.collected());
        match self.request.fields.is_empty() {
            true => self.kept_back(),
            false => {
                self.permit.accepts = Accepts::Anything;
                self.unheld();
                self.unobliged();
            }
        }
    }

    /// What a law or a legal hold keeps stays where a person is erased (GDPR Art. 17(3)(b) and
    /// (e)); the permit names the clauses that keep it.
    pub(super) fn kept_back(&mut self) {
        for item in self.facts.items {
            let mut holds = self.document.rules.holds.iter();
            let hold = holds.find(|(_, hold)| item.held && hold.data.contains(item.field));
            let keeps = self.policy.words.classes.get(item.class);
            let keeps = keeps.filter(|_| item.is_owed(self.today));
            let clauses = [hold.map(|(clause, _)| *clause), keeps.map(|it| it.clause)];
            for clause in clauses.into_iter().flatten() {
                self.rely(clause);
            }
        }
    }

    /// With what is left of somebody who was erased nothing is done any more beside what a hold is
    /// for, and what is done of anybody whose processing is paused.
    pub(super) fn is_left_alone(&mut self) -> bool {
        let goes_on = match self.request.act {
            Act::Hold
            | Act::Lift
            | Act::Erase
            | Act::Destroy
            | Act::Export
            | Act::Use
            | Act::Disclose
            | Act::Propose
            | Act::Approve
            | Act::Decline
            | Act::Show
            | Act::Answer
            | Act::SignOut
            | Act::Publish
            | Act::Attest
            | Act::Administer => true,
            Act::Collect
            | Act::Rectify
            | Act::Restrict
            | Act::Unrestrict
            | Act::Consent
            | Act::Withdraw
            | Act::Object
            | Act::Unobject
            | Act::Tie
            | Act::Forward
            | Act::Contact
            | Act::Verify
            | Act::Find
            | Act::SignIn => false,
        };
        if goes_on || !self.facts.person.remnant {
            return false;
        }
        match self.document.rules.grant_of(Right::Erasure) {
            Some((clause, _)) => self.refuse(*clause, Why::Erased),
            None => self.refuse_verb(Verb::Grant, Why::Erased),
        }
        true
    }

    /// Nothing that a legal hold keeps may go, or be changed.
    pub(super) fn unheld(&mut self) {
        for item in self.facts.items.iter().filter(|item| item.held) {
            let holds = &self.document.rules.holds;
            match holds
                .iter()
                .find(|(_, hold)| hold.data.contains(item.field))
            {
                Some((clause, _)) => self.refuse(*clause, Why::Held),
                None => self.refuse_verb(Verb::Keep, Why::Held),
            }
        }
    }

    /// Nothing of what is erased may be what a law has stay until its day.
    fn unobliged(&mut self) {
        let (items, today) = (self.facts.items, self.today);
        for item in items.iter().filter(|item| item.is_owed(today)) {
            match self.policy.words.classes.get(item.class) {
                Some(class) => self.refuse(class.clause, Why::Obliged),
                None => self.refuse_verb(Verb::Keep, Why::Obliged),
            }
        }
    }

    /// A legal hold is placed and lifted by the roles that a clause names, on what it names.
    pub(super) fn hold(&mut self) {
        let actor = self.request.actor;
        let role = match actor.kind {
            ActorKind::Staff | ActorKind::Machine => actor.role,
            ActorKind::Person | ActorKind::System | ActorKind::Administrator => None,
        };
        let holds = self.document.rules.holds.iter();
        let mut own = holds.filter(|(_, hold)| role.is_some_and(|role| hold.roles.contains(role)));
        let Some((first, hold)) = own.next() else {
            return self.refuse_verb(Verb::Keep, Why::WrongRole);
        };
        let fields = self.request.fields;
        if fields.is_subset(hold.data) {
            return self.rely(*first);
        }
        match own.find(|(_, hold)| fields.is_subset(hold.data)) {
            Some((clause, _)) => self.rely(*clause),
            None => self.refuse(*first, Why::DataNotCovered),
        }
    }

    /// A person has everything that is held, whatever it is held for.
    pub(super) fn export(&mut self) {
        match self.request.right.unwrap_or(Right::Access) {
            right @ (Right::Access | Right::Portability) => self.right(right),
            Right::Rectification
            | Right::Erasure
            | Right::Restriction
            | Right::Objection
            | Right::OptOut
            | Right::Withdrawal => self.refuse_verb(Verb::Grant, Why::NoRight),
        }
        self.permit.accepts = Accepts::Anything;
        self.within_reach(self.request.fields);
    }

    /// Agreeing, or taking an objection back: to a declared purpose, to a declared recipient, or to
    /// both.
    pub(super) fn agreement(&mut self) {
        if let Some(purpose) = self.request.purpose {
            match self.document.rules.use_of(purpose) {
                Some((clause, _)) => {
                    self.rely(*clause);
                    self.within_token(*clause, purpose);
                }
                None => self.refuse_verb(Verb::Use, Why::NoPurpose),
            }
        }
        if let Some(recipient) = self.request.recipient {
            let mut disclosures = self.document.rules.disclose.iter();
            match disclosures.find(|(_, disclose)| disclose.to == recipient) {
                Some((clause, _)) => self.rely(*clause),
                None => self.refuse_verb(Verb::Disclose, Why::NoRecipient),
            }
        }
        if self.request.purpose.is_none() && self.request.recipient.is_none() {
            self.refuse_verb(Verb::Use, Why::NotAsked);
        }
    }

    pub(super) fn consent(&mut self) {
        if let Some(way) = self.of_a_parent() {
            return self.parent_agrees(way);
        }
        self.children();
        self.agreement();
    }

    /// How a parent showed who they are, where it is their agreement that is spoken of.
    fn of_a_parent(&self) -> Option<kept_terms::ParentWay> {
        let request = self.request;
        let alone = request.purpose.is_none() && request.recipient.is_none();
        request.parent.filter(|_| alone)
    }

    /// What was agreed to can always be taken back, even where the policy no longer speaks of it.
    pub(super) fn withdraw(&mut self) {
        let rules = &self.document.rules;
        if self.of_a_parent().is_some() {
            return self.parent_withdraws();
        }
        if self.request.purpose.is_none() && self.request.recipient.is_none() {
            return self.refuse_verb(Verb::Use, Why::NotAsked);
        }
        if let Some((clause, _)) = rules.grant_of(Right::Withdrawal) {
            self.rely(*clause);
        }
        if let Some((clause, _)) = self.request.purpose.and_then(|p| rules.use_of(p)) {
            self.rely(*clause);
        }
    }

    /// An objection needs a granted right, to object or to opt out, that covers the purpose.
    pub(super) fn object(&mut self) {
        let Some(purpose) = self.request.purpose else {
            return self.refuse_verb(Verb::Grant, Why::NotAsked);
        };
        let rules = &self.document.rules;
        let granted = [Right::OptOut, Right::Objection]
            .into_iter()
            .filter_map(|right| rules.grant_of(right))
            .find(|(_, grant)| grant.purposes.contains(purpose));
        match granted {
            Some((clause, _)) => self.rely(*clause),
            None if self.told_to() => {}
            None => self.refuse_verb(Verb::Grant, Why::NoRight),
        }
    }

    /// Only Kept itself destroys what is due; people and programs erase, or do not.
    pub(super) fn destroy(&mut self) {
        if self.request.actor.kind != ActorKind::System {
            self.refuse_verb(Verb::Keep, Why::WrongRole);
        }
        for item in self.facts.items {
            let clause = self
                .policy
                .words
                .classes
                .get(item.class)
                .map(|class| class.clause);
            match clause {
                Some(clause) if item.held => self.refuse(clause, Why::Held),
                Some(clause) if item.due() > self.today => self.refuse(clause, Why::NotDue),
                Some(clause) => self.rely(clause),
                None => self.refuse_verb(Verb::Keep, Why::NotKept),
            }
        }
    }

    /// Whether the actor's role keeps the register that is changed.
    fn arranges(&self) -> bool {
        let role = self.request.actor.role;
        let role = role.and_then(|role| self.policy.words.roles.get(role));
        let (Some(role), Some(register)) = (role, self.request.register) else {
            return false;
        };
        self.request.act == Act::Administer && role.arranges.contains(&register)
    }

    /// Evidence is for those who administer. What a recipient says of itself, that it has done what
    /// it was told, is said by Kept for it: by whom it was said has been seen to.
    pub(super) fn attest(&mut self) {
        let kind = self.request.actor.kind;
        let Some(recipient) = self
            .request
            .recipient
            .filter(|_| kind == ActorKind::Machine)
        else {
            return self.administer();
        };
        let mut clauses = self.document.rules.disclose.iter();
        match clauses.find(|(_, disclose)| disclose.to == recipient) {
            Some((clause, _)) => self.rely(*clause),
            None => self.refuse_verb(Verb::Disclose, Why::NoRecipient),
        }
    }

    pub(super) fn administer(&mut self) {
        let may = match self.request.actor.kind {
            ActorKind::System => true,
            ActorKind::Administrator | ActorKind::Staff | ActorKind::Machine => {
                self.administers() || self.arranges()
            }
            ActorKind::Person => false,
        };
        // Whoever acts within a client's home administers nothing.
        let may = may && self.request.actor.home.is_none();
        if !may {
            self.refuse_verb(Verb::Secure, Why::NotAdministrator);
        }
        // People are told of what matters to them as long before as the document says.
        let (today, day) = (self.today, self.request.takes_effect);
        for (clause, before) in &self.document.rules.notices {
            match day.filter(|_| self.request.act == Act::Publish) {
                Some(day) if day < before.after(today) => self.refuse(*clause, Why::TooSoon),
                Some(_) => self.rely(*clause),
                None => {}
            }
        }
    }
}
