//! Keeping right what is held: what went unconfirmed for too long, asking whether it is still
//! right, and the answer that it is.
//! It asks once in a period, and never those who may not be contacted for it.

use crate::command::Command;
use crate::door::{Asking, Moment, Prepared, Processing, Then, declared, known_items};
use crate::{Effect, Failure, Outgoing};
use kept_policy::*;
use kept_terms::{Act, ActorKind, Day, PersonId, Right, Set};
use kept_vault::Seen;
use kept_vault::store::{Outcome, Record, RecordKind, Store, Wanted, Word, Write};
use serde::{Deserialize, Serialize};

/// How many people one step looks at.
const STEP: usize = 1_000;

/// The progress of the asking.
const PROGRESS: &[u8] = b"confirming";

/// The template of the question.
const TEMPLATE: &str = "confirm-details";

/// A field that went unconfirmed for longer than its clause says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StaleField {
    /// Whose.
    pub person: PersonId,
    /// Which.
    pub field: String,
    /// The day on which it was last given, put right or confirmed, where that is known.
    pub since: Option<Day>,
    /// The day on which the person was last asked.
    pub asked: Option<Day>,
    /// The person's version, as they were looked at.
    pub(crate) version: u64,
}

/// How far the asking of a day has come.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Progress {
    day: i32,
    after: Option<PersonId>,
    done: bool,
}

/// What a document collects for a purpose that is to be confirmed from time to time.
pub(crate) fn confirmed_for(document: &Document, purpose: PurposeId) -> Set<FieldId> {
    let every = document.rules.use_of(purpose);
    if every.is_none_or(|(_, clause)| clause.confirm_every.is_none()) {
        return Set::EMPTY;
    }
    let collected = document.rules.collected();
    let for_it = collected.filter(|clause| clause.purposes.contains(purpose));
    for_it.fold(Set::EMPTY, |all, clause| all.union(clause.data))
}

/// The purposes of a document for which something is to be confirmed.
fn confirming(policy: &Policy, document: &Document) -> Vec<PurposeId> {
    let purposes = policy.words.purposes.iter();
    let of = |id: &PurposeId| !confirmed_for(document, *id).is_empty();
    purposes.map(|(id, _)| id).filter(of).collect()
}

impl Moment {
    /// What of some items of a person went unconfirmed for too long.
    pub fn stale(
        &self,
        seen: &Seen,
        purpose: PurposeId,
        items: &[ItemFacts],
    ) -> Result<Vec<StaleField>, Failure> {
        let known = self.in_force.person(&seen.state);
        let document = self.policy().document_for(known.country);
        let clause = document.and_then(|it| it.rules.use_of(purpose));
        let every = clause.and_then(|(_, clause)| clause.confirm_every);
        let (Some(document), Some(every)) = (document, every) else {
            return Ok(Vec::new());
        };
        let mut stale = Vec::new();
        let held: Set<FieldId> = items.iter().map(|item| item.field).collect();
        for field in confirmed_for(document, purpose).intersection(held).iter() {
            let since = seen.state.confirmed(self.in_force.field_word(field)?);
            if since.is_none_or(|since| every.after(since) <= self.today) {
                stale.push(StaleField {
                    person: seen.id,
                    field: self.policy().words.fields.name(field).to_owned(),
                    since,
                    asked: seen.state.asked.map(Day),
                    version: seen.version,
                });
            }
        }
        Ok(stale)
    }
}

