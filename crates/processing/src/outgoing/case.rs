//! A message to somebody who is not known: to the address that stands in their case.
//! Looking the address up is an act like every showing of a case; it is kept nowhere else.

use super::handing::{Dropped, Handing, Parcel, Secret, address_field};
use super::*;
use crate::command::{Listed, Showing};
use crate::{Caller, Command, Effect};
use kept_cases::Reference;

impl<S: Store> Processing<S> {
    /// Decides a message about a case that is due, and marks it as leaving.
    pub(super) async fn hand_out_of_case(&self, message: &Outgoing) -> Result<Handing, Failure> {
        let Some((address, document)) = self.address_in_case(message).await? else {
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
            address: Some(self.address_digest(&field, &address)),
            ..message.clone()
        };
        let token = self.message_token(message);
        let mut writes = message.moved_to(&leaving)?;
        writes.push(put(&format!("{TOKEN}{token}"), leaving.id().into_bytes()));
        self.vault.store().book(writes).await?;
        Ok(Handing::Leave(Box::new(Parcel {
            message: leaving,
            address,
            name: None,
            text: None,
            document,
            token,
            opt_out: None,
            code: None,
            with: Vec::new(),
        })))
    }

    /// Where whoever opened a case can be answered, and the document of the case; nothing where the
    /// case is gone, or it says no address any more.
    async fn address_in_case(
        &self,
        message: &Outgoing,
    ) -> Result<Option<(Secret, String)>, Failure> {
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
        let address = cases.first().and_then(|case| case.answered_at());
        let address = address.map(str::to_owned);
        Ok(address.map(|address| (Secret::new(address), case.document)))
    }
}
