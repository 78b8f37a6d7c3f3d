//! What an interrupted run or a restored copy left half-done is finished here.
//! It carries out what is on record, and clears what nobody can read any more; it decides nothing.

use crate::door::{Asking, Processing};
use crate::sweep::Swept;
use crate::{Caller, Failure};
use kept_policy::Request;
use kept_terms::{Act, Day, PersonId};
use kept_vault::Doomed;
use kept_vault::store::{Record, RecordKind, Store, Wanted, Word};

impl<S: Store> Processing<S> {
    /// Finishes destructions that were recorded and may not have been carried out, because the
    /// last run ended or something was not to be reached.
    pub(crate) async fn finish_destructions(&self) -> Result<(), Failure> {
        self.enter_lost_rows().await?;
        let moment = self.moment();
        let caller = Caller::system("recovery");
        let asking = Asking::by_itself(&caller, &moment)?;
        let mut days = Vec::new();
        {
            // Nobody seals, and nobody finishes an erasure, while this looks at what is doomed.
            let _nothing_is_sealed = self.sealing.write().await?;
            let _no_erasure = self.erasing.write().await?;
            for record in self.vault.store().records(RecordKind::Doomed).await? {
                if let Some(left) = self.finish_one(&asking, record).await? {
                    days.push(left);
                }
            }
        }
        for (class, upto) in days {
            // Whatever the policy says by now, these rows cannot be opened any more.
            self.clear_days(&asking, class, upto, &mut Swept::default())
                .await?;
            let request = Request::new(Act::Destroy, asking.actor);
            let permit = self.permitted_destruction(&asking, &request, &[])?;
            let (key, _) = Doomed::Days(class, upto).record();
            self.strike_off(&asking, &permit, key, "recovered:days")
                .await?;
        }
        Ok(())
    }

    /// Finishes one destruction; the answer is the class and the day whose rows are left.
    async fn finish_one(
        &self,
        asking: &Asking<'_>,
        record: Record,
    ) -> Result<Option<(Word, Day)>, Failure> {
        let Some(doomed) = Doomed::from_record(&record.key, &record.value) else {
            return Err(Failure::Corrupt(
                "a record of destruction cannot be read".to_owned(),
            ));
        };
        // Items that came after the key was destroyed have a new one, which stays.
        let is_live = match doomed {
            Doomed::Class(person, class) => self
                .vault
                .look(person, Wanted::Nothing)
                .await?
                .is_some_and(|seen| seen.state.moving.iter().any(|(c, _)| *c == class.0)),
            Doomed::Person(_) | Doomed::Days(..) => false,
        };
        if !is_live {
            self.vault.destroy(&doomed)?;
        }
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &[])?;
        match doomed {
            Doomed::Person(person) => {
                let mut telling = asking.telling(&request);
                telling.reference = Some("recovered:person".to_owned());
                self.clear_person(person, telling.permitted(&permit)?)
                    .await?;
                Ok(None)
            }
            Doomed::Class(..) => {
                self.strike_off(asking, &permit, record.key, "recovered:class")
                    .await?;
                Ok(None)
            }
            Doomed::Days(class, upto) => Ok(Some((class, upto))),
        }
    }

    /// Clears a person who is stored although their keys are gone: a copy of the rows from before
    /// their erasure was put back. The answer is whether there was anything to clear.
    pub(crate) async fn clear_keyless(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
    ) -> Result<bool, Failure> {
        let _no_erasure = self.erasing.write().await?;
        if !self.vault.is_keyless(person).await? {
            return Ok(false);
        }
        // Whoever asks, it is Kept itself that clears.
        let caller = Caller::system("recovery");
        let asking = Asking::by_itself(&caller, asking.moment)?;
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(&asking, &request, &[])?;
        let mut telling = asking.telling(&request);
        telling.reference = Some("tidy:key-gone".to_owned());
        self.clear_person(person, telling.permitted(&permit)?)
            .await?;
        Ok(true)
    }
}
