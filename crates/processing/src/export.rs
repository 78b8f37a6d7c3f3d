//! Handing a person everything that is stored about them, page by page, so that memory stays flat.
//! The export was decided and recorded before the first page; it stops at once if the person is
//! erased.

use crate::Failure;
use crate::command::Released;
use crate::door::{Processing, known_items};
use crate::mapping::InForce;
use crate::sign_in::PasskeyHeld;
use crate::subjects::{ReceivedBy, received_by};
use kept_policy::Permit;
use kept_terms::{ItemNumber, Territory};
use kept_vault::store::{Store, Wanted, Word};
use kept_vault::{ConsentRecord, Seen};
use std::sync::Arc;

/// How many items a page holds.
const PAGE: usize = 256;

/// A person's information on its way to them.
pub struct Export {
    seen: Seen,
    permit: Box<Permit>,
    in_force: Arc<InForce>,
    after: Option<(Word, ItemNumber)>,
    finished: bool,
    /// What is not handed out.
    withheld: Vec<(Word, ItemNumber)>,
}

/// What holds for a person beside the items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct About {
    /// Their country, where it is known.
    pub country: Option<Territory>,
    /// The document that is for them.
    pub document: Option<String>,
    /// Whether processing is paused.
    pub restricted: bool,
    /// Purposes they object to or opted out of.
    pub objections: Vec<String>,
    /// Their consents, withdrawn ones included, each with its purpose.
    pub consents: Vec<(String, ConsentRecord)>,
    /// The agreement of a parent by which they are held, where it is by that.
    pub parent: Option<kept_vault::ParentRecord>,
    /// Recipients they agreed to.
    pub recipients: Vec<String>,
    /// Who received something about them.
    pub received: Vec<ReceivedBy>,
    /// By what they show who they are; nothing of it opens anything.
    pub signs_in: SignsIn,
}

/// By what a person shows who they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignsIn {
    /// Whether they have a password.
    pub password: bool,
    /// Their passkeys.
    pub passkeys: Vec<PasskeyHeld>,
    /// The second since 1970 at which they last signed in, or changed how they do.
    pub last: Option<i64>,
}

impl Export {
    pub(crate) fn new(
        seen: Seen,
        permit: Box<Permit>,
        in_force: Arc<InForce>,
        withheld: Vec<(Word, ItemNumber)>,
    ) -> Export {
        Export {
            withheld,
            seen,
            permit,
            in_force,
            after: None,
            finished: false,
        }
    }

    /// The version of the person that is handed over.
    pub(crate) fn version(&self) -> u64 {
        self.seen.version
    }

    /// What holds for the person beside the items.
    pub fn about(&self) -> About {
        let words = &self.in_force.policy.words;
        let known = self.in_force.person(&self.seen.state);
        let names = |set| {
            words
                .purposes
                .names(set)
                .into_iter()
                .map(str::to_owned)
                .collect()
        };
        let credentials = &self.seen.state.credentials;
        let consents = self.seen.state.consents.iter().map(|consent| {
            let purpose = self.in_force.purpose(Word(consent.purpose));
            let name = purpose.map_or("unknown", |id| words.purposes.name(id));
            (name.to_owned(), consent.clone())
        });
        About {
            country: known.country,
            document: self
                .in_force
                .policy
                .document_of(&known)
                .map(|d| d.name.to_string()),
            restricted: known.restricted,
            objections: names(known.objections),
            consents: consents.collect(),
            parent: self.seen.state.parent.clone(),
            recipients: words
                .recipients
                .names(known.agreed_recipients)
                .into_iter()
                .map(str::to_owned)
                .collect(),
            received: received_by(&self.in_force, &self.seen.state),
            signs_in: SignsIn {
                password: credentials.password.is_some(),
                passkeys: crate::sign_in::held(&self.seen.state),
                last: (credentials.last > 0).then_some(credentials.last),
            },
        }
    }

    /// Begins again from the first page, under the same permit: for another form of the same.
    pub fn rewind(&mut self) {
        self.after = None;
        self.finished = false;
    }

    /// The next page of values; nothing after the last.
    pub async fn next_page<S: Store>(
        &mut self,
        processing: &Processing<S>,
    ) -> Result<Option<Vec<Released>>, Failure> {
        if self.finished {
            return Ok(None);
        }
        let wanted = Wanted::Page {
            after: self.after,
            limit: PAGE,
        };
        let mut seen = processing.seen(self.seen.id, wanted).await?;
        self.after = seen.items.last().map(|item| (item.field, item.number));
        self.finished = seen.items.len() < PAGE;
        seen.items
            .retain(|item| !self.withheld.contains(&(item.field, item.number)));
        let (stored, facts) = known_items(&self.in_force, &mut seen);
        let items: Vec<_> = stored.into_iter().zip(facts).collect();
        processing
            .release(&self.in_force, &seen, &self.permit, &items)
            .map(Some)
    }
}
