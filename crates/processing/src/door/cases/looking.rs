//! Looking whether somebody is there who is reported to be a child, and setting them apart.
//! It is done after the report was taken up and by Kept itself, and writes the same down whether
//! anybody was found or not: neither the page that answers the report nor the ledger tells.

use super::*;
use kept_cases::Reference;
use kept_terms::Act;

/// How many reports of people who have not shown who they are set somebody apart in an hour;
/// beyond that they wait, so that nobody sets a whole house apart.
const REPORTS_MAX: u32 = 20;
/// Over how long they are counted, in seconds.
const REPORTS_SECONDS: i64 = 3_600;

impl<S: Store> Processing<S> {
    pub(super) async fn look_up(
        &self,
        asking: &Asking<'_>,
        reference: Reference,
    ) -> Result<Prepared, Failure> {
        let case = self.case(reference).await?;
        if asking.caller.kind == ActorKind::Person {
            return Err(Failure::NotFound("case"));
        }
        let now = asking.moment.now.as_second();
        let places = self.places("reports", REPORTS_SECONDS, now).await?;
        if places.taken >= REPORTS_MAX {
            return Err(Failure::Conflict("it is looked for later"));
        }
        let written = case.written.as_ref();
        let whom = written.and_then(|written| written.whom.as_deref());
        let seen = match whom {
            Some(whom) => self.reported_as(asking.policy(), whom).await?,
            None => None,
        };
        let event = Event::LookedUp {
            person: seen.as_ref().map(|seen| seen.id),
        };
        let (case, _) = self.moved_on(asking, &case, &event)?;
        let mut prepared = match &seen {
            Some(seen) => self.set_apart(asking, &case, seen.id).await?,
            None => self.none_to_set_apart(asking, &case)?,
        };
        places.take(&mut prepared.commit, REPORTS_SECONDS, now);
        let writes = self.put_case(&case).await?;
        prepared.commit.writes.extend(writes);
        Ok(prepared)
    }

    /// Who has an identifier that a report names, in any field by which people are found.
    async fn reported_as(&self, policy: &Policy, whom: &str) -> Result<Option<Seen>, Failure> {
        let mut found = None;
        for (_, field) in policy.words.fields.iter().filter(|(_, it)| it.identifier) {
            let checked = field
                .kind
                .normalise(whom, None, &field.choices, field.length_max);
            let Ok(checked) = checked else { continue };
            let index = self.vault.identifier(None, &field.name, &checked.compared);
            let owner = self.vault.store().find(index).await?;
            found = found.or(owner);
        }
        match found {
            Some(person) => Ok(self.vault.look(person, Wanted::Nothing).await?),
            None => Ok(None),
        }
    }

    async fn set_apart(
        &self,
        asking: &Asking<'_>,
        case: &Case,
        person: PersonId,
    ) -> Result<Prepared, Failure> {
        let child = true;
        let command = Command::ReportChild { person, child };
        let inner = asking.within(&command, rules::reference(case));
        self.report_child(&inner, person, child).await
    }

    /// The same entry, of nobody: what it says of a person leads to nobody, as it does of somebody
    /// who was erased.
    fn none_to_set_apart(&self, asking: &Asking<'_>, case: &Case) -> Result<Prepared, Failure> {
        let request = Request {
            age: Some(0),
            ..Request::new(Act::Restrict, asking.actor)
        };
        let stranger = rules::stranger(asking.policy(), case.opened.country);
        let facts = Facts {
            person: &stranger,
            items: &[],
            recipient: None,
        };
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment_of_nobody());
        telling.reference = Some(rules::reference(case));
        let (entry, then) = match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Permitted(permit) => (telling.permitted(&permit)?, Then::Give(Effect::Done)),
            Decision::Refused(refusal) => {
                // What is refused of somebody refers to no case.
                telling.reference = None;
                (telling.refused(&refusal)?, Then::Refuse(refusal))
            }
        };
        Ok(Prepared {
            commit: unchanging(None, entry),
            then,
        })
    }
}
