//! Restoring: a backup is put back into an empty folder, met by the newest keyring, and what the
//! ledger tells of beyond the rows is put on record as lost.
//! Begun again it goes on; until it is done nothing opens the folder.

use crate::door::Processing;
use crate::folder::{Folder, INTAKE, ROWS, Standing};
use crate::moving::coming;
use crate::{Administration, Caller, Command, Door, Failure};
use kept_ledger::Entry;
use kept_ledger::entry::{Outcome, Reference};
use kept_policy::Policy;
use kept_terms::{Clock, Randomness, Timestamp};
use kept_vault::backup::{Backup, Generation, Restoring, Stage, Watch};
use kept_vault::keyring::Keyring;
use kept_vault::ledger::Ledger;
use kept_vault::ledger_key;
use kept_vault::store::moving::{Begun, Source, Target, carry};
use kept_vault::store::rows::file::Reading;
use kept_vault::store::sqlite::Rows as FileRows;
use kept_vault::store::{Expected, Form, Record, RecordKind, Store, Write};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Stands in a data folder for as long as a restore into it is not done; it names the generation.
pub(crate) const RESTORING: &str = "restoring";

/// The copy of the keyring until it is known to fit.
const KEYRING_PART: &str = "restoring.keyring";

/// The copy of the rows until they are put back one by one.
const ROWS_PART: &str = "restoring.rows";

/// The record of rows that are lost and not yet entered in the ledger as lost.
const LOST: &[u8] = b"rows-lost";

/// How the reference of the entry begins that says which entries' rows are lost.
const ROWS_LOST: &str = "rows-lost:";

/// What is restored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restore {
    /// The folder that backups were made into.
    pub from: PathBuf,
    /// The newest backup that is not later; nothing for the newest of all.
    pub at: Option<Timestamp>,
    /// Where the keyring's copy stands, if not among the backups.
    pub keyring_from: Option<PathBuf>,
}

/// What was restored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restored {
    /// The generation.
    pub generation: Generation,
    /// What was lost with the rows.
    pub lost: Lost,
}

/// Acts that the ledger tells of and whose effect on the rows is lost.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Lost {
    /// The first of their entries.
    pub from: u64,
    /// The one after the last; as the first, where nothing is lost.
    pub to: u64,
    /// How many permitted acts of each kind there were.
    pub acts: BTreeMap<String, u64>,
}

impl Folder {
    /// Puts a backup back into this folder, which holds nothing yet but a root key or a keyring
    /// that survived, and opens it.
    ///
    /// What was erased or destroyed up to the newest copy of the keyring stays so. What the ledger
    /// tells of beyond the rows is entered as lost; it verifies as before, and so do all receipts.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where the folder holds something else; [`Failure::Unavailable`] where
    /// there is no such backup, the root key is another's, or the keyring is missing or older than
    /// a backup; [`Failure::Corrupt`], naming the file, where the backup is damaged.
    pub async fn restore(
        &self,
        restore: &Restore,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        watch: Watch<'_>,
    ) -> Result<(Door, Restored), Failure> {
        self.ledger_must_have_a_place()?;
        let begun = self.begun()?;
        if begun.is_none() && self.database().is_some() {
            self.hold().await?.must_be_unused().await?;
        }
        let locks = self.make_and_lock()?;
        let put_back = self
            .put_back(restore, begun, &*clock, &randomness, watch)
            .await;
        for leftover in ["", "-wal", "-shm"] {
            // Nobody needs it any more; if it cannot be deleted, the next restore will.
            let leftover = self.path().join(format!("{KEYRING_PART}{leftover}"));
            let _ = std::fs::remove_file(leftover);
        }
        let generation = put_back?;
        let door = self
            .open_locked(policy, clock, randomness, locks, Standing::Alone)
            .await?;
        door.sequence().await?;
        let lost = door.lost_rows(&generation)?;
        let restored = Administration::Restored(generation.name());
        let caller = Caller::system("restore");
        door.perform(&caller, &Command::Administer(restored))
            .await?;
        door.sequence().await?;
        let marker = self.path().join(RESTORING);
        std::fs::remove_file(&marker).map_err(|cause| unwritable(&marker, &cause))?;
        Ok((door, Restored { generation, lost }))
    }

