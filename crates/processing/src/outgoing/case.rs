//! A message to somebody who is not known: to the address that stands in their case.
//! Looking the address up is an act like every showing of a case; it is kept nowhere else.

use super::handing::{Dropped, Handing, Parcel, Secret, address_field};
use super::*;
use crate::command::{Listed, Showing};
use crate::{Caller, Command, Effect};
use kept_cases::{Message, Reference};

impl<S: Store> Processing<S> {
    /// Decides a message about a case that is due, and marks it as leaving.
    pub(super) async fn hand_out_of_case(&self, message: &Outgoing) -> Result<Handing, Failure> {
        let Some(reached) = self.reached_in_case(message).await? else {
            self.vault.store().book(vec![message.taken_out()]).await?;
            return Ok(Handing::Dropped(Dropped::Erased));
        };
        let Some(field) = address_field(self.moment().policy()) else {
            return self.drop_for(message, Undelivered::NoAddress).await;
        };
        let leaving = Outgoing {
            state: Sending::Leaving {
                attempts: message.attempts(),
                marketing: false,
            },
            address: Some(self.address_digest(&field, &reached.address)),
            ..message.clone()
        };
        let token = self.message_token(message);
        let mut writes = message.moved_to(&leaving)?;
        writes.push(put(&format!("{TOKEN}{token}"), leaving.id().into_bytes()));
        self.vault.store().book(writes).await?;
        Ok(Handing::Leave(Box::new(Parcel {
            message: leaving,
            address: reached.address,
            name: None,
            text: None,
            answer: reached.answer,
            document: reached.document,
            token,
            opt_out: None,
            code: None,
            with: Vec::new(),
        })))
    }

    /// How whoever opened a case can be answered; nothing where the case is gone, or it says no
    /// address any more.
    async fn reached_in_case(&self, message: &Outgoing) -> Result<Option<Reached>, Failure> {
        let reference = message.about.split(':').next().unwrap_or_default();
        let Ok(reference) = reference.parse::<Reference>() else {
            return Ok(None);
        };
        let Some(case) = self.find_case(reference).await? else {
            return Ok(None);
        };
        let book = case.kind.book();
        let of = None;
        let show = Command::Show(Showing::Case {
            reference,
            book,
            of,
        });
        let performed = self.perform(&Caller::system("outbox"), &show).await?;
        let Ok(Effect::Listed(Listed::Cases(cases))) = performed.outcome else {
            return Ok(None);
        };
        let shown = cases.into_iter().next();
        let address = shown.as_ref().and_then(|case| case.answered_at());
        let Some(address) = address.map(str::to_owned).map(Secret::new) else {
            return Ok(None);
        };
        let is_end = message.template == Message::Ended.template();
        let written = shown.and_then(|case| case.written).filter(|_| is_end);
        Ok(Some(Reached {
            address,
            answer: written.and_then(|it| it.answer).map(Secret::new),
            document: case.document,
        }))
    }
}

/// How somebody is reached who is not known.
struct Reached {
    address: Secret,
    /// What they are answered.
    answer: Option<Secret>,
    document: String,
}
