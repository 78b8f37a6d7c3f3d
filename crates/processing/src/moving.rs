//! Moving the rows of a house between its data folder and a database. Keys, blobs and the ledger
//! stay where they are; the rows that are left behind stay as they were and open no more.
//! Begun again it goes on; until it is done nothing opens the house.

mod ledger;

use crate::folder::{Folder, ROWS, Standing};
use crate::restoring::{unwritable, write_durably};
use crate::{Administration, Caller, Command, Door, Failure};
use kept_ledger::{Checkpoint, Verifier};
use kept_policy::{Policy, Refusal};
use kept_terms::{Clock, Randomness};
use kept_vault::ledger::Ledger;
use kept_vault::ledger_key;
use kept_vault::store::lock::Lock;
use kept_vault::store::moving::{Begun, Place, Source, Step, Target, Watch, carry};
use kept_vault::store::postgres::Rows as DatabaseRows;
use kept_vault::store::rows::{Sum, TABLES};
use kept_vault::store::sqlite::Rows as FileRows;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Stands in a data folder for as long as a move is not done; it says where to, and its number.
const MOVING: &str = "moving";
/// The rows on their way into a folder.
const ROWS_PART: &str = "vault.db.coming";
/// The rows that were left in a folder.
const ROWS_LEFT: &str = "vault.db.moved";

/// Where rows move to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MoveTo {
    /// From the data folder to the database.
    Database,
    /// From the database to the data folder.
    Folder,
}

impl MoveTo {
    /// As the command line and the ledger have it.
    pub fn as_str(self) -> &'static str {
        match self {
            MoveTo::Database => "database",
            MoveTo::Folder => "folder",
        }
    }

    /// Reads what [`MoveTo::as_str`] wrote.
    pub fn from_word(word: &str) -> Option<MoveTo> {
        [MoveTo::Database, MoveTo::Folder]
            .into_iter()
            .find(|to| to.as_str() == word)
    }
}

/// What was moved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Each table, with how many rows it has and their digest; both sides came to the same.
    pub tables: Vec<(&'static str, u64, String)>,
    /// How many entries the ledger has.
    pub entries: u64,
}

/// A move that was begun.
struct Begin {
    token: String,
    locks: Vec<Lock>,
}

impl Folder {
    /// Moves the rows of this house to the database that it names, or from there back into the
    /// folder, and opens it there.
    ///
    /// That they move is an act like any other, decided and recorded before. What is left behind
    /// stays as it was, and says that it was left.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where no database is named, or a move the other way is not done;
    /// [`Failure::Unavailable`] where the target holds something, a server is using the house, or
    /// either side does not answer: the same call goes on; [`Failure::Corrupt`] where the rows do
    /// not come to the same on both sides: those that were there are still in force.
    pub async fn move_rows(
        &self,
        to: MoveTo,
        caller: &Caller,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        watch: Watch<'_>,
    ) -> Result<Result<(Door, Moved), Refusal>, Failure> {
        if self.database().is_none() {
            return Err(Failure::invalid(
                "the database",
                "none is named: name it with --store".to_owned(),
            ));
        }
        self.rows_move_without_ledger()?;
        let begun = match self.begun_move()? {
            Some((begun, token)) if begun == to => Begin {
                token,
                locks: self.make_and_lock()?,
            },
            Some((begun, _)) => return Err(self.other_way(begun)),
            None => {
                let (policy, clock) = (policy.clone(), clock.clone());
                match self
                    .begin_move(to, caller, policy, clock, &randomness)
                    .await?
                {
                    Ok(begun) => begun,
                    Err(refusal) => return Ok(Err(refusal)),
                }
            }
        };
        let house = {
            let keyring = self.open_keyring(false, &*clock, &randomness)?;
            ledger_key(&keyring)?.verifier().clone()
        };
        let sum = match to {
            MoveTo::Database => self.to_database(&begun.token, &house, watch).await?,
            MoveTo::Folder => self.to_folder(&begun.token, &house, watch).await?,
        };
        watch(Step::Opening, 0, 1);
        let there = self.at(to);
        let door = there
            .open_locked(policy, clock, randomness, begun.locks, Standing::Alone)
            .await?;
        let marker = self.path().join(MOVING);
        std::fs::remove_file(&marker).map_err(|cause| unwritable(&marker, &cause))?;
        sync(self.path())?;
        let tables = TABLES.iter().zip(&sum.tables);
        let moved = Moved {
            tables: tables
                .map(|(table, tally)| (table.name, tally.count, tally.digest()))
                .collect(),
            entries: sum.end.next,
        };
        Ok(Ok((door, moved)))
    }

    /// Refuses a house whose rows are on their way.
    pub(crate) fn must_not_be_moving(&self) -> Result<(), Failure> {
        match self.begun_move()? {
            None => Ok(()),
            Some((to, _)) => Err(Failure::Unavailable(format!(
                "a move of the rows of `{}` is not done: run `kept move --to {}` again, which goes \
                 on with it",
                self.path().display(),
                to.as_str()
            ))),
        }
    }

    /// The same house with its rows where they move to.
    fn at(&self, to: MoveTo) -> Folder {
        match to {
            MoveTo::Database => self.clone(),
            MoveTo::Folder => self.without_database(),
        }
    }

