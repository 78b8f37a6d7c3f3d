//! Weighing how people show who they are: in the ways that a clause lists, by an e-mail code where
//! no clause lists any, and not by guessing.
//! Whether what they showed is right is for those who keep it.

use super::*;
use kept_terms::Way;

impl Weighing<'_> {
    /// A person signs in in a way that a clause lists, after no more attempts in vain than anybody
    /// may make who is to be told. Where no clause lists any, a code by e-mail is the one way, as
    /// it is for rights that do not say how a person shows who they are.
    pub(super) fn sign_in(&mut self) {
        let Some(way) = self.request.way else {
            return self.refuse_verb(Verb::Secure, Why::NotAsked);
        };
        if self.request.actor.kind != ActorKind::Person {
            return self.refuse_verb(Verb::Secure, Why::WrongRole);
        }
        let (mut first, mut open) = (None, None);
        for (clause, ways) in self.document.ways() {
            first = first.or(Some(clause));
            let listed = ways.iter().any(|word| Way::from_word(word) == Some(way));
            open = open.or(listed.then_some(clause));
        }
        let rules = &self.document.rules;
        let many = self.request.failures >= rules.tries_about_a_person();
        let many = many || self.request.tries >= rules.tries_by_caller();
        match (open, first) {
            (Some(clause), _) => {
                self.rely(clause);
                if many {
                    self.refuse(clause, Why::TooManyTries);
                }
            }
            (None, Some(clause)) => self.refuse(clause, Why::NotThisWay),
            (None, None) if way != Way::EmailCode => {
                self.refuse_verb(Verb::Secure, Why::NotThisWay);
            }
            (None, None) if many => self.refuse_verb(Verb::Secure, Why::TooManyTries),
            (None, None) => {}
        }
    }

    /// A session is ended by the person, or by Kept.
    pub(super) fn sign_out(&mut self) {
        match self.request.actor.kind {
            ActorKind::Person | ActorKind::System => {
                let clause = self.document.ways().next().map(|(clause, _)| clause);
                if let Some(clause) = clause {
                    self.rely(clause);
                }
            }
            ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator => {
                self.refuse_verb(Verb::Secure, Why::WrongRole);
            }
        }
    }
}
