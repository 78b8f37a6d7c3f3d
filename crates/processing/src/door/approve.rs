//! What others must agree to: proposed, approved, declined, and carried out, each step an act with
//! an entry.
//! What is carried out is what was proposed and nothing else; it is carried out once.

use super::reading::{Along, fields};
use super::*;
use crate::approvals::{Approval, Ended, Proposal, Step};
use kept_terms::Act;

impl<S: Store> Processing<S> {
    pub(super) async fn propose(
        &self,
        asking: &Asking<'_>,
        proposal: &Proposal,
    ) -> Result<Prepared, Failure> {
        proposal.check()?;
        let step = self.step(asking).await?;
        let (request, weighed) = self.weigh_proposal(asking, Act::Propose, proposal).await?;
        let permit = match weighed.decide(asking, &request) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, weighed.seen.as_ref(), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        let approval = Approval::new(self.drawn(), proposal.clone(), step, permit.needs());
        let effect = Effect::Named(approval.id.clone());
        self.stepped(asking, &request, &permit, &weighed, approval, effect)
    }

    pub(super) async fn approve(
        &self,
        asking: &Asking<'_>,
        id: &str,
        digest: &str,
    ) -> Result<Prepared, Failure> {
        let mut approval = self.approval(id).await?;
        if approval.digest != digest {
            let problem = "is not that of what was proposed; look at it again";
            return Err(Failure::invalid("digest", problem));
        }
        let step = self.step(asking).await?;
        let (mut request, weighed) = self
            .weigh_proposal(asking, Act::Approve, &approval.proposal)
            .await?;
        request.approved = approval.facts(&step.holder, step.at);
        let permit = match weighed.decide(asking, &request) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, weighed.seen.as_ref(), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        approval.approved.push(step);
        approval.needs = approval.needs.max(permit.needs());
        if approval.proposal.is_emergency() && approval.is_approved() {
            approval.expires = self.closes(asking, &permit, &approval)?;
        }
        self.stepped(asking, &request, &permit, &weighed, approval, Effect::Done)
    }

    pub(super) async fn decline(&self, asking: &Asking<'_>, id: &str) -> Result<Prepared, Failure> {
        let mut approval = self.approval(id).await?;
        let step = self.step(asking).await?;
        let (mut request, weighed) = self
            .weigh_proposal(asking, Act::Decline, &approval.proposal)
            .await?;
        request.approved = approval.facts(&step.holder, step.at);
        let permit = match weighed.decide(asking, &request) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, weighed.seen.as_ref(), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        approval.ended = Some(Ended::Declined);
        self.stepped(asking, &request, &permit, &weighed, approval, Effect::Done)
    }

    /// Makes the disclosure that was approved, once.
    pub(super) async fn carry_out(
        &self,
        asking: &Asking<'_>,
        id: &str,
    ) -> Result<Prepared, Failure> {
        let mut approval = self.approval(id).await?;
        let Proposal::Disclosure {
            person,
            recipient,
            purpose,
            ..
        } = approval.proposal.clone()
        else {
            let problem = "opens access and is not carried out; read with `/v1/emergency/use`";
            return Err(Failure::invalid("approval", problem));
        };
        let holder = asking.caller.holder();
        let mut request = requested(asking, Act::Disclose, &approval.proposal)?;
        request.approved = approval.facts(holder, asking.moment.now.as_second());
        let words = &asking.policy().words;
        let recipient = declared(&words.recipients, "recipient", &recipient)?;
        let known = asking.moment.register.recipient(asking.policy(), recipient);
        approval.ended = Some(Ended::Done);
        let mut told = crate::Outgoing::new(
            person,
            "disclosed-to-authority",
            &purpose,
            &approval.reference(),
        );
        told.not_before = approval.silent_until().unwrap_or(0);
        let along = Along {
            writes: self.marked(vec![approval.put()?, told.queued()?]),
            reference: Some(approval.reference()),
        };
        self.release_after(asking, person, &request, Some(&known), along)
            .await
    }

    /// The one who takes a step now.
    async fn step(&self, asking: &Asking<'_>) -> Result<Step, Failure> {
        Ok(Step {
            holder: asking.caller.holder().to_owned(),
            at: asking.moment.now.as_second(),
        })
    }

    /// The request that a step towards something proposed makes, and what is known for it.
    async fn weigh_proposal<'a>(
        &self,
        asking: &Asking<'_>,
        act: Act,
        proposal: &Proposal,
    ) -> Result<(Request<'a>, Weighed), Failure> {
        let request = requested(asking, act, proposal)?;
        let in_force = &asking.moment.in_force;
        let (mut seen, mut items) = (None, Vec::new());
        if let Some(person) = proposal.person() {
            let wanted = request
                .fields
                .iter()
                .map(|field| in_force.field_word(field));
            let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
            let mut found = self.seen(person, Wanted::Fields(&wanted)).await?;
            items = known_items(in_force, &mut found).1;
            seen = Some(found);
        }
        let person = match &seen {
            Some(seen) => in_force.person(&seen.state),
            None => nobody(asking.policy()),
        };
        let recipient = request
            .recipient
            .map(|recipient| asking.moment.register.recipient(asking.policy(), recipient));
        let weighed = Weighed {
            seen,
            person,
            items,
            recipient,
        };
        Ok((request, weighed))
    }

    /// Records a step, and how things stand after it.
    fn stepped(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        weighed: &Weighed,
        approval: Approval,
        effect: Effect,
    ) -> Result<Prepared, Failure> {
        let mut telling = asking.telling(request);
        let seen = weighed.seen.as_ref();
        telling.person = seen.map(|seen| self.vault.commitment(seen));
        telling.reference = Some(approval.reference());
        let mut commit = unchanging(seen, telling.permitted(permit)?);
        commit.writes = self.marked(vec![approval.put()?]);
        Ok(Prepared {
            commit,
            then: Then::Give(effect),
        })
    }
}

/// What is known for a step.
struct Weighed {
    seen: Option<Seen>,
    person: PersonFacts,
    items: Vec<ItemFacts>,
    recipient: Option<RecipientFacts>,
}

impl Weighed {
    fn decide(&self, asking: &Asking<'_>, request: &Request<'_>) -> Decision {
        let facts = Facts {
            person: &self.person,
            items: &self.items,
            recipient: self.recipient.as_ref(),
        };
        decide(asking.policy(), request, &facts, asking.moment.today)
    }
}

/// What a proposal asks of the policy.
pub(super) fn requested<'a>(
    asking: &Asking<'_>,
    act: Act,
    proposal: &Proposal,
) -> Result<Request<'a>, Failure> {
    let words = &asking.policy().words;
    let (purpose, names) = proposal.scope();
    let mut request = Request {
        purpose: Some(declared(&words.purposes, "purpose", purpose)?),
        fields: fields(asking.policy(), names)?,
        emergency: proposal.is_emergency(),
        ..Request::new(act, asking.actor)
    };
    if let Proposal::Disclosure {
        recipient,
        compelled,
        ..
    } = proposal
    {
        request.recipient = Some(declared(&words.recipients, "recipient", recipient)?);
        request.compelled = *compelled;
    }
    Ok(request)
}
