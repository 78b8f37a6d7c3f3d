//! The end of a contract: what is held in a home is handed back to the client, person by person,
//! and then destroyed. Each person goes through the door; what was interrupted is taken up again.

use crate::command::{Caller, Command, Effect};
use crate::{Export, Failure, Processing};
use aws_lc_rs::digest::{SHA256, digest};
use kept_policy::Refusal;
use kept_terms::{Act, Home, PersonId, Right};
use kept_vault::store::{Record, RecordKind, Store, Wanted, Write};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// How many people one step takes on.
const STEP: usize = 64;

/// That everything in a home was handed back, and what that was.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HandedBack {
    /// How many people.
    pub people: u64,
    /// Stands for who they were and how they stood; it is shown again to have them destroyed.
    pub digest: String,
}

/// How far the end of a home has come.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "stage")]
enum Stage {
    /// Everything was handed back.
    HandedBack(HandedBack),
    /// It is being destroyed.
    Ending { people: u64 },
    /// Nothing is left.
    Ended { people: u64 },
}

/// A home on its way back to the client.
pub struct Returning {
    home: Home,
    caller: Caller,
    page: VecDeque<PersonId>,
    after: Option<PersonId>,
    told: Chain,
}

/// Who was told of, and in which version.
#[derive(Default)]
struct Chain {
    people: u64,
    digest: [u8; 32],
}

impl Chain {
    fn add(&mut self, person: PersonId, version: u64) {
        let mut text = self.digest.to_vec();
        text.extend(person.0);
        text.extend(version.to_be_bytes());
        for (to, from) in self.digest.iter_mut().zip(digest(&SHA256, &text).as_ref()) {
            *to = *from;
        }
        self.people += 1;
    }

    fn handed_back(&self) -> HandedBack {
        HandedBack {
            people: self.people,
            digest: data_encoding::HEXLOWER.encode(&self.digest),
        }
    }
}

impl Returning {
    /// The next person, with everything that is held about them; nothing after the last, once it
    /// is noted that all were handed back. Each is decided and recorded as an export of its own.
    pub async fn next<S: Store>(
        &mut self,
        processing: &Processing<S>,
    ) -> Result<Option<Result<(PersonId, Export), Refusal>>, Failure> {
        loop {
            let Some(person) = self.page.pop_front() else {
                let page = processing.housed(&self.home, self.after, STEP).await?;
                if page.is_empty() {
                    let stage = Stage::HandedBack(self.told.handed_back());
                    processing.book_stage(&self.home, &stage).await?;
                    return Ok(None);
                }
                self.after = page.last().copied();
                self.page = page.into();
                continue;
            };
            let right = Right::Portability;
            let command = Command::Export { person, right };
            let performed = match processing.perform(&self.caller, &command).await {
                // Somebody who was erased meanwhile is not handed back.
                Err(Failure::NotFound(_)) => continue,
                performed => performed?,
            };
            match performed.outcome {
                Err(refusal) => return Ok(Some(Err(refusal))),
                Ok(Effect::Export(export)) => {
                    self.told.add(person, export.version());
                    return Ok(Some(Ok((person, *export))));
                }
                Ok(_) => return Err(Failure::Corrupt("an export gave something else".to_owned())),
            }
        }
    }

    /// What was handed back so far; all of it, once [`Returning::next`] has said so.
    pub fn handed_back(&self) -> HandedBack {
        self.told.handed_back()
    }
}

impl<S: Store> Processing<S> {
    /// Begins to hand back what is held in the home in which a caller acts.
    pub fn return_home(&self, caller: &Caller) -> Result<Returning, Failure> {
        let home = caller.home.clone().ok_or(Failure::NotFound("home"))?;
        Ok(Returning {
            home,
            caller: caller.clone(),
            page: VecDeque::new(),
            after: None,
            told: Chain::default(),
        })
    }

