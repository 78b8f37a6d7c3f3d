//! Messages: one is queued for a person, or a campaign for everybody who may be contacted.
//! Queueing opens nothing and moves nothing; whether a message is sent is decided again when it is
//! due.

use super::*;
use crate::command::Message;
use crate::outgoing::{Campaign, Outgoing, address_fields};
use kept_terms::Act;

impl<S: Store> Processing<S> {
    pub(super) async fn message(
        &self,
        asking: &Asking<'_>,
        message: &Message,
    ) -> Result<Prepared, Failure> {
        let policy = asking.policy();
        let purpose = match message {
            Message::One(message) => &message.purpose,
            Message::Everybody { purpose, .. } => purpose,
        };
        let request = Request {
            purpose: Some(declared(&policy.words.purposes, "purpose", purpose)?),
            fields: address_fields(policy),
            ..Request::new(Act::Contact, asking.actor)
        };
        match message {
            Message::One(message) => self.message_to_one(asking, &request, message).await,
            Message::Everybody {
                name,
                purpose,
                template,
            } => {
                let began = asking.moment.now.as_second();
                let campaign = Campaign::new(name, purpose, template, began);
                self.campaign(asking, &request, &campaign).await
            }
        }
    }

    async fn message_to_one(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        message: &Outgoing,
    ) -> Result<Prepared, Failure> {
        message.check()?;
        let seen = self.seen(message.person, Wanted::Nothing).await?;
        let known = asking.moment.in_force.person(&seen.state);
        let facts = Facts {
            person: &known,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, request, Some(&seen), refusal),
            Decision::Permitted(permit) => {
                let mut telling = asking.telling(request);
                telling.person = Some(self.vault.commitment(&seen));
                telling.reference = Some(format!("message:{}", message.template));
                let mut commit = unchanging(Some(&seen), telling.permitted(&permit)?);
                commit.writes.push(message.queued()?);
                let then = Then::Give(Effect::Done);
                Ok(Prepared { commit, then })
            }
        }
    }

    async fn campaign(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        campaign: &Campaign,
    ) -> Result<Prepared, Failure> {
        let person = kept_terms::PersonId([0; 16]);
        let (template, purpose) = (&campaign.template, &campaign.purpose);
        Outgoing::new(person, template, purpose, &campaign.name).check()?;
        if kept_terms::Name::new(&campaign.name).is_err() {
            let problem = "is not a short name of small letters, digits and hyphens";
            return Err(Failure::invalid("name", problem));
        }
        let key = campaign.key();
        let known = self.vault.store().record(RecordKind::Progress, &key);
        if known.await?.is_some() {
            return Err(Failure::Conflict("there is a campaign of this name"));
        }
        let nobody = nobody(asking.policy());
        let facts = Facts {
            person: &nobody,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, request, None, refusal),
            Decision::Permitted(permit) => {
                let mut telling = asking.telling(request);
                telling.reference = Some(format!("campaign:{}", campaign.name));
                let mut commit = unchanging(None, telling.permitted(&permit)?);
                commit.absent.push((RecordKind::Progress, key));
                commit.writes.push(campaign.booked()?);
                let then = Then::Give(Effect::Done);
                Ok(Prepared { commit, then })
            }
        }
    }
}
