//! Erasing a person: it is recorded, then their keys are destroyed, then what nobody can read any
//! more is cleared away.
//! It never edits the ledger, and takes the same time whatever is stored about the person. Where a
//! legal hold keeps something, the rest goes item by item, and the person with the hold.

use super::*;
use kept_terms::{Act, PersonId};
use kept_vault::Doomed;
use kept_vault::store::{Record, Word};

/// How the ledger says that a legal hold kept something.
const KEPT: &str = "kept:hold";

/// Everything of a person.
const ALL: Wanted<'static> = Wanted::Page {
    after: None,
    limit: usize::MAX,
};

impl<S: Store> Processing<S> {
    pub(super) async fn erase(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
    ) -> Result<Prepared, Failure> {
        let seen = self.to_erase(person).await?;
        let known = asking.moment.person(&seen.state);
        let request = Request::new(Act::Erase, asking.actor);
        let facts = Facts {
            person: &known,
            items: &asking.moment.in_force.held(&seen.state),
            recipient: None,
        };
        let permit = match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, Some(&seen), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        self.erased_as_permitted(asking, &request, permit, seen)
            .await
    }

    /// Somebody with all that has to be known to erase them.
    pub(super) async fn to_erase(&self, person: PersonId) -> Result<Seen, Failure> {
        let seen = self.seen(person, Wanted::Nothing).await?;
        match seen.state.held.is_empty() {
            true => Ok(seen),
            false => self.seen(person, ALL).await,
        }
    }

