//! Requests in bulk: lines of JSON in, lines of JSON out, in the same order, while they come.
//! Memory stays bounded: a batch of lines is made durable and answered before the next is read.

use super::auth::Bearer;
use super::{Api, Kind, Problem, limits};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures::{FutureExt as _, StreamExt as _};
use kept_processing::{Caller, Command, Effect, Performed};
use serde::Serialize;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::ToSchema;

/// The media type of lines of JSON.
pub(super) const NDJSON: &str = "application/x-ndjson";

/// How many answered batches may wait for the reader.
const WAITING_MAX: usize = 2;

/// A line of the answer.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Told<T> {
    /// It was done.
    Done(Outcome<T>),
    /// It was not.
    Not(NotDone),
    /// There is no more.
    End(End),
}

/// What became of a line that was done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Outcome<T> {
    /// The line's number, counted from 1; empty lines count and are not answered.
    pub line: u64,
    /// `stored` or `done`.
    #[schema(value_type = String)]
    pub outcome: &'static str,
    /// The index of its ledger entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// What it gave.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub given: Option<T>,
}

/// What became of a line that was not done.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct NotDone {
    /// The line's number.
    line: u64,
    /// `refused` by the policy; `invalid`, to be mended; `failed`, to be tried again.
    #[schema(value_type = String)]
    outcome: &'static str,
    /// Why.
    problem: Problem,
}

/// The last line of the answer. Without it, the answer broke off.
#[derive(Serialize, Default, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct End {
    /// Always true.
    end: bool,
    /// How many lines were read.
    lines: u64,
    /// How many were done.
    done: u64,
    /// How many were refused.
    refused: u64,
    /// How many were invalid.
    invalid: u64,
    /// How many failed.
    failed: u64,
    /// Why the request ended early, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// What is particular to one kind of bulk request.
pub(super) trait Bulk: Send + 'static {
    /// What an act gives, as it is told.
    type Given<'a>: Serialize;
    /// The word for an act that was done.
    const DONE: &'static str;

    /// Reads a line.
    fn command(line: &[u8]) -> Result<Command, Problem>;

    /// Tells what an act gave.
    fn given(effect: &Effect) -> Option<Self::Given<'_>>;
}

/// Answers a request in bulk.
pub(super) async fn answer<B: Bulk>(api: Api, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let Bearer(caller) = Bearer::from_request_parts(&mut parts, &api).await?;
    let kind = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case(NDJSON) {
        return Err(Problem::new(
            Kind::MediaType,
            format!("send `Content-Type: {NDJSON}`"),
        ));
    }
    let (answers, stream) = channel(WAITING_MAX);
    let work = Work::<B> {
        api,
        caller,
        lines: Lines::new(body.into_data_stream()),
        answers,
        end: End {
            end: true,
            ..End::default()
        },
        of: std::marker::PhantomData,
    };
    tokio::spawn(work.run());
    let body = Body::from_stream(ReceiverStream::new(stream));
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(NDJSON))], body).into_response())
}

struct Work<B: Bulk> {
    api: Api,
    caller: Arc<Caller>,
    lines: Lines,
    answers: Sender<Result<Bytes, Infallible>>,
    end: End,
    of: std::marker::PhantomData<fn(B)>,
}

/// The reader went away.
struct Gone;

impl<B: Bulk> Work<B> {
    async fn run(mut self) {
        // Where nobody reads the answers any more, no further line is done.
        let _ = self.all().await;
    }

    async fn all(&mut self) -> Result<(), Gone> {
        loop {
            match self.lines.batch().await {
                Ok(batch) if batch.is_empty() => break,
                Ok(batch) => self.batch(batch).await?,
                Err(problem) => {
                    self.end.problem = Some(problem);
                    break;
                }
            }
        }
        let end = written(&Told::<()>::End(std::mem::take(&mut self.end)));
        self.answers.send(Ok(end.into())).await.map_err(|_| Gone)
    }

