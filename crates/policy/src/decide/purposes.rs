//! Weighing a use: the purpose, the role, the person's say, and what each item was collected for.
//! It narrows the permit to what the role sees; it never widens it.

use super::*;

impl Weighing<'_> {
    /// Checks that the purpose is declared and open to the actor and the person; answers with its
    /// clause.
    pub(super) fn open_purpose(&mut self) -> Option<(ClauseId, PurposeId)> {
        let (clause, purpose) = self.fitting_purpose()?;
        self.person_allows(clause, purpose)
    }

    /// Checks that the person has nothing against a purpose; answers with its clause.
    pub(super) fn person_allows(
        &mut self,
        clause: ClauseId,
        purpose: PurposeId,
    ) -> Option<(ClauseId, PurposeId)> {
        let (_, r#use) = self.document.rules.use_of(purpose)?;
        self.grounds.extend(self.unwanted(purpose));
        let person = self.facts.person;
        if (person.restricted || person.remnant) && !r#use.restricted_too {
            let restriction = self.document.rules.grant_of(Right::Restriction);
            self.refuse(restriction.map_or(clause, |grant| grant.0), Why::Restricted);
        }
        self.children();
        self.permit.accepts = Accepts::Purposes(match self.consented(purpose, r#use) {
            true => self.policy.words.purposes.all(),
            false => r#use.compatible_with.union(Set::of(purpose)),
        });
        Some((clause, purpose))
    }

    /// Checks that the purpose is declared and open to the actor, whatever the person says of it.
    pub(super) fn fitting_purpose(&mut self) -> Option<(ClauseId, PurposeId)> {
        let Some(purpose) = self.request.purpose else {
            self.refuse_verb(Verb::Use, Why::NotAsked);
            return None;
        };
        let Some((clause, r#use)) = self.document.rules.use_of(purpose) else {
            self.refuse_verb(Verb::Use, Why::NoPurpose);
            return None;
        };
        self.rely(*clause);
        if !self.role_fits(r#use) {
            self.refuse(*clause, Why::WrongRole);
        }
        self.within_token(*clause, purpose);
        Some((*clause, purpose))
    }

    fn role_fits(&self, r#use: &Use) -> bool {
        let actor = self.request.actor;
        match actor.kind {
            ActorKind::Person => r#use.person,
            ActorKind::System => true,
            ActorKind::Staff | ActorKind::Machine => {
                actor.role.is_some_and(|role| r#use.roles.contains(role))
            }
            ActorKind::Administrator => false,
        }
    }

    pub(super) fn within_token(&mut self, clause: ClauseId, purpose: PurposeId) {
        let limit = self.request.actor.purposes;
        if limit.is_some_and(|limit| !limit.contains(purpose)) {
            self.refuse(clause, Why::TokenLimited);
        }
    }

    pub(super) fn purpose_and_items(&mut self) {
        let Some((clause, purpose)) = self.open_purpose() else {
            return;
        };
        self.see(purpose);
        self.summed(clause, purpose);
        self.compatible(clause);
    }

    /// Sums need a clause that says how small a group they may show.
    fn summed(&mut self, clause: ClauseId, purpose: PurposeId) {
        let r#use = self.document.rules.use_of(purpose);
        let least = r#use.and_then(|(_, r#use)| r#use.suppress_below);
        if self.request.sums && least.is_none() {
            self.refuse(clause, Why::NotSummed);
        }
    }

    /// Each field asked for must have something held for this purpose or a compatible one, if
    /// anything of it is held.
    pub(super) fn compatible(&mut self, clause: ClauseId) {
        let (mut held, mut open) = (Set::EMPTY, Set::EMPTY);
        let today = self.today;
        for item in self.facts.items.iter().filter(|item| item.due() > today) {
            held.insert(item.field);
            if self.permit.concerns(item) {
                open.insert(item.field);
            }
        }
        let asked = self.request.fields.intersection(held);
        if !asked.is_subset(open) {
            self.refuse(clause, Why::Incompatible);
        }
    }

    /// Narrows the permit to what the role sees for a purpose.
    pub(super) fn see(&mut self, purpose: PurposeId) {
        self.narrow(self.request.fields, |seen_for| seen_for == purpose);
    }

    /// Staff and programs answer a person's request only as far as their role sees what the request
    /// touches, for purposes
    /// open to it: nobody gets by way of a right what no use would show them. Who names a purpose
    /// is held to it.
    pub(super) fn within_reach(&mut self, fields: Set<FieldId>) {
        let (rules, request) = (&self.document.rules, self.request);
        let role = request.actor.role;
        self.narrow(fields, |purpose| {
            request.purpose.is_none_or(|asked| asked == purpose)
                && request
                    .actor
                    .purposes
                    .is_none_or(|limit| limit.contains(purpose))
                && rules
                    .use_of(purpose)
                    .is_some_and(|(_, r#use)| role.is_some_and(|role| r#use.roles.contains(role)))
        });
    }

    /// Narrows the permit to what a role sees for some purposes; the person and Kept itself see
    /// what they ask for.
    fn narrow(&mut self, fields: Set<FieldId>, counts: impl Fn(PurposeId) -> bool) {
        let role = match self.request.actor.kind {
            ActorKind::Person | ActorKind::System => return,
            ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator => {
                self.request.actor.role
            }
        };
        let (mut clear, mut masked) = (Set::EMPTY, Set::EMPTY);
        let views = &self.document.rules.views;
        for view in views.iter().filter(|view| Some(view.role) == role) {
            if view.purposes.iter().any(&counts) {
                clear = clear.union(view.clear);
                masked = masked.union(view.masked);
                self.rely(view.clause);
            }
        }
        self.permit.clear = clear.intersection(fields);
        self.permit.masked = masked.difference(clear).intersection(fields);
        if !fields.is_subset(clear.union(masked)) {
            match views.iter().find(|view| Some(view.role) == role) {
                Some(view) => self.refuse(view.clause, Why::Hidden),
                None => self.refuse_verb(Verb::Secure, Why::Hidden),
            }
        }
    }

    pub(super) fn identify(&mut self) {
        let Some((clause, purpose)) = self.open_purpose() else {
            return;
        };
        let rules = &self.document.rules;
        let tries = rules.use_of(purpose).map_or(Tries::MOST, |u| u.1.tries);
        if self.request.failures >= u32::from(tries.person)
            || self.request.tries >= rules.tries_by_caller()
        {
            self.refuse(clause, Why::TooManyTries);
        }
        if self.request.fields.is_empty() {
            self.refuse_verb(Verb::Use, Why::NotAsked);
        }
    }
}
