//! One run of a feed: people looked at in order, those who changed passed on through the door.
//! It hands out rows and holds none; who may not be passed on is left out and counted.

use super::{Feed, Form, LastRun, open_fields, recipient_facts, told};
use crate::door::{Moment, actor, known_items};
use crate::subjects::shown;
use crate::{Caller, Command, Effect, Failure, Performed, Processing, Released};
use kept_policy::*;
use kept_terms::PersonId;
use kept_vault::store::{Store, Wanted, Word};
use std::collections::BTreeMap;

/// How many people one step looks at.
const STEP: usize = 128;

/// A run of a feed that has begun.
pub struct FeedRun {
    feed: Feed,
    caller: Caller,
    again: bool,
    after: Option<PersonId>,
    last: LastRun,
    left_out: BTreeMap<(String, String), u64>,
}

/// What a feed carries of one person.
pub struct Row {
    /// The reference by which the recipient knows the person.
    pub subject: String,
    /// The values, in order of field and number. All of them are in clear.
    pub values: Vec<Released>,
}

/// What a run does with a person.
enum Chosen {
    Pass,
    Unchanged,
    LeftOut(Refusal),
    Nothing,
}

impl<S: Store> Processing<S> {
    /// Begins a run of a feed: the way to its recipient is weighed, and that is recorded. A refusal
    /// stops the whole feed.
    ///
    /// A run takes up what changed since the last one, or, with `again`, everybody. Rows go to
    /// whoever runs it, so their role counts; what a webhook sends goes to the recipient alone, so
    /// Kept itself sends it.
    pub async fn begin_feed(
        &self,
        caller: &Caller,
        id: &str,
        again: bool,
    ) -> Result<(Performed, Option<FeedRun>), Failure> {
        let feed = self.feed(id)?;
        let command = Command::BeginFeed {
            feed: feed.id.clone(),
        };
        let performed = self.perform(caller, &command).await?;
        let mut last = LastRun {
            began: self.clock.now().as_second(),
            ..LastRun::default()
        };
        let mut state = self.feed_state(id).await?;
        if let Err(refusal) = &performed.outcome {
            last.stopped = told(&self.policy(), refusal);
            state.last = Some(last);
            self.put_feed_state(id, &state).await?;
            return Ok((performed, None));
        }
        let lines = feed.form != Form::Webhook;
        let again = again || (state.unfinished && lines);
        state.unfinished = lines;
        state.last = Some(last.clone());
        self.put_feed_state(id, &state).await?;
        let caller = match feed.form {
            Form::Csv | Form::Ndjson => caller.clone(),
            Form::Webhook => Caller::system("feed"),
        };
        let run = FeedRun {
            feed,
            caller,
            again,
            after: None,
            last,
            left_out: BTreeMap::new(),
        };
        Ok((performed, Some(run)))
    }

    /// Queues what changed for a feed's webhook; the answer is how the run went.
    pub async fn queue_feed(&self, mut run: FeedRun) -> Result<LastRun, Failure> {
        while let Some((people, moment)) = run.step(self).await? {
            let request = run.feed.request(moment.policy(), run.actor(&moment)?)?;
            let Some(recipient) = request.recipient else {
                return Err(Failure::NotFound("recipient"));
            };
            let word = moment.in_force.recipient_word(recipient)?;
            for person in people {
                if let Some(seen) = self.vault.look(person, Wanted::Nothing).await? {
                    run.last.sent += 1;
                    self.queue_share(&seen, word, &run.feed.id).await?;
                }
            }
        }
        Ok(run.last)
    }
}

impl FeedRun {
    /// The feed.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// How it goes so far.
    pub fn so_far(&self) -> &LastRun {
        &self.last
    }

