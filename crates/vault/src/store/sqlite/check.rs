//! Whether what is stored hangs together. It mends nothing, and names places, never contents.

use super::trouble::failure;
use crate::store::Failure;
use rusqlite::Connection;

/// What must not be found, and what it means where it is. Each statement answers with a row if it
/// is.
const RULES: &[(&str, &str)] = &[
    (
        "an item belongs to nobody",
        "SELECT 1 FROM item
         WHERE NOT EXISTS (SELECT 1 FROM person WHERE person.person = item.person)
            AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = item.person)",
    ),
    (
        "an identifier belongs to nobody",
        "SELECT 1 FROM identifier
         WHERE NOT EXISTS (SELECT 1 FROM person WHERE person.person = identifier.person)
            AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = identifier.person)",
    ),
    (
        "a day that items count from belongs to nobody",
        "SELECT 1 FROM anchor
         WHERE NOT EXISTS (SELECT 1 FROM person WHERE person.person = anchor.person)
            AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = anchor.person)",
    ),
    (
        "a person is both there and deleted",
        "SELECT 1 FROM leftover JOIN person USING (person)",
    ),
    (
        "a person has no version",
        "SELECT 1 FROM person WHERE version < 1 OR length(person) <> 16",
    ),
    (
        "a field, class, origin or number is out of range",
        "SELECT 1 FROM item WHERE min(field, number, class, origin) < 0
            OR max(field, number, class, origin) > 4294967295",
    ),
    (
        "an entry of the ledger is missing among those staged",
        "SELECT 1 FROM (SELECT count(*) AS there, max(seq) - min(seq) + 1 AS span FROM staged)
         WHERE there > 0 AND there <> span",
    ),
    (
        "the first staged entry is not the next to be sequenced",
        "SELECT 1 FROM (SELECT min(seq) AS first FROM staged)
         WHERE first IS NOT NULL
            AND first <> coalesce((SELECT number FROM figure WHERE name = -2), 0)",
    ),
    (
        "the trail names an entry in the wrong place or one not yet sequenced",
        "SELECT 1 FROM trail WHERE bucket <> seq >> 16 OR seq < 0
            OR seq >= coalesce((SELECT number FROM figure WHERE name = -2), 0)",
    ),
    (
        "the count of people is wrong",
        "SELECT 1 WHERE (SELECT count(*) FROM person)
            <> coalesce((SELECT number FROM figure WHERE name = -1), 0)",
    ),
    (
        "the count of a class's items is wrong",
        "SELECT 1 FROM (SELECT class, count(*) AS there FROM item GROUP BY class) AS counted
            FULL JOIN (SELECT name, number FROM figure WHERE name >= 0) AS figure
            ON counted.class = figure.name
         WHERE coalesce(there, 0) <> coalesce(number, 0)",
    ),
    (
        "a word has no kind or no number",
        "SELECT 1 FROM word WHERE kind NOT BETWEEN 1 AND 7 OR number < 1",
    ),
    (
        "a record has no kind",
        "SELECT 1 FROM record WHERE kind NOT BETWEEN 1 AND 32",
    ),
];

/// Looks at every page, then at every rule, on one snapshot.
pub fn check(connection: &Connection) -> Result<(), Failure> {
    connection.execute_batch("BEGIN").map_err(failure)?;
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(failure)?;
    if found != "ok" {
        // SQLite names trees, pages, tables and indexes here, and no contents.
        return Err(Failure::Corrupt(format!("the file `vault.db`: {found}")));
    }
    for (meaning, sql) in RULES {
        let mut statement = connection.prepare(sql).map_err(failure)?;
        if statement.exists([]).map_err(failure)? {
            return Err(Failure::Corrupt((*meaning).to_owned()));
        }
    }
    connection.execute_batch("COMMIT").map_err(failure)
}
