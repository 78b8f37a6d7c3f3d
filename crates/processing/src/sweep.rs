//! The sweep: what is past its day is destroyed, key first, and what nobody can read any more is
//! cleared away.
//! What is due was unreadable already, since no permit shows it; the sweep makes it unreadable for
//! ever.

use crate::door::{
    Asking, Moment, Processing, REMEMBERED_SECONDS, actor, answered, doom, known_items, nobody,
};
use crate::{Caller, Command, Failure};
use kept_policy::*;
use kept_terms::{Act, Day, PersonId, Set};
use kept_vault::Doomed;
use kept_vault::store::{
    Commit, Expected, ItemKey, Outcome, Record, RecordKind, Store, Wanted, Word, Write,
};
use std::collections::BTreeSet;

/// After a longer gap than this, in days, a sweep asks for confirmation: the clock may be wrong.
const GAP_DAYS_MAX: i32 = 31;

/// How many rows or people one step of the sweep takes on.
const STEP: usize = 2_000;

/// The setting that remembers the day of the last sweep.
const LAST_SWEEP: &[u8] = b"last-sweep";

/// What a sweep did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// Items that fell due and were destroyed.
    pub items: u64,
    /// Keys that were destroyed with them.
    pub keys: u64,
    /// People of whom nothing is left.
    pub people: u64,
    /// Rows of erased people that were cleared away.
    pub rows: u64,
}

impl<S: Store> Processing<S> {
    /// Destroys everything that is past its day.
    ///
    /// After a gap of more than 31 days since the last sweep the present day must be confirmed:
    /// destruction cannot be
    /// undone, and a clock that jumped ahead would make everything look due.
    pub async fn sweep(&self, confirmed: Option<Day>) -> Result<Swept, Failure> {
        let moment = self.moment();
        self.check_clock(&moment, confirmed).await?;
        let caller = Caller::system("sweep");
        let command = Command::Erase {
            person: PersonId([0; 16]),
        };
        let asking = Asking {
            caller: &caller,
            actor: actor(moment.policy(), &caller)?,
            command: &command,
            moment: &moment,
        };
        let mut swept = Swept::default();
        let classes = moment.policy().words.classes.iter();
        for (id, class) in classes {
            let upto = class.period.anchored_by(moment.today);
            let word = moment.in_force.class_word(id)?;
            match class.moves {
                false => self.sweep_days(&asking, id, word, upto, &mut swept).await?,
                true => self.sweep_people(&asking, word, upto, &mut swept).await?,
            }
        }
        loop {
            let (rows, more) = self.vault.store().leftovers(STEP).await?;
            swept.rows += rows;
            if !more {
                break;
            }
        }
        self.remember_day(&asking).await?;
        self.forget_requests(&asking).await?;
        Ok(swept)
    }

    /// Forgets requests that are too old to be repeated.
    async fn forget_requests(&self, asking: &Asking<'_>) -> Result<(), Failure> {
        let before = asking.moment.now.as_second() - REMEMBERED_SECONDS;
        let marks = self.vault.store().records(RecordKind::Idempotency).await?;
        let old = marks
            .into_iter()
            .filter(|record| answered(&record.value) < before);
        let gone: Vec<Write> = old
            .map(|record| Write::DeleteRecord(RecordKind::Idempotency, record.key))
            .collect();
        let request = Request::new(Act::Destroy, asking.actor);
        for step in gone.chunks(STEP) {
            let permit = self.permitted_destruction(asking, &request, &[])?;
            let mut telling = asking.telling(&request);
            telling.reference = Some("tidy:requests".to_owned());
            telling.count = u64::try_from(step.len()).ok();
            let entry = telling.permitted(&permit)?;
            self.commit_one(None, Expected::Nothing, step.to_vec(), entry)
                .await?;
        }
        Ok(())
    }

    async fn check_clock(&self, moment: &Moment, confirmed: Option<Day>) -> Result<(), Failure> {
        let last = self
            .vault
            .store()
            .record(RecordKind::Setting, LAST_SWEEP)
            .await?;
        let last = last.and_then(|bytes| bytes.first_chunk().copied().map(i32::from_le_bytes));
        let jumped = last.is_some_and(|last| moment.today.0.saturating_sub(last) > GAP_DAYS_MAX);
        if jumped && confirmed != Some(moment.today) {
            let last = last.map_or(Day::NEVER, Day);
            let problem = format!(
                "says {}, and the last sweep was on {last}; if that is right, confirm it with \
                 `kept sweep --confirm {}`; nothing was destroyed",
                moment.today, moment.today
            );
            return Err(Failure::invalid("the clock", problem));
        }
        Ok(())
    }

