//! Erasing a person: it is recorded, then their keys are destroyed, then what nobody can read any
//! more is cleared away.
//! It never edits the ledger, and takes the same time whatever is stored about the person.

use super::*;
use kept_terms::{Act, PersonId};
use kept_vault::Doomed;
use kept_vault::store::{Record, Word};

impl<S: Store> Processing<S> {
    pub(super) async fn erase(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
    ) -> Result<Prepared, Failure> {
        let seen = self.seen(person, Wanted::Nothing).await?;
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
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        let entry = telling.permitted(&permit)?;
        // The record of the erasure and its mark come first: a crash from here on is made good when
        // the door is opened again, and until then nothing looks at somebody who is being erased.
        let state = PersonState {
            erasing: true,
            ..PersonState::default()
        };
        let mut writes: Vec<Write> = seen
            .state
            .identifiers
            .iter()
            .map(|(_, index)| Write::Unclaim(*index))
            .collect();
        for (class, day) in &seen.state.moving {
            writes.push(Write::PutAnchor {
                class: Word(*class),
                old: Some(Day(*day)),
                new: None,
            });
        }
        writes.extend(self.forget_post(person).await?);
        let all = crate::sign_in::Which::All;
        writes.extend(self.sessions_over(person, &all).await?);
        writes.push(doom(&Doomed::Person(person)));
        writes.extend(self.unlisted(&seen.state, person));
        let commit = self.changing(&seen, &state, writes, entry)?;
        Ok(Prepared {
            commit,
            then: Then::Erase {
                seen: Box::new(seen),
                permit: Box::new(permit),
            },
        })
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
