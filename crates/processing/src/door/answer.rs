//! Matters taken up, moved on and closed: complaints, questions of authorities, violations.
//! Who answers, how soon and how it may end is the policy's; what was decided is on record.

use super::*;
use crate::approvals::coded;
use crate::command::Answering;
use crate::matters::{About, Closed, Matter, checked};
use kept_terms::{Act, Book, PersonId};

impl<S: Store> Processing<S> {
    pub(super) async fn answer(
        &self,
        asking: &Asking<'_>,
        answering: &Answering,
    ) -> Result<Prepared, Failure> {
        match answering {
            Answering::Open(about) => self.open_matter(asking, about).await,
            Answering::Escalate { id } => self.escalate(asking, id).await,
            Answering::Close { id, outcome } => self.close(asking, id, outcome).await,
        }
    }

    async fn open_matter(&self, asking: &Asking<'_>, about: &About) -> Result<Prepared, Failure> {
        if let About::Enquiry {
            authority,
            reference,
        } = about
        {
            let known: AuthorityId =
                declared(&asking.policy().words.authorities, "authority", authority)?;
            let _ = known;
            coded(reference, "reference")?;
        }
        let mut matter = Matter {
            id: Matter::named(about, &self.drawn()),
            about: about.clone(),
            opened: asking.moment.now.as_second(),
            stage: 0,
            owner: String::new(),
            due: None,
            closed: None,
        };
        let request = Request {
            book: Some(about.book()),
            ..Request::new(Act::Answer, asking.actor)
        };
        let (seen, decision) = self.weigh_matter(asking, &request, about).await?;
        match decision {
            Decision::Refused(refusal) => self.refuse(asking, &request, seen.as_ref(), refusal),
            Decision::Permitted(permit) => {
                place(asking, &permit, &mut matter);
                let effect = Effect::Named(matter.id.clone());
                self.note_matter(asking, &request, &permit, seen.as_ref(), &matter, effect)
            }
        }
    }

    /// Moves a complaint on to the next stage: because its time has lapsed, or because the person
    /// is not content.
    async fn escalate(&self, asking: &Asking<'_>, id: &str) -> Result<Prepared, Failure> {
        let mut matter = self.matter(id).await?;
        let mut request = Request {
            book: Some(matter.about.book()),
            ..Request::new(Act::Answer, asking.actor)
        };
        request.approved.over = matter.closed.is_some();
        let (seen, decision) = self.weigh_matter(asking, &request, &matter.about).await?;
        match decision {
            Decision::Refused(refusal) => self.refuse(asking, &request, seen.as_ref(), refusal),
            Decision::Permitted(permit) => {
                let before = (matter.stage, matter.owner.clone());
                matter.stage = matter.stage.saturating_add(1);
                place(asking, &permit, &mut matter);
                if (matter.stage, matter.owner.clone()) == before {
                    return Err(Failure::Conflict("it is at its last stage"));
                }
                self.note_matter(
                    asking,
                    &request,
                    &permit,
                    seen.as_ref(),
                    &matter,
                    Effect::Done,
                )
            }
        }
    }

    async fn close(
        &self,
        asking: &Asking<'_>,
        id: &str,
        outcome: &str,
    ) -> Result<Prepared, Failure> {
        let mut matter = self.matter(id).await?;
        let holder = self.holder(asking.caller).await?;
        let mut request = Request {
            book: Some(matter.about.book()),
            stage: Some(matter.stage),
            ..Request::new(Act::Answer, asking.actor)
        };
        request.approved.over = matter.closed.is_some();
        request.approved.own = match &matter.about {
            About::Violation {
                actor,
                holder: their,
                ..
            } => *actor == asking.caller.id || *their == holder,
            About::Complaint { .. } | About::Enquiry { .. } => false,
        };
        let (seen, decision) = self.weigh_matter(asking, &request, &matter.about).await?;
        match decision {
            Decision::Refused(refusal) => self.refuse(asking, &request, seen.as_ref(), refusal),
            Decision::Permitted(permit) => {
                checked(outcome, &outcomes(asking, &permit, &matter.about))?;
                matter.closed = Some(Closed {
                    outcome: outcome.to_owned(),
                    by: holder,
                    at: asking.moment.now.as_second(),
                });
                self.note_matter(
                    asking,
                    &request,
                    &permit,
                    seen.as_ref(),
                    &matter,
                    Effect::Done,
                )
            }
        }
    }

