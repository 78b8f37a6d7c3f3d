//! A message to a mailbox of a team or of a client, about a case or a version: to the address that
//! is registered when it leaves.
//! It concerns nobody and says nothing about anybody, so nothing is decided for it.

use super::handing::{Dropped, Handing, Parcel, Secret};
use super::*;
use crate::{CLIENT_CHANGE_TEMPLATE, Registered};
use kept_cases::Reference;

/// What leads the name of a team whose address stands in the policy.
pub(crate) const TEAM: &str = "team.";

/// The document that a message is under, and what is filled in, by name.
type About = (String, Vec<(&'static str, String)>);

impl<S: Store> Processing<S> {
    /// Marks a message to a mailbox as leaving; dropped where what it is about, or its mailbox, is
    /// gone.
    pub(super) async fn hand_out_to_mailbox(&self, message: &Outgoing) -> Result<Handing, Failure> {
        let address = message.about.split(':').nth(3);
        let address = address.and_then(|id| self.mailbox(id));
        let about = match message.template == CLIENT_CHANGE_TEMPLATE {
            true => self.told_to_client(&message.about).await?,
            false => self.case_named_first(&message.about).await?,
        };
        let (Some((document, with)), Some(address)) = (about, address) else {
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
            answer: None,
            document,
            token,
            opt_out: None,
            code: None,
            with,
        })))
    }

    /// The document of the case that a message is about.
    async fn case_named_first(&self, about: &str) -> Result<Option<About>, Failure> {
        let reference = about.split(':').next().unwrap_or_default();
        let Ok(reference) = reference.parse::<Reference>() else {
            return Ok(None);
        };
        let case = self.find_case(reference).await?;
        Ok(case.map(|case| (case.document, Vec::new())))
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
