//! Access in an emergency: what the clause opens, to the one who asked, once others approved it,
//! until it ends by itself.
//! Each reading is recorded with the grant it was made under; the person is told where the policy
//! says so.

use super::approve::requested;
use super::reading::{Along, fields};
use super::*;
use crate::approvals::{Approval, Proposal};
use crate::command::Use as Reading;
use kept_terms::{Act, Set};

impl<S: Store> Processing<S> {
    pub(super) async fn use_in_emergency(
        &self,
        asking: &Asking<'_>,
        id: &str,
        wanted: &Reading,
    ) -> Result<Prepared, Failure> {
        let approval = self.approval(id).await?;
        let holder = asking.caller.holder();
        let policy = asking.policy();
        let granted = requested(asking, Act::Use, &approval.proposal)?;
        let mut request = Request {
            purpose: Some(declared(
                &policy.words.purposes,
                "purpose",
                &wanted.purpose,
            )?),
            fields: fields(policy, &wanted.fields)?,
            emergency: true,
            ..Request::new(Act::Use, asking.actor)
        };
        let covers = matches!(approval.proposal, Proposal::Emergency { .. })
            && approval.proposed.holder == holder
            && granted.purpose == request.purpose
            && request.fields.is_subset(granted.fields);
        request.approved = approval.facts(holder, asking.moment.now.as_second());
        if !covers || !approval.is_approved() {
            // Nobody agreed to this.
            request.approved.by = 0;
        }
        let mut writes = Vec::new();
        if self.tells_of_use(asking, wanted).await? {
            let told = crate::Outgoing::new(
                wanted.person,
                "emergency-access",
                &wanted.purpose,
                &approval.reference(),
            );
            writes.push(told.queued()?);
        }
        let along = Along {
            writes,
            reference: Some(approval.reference()),
        };
        self.release_after(asking, wanted.person, &request, None, along)
            .await
    }

    /// Whether the person's document says that people are told of what their information was used
    /// for.
    async fn tells_of_use(&self, asking: &Asking<'_>, wanted: &Reading) -> Result<bool, Failure> {
        let seen = self.seen(wanted.person, Wanted::Nothing).await?;
        let person = asking.moment.in_force.person(&seen.state);
        let document = asking.policy().document_for(person.country);
        let told = document.into_iter().flat_map(|document| &document.clauses);
        Ok(told.into_iter().any(|clause| match &clause.body {
            Body::Notify(notify) => notify.when == "use",
            _ => false,
        }))
    }

    /// The second since 1970 at which access that is approved now ends by itself.
    pub(super) fn closes(
        &self,
        asking: &Asking<'_>,
        permit: &Permit,
        approval: &Approval,
    ) -> Result<i64, Failure> {
        let policy = asking.policy();
        let (today, now) = (asking.moment.today, asking.moment.now.as_second());
        let asked = fields(policy, approval.proposal.scope().1)?;
        let document = policy.document(permit.document());
        let clauses = document.into_iter().flat_map(|document| &document.clauses);
        let lasting = clauses.filter_map(|clause| match &clause.body {
            Body::Secure(Secure::BreakGlass {
                lasts,
                clear,
                masked,
                ..
            }) => opens(asked, *clear, *masked).then(|| i64::from(lasts.after(today).0)),
            _ => None,
        });
        // Of several clauses that open it, the shortest holds.
        let days = lasting.min().unwrap_or(i64::from(today.0)) - i64::from(today.0);
        Ok(now.saturating_add(days.saturating_mul(86_400)))
    }
}

fn opens(asked: Set<FieldId>, clear: Set<FieldId>, masked: Set<FieldId>) -> bool {
    asked.is_subset(clear.union(masked))
}
