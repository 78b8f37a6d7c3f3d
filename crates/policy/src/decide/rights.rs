//! Weighing what people may ask, what falls due, and what administrators do.
//! Identity is checked before it comes to this.

use super::*;

impl Weighing<'_> {
    pub(super) fn rectify(&mut self) {
        self.special();
        match self.request.actor.kind {
            ActorKind::Person => self.right(Right::Rectification),
            ActorKind::Staff
            | ActorKind::Machine
            | ActorKind::System
            | ActorKind::Administrator => {
                if self.request.right.is_some() {
                    self.right(Right::Rectification);
                } else {
                    self.open_purpose();
                }
            }
        }
        for field in self.request.fields.iter() {
            if !self
                .document
                .rules
                .collect
                .iter()
                .any(|(_, c)| c.data.contains(field))
            {
                self.refuse_verb(Verb::Collect, Why::NotCollected);
            }
        }
    }

    pub(super) fn right(&mut self, right: Right) {
        match self.document.rules.grant_of(right) {
            Some((clause, _)) => self.rely(*clause),
            None => self.refuse_verb(Verb::Grant, Why::NoRight),
        }
    }

    /// A person may be erased because they ask for it, or because they turn out to be a child.
    pub(super) fn erase(&mut self) {
        match (self.facts.person.child, self.document.rules.children()) {
            (true, Some((clause, _))) => self.rely(clause),
            (true, None) | (false, _) => self.right(Right::Erasure),
        }
        if self.facts.items.iter().any(|item| item.held) {
            self.refuse_verb(Verb::Keep, Why::Held);
        }
    }

    pub(super) fn export(&mut self) {
        self.right(self.request.right.unwrap_or(Right::Access));
    }

    pub(super) fn declared_purpose(&mut self) {
        match (self.request.purpose, self.request.recipient) {
            (Some(purpose), _) => match self.document.rules.use_of(purpose) {
                Some((clause, _)) => self.rely(*clause),
                None => self.refuse_verb(Verb::Use, Why::NoPurpose),
            },
            (None, Some(recipient)) => {
                match self
                    .document
                    .rules
                    .disclose
                    .iter()
                    .find(|(_, d)| d.to == recipient)
                {
                    Some((clause, _)) => self.rely(*clause),
                    None => self.refuse_verb(Verb::Disclose, Why::NoRecipient),
                }
            }
            (None, None) => self.refuse_verb(Verb::Use, Why::NotAsked),
        }
    }

    pub(super) fn consent(&mut self) {
        self.children();
        self.declared_purpose();
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
            None => self.refuse_verb(Verb::Grant, Why::NoRight),
        }
    }

    pub(super) fn destroy(&mut self) {
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

    pub(super) fn administer(&mut self) {
        let role = self
            .request
            .actor
            .role
            .and_then(|role| self.policy.words.roles.get(role));
        let may = match self.request.actor.kind {
            ActorKind::Administrator | ActorKind::System => true,
            ActorKind::Staff | ActorKind::Machine => role.is_some_and(|role| role.administers),
            ActorKind::Person => false,
        };
        if !may {
            self.refuse_verb(Verb::Secure, Why::NotAdministrator);
        }
    }
}
