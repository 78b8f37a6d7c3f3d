//! Showing what is written down of what happened: to whom the policy says, and recorded like any
//! other act.
//! No value is shown by it; what a person must not be told yet is left out of what they see.

use super::cases::is_own_book;
use super::*;
use crate::cases::Whom;
use crate::command::{Listed, Showing};
use kept_ledger::entry::Entry;
use kept_terms::{Act, ActorKind, PersonId};

impl<S: Store> Processing<S> {
    pub(super) async fn show(
        &self,
        asking: &Asking<'_>,
        showing: &Showing,
    ) -> Result<Prepared, Failure> {
        let request = Request {
            book: Some(showing.book()),
            ..Request::new(Act::Show, asking.actor)
        };
        let seen = match showing {
            Showing::Trail { person, .. } | Showing::CasesOf(person) => {
                Some(self.seen(*person, Wanted::Nothing).await?)
            }
            Showing::Case {
                reference,
                book,
                of,
            } => self.seen_in_case(asking, *reference, *book, *of).await?,
            _ => None,
        };
        let known = match &seen {
            Some(seen) => asking.moment.in_force.person(&seen.state),
            None => nobody(asking.policy()),
        };
        let facts = Facts {
            person: &known,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => self.refuse(asking, &request, seen.as_ref(), refusal),
            Decision::Permitted(permit) => {
                let mut telling = asking.telling(&request);
                telling.person = seen.as_ref().map(|seen| self.vault.commitment(seen));
                telling.reference = Some(format!("book:{}", showing.book().word()));
                let entry = telling.permitted(&permit)?;
                let listing = Listing {
                    showing: showing.clone(),
                    to: asking.actor.kind,
                    administers: asking.caller.kind == ActorKind::Administrator,
                    housed: asking.caller.home.is_some(),
                };
                Ok(Prepared {
                    commit: unchanging(seen.as_ref(), entry),
                    then: Then::List(Box::new(listing)),
                })
            }
        }
    }

    /// Gathers what is shown, once it is on record that it is.
    pub(super) async fn list(
        &self,
        moment: &Moment,
        entry: u64,
        listing: &Listing,
    ) -> Result<Listed, Failure> {
        Ok(match &listing.showing {
            Showing::Trail {
                person,
                below,
                limit,
            } => {
                // What is shown ends before the showing itself.
                let below = below.map_or(entry, |below| below.min(entry));
                let silent = match listing.to {
                    ActorKind::Person => self.silent(*person, moment).await?,
                    ActorKind::Staff
                    | ActorKind::Machine
                    | ActorKind::System
                    | ActorKind::Administrator => Vec::new(),
                };
                Listed::Trail(self.trail(*person, below, *limit, &silent).await?)
            }
            Showing::Tokens => Listed::Tokens(self.tokens().await?),
            Showing::Evidence => Listed::Evidence(self.evidence()),
            Showing::Figures => Listed::Figures(self.figures().await?),
            Showing::Soundness | Showing::Sharing | Showing::Messages => Listed::Nothing,
            Showing::Approvals => {
                let mut approvals = self.approvals().await?;
                // An administrator sees what concerns administrators, and nobody's name.
                approvals.retain(|it| !listing.administers || it.proposal.is_emergency());
                Listed::Approvals(approvals)
            }
            // Nobody who acts within a client's home sees cases beyond it.
            Showing::Cases { .. } if listing.housed => Listed::Cases(Vec::new()),
            Showing::Cases { book, ended } => Listed::Cases(self.cases_in(*book, *ended).await?),
            Showing::CasesOf(person) => {
                let mut cases = self.cases_of(&Whom::Person(*person)).await?;
                cases.retain(|case| is_own_book(case.kind.book()));
                Listed::Cases(cases)
            }
            Showing::Case { reference, .. } => {
                Listed::Cases(self.find_case(*reference).await?.into_iter().collect())
            }
        })
    }

    /// Whom a case is about that is to be shown. Whoever acts as a person sees their own alone; to
    /// them, and to whoever asks for it among other things than it is, there is no such case.
    async fn seen_in_case(
        &self,
        asking: &Asking<'_>,
        reference: kept_cases::Reference,
        book: kept_terms::Book,
        of: Option<PersonId>,
    ) -> Result<Option<Seen>, Failure> {
        let case = self.case(reference).await?;
        self.reachable(asking, &case).await?;
        let own = of.is_some() && of == case.person() && is_own_book(case.kind.book());
        let missing = match asking.caller.kind {
            ActorKind::Person => !own,
            ActorKind::Staff
            | ActorKind::Machine
            | ActorKind::System
            | ActorKind::Administrator => case.kind.book() != book,
        };
        match missing {
            true => Err(Failure::NotFound("case")),
            false => self.seen_in(&case).await,
        }
    }

    /// The references of what a person may not be told yet.
    async fn silent(&self, person: PersonId, moment: &Moment) -> Result<Vec<String>, Failure> {
        let second = moment.now.as_second();
        let mut all = self.approvals().await?;
        all.retain(|it| it.proposal.person() == Some(person) && it.is_silent(second));
        Ok(all.iter().map(|approval| approval.reference()).collect())
    }

    /// The entries about a person below an index, newest first, at most so many, but for those that
    /// refer to what is left out.
    async fn trail(
        &self,
        person: PersonId,
        mut below: u64,
        limit: usize,
        silent: &[String],
    ) -> Result<Vec<(u64, Vec<u8>)>, Failure> {
        let mut pages = self.pages()?;
        let mut found = Vec::new();
        while found.len() < limit {
            let wanted = limit - found.len();
            let page = self
                .vault
                .store()
                .trail(person, Some(below), wanted)
                .await?;
            for index in &page {
                if let Some(entry) = self.entry_or_staged(&mut pages, *index).await?
                    && !is_silent(&entry, silent)
                {
                    found.push((*index, entry));
                }
            }
            match page.last() {
                Some(last) if page.len() == wanted && *last > 0 => below = *last,
                Some(_) | None => break,
            }
        }
        Ok(found)
    }
}

/// Whether an entry refers to what is left out.
fn is_silent(entry: &[u8], silent: &[String]) -> bool {
    if silent.is_empty() {
        return false;
    }
    let Ok(entry) = Entry::parse(entry) else {
        return true;
    };
    let reference = entry
        .reference
        .map(|reference| reference.as_str().to_owned());
    reference.is_some_and(|reference| silent.contains(&reference))
}

/// What is to be shown, and to whom.
pub(crate) struct Listing {
    showing: Showing,
    to: ActorKind,
    administers: bool,
    /// Whether whoever looks acts within a client's home.
    housed: bool,
}
