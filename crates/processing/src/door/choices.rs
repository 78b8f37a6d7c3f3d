//! What people choose: consent and withdrawal, objection and opt-out, a pause; and what is
//! attested.
//! A choice takes effect with its commit: no later act is decided without it.

use super::reading::mistaken;
use super::*;
use crate::command::{Command, ConsentTo};
use kept_terms::PersonId;
use kept_vault::{ConsentRecord, ParentRecord};

impl<S: Store> Processing<S> {
    /// Decides an act that changes a person's state and nothing else.
    async fn change(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        request: Request<'_>,
        change: impl FnOnce(&mut PersonState, &Document) -> Result<(), Failure>,
    ) -> Result<Prepared, Failure> {
        let seen = self.seen(person, Wanted::Nothing).await?;
        let known = asking.moment.person(&seen.state);
        let facts = Facts {
            person: &known,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, &request, Some(&seen), refusal),
            Decision::Permitted(permit) => {
                let mut state = seen.state.clone();
                change(&mut state, collect::document(asking.policy(), &permit)?)?;
                let mut telling = asking.telling(&request);
                telling.person = Some(self.vault.commitment(&seen));
                let entry = telling.permitted(&permit)?;
                let commit = self.changing(&seen, &state, Vec::new(), entry)?;
                Ok(Prepared {
                    commit,
                    then: Then::Give(Effect::Done),
                })
            }
        }
    }

    pub(super) async fn restrict(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        paused: bool,
    ) -> Result<Prepared, Failure> {
        let request = Request::new(asking.act(), asking.actor);
        self.change(asking, person, request, |state, _| {
            state.restricted = paused;
            Ok(())
        })
        .await
    }

    pub(super) async fn report_child(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        child: bool,
    ) -> Result<Prepared, Failure> {
        // Whoever is reported to be a child is of an age below any threshold, as far as is known.
        let age = child.then_some(0);
        let request = Request {
            age,
            ..Request::new(asking.act(), asking.actor)
        };
        let today = asking.moment.today.0;
        self.change(asking, person, request, |state, _| {
            state.child = child;
            // Whoever reports again does not start the time anew.
            state.reported = child.then(|| state.reported.unwrap_or(today));
            Ok(())
        })
        .await
    }

    /// A parent's agreement is put on record, or taken back: then what it was for is erased.
    pub(super) async fn parent_agrees(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let Some(Command::ParentAgrees {
            person,
            parent,
            channel,
        }) = asking.command
        else {
            return Err(mistaken());
        };
        declared(&asking.policy().words.channels, "channel", channel)?;
        let Some(parent) = parent else {
            return self.parent_withdraws(asking, *person).await;
        };
        let record = parent_record(asking, parent, channel)?;
        let request = Request {
            parent: Some(parent.way),
            ..Request::new(asking.act(), asking.actor)
        };
        self.change(asking, *person, request, |state, document| {
            state.take_for_a_parent(record, document.version.as_ref());
            Ok(())
        })
        .await
    }

    async fn parent_withdraws(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
    ) -> Result<Prepared, Failure> {
        let seen = self.to_erase(asking, person).await?;
        let known = asking.moment.person(&seen.state);
        let way = known
            .parent
            .ok_or(Failure::NotFound("agreement of a parent"))?;
        let request = Request {
            parent: Some(way),
            ..Request::new(asking.act(), asking.actor)
        };
        let facts = Facts {
            person: &known,
            items: &asking.moment.in_force.items(&seen),
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, &request, Some(&seen), refusal),
            Decision::Permitted(permit) => {
                self.erased_as_permitted(asking, &request, permit, seen)
                    .await
            }
        }
    }

    pub(super) async fn object(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        purpose: &str,
        objects: bool,
    ) -> Result<Prepared, Failure> {
        let id = declared(&asking.policy().words.purposes, "purpose", purpose)?;
        let word = asking.moment.in_force.purpose_word(id)?.0;
        let request = Request {
            purpose: Some(id),
            ..Request::new(asking.act(), asking.actor)
        };
        self.change(asking, person, request, |state, _| {
            state.objections.retain(|known| *known != word);
            if objects {
                state.objections.push(word);
            }
            Ok(())
        })
        .await
    }

    pub(super) async fn consent(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let Some(Command::Consent {
            person,
            to,
            given,
            channel,
        }) = asking.command
        else {
            return Err(mistaken());
        };
        let words = &asking.policy().words;
        let in_force = &asking.moment.in_force;
        declared(&words.channels, "channel", channel)?;
        let mut request = Request::new(asking.act(), asking.actor);
        match to {
            ConsentTo::Recipient(name) => {
                let id = declared(&words.recipients, "recipient", name)?;
                let word = in_force.recipient_word(id)?.0;
                request.recipient = Some(id);
                self.change(asking, *person, request, |state, _| {
                    state.agreed_recipients.retain(|known| *known != word);
                    if *given {
                        state.agreed_recipients.push(word);
                    }
                    Ok(())
                })
                .await
            }
            ConsentTo::Purpose(name) => {
                let id = declared(&words.purposes, "purpose", name)?;
                let word = in_force.purpose_word(id)?.0;
                request.purpose = Some(id);
                let (now, today) = (asking.moment.now.as_second(), asking.moment.today);
                self.change(asking, *person, request, |state, document| {
                    for record in state.consents.iter_mut().filter(|c| c.purpose == word) {
                        record.withdrawn_second.get_or_insert(now);
                    }
                    if *given {
                        state.consents.push(ConsentRecord {
                            purpose: word,
                            given: today.0,
                            given_second: now,
                            withdrawn_second: None,
                            through: channel.clone(),
                            version: document.version.to_string(),
                        });
                    }
                    Ok(())
                })
                .await
            }
        }
    }
}

/// The record of a parent's agreement, but for the version it is given under.
pub(super) fn parent_record(
    asking: &Asking<'_>,
    parent: &crate::command::Parent,
    channel: &str,
) -> Result<ParentRecord, Failure> {
    crate::approvals::coded(&parent.reference, "parent.reference")?;
    Ok(ParentRecord {
        way: parent.way.word().to_owned(),
        reference: parent.reference.clone(),
        given_second: asking.moment.now.as_second(),
        through: channel.to_owned(),
        version: String::new(),
    })
}