    async fn weigh_matter(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        about: &About,
    ) -> Result<(Option<Seen>, Decision), Failure> {
        let whom: Option<PersonId> = match about {
            About::Complaint { person, .. } => Some(*person),
            About::Enquiry { .. } | About::Violation { .. } => None,
        };
        let seen = match whom {
            Some(person) => self.vault.look(person, Wanted::Nothing).await?,
            None => None,
        };
        if whom.is_some() && seen.is_none() && request.stage.is_none() {
            return Err(Failure::NotFound("person"));
        }
        let person = match &seen {
            Some(seen) => asking.moment.in_force.person(&seen.state),
            None => nobody(asking.policy()),
        };
        let facts = Facts {
            person: &person,
            items: &[],
            recipient: None,
        };
        let decision = decide(asking.policy(), request, &facts, asking.moment.today);
        Ok((seen, decision))
    }

    fn note_matter(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        seen: Option<&Seen>,
        matter: &Matter,
        effect: Effect,
    ) -> Result<Prepared, Failure> {
        let mut telling = asking.telling(request);
        telling.person = seen.map(|seen| self.vault.commitment(seen));
        telling.reference = Some(matter.id.clone());
        let mut commit = unchanging(seen, telling.permitted(permit)?);
        commit.writes = self.marked(vec![matter.put()?]);
        Ok(Prepared {
            commit,
            then: Then::Give(effect),
        })
    }
}

/// The clauses that say who answers, in the document that it was decided under.
fn answers<'a>(asking: &Asking<'a>, permit: &Permit, book: Book) -> Vec<&'a Answer> {
    let document = asking.policy().document(permit.document());
    let clauses = document.into_iter().flat_map(|document| &document.clauses);
    let said = clauses.filter_map(|clause| match &clause.body {
        Body::Answer(answer) => Some(answer),
        _ => None,
    });
    let fits = |answer: &&Answer| match answer {
        Answer::Stages(_) => book == Book::Complaints,
        Answer::Authorities { .. } => book == Book::Enquiries,
        Answer::Staff { .. } => book == Book::Violations,
        Answer::Warned | Answer::Forwarded { .. } | Answer::Returned { .. } => false,
    };
    said.filter(fits).collect()
}

/// Puts a matter with the team of its stage, or of the last there is, with that stage's time.
fn place(asking: &Asking<'_>, permit: &Permit, matter: &mut Matter) {
    let words = &asking.policy().words;
    let authority = match &matter.about {
        About::Enquiry { authority, .. } => words.authorities.id(authority),
        About::Complaint { .. } | About::Violation { .. } => None,
    };
    let Some((team, within)) = answers(asking, permit, matter.about.book())
        .into_iter()
        .find_map(|answer| match answer {
            Answer::Stages(stages) => {
                let last = u8::try_from(stages.len().saturating_sub(1)).unwrap_or(u8::MAX);
                matter.stage = matter.stage.min(last);
                let stage = stages.get(usize::from(matter.stage))?;
                Some((stage.to, Some(stage.within)))
            }
            Answer::Authorities {
                authorities,
                to,
                within,
            } => {
                let named = authority.is_some_and(|authority| authorities.contains(authority));
                named.then_some((*to, Some(*within)))
            }
            Answer::Staff { decided_by, .. } => Some((*decided_by, None)),
            Answer::Warned | Answer::Forwarded { .. } | Answer::Returned { .. } => None,
        })
    else {
        return;
    };
    matter.owner = words.teams.name(team).to_owned();
    matter.due = within.map(|within| within.after(asking.moment.today).0);
}

/// How a matter may end: as the clause says, or else as such matters do.
fn outcomes<'a>(asking: &Asking<'a>, permit: &Permit, about: &About) -> Vec<&'a str> {
    let said = answers(asking, permit, about.book());
    let listed = said.into_iter().find_map(|answer| match answer {
        Answer::Staff { outcomes, .. } if !outcomes.is_empty() => Some(outcomes),
        Answer::Staff { .. }
        | Answer::Stages(_)
        | Answer::Authorities { .. }
        | Answer::Warned
        | Answer::Forwarded { .. }
        | Answer::Returned { .. } => None,
    });
    match listed {
        Some(outcomes) => outcomes.iter().map(String::as_str).collect(),
        None => about.outcomes().to_vec(),
    }
}
