//! What falls due: keys of days and of people's classes destroyed, their rows cleared, people of
//! whom nothing is left forgotten.
//! It destroys nothing that the policy in force still needs, and nothing that is not on record
//! before it happens.

use crate::door::{Asking, Moment, Processing, doom, known_items};
use crate::sweep::Swept;
use crate::{Caller, Doing, Failure};
use kept_policy::*;
use kept_terms::{Act, Day, PersonId, Set};
use kept_vault::store::{Expected, ItemKey, RecordKind, Store, StoredItem};
use kept_vault::store::{Wanted, Word, Write};
use kept_vault::{Doomed, PersonState, Seen};
use std::collections::BTreeSet;

/// How many rows or people one step takes on.
const STEP: usize = 2_000;

/// How often the same people may be found due before something is wrong with what lists them.
const ROUNDS_MAX: usize = 16;

/// Everything of a person.
const ALL: Wanted<'static> = Wanted::Page {
    after: None,
    limit: usize::MAX,
};

impl<S: Store> Processing<S> {
    /// Classes that count from a fixed day: one key a day, so a million items go with one key.
    pub(crate) async fn sweep_days(
        &self,
        asking: &Asking<'_>,
        id: ClassId,
        word: Word,
        upto: Day,
        swept: &mut Swept,
    ) -> Result<(), Failure> {
        let due = self.vault.store().count_due(word, upto).await?;
        for (day, count) in &due {
            let item = asking.policy().item(0, FieldId(0), Set::EMPTY, id, *day);
            let request = Request::new(Act::Destroy, asking.actor);
            let permit = self.permitted_destruction(asking, &request, &[item])?;
            let mut telling = asking.telling(&request);
            telling.count = Some(*count);
            telling.reference = Some(format!("day:{day}"));
            let entry = telling.permitted(&permit)?;
            let doomed = Doomed::Days(word, *day);
            let _nothing_is_sealed = self.sealing.write().await?;
            self.must_be_in_force(asking.moment).await?;
            self.commit_one(None, Expected::Nothing, vec![doom(&doomed)], entry)
                .await?;
            swept.keys += self.vault.destroy(&doomed)?;
            swept.items += count;
        }
        let Some((day, _)) = due.last() else {
            return Ok(());
        };
        self.clear_days(asking, word, *day, swept).await?;
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &[])?;
        let (key, _) = Doomed::Days(word, *day).record();
        self.strike_off(asking, &permit, key, "keys:days").await
    }

    /// Clears the rows of a class up to a day, after their keys are destroyed. Their people come
    /// first, so that a crash leaves nobody of whom nothing is left.
    pub(crate) async fn clear_days(
        &self,
        asking: &Asking<'_>,
        word: Word,
        upto: Day,
        swept: &mut Swept,
    ) -> Result<(), Failure> {
        loop {
            let rows = self.vault.store().due_items(word, upto, STEP).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let keys: Vec<ItemKey> = rows.into_iter().map(|(_, key)| key).collect();
            let people: BTreeSet<PersonId> = keys.iter().map(|key| key.person).collect();
            for person in people {
                self.tidy(asking, person, Some((word, upto)), swept).await?;
            }
            self.vault.store().clear_items(&keys).await?;
        }
    }

    /// Destroys the keys of past days under which no row is left: what was replaced or deleted
    /// before its day is still in older backups.
    pub(crate) async fn destroy_unused(
        &self,
        asking: &Asking<'_>,
        word: Word,
        upto: Day,
        swept: &mut Swept,
    ) -> Result<(), Failure> {
        let _nothing_is_sealed = self.sealing.write().await?;
        self.must_be_in_force(asking.moment).await?;
        let keys = self.vault.count_days(word, upto)?;
        if keys == 0 {
            return Ok(());
        }
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &[])?;
        let mut telling = asking.telling(&request);
        telling.count = Some(keys);
        telling.reference = Some("keys:unused".to_owned());
        let entry = telling.permitted(&permit)?;
        let doomed = Doomed::Days(word, upto);
        self.commit_one(None, Expected::Nothing, vec![doom(&doomed)], entry)
            .await?;
        swept.keys += self.vault.destroy(&doomed)?;
        self.strike_off(asking, &permit, doomed.record().0, "keys:unused-gone")
            .await
    }

    /// Takes a finished destruction off the record of what is doomed.
    pub(crate) async fn strike_off(
        &self,
        asking: &Asking<'_>,
        permit: &Permit,
        key: Vec<u8>,
        reference: &str,
    ) -> Result<(), Failure> {
        let mut telling = asking.telling(&Request::new(Act::Destroy, asking.actor));
        telling.reference = Some(reference.to_owned());
        let gone = vec![Write::DeleteRecord(RecordKind::Doomed, key)];
        let entry = telling.permitted(permit)?;
        self.commit_one(None, Expected::Nothing, gone, entry)
            .await?;
        Ok(())
    }

    /// Classes that count from an event of the person: one key a person.
    pub(crate) async fn sweep_people(
        &self,
        asking: &Asking<'_>,
        word: Word,
        upto: Day,
        swept: &mut Swept,
    ) -> Result<(), Failure> {
        let (mut before, mut rounds) = (Vec::new(), 0);
        loop {
            let due = self.vault.store().due_people(word, upto, STEP).await?;
            if due.is_empty() {
                return Ok(());
            }
            rounds = if due == before { rounds + 1 } else { 0 };
            if rounds > ROUNDS_MAX {
                let problem = "the store lists people as due of whom nothing is due";
                return Err(Failure::Corrupt(problem.to_owned()));
            }
            for (day, person) in &due {
                if !self.tidy(asking, *person, None, swept).await? {
                    self.destroy_class(asking, *person, word, *day, swept)
                        .await?;
                }
            }
            before = due;
        }
    }

    /// Destroys what is due of one person whose events are about to move: what is past its day
    /// does not come back because somebody got in touch.
    pub(crate) fn expire(&self, person: PersonId) -> Doing<'_, ()> {
        Box::pin(self.expired(person))
    }

    async fn expired(&self, person: PersonId) -> Result<(), Failure> {
        self.keep_up().await?;
        let moment = self.moment();
        let caller = Caller::system("sweep");
        let asking = Asking::by_itself(&caller, &moment)?;
        let mut swept = Swept::default();
        if self.tidy(&asking, person, None, &mut swept).await? {
            return Ok(());
        }
        let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
            return Ok(());
        };
        for (class, day) in past(&moment, &seen) {
            self.destroy_class(&asking, person, class, day, &mut swept)
                .await?;
        }
        Ok(())
    }

    /// Whether something of a person must be destroyed before their events may move.
    pub(crate) async fn must_expire(&self, moment: &Moment, seen: &Seen) -> bool {
        let past = past(moment, seen);
        // A clock that may be wrong destroys nothing, save what cannot be opened anyway.
        past.iter().any(|(class, _)| !seen.has_key(*class))
            || (!past.is_empty() && self.check_clock(moment, None).await.is_ok())
    }

    async fn destroy_class(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        word: Word,
        day: Day,
        swept: &mut Swept,
    ) -> Result<(), Failure> {
        let Some(mut seen) = self.vault.look(person, ALL).await? else {
            return Ok(());
        };
        let is_lost = !seen.has_key(word);
        let (stored, facts) = known_items(&asking.moment.in_force, &mut seen);
        let of_class =
            |(item, _): &(StoredItem, ItemFacts)| item.class == word && item.anchor.is_none();
        let of_class = stored.into_iter().zip(facts).filter(of_class);
        let (stored, facts): (Vec<_>, Vec<_>) = of_class.unzip();
        if !is_lost && facts.iter().any(|item| item.due() > asking.moment.today) {
            return self.list_again(asking, &seen).await;
        }
        let request = Request::new(Act::Destroy, asking.actor);
        let relied = if is_lost { &[] } else { facts.as_slice() };
        let permit = self.permitted_destruction(asking, &request, relied)?;
        let mut state = seen.state.clone();
        state.moving.retain(|(class, _)| *class != word.0);
        let mut writes: Vec<Write> = stored
            .iter()
            .map(|item| Write::DeleteItem(item.field, item.number))
            .collect();
        writes.push(Write::PutAnchor {
            class: word,
            old: Some(day),
            new: None,
        });
        let doomed = Doomed::Class(person, word);
        writes.push(doom(&doomed));
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.count = u64::try_from(stored.len()).ok();
        let commit = self.changing(&seen, &state, writes, telling.permitted(&permit)?)?;
        let _nothing_is_sealed = self.sealing.write().await?;
        if self.commit_own(asking.moment, commit).await?.is_some() {
            self.vault.destroy(&doomed)?;
            self.strike_off(asking, &permit, doomed.record().0, "keys:class")
                .await?;
            swept.items += u64::try_from(stored.len()).unwrap_or(u64::MAX);
            swept.keys += 1;
        }
        // Whoever changed meanwhile is looked at again with the next step.
        Ok(())
    }

    /// Lists a person under the days that the policy in force counts from.
    async fn list_again(&self, asking: &Asking<'_>, seen: &Seen) -> Result<(), Failure> {
        let mut state = seen.state.clone();
        let mut writes = Vec::new();
        self.list_anchors(&asking.moment.in_force, &mut state, &mut writes)?;
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &[])?;
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(seen));
        telling.reference = Some("tidy:days".to_owned());
        let commit = self.changing(seen, &state, writes, telling.permitted(&permit)?)?;
        self.commit_own(asking.moment, commit).await?;
        Ok(())
    }

    /// Gives up identifiers of which nothing is left, and forgets a person of whom nothing is
    /// left; the answer is whether they are gone. What is past its day counts as gone already, and
    /// so do items of a class up to a day whose keys are `destroyed`.
    pub(crate) async fn tidy(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        destroyed: Option<(Word, Day)>,
        swept: &mut Swept,
    ) -> Result<bool, Failure> {
        let Some(seen) = self.vault.look(person, ALL).await? else {
            swept.people += u64::from(self.clear_keyless(asking, person).await?);
            return Ok(true);
        };
        let today = asking.moment.today;
        let facts = |item: &StoredItem| asking.moment.in_force.item(&seen.state, item);
        let is_keyless = |item: &StoredItem| {
            let upto =
                |(class, upto)| item.class == class && item.anchor.is_some_and(|d| d <= upto);
            destroyed.is_some_and(upto)
        };
        let is_live = |item: &&StoredItem| {
            !is_keyless(item) && facts(item).is_none_or(|facts| facts.stays(today))
        };
        let live: BTreeSet<Word> = seen.items.iter().filter(is_live).map(|i| i.field).collect();
        let mut gone = seen.state.identifiers.clone();
        gone.retain(|(field, _)| !live.contains(&Word(*field)));
        let is_forgotten = live.is_empty();
        let mut state = with_fields(&seen.state, &live);
        if gone.is_empty() && !is_forgotten && state == seen.state {
            return Ok(false);
        }
        let request = Request::new(Act::Destroy, asking.actor);
        let mut writes: Vec<Write> = gone
            .iter()
            .map(|(_, index)| Write::Unclaim(*index))
            .collect();
        state.identifiers.retain(|known| !gone.contains(known));
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        let mut over = Vec::new();
        if is_forgotten {
            let moving = seen.items.iter().filter(|item| item.anchor.is_none());
            over.extend(moving.filter_map(facts));
            telling.reference = Some("tidy:nothing-left".to_owned());
            telling.count = u64::try_from(over.len()).ok();
            state.erasing = true;
            for (class, day) in state.moving.drain(..) {
                let (class, old) = (Word(class), Some(Day(day)));
                writes.push(Write::PutAnchor {
                    class,
                    old,
                    new: None,
                });
            }
            writes.push(doom(&Doomed::Person(person)));
            writes.extend(self.unlisted(&seen.state, person));
        } else {
            telling.reference = Some("tidy:identifiers".to_owned());
        }
        let permit = self.permitted_destruction(asking, &request, &over)?;
        let commit = self.changing(&seen, &state, writes, telling.permitted(&permit)?)?;
        let is_done = self.commit_own(asking.moment, commit).await?.is_some();
        if !is_forgotten || !is_done {
            return Ok(false);
        }
        self.finish_erasure(asking.moment, &seen, &permit).await?;
        swept.people += 1;
        swept.items += u64::try_from(over.len()).unwrap_or(u64::MAX);
        Ok(true)
    }
}

/// A person's state in which recipients have received these fields and no others.
fn with_fields(state: &PersonState, live: &BTreeSet<Word>) -> PersonState {
    let mut state = state.clone();
    for received in &mut state.received {
        received.fields.retain(|field| live.contains(&Word(*field)));
    }
    state
}

/// The classes of a person that are past their day, or whose key is gone, with the day under
/// which storage lists them.
fn past(moment: &Moment, seen: &Seen) -> Vec<(Word, Day)> {
    let is_past = |(class, _): &(Word, Day)| {
        let due = moment.in_force.due(&seen.state, *class);
        due.is_some_and(|day| day <= moment.today) || !seen.has_key(*class)
    };
    let moving = seen.state.moving.iter();
    let listed = moving.map(|(class, day)| (Word(*class), Day(*day)));
    listed.filter(is_past).collect()
}
