//! Weighing a use: the purpose, the role, the person's say, and what each item was collected for.
//! It narrows the permit to what the role sees; it never widens it.

use super::*;

impl Weighing<'_> {
    /// Checks that the purpose is declared and open to the actor and the person; answers with its
    /// clause.
    pub(super) fn open_purpose(&mut self) -> Option<(ClauseId, PurposeId)> {
        let Some(purpose) = self.request.purpose else {
            self.refuse_verb(Verb::Use, Why::NotAsked);
            return None;
        };
        let Some((clause, r#use)) = self.document.rules.use_of(purpose) else {
            self.refuse_verb(Verb::Use, Why::NoPurpose);
            return None;
        };
        let (clause, actor) = (*clause, self.request.actor);
        self.rely(clause);
        let role_fits = match actor.kind {
            ActorKind::Person => r#use.person,
            ActorKind::System => true,
            ActorKind::Staff | ActorKind::Machine => {
                actor.role.is_some_and(|role| r#use.roles.contains(role))
            }
            ActorKind::Administrator => false,
        };
        if !role_fits {
            self.refuse(clause, Why::WrongRole);
        }
        if actor.purposes.is_some_and(|limit| !limit.contains(purpose)) {
            self.refuse(clause, Why::TokenLimited);
        }
        if let Some((clause, why)) = self.unwanted(purpose) {
            self.refuse(clause, why);
        }
        if self.facts.person.restricted && !r#use.restricted_too {
            let cited = self
                .document
                .rules
                .grant_of(Right::Restriction)
                .map_or(clause, |g| g.0);
            self.refuse(cited, Why::Restricted);
        }
        self.children();
        self.permit.accepts = if self.consented(purpose, r#use) {
            self.policy.words.purposes.all()
        } else {
            r#use.compatible_with.union(Set::of(purpose))
        };
        Some((clause, purpose))
    }

    pub(super) fn purpose_and_items(&mut self) {
        let Some((clause, purpose)) = self.open_purpose() else {
            return;
        };
        self.see(purpose);
        self.compatible(clause);
    }

    /// Each field asked for must have something held for this purpose or a compatible one, if
    /// anything of it is held.
    pub(super) fn compatible(&mut self, clause: ClauseId) {
        let (mut held, mut open) = (Set::EMPTY, Set::EMPTY);
        for item in self
            .facts
            .items
            .iter()
            .filter(|item| item.due() > self.today)
        {
            held.insert(item.field);
            if item.purposes.intersects(self.permit.accepts) {
                open.insert(item.field);
            }
        }
        let asked = self.request.fields.intersection(held);
        if !asked.is_subset(open) {
            self.refuse(clause, Why::Incompatible);
        }
    }

    /// Narrows the permit to what the role sees.
    pub(super) fn see(&mut self, purpose: PurposeId) {
        let role = match self.request.actor.kind {
            ActorKind::Person | ActorKind::System => return,
            ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator => {
                self.request.actor.role
            }
        };
        let (mut clear, mut masked) = (Set::EMPTY, Set::EMPTY);
        for view in &self.document.rules.views {
            if Some(view.role) == role && view.purposes.contains(purpose) {
                clear = clear.union(view.clear);
                masked = masked.union(view.masked);
                self.rely(view.clause);
            }
        }
        self.permit.clear = clear.intersection(self.request.fields);
        self.permit.masked = masked.difference(clear).intersection(self.request.fields);
        if !self.request.fields.is_subset(self.permit.fields()) {
            let cited = self
                .document
                .rules
                .views
                .iter()
                .find(|view| Some(view.role) == role);
            match cited.map(|view| view.clause) {
                Some(clause) => self.refuse(clause, Why::Hidden),
                None => self.refuse_verb(Verb::Secure, Why::Hidden),
            }
        }
    }

    pub(super) fn identify(&mut self) {
        let Some((clause, _)) = self.open_purpose() else {
            return;
        };
        if self.request.failures >= FAILURES_MAX {
            self.refuse(clause, Why::TooManyTries);
        }
        if self.request.fields.is_empty() {
            self.refuse_verb(Verb::Use, Why::NotAsked);
        }
    }
}
