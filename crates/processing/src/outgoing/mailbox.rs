//! A message to a mailbox of a team or of a client: to the address that is registered when it
//! leaves.
//! It concerns nobody and says nothing about anybody, so nothing is decided for it.

use super::handing::{Dropped, Handing, Parcel, Secret};
use super::*;
use crate::Registered;
use kept_cases::Reference;

/// What leads the name of a team whose address stands in the policy.
pub(crate) const TEAM: &str = "team.";

impl<S: Store> Processing<S> {
    /// Marks a message to a mailbox as leaving; dropped where its case or its mailbox is gone.
    pub(super) async fn hand_out_to_mailbox(&self, message: &Outgoing) -> Result<Handing, Failure> {
        let mut parts = message.about.split(':');
        let reference = parts.next().unwrap_or_default().parse::<Reference>();
        let address = parts.nth(2).and_then(|id| self.mailbox(id));
        let case = match reference {
            Ok(reference) => self.find_case(reference).await?,
            Err(_) => None,
        };
        let (Some(case), Some(address)) = (case, address) else {
            self.vault.store().book(vec![message.taken_out()]).await?;
            return Ok(Handing::Dropped(Dropped::Erased));
        };
        let leaving = Outgoing {
            state: Sending::Leaving {
                attempts: message.attempts(),
                marketing: false,
            },
            ..message.clone()
        };
        let token = self.message_token(message);
        let mut writes = message.moved_to(&leaving)?;
        writes.push(put(&format!("{TOKEN}{token}"), leaving.id().into_bytes()));
        self.vault.store().book(writes).await?;
        Ok(Handing::Leave(Box::new(Parcel {
            message: leaving,
            address: Secret::new(address),
            name: None,
            text: None,
            document: case.document,
            token,
            opt_out: None,
            code: None,
        })))
    }

    fn mailbox(&self, id: &str) -> Option<String> {
        let moment = self.moment();
        if let Some(team) = id.strip_prefix(TEAM) {
            let teams = &moment.policy().words.teams;
            let team = teams.id(team).and_then(|id| teams.get(id))?;
            return team.email.clone();
        }
        match moment.register.find("mailbox", id)? {
            Registered::Mailbox { address, .. } => Some(address.clone()),
            Registered::Client { .. }
            | Registered::Course { .. }
            | Registered::Survey { .. }
            | Registered::Instruction { .. }
            | Registered::Template { .. }
            | Registered::Hook(_)
            | Registered::Agent { .. }
            | Registered::Feed(_) => None,
        }
    }
}
