//! A new wrapping key, while everything goes on.
//! It rewraps keys and opens nothing that they seal.

use super::*;
use crate::RootKey;

impl<S: Store> Processing<S> {
    /// Replaces the wrapping key and rewraps every key with the new one, while everything goes on.
    pub async fn rotate(
        &self,
        caller: &Caller,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Performed, Failure> {
        if self.beside.is_shared() {
            return Err(Failure::Conflict(
                "keys are rotated while one server alone has the data folder",
            ));
        }
        let performed = self
            .perform(caller, &Command::Administer(Administration::Rotate))
            .await?;
        if performed.outcome.is_ok() {
            let now = self.clock.now();
            self.vault
                .keyring()
                .rotate(now, &mut |so_far| progress(so_far.done, so_far.total))?;
        }
        Ok(performed)
    }

    /// Puts the wrapping keys under another root key, which every start needs from then on. The
    /// one before opens nothing but old copies of the keyring.
    pub async fn rotate_root(&self, caller: &Caller, new: &RootKey) -> Result<Performed, Failure> {
        let rotate = Command::Administer(Administration::RotateRoot);
        let performed = self.perform(caller, &rotate).await?;
        if performed.outcome.is_ok() {
            self.vault.keyring().rotate_root(&new.root())?;
        }
        Ok(performed)
    }

    /// Finishes a rotation that the last run began.
    pub(super) fn finish_rotation(&self) -> Result<(), Failure> {
        let keyring = self.vault.keyring();
        if keyring.is_rotating() {
            keyring.rotate(self.clock.now(), &mut |_| ())?;
        }
        Ok(())
    }
}
