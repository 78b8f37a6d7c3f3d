//! Moving the ledger of a house between its data folder and the database of its rows. It is the
//! same ledger before and after, byte for byte, so no entry tells of it.
//! Begun again it goes on; while a ledger stands in both places nothing opens the house.

use super::rename;
use crate::folder::Folder;
use crate::restoring::not_held;
use crate::{Failure, MoveTo};
use kept_ledger::verify_log;
use kept_terms::{Clock, Randomness};
use kept_vault::ledger::Ledger;
use kept_vault::ledger_key;
use std::sync::Arc;

/// The ledger that was left in a folder.
const LEDGER_LEFT: &str = "ledger.moved";

impl Folder {
    /// Rows move while the ledger is in the data folder, so that one thing moves at a time.
    pub(super) fn rows_move_without_ledger(&self) -> Result<(), Failure> {
        if !self.has_ledger_in_database() {
            return Ok(());
        }
        let problem = "rows move while the ledger is in the data folder: leave `ledger-in` out, \
                       and move the ledger by itself with --ledger-to";
        Err(Failure::invalid("the move", problem.to_owned()))
    }

    /// Moves the ledger to the database that holds the rows, or from there back into the folder;
    /// the answer is how many entries it has. It is derived again where it is then, before it is
    /// given up where it was. What was in the folder stays there under another name.
    ///
    /// # Errors
    /// [`Failure::Invalid`] where no database is named; [`Failure::Unavailable`] where a server is
    /// using the house, or either side does not answer: the same call goes on;
    /// [`Failure::Corrupt`] where the ledger is damaged: nothing is given up then.
    pub async fn move_ledger(
        &self,
        to: MoveTo,
        clock: &dyn Clock,
        randomness: &Arc<dyn Randomness>,
        watch: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<u64, Failure> {
        if self.database().is_none() {
            let problem = "none is named: name it with --store".to_owned();
            return Err(Failure::invalid("the database", problem));
        }
        self.must_be_whole()?;
        let _locks = self.make_and_lock()?;
        let rows = self.hold().await?;
        let house = {
            let keyring = self.open_keyring(false, clock, randomness)?;
            ledger_key(&keyring)?.verifier().clone()
        };
        rows.must_be_of(house.name()).await?;
        let tables = rows.ledger().ok_or_else(not_held)?;
        let here = Ledger::Folder(self.ledger_folder());
        let beside = Ledger::Database(tables.clone());
        let (from, target) = match to {
            MoveTo::Database => (&here, &beside),
            MoveTo::Folder => (&beside, &here),
        };
        let is_done = from.checkpoint()?.is_none() && target.checkpoint()?.is_some();
        if !is_done {
            target.fill(from, &house, watch)?;
        }
        let note = target.checkpoint()?.unwrap_or_default();
        let keys = std::slice::from_ref(&house);
        let report = verify_log(target, &note, keys, &[], |_, _| Ok(()));
        let report = report.map_err(|fault| Failure::Corrupt(format!("the ledger: {fault}")))?;
        match to {
            _ if is_done => {}
            MoveTo::Database => {
                let folder = self.ledger_folder();
                rename(folder.path(), &self.path().join(LEDGER_LEFT))?;
            }
            MoveTo::Folder => tables.clear()?,
        }
        Ok(report.checkpoint.size())
    }
}