impl<S: Store> Processing<S> {
    pub(crate) async fn confirm(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let Some(Command::Confirm {
            person,
            purpose,
            fields,
        }) = asking.command
        else {
            return Err(Failure::Corrupt(
                "a command came to the wrong place".to_owned(),
            ));
        };
        let in_force = &asking.moment.in_force;
        let policy = asking.policy();
        let mut seen = self.seen(*person, Wanted::Nothing).await?;
        let known = in_force.person(&seen.state);
        let document = policy.document_for(known.country);
        let all = document.map_or(Set::EMPTY, |document| {
            let purposes = confirming(policy, document).into_iter();
            let fields = purposes.map(|purpose| confirmed_for(document, purpose));
            fields.fold(Set::EMPTY, |all, fields| all.union(fields))
        });
        let named = fields
            .iter()
            .map(|name| declared(&policy.words.fields, "fields", name));
        let named: Set<FieldId> = named.collect::<Result<_, _>>()?;
        let fields = if named.is_empty() { all } else { named };
        let words = fields.iter().map(|field| in_force.field_word(field));
        let words = words.collect::<Result<Vec<Word>, _>>()?;
        if let Some(again) = self.vault.look(*person, Wanted::Fields(&words)).await? {
            seen = again;
        }
        let (_, items) = known_items(in_force, &mut seen);
        let held: Set<FieldId> = items.iter().map(|item| item.field).collect();
        let declared = |name: &String| declared(&policy.words.purposes, "purpose", name);
        let by_right = purpose.is_none() || asking.actor.kind == ActorKind::Person;
        let request = Request {
            purpose: purpose.as_ref().map(declared).transpose()?,
            fields: fields.intersection(held),
            right: by_right.then_some(Right::Rectification),
            ..Request::new(Act::Rectify, asking.actor)
        };
        let facts = Facts {
            person: &known,
            items: &items,
            recipient: None,
        };
        let permit = match decide(policy, &request, &facts, asking.moment.today) {
            Decision::Refused(refusal) => {
                return self.refuse(asking, &request, Some(&seen), refusal);
            }
            Decision::Permitted(permit) => permit,
        };
        if request.fields.is_empty() {
            return Err(Failure::NotFound("item to confirm"));
        }
        let mut state = seen.state.clone();
        for field in request.fields.iter() {
            state.confirm(in_force.field_word(field)?, asking.moment.today);
        }
        let mut telling = asking.telling(&request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.reference = Some("fields:confirmed".to_owned());
        let entry = telling.permitted(&permit)?;
        let commit = self.changing(&seen, &state, Vec::new(), entry)?;
        Ok(Prepared {
            commit,
            then: Then::Give(Effect::Done),
        })
    }

    /// Asks everybody of whom something went unconfirmed for too long whether it is still right:
    /// a message waits for them, once in a period. Once a day everybody is looked at; interrupted,
    /// it goes on where it was. Answers with how many are asked.
    pub async fn ask_to_confirm(&self) -> Result<u64, Failure> {
        let moment = self.moment();
        let documents = moment.policy().documents.iter();
        if documents
            .flat_map(|it| confirming(moment.policy(), it))
            .next()
            .is_none()
        {
            return Ok(0);
        }
        let store = self.vault.store();
        let stored = store.record(RecordKind::Progress, PROGRESS).await?;
        let stored: Option<Progress> = stored.and_then(|it| serde_json::from_slice(&it).ok());
        let mut at = stored
            .filter(|it| it.day == moment.today.0)
            .unwrap_or(Progress {
                day: moment.today.0,
                ..Progress::default()
            });
        let mut asked = 0;
        while !at.done {
            let people = store.people(at.after, STEP).await?;
            at.done = people.len() < STEP;
            at.after = people.last().copied().or(at.after);
            for person in people {
                asked += u64::from(self.ask(&moment, person).await?);
            }
            let value = serde_json::to_vec(&at)
                .map_err(|_| Failure::invalid("progress", "cannot be written down"))?;
            let record = Record {
                kind: RecordKind::Progress,
                key: PROGRESS.to_vec(),
                value,
            };
            store.book(vec![Write::PutRecord(record)]).await?;
        }
        Ok(asked)
    }

    /// Queues the question for one person, if it is time.
    async fn ask(&self, moment: &Moment, person: PersonId) -> Result<bool, Failure> {
        let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
            return Ok(false);
        };
        let known = moment.in_force.person(&seen.state);
        let Some(document) = moment.policy().document_for(known.country) else {
            return Ok(false);
        };
        for purpose in confirming(moment.policy(), document) {
            let clause = document.rules.use_of(purpose);
            let Some(every) = clause.and_then(|(_, clause)| clause.confirm_every) else {
                continue;
            };
            let lately = |day: i32| every.after(Day(day)) > moment.today;
            if seen.state.asked.is_some_and(lately) {
                continue;
            }
            let fields = confirmed_for(document, purpose);
            let words = fields.iter().map(|field| moment.in_force.field_word(field));
            let words = words.collect::<Result<Vec<Word>, _>>()?;
            let found = self.vault.look(person, Wanted::Fields(&words)).await?;
            let Some(mut seen) = found else {
                return Ok(false);
            };
            let (_, items) = known_items(&moment.in_force, &mut seen);
            let items = self.open_to(moment, &known, purpose, fields, items);
            if moment.stale(&seen, purpose, &items)?.is_empty() {
                continue;
            }
            let name = moment.policy().words.purposes.name(purpose);
            let message = Outgoing::new(person, TEMPLATE, name, &moment.today.to_string());
            let mut state = seen.state.clone();
            state.asked = Some(moment.today.0);
            let entry = self.noted(moment, "confirming", Some(&seen), "asked:confirm-details")?;
            let commit = self.changing(&seen, &state, vec![message.queued()?], entry)?;
            let commits = vec![commit];
            let outcomes = self.vault.commit_under(commits, moment.generation).await?;
            // Whoever changed meanwhile is asked tomorrow.
            return Ok(matches!(outcomes.first(), Some(Outcome::Done(_))));
        }
        Ok(false)
    }

    /// The items for which somebody may be contacted; none where they may not.
    pub(crate) fn open_to(
        &self,
        moment: &Moment,
        person: &PersonFacts,
        purpose: PurposeId,
        fields: Set<FieldId>,
        items: Vec<ItemFacts>,
    ) -> Vec<ItemFacts> {
        let request = Request {
            purpose: Some(purpose),
            fields,
            ..Request::new(
                Act::Contact,
                Actor {
                    kind: ActorKind::System,
                    role: None,
                    purposes: None,
                    home: None,
                },
            )
        };
        let facts = Facts {
            person,
            items: &items,
            recipient: None,
        };
        match decide(moment.policy(), &request, &facts, moment.today) {
            Decision::Permitted(permit) => {
                let shown = |item: &ItemFacts| permit.view(item) != View::Withheld;
                items.into_iter().filter(shown).collect()
            }
            Decision::Refused(_) => Vec::new(),
        }
    }
}
