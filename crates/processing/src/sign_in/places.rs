//! The few places that attempts take: a guess is made only from a place that nobody has taken, so
//! however many are made at once, on however many servers, no more count than there are.
//! A place is given back by time alone.

use super::SKEW_SECONDS;
use crate::{Failure, Processing};
use kept_vault::store::{Commit, Record, RecordKind, Store, Write};

/// How a place's key begins.
const PLACE: &str = "g/";
/// How many are looked at; more are never taken.
const LOOKED_AT: usize = 128;

/// The places about one thing, as they are taken now.
pub(crate) struct Places {
    /// How many are taken.
    pub taken: u32,
    free: String,
    given_back: Vec<Vec<u8>>,
    held: Vec<Vec<u8>>,
}

impl<S: Store> Processing<S> {
    /// The places about something, of which each is taken for so many seconds.
    pub(crate) async fn places(
        &self,
        about: &str,
        seconds: i64,
        now: i64,
    ) -> Result<Places, Failure> {
        let begins = format!("{PLACE}{about}/");
        let store = self.vault.store();
        let page = store.records_page(RecordKind::Attempt, begins.as_bytes(), None, LOOKED_AT);
        let (mut held, mut given_back, mut known) = (Vec::new(), Vec::new(), Vec::new());
        for record in page.await? {
            known.push(record.key.clone());
            // One from far ahead was taken before the clock was put back.
            let left = until(&record.value) - now;
            match left > 0 && left <= seconds + SKEW_SECONDS {
                true => held.push(record.key),
                false => given_back.push(record.key),
            }
        }
        let free = (0..=LOOKED_AT).map(|number| format!("{begins}{number:03}"));
        let mut free = free.filter(|key| !known.iter().any(|it| it == key.as_bytes()));
        Ok(Places {
            taken: u32::try_from(held.len()).unwrap_or(u32::MAX),
            free: free.next().unwrap_or_else(|| format!("{begins}full")),
            given_back,
            held,
        })
    }
}

impl Places {
    /// Takes a place with a commit, which fails if somebody else took it first.
    pub fn take(&self, commit: &mut Commit, seconds: i64, now: i64) {
        let key = self.free.as_bytes().to_vec();
        commit.absent.push((RecordKind::Attempt, key.clone()));
        let gone = self.given_back.iter().cloned();
        let gone = gone.map(|key| Write::DeleteRecord(RecordKind::Attempt, key));
        commit.writes.extend(gone);
        commit.writes.push(Write::PutRecord(Record {
            kind: RecordKind::Attempt,
            key,
            value: (now + seconds).to_be_bytes().to_vec(),
        }));
    }

    /// The changes that give all places back: what was shown was right.
    pub fn give_back(&self) -> Vec<Write> {
        let held = self.held.iter().cloned();
        held.map(|key| Write::DeleteRecord(RecordKind::Attempt, key))
            .collect()
    }
}

/// The second until which a place is taken.
fn until(value: &[u8]) -> i64 {
    value.try_into().map_or(0, i64::from_be_bytes)
}

/// Whether a record is a place that was given back.
pub(super) fn is_over(record: &Record, now: i64) -> bool {
    record.key.starts_with(PLACE.as_bytes()) && until(&record.value) <= now
}
