//! Reports that somebody is under age, once the time in which they are decided is over: what is
//! held is erased, or stays apart and the report goes to those who have the last word, as its
//! clause says.
//! It asks the door like everybody else; what the clause does not let it do is left as it is.

use crate::cases::OPEN;
use crate::command::{Caller, Casing, Closing, Command};
use crate::door::{Moment, actor};
use crate::{Failure, Processing};
use kept_cases::{Case, Kind};
use kept_policy::*;
use kept_terms::{Act, PersonId};
use kept_vault::store::{Store, Wanted};

impl<S: Store> Processing<S> {
    /// Does with each report whose time is over what its clause says; how many there were. It is
    /// looked for among open cases, so what was interrupted is found again.
    pub(crate) async fn decide_reports(&self) -> Result<u64, Failure> {
        let moment = self.moment();
        let today = moment.today;
        let lapsed = |case: &Case| case.kind == Kind::UnderAge && case.is_overdue(today);
        let mut decided = 0;
        for case in self.cases_where(&[OPEN], lapsed).await? {
            let (reference, person) = (case.reference, case.person());
            let casing = match person {
                Some(person) if self.is_to_erase(&moment, person).await? => Casing::End {
                    reference,
                    end: Closing::CarriedOut(Box::new(Command::Erase { person })),
                },
                Some(_) | None if case.stage > 0 => continue,
                Some(_) | None => Casing::Escalate { reference },
            };
            let command = Command::case(casing);
            match self.perform(&Caller::system("reports"), &command).await {
                Ok(performed) => decided += u64::from(performed.outcome.is_ok()),
                // Somebody decided meanwhile, or nobody has the last word.
                Err(Failure::Conflict(_) | Failure::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(decided)
    }

    /// Whether the policy lets Kept itself erase somebody now. It is weighed before it is asked
    /// for, so that what may not be is not refused anew every minute.
    async fn is_to_erase(&self, moment: &Moment, person: PersonId) -> Result<bool, Failure> {
        let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
            return Ok(false);
        };
        let known = moment.person(&seen.state);
        let caller = Caller::system("reports");
        let request = Request::new(Act::Erase, actor(moment.policy(), &caller)?);
        let facts = Facts {
            person: &known,
            items: &[],
            recipient: None,
        };
        let decision = decide(moment.policy(), &request, &facts, moment.today);
        let document = moment.policy().document_of(&known);
        let rule = document.and_then(|document| document.rules.children(known.country));
        let agreed = rule.is_some_and(|rule| {
            let way = known.parent;
            way.is_some_and(|way| rule.parents.contains(way))
        });
        Ok(known.child && !agreed && matches!(decision, Decision::Permitted(_)))
    }
}
