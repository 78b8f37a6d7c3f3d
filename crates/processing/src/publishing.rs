//! Versions of the policy: each is stored as it was published, for ever, and one is in force.
//! A version is never changed; another takes its place.

use crate::door::CURRENT_POLICY;
use crate::mapping::InForce;
use crate::{Caller, Failure, Processing};
use kept_policy::{Digest, Policy};
use kept_vault::store::{RecordKind, Store};
use std::sync::Arc;

/// A stored version of the policy: its digest, and its files as name and text.
pub type Version = (Digest, Vec<(String, String)>);

impl<S: Store> Processing<S> {
    /// Brings the policy with these sources into force, if it is not in force already. It is
    /// recorded as published first: whoever may not publish brings nothing into force.
    pub async fn publish(
        &self,
        caller: &Caller,
        policy: Arc<Policy>,
        sources: Vec<(String, String)>,
    ) -> Result<(), Failure> {
        // Nothing is stored under a class between looking for what it would orphan and the change.
        let _nothing_is_sealed = self.sealing.write().await;
        let in_force = InForce::adopt(policy.clone(), &self.vault).await?;
        let current = self
            .vault
            .store()
            .record(RecordKind::Setting, CURRENT_POLICY)
            .await?;
        let is_recorded = current.as_deref() == Some(&policy.digest.0[..]);
        if is_recorded && self.policy().digest == policy.digest {
            return Ok(());
        }
        self.record_version(caller, policy.digest, &sources).await?;
        *self.in_force.write().unwrap_or_else(|p| p.into_inner()) = Arc::new(in_force);
        Ok(())
    }

    /// All versions that were ever published.
    pub async fn versions(&self) -> Result<Vec<Version>, Failure> {
        let damaged = || Failure::Corrupt("a stored version of the policy is damaged".to_owned());
        let mut versions = Vec::new();
        for record in self.vault.store().records(RecordKind::Policy).await? {
            let digest = record.key.try_into().map_err(|_| damaged())?;
            let sources = serde_json::from_slice(&record.value).map_err(|_| damaged())?;
            versions.push((Digest(digest), sources));
        }
        Ok(versions)
    }
}