    /// Which generation a restore was begun with here; nothing for an empty folder.
    fn begun(&self) -> Result<Option<String>, Failure> {
        match std::fs::read_to_string(self.path().join(RESTORING)) {
            Ok(name) => return Ok(Some(name.trim_end().to_owned())),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {}
            Err(cause) => return Err(unwritable(&self.path().join(RESTORING), &cause)),
        }
        let entries = match std::fs::read_dir(self.path()) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|cause| unwritable(self.path(), &cause))?,
        };
        for entry in entries {
            let name = entry
                .map_err(|cause| unwritable(self.path(), &cause))?
                .file_name();
            let name = name.to_string_lossy();
            let may_stay = ["root.key", "server.lock", "policies"].contains(&&*name)
                || name.starts_with("keyring.")
                || name.starts_with(KEYRING_PART);
            if !may_stay {
                let problem = format!(
                    "`{}` holds `{name}` already; a backup is put back into an empty folder, in \
                     which only `root.key` and a surviving `keyring.db` may stand",
                    self.path().display()
                );
                return Err(Failure::invalid("the data folder", problem));
            }
        }
        Ok(None)
    }

    /// Puts everything back that is not there yet; the rows come last.
    async fn put_back(
        &self,
        restore: &Restore,
        begun: Option<String>,
        clock: &dyn Clock,
        randomness: &Arc<dyn Randomness>,
        watch: Watch<'_>,
    ) -> Result<Generation, Failure> {
        let backup = Backup::new(&restore.from);
        let place = self.keyring_path();
        // A copy of the keyring takes its place only when everything is known to fit it.
        let copy = self.path().join(KEYRING_PART);
        self.keyring_must_be_here()?;
        let survived = match self.keyring_database() {
            Some(address) => Keyring::is_in(address, false)?,
            None => place.exists(),
        };
        let keyring = if survived {
            self.open_keyring(false, clock, randomness)?
        } else {
            backup.put_back_keyring(restore.keyring_from.as_deref(), &copy)?;
            self.open_keyring_file(&copy, false, clock, randomness)?
        };
        keyring.check()?;
        let verifier = ledger_key(&keyring)?.verifier().clone();
        let restoring = backup.restoring(&keyring, &verifier, watch)?;
        let generation = match &begun {
            None => restoring.choose(restore.at)?,
            Some(name) => restoring
                .named(name)
                .ok_or_else(|| half_done(self.path(), name))?,
        };
        if begun.is_some() && restore.at.is_some() && restoring.choose(restore.at)? != generation {
            return Err(half_done(self.path(), &generation.name()));
        }
        let marker = self.path().join(RESTORING);
        write_durably(&marker, &generation.name()).map_err(|cause| unwritable(&marker, &cause))?;
        restoring.intake(generation, &keyring, &self.path().join(INTAKE))?;
        drop(keyring);
        match self.keyring_database() {
            _ if survived => {}
            Some(address) => Keyring::put_into(&copy, address)?,
            None => {
                let settled = move_into_place(&copy, &place);
                settled.map_err(|cause| unwritable(&place, &cause))?;
            }
        }
        if !self.path().join(ROWS).exists() {
            self.put_back_ledger(&restoring).await?;
            restoring.blobs(generation, &*self.open_blobs(Standing::Alone)?)?;
            let rows = self.put_back_rows(&restoring, generation, verifier.name(), watch);
            rows.await?;
        }
        Ok(generation.clone())
    }

    /// Puts the ledger back, where the house has its own.
    async fn put_back_ledger(&self, restoring: &Restoring<'_>) -> Result<u64, Failure> {
        if !self.has_ledger_in_database() {
            return Ok(restoring.ledger(&Ledger::Folder(self.ledger_folder()))?);
        }
        let rows = self.hold().await?;
        let tables = rows.ledger().ok_or_else(not_held)?;
        Ok(restoring.ledger(&Ledger::Database(tables))?)
    }

    /// Puts the rows back, in one step at the end: as the file they were, or row by row where they
    /// come from another engine or go to one.
    async fn put_back_rows(
        &self,
        restoring: &Restoring<'_>,
        generation: &Generation,
        house: &str,
        watch: Watch<'_>,
    ) -> Result<(), Failure> {
        let rows = self.path().join(ROWS);
        if self.database().is_none() && generation.form == Form::File {
            return Ok(restoring.rows(generation, &rows)?);
        }
        let coming = coming(self.path());
        let mut target = match self.database() {
            Some(_) => Target::Postgres(self.hold().await?),
            None => Target::Sqlite(FileRows::to(&coming)?),
        };
        let token = format!("restore {}", generation.name());
        let copy = self.path().join(ROWS_PART);
        if let Begun::At(place) = target.begin(&token, house).await? {
            if !copy.exists() {
                restoring.rows(generation, &copy)?;
            }
            let mut source = match generation.form {
                Form::File => Source::Sqlite(FileRows::of(&copy)?),
                Form::Rows => Source::File(Reading::open(&copy)?),
            };
            let step = |_, done, all| watch(Stage::Rows, done, all);
            carry(&mut source, &mut target, place, &step).await?;
        }
        target.finish(&token).await?;
        if self.database().is_none() {
            move_into_place(&coming, &rows).map_err(|cause| unwritable(&rows, &cause))?;
        }
        std::fs::remove_file(&copy)
            .or_else(|cause| match cause.kind() {
                std::io::ErrorKind::NotFound => Ok(()),
                _ => Err(cause),
            })
            .map_err(|cause| unwritable(&copy, &cause))
    }
}

/// A database that is only looked at takes no ledger.
pub(crate) fn not_held() -> Failure {
    Failure::Unavailable("the database is not held against others".to_owned())
}

fn half_done(folder: &Path, name: &str) -> Failure {
    let problem = format!(
        "`{}` is half restored from the backup `{name}`; go on with that one, or empty the folder \
         and begin again",
        folder.display()
    );
    Failure::invalid("the data folder", problem)
}

