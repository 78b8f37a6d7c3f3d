//! The audit: derives everything again from what is stored, and names the first thing that is
//! wrong.
//! It opens values only to see that they open; none of them leaves.

use crate::{Failure, Processing};
use kept_ledger::entry::Entry;
use kept_ledger::verify_log;
use kept_vault::store::{Store, Wanted};

/// How many people or items one step looks at.
const STEP: usize = 1_000;

/// What a sound house holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Audited {
    /// People whose state opened.
    pub people: u64,
    /// Items whose value opened.
    pub items: u64,
    /// Items past their day, which the next sweep destroys.
    pub overdue: u64,
    /// Entries that the ledger's tree was derived again from.
    pub entries: u64,
}

impl<S: Store> Processing<S> {
    /// Derives everything again: the store's structure, every key, every person and item, the
    /// ledger.
    ///
    /// `progress` is told of each step. The first thing that is wrong is [`Failure::Corrupt`] and
    /// names its place.
    pub async fn audit(&self, progress: &mut dyn FnMut(&Audited)) -> Result<Audited, Failure> {
        let mut audited = Audited::default();
        self.vault.store().check().await?;
        self.vault.check_keys()?;
        self.versions().await?;
        self.sequence().await?;
        self.audit_ledger(&mut audited)?;
        progress(&audited);
        let moment = self.moment();
        let mut after = None;
        loop {
            let people = self.vault.store().people(after, STEP).await?;
            let Some(last) = people.last().copied() else {
                break;
            };
            after = Some(last);
            for person in people {
                let mut place = None;
                loop {
                    let wanted = Wanted::Page {
                        after: place,
                        limit: STEP,
                    };
                    // Somebody who was erased since the page was read is rightly gone.
                    let Some(seen) = self.vault.look(person, wanted).await? else {
                        break;
                    };
                    for item in &seen.items {
                        let facts = moment.in_force.item(&seen.state, item);
                        let kind = facts.and_then(|facts| {
                            moment
                                .policy()
                                .words
                                .fields
                                .get(facts.field)
                                .map(|field| field.kind)
                        });
                        let overdue = facts.is_some_and(|facts| facts.due() <= moment.today);
                        audited.overdue += u64::from(overdue);
                        self.vault.check_item(&seen, item, kind, overdue)?;
                        audited.items += 1;
                    }
                    place = seen.items.last().map(|item| (item.field, item.number));
                    if seen.items.len() < STEP {
                        break;
                    }
                }
                audited.people += 1;
            }
            progress(&audited);
        }
        Ok(audited)
    }

    fn audit_ledger(&self, audited: &mut Audited) -> Result<(), Failure> {
        let Some(note) = self.ledger.checkpoint()? else {
            return Ok(());
        };
        let verifiers = [self.verifier.clone()];
        verify_log(&self.ledger, &note, &verifiers, &[], |_, bytes| {
            audited.entries += 1;
            Entry::parse(bytes)
                .map(drop)
                .map_err(|malformed| malformed.to_string())
        })
        .map_err(|fault| Failure::Corrupt(format!("the ledger: {fault}")))?;
        Ok(())
    }
}
