//! Where a house has its ledger: in the data folder, or beside the rows in their database. It never
//! opens one place while a ledger stands in the other.

use super::Folder;
use crate::Failure;
use kept_vault::ledger::{CHECKPOINT, Ledger, LedgerFolder};
use kept_vault::store::engine::Engine;
use kept_vault::store::postgres::LedgerTables;
use std::path::PathBuf;

impl Folder {
    /// The same folder with its ledger in the database that holds the rows.
    pub fn with_ledger_in_database(self) -> Folder {
        let ledger_in_database = true;
        Folder {
            ledger_in_database,
            ..self
        }
    }

    /// Whether the ledger is to be in the database that holds the rows.
    pub(crate) fn has_ledger_in_database(&self) -> bool {
        self.ledger_in_database
    }

    /// Where the folder has a ledger, if it has one.
    pub(crate) fn ledger_folder(&self) -> LedgerFolder {
        LedgerFolder::new(self.path.join("ledger"))
    }

    /// Where the tally of the ledger is set aside, wherever that is.
    pub(crate) fn tally_path(&self) -> PathBuf {
        self.path.join("ledger.tally")
    }

    /// Whether the folder has a ledger.
    pub(super) fn has_ledger(&self) -> bool {
        self.path.join("ledger").join(CHECKPOINT).exists()
    }

    /// A ledger that is to be beside the rows needs a database of theirs.
    pub(crate) fn ledger_must_have_a_place(&self) -> Result<(), Failure> {
        if self.ledger_in_database && self.database.is_none() {
            return Err(Failure::Unavailable(
                "the ledger is to be in the database of the rows, and there is none: name it with \
                 `store`, or leave `ledger-in` out"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// The house's ledger, which a store may have beside its rows.
    pub(super) fn ledger_of(&self, store: &Engine) -> Result<Ledger, Failure> {
        match store {
            Engine::Sqlite(_) => Ok(Ledger::Folder(self.ledger_folder())),
            Engine::Postgres(store) => self.ledger_beside(store.ledger()),
        }
    }

    /// The house's ledger, where `tables` are those beside its rows.
    pub(crate) fn ledger_beside(&self, tables: LedgerTables) -> Result<Ledger, Failure> {
        let beside = Ledger::Database(tables);
        let text = match self.ledger_in_database {
            true if self.has_ledger() => {
                "the ledger of this house is in the data folder: move it to the database with \
                 `kept move --ledger-to database`, or leave `ledger-in` out"
            }
            true => return Ok(beside),
            false if beside.checkpoint()?.is_some() => {
                "the ledger of this house is in the database: set `ledger-in` to `database`, or \
                 move it to the data folder with `kept move --ledger-to folder`"
            }
            false => return Ok(Ledger::Folder(self.ledger_folder())),
        };
        Err(Failure::Unavailable(text.to_owned()))
    }
}
