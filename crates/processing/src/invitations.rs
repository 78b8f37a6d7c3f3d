//! Invitations to surveys: everybody who may be asked is told of a survey, once.
//! A message waits for each and holds no value; whether it may still be sent is decided when it is.

use crate::door::{Asking, Processing, declared, known_items};
use crate::{Failure, Outgoing};
use kept_policy::*;
use kept_terms::{FieldKind, PersonId, Set};
use kept_vault::store::{Record, RecordKind, Store, Wanted, Word, Write};
use serde::{Deserialize, Serialize};

/// How many people one step looks at.
const STEP: usize = 1_000;

/// How the keys of invitations begin.
const PREFIX: &[u8] = b"invite/";

/// The template of an invitation.
const TEMPLATE: &str = "survey-invitation";

/// How far an invitation has come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Progress {
    survey: String,
    purpose: String,
    after: Option<PersonId>,
    done: bool,
}

impl Progress {
    fn write(&self) -> Result<Write, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("progress", "cannot be written down"))?;
        Ok(Write::PutRecord(Record {
            kind: RecordKind::Progress,
            key: [PREFIX, self.survey.as_bytes()].concat(),
            value,
        }))
    }
}

impl<S: Store> Processing<S> {
    /// The beginning of an invitation, to be written with the act that asks for it.
    pub(crate) async fn invitation(
        &self,
        asking: &Asking<'_>,
        survey: &str,
        purpose: &str,
    ) -> Result<Write, Failure> {
        let _: PurposeId = declared(&asking.policy().words.purposes, "purpose", purpose)?;
        if asking.moment.register.find("survey", survey).is_none() {
            return Err(Failure::NotFound("survey"));
        }
        let key = [PREFIX, survey.as_bytes()].concat();
        let begun = self
            .vault
            .store()
            .record(RecordKind::Progress, &key)
            .await?;
        if begun.is_some() {
            return Err(Failure::Conflict(
                "people were invited to this survey already; nobody is asked twice",
            ));
        }
        let begun = Progress {
            survey: survey.to_owned(),
            purpose: purpose.to_owned(),
            after: None,
            done: false,
        };
        begun.write()
    }

    /// Goes on inviting where it was interrupted; answers with how many messages wait since.
    pub async fn invite(&self) -> Result<u64, Failure> {
        let store = self.vault.store();
        let all = store.records_page(RecordKind::Progress, PREFIX, None, STEP);
        let mut invited = 0;
        for record in all.await? {
            let read = serde_json::from_slice(&record.value);
            let mut at: Progress =
                read.map_err(|_| Failure::Corrupt("an invitation cannot be read".to_owned()))?;
            while !at.done {
                let people = store.people(at.after, STEP).await?;
                at.done = people.len() < STEP;
                at.after = people.last().copied().or(at.after);
                let mut writes = Vec::new();
                for person in people {
                    writes.extend(self.invited(&at, person).await?);
                }
                invited += u64::try_from(writes.len()).unwrap_or(0);
                // How far it is stands with the messages: nobody is left out or asked twice.
                writes.push(at.write()?);
                store.book(writes).await?;
            }
        }
        Ok(invited)
    }

    /// The message for one person, if they may be asked and can be reached.
    async fn invited(&self, at: &Progress, person: PersonId) -> Result<Option<Write>, Failure> {
        let moment = self.moment();
        let words = &moment.policy().words;
        let Some(purpose) = words.purposes.id(&at.purpose) else {
            return Ok(None);
        };
        let is_address = |field: &Field| field.kind == FieldKind::Email && field.identifier;
        let fields = words.fields.iter().filter(|(_, field)| is_address(field));
        let fields: Set<FieldId> = fields.map(|(id, _)| id).collect();
        let wanted = fields.iter().map(|field| moment.in_force.field_word(field));
        let wanted = wanted.collect::<Result<Vec<Word>, _>>()?;
        let found = self.vault.look(person, Wanted::Fields(&wanted)).await?;
        let Some(mut seen) = found else {
            return Ok(None);
        };
        let known = moment.in_force.person(&seen.state);
        let (_, items) = known_items(&moment.in_force, &mut seen);
        let items = self.open_to(&moment, &known, purpose, fields, items);
        if items.is_empty() {
            return Ok(None);
        }
        let message = Outgoing::new(person, TEMPLATE, &at.purpose, &at.survey);
        message.queued().map(Some)
    }
}
