//! The audit: derives everything again from what is stored, and names the first thing that is
//! wrong.
//! It opens values only to see that they open; none of them leaves.

use crate::log::Pages;
use crate::tally::Tally;
use crate::{Failure, Processing};
use kept_ledger::entry::Entry;
use kept_ledger::verify_log;
use kept_terms::{Day, PersonId};
use kept_vault::store::{Store, Wanted, WordKind};
use std::collections::HashMap;

/// How many people or items one step looks at.
const STEP: usize = 1_000;

/// How often something must be found wrong that may have changed while it was looked at.
const ATTEMPTS: u32 = 3;

/// What a sound house holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Audited {
    /// People whose state opened.
    pub people: u64,
    /// Items whose value opened.
    pub items: u64,
    /// Items past their day, which the next sweep destroys.
    pub overdue: u64,
    /// People whose keys are gone while their rows are there: rows from before their erasure were
    /// put back. They cannot be read, and the next sweep clears them.
    pub keyless: u64,
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
        // What is recorded while this looks is half seen, so a fault must be there to stay.
        for attempt in 1.. {
            match self.audit_marks().await {
                Err(Failure::Corrupt(_)) if attempt < ATTEMPTS => {}
                told => {
                    told?;
                    break;
                }
            }
        }
        self.sequence().await?;
        self.audit_ledger(&mut audited).await?;
        progress(&audited);
        let mut listed = self.lists()?;
        let mut after = None;
        loop {
            let people = self.vault.store().people(after, STEP).await?;
            let Some(last) = people.last().copied() else {
                break;
            };
            after = Some(last);
            for person in people {
                self.audit_items(person, &mut audited).await?;
                for attempt in 1.. {
                    match self.audit_lists(person, &mut listed).await {
                        Err(Failure::Corrupt(_)) if attempt < ATTEMPTS => listed = self.lists()?,
                        told => {
                            told?;
                            break;
                        }
                    }
                }
                audited.people += 1;
            }
            progress(&audited);
        }
        Ok(audited)
    }

    async fn audit_items(&self, person: PersonId, audited: &mut Audited) -> Result<(), Failure> {
        let moment = self.moment();
        let mut place = None;
        loop {
            let wanted = Wanted::Page {
                after: place,
                limit: STEP,
            };
            // Somebody who was erased since the page was read is rightly gone.
            let Some(seen) = self.vault.look(person, wanted).await? else {
                audited.keyless += u64::from(self.vault.is_keyless(person).await?);
                return Ok(());
            };
            for item in &seen.items {
                let facts = moment.in_force.item(&seen.state, item);
                let fields = &moment.policy().words.fields;
                let field = facts.and_then(|facts| fields.get(facts.field));
                let overdue = facts.is_some_and(|facts| facts.due() <= moment.today);
                audited.overdue += u64::from(overdue);
                let kind = field.map(|field| field.kind);
                self.vault.check_item(&seen, item, kind, overdue)?;
                audited.items += 1;
            }
            place = seen.items.last().map(|item| (item.field, item.number));
            if seen.items.len() < STEP {
                return Ok(());
            }
        }
    }

    /// Whether storage lists a person as their state says: under their identifiers, under the days
    /// they count from, and in the ledger.
    async fn audit_lists<'l>(
        &'l self,
        person: PersonId,
        listed: &mut Listed<'l>,
    ) -> Result<(), Failure> {
        let wrong = |what: &str| {
            let text = format!("storage lists person {person} under another {what} than their own");
            Err(Failure::Corrupt(text))
        };
        let store = self.vault.store();
        let days = self.listed_days(listed).await?;
        let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
            return Ok(());
        };
        for (_, index) in &seen.state.identifiers {
            if store.find(*index).await? != Some(person) {
                return wrong("identifier");
            }
        }
        let mut own: Vec<(u32, i32)> = seen.state.moving.clone();
        own.sort_unstable();
        if days.get(&person).map_or(&[][..], |days| days) != own {
            return wrong("day");
        }
        let trail = store.trail(person, None, usize::MAX).await?;
        // What is left of somebody who was erased begins with the entry of their erasure.
        let others = trail.iter().min().filter(|_| seen.state.remnant);
        for index in trail.iter().filter(|index| Some(*index) != others) {
            let Some(entry) = self.entry_or_staged(&mut listed.pages, *index).await? else {
                continue;
            };
            let about = Entry::parse(&entry).ok().and_then(|entry| entry.person);
            if !about.is_some_and(|about| self.vault.is_of(&seen, &about)) {
                return wrong("entry of the ledger");
            }
        }
        Ok(())
    }

    fn lists(&self) -> Result<Listed<'_>, Failure> {
        let pages = self.pages()?;
        Ok(Listed { days: None, pages })
    }

    /// The days under which people are listed, by person.
    async fn listed_days<'d>(&self, listed: &'d mut Listed<'_>) -> Result<&'d Days, Failure> {
        if listed.days.is_none() {
            let mut days = Days::new();
            for (kind, _, class) in self.vault.store().words().await? {
                if kind != WordKind::Class {
                    continue;
                }
                let all = self.vault.store().due_people(class, Day::NEVER, usize::MAX);
                for (day, person) in all.await? {
                    days.entry(person).or_default().push((class.0, day.0));
                }
            }
            days.values_mut().for_each(|days| days.sort_unstable());
            listed.days = Some(days);
        }
        Ok(listed.days.get_or_insert_default())
    }

    async fn audit_ledger(&self, audited: &mut Audited) -> Result<(), Failure> {
        // Nothing is counted while this counts.
        let tally = self.tally.lock().await;
        let Some(note) = self.ledger.checkpoint()? else {
            return Ok(());
        };
        let verifiers = [self.verifier.clone()];
        let mut counted = Tally::default();
        verify_log(&self.ledger, &note, &verifiers, &[], |index, bytes| {
            audited.entries += 1;
            counted.count(index, bytes);
            Entry::parse(bytes)
                .map(drop)
                .map_err(|malformed| malformed.to_string())
        })
        .map_err(|fault| Failure::Corrupt(format!("the ledger: {fault}")))?;
        if counted == *tally {
            return Ok(());
        }
        Err(Failure::Corrupt(
            "the file `ledger.tally` does not say what the ledger does: stop the server and \
             delete that file"
                .to_owned(),
        ))
    }
}

/// By person, the classes that count from an event of theirs, each with the day it is listed under.
type Days = HashMap<PersonId, Vec<(u32, i32)>>;

/// What storage lists, read once for many people.
struct Listed<'l> {
    days: Option<Days>,
    pages: Pages<'l>,
}
