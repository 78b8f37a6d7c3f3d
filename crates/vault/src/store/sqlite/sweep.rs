//! Work in bounded steps beside the acts: clearing rows whose keys are gone, moving entries to the
//! trail. It decides nothing: what it deletes cannot be read any more.

use super::apply::{Group, run, signed};
use super::schema::{BUCKET_BITS, SEQUENCED};
use crate::store::ItemKey;
use kept_terms::PersonId;
use rusqlite::{OptionalExtension, params};

/// Buckets of the trail looked into for one deleted person in one step.
const BUCKETS_MAX: i64 = 64;
/// Deleted people looked at in one step.
const PEOPLE_MAX: usize = 64;

impl Group<'_> {
    /// Deletes rows of items.
    pub fn clear_items(&mut self, items: &[ItemKey]) -> rusqlite::Result<()> {
        for item in items {
            self.delete_item(item.person, item.field, item.number)?;
        }
        self.has_changed = true;
        Ok(())
    }

    /// Deletes at most so many rows of people who were deleted: how many were, and whether some are
    /// left.
    pub fn clear_leftovers(&mut self, limit: u64) -> rusqlite::Result<(u64, bool)> {
        let first = "SELECT person, bucket FROM leftover ORDER BY person LIMIT 1";
        let mut statement = self.connection.prepare_cached(first)?;
        let mut done = 0;
        for _ in 0..PEOPLE_MAX {
            let found = statement
                .query_row([], |row| Ok((PersonId(row.get(0)?), row.get(1)?)))
                .optional()?;
            let Some((person, bucket)) = found else {
                self.none_left_over();
                return Ok((done, false));
            };
            if done >= limit {
                break;
            }
            done += self.clear_person(person, bucket, limit - done)?;
            self.has_changed = true;
        }
        Ok((done, true))
    }

    fn clear_person(&mut self, person: PersonId, bucket: i64, limit: u64) -> rusqlite::Result<u64> {
        let mut done = self.clear_items_of(person, limit)?;
        if done < limit {
            for table in [
                "DELETE FROM identifier WHERE person = ?1",
                "DELETE FROM anchor WHERE person = ?1",
            ] {
                done += run(self.connection, table, [person.0])? as u64;
            }
            done += self.clear_trail_of(person, bucket, limit.saturating_sub(done))?;
        }
        Ok(done)
    }

    fn clear_items_of(&mut self, person: PersonId, limit: u64) -> rusqlite::Result<u64> {
        let select = "SELECT field, number, class FROM item WHERE person = ?1
            ORDER BY field, number LIMIT ?2";
        let mut statement = self.connection.prepare_cached(select)?;
        let mut rows = statement.query(params![person.0, signed(limit)])?;
        let mut done = 0;
        let mut last: Option<(i64, i64)> = None;
        while let Some(row) = rows.next()? {
            last = Some((row.get(0)?, row.get(1)?));
            self.count(row.get(2)?, -1);
            done += 1;
        }
        drop(rows);
        if let Some((field, number)) = last {
            let delete = "DELETE FROM item WHERE person = ?1 AND (field, number) <= (?2, ?3)";
            run(self.connection, delete, params![person.0, field, number])?;
        }
        Ok(done)
    }

    /// Goes on from a bucket; the person is done with when the last bucket is.
    fn clear_trail_of(&mut self, person: PersonId, from: i64, limit: u64) -> rusqlite::Result<u64> {
        let connection = self.connection;
        let mut next =
            connection.prepare_cached("SELECT min(bucket) FROM trail WHERE bucket >= ?1")?;
        let mut bucket = from;
        let mut done = 0;
        for _ in 0..BUCKETS_MAX {
            let Some(found) = next.query_row([bucket], |row| row.get::<_, Option<i64>>(0))? else {
                run(
                    connection,
                    "DELETE FROM leftover WHERE person = ?1",
                    [person.0],
                )?;
                return Ok(done);
            };
            bucket = found;
            let wanted = limit.saturating_sub(done);
            let last = "SELECT max(seq), count(*) FROM (SELECT seq FROM trail
                WHERE bucket = ?1 AND person = ?2 ORDER BY seq LIMIT ?3)";
            let (last, count): (Option<i64>, u32) = connection
                .prepare_cached(last)?
                .query_row(params![bucket, person.0, signed(wanted)], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?;
            if let Some(last) = last {
                let delete = "DELETE FROM trail WHERE bucket = ?1 AND person = ?2 AND seq <= ?3";
                run(connection, delete, params![bucket, person.0, last])?;
            }
            done += u64::from(count);
            if u64::from(count) >= wanted {
                break;
            }
            bucket += 1;
        }
        let update = "UPDATE leftover SET bucket = ?2 WHERE person = ?1";
        run(connection, update, params![person.0, bucket])?;
        Ok(done)
    }

    /// Moves at most so many staged entries below an index to the trail; whether some are left.
    ///
    /// People who are not there leave no trail: the entry that records an erasure must not outlast
    /// it as one.
    pub fn move_to_trail(&mut self, below: u64, limit: u64) -> rusqlite::Result<bool> {
        let connection = self.connection;
        let last = "SELECT max(seq) FROM
            (SELECT seq FROM staged WHERE seq < ?1 ORDER BY seq LIMIT ?2)";
        let last: Option<i64> = connection
            .prepare_cached(last)?
            .query_row([signed(below), signed(limit)], |row| row.get(0))?;
        let Some(last) = last else {
            self.number_from(below)?;
            return Ok(false);
        };
        let copy = "INSERT INTO trail (bucket, person, seq)
            SELECT staged.seq >> ?2, staged.person, staged.seq FROM staged
            WHERE staged.seq <= ?1 AND staged.person IS NOT NULL
                AND EXISTS (SELECT 1 FROM person WHERE person.person = staged.person)
            ORDER BY 1, 2, 3";
        run(connection, copy, (last, BUCKET_BITS))?;
        run(connection, "DELETE FROM staged WHERE seq <= ?1", [last])?;
        let remember = "INSERT INTO figure (name, number) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET number = excluded.number";
        run(connection, remember, (SEQUENCED, last.saturating_add(1)))?;
        let left = connection
            .prepare_cached("SELECT 1 FROM staged WHERE seq < ?1")?
            .exists([signed(below)])?;
        if !left {
            self.number_from(below)?;
        }
        Ok(left)
    }

    /// Numbers the next entry no lower than an index. A ledger that has more entries than the rows
    /// know of met an older backup of them, and no number of its may be given twice.
    fn number_from(&mut self, index: u64) -> rusqlite::Result<()> {
        if index > self.next_index {
            self.next_index = index;
            let remember = "INSERT INTO figure (name, number) VALUES (?1, ?2)
                ON CONFLICT (name) DO UPDATE SET number = excluded.number";
            run(self.connection, remember, (SEQUENCED, signed(index)))?;
        }
        Ok(())
    }
}
