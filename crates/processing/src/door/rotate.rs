//! A new wrapping key, while everything goes on.
//! It rewraps keys and opens nothing that they seal.

use super::*;

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

    /// Finishes a rotation that the last run began.
    pub(super) fn finish_rotation(&self) -> Result<(), Failure> {
        let keyring = self.vault.keyring();
        if keyring.is_rotating() {
            keyring.rotate(self.clock.now(), &mut |_| ())?;
        }
        Ok(())
    }
}
