//! What is held for clients: their instructions, the requests passed on to them, and what is handed
//! back at the end. It keeps who is held where; what may be done there is the policy's decision.

mod instructions;
mod requests;
mod returning;

pub(crate) use instructions::by_home;
pub use requests::{About, ClientAnswer, Forwarded, Forwarding};
pub(crate) use requests::{open_key, read as read_request};
pub use returning::{HandedBack, Returning};

use crate::command::{Command, Message, Subject, Use};
use crate::{Failure, Processing};
use kept_terms::{Home, PersonId};
use kept_vault::PersonState;
use kept_vault::store::{Record, RecordKind, Store, Wanted, Write};

/// How many bytes of a home's digest stand before a person's identifier.
const DIGEST_BYTES: usize = 16;

impl Command {
    /// The person whom a command names as one who is there already.
    pub(crate) fn person(&self) -> Option<PersonId> {
        match self {
            Command::Collect(collect) => match collect.subject {
                Subject::Known(person) => Some(person),
                Subject::Matched => None,
            },
            Command::Use(Use { person, .. })
            | Command::Contact(Use { person, .. })
            | Command::Verify { person, .. }
            | Command::Rectify { person, .. }
            | Command::Restrict { person, .. }
            | Command::Consent { person, .. }
            | Command::Object { person, .. }
            | Command::Disclose { person, .. }
            | Command::Export { person, .. }
            | Command::Erase { person }
            | Command::EraseItem { person, .. }
            | Command::ReportChild { person, .. }
            | Command::ParentAgrees { person, .. }
            | Command::Hold { person, .. }
            | Command::Tie { person, .. }
            | Command::UseInEmergency {
                wanted: Use { person, .. },
                ..
            }
            | Command::Pass { person, .. }
            | Command::Confirm { person, .. }
            | Command::Training { person, .. }
            | Command::SignOut { person, .. }
            | Command::Lift { person, .. } => Some(*person),
            Command::Case { of, casing } => of.or_else(|| casing.person()),
            Command::Show(showing) => showing.person(),
            // Whom a request is about is found within the client's home, or not at all.
            Command::Forward(_) => None,
            Command::CopyLink(change) => Some(change.person()),
            Command::Message(Message::One(message)) => Some(message.person),
            Command::Find { .. }
            | Command::Message(Message::Everybody { .. })
            | Command::BeginFeed { .. }
            | Command::Propose(_)
            | Command::Approve { .. }
            | Command::Decline { .. }
            | Command::CarryOut { .. }
            | Command::SignIn(_)
            | Command::ConfirmDelivery { .. }
            | Command::Due { .. }
            | Command::Stale { .. }
            | Command::Tabulate { .. }
            | Command::Attest(_)
            | Command::Administer(_)
            | Command::Publish { .. } => None,
        }
    }
}

impl<S: Store> Processing<S> {
    /// Whether somebody is there and held in this home.
    pub(crate) async fn is_housed(&self, person: PersonId, home: &Home) -> Result<bool, Failure> {
        let seen = self.vault.look(person, Wanted::Nothing).await?;
        Ok(seen.is_some_and(|seen| seen.state.home.as_ref() == Some(home)))
    }

    /// Whether a caller may know at all that somebody is there: whoever acts in a client's home
    /// knows nobody else, and nobody else knows those who are held there.
    pub async fn is_known_to(
        &self,
        caller: &crate::Caller,
        person: PersonId,
    ) -> Result<bool, Failure> {
        let seen = self.vault.look(person, Wanted::Nothing).await?;
        Ok(match (seen, &caller.home) {
            (Some(seen), own) => seen.state.home == *own,
            (None, own) => own.is_none(),
        })
    }

    /// The change that lists somebody new under their home; nothing for those of the firm itself.
    pub(crate) fn listed(&self, state: &PersonState, person: PersonId) -> Option<Write> {
        let home = state.home.as_ref()?;
        Some(Write::PutRecord(Record {
            kind: RecordKind::Hosted,
            key: [&self.home_digest(home)[..], &person.0].concat(),
            value: Vec::new(),
        }))
    }

    /// The change that takes somebody who is erased off the list of their home.
    pub(crate) fn unlisted(&self, state: &PersonState, person: PersonId) -> Option<Write> {
        let home = state.home.as_ref()?;
        let key = [&self.home_digest(home)[..], &person.0].concat();
        Some(Write::DeleteRecord(RecordKind::Hosted, key))
    }

    /// People who are held in a home, in order, after one, at most so many.
    pub(crate) async fn housed(
        &self,
        home: &Home,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonId>, Failure> {
        let digest = self.home_digest(home);
        let after = after.map(|person| [&digest[..], &person.0].concat());
        let store = self.vault.store();
        let page = store.records_page(RecordKind::Hosted, &digest, after.as_deref(), limit);
        let person = |record: &Record| {
            let id = record.key.get(DIGEST_BYTES..)?;
            id.try_into().ok().map(PersonId)
        };
        Ok(page.await?.iter().filter_map(person).collect())
    }

    /// A keyed digest of a home: whoever reads the rows learns who is held together, and not where.
    fn home_digest(&self, home: &Home) -> [u8; DIGEST_BYTES] {
        let whole = self.vault.index("kept/home", &home.to_string());
        let mut digest = [0; DIGEST_BYTES];
        for (to, from) in digest.iter_mut().zip(whole) {
            *to = from;
        }
        digest
    }
}
