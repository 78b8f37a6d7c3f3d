//! Performing at most once: the mark that a request leaves with its commit, and the answer told
//! again.
//! The mark says what was answered without saying any value.

use super::*;
use kept_terms::PersonId;
use kept_vault::store::Record;
use serde::{Deserialize, Serialize};

/// For how long a request is recognised, in seconds.
pub(crate) const REMEMBERED_SECONDS: i64 = 24 * 60 * 60;

/// What is remembered of a request.
#[derive(Serialize, Deserialize)]
struct Mark {
    request: [u8; 32],
    /// The second since 1970 at which it was answered.
    second: i64,
    /// What was stored: person, whether new, number of items, whether redacted; nothing where
    /// nothing was.
    stored: Option<(PersonId, bool, usize, bool)>,
    /// The identifier that was given; nothing where none was.
    #[serde(default)]
    named: Option<String>,
    /// What had to stay of somebody who was erased; nothing where nothing had to.
    #[serde(default)]
    kept: Option<KeptBack>,
}

/// The second since 1970 at which the request behind a mark was answered; long ago, if that cannot
/// be read.
pub(crate) fn answered(mark: &[u8]) -> i64 {
    serde_json::from_slice::<Mark>(mark).map_or(0, |mark| mark.second)
}

/// A mark of something that was used up at a moment and gives nothing again.
pub(crate) fn used(request: &[u8; 32], now: Timestamp) -> Vec<u8> {
    let mark = Mark {
        request: *request,
        second: now.as_second(),
        stored: None,
        named: None,
        kept: None,
    };
    serde_json::to_vec(&mark).unwrap_or_default()
}

impl Then {
    /// Whether a repetition is answered from the mark. What was read is never kept in one, so
    /// whoever asks again reads again.
    fn is_told_again(&self) -> bool {
        match self {
            Then::Give(
                Effect::Done
                | Effect::Kept(_)
                | Effect::Stored { .. }
                | Effect::Named(_)
                | Effect::Forwarded(_),
            )
            | Then::Erase { .. }
            | Then::EraseRest { .. }
            | Then::Lift { .. }
            | Then::Learn => true,
            Then::Give(
                Effect::Values(_)
                | Effect::Found(_)
                | Effect::Matched(_)
                | Effect::SignedIn(_)
                | Effect::Training(_)
                | Effect::Due(..)
                | Effect::Stale(..)
                | Effect::Tabulated(_)
                | Effect::Export(_)
                | Effect::Listed(_),
            )
            | Then::Train { .. }
            | Then::Missing
            | Then::Admit(_)
            | Then::Refuse(_)
            | Then::Open { .. }
            | Then::Export { .. }
            | Then::List(_)
            | Then::Again(_) => false,
        }
    }
}

impl<S: Store> Processing<S> {
    /// Adds the mark to a commit that changes something. A reading or a refusal may be asked for
    /// again.
    pub(super) fn remember(
        &self,
        prepared: &mut Prepared,
        once: &Once,
        now: Timestamp,
    ) -> Result<(), Failure> {
        if !prepared.then.is_told_again() || prepared.commit.writes.is_empty() {
            return Ok(());
        }
        let named = match &prepared.then {
            Then::Give(Effect::Named(name)) => Some(name.clone()),
            _ => None,
        };
        let stored = match &prepared.then {
            Then::Give(Effect::Stored {
                person,
                new,
                items,
                redacted,
            }) => Some((*person, *new, *items, *redacted)),
            Then::Give(_)
            | Then::Refuse(_)
            | Then::Open { .. }
            | Then::Train { .. }
            | Then::Export { .. }
            | Then::Erase { .. }
            | Then::EraseRest { .. }
            | Then::Lift { .. }
            | Then::Learn
            | Then::Missing
            | Then::Admit(_)
            | Then::List(_)
            | Then::Again(_) => None,
        };
        let mark = Mark {
            request: self.keyed(once),
            second: now.as_second(),
            stored,
            named,
            kept: prepared.then.kept().cloned(),
        };
        let value = serde_json::to_vec(&mark)
            .map_err(|_| Failure::invalid("the request", "cannot be remembered"))?;
        let key = once.key.clone();
        prepared
            .commit
            .absent
            .push((RecordKind::Idempotency, key.clone()));
        let kind = RecordKind::Idempotency;
        prepared
            .commit
            .writes
            .push(Write::PutRecord(Record { kind, key, value }));
        Ok(())
    }

    /// A request's hash under a key of the vault: what somebody asked cannot be guessed from a mark
    /// that outlives them by a day.
    fn keyed(&self, once: &Once) -> [u8; 32] {
        self.vault.index(
            "idempotent-request",
            &data_encoding::HEXLOWER.encode(&once.request),
        )
    }

    /// What was answered to this request before, if it was.
    pub(crate) async fn told_before(
        &self,
        once: Option<&Once>,
    ) -> Result<Option<Performed>, Failure> {
        let Some(once) = once else { return Ok(None) };
        let found = self
            .vault
            .store()
            .record(RecordKind::Idempotency, &once.key)
            .await?;
        let Some(found) = found else { return Ok(None) };
        let mark: Mark = serde_json::from_slice(&found)
            .map_err(|_| Failure::Corrupt("the mark of a request cannot be read".to_owned()))?;
        if mark.request != self.keyed(once) {
            return Err(Failure::Conflict(
                "this idempotency key was used for another request",
            ));
        }
        let effect = match (mark.stored, mark.named, mark.kept) {
            (Some((person, new, items, redacted)), ..) => Effect::Stored {
                person,
                new,
                items,
                redacted,
            },
            (None, Some(name), _) => Effect::Named(name),
            (None, None, Some(kept)) => Effect::Kept(kept),
            (None, None, None) => Effect::Done,
        };
        let policy = self.moment().policy().digest;
        Ok(Some(Performed {
            entry: None,
            policy,
            outcome: Ok(effect),
        }))
    }
}
