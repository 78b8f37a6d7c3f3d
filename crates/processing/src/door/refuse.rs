//! Refusals as they are recorded; nothing of what was asked is kept.

use super::*;
use crate::tries::Trying;

impl<S: Store> Processing<S> {
    /// A refusal, counted among its caller's attempts in vain where an identifier did not fit.
    pub(super) fn counted(
        &self,
        mut refused: Prepared,
        unfit: bool,
        trying: &Trying,
        now: Timestamp,
    ) -> Prepared {
        if unfit {
            let count = self.tried_in_vain(trying, now);
            refused.commit.writes.extend(count);
        }
        refused
    }

    /// Records a refusal; nothing of what was asked is kept.
    pub(crate) fn refuse(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        seen: Option<&Seen>,
        refusal: Refusal,
    ) -> Result<Prepared, Failure> {
        self.refuse_about(asking, request, seen, refusal, None)
    }

    /// As [`Processing::refuse`], with what the entry refers to.
    pub(super) fn refuse_about(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        seen: Option<&Seen>,
        refusal: Refusal,
        reference: Option<String>,
    ) -> Result<Prepared, Failure> {
        let mut telling = asking.telling(request);
        telling.person = seen.map(|seen| self.vault.commitment(seen));
        telling.reference = reference;
        let entry = telling.refused(&refusal)?;
        Ok(Prepared {
            commit: unchanging(seen, entry),
            then: Then::Refuse(refusal),
        })
    }
}
