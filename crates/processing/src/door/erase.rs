//! Erasing a person: it is recorded, then their keys are destroyed, then what nobody can read any
//! more is cleared away.
//! It never edits the ledger. What a law or a legal hold keeps stays, apart from what is said in
//! [`super::remnant`]; where nothing does, it takes the same time whatever is stored.

use super::remnant::owed;
use super::*;
use kept_terms::{Act, PersonId};
use kept_vault::Doomed;
use kept_vault::store::{Record, Word};

/// How the ledger says that a legal hold kept something.
const HELD: &str = "kept:hold";

/// How the ledger says that a law kept something.
const OWED: &str = "kept:law";

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
        let seen = self.to_erase(asking, person).await?;
        let known = asking.moment.person(&seen.state);
        let request = Request::new(Act::Erase, asking.actor);
        let facts = Facts {
            person: &known,
            items: &asking.moment.in_force.items(&seen),
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

    /// Somebody with all that has to be known to erase them: everything, where something of theirs
    /// may have to stay.
    pub(super) async fn to_erase(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
    ) -> Result<Seen, Failure> {
        let mut classes = asking.policy().words.classes.iter();
        if classes.any(|(_, class)| class.obliged) {
            return self.seen(person, ALL).await;
        }
        let seen = self.seen(person, Wanted::Nothing).await?;
        match seen.state.held.is_empty() {
            true => Ok(seen),
            false => self.seen(person, ALL).await,
        }
    }

    /// Somebody is erased, whole or but for what has to stay, by an act that was permitted.
    pub(super) async fn erased_as_permitted(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: Permit,
        seen: Seen,
    ) -> Result<Prepared, Failure> {
        let (held, owed) = (seen.state.held.len(), owed(asking.moment, &seen).len());
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.reference = match (held, owed) {
            (0, 0) => None,
            (0, _) => Some(OWED.to_owned()),
            (_, _) => Some(HELD.to_owned()),
        };
        telling.count = u64::try_from(held + owed).ok().filter(|count| *count > 0);
        let entry = telling.permitted(&permit)?;
        match (held, owed) {
            (0, owed) if owed > 0 && seen.state.remnant && owed == seen.items.len() => {
                // All that is left has to stay.
                let kept = self.kept(asking.moment, &seen, seen.id)?;
                Ok(Prepared {
                    commit: unchanging(Some(&seen), entry),
                    then: Then::Give(Effect::Kept(kept)),
                })
            }
            (0, _) => self.erased(asking, seen, permit, entry).await,
            (_, _) => self.erased_but_held(asking, seen, permit, entry).await,
        }
    }

    /// Somebody who is erased, by an act that was permitted and has its entry; what a law keeps of
    /// them is all that stays.
    pub(super) async fn erased(
        &self,
        asking: &Asking<'_>,
        seen: Seen,
        permit: Permit,
        entry: Vec<u8>,
    ) -> Result<Prepared, Failure> {
        let owed = owed(asking.moment, &seen);
        if !owed.is_empty() {
            return self.leave_owed(asking, (seen, owed), permit, entry).await;
        }
        // The record of the erasure and its mark come first: a crash from here on is made good when
        // the door is opened again, and until then nothing looks at somebody who is being erased.
        let state = PersonState {
            erasing: true,
            ..PersonState::default()
        };
        let mut writes = self.forgotten(&seen, &seen.state.moving).await?;
        writes.push(doom(&Doomed::Person(seen.id)));
        writes.extend(self.unlisted(&seen.state, seen.id));
        let commit = self.changing(&seen, &state, writes, entry)?;
        Ok(Prepared {
            commit,
            then: Then::Erase {
                seen: Box::new(seen),
                permit: Box::new(permit),
                kept: None,
            },
        })
    }

    /// What leads to somebody, what waits for them, and the days under which classes of theirs are
    /// listed that go.
    pub(super) async fn forgotten(
        &self,
        seen: &Seen,
        going: &[(u32, i32)],
    ) -> Result<Vec<Write>, Failure> {
        let identifiers = seen.state.identifiers.iter();
        let mut writes: Vec<Write> = identifiers
            .map(|(_, index)| Write::Unclaim(*index))
            .collect();
        for (class, day) in going {
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
        let asking = Asking::by_itself(&caller, moment)?;
        let request = Request::new(Act::Destroy, asking.actor);
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