pub(crate) fn unwritable(path: &Path, cause: &std::io::Error) -> Failure {
    Failure::Unavailable(format!("`{}`: {cause}", path.display()))
}

/// Moves a file, to another disk if need be.
fn move_into_place(from: &Path, to: &Path) -> std::io::Result<()> {
    if std::fs::rename(from, to).is_err() {
        let part = to.with_extension("part");
        std::fs::copy(from, &part)?;
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, to)?;
        std::fs::remove_file(from)?;
    }
    match to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

pub(crate) fn write_durably(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    match path.parent() {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

impl<S: Store> Processing<S> {
    /// Notes, before any entry is numbered, that the ledger tells of more than the rows do.
    pub(crate) async fn note_lost_rows(store: &S, size: u64) -> Result<(), Failure> {
        let next = store.next_entry().await?;
        if next < size {
            let value = [next.to_be_bytes(), size.to_be_bytes()].concat();
            let record = Record {
                kind: RecordKind::Progress,
                key: LOST.to_vec(),
                value,
            };
            store.book(vec![Write::PutRecord(record)]).await?;
        }
        Ok(())
    }

    /// Enters in the ledger what was noted as lost, an act of its own. Tokens that the lost acts
    /// name and that are there again had been revoked, and are revoked with it; sessions end.
    pub(crate) async fn enter_lost_rows(&self) -> Result<(), Failure> {
        let store = self.vault.store();
        let Some(noted) = store.record(RecordKind::Progress, LOST).await? else {
            return Ok(());
        };
        let (from, to) = read_lost(&noted).unwrap_or_default();
        let mut revoked = Vec::new();
        self.each_permitted(from, to, &mut |entry| {
            let named = entry.reference.as_ref().map(Reference::as_str);
            revoked.extend(
                named
                    .and_then(|it| it.strip_prefix("token:"))
                    .map(str::to_owned),
            );
        })?;
        self.end_sessions().await?;
        let mut writes = Vec::new();
        for id in revoked {
            match self.token_key(&id).await {
                Ok(key) => writes.push(Write::DeleteRecord(RecordKind::Token, key)),
                Err(Failure::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        writes = self.marked(writes);
        writes.push(Write::DeleteRecord(RecordKind::Progress, LOST.to_vec()));
        let reference = format!("{ROWS_LOST}{from}-{to}");
        let entry = self.noted(&self.moment(), "recovery", None, &reference)?;
        self.commit_one(None, Expected::Nothing, writes, entry)
            .await?;
        Ok(())
    }

    /// Ends all sessions and attempts to sign in: which of them had ended by themselves is lost.
    async fn end_sessions(&self) -> Result<(), Failure> {
        let store = self.vault.store();
        for kind in [RecordKind::Session, RecordKind::Attempt] {
            let records = store.records(kind).await?;
            for some in records.chunks(1_000) {
                let ended = some
                    .iter()
                    .map(|it| Write::DeleteRecord(kind, it.key.clone()));
                store.book(ended.collect()).await?;
            }
        }
        Ok(())
    }

    /// What the ledger tells of that happened after a generation.
    fn lost_rows(&self, generation: &Generation) -> Result<Lost, Failure> {
        let mut lost = Lost::default();
        self.each_permitted(generation.ledger.size(), u64::MAX, &mut |entry| {
            let named = entry.reference.as_ref().map(Reference::as_str);
            let range = named.and_then(|it| it.strip_prefix(ROWS_LOST));
            let range = range.and_then(|it| it.split_once('-'));
            if let Some((Ok(from), Ok(to))) = range.map(|(from, to)| (from.parse(), to.parse())) {
                (lost.from, lost.to) = (from, to);
            }
        })?;
        let mut acts = BTreeMap::new();
        self.each_permitted(lost.from, lost.to, &mut |entry| {
            *acts.entry(entry.act.as_str().to_owned()).or_default() += 1;
        })?;
        Ok(Lost { acts, ..lost })
    }

    /// Visits the entries of acts that were permitted, from one index to before another.
    fn each_permitted(
        &self,
        from: u64,
        to: u64,
        visit: &mut dyn FnMut(&Entry<'_>),
    ) -> Result<(), Failure> {
        let mut next = from;
        while next < to {
            let entries = self.entries_from(next)?;
            if entries.is_empty() {
                break;
            }
            for (index, bytes) in (next..to).zip(&entries) {
                let entry = Entry::parse(bytes).map_err(|malformed| {
                    Failure::Corrupt(format!("entry {index} of the ledger: {malformed}"))
                })?;
                if matches!(entry.outcome, Outcome::Permitted) {
                    visit(&entry);
                }
            }
            next += entries.len() as u64;
        }
        Ok(())
    }
}

fn read_lost(bytes: &[u8]) -> Option<(u64, u64)> {
    let (from, to) = bytes.split_first_chunk()?;
    Some((
        u64::from_be_bytes(*from),
        u64::from_be_bytes(to.try_into().ok()?),
    ))
}
