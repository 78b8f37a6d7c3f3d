//! Messages that wait to be sent: to whom, by which template, for what, and how it stands.
//! They hold no value: the address and what a message says are asked of the door when it is sent,
//! so what was objected to or erased meanwhile is not sent.

use crate::{Failure, Processing};
use kept_terms::PersonId;
use kept_vault::store::{Record, RecordKind, Store, Write};
use serde::{Deserialize, Serialize};

/// A message that waits, under a key that says what it is about: the same key is the same message,
/// so it is queued once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outgoing {
    /// To whom.
    pub person: PersonId,
    /// By which template, such as `policy-change`.
    pub template: String,
    /// For which purpose the person is contacted.
    pub purpose: String,
    /// What it is about: a version, a survey, an item; nothing that tells of a person.
    pub about: String,
    /// The second since 1970 before which it is not sent.
    pub not_before: i64,
    /// How it stands.
    pub state: Sending,
}

/// How a message stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sending {
    /// It waits, after so many attempts that failed.
    Waiting {
        /// How many.
        attempts: u32,
    },
    /// It is being handed over. Found so after a crash, it may have left or not.
    Leaving {
        /// How many attempts failed before.
        attempts: u32,
    },
}

impl Outgoing {
    /// A message that waits to be sent at once.
    pub fn new(person: PersonId, template: &str, purpose: &str, about: &str) -> Outgoing {
        Outgoing {
            person,
            template: template.to_owned(),
            purpose: purpose.to_owned(),
            about: about.to_owned(),
            not_before: 0,
            state: Sending::Waiting { attempts: 0 },
        }
    }

    /// The key under which it stands in the queue.
    pub fn key(&self) -> String {
        format!("{}/{}/{}", self.template, self.about, self.person)
    }

    /// The change that queues it, to be made with the act that causes it.
    pub fn queued(&self) -> Result<Write, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the message", "cannot be written down"))?;
        Ok(Write::PutRecord(Record {
            kind: RecordKind::Outgoing,
            key: self.key().into_bytes(),
            value,
        }))
    }
}

impl<S: Store> Processing<S> {
    /// Messages that wait, in order of key, after one, at most so many.
    pub async fn outgoing(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Outgoing>, Failure> {
        let after = after.map(str::as_bytes);
        let store = self.vault.store();
        let records = store.records_page(RecordKind::Outgoing, b"", after, limit);
        let read = |record: Record| {
            serde_json::from_slice(&record.value)
                .map_err(|_| Failure::Corrupt("a message that waits cannot be read".to_owned()))
        };
        records.await?.into_iter().map(read).collect()
    }
}
