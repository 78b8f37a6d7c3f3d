//! Attempts in vain: how often a caller tried lately to tell who somebody is, whomever it was
//! about, and through whatever connection or token of theirs.
//! It counts; how many are too many is the policy's decision. It remembers no value and nobody.

use crate::command::Caller;
use crate::{Failure, Processing};
use kept_terms::{ActorKind, PersonId, Timestamp};
use kept_vault::store::{Record, RecordKind, Store, Write};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};

/// After this many seconds without another, failed attempts are forgotten.
pub(crate) const FAILURES_LAST_SECONDS: i64 = 15 * 60;

/// At most so many callers are remembered at once beside what is stored.
const CALLERS_MAX: usize = 65_536;

/// How often a caller tried in vain.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Vain {
    /// How many attempts.
    count: u32,
    /// The second since 1970 of the last.
    last: i64,
}

impl Vain {
    fn lately(self, now: Timestamp) -> u32 {
        match now.as_second() - self.last < FAILURES_LAST_SECONDS {
            true => self.count,
            false => 0,
        }
    }
}

/// Attempts by caller, as far as they were asked for since the door was opened.
#[derive(Default)]
pub(crate) struct Tries(Mutex<HashMap<String, Vain>>);

impl Tries {
    fn known(&self) -> MutexGuard<'_, HashMap<String, Vain>> {
        self.0
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Who tries; nothing for Kept itself, which guesses at nobody.
pub(crate) struct Trying(Option<String>);

impl<S: Store> Processing<S> {
    /// Who tries. All tokens of one holder are one; a person trying about themselves is one.
    pub(crate) async fn trying(
        &self,
        caller: &Caller,
        about: Option<PersonId>,
    ) -> Result<Trying, Failure> {
        let name = match caller.kind {
            ActorKind::System => return Ok(Trying(None)),
            ActorKind::Person => about.map_or_else(String::new, |person| person.to_string()),
            ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator => {
                caller.holder().to_owned()
            }
        };
        let kind = caller.kind;
        let is_stored = kind != ActorKind::Person;
        self.trying_as(&format!("{kind} {name}"), is_stored).await
    }

    /// Whoever tries from a place outside, such as the network of an address.
    pub(crate) async fn trying_from(&self, from: &str) -> Result<Trying, Failure> {
        self.trying_as(&format!("from {from}"), true).await
    }

    async fn trying_as(&self, name: &str, is_stored: bool) -> Result<Trying, Failure> {
        let key = self.vault.index("kept/tries", name);
        let key = data_encoding::HEXLOWER.encode(key.get(..16).unwrap_or(&key));
        let is_new = !self.tries.known().contains_key(&key);
        if is_new && is_stored {
            let store = self.vault.store();
            let stored = store.record(RecordKind::Progress, &place(&key)).await?;
            let vain = stored.and_then(|value| serde_json::from_slice(&value).ok());
            let mut known = self.tries.known();
            if known.len() >= CALLERS_MAX {
                known.clear();
            }
            known.entry(key.clone()).or_insert(vain.unwrap_or_default());
        }
        Ok(Trying(Some(key)))
    }

    /// How often they tried in vain lately.
    pub(crate) fn tried(&self, trying: &Trying, now: Timestamp) -> u32 {
        let known = self.tries.known();
        let vain = trying.0.as_ref().and_then(|key| known.get(key));
        vain.map_or(0, |vain| vain.lately(now))
    }

    /// Counts one more attempt in vain; the change is stored with the act.
    pub(crate) fn tried_in_vain(&self, trying: &Trying, now: Timestamp) -> Vec<Write> {
        let Some(key) = &trying.0 else {
            return Vec::new();
        };
        let mut known = self.tries.known();
        let vain = known.entry(key.clone()).or_default();
        *vain = Vain {
            count: vain.lately(now).saturating_add(1),
            last: now.as_second(),
        };
        let value = serde_json::to_vec(vain).unwrap_or_default();
        vec![Write::PutRecord(Record {
            kind: RecordKind::Progress,
            key: place(key),
            value,
        })]
    }
}

/// How the keys of attempts begin.
pub(crate) const PLACE: &str = "tries/";

/// Whether what is stored of somebody's attempts no longer counts.
pub(crate) fn is_forgotten(value: &[u8], now: Timestamp) -> bool {
    serde_json::from_slice::<Vain>(value).is_ok_and(|vain| vain.lately(now) == 0)
}

fn place(key: &str) -> Vec<u8> {
    format!("{PLACE}{key}").into_bytes()
}
