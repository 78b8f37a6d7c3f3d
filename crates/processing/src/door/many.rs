//! Many acts with one durable write: each is decided, recorded and answered on its own.
//! What cannot be settled together is settled one by one; nothing is answered twice.

use super::*;
use crate::command::{Caller, Command, Once, Performed};
use futures::future::join_all;
use tracing::Instrument as _;

/// How many acts of a batch are prepared at once.
const PREPARED_AT_ONCE: usize = 256;

impl<S: Store> Processing<S> {
    /// Performs many acts with one durable write for all. Each is decided, recorded and answered on
    /// its own.
    pub async fn perform_many(
        &self,
        caller: &Caller,
        commands: &[Command],
    ) -> Vec<Result<Performed, Failure>> {
        self.perform_many_once(caller, commands, &[]).await
    }

    /// As [`Processing::perform_many`], with the key under which each command is performed at most
    /// once, in the order of the commands; one without a key is performed in any case.
    pub async fn perform_many_once(
        &self,
        caller: &Caller,
        commands: &[Command],
        once: &[Once],
    ) -> Vec<Result<Performed, Failure>> {
        let sealing = match self.sealing.read().await {
            Ok(sealing) => sealing,
            Err(failure) => return none_done(commands, &failure.into()),
        };
        let moment = self.moment();
        let mut commits = Vec::with_capacity(commands.len());
        let mut waiting = Vec::with_capacity(commands.len());
        let mut answers: Vec<Option<Result<Performed, Failure>>> = Vec::new();
        let prepared = self.prepare_all(caller, commands, &moment).await;
        for (at, prepared) in prepared.into_iter().enumerate() {
            let Some((mut acting, prepared)) = prepared else {
                answers.push(None);
                continue;
            };
            let prepared = match prepared {
                Ok(mut prepared) => match once.get(at) {
                    Some(once) => self
                        .remember(&mut prepared, once, moment.now)
                        .map(|()| prepared),
                    None => Ok(prepared),
                },
                // What was done before may no longer be possible, and is told again.
                Err(failure) => match self.told_before(once.get(at)).await {
                    Ok(Some(told)) => {
                        answers.push(Some(Ok(told)));
                        continue;
                    }
                    Ok(None) | Err(_) => Err(failure),
                },
            };
            answers.push(match prepared {
                Ok(prepared) if matches!(prepared.then, Then::Again(_)) => None,
                Ok(prepared) => {
                    acting.decided(&prepared.commit.entry);
                    commits.push(prepared.commit);
                    waiting.push((at, prepared.then, acting));
                    None
                }
                Err(failure) => Some(acting.answer(Err(failure))),
            });
        }
        let outcomes = self.vault.commit_under(commits, moment.generation).await;
        let outcomes = outcomes.map_err(Failure::from);
        drop(sealing);
        let outcomes = match outcomes {
            Ok(outcomes) => outcomes,
            // One that cannot be stored at all must not keep the others out.
            Err(Failure::Invalid { .. }) => Vec::new(),
            Err(failure) => {
                let fill = |answer: Option<_>| answer.unwrap_or_else(|| Err(failure.clone()));
                return answers.into_iter().map(fill).collect();
            }
        };
        for ((at, then, acting), outcome) in waiting.into_iter().zip(outcomes) {
            if let (Outcome::Done(entry), Some(slot)) = (outcome, answers.get_mut(at)) {
                let concluding = self.conclude(&moment, entry, then);
                *slot = Some(acting.answer(concluding.instrument(acting.span()).await));
            }
        }
        self.answer_all(caller, commands, once, answers).await
    }

    /// Performs by itself what has no answer yet. Two records of a batch may be about one person:
    /// the later one is decided again.
    async fn answer_all(
        &self,
        caller: &Caller,
        commands: &[Command],
        once: &[Once],
        answers: Vec<Option<Result<Performed, Failure>>>,
    ) -> Vec<Result<Performed, Failure>> {
        let mut told = Vec::with_capacity(commands.len());
        for (at, (answer, command)) in answers.into_iter().zip(commands).enumerate() {
            told.push(match answer {
                Some(answer) => answer,
                None => self.perform_once(caller, command, once.get(at)).await,
            });
        }
        told
    }

    /// Prepares many at once, so that those who need keys made wait for them together; nothing for
    /// those that have to take their turn.
    async fn prepare_all(
        &self,
        caller: &Caller,
        commands: &[Command],
        moment: &Moment,
    ) -> Vec<Option<(Acting, Result<Prepared, Failure>)>> {
        let prepare = async |command: &Command| match command.takes_turns() {
            true => None,
            false => {
                let acting = Acting::begin(command);
                let preparing = self.prepare(caller, command, moment);
                let prepared = preparing.instrument(acting.span()).await;
                Some((acting, prepared))
            }
        };
        let mut all = Vec::with_capacity(commands.len());
        for part in commands.chunks(PREPARED_AT_ONCE) {
            all.extend(join_all(part.iter().map(&prepare)).await);
        }
        all
    }
}

/// The same failure for every command.
fn none_done(commands: &[Command], failure: &Failure) -> Vec<Result<Performed, Failure>> {
    commands.iter().map(|_| Err(failure.clone())).collect()
}
