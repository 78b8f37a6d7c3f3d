//! Every statement that is sent, once. None is put together from values.
//!
//! Those of acts name the key by which their table is spread, so that a distributed engine asks
//! only the nodes that hold it. The others say in [`Sql::why_it_fans_out`] why they cannot.

/// A statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Sql {
    // Reading.
    PersonAlone,
    PersonFields,
    PersonOne,
    PersonPage,
    Find,
    Words,
    Record,
    Records,
    RecordsPage,
    People,
    DueItems,
    DuePeople,
    CountDue,
    Staged,
    Trail,
    Figures,
    NextEntry,
    Generation,
    Bytes,
    // What a group looks at first.
    Queue,
    LockEnd,
    Versions,
    Leftovers,
    Owners,
    Classes,
    Present,
    // What a group changes.
    PutPeople,
    MovePeople,
    DeletePeople,
    LeaveOver,
    PutItems,
    DeleteItems,
    Claim,
    Unclaim,
    PutAnchors,
    DeleteAnchors,
    PutRecords,
    DeleteRecords,
    Stage,
    Count,
    MoveEnd,
    StageReadings,
    // All that a group changes that did not look first.
    AllAtOnce,
    // Work beside the acts.
    Fence,
    Intern,
    Interned,
    ClearItems,
    LeftItems,
    LeftIdentifiers,
    LeftAnchors,
    LeftTrail,
    DoneLeftovers,
    IsLeft,
    MoveToTrail,
    Sequenced,
    // Servers beside each other, and after each other.
    Mine,
    Burn,
}

use Sql::*;

/// It is an error, which ends all, where something is not as it was taken to be: where the end of
/// the ledger moved that was known, or somebody changed, or is there who is put as new, or an item,
/// a record or an identifier of somebody else. All else asks for the end of the ledger, so that is
/// taken first. The answer is the index of the first entry.
const ALL_AT_ONCE: &str = "
    WITH ours AS (
        UPDATE ledger_end SET next = next + $2, serial = greatest(serial + 1, $4)
        WHERE one = 1 AND ($1::bigint IS NULL OR next = $1) AND fence = $5 AND generation = $6
        RETURNING next - $2 AS first),
    mine AS (
        UPDATE member SET serial = $4, first = ours.first FROM ours
        WHERE id = $7 AND serial = $3 AND gone = false RETURNING id),
    new_people AS (
        INSERT INTO person (person, version, state)
        SELECT it.person,
            1 / (1 - (SELECT count(*) FROM leftover WHERE leftover.person = it.person)), it.state
        FROM unnest($8::bytea[], $9::bytea[]) AS it (person, state)
        WHERE EXISTS (SELECT 1 FROM mine)),
    people AS (
        UPDATE person SET version = it.version, state = coalesce(it.state, person.state)
        FROM unnest($10::bytea[], $11::bigint[], $12::bytea[]) AS it (person, version, state)
        WHERE person.person = it.person AND EXISTS (SELECT 1 FROM mine)),
    items AS (
        INSERT INTO item (person, field, number, origin, class, anchor, sealed)
        SELECT * FROM unnest($13::bytea[], $14::bigint[], $15::bigint[], $16::bigint[],
            $17::bigint[], $18::integer[], $19::bytea[])
        WHERE EXISTS (SELECT 1 FROM mine)),
    claims AS (
        INSERT INTO identifier (hash, person) SELECT * FROM unnest($20::bytea[], $21::bytea[])
        WHERE EXISTS (SELECT 1 FROM mine)
        ON CONFLICT (hash) DO UPDATE SET person = excluded.person
            WHERE identifier.person = excluded.person
        RETURNING hash),
    anchors AS (
        INSERT INTO anchor (person, class, day)
        SELECT * FROM unnest($22::bytea[], $23::bigint[], $24::integer[])
        WHERE EXISTS (SELECT 1 FROM mine)
        ON CONFLICT (person, class) DO UPDATE SET day = excluded.day),
    new_records AS (
        INSERT INTO record (kind, key, value)
        SELECT * FROM unnest($25::smallint[], $26::bytea[], $27::bytea[])
        WHERE EXISTS (SELECT 1 FROM mine)),
    records AS (
        INSERT INTO record (kind, key, value)
        SELECT * FROM unnest($28::smallint[], $29::bytea[], $30::bytea[])
        WHERE EXISTS (SELECT 1 FROM mine)
        ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value),
    figures AS (
        INSERT INTO figure (name, number) SELECT * FROM unnest($31::bigint[], $32::bigint[])
        WHERE EXISTS (SELECT 1 FROM mine)
        ON CONFLICT (name) DO UPDATE SET number = figure.number + excluded.number),
    entries AS (
        INSERT INTO staged (person, seq, entry) SELECT it.person, ours.first + it.at - 1, it.entry
        FROM ours, unnest($33::bytea[], $34::bytea[]) WITH ORDINALITY AS it (person, entry, at)
        WHERE EXISTS (SELECT 1 FROM mine)),
    unchanged AS (
        SELECT 1 FROM unnest($35::bytea[], $36::bigint[]) AS it (person, version)
        JOIN person ON person.person = it.person AND person.version = it.version)
    SELECT ours.first / ((SELECT count(*) FROM mine)
        * ((SELECT count(*) FROM claims) = cardinality($20::bytea[]))::integer
        * ((SELECT count(*) FROM unchanged) = cardinality($35::bytea[]))::integer)
    FROM ours";

