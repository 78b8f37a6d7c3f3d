//! A case that a letter opens, in the commit that stores it: whoever wrote is as known as the
//! address that they wrote from, and shows who they are before anything is done for them.
//! Where no clause grants what is asked, the letter is stored all the same and opens nothing.

use super::*;
use crate::command::Opening;
use kept_cases::{Date, State};
use kept_terms::ItemNumber;

impl<S: Store> Processing<S> {
    /// The changes that open a case of a kind, if any, for what has come in from somebody; another
    /// of the same right joins the first.
    pub(in crate::door) async fn came_in(
        &self,
        asking: &Asking<'_>,
        opens: Option<Kind>,
        person: PersonId,
        known: &PersonFacts,
        message: Option<ItemNumber>,
    ) -> Result<Vec<Write>, Failure> {
        let Some(kind) = opens else {
            return Ok(Vec::new());
        };
        let opening = Opening {
            message,
            ..Opening::of(kind, person)
        };
        checking::check(asking, &opening)?;
        let request = Request {
            book: Some(kind.book()),
            right: kind.right(),
            ..Request::new(Act::Answer, asking.actor)
        };
        let facts = Facts {
            person: known,
            items: &[],
            recipient: None,
        };
        let permit = match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Refused(_) => return Ok(Vec::new()),
            Decision::Permitted(permit) => permit,
        };
        if let Some(known) = self.known_already(&opening).await? {
            let (case, _) = self.moved_on(asking, &known, &Event::Joined { message })?;
            return self.put_case(&case).await;
        }
        let document = collect::document(asking.policy(), &permit)?;
        let mut case = self
            .drafted(asking, &opening, document, known.country)
            .await?;
        let mut first = Telling::Received;
        if rules::is_identified(document, kind) {
            let today = Date(asking.moment.today);
            let rules = rules::of(asking.policy(), &case, today.0);
            case.state = State::IdentityWanted {
                since: today,
                stopped: rules.stops.then_some(today),
            };
            first = Telling::IdentityWanted;
        }
        let mut writes = self.tell_all(asking, &mut case, &[Follows::Tell(first)])?;
        writes.extend(self.put_case(&case).await?);
        Ok(writes)
    }
}