    /// Which move was begun here, and its number.
    fn begun_move(&self) -> Result<Option<(MoveTo, String)>, Failure> {
        let marker = self.path().join(MOVING);
        let text = match std::fs::read_to_string(&marker) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(unwritable(&marker, &cause)),
        };
        let read = text.trim_end().split_once(' ');
        let read = read.and_then(|(to, token)| Some((MoveTo::from_word(to)?, token.to_owned())));
        read.map(Some).ok_or_else(|| {
            Failure::Corrupt(format!("`{}` is not as it was written", marker.display()))
        })
    }

    fn other_way(&self, begun: MoveTo) -> Failure {
        let problem = format!(
            "a move of the rows of `{}` to the {} is not done; go on with that one first",
            self.path().display(),
            begun.as_str()
        );
        Failure::invalid("the move", problem)
    }

    /// Records that the rows move, sees that there is room for them, and closes the house to
    /// everything else.
    async fn begin_move(
        &self,
        to: MoveTo,
        caller: &Caller,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: &Arc<dyn Randomness>,
    ) -> Result<Result<Begin, Refusal>, Failure> {
        let from = match to {
            MoveTo::Database => self.at(MoveTo::Folder),
            MoveTo::Folder => self.clone(),
        };
        if !from.is_used() {
            let shown = self.path().display();
            let problem = format!("`{shown}` has no rows to move");
            return Err(Failure::invalid("the data folder", problem));
        }
        if to == MoveTo::Database {
            self.hold().await?.must_be_unused().await?;
        }
        let mut door = from.open(policy, clock, randomness.clone()).await?;
        let moving = Command::Administer(Administration::Move(to));
        if let Err(refusal) = door.perform(caller, &moving).await?.outcome {
            return Ok(Err(refusal));
        }
        door.sequence().await?;
        let locks = door.take_locks();
        drop(door);
        let mut number = [0; 16];
        randomness.fill(&mut number);
        let token = data_encoding::HEXLOWER.encode(&number);
        let marker = self.path().join(MOVING);
        let text = format!("{} {token}\n", to.as_str());
        write_durably(&marker, &text).map_err(|cause| unwritable(&marker, &cause))?;
        Ok(Ok(Begin { token, locks }))
    }

    /// The database, held against every server.
    pub(crate) async fn hold(&self) -> Result<DatabaseRows, Failure> {
        let Some((address, options)) = self.database() else {
            return Err(Failure::Unavailable("no database is named".to_owned()));
        };
        Ok(DatabaseRows::hold(address, options).await?)
    }

    async fn to_database(
        &self,
        token: &str,
        house: &Verifier,
        watch: Watch<'_>,
    ) -> Result<Sum, Failure> {
        let (here, left) = (self.path().join(ROWS), self.path().join(ROWS_LEFT));
        let mut target = Target::Postgres(self.hold().await?);
        let begun = target.begin(token, house.name()).await?;
        let sum = match here.exists() {
            true => {
                let mut source = Source::Sqlite(FileRows::of(&here)?);
                let sum = carry(&mut source, &mut target, place(begun)?, watch).await?;
                self.must_match_ledger(&sum, house)?;
                sum
            }
            false => target.sum(&mut |_| {}).await?,
        };
        watch(Step::Leaving, 0, 1);
        // From here on the folder holds no rows that open, and the database soon does.
        if here.exists() {
            rename(&here, &left)?;
        }
        watch(Step::Finishing, 0, 1);
        target.finish(token).await?;
        Ok(sum)
    }

    async fn to_folder(
        &self,
        token: &str,
        house: &Verifier,
        watch: Watch<'_>,
    ) -> Result<Sum, Failure> {
        let (here, part) = (self.path().join(ROWS), self.path().join(ROWS_PART));
        let rows = self.hold().await?;
        rows.must_be_of(house.name()).await?;
        if !rows.was_left(token).await? {
            let mut target = Target::Sqlite(FileRows::to(&part)?);
            let begun = target.begin(token, house.name()).await?;
            let mut source = Source::Postgres(rows);
            let sum = carry(&mut source, &mut target, place(begun)?, watch).await?;
            self.must_match_ledger(&sum, house)?;
            watch(Step::Leaving, 0, 1);
            if let Source::Postgres(rows) = &source {
                rows.leave(token).await?;
            }
        }
        watch(Step::Finishing, 0, 1);
        if part.exists() {
            Target::Sqlite(FileRows::to(&part)?).finish(token).await?;
            rename(&part, &here)?;
        }
        let rows = FileRows::of(&here)?;
        Ok(rows.sum(&mut |_| {})?)
    }

    /// Sees that the rows know of as many entries as the ledger has.
    fn must_match_ledger(&self, sum: &Sum, house: &Verifier) -> Result<(), Failure> {
        let ledger = Ledger::Folder(self.ledger_folder());
        let note = ledger.checkpoint()?.unwrap_or_default();
        let checkpoint = Checkpoint::open(&note, std::slice::from_ref(house));
        let size = checkpoint
            .map_err(|rejected| Failure::Corrupt(format!("the ledger's checkpoint: {rejected}")))?
            .size();
        match (sum.end.next, sum.end.sequenced) == (size, size) {
            true => Ok(()),
            false => Err(Failure::Corrupt(format!(
                "the ledger has {size} entries, and the rows know of {} of which {} stand in it; \
                 everything is left as it is",
                sum.end.next, sum.end.sequenced
            ))),
        }
    }
}

fn place(begun: Begun) -> Result<Place, Failure> {
    match begun {
        Begun::At(place) => Ok(place),
        Begun::Done => Err(Failure::Unavailable(
            "the rows were moved already, and stand in both places: move one of them away"
                .to_owned(),
        )),
    }
}

/// Gives a file another name, durably.
fn rename(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::rename(from, to).map_err(|cause| unwritable(to, &cause))?;
    sync(to.parent().unwrap_or(to))
}

fn sync(folder: &Path) -> Result<(), Failure> {
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|cause| unwritable(folder, &cause))
}

/// Where rows are on their way into a folder.
pub(crate) fn coming(folder: &Path) -> PathBuf {
    folder.join(ROWS_PART)
}
