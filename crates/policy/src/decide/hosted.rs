//! Weighing what is held for clients: who is of the house, and what the client has told us to do.
//! An instruction opens nothing that the document's other clauses keep shut.

use super::*;

impl Weighing<'_> {
    /// Whether the actor has any business with this person, and the client has told us to do
    /// this. What is held for nobody but the firm itself needs neither.
    pub(super) fn at_home(&mut self) -> bool {
        let actor = self.request.actor;
        let Some(home) = self.facts.person.home else {
            if actor.home.is_some() {
                self.refuse_verb(Verb::Secure, Why::OtherClient);
            }
            return actor.home.is_none();
        };
        let rules = &self.document.rules;
        let known = match actor.kind {
            ActorKind::System => actor.home.is_none_or(|own| own == home),
            // Whoever tells us of a request need not be of the house: they are told nothing of it.
            ActorKind::Staff | ActorKind::Machine | ActorKind::Person => {
                let told = actor.home.is_none() && self.request.act == Act::Forward;
                told || actor.home == Some(home)
            }
            ActorKind::Administrator => false,
        };
        if !known {
            match (actor.kind, rules.forwarded.first(), rules.apart) {
                (ActorKind::Person, Some((clause, _)), _) => {
                    self.refuse(*clause, Why::ClientDecides);
                }
                (ActorKind::Person, None, _) => {
                    self.refuse_verb(Verb::Answer, Why::ClientDecides);
                }
                (_, _, Some(clause)) => self.refuse(clause, Why::OtherClient),
                (_, _, None) => self.refuse_verb(Verb::Secure, Why::OtherClient),
            }
            return false;
        }
        self.under_instruction()
    }

    /// Whether the act needs no instruction, or one in force covers it. Kept destroys what is due
    /// without being told each time, and what the law compels does not wait for the client.
    fn under_instruction(&mut self) -> bool {
        let (request, today) = (self.request, self.today);
        let needed = self.document.rules.instructed;
        let free = needed.is_some_and(|(_, acts)| !acts.contains(request.act));
        let own = request.act == Act::Destroy && request.actor.kind == ActorKind::System;
        if free || own || request.act == Act::Forward || self.is_compelled() {
            return true;
        }
        let mut instructions = self.facts.person.instructions.iter();
        self.instructed = instructions.any(|told| told.covers(request, today));
        match (self.instructed, needed) {
            (true, Some((clause, _))) => self.rely(clause),
            (true, None) => {}
            (false, Some((clause, _))) => self.refuse(clause, Why::NotInstructed),
            (false, None) => self.refuse_verb(Verb::Secure, Why::NotInstructed),
        }
        self.instructed
    }

    /// A request is passed on where a clause says so. It shows nothing to whoever passes it on.
    pub(super) fn forward(&mut self) {
        let Some(right) = self.request.right else {
            return self.refuse_verb(Verb::Answer, Why::NotAsked);
        };
        let hosted = self.facts.person.home.is_some();
        match self.document.rules.forwarded(right).filter(|_| hosted) {
            Some(clause) => self.rely(clause),
            None => self.refuse_verb(Verb::Answer, Why::NoRight),
        }
    }

    /// Relies on the client's instruction, where there is one that covers the act: people who are
    /// held for a client have their rights against the client.
    pub(super) fn told_to(&mut self) -> bool {
        if let (true, Some((clause, _))) = (self.instructed, self.document.rules.instructed) {
            self.rely(clause);
        }
        self.instructed
    }
}
