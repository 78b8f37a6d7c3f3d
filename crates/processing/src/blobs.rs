//! Blobs whose items are gone: once a day they are looked for and deleted.
//! Those of what was destroyed were unreadable already, and those of what was replaced were out of
//! everybody's reach. It never deletes one that an item may stand in.

use crate::{Failure, Processing};
use kept_terms::Timestamp;
use kept_vault::blob::BlobId;
use kept_vault::store::{Store, Wanted, Word, WordKind};
use std::collections::HashSet;

/// How many people one step looks at.
const STEP: usize = 1_000;

/// Blobs younger than this many seconds are left alone: a blob is finished before its item is
/// stored.
const GRACE_SECONDS: i64 = 3_600;

impl<S: Store> Processing<S> {
    /// Deletes blobs in which no item stands; the answer is how many.
    pub(crate) async fn clear_blobs(&self) -> Result<u64, Failure> {
        let moment = self.moment();
        let fields = moment.policy().words.fields.iter();
        let small = fields.filter(|(_, field)| !field.kind.is_large());
        let small = small.map(|(id, _)| moment.in_force.field_word(id));
        let small = small.collect::<Result<HashSet<Word>, _>>()?;
        let words = self.vault.store().words().await?;
        let files = words.iter().filter(|(kind, ..)| *kind == WordKind::Files);
        let files: HashSet<&str> = files.map(|(_, name, _)| name.as_str()).collect();
        // A field may hold files though the policy in force takes no files in it any more, or no
        // longer knows it.
        let may_hold = |name: &str, word: &Word| !small.contains(word) || files.contains(name);
        let large: Vec<Word> = words
            .iter()
            .filter(|(kind, name, word)| *kind == WordKind::Field && may_hold(name, word))
            .map(|(_, _, word)| *word)
            .collect();
        let mut live: HashSet<BlobId> = HashSet::new();
        let mut after = None;
        loop {
            let people = self.vault.store().people(after, STEP).await?;
            let Some(last) = people.last().copied() else {
                break;
            };
            after = Some(last);
            for person in people {
                let wanted = Wanted::Fields(&large);
                let Some(seen) = self.vault.look(person, wanted).await? else {
                    continue;
                };
                for item in &seen.items {
                    live.extend(self.vault.blob_of(&seen, item)?);
                }
            }
        }
        let before = Timestamp::from_second(moment.now.as_second() - GRACE_SECONDS)
            .map_err(|_| Failure::invalid("the clock", "is out of bounds; set it right"))?;
        Ok(self.vault.clear_blobs(&live, before)?)
    }
}