    /// The next rows; nothing after the last. Each is recorded before it is handed out.
    pub async fn next<S: Store>(
        &mut self,
        processing: &Processing<S>,
    ) -> Result<Option<Vec<Row>>, Failure> {
        let Some((people, moment)) = self.step(processing).await? else {
            return Ok(None);
        };
        let commands = people.iter().map(|person| Command::Pass {
            feed: self.feed.id.clone(),
            person: *person,
        });
        let commands: Vec<Command> = commands.collect();
        let answers = processing.perform_many(&self.caller, &commands).await;
        let request = self.feed.request(moment.policy(), self.actor(&moment)?)?;
        let Some(recipient) = request.recipient else {
            return Err(Failure::NotFound("recipient"));
        };
        let word = moment.in_force.recipient_word(recipient)?;
        let mut rows = Vec::with_capacity(people.len());
        for (person, answer) in people.into_iter().zip(answers) {
            match answer {
                Ok(Performed {
                    outcome: Ok(Effect::Values(values)),
                    ..
                }) => {
                    self.last.sent += 1;
                    let subject = processing.subject_for(word, person);
                    rows.push(Row { subject, values });
                }
                Ok(Performed {
                    outcome: Err(refusal),
                    ..
                }) => {
                    self.leave_out(moment.policy(), &refusal);
                }
                // Whoever is gone meanwhile is rightly not passed on.
                Ok(_) | Err(Failure::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(Some(rows))
    }

    fn actor(&self, moment: &Moment) -> Result<Actor, Failure> {
        actor(moment.policy(), &self.caller)
    }

    /// The people of the next step who are to be passed on, and the moment they were looked at.
    async fn step<S: Store>(
        &mut self,
        processing: &Processing<S>,
    ) -> Result<Option<(Vec<PersonId>, Moment)>, Failure> {
        let moment = processing.moment();
        let people = processing.vault.store().people(self.after, STEP).await?;
        let Some(last) = people.last().copied() else {
            self.last.left_out = std::mem::take(&mut self.left_out)
                .into_iter()
                .map(|((clause, why), count)| (clause, why, count))
                .collect();
            let mut state = processing.feed_state(&self.feed.id).await?;
            state.last = Some(self.last.clone());
            state.unfinished = false;
            processing.put_feed_state(&self.feed.id, &state).await?;
            return Ok(None);
        };
        self.after = Some(last);
        let mut passed = Vec::new();
        for person in people {
            match self.choose(processing, &moment, person).await? {
                Chosen::Pass => passed.push(person),
                Chosen::Unchanged => self.last.unchanged += 1,
                Chosen::LeftOut(refusal) => self.leave_out(moment.policy(), &refusal),
                Chosen::Nothing => {}
            }
        }
        Ok(Some((passed, moment)))
    }

    fn leave_out(&mut self, policy: &Policy, refusal: &Refusal) {
        for ground in told(policy, refusal) {
            *self.left_out.entry(ground).or_default() += 1;
        }
    }

    async fn choose<S: Store>(
        &self,
        processing: &Processing<S>,
        moment: &Moment,
        person: PersonId,
    ) -> Result<Chosen, Failure> {
        let in_force = &moment.in_force;
        let request = self.feed.request(moment.policy(), self.actor(moment)?)?;
        let wanted = request
            .fields
            .iter()
            .map(|field| in_force.field_word(field));
        let wanted = wanted.collect::<Result<Vec<Word>, _>>()?;
        let looked = processing
            .vault
            .look(person, Wanted::Fields(&wanted))
            .await?;
        let Some(mut seen) = looked else {
            return Ok(Chosen::Nothing);
        };
        let (stored, items) = known_items(in_force, &mut seen);
        if items.iter().all(|item| item.due() <= moment.today) {
            return Ok(Chosen::Nothing);
        }
        let known = in_force.person(&seen.state);
        let recipient = recipient_facts(moment, &request);
        let facts = Facts {
            person: &known,
            items: &items,
            recipient: Some(&recipient),
        };
        let fields = open_fields(in_force, &request, &facts, moment.today);
        let request = Request { fields, ..request };
        let permit = match decide(moment.policy(), &request, &facts, moment.today) {
            Decision::Refused(refusal) => return Ok(Chosen::LeftOut(refusal)),
            Decision::Permitted(permit) => permit,
        };
        let shown = shown(&permit, &stored, &items);
        if shown.is_empty() {
            return Ok(Chosen::Nothing);
        }
        let mark = processing.shown_mark(&self.feed.id, &shown);
        let mut received = seen.state.received.iter();
        let is_known = received.any(|received| received.feeds.contains(&mark));
        Ok(match is_known && !self.again {
            true => Chosen::Unchanged,
            false => Chosen::Pass,
        })
    }
}