    /// Somebody is erased, whole or but for what a legal hold keeps, by an act that was permitted.
    pub(super) async fn erased_as_permitted(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: Permit,
        seen: Seen,
    ) -> Result<Prepared, Failure> {
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(&seen));
        if seen.state.held.is_empty() {
            let entry = telling.permitted(&permit)?;
            return self.erased(seen, permit, entry).await;
        }
        telling.reference = Some(KEPT.to_owned());
        telling.count = u64::try_from(seen.state.held.len()).ok();
        let entry = telling.permitted(&permit)?;
        self.erased_but_held(asking, seen, permit, entry).await
    }

    /// Somebody who is erased whole, by an act that was permitted and has its entry.
    pub(super) async fn erased(
        &self,
        seen: Seen,
        permit: Permit,
        entry: Vec<u8>,
    ) -> Result<Prepared, Failure> {
        // The record of the erasure and its mark come first: a crash from here on is made good when
        // the door is opened again, and until then nothing looks at somebody who is being erased.
        let state = PersonState {
            erasing: true,
            ..PersonState::default()
        };
        let mut writes = self.forgotten(&seen).await?;
        writes.push(doom(&Doomed::Person(seen.id)));
        writes.extend(self.unlisted(&seen.state, seen.id));
        let commit = self.changing(&seen, &state, writes, entry)?;
        Ok(Prepared {
            commit,
            then: Then::Erase {
                seen: Box::new(seen),
                permit: Box::new(permit),
            },
        })
    }

    /// What leads to somebody, and what waits for them.
    async fn forgotten(&self, seen: &Seen) -> Result<Vec<Write>, Failure> {
        let identifiers = seen.state.identifiers.iter();
        let mut writes: Vec<Write> = identifiers
            .map(|(_, index)| Write::Unclaim(*index))
            .collect();
        for (class, day) in &seen.state.moving {
            writes.push(Write::PutAnchor {
                class: Word(*class),
                old: Some(Day(*day)),
                new: None,
            });
        }
        writes.extend(self.forget_post(seen.id).await?);
        let all = crate::sign_in::Which::All;
        writes.extend(self.sessions_over(seen.id, &all).await?);
        Ok(writes)
    }

    /// Somebody of whom a legal hold keeps something: the rest goes at once, with the keys of what
    /// counts from an event of theirs; what is kept leads nowhere, and goes with the hold.
    async fn erased_but_held(
        &self,
        asking: &Asking<'_>,
        seen: Seen,
        permit: Permit,
        entry: Vec<u8>,
    ) -> Result<Prepared, Failure> {
        let before = &seen.state;
        let state = PersonState {
            country: before.country,
            home: before.home.clone(),
            next_item: before.next_item,
            restricted: true,
            remnant: true,
            holds: before.holds.clone(),
            held: before.held.clone(),
            ..PersonState::default()
        };
        let mut writes = self.forgotten(&seen).await?;
        let rest = seen.items.iter();
        let rest = rest.filter(|item| before.before_held(item.field, item.number).is_none());
        writes.extend(rest.map(|item| Write::DeleteItem(item.field, item.number)));
        let classes = before.moving.iter();
        let doomed: Vec<Doomed> = classes
            .map(|(class, _)| Doomed::Class(seen.id, Word(*class)))
            .collect();
        writes.extend(doomed.iter().map(doom));
        let in_force = &asking.moment.in_force;
        let words = before.held.iter();
        let fields: std::collections::BTreeSet<String> = words
            .filter_map(|held| in_force.field(Word(held.field)))
            .map(|field| in_force.policy.words.fields.name(field).to_owned())
            .collect();
        let commit = self.changing(&seen, &state, writes, entry)?;
        Ok(Prepared {
            commit,
            then: Then::EraseRest {
                doomed,
                permit: Box::new(permit),
                kept: fields.into_iter().collect(),
            },
        })
    }

    /// Destroys the keys of what no hold keeps.
    pub(super) async fn finish_rest(
        &self,
        moment: &Moment,
        doomed: &[Doomed],
        permit: &Permit,
    ) -> Result<(), Failure> {
        for doomed in doomed {
            self.finish_class(moment, doomed, permit, ("erasure", "keys:class"))
                .await?;
        }
        Ok(())
    }

    /// Destroys the keys and lets the rows go. The second entry says when the keys were gone.
    pub(crate) async fn finish_erasure(
        &self,
        moment: &Moment,
        seen: &Seen,
        permit: &Permit,
    ) -> Result<(), Failure> {
        let commitment = self.vault.commitment(seen);
        let _nobody_else_finishes = self.erasing.read().await?;
        let (key, _) = Doomed::Person(seen.id).record();
        let doomed = self.vault.store().record(RecordKind::Doomed, &key).await?;
        if doomed.is_none() {
            // Somebody else has finished it.
            return Ok(());
        }
        self.vault.destroy(&Doomed::Person(seen.id))?;
        let caller = Caller::system("erasure");
        let request = Request {
            ..Request::new(Act::Destroy, actor(moment.policy(), &caller)?)
        };
        let command = Command::Erase { person: seen.id };
        let asking = Asking {
            case: None,
            caller: &caller,
            actor: request.actor,
            command: &command,
            moment,
        };
        let mut telling = asking.telling(&request);
        telling.person = Some(commitment);
        telling.reference = Some("keys:person".to_owned());
        self.clear_person(seen.id, telling.permitted(permit)?).await
    }

    /// Deletes an erased person's row, and the mark that their erasure was under way.
    pub(crate) async fn clear_person(
        &self,
        person: PersonId,
        entry: Vec<u8>,
    ) -> Result<(), Failure> {
        let (key, _) = Doomed::Person(person).record();
        let commit = Commit {
            person: Some(person),
            expected: Expected::Nothing,
            absent: Vec::new(),
            writes: vec![
                Write::DeletePerson,
                Write::DeleteRecord(RecordKind::Doomed, key),
            ],
            entry,
        };
        self.vault.commit(vec![commit]).await?;
        self.vault.settle_erased(person);
        Ok(())
    }
}

/// Puts on record what is to be destroyed.
pub(crate) fn doom(doomed: &Doomed) -> Write {
    let (key, value) = doomed.record();
    Write::PutRecord(Record {
        kind: RecordKind::Doomed,
        key,
        value,
    })
}
