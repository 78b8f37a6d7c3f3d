//! The statements of a keyring in a database. They name no schema; a connection's path does.

/// Whether there are no tables yet.
pub(super) const IS_NEW: &str = "SELECT pg_catalog.to_regclass('keyring') IS NULL";

/// Whether rows of a house stand in the same database.
pub(super) const IS_ROWS: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class
    WHERE relname = 'ledger_end' AND relkind IN ('r', 'p'))";

/// Takes the keyring alone. The first number is `Kept` in ASCII.
pub(super) const LOCK: &str = "SELECT pg_catalog.pg_try_advisory_lock(1265987700,
    pg_catalog.hashtext(pg_catalog.current_setting('search_path')))";

/// Takes it together with others that share it.
pub(super) const LOCK_SHARED: &str = "SELECT pg_catalog.pg_try_advisory_lock_shared(1265987700,
    pg_catalog.hashtext(pg_catalog.current_setting('search_path')))";

/// The tables. What was deleted is cleared as soon as there is a little of it.
pub(super) const TABLES: &str = "
    CREATE TABLE keyring (
        one smallint PRIMARY KEY CHECK (one = 1), format integer NOT NULL, destructions bigint NOT NULL
    );
    INSERT INTO keyring VALUES (1, 1, 0);
    CREATE TABLE setting (name text PRIMARY KEY, value bytea NOT NULL);
    CREATE TABLE wrapping (
        version bigint PRIMARY KEY, created bigint NOT NULL, root bytea NOT NULL,
        wrapped bytea NOT NULL
    );
    CREATE TABLE key (place bytea PRIMARY KEY, wrapped bytea NOT NULL)
        WITH (autovacuum_vacuum_threshold = 50, autovacuum_vacuum_scale_factor = 0);
    CREATE TABLE pending (person bytea PRIMARY KEY, what smallint NOT NULL);";

pub(super) const FORMAT: &str = "SELECT format FROM keyring";

/// Waits until no other transaction changes the keyring.
pub(super) const TURN: &str = "SELECT 1 FROM keyring FOR UPDATE";

pub(super) const WRAPPED: &str = "SELECT wrapped FROM key WHERE place = $1";

pub(super) const BETWEEN: &str = "SELECT place, wrapped FROM key
    WHERE place BETWEEN $1 AND $2 ORDER BY place LIMIT $3";

pub(super) const COUNT: &str = "SELECT count(*) FROM key WHERE place BETWEEN $1 AND $2";

pub(super) const WRAPPING: &str =
    "SELECT version, created, root, wrapped FROM wrapping ORDER BY version";

pub(super) const SETTING: &str = "SELECT value FROM setting WHERE name = $1";

/// The setting that names the servers that destroy nothing any more.
pub(super) const GONE: &str = "gone";

pub(super) const DESTRUCTIONS: &str = "SELECT destructions FROM keyring";

pub(super) const PENDING: &str = "SELECT person, what FROM pending ORDER BY person";

/// Keys whose wrapping has not the one length, or that stand in no place.
pub(super) const STRAY: &str = "SELECT count(*) FROM key
    WHERE pg_catalog.octet_length(wrapped) <> $1 OR pg_catalog.octet_length(place) < 2";

/// Of the same place the first is put.
pub(super) const PUT: &str = "INSERT INTO key (place, wrapped)
    SELECT place, wrapped FROM unnest($1::bytea[], $2::bytea[]) AS new (place, wrapped)
    ON CONFLICT DO NOTHING RETURNING place";

pub(super) const PUT_BESIDE: &str = "INSERT INTO key (place, wrapped)
    SELECT place, wrapped FROM unnest($1::bytea[], $2::bytea[], $3::bytea[])
        AS new (place, wrapped, beside)
    WHERE EXISTS (SELECT FROM key WHERE key.place = new.beside)
    ON CONFLICT DO NOTHING RETURNING place";

pub(super) const REPLACE: &str = "UPDATE key SET wrapped = new.wrapped
    FROM unnest($1::bytea[], $2::bytea[]) AS new (place, wrapped) WHERE key.place = new.place";

pub(super) const DESTROY: &str = "DELETE FROM key
    USING unnest($1::bytea[], $2::bytea[]) AS gone (first, last)
    WHERE place BETWEEN gone.first AND gone.last RETURNING place";

pub(super) const COUNT_DESTRUCTION: &str = "UPDATE keyring SET destructions = destructions + $1";

/// No person may be named twice.
pub(super) const NOTE: &str = "INSERT INTO pending (person, what)
    SELECT person, what FROM unnest($1::bytea[], $2::smallint[]) AS new (person, what)
    ON CONFLICT (person) DO UPDATE SET what = excluded.what";

pub(super) const SETTLE: &str = "DELETE FROM pending
    USING unnest($1::bytea[], $2::smallint[]) AS done (person, what)
    WHERE pending.person = done.person AND pending.what = done.what";

pub(super) const SET: &str = "INSERT INTO setting (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value";

pub(super) const UNSET: &str = "DELETE FROM setting WHERE name = $1";

pub(super) const PUT_WRAPPING: &str = "INSERT INTO wrapping (version, created, root, wrapped)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (version) DO UPDATE SET root = excluded.root, wrapped = excluded.wrapped";

pub(super) const DROP_WRAPPING: &str = "DELETE FROM wrapping WHERE version < $1";