    async fn batch(&mut self, batch: Vec<Line>) -> Result<(), Gone> {
        let busy = self
            .api
            .acts
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| Gone)?;
        let read = batch
            .into_iter()
            .map(|(number, line)| (number, line.and_then(|line| B::command(&line))));
        let mut commands = Vec::new();
        let mut unread: Vec<(u64, Option<Problem>)> = Vec::new();
        for (number, command) in read {
            match command {
                Ok(command) => {
                    commands.push(command);
                    unread.push((number, None));
                }
                Err(problem) => unread.push((number, Some(problem))),
            }
        }
        let stopwatch = crate::ambient::Stopwatch::start();
        let performed = match commands.is_empty() {
            true => Vec::new(),
            false => self.api.door.perform_many(&self.caller, &commands).await,
        };
        // They share one durable write, so each has its share of the time.
        let took = stopwatch.elapsed() / u32::try_from(commands.len().max(1)).unwrap_or(u32::MAX);
        drop(busy);
        let mut performed = commands.iter().zip(performed);
        let mut bytes = Vec::new();
        for (line, problem) in unread {
            match problem {
                Some(problem) => self.tell(line, Err(problem), &mut bytes),
                None => {
                    let Some((command, answer)) = performed.next() else {
                        continue;
                    };
                    self.api.note(command.act().word(), &answer, took);
                    self.tell(line, Ok(answer), &mut bytes);
                }
            }
        }
        self.answers.send(Ok(bytes.into())).await.map_err(|_| Gone)
    }

    fn tell(
        &mut self,
        line: u64,
        answer: Result<Result<Performed, kept_processing::Failure>, Problem>,
        bytes: &mut Vec<u8>,
    ) {
        self.end.lines += 1;
        let performed;
        let told: Told<B::Given<'_>>;
        match answer {
            Ok(Ok(done)) => {
                performed = done;
                match &performed.outcome {
                    Ok(effect) => {
                        self.end.done += 1;
                        let (outcome, entry) = (B::DONE, performed.entry);
                        let given = B::given(effect);
                        told = Told::Done(Outcome {
                            line,
                            outcome,
                            entry,
                            given,
                        });
                    }
                    Err(refusal) => {
                        self.end.refused += 1;
                        let policy = self.api.door.policy();
                        let problem = Problem::refused(&policy, refusal, performed.entry);
                        let outcome = "refused";
                        told = Told::Not(NotDone {
                            line,
                            outcome,
                            problem,
                        });
                    }
                }
            }
            Ok(Err(failure)) => told = Told::Not(self.problem(line, failure.into())),
            Err(problem) => told = Told::Not(self.problem(line, problem)),
        }
        bytes.extend(written(&told));
    }

    fn problem(&mut self, line: u64, problem: Problem) -> NotDone {
        let outcome = match problem.kind().status().is_server_error() {
            true => {
                self.end.failed += 1;
                "failed"
            }
            false => {
                self.end.invalid += 1;
                "invalid"
            }
        };
        NotDone {
            line,
            outcome,
            problem,
        }
    }
}

fn written<T: Serialize>(line: &T) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(line).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// A line with its number, or what is wrong with it.
type Line = (u64, Result<Vec<u8>, Problem>);

/// The lines of a body as they come, in batches.
struct Lines {
    body: BodyDataStream,
    /// What has come and is no whole line yet.
    rest: Vec<u8>,
    /// Whether the present line is too long and is being passed over.
    passing: bool,
    /// How many lines have come, empty ones included.
    number: u64,
    ended: bool,
}

impl Lines {
    fn new(body: BodyDataStream) -> Lines {
        Lines {
            body,
            rest: Vec::new(),
            passing: false,
            number: 0,
            ended: false,
        }
    }

    /// The next lines: what is there, or else whatever comes next; none at the end. Empty lines are
    /// passed over.
    async fn batch(&mut self) -> Result<Vec<Line>, Problem> {
        let mut lines = Vec::new();
        let mut bytes = 0;
        while !self.ended
            && lines.len() < limits::BATCH_LINES_MAX
            && bytes < limits::BATCH_BYTES_MAX
        {
            // Nobody is kept waiting for a batch to fill.
            let next = match lines.is_empty() {
                true => self.body.next().await,
                false => match self.body.next().now_or_never() {
                    Some(next) => next,
                    None => break,
                },
            };
            match next {
                Some(Ok(chunk)) => {
                    bytes += chunk.len();
                    self.split(&chunk, &mut lines);
                }
                Some(Err(_)) => return Err(Problem::new(Kind::Malformed, "the body broke off")),
                None => {
                    self.ended = true;
                    self.split(b"\n", &mut lines);
                }
            }
        }
        Ok(lines)
    }

    fn split(&mut self, chunk: &[u8], lines: &mut Vec<Line>) {
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            let (part, ends) = match part.strip_suffix(b"\n") {
                Some(part) => (part, true),
                None => (part, false),
            };
            if !self.passing && self.rest.len() + part.len() > limits::LINE_BYTES_MAX {
                self.passing = true;
                self.rest.clear();
            }
            if !self.passing {
                self.rest.extend_from_slice(part);
            }
            if !ends {
                continue;
            }
            self.number += 1;
            if std::mem::take(&mut self.passing) {
                let detail = format!("a line may have {} bytes", limits::LINE_BYTES_MAX);
                let problem = Problem::new(Kind::TooLarge, detail);
                lines.push((self.number, Err(problem)));
            } else if !self.rest.trim_ascii().is_empty() {
                lines.push((self.number, Ok(std::mem::take(&mut self.rest))));
            }
            self.rest.clear();
        }
    }
}