    /// Destroys everything in the home in which a caller acts, person by person; the answer is how
    /// many, counted from the beginning. What was handed back is named by its digest; where the
    /// client has told us to destroy and not to hand back, nothing is.
    ///
    /// Interrupted, it goes on where it was when it is asked for again.
    pub async fn end_home(
        &self,
        caller: &Caller,
        handed_back: Option<&str>,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<Result<u64, Refusal>, Failure> {
        let home = caller.home.clone().ok_or(Failure::NotFound("home"))?;
        let mut gone = match self.stage(&home).await? {
            Some(Stage::Ending { people }) => people,
            Some(Stage::Ended { people }) if self.is_left_to_holds(&home).await? => {
                return Ok(Ok(people));
            }
            before => {
                self.check_handed_back(&home, before, handed_back).await?;
                0
            }
        };
        // Whoever a legal hold keeps something of stays listed, and is passed over.
        let mut after = None;
        loop {
            // The first alone: if it is refused, nothing has begun.
            let step = if gone == 0 { 1 } else { STEP };
            let people = self.housed(&home, after, step).await?;
            after = people.last().copied().or(after);
            if people.is_empty() {
                self.book_stage(&home, &Stage::Ended { people: gone })
                    .await?;
                return Ok(Ok(gone));
            }
            let erase = |person: &PersonId| Command::Erase { person: *person };
            let commands: Vec<Command> = people.iter().map(erase).collect();
            let performed = self.perform_many(caller, &commands).await;
            for (person, performed) in people.iter().zip(performed) {
                match performed {
                    Ok(performed) => match performed.outcome {
                        Ok(Effect::Kept(_)) => {}
                        Ok(_) => gone += 1,
                        Err(refusal) => return Ok(Err(refusal)),
                    },
                    // A list may name somebody whose keys are gone already.
                    Err(Failure::NotFound(_)) => self.strike(&home, *person).await?,
                    Err(failure) => return Err(failure),
                }
            }
            self.book_stage(&home, &Stage::Ending { people: gone })
                .await?;
            progress(gone);
        }
    }

    /// Whether nothing is left in a home but what legal holds keep.
    async fn is_left_to_holds(&self, home: &Home) -> Result<bool, Failure> {
        let mut after = None;
        loop {
            let page = self.housed(home, after, STEP).await?;
            let Some(last) = page.last() else {
                return Ok(true);
            };
            after = Some(*last);
            for person in page {
                let seen = self.vault.look(person, Wanted::Nothing).await?;
                if seen.is_some_and(|seen| !seen.state.remnant) {
                    return Ok(false);
                }
            }
        }
    }

    /// Whether the end of a home has begun and may have to be gone on with.
    pub async fn is_ending(&self, home: &Home) -> Result<bool, Failure> {
        let stage = self.stage(home).await?;
        Ok(matches!(stage, Some(Stage::Ending { .. })))
    }

    /// Checks that all that is held was handed back as it stands, unless the client wants nothing
    /// back.
    async fn check_handed_back(
        &self,
        home: &Home,
        before: Option<Stage>,
        given: Option<&str>,
    ) -> Result<(), Failure> {
        let moment = self.moment();
        let register = &moment.register;
        if !register.instructs(moment.policy(), home, Act::Export, moment.today) {
            return Ok(());
        }
        let Some(given) = given else {
            let problem = "is missing; hand everything back first, and give its digest";
            return Err(Failure::invalid("handed-back", problem));
        };
        let known = match before {
            Some(Stage::HandedBack(known)) => Some(known),
            Some(Stage::Ending { .. } | Stage::Ended { .. }) | None => None,
        };
        if known.as_ref().is_none_or(|known| known.digest != given) {
            let problem = "is not what was handed back last";
            return Err(Failure::invalid("handed-back", problem));
        }
        let mut now = Chain::default();
        let mut after = None;
        loop {
            let page = self.housed(home, after, STEP).await?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            for person in page {
                if let Some(seen) = self.vault.look(person, Wanted::Nothing).await? {
                    now.add(person, seen.version);
                }
            }
        }
        match Some(now.handed_back()) == known {
            true => Ok(()),
            false => Err(Failure::Conflict(
                "something changed since it was handed back; hand it back again",
            )),
        }
    }

    async fn strike(&self, home: &Home, person: PersonId) -> Result<(), Failure> {
        let state = kept_vault::PersonState::of(Some(home));
        let strike = self.unlisted(&state, person);
        Ok(self
            .vault
            .store()
            .book(strike.into_iter().collect())
            .await?)
    }

    async fn stage(&self, home: &Home) -> Result<Option<Stage>, Failure> {
        let store = self.vault.store();
        let record = store.record(RecordKind::Progress, &stage_key(home)).await?;
        let read = |bytes: Vec<u8>| {
            serde_json::from_slice(&bytes)
                .map_err(|_| Failure::Corrupt("the end of a home cannot be read".to_owned()))
        };
        record.map(read).transpose()
    }

    async fn book_stage(&self, home: &Home, stage: &Stage) -> Result<(), Failure> {
        let value = serde_json::to_vec(stage)
            .map_err(|_| Failure::invalid("the end of a home", "cannot be written down"))?;
        let write = Write::PutRecord(Record {
            kind: RecordKind::Progress,
            key: stage_key(home),
            value,
        });
        Ok(self.vault.store().book(vec![write]).await?)
    }
}

fn stage_key(home: &Home) -> Vec<u8> {
    format!("home/{home}").into_bytes()
}
