//! Disclosing: to a recipient by name, or as a feed carries it.
//! Values are fetched sealed with the facts and opened only once the act is durable; the person
//! remembers who received what.

use super::reading::{Along, fields, mistaken};
use super::*;
use crate::feeds::{open_fields, recipient_facts, weigh_way};
use kept_terms::PersonId;
use kept_vault::store::Word;

impl<S: Store> Processing<S> {
    pub(super) async fn disclose(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let Some(Command::Disclose {
            person,
            recipient,
            purpose,
            fields: names,
            compelled,
        }) = asking.command
        else {
            return Err(mistaken());
        };
        let words = &asking.policy().words;
        let recipient = declared(&words.recipients, "recipient", recipient)?;
        let request = Request {
            purpose: Some(declared(&words.purposes, "purpose", purpose)?),
            fields: fields(asking.policy(), names)?,
            recipient: Some(recipient),
            compelled: *compelled,
            ..Request::new(Act::Disclose, asking.actor)
        };
        let known = recipient_facts(asking.moment, &request);
        self.release_after(asking, *person, &request, Some(&known), Along::default())
            .await
    }

    /// Passes on what a feed carries of a person: as much of it as the policy lets the recipient
    /// have of them today.
    pub(super) async fn pass(
        &self,
        asking: &Asking<'_>,
        feed: &str,
        person: PersonId,
    ) -> Result<Prepared, Failure> {
        let in_force = &asking.moment.in_force;
        let feed = self.feed(feed)?;
        let request = feed.request(asking.policy(), asking.actor)?;
        let known = recipient_facts(asking.moment, &request);
        let wanted = request
            .fields
            .iter()
            .map(|field| in_force.field_word(field));
        let wanted = wanted.collect::<Result<Vec<Word>, _>>()?;
        let mut seen = self.seen(person, Wanted::Fields(&wanted)).await?;
        let about = in_force.person(&seen.state);
        let (_, items) = known_items(in_force, &mut seen);
        let facts = Facts {
            person: &about,
            items: &items,
            recipient: Some(&known),
        };
        let fields = open_fields(in_force, &request, &facts, asking.moment.today);
        let request = Request { fields, ..request };
        self.release_after(asking, person, &request, Some(&known), Along::default())
            .await
    }

    /// Begins a run of a feed, if the way to its recipient is open for anybody.
    pub(super) async fn begin(&self, asking: &Asking<'_>, feed: &str) -> Result<Prepared, Failure> {
        let feed = self.feed(feed)?;
        let request = feed.request(asking.policy(), asking.actor)?;
        let known = recipient_facts(asking.moment, &request);
        match weigh_way(asking, &request, &known) {
            Decision::Refused(refusal) => self.refuse(asking, &request, None, refusal),
            Decision::Permitted(permit) => {
                let mut telling = asking.telling(&request);
                telling.reference = Some(format!("feed:{}", feed.id));
                let commit = unchanging(None, telling.permitted(&permit)?);
                let then = Then::Give(Effect::Done);
                Ok(Prepared { commit, then })
            }
        }
    }
}
