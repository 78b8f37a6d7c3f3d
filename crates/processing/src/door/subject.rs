//! Whom something is about: the person named, or whoever has its identifiers.
//! It never makes a person; that is for what is collected.

use super::taking::{Content, Taken};
use super::*;
use crate::command::{Collect, Subject};
use kept_terms::{ActorKind, Home, PersonId, Set};
use kept_vault::store::{BlindIndex, Word};

/// Whose an identifier is.
pub(super) enum Owner {
    Nobody,
    This(PersonId),
    Another,
}

impl<S: Store> Processing<S> {
    /// Whom a record is about: the person named, or the one who has its identifiers; `None` for
    /// somebody new. Whether an identifier among it is somebody else's is told along with it.
    /// Nothing is returned where whoever had the identifiers was erased meanwhile.
    pub(super) async fn subject(
        &self,
        asking: &Asking<'_>,
        collect: &Collect,
        taken: &[Taken],
    ) -> Result<Option<(Option<Seen>, bool)>, Failure> {
        let in_force = &asking.moment.in_force;
        let fields = &asking.policy().words.fields;
        let home = self.home_of_subject(asking, collect).await?;
        let mut wanted = self.required(asking, collect)?;
        let mut owner = match collect.subject {
            Subject::Known(person) => Some(person),
            Subject::Matched => None,
        };
        let mut unfit = false;
        for taken in taken {
            let Some(field) = fields.get(taken.field) else {
                continue;
            };
            if !field.many {
                wanted.push(in_force.field_word(taken.field)?);
            }
            if let (Content::Text(text), true) = (&taken.content, field.identifier) {
                let index = self
                    .vault
                    .identifier(home.as_ref(), &field.name, &text.compared);
                match self.owner(asking, index, owner).await? {
                    Owner::Nobody => {}
                    Owner::This(person) => owner = Some(person),
                    Owner::Another => unfit = true,
                }
            }
        }
        let Some(person) = owner else {
            return Ok(Some((None, unfit)));
        };
        let seen = self.vault.look(person, Wanted::Fields(&wanted)).await?;
        match (seen, collect.subject) {
            (Some(seen), _) => Ok(Some((Some(seen), unfit))),
            (None, Subject::Matched) => Ok(None),
            (None, Subject::Known(_)) => Err(Failure::NotFound("person")),
        }
    }

    /// Where identifiers are looked up: in the home in which the caller acts. Kept itself is in
    /// none, so it looks where the person named is held.
    async fn home_of_subject(
        &self,
        asking: &Asking<'_>,
        collect: &Collect,
    ) -> Result<Option<Home>, Failure> {
        match (collect.subject, asking.caller.kind) {
            (Subject::Known(person), ActorKind::System) => {
                Ok(self.seen(person, Wanted::Nothing).await?.state.home)
            }
            (Subject::Known(_) | Subject::Matched, _) => Ok(asking.caller.home.clone()),
        }
    }

    /// Whose an identifier is: nobody's, this person's, where one is given, or somebody else's.
    pub(super) async fn owner(
        &self,
        asking: &Asking<'_>,
        index: BlindIndex,
        person: Option<PersonId>,
    ) -> Result<Owner, Failure> {
        let Some(owner) = self.vault.store().find(index).await? else {
            return Ok(Owner::Nobody);
        };
        if Some(owner) == person {
            return Ok(Owner::This(owner));
        }
        // Whoever has an identifier and no key any more was erased, and does not come back.
        if self.clear_keyless(asking, owner).await? {
            return Ok(Owner::Nobody);
        }
        Ok(match person {
            Some(_) => Owner::Another,
            None => Owner::This(owner),
        })
    }

    /// The fields that the service asked for cannot be had without.
    fn required(&self, asking: &Asking<'_>, collect: &Collect) -> Result<Vec<Word>, Failure> {
        let Some(service) = &collect.service else {
            return Ok(Vec::new());
        };
        let service = declared(&asking.policy().words.services, "service", service)?;
        let mut fields = Set::EMPTY;
        for clause in asking.policy().clauses() {
            if let Body::Collect(body) = &clause.body
                && body.required_for.contains(service)
            {
                fields = fields.union(body.data);
            }
        }
        fields
            .iter()
            .map(|field| asking.moment.in_force.field_word(field))
            .collect()
    }
}