/// All of them, in order of their numbers.
pub const ALL: &[Sql] = &[
    PersonAlone,
    PersonFields,
    PersonOne,
    PersonPage,
    Find,
    Words,
    Record,
    Records,
    RecordsPage,
    People,
    DueItems,
    DuePeople,
    CountDue,
    Staged,
    Trail,
    Figures,
    NextEntry,
    Generation,
    Bytes,
    Queue,
    LockEnd,
    Versions,
    Leftovers,
    Owners,
    Classes,
    Present,
    PutPeople,
    MovePeople,
    DeletePeople,
    LeaveOver,
    PutItems,
    DeleteItems,
    Claim,
    Unclaim,
    PutAnchors,
    DeleteAnchors,
    PutRecords,
    DeleteRecords,
    Stage,
    Count,
    MoveEnd,
    StageReadings,
    AllAtOnce,
    Fence,
    Intern,
    Interned,
    ClearItems,
    LeftItems,
    LeftIdentifiers,
    LeftAnchors,
    LeftTrail,
    DoneLeftovers,
    IsLeft,
    MoveToTrail,
    Sequenced,
    Mine,
    Burn,
];

impl Sql {
    /// Its text.
    pub fn text(self) -> &'static str {
        match self {
            PersonAlone | PersonFields | PersonOne | PersonPage | Find | Words | Record
            | Records | RecordsPage | People | DueItems | DuePeople | CountDue | Staged | Trail
            | Figures | Bytes => self.reading(),
            Queue | LockEnd | Versions | Leftovers | Owners | Classes | Present => self.looking(),
            PutPeople | MovePeople | DeletePeople | LeaveOver | PutItems | DeleteItems | Claim
            | Unclaim | PutAnchors | DeleteAnchors | PutRecords | DeleteRecords | Stage | Count
            | MoveEnd | StageReadings => self.changing(),
            AllAtOnce => ALL_AT_ONCE,
            Fence | Intern | Interned | ClearItems | IsLeft | MoveToTrail | Sequenced
            | NextEntry | Generation | Mine | Burn => self.beside(),
            LeftItems | LeftIdentifiers | LeftAnchors | LeftTrail | DoneLeftovers => {
                self.clearing()
            }
        }
    }

    /// Whether it is for connections that only read.
    pub fn is_reading(self) -> bool {
        (self as usize) <= (Bytes as usize)
    }

    /// The first row of a person tells of the person, with their version as number; the others
    /// are items. One statement is one snapshot.
    fn reading(self) -> &'static str {
        match self {
            PersonAlone => {
                "SELECT NULL::bigint, version, NULL::bigint, NULL::bigint, NULL::integer, state
                FROM person WHERE person = $1"
            }
            PersonFields => {
                "SELECT NULL::bigint, version, NULL::bigint, NULL::bigint, NULL::integer, state
                FROM person WHERE person = $1
                UNION ALL SELECT field, number, origin, class, anchor, sealed
                FROM item WHERE person = $1 AND field = ANY ($2::bigint[])"
            }
            PersonOne => {
                "SELECT NULL::bigint, version, NULL::bigint, NULL::bigint, NULL::integer, state
                FROM person WHERE person = $1
                UNION ALL SELECT field, number, origin, class, anchor, sealed
                FROM item WHERE person = $1 AND field = $2 AND number = $3"
            }
            PersonPage => {
                "SELECT NULL::bigint, version, NULL::bigint, NULL::bigint, NULL::integer, state
                FROM person WHERE person = $1
                UNION ALL (SELECT field, number, origin, class, anchor, sealed
                FROM item WHERE person = $1 AND (field, number) > ($2, $3)
                ORDER BY field, number LIMIT $4)"
            }
            Find => {
                "SELECT hash, person FROM identifier WHERE hash = ANY ($1::bytea[])
                AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = identifier.person)"
            }
            Words => "SELECT kind, text, number FROM word ORDER BY number",
            Record => "SELECT value FROM record WHERE kind = $1 AND key = $2",
            Records => "SELECT key, value FROM record WHERE kind = $1 ORDER BY key",
            RecordsPage => {
                "SELECT key, value FROM record
                WHERE kind = $1 AND key >= $2 AND ($3::bytea IS NULL OR key > $3)
                    AND ($4::bytea IS NULL OR key < $4)
                ORDER BY key LIMIT $5"
            }
            People => "SELECT person FROM person WHERE person > $1 ORDER BY person LIMIT $2",
            DueItems => {
                "SELECT anchor, person, field, number FROM item
                WHERE class = $1 AND anchor IS NOT NULL AND anchor <= $2
                    AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = item.person)
                ORDER BY anchor, person, field, number LIMIT $3"
            }
            DuePeople => {
                "SELECT day, person FROM anchor WHERE class = $1 AND day <= $2
                    AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = anchor.person)
                ORDER BY day, person LIMIT $3"
            }
            CountDue => {
                "SELECT anchor, count(*) FROM item
                WHERE class = $1 AND anchor IS NOT NULL AND anchor <= $2
                    AND NOT EXISTS (SELECT 1 FROM leftover WHERE leftover.person = item.person)
                GROUP BY anchor ORDER BY anchor"
            }
            Staged => "SELECT seq, person, entry FROM staged WHERE seq >= $1 ORDER BY seq LIMIT $2",
            Trail => {
                "SELECT seq FROM (
                    (SELECT seq FROM staged WHERE person = $1 AND seq < $2
                    ORDER BY seq DESC LIMIT $3)
                    UNION ALL (SELECT seq FROM trail WHERE person = $1 AND seq < $2
                    ORDER BY seq DESC LIMIT $3)) AS entry
                WHERE EXISTS (SELECT 1 FROM person WHERE person = $1) ORDER BY seq DESC LIMIT $3"
            }
            Figures => "SELECT name, number FROM figure ORDER BY name",
            _ => "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())",
        }
    }

    fn looking(self) -> &'static str {
        match self {
            // Many that wait for one row are woken together, again and again; those that wait for
            // this have their turns.
            Queue => "SELECT pg_catalog.pg_advisory_xact_lock('ledger_end'::regclass::oid::bigint)",
            LockEnd => {
                "SELECT next, fence, serial, generation FROM ledger_end WHERE one = 1 FOR UPDATE"
            }
            Versions => "SELECT person, version FROM person WHERE person = ANY ($1::bytea[])",
            Leftovers => "SELECT person FROM leftover WHERE person = ANY ($1::bytea[])",
            Owners => {
                "SELECT hash, person,
                    EXISTS (SELECT 1 FROM leftover WHERE leftover.person = identifier.person)
                FROM identifier WHERE hash = ANY ($1::bytea[])"
            }
            Classes => {
                "SELECT item.person, item.field, item.number, item.class
                FROM unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS it (person, field, number)
                JOIN item ON item.person = it.person AND item.field = it.field
                    AND item.number = it.number"
            }
            _ => {
                "SELECT record.kind, record.key
                FROM unnest($1::smallint[], $2::bytea[]) AS it (kind, key)
                JOIN record ON record.kind = it.kind AND record.key = it.key"
            }
        }
    }

    fn changing(self) -> &'static str {
        match self {
            PutPeople => {
                "INSERT INTO person (person, version, state)
                SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[])
                ON CONFLICT (person) DO UPDATE
                SET version = excluded.version, state = excluded.state"
            }
            MovePeople => {
                "UPDATE person SET version = it.version
                FROM unnest($1::bytea[], $2::bigint[]) AS it (person, version)
                WHERE person.person = it.person"
            }
            DeletePeople => "DELETE FROM person WHERE person = ANY ($1::bytea[])",
            LeaveOver => {
                "INSERT INTO leftover (person) SELECT * FROM unnest($1::bytea[])
                ON CONFLICT DO NOTHING"
            }
            PutItems => {
                "INSERT INTO item (person, field, number, origin, class, anchor, sealed)
                SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[],
                    $5::bigint[], $6::integer[], $7::bytea[])
                ON CONFLICT (person, field, number) DO UPDATE SET origin = excluded.origin,
                    class = excluded.class, anchor = excluded.anchor, sealed = excluded.sealed"
            }
            DeleteItems => {
                "DELETE FROM item
                USING unnest($1::bytea[], $2::bigint[], $3::bigint[]) AS it (person, field, number)
                WHERE item.person = it.person AND item.field = it.field
                    AND item.number = it.number"
            }
            Claim => {
                "INSERT INTO identifier (hash, person)
                SELECT * FROM unnest($1::bytea[], $2::bytea[])
                ON CONFLICT (hash) DO UPDATE SET person = excluded.person"
            }
            Unclaim => "DELETE FROM identifier WHERE hash = ANY ($1::bytea[])",
            _ => self.changing_more(),
        }
    }

    fn changing_more(self) -> &'static str {
        match self {
            PutAnchors => {
                "INSERT INTO anchor (person, class, day)
                SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::integer[])
                ON CONFLICT (person, class) DO UPDATE SET day = excluded.day"
            }
            DeleteAnchors => {
                "DELETE FROM anchor
                USING unnest($1::bytea[], $2::bigint[]) AS it (person, class)
                WHERE anchor.person = it.person AND anchor.class = it.class"
            }
            PutRecords => {
                "INSERT INTO record (kind, key, value)
                SELECT * FROM unnest($1::smallint[], $2::bytea[], $3::bytea[])
                ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value"
            }
            DeleteRecords => {
                "DELETE FROM record USING unnest($1::smallint[], $2::bytea[]) AS it (kind, key)
                WHERE record.kind = it.kind AND record.key = it.key"
            }
            Stage => {
                "INSERT INTO staged (person, seq, entry)
                SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[])"
            }
            Count => {
                "INSERT INTO figure (name, number) SELECT * FROM unnest($1::bigint[], $2::bigint[])
                ON CONFLICT (name) DO UPDATE SET number = figure.number + excluded.number"
            }
            // There is no square root of less than nothing: whoever was shut out writes nothing.
            MoveEnd => {
                "WITH mine AS (UPDATE member SET serial = $2 WHERE id = $4 AND gone = false RETURNING id)
                UPDATE ledger_end SET next = $1, serial = $2, generation = $3
                WHERE one = 1 AND pg_catalog.sqrt(((SELECT count(*) FROM mine) - 1)::double precision) = 0"
            }
            _ => {
                "WITH ours AS (
                    UPDATE ledger_end SET next = next + $2, serial = greatest(serial + 1, $4)
                    WHERE one = 1 AND next = $1 AND fence = $5 AND generation = $6 RETURNING one),
                mine AS (
                    UPDATE member SET serial = $4
                    WHERE id = $7 AND serial = $3 AND gone = false
                        AND EXISTS (SELECT 1 FROM ours)
                    RETURNING id)
                INSERT INTO staged (person, seq, entry)
                SELECT it.person, $1 + (it.at - 1) / (SELECT count(*) FROM mine), it.entry
                FROM unnest($8::bytea[], $9::bytea[]) WITH ORDINALITY AS it (person, entry, at)"
            }
        }
    }

    fn beside(self) -> &'static str {
        match self {
            // Nothing divided by nought where it holds; an error, which ends all, where it does
            // not.
            Fence => {
                "SELECT 1 / count(*) FROM
                (SELECT one FROM ledger_end WHERE one = 1 AND fence = $1 FOR UPDATE) AS ours"
            }
            // Where items come from is remembered by every server.
            Intern => {
                "WITH new AS (INSERT INTO word (kind, text, number)
                    SELECT $1, $2, coalesce(max(number), 0) + 1 FROM word
                    ON CONFLICT (kind, text) DO NOTHING RETURNING kind)
                UPDATE ledger_end SET generation = generation + 1
                WHERE one = 1 AND EXISTS (SELECT 1 FROM new WHERE kind = 6)"
            }
            NextEntry => "SELECT next FROM ledger_end WHERE one = 1",
            Generation => "SELECT generation FROM ledger_end WHERE one = 1",
            Mine => "SELECT serial, first FROM member WHERE id = $1",
            Interned => "SELECT number FROM word WHERE kind = $1 AND text = $2",
            ClearItems => {
                "WITH gone AS (DELETE FROM item
                    USING unnest($1::bytea[], $2::bigint[], $3::bigint[])
                        AS it (person, field, number)
                    WHERE item.person = it.person AND item.field = it.field
                        AND item.number = it.number
                    RETURNING item.class)
                INSERT INTO figure (name, number)
                SELECT class, -count(*) FROM gone GROUP BY class
                ON CONFLICT (name) DO UPDATE SET number = figure.number + excluded.number"
            }
            IsLeft => "SELECT EXISTS (SELECT 1 FROM leftover)",
            // It begins where the last one ended: rows that are gone are in the index for a while.
            // People who are not there leave no trail: the entry that records an erasure must not
            // outlast it as one.
            MoveToTrail => {
                "WITH gone AS (DELETE FROM staged
                    WHERE seq >= (SELECT sequenced FROM ledger_end WHERE one = 1)
                        AND seq < least($1, $2 + (SELECT sequenced FROM ledger_end WHERE one = 1))
                    RETURNING person, seq)
                INSERT INTO trail (person, seq) SELECT person, seq FROM gone
                WHERE EXISTS (SELECT 1 FROM person WHERE person.person = gone.person)"
            }
            // A ledger that has more entries than the rows know of met an older backup of them, and
            // no number of its may be given twice. The answer: whether some are left, and the end.
            Sequenced => {
                "WITH it AS (SELECT sequenced, CASE
                        WHEN EXISTS (SELECT 1 FROM staged WHERE seq >= sequenced AND seq < $1)
                        THEN next ELSE greatest(next, $1) END AS next
                    FROM ledger_end WHERE one = 1)
                UPDATE ledger_end SET next = it.next, sequenced = coalesce(
                    (SELECT min(seq) FROM staged WHERE seq >= it.sequenced), it.next)
                FROM it WHERE one = 1
                RETURNING ledger_end.sequenced < least($1, ledger_end.next), ledger_end.next"
            }
            _ => {
                "WITH mine AS (UPDATE member SET serial = $1 WHERE id = $3)
                UPDATE ledger_end SET serial = greatest(serial, $1) WHERE one = 1 AND fence = $2"
            }
        }
    }

    fn clearing(self) -> &'static str {
        match self {
            LeftItems => {
                "WITH few AS (SELECT person FROM leftover ORDER BY person LIMIT 64),
                due AS (SELECT item.person, field, number FROM item JOIN few USING (person)
                    ORDER BY 1, 2, 3 LIMIT $1),
                gone AS (DELETE FROM item USING due
                    WHERE item.person = due.person AND item.field = due.field
                        AND item.number = due.number
                    RETURNING item.class),
                counted AS (INSERT INTO figure (name, number)
                    SELECT class, -count(*) FROM gone GROUP BY class
                    ON CONFLICT (name) DO UPDATE SET number = figure.number + excluded.number)
                SELECT count(*) FROM gone"
            }
            LeftIdentifiers => {
                "WITH few AS (SELECT person FROM leftover ORDER BY person LIMIT 64),
                due AS (SELECT hash FROM identifier JOIN few USING (person) LIMIT $1),
                gone AS (DELETE FROM identifier USING due WHERE identifier.hash = due.hash
                    RETURNING 1)
                SELECT count(*) FROM gone"
            }
            LeftAnchors => {
                "WITH few AS (SELECT person FROM leftover ORDER BY person LIMIT 64),
                due AS (SELECT anchor.person, class FROM anchor JOIN few USING (person) LIMIT $1),
                gone AS (DELETE FROM anchor USING due
                    WHERE anchor.person = due.person AND anchor.class = due.class RETURNING 1)
                SELECT count(*) FROM gone"
            }
            LeftTrail => {
                "WITH few AS (SELECT person FROM leftover ORDER BY person LIMIT 64),
                due AS (SELECT trail.person, seq FROM trail JOIN few USING (person) LIMIT $1),
                gone AS (DELETE FROM trail USING due
                    WHERE trail.person = due.person AND trail.seq = due.seq RETURNING 1)
                SELECT count(*) FROM gone"
            }
            _ => {
                "DELETE FROM leftover
                WHERE person IN (SELECT person FROM leftover ORDER BY person LIMIT 64)
                    AND NOT EXISTS (SELECT 1 FROM item WHERE item.person = leftover.person)
                    AND NOT EXISTS
                        (SELECT 1 FROM identifier WHERE identifier.person = leftover.person)
                    AND NOT EXISTS (SELECT 1 FROM anchor WHERE anchor.person = leftover.person)
                    AND NOT EXISTS (SELECT 1 FROM trail WHERE trail.person = leftover.person)"
            }
        }
    }

    /// Why a statement asks every node of a distributed engine; nothing where it names the key by
    /// which its tables are spread, or asks only tables that every node holds.
    pub fn why_it_fans_out(self) -> Option<&'static str> {
        match self {
            Find => Some(
                "an identifier stands by its hash, and whether its owner was deleted \
                stands with the owner: two nodes, each named",
            ),
            Owners => Some("as finding: the hash names one node, its owner another"),
            Records | RecordsPage => Some(
                "a list of records of one kind, for settings and work \
                that waits; no act about a person needs one",
            ),
            People => Some("everybody in order: for the audit, a census, a campaign"),
            DueItems | DuePeople | CountDue => Some(
                "what is due is looked for in everybody's, \
                once a minute",
            ),
            Staged | MoveToTrail | Sequenced => Some(
                "the ledger takes everybody's entries in \
                order of their index, once a second",
            ),
            LeftItems | LeftIdentifiers | LeftAnchors | LeftTrail | DoneLeftovers | IsLeft => Some(
                "what is left of deleted people is looked for among all of them, with the \
                    sweep",
            ),
            PersonAlone | PersonFields | PersonOne | PersonPage | Words | Record | Trail
            | Figures | NextEntry | Generation | Bytes | Queue | LockEnd | Versions | Leftovers
            | Classes | Present | PutPeople | MovePeople | DeletePeople | LeaveOver | PutItems
            | DeleteItems | Claim | Unclaim | PutAnchors | DeleteAnchors | PutRecords
            | DeleteRecords | Stage | Count | MoveEnd | StageReadings | AllAtOnce | Fence
            | Intern | Interned | ClearItems | Mine | Burn => None,
        }
    }
}
