//! One commit within a group: its condition, then its changes and its entry. It never commits the
//! group.
//!
//! Everything that can refuse a commit is looked at before anything of it is written, so a refused
//! commit leaves nothing to take back and a group needs no savepoints, which copy every page they
//! touch.

use super::schema::{PEOPLE, SEQUENCED};
use crate::store::changes::Changes;
use crate::store::limits::is_about_person;
use crate::store::{
    BlindIndex, Commit, Expected, Outcome, RecordKind, StoredItem, Word, WordKind, Write,
};
use kept_terms::{Day, PersonId};
use rusqlite::{Connection, OptionalExtension, Params, Statement};
use std::collections::BTreeMap;

/// What is known about the group under way.
pub struct Group<'c> {
    pub connection: &'c Connection,
    stage: Statement<'c>,
    /// The index of the next entry; put back when the group is.
    pub next_index: u64,
    /// The epoch that the group's changes will have.
    pub epoch: u64,
    /// Whether the group has changed anything that readers hold snapshots of.
    pub has_changed: bool,
    pub changes: Changes,
    /// By how much figures have moved.
    tally: BTreeMap<i64, i64>,
    /// Whether rows of deleted people may be left. No is certain.
    may_be_leftovers: bool,
}

impl<'c> Group<'c> {
    pub fn new(connection: &'c Connection, epoch: u64) -> rusqlite::Result<Group<'c>> {
        let stage = "INSERT INTO staged (seq, person, entry) VALUES (?1, ?2, ?3)";
        let last: Option<i64> =
            connection.query_row("SELECT max(seq) FROM staged", [], |row| row.get(0))?;
        let sequenced = connection
            .query_row(
                "SELECT number FROM figure WHERE name = ?1",
                [SEQUENCED],
                |row| row.get(0),
            )
            .optional()?;
        let next = last.map_or(sequenced.unwrap_or(0), |last| last.saturating_add(1));
        let left = "SELECT EXISTS (SELECT 1 FROM leftover)";
        let may_be_leftovers = connection.query_row(left, [], |row| row.get(0))?;
        Ok(Group {
            connection,
            stage: connection.prepare(stage)?,
            next_index: unsigned(next),
            epoch,
            has_changed: false,
            changes: Changes::since(epoch.saturating_sub(1)),
            tally: BTreeMap::new(),
            may_be_leftovers,
        })
    }

    /// Writes the figures that have moved; the last thing before the group is committed.
    pub fn write_figures(&mut self) -> rusqlite::Result<()> {
        for (name, moved) in std::mem::take(&mut self.tally) {
            let add = "INSERT INTO figure (name, number) VALUES (?1, ?2)
                ON CONFLICT (name) DO UPDATE SET number = number + excluded.number";
            run(self.connection, add, (name, moved))?;
        }
        Ok(())
    }

    /// Forgets what the group did, after it was taken back.
    pub fn forget(&mut self, next_index: u64) {
        self.next_index = next_index;
        self.has_changed = false;
        self.tally.clear();
        self.may_be_leftovers = true;
    }

    /// Says that no row of a deleted person is left.
    pub fn none_left_over(&mut self) {
        self.may_be_leftovers = false;
    }

    /// Applies one commit, or finds why it does not hold.
    pub fn apply(&mut self, commit: &Commit) -> rusqlite::Result<Outcome> {
        for (kind, key) in &commit.absent {
            if self.has_record(*kind, key)? {
                return Ok(Outcome::Repeated);
            }
        }
        let touched = commit
            .person
            .filter(|_| commit.writes.iter().any(is_about_person));
        if let Some(person) = commit.person
            && touched.is_none()
        {
            if !self.holds(person, commit.expected)? {
                return Ok(Outcome::Moved);
            }
        } else if let Some(person) = touched {
            let version = self.version(person)?;
            let holds = match commit.expected {
                Expected::Nothing => true,
                Expected::New => version.is_none(),
                Expected::Unchanged {
                    version: expected, ..
                } => version == Some(expected),
            };
            if !holds || (version.is_none() && !self.can_create(person, &commit.writes)?) {
                return Ok(Outcome::Moved);
            }
            for write in &commit.writes {
                if let Write::Claim(index) = write
                    && self.is_taken(index, person)?
                {
                    return Ok(Outcome::Taken);
                }
                if let Write::SetAside {
                    person: other,
                    version,
                    ..
                } = write
                    && (*other == person || self.version(*other)? != Some(*version))
                {
                    return Ok(Outcome::Moved);
                }
            }
            self.change_person(person, version, &commit.writes)?;
        }
        for write in &commit.writes {
            self.change_record(write)?;
        }
        self.has_changed |= !commit.writes.is_empty();
        let index = self.next_index;
        let person = commit.person.as_ref().map(|person| &person.0);
        self.stage.execute((signed(index), person, &commit.entry))?;
        self.next_index += 1;
        Ok(Outcome::Done(index))
    }

    /// Changes records, without an entry.
    pub fn book(&mut self, writes: &[Write]) -> rusqlite::Result<()> {
        writes
            .iter()
            .try_for_each(|write| self.change_record(write))?;
        self.has_changed |= !writes.is_empty();
        Ok(())
    }

    /// Whether the condition of a commit holds that changes nothing of the person.
    fn holds(&self, person: PersonId, expected: Expected) -> rusqlite::Result<bool> {
        match expected {
            Expected::Nothing => Ok(true),
            Expected::New => Ok(self.version(person)?.is_none()),
            Expected::Unchanged { version, epoch } => {
                Ok(self.changes.is_unchanged_since(person, epoch)
                    || self.version(person)? == Some(version))
            }
        }
    }

    fn version(&self, person: PersonId) -> rusqlite::Result<Option<u64>> {
        let sql = "SELECT version FROM person WHERE person = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let version = statement
            .query_row([person.0], |row| row.get(0))
            .optional()?;
        Ok(version.map(unsigned))
    }

    /// A person is made by their state, and never again once deleted while rows of theirs are left.
    fn can_create(&self, person: PersonId, writes: &[Write]) -> rusqlite::Result<bool> {
        let has_state = writes
            .iter()
            .any(|write| matches!(write, Write::PutState(_)));
        Ok(has_state && !self.is_leftover(&person.0)?)
    }

    fn is_leftover(&self, person: &[u8; 16]) -> rusqlite::Result<bool> {
        if !self.may_be_leftovers {
            return Ok(false);
        }
        let sql = "SELECT 1 FROM leftover WHERE person = ?1";
        self.connection.prepare_cached(sql)?.exists([person])
    }

    /// Whether an identifier belongs to another person who is there.
    fn is_taken(&self, index: &BlindIndex, person: PersonId) -> rusqlite::Result<bool> {
        let sql = "SELECT person FROM identifier WHERE hash = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let owner: Option<[u8; 16]> = statement.query_row([index], |row| row.get(0)).optional()?;
        match owner {
            Some(owner) if owner != person.0 => Ok(!self.is_leftover(&owner)?),
            Some(_) | None => Ok(false),
        }
    }

    fn has_record(&self, kind: RecordKind, key: &[u8]) -> rusqlite::Result<bool> {
        let sql = "SELECT 1 FROM record WHERE kind = ?1 AND key = ?2";
        self.connection
            .prepare_cached(sql)?
            .exists((kind as u8, key))
    }

    fn change_person(
        &mut self,
        person: PersonId,
        version: Option<u64>,
        writes: &[Write],
    ) -> rusqlite::Result<()> {
        let connection = self.connection;
        let id = person.0;
        let mut state = None;
        let mut is_deleted = false;
        for write in writes {
            match write {
                Write::PutState(new) => state = Some(new),
                Write::PutItem(item) => self.put_item(person, item)?,
                Write::DeleteItem(field, number) => {
                    self.delete_item(person, *field, *number)?;
                }
                Write::Claim(index) => {
                    let claim = "INSERT INTO identifier (hash, person) VALUES (?1, ?2)
                        ON CONFLICT (hash) DO UPDATE SET person = excluded.person";
                    run(connection, claim, (index, id))?;
                }
                Write::Unclaim(index) => {
                    let unclaim = "DELETE FROM identifier WHERE hash = ?1 AND person = ?2";
                    run(connection, unclaim, (index, id))?;
                }
                Write::PutAnchor { class, new, old: _ } => self.put_anchor(person, *class, *new)?,
                Write::SetAside {
                    person: other,
                    version,
                    state,
                    unclaimed,
                } => {
                    self.set_aside(*other, *version, state, unclaimed)?;
                }
                Write::DeletePerson => is_deleted = true,
                Write::PutRecord(_) | Write::DeleteRecord(..) => {}
            }
        }
        let next = version.unwrap_or(0).saturating_add(1);
        match (is_deleted, version, state) {
            (true, before, _) => {
                if before.is_some() {
                    run(connection, "DELETE FROM person WHERE person = ?1", [id])?;
                    self.count(PEOPLE, -1);
                }
                run(
                    connection,
                    "INSERT INTO leftover (person, bucket) VALUES (?1, 0)",
                    [id],
                )?;
                self.may_be_leftovers = true;
            }
            (false, Some(_), None) => {
                let update = "UPDATE person SET version = ?2 WHERE person = ?1";
                run(connection, update, (id, signed(next)))?;
            }
            (false, Some(_), Some(state)) => {
                let update = "UPDATE person SET version = ?2, state = ?3 WHERE person = ?1";
                run(connection, update, (id, signed(next), state))?;
            }
            (false, None, state) => {
                let insert = "INSERT INTO person (person, version, state) VALUES (?1, ?2, ?3)";
                run(connection, insert, (id, signed(next), state))?;
                self.count(PEOPLE, 1);
            }
        }
        self.changes.mark(person, self.epoch);
        Ok(())
    }

    fn set_aside(
        &mut self,
        person: PersonId,
        version: u64,
        state: &[u8],
        unclaimed: &[BlindIndex],
    ) -> rusqlite::Result<()> {
        for index in unclaimed {
            let unclaim = "DELETE FROM identifier WHERE hash = ?1 AND person = ?2";
            run(self.connection, unclaim, (index, person.0))?;
        }
        // No day moves for them any more, and none falls due.
        let unlist = "DELETE FROM anchor WHERE person = ?1";
        run(self.connection, unlist, [&person.0[..]])?;
        let next = signed(version.saturating_add(1));
        let update = "UPDATE person SET version = ?2, state = ?3 WHERE person = ?1";
        run(self.connection, update, (person.0, next, state))?;
        self.changes.mark(person, self.epoch);
        Ok(())
    }

    fn put_item(&mut self, person: PersonId, item: &StoredItem) -> rusqlite::Result<()> {
        let insert = "INSERT INTO item (person, field, number, origin, class, anchor, sealed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
        let values = || {
            let anchor = item.anchor.map(|day| day.0);
            let (field, class) = (item.field.0, item.class.0);
            (
                person.0,
                field,
                item.number,
                item.origin.0,
                class,
                anchor,
                &item.sealed,
            )
        };
        if run(self.connection, insert, values())? == 0 {
            self.delete_item(person, item.field, item.number)?;
            run(self.connection, insert, values())?;
        }
        self.count(i64::from(item.class.0), 1);
        Ok(())
    }

    /// Deletes an item's row, if it is there.
    pub fn delete_item(
        &mut self,
        person: PersonId,
        field: Word,
        number: u32,
    ) -> rusqlite::Result<()> {
        let sql =
            "DELETE FROM item WHERE person = ?1 AND field = ?2 AND number = ?3 RETURNING class";
        let mut statement = self.connection.prepare_cached(sql)?;
        let key = (person.0, field.0, number);
        let class: Option<i64> = statement.query_row(key, |row| row.get(0)).optional()?;
        if let Some(class) = class {
            self.count(class, -1);
        }
        Ok(())
    }

    fn put_anchor(
        &mut self,
        person: PersonId,
        class: Word,
        day: Option<Day>,
    ) -> rusqlite::Result<()> {
        let key = (person.0, class.0);
        match day {
            Some(day) => {
                let put = "INSERT INTO anchor (person, class, day) VALUES (?1, ?2, ?3)
                    ON CONFLICT (person, class) DO UPDATE SET day = excluded.day";
                run(self.connection, put, (key.0, key.1, day.0))?;
            }
            None => {
                let delete = "DELETE FROM anchor WHERE person = ?1 AND class = ?2";
                run(self.connection, delete, key)?;
            }
        }
        Ok(())
    }

    fn change_record(&mut self, write: &Write) -> rusqlite::Result<()> {
        match write {
            Write::PutRecord(record) => {
                let put = "INSERT INTO record (kind, key, value) VALUES (?1, ?2, ?3)
                    ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value";
                run(
                    self.connection,
                    put,
                    (record.kind as u8, &record.key, &record.value),
                )?;
            }
            Write::DeleteRecord(kind, key) => {
                let delete = "DELETE FROM record WHERE kind = ?1 AND key = ?2";
                run(self.connection, delete, (*kind as u8, key))?;
            }
            Write::PutState(_)
            | Write::PutItem(_)
            | Write::DeleteItem(..)
            | Write::Claim(_)
            | Write::Unclaim(_)
            | Write::PutAnchor { .. }
            | Write::SetAside { .. }
            | Write::DeletePerson => {}
        }
        Ok(())
    }

    /// Numbers a word.
    pub fn intern(&mut self, kind: WordKind, word: &str) -> rusqlite::Result<Word> {
        let find = "SELECT number FROM word WHERE kind = ?1 AND text = ?2";
        let found = self
            .connection
            .query_row(find, (kind as u8, word), |row| row.get(0))
            .optional()?;
        if let Some(number) = found {
            return Ok(Word(number));
        }
        let next = "SELECT coalesce(max(number), 0) + 1 FROM word";
        let number: u32 = self.connection.query_row(next, [], |row| row.get(0))?;
        let insert = "INSERT INTO word (kind, text, number) VALUES (?1, ?2, ?3)";
        run(self.connection, insert, (kind as u8, word, number))?;
        self.has_changed = true;
        Ok(Word(number))
    }

    /// Moves a figure.
    pub fn count(&mut self, name: i64, by: i64) {
        *self.tally.entry(name).or_default() += by;
    }
}

/// Runs a statement, prepared once.
pub fn run(connection: &Connection, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(params)
}

/// As SQLite counts. What is stored starts at nought and goes up by one, so it never gets past the
/// end.
pub fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// As we count. Nothing negative is stored; the check would name it.
pub fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
