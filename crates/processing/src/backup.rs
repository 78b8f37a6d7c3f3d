//! Backing up: an act like any other, decided and recorded; then sealed bytes are copied while
//! everything goes on.
//! It opens nothing, and leaves the order of copying to the vault.

use crate::{Administration, Caller, Command, Failure, Performed, Processing};
use kept_vault::backup::{Backup, Kept, Made, Watch};
use kept_vault::store::Store;
use std::path::{Path, PathBuf};

/// Where a backup goes, and how much of what was there stays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BackingUp {
    /// The folder.
    pub to: PathBuf,
    /// Where the keyring is copied to, if not into the folder.
    pub keyring_to: Option<PathBuf>,
    /// How many generations stay; nothing for all.
    pub keep: Option<usize>,
}

impl<S: Store> Processing<S> {
    /// Backs up what is held, while everything goes on; nothing is made where it is refused.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the folder cannot be written to, or another backup into it is
    /// under way; [`Failure::Corrupt`], naming the place, where what is held or what the folder
    /// holds is damaged or another house's.
    pub async fn back_up(
        &self,
        caller: &Caller,
        backing: &BackingUp,
        watch: Watch<'_>,
    ) -> Result<(Performed, Option<Made>), Failure> {
        let command = Command::Administer(Administration::BackUp);
        let performed = self.perform(caller, &command).await?;
        if performed.outcome.is_err() {
            return Ok((performed, None));
        }
        let key = self.vault.ledger_key()?;
        let backup = Backup::new(&backing.to);
        let mut making = backup.begin(&self.verifier, watch)?;
        if let Some(intake) = &self.intake {
            making.intake(intake, self.vault.keyring(), &*self.randomness)?;
        }
        making.rows(self.vault.store(), self.clock.now()).await?;
        making.blobs(self.vault.blobs())?;
        self.sequence().await?;
        making.ledger_ahead(&self.ledger, &self.verifier)?;
        self.sequence().await?;
        {
            let _stands_still = self.sequencer.lock().await?;
            making.ledger(&self.ledger, &self.verifier)?;
        }
        let keyring_to = backing.keyring_to.as_deref();
        let made = making.finish(self.vault.keyring(), keyring_to, &key, backing.keep)?;
        Ok((performed, Some(made)))
    }

    /// Copies the keyring again if keys were destroyed since it was copied, `copied` being the
    /// count then; the answer is the count now. Whoever was erased is thus in no copy for long.
    pub fn follow_keyring(&self, of: &BackingUp, copied: Option<u64>) -> Result<u64, Failure> {
        let keyring = self.vault.keyring();
        if copied == Some(keyring.destructions()?) {
            return Ok(copied.unwrap_or_default());
        }
        let backup = Backup::new(&of.to);
        Ok(backup.follow_keyring(keyring, of.keyring_to.as_deref())?)
    }

    /// Reads everything in a folder of backups and names the first thing that is wrong. It shows
    /// nothing, and needs the keyring to know whose backups they are.
    ///
    /// # Errors
    /// [`Failure::Corrupt`], naming the file.
    pub fn check_backup(&self, of: &Path, watch: Watch<'_>) -> Result<Kept, Failure> {
        let backup = Backup::new(of);
        let keyring = self.vault.keyring();
        Ok(backup.restoring(keyring, &self.verifier, watch)?.check()?)
    }
}
