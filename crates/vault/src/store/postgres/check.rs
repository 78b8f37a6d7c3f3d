//! Whether what is stored hangs together. It mends nothing, and names places, never contents.

use super::trouble::failure;
use crate::store::Failure;
use tokio_postgres::Client;

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
        "SELECT 1 FROM item WHERE least(field, number, class, origin) < 0
            OR greatest(field, number, class, origin) > 4294967295",
    ),
    (
        "an identifier is not as long as one",
        "SELECT 1 FROM identifier WHERE length(hash) <> 32",
    ),
    (
        "an entry of the ledger is missing among those staged",
        "SELECT 1 FROM (SELECT count(*) AS there, max(seq) - min(seq) + 1 AS span,
                max(seq) + 1 AS last FROM staged) AS it
         WHERE there > 0
            AND (there <> span OR last <> (SELECT next FROM ledger_end))",
    ),
    (
        "the first staged entry is not the next to be sequenced",
        "SELECT 1 FROM (SELECT min(seq) AS first FROM staged) AS it
         WHERE coalesce(first, (SELECT next FROM ledger_end))
            <> (SELECT sequenced FROM ledger_end)",
    ),
    (
        "the trail names an entry not yet sequenced",
        "SELECT 1 FROM trail WHERE seq < 0 OR seq >= (SELECT sequenced FROM ledger_end)",
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

/// Looks at every rule, on one snapshot.
pub async fn check(client: &Client) -> Result<(), Failure> {
    let begin = "SET statement_timeout TO 0; SET enable_seqscan TO on;
        BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    client
        .batch_execute(begin)
        .await
        .map_err(|it| failure(&it))?;
    for (meaning, sql) in RULES {
        let sql = format!("{sql} LIMIT 1");
        let found = client.query(&sql, &[]).await.map_err(|it| failure(&it))?;
        if !found.is_empty() {
            return Err(Failure::Corrupt((*meaning).to_owned()));
        }
    }
    client
        .batch_execute("COMMIT")
        .await
        .map_err(|it| failure(&it))
}
