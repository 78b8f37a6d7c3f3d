//! Clients and their people: what is held for a contract counts from its end, and the end stands
//! once, with the client.
//! What was past its day before an end moved on is destroyed; a renewal brings nothing back.

use crate::door::{Asking, Moment, Processing, nobody};
use crate::{Caller, Failure, Registered};
use kept_policy::{Decision, Facts, RegisterKind, Request, decide};
use kept_terms::{Act, Day, PersonId};
use kept_vault::PersonState;
use kept_vault::store::{Record, RecordKind, Store, Wanted, Write};
use serde::{Deserialize, Serialize};

/// How many people one step looks at.
const STEP: usize = 1_000;

/// The progress of the task.
const PROGRESS: &[u8] = b"contracts";

/// How far the people of clients have been followed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Progress {
    /// Clients and their ends, as they were when it began.
    clients: Vec<(String, Option<i32>)>,
    after: Option<PersonId>,
    done: bool,
}

/// What following the contracts of clients came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Followed {
    /// People looked at.
    pub people: u64,
    /// People whose day moved.
    pub moved: u64,
}

impl Moment {
    /// Makes somebody one of a client's people, by its name, in the place of all others or beside
    /// them.
    pub fn belongs(&self, state: &mut PersonState, name: &str, alone: bool) -> Result<(), Failure> {
        if alone {
            state.clients.clear();
        }
        let known = state.clients.clone();
        let client = self.client(name).filter(|id| !known.contains(id));
        state.clients.extend(client);
        self.settle_contracts(state)
    }

    /// Sets the events that the register of clients sets: the latest end of the person's clients,
    /// and none while one of them has no end. Clients that are not registered say nothing.
    pub fn settle_contracts(&self, state: &mut PersonState) -> Result<(), Failure> {
        let known = |id: &String| self.register.find("client", id);
        let ends: Vec<Option<Day>> = state
            .clients
            .iter()
            .filter_map(known)
            .map(Registered::ends)
            .collect();
        if ends.is_empty() {
            return Ok(());
        }
        let end = match ends.contains(&None) {
            true => None,
            false => ends.into_iter().flatten().max(),
        };
        for (id, event) in self.policy().words.events.iter() {
            if event.set_by == Some(RegisterKind::Clients) {
                let word = self.in_force.event_word(id)?;
                if state.event(word) != end {
                    state.set_event(word, end);
                }
            }
        }
        Ok(())
    }
}

impl<S: Store> Processing<S> {
    /// Moves the days of the clients' people to where the register has them. It goes on where it
    /// was interrupted, and does nothing while the register has not changed.
    ///
    /// `progress` is told how many people were looked at, out of how many.
    pub async fn follow_contracts(
        &self,
        progress: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Followed, Failure> {
        let moment = self.moment();
        let mut at = self.begun(&moment).await?;
        let mut followed = Followed::default();
        if at.done {
            return Ok(followed);
        }
        let total = self.vault.store().figures().await?.people;
        loop {
            let people = self.vault.store().people(at.after, STEP).await?;
            at.done = people.len() < STEP;
            at.after = people.last().copied().or(at.after);
            for person in people {
                followed.people += 1;
                followed.moved += u64::from(self.follow(person).await?);
            }
            self.vault.store().book(vec![remembered(&at)?]).await?;
            progress(followed.people, total);
            if at.done {
                return Ok(followed);
            }
        }
    }

    /// Where the task stands; at its beginning, where the register changed since.
    async fn begun(&self, moment: &Moment) -> Result<Progress, Failure> {
        let end = |it: &Registered| match it {
            Registered::Client { id, .. } => Some((id.clone(), it.ends().map(|day| day.0))),
            Registered::Course { .. }
            | Registered::Survey { .. }
            | Registered::Instruction { .. }
            | Registered::Template { .. }
            | Registered::Hook(_)
            | Registered::Mailbox { .. }
            | Registered::Agent { .. }
            | Registered::Feed(_) => None,
        };
        let clients: Vec<_> = moment
            .register
            .registered()
            .iter()
            .filter_map(end)
            .collect();
        let store = self.vault.store();
        let stored = store.record(RecordKind::Progress, PROGRESS).await?;
        let stored: Option<Progress> = stored.and_then(|it| serde_json::from_slice(&it).ok());
        Ok(match stored {
            Some(stored) if stored.clients == clients => stored,
            Some(_) | None => Progress {
                // With nobody registered there is nothing to follow.
                done: clients.is_empty(),
                clients,
                after: None,
            },
        })
    }

    /// Moves one person's day, if it is not where the register has it.
    async fn follow(&self, person: PersonId) -> Result<bool, Failure> {
        // Whoever keeps changing is seen to when they are stored.
        for _ in 0..16 {
            let moment = self.moment();
            let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
                return Ok(false);
            };
            let mut state = seen.state.clone();
            moment.settle_contracts(&mut state)?;
            if state == seen.state {
                return Ok(false);
            }
            if self.must_expire(&moment, &seen).await {
                self.expire(person).await?;
                continue;
            }
            let mut writes = Vec::new();
            self.list_anchors(&moment.in_force, &mut state, &mut writes)?;
            let entry = self.noted(&moment, "contracts", Some(&seen), "event:contract-end")?;
            let commit = self.changing(&seen, &state, writes, entry)?;
            let commits = vec![commit];
            let outcomes = self.vault.commit_under(commits, moment.generation).await?;
            if let Some(kept_vault::store::Outcome::Done(_)) = outcomes.first() {
                return Ok(true);
            }
            self.keep_up().await?;
        }
        Err(Failure::Conflict("the person keeps changing; try again"))
    }

    /// The entry of something that Kept notes about a person by itself.
    pub(crate) fn noted(
        &self,
        moment: &Moment,
        task: &str,
        seen: Option<&kept_vault::Seen>,
        reference: &str,
    ) -> Result<Vec<u8>, Failure> {
        let caller = Caller::system(task);
        let asking = Asking::by_itself(&caller, moment)?;
        let request = Request::new(Act::Administer, asking.actor);
        let person = match seen {
            Some(seen) => moment.in_force.person(&seen.state),
            None => nobody(moment.policy()),
        };
        let facts = Facts {
            person: &person,
            items: &[],
            recipient: None,
        };
        let mut telling = asking.telling(&request);
        telling.person = seen.map(|seen| self.vault.commitment(seen));
        telling.reference = Some(reference.to_owned());
        match decide(moment.policy(), &request, &facts, moment.today) {
            Decision::Permitted(permit) => telling.permitted(&permit),
            Decision::Refused(_) => Err(Failure::Conflict("the policy has no document for them")),
        }
    }
}

fn remembered(progress: &Progress) -> Result<Write, Failure> {
    let value = serde_json::to_vec(progress)
        .map_err(|_| Failure::invalid("progress", "cannot be written down"))?;
    Ok(Write::PutRecord(Record {
        kind: RecordKind::Progress,
        key: PROGRESS.to_vec(),
        value,
    }))
}