    /// Remembers the day, if it is a new one: a clock that went back does not shorten the gap.
    async fn remember_day(&self, asking: &Asking<'_>) -> Result<(), Failure> {
        let today = asking.moment.today;
        let last = self
            .vault
            .store()
            .record(RecordKind::Setting, LAST_SWEEP)
            .await?;
        let last = last.and_then(|bytes| bytes.first_chunk().copied().map(i32::from_le_bytes));
        if last.is_some_and(|last| last >= today.0) {
            return Ok(());
        }
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &[])?;
        let mut telling = asking.telling(&request);
        telling.reference = Some(format!("sweep:{today}"));
        let value = today.0.to_le_bytes().to_vec();
        let record = Record {
            kind: RecordKind::Setting,
            key: LAST_SWEEP.to_vec(),
            value,
        };
        let entry = telling.permitted(&permit)?;
        let writes = vec![
            Write::PutRecord(record),
            Write::PutRecord(self.census_record().await?),
        ];
        self.commit_one(None, Expected::Nothing, writes, entry)
            .await?;
        Ok(())
    }

    pub(crate) async fn commit_one(
        &self,
        person: Option<PersonId>,
        expected: Expected,
        writes: Vec<Write>,
        entry: Vec<u8>,
    ) -> Result<Outcome, Failure> {
        let commit = Commit {
            person,
            expected,
            absent: None,
            writes,
            entry,
        };
        let outcomes = self.vault.commit(vec![commit]).await?;
        let lost = || Failure::Corrupt("a commit has no outcome".to_owned());
        outcomes.first().copied().ok_or_else(lost)
    }

    /// The permit for destroying items; a refusal here means that a caller picked something that is
    /// still needed.
    fn permitted_destruction(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        items: &[ItemFacts],
    ) -> Result<Permit, Failure> {
        let policy = asking.policy();
        let person = nobody(policy);
        let facts = Facts {
            person: &person,
            items,
            recipient: None,
        };
        match decide(policy, request, &facts, asking.moment.today) {
            Decision::Permitted(permit) => Ok(permit),
            Decision::Refused(_) => Err(Failure::Conflict(
                "something became needed again while it was swept",
            )),
        }
    }

    /// Classes that count from a fixed day: one key a day, so a million items go with one key.
    async fn sweep_days(
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
            self.commit_one(None, Expected::Nothing, vec![doom(&doomed)], entry)
                .await?;
            swept.keys += self.vault.destroy(&doomed)?;
            swept.items += count;
        }
        loop {
            let rows = self.vault.store().due_items(word, upto, STEP).await?;
            if rows.is_empty() {
                break;
            }
            let keys: Vec<ItemKey> = rows.into_iter().map(|(_, key)| key).collect();
            self.vault.store().clear_items(&keys).await?;
            let people: BTreeSet<PersonId> = keys.iter().map(|key| key.person).collect();
            for person in people {
                self.tidy(asking, person, swept).await?;
            }
        }
        let Some((day, _)) = due.last() else {
            return Ok(());
        };
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &[])?;
        let (key, _) = Doomed::Days(word, *day).record();
        self.strike_off(asking, &permit, key, "keys:days").await
    }

    /// Takes a finished destruction off the record of what is doomed.
    async fn strike_off(
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
    async fn sweep_people(
        &self,
        asking: &Asking<'_>,
        word: Word,
        upto: Day,
        swept: &mut Swept,
    ) -> Result<(), Failure> {
        loop {
            let due = self.vault.store().due_people(word, upto, STEP).await?;
            if due.is_empty() {
                return Ok(());
            }
            for (day, person) in due {
                self.destroy_class(asking, person, word, day, swept).await?;
                self.tidy(asking, person, swept).await?;
            }
        }
    }

    async fn destroy_class(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        word: Word,
        day: Day,
        swept: &mut Swept,
    ) -> Result<(), Failure> {
        let wanted = Wanted::Page {
            after: None,
            limit: usize::MAX,
        };
        let Some(mut seen) = self.vault.look(person, wanted).await? else {
            return Ok(());
        };
        let version = seen.version;
        let (stored, facts) = known_items(&asking.moment.in_force, &mut seen);
        let (stored, facts): (Vec<_>, Vec<_>) = stored
            .into_iter()
            .zip(facts)
            .filter(|(item, _)| item.class == word)
            .unzip();
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &facts)?;
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
        writes.insert(0, self.vault.put_state(&seen, &state)?);
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.count = u64::try_from(stored.len()).ok();
        let entry = telling.permitted(&permit)?;
        let expected = Expected::Unchanged {
            version,
            epoch: seen.epoch,
        };
        let _nothing_is_sealed = self.sealing.write().await;
        let outcome = self
            .commit_one(Some(person), expected, writes, entry)
            .await?;
        if let Outcome::Done(_) = outcome {
            self.vault.destroy(&doomed)?;
            self.strike_off(asking, &permit, doomed.record().0, "keys:class")
                .await?;
            swept.items += u64::try_from(stored.len()).unwrap_or(u64::MAX);
            swept.keys += 1;
        }
        // Whoever changed meanwhile is looked at again with the next step.
        Ok(())
    }

    /// Gives up identifiers of which no item is left, and forgets a person of whom nothing is left.
    async fn tidy(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        swept: &mut Swept,
    ) -> Result<(), Failure> {
        let wanted = Wanted::Page {
            after: None,
            limit: usize::MAX,
        };
        let Some(seen) = self.vault.look(person, wanted).await? else {
            return Ok(());
        };
        let held = |field: u32| seen.items.iter().any(|item| item.field.0 == field);
        let gone: Vec<_> = seen
            .state
            .identifiers
            .iter()
            .filter(|(field, _)| !held(*field))
            .copied()
            .collect();
        if gone.is_empty() && !seen.items.is_empty() {
            return Ok(());
        }
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &[])?;
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        let mut writes: Vec<Write> = gone
            .iter()
            .map(|(_, index)| Write::Unclaim(*index))
            .collect();
        let mut state = seen.state.clone();
        state.identifiers.retain(|known| !gone.contains(known));
        let forgotten = seen.items.is_empty();
        if forgotten {
            telling.reference = Some("tidy:nothing-left".to_owned());
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
        } else {
            telling.reference = Some("tidy:identifiers".to_owned());
        }
        writes.insert(0, self.vault.put_state(&seen, &state)?);
        let entry = telling.permitted(&permit)?;
        let expected = Expected::Unchanged {
            version: seen.version,
            epoch: seen.epoch,
        };
        let outcome = self
            .commit_one(Some(person), expected, writes, entry)
            .await?;
        if forgotten && matches!(outcome, Outcome::Done(_)) {
            self.finish_erasure(asking.moment, &seen, &permit).await?;
            swept.people += 1;
        }
        Ok(())
    }

    /// Finishes destructions that were recorded before the last run ended and may not have been
    /// carried out.
    pub(crate) async fn finish_destructions(&self) -> Result<(), Failure> {
        let moment = self.moment();
        let caller = Caller::system("recovery");
        let command = Command::Erase {
            person: PersonId([0; 16]),
        };
        let asking = Asking {
            caller: &caller,
            actor: actor(moment.policy(), &caller)?,
            command: &command,
            moment: &moment,
        };
        for record in self.vault.store().records(RecordKind::Doomed).await? {
            let Some(doomed) = Doomed::from_record(&record.key, &record.value) else {
                return Err(Failure::Corrupt(
                    "a record of destruction cannot be read".to_owned(),
                ));
            };
            // Items that came after the key was destroyed have a new one, which stays.
            let live = match doomed {
                Doomed::Class(person, class) => self
                    .vault
                    .look(person, Wanted::Nothing)
                    .await?
                    .is_some_and(|seen| seen.state.moving.iter().any(|(c, _)| *c == class.0)),
                Doomed::Person(_) | Doomed::Days(..) => false,
            };
            if !live {
                self.vault.destroy(&doomed)?;
            }
            let request = Request::new(Act::Destroy, asking.actor);
            let permit = self.permitted_destruction(&asking, &request, &[])?;
            match doomed {
                Doomed::Person(person) => {
                    let mut telling = asking.telling(&request);
                    telling.reference = Some("recovered:person".to_owned());
                    self.clear_person(person, telling.permitted(&permit)?)
                        .await?;
                }
                Doomed::Class(..) | Doomed::Days(..) => {
                    self.strike_off(&asking, &permit, record.key, "recovered:class")
                        .await?;
                }
            }
        }
        Ok(())
    }
}
