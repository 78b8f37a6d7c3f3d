//! Puts the lines of an access log together into visits, so that one item is kept for a visit
//! rather than for every line. Its memory is bounded whatever the log holds.
//!
//! It depends on nothing but the log: reading again from a checkpoint gives the same visits with
//! the same line numbers, which therefore serve to tell what has already been stored.

use std::collections::{HashMap, VecDeque};
use std::fmt::{self, Write as _};
use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::access_log::{AccessLine, AccessLog, Numbered};
use crate::agent::{Agent, Agents, Known};
use crate::position::Position;
use crate::record::{Field, Outcome, Record, Value};
use crate::trouble::{Failure, Rejected};

/// What a visit takes in memory besides its text, generously.
const OVERHEAD: usize = 512;

/// How much is held, and when a visit ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitLimits {
    /// A visit ends this long after it began. What the visitor does later is another visit.
    pub window: SignedDuration,
    /// Visits open at a time; beyond, the oldest is given out.
    pub visitors: usize,
    /// Bytes of all open visits; beyond, the oldest is given out.
    pub bytes: usize,
    /// Bytes of one visit's text; beyond, it is given out and another one begins.
    pub visit_bytes: usize,
    /// After so many lines all open visits are given out, and a checkpoint.
    pub checkpoint_lines: u64,
}

impl Default for VisitLimits {
    fn default() -> Self {
        Self {
            window: SignedDuration::from_mins(30),
            visitors: 20_000,
            bytes: 16 << 20,
            visit_bytes: 64 << 10,
            checkpoint_lines: 100_000,
        }
    }
}

/// What one visitor, known by address and user agent, did within a window.
#[derive(Clone, PartialEq)]
pub struct Visit {
    /// The visitor's address.
    pub ip: IpAddr,
    /// What the visitor's browser says it is.
    pub user_agent: Option<Arc<str>>,
    /// What that was recognised as.
    pub agent: Agent,
    /// The time of its first request.
    pub first_at: Timestamp,
    /// The time of its last request.
    pub last_at: Timestamp,
    /// Whether any request carried the Global Privacy Control signal.
    pub gpc: bool,
    /// How many requests it made.
    pub count: u64,
    /// The line of its first request, from 1. No two visits of a log share it.
    pub first_line: u64,
    /// The line of its last request.
    pub last_line: u64,
    /// Bytes of the decompressed log up to the end of its last line.
    pub end_offset: u64,
    /// Its requests, one a line: time, method, path with query, status, bytes, referrer. What the
    /// log does not say is a hyphen.
    pub weblog: String,
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("first_line", &self.first_line)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl Visit {
    /// The visit under the field names `ip-address`, `user-agent`, `operating-system`, `browser`
    /// and `weblog`.
    pub fn into_record(self) -> Record {
        let mut values = Vec::with_capacity(5);
        let mut put = |name: &str, text: String| {
            values.push(Field {
                name: Arc::from(name),
                value: Value::Text(text),
            });
        };
        put("ip-address", self.ip.to_string());
        if let Some(user_agent) = &self.user_agent {
            put("user-agent", user_agent.to_string());
            put("operating-system", self.agent.operating_system.to_owned());
            put("browser", self.agent.browser.to_owned());
        }
        put("weblog", self.weblog);
        Record {
            values,
            at: Some(self.first_at),
            line: self.first_line,
            end_offset: self.end_offset,
            ..Record::default()
        }
    }
}

/// What comes out of a log, in the order it has to be dealt with.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A visit that has ended.
    Visit(Visit),
    /// A line that could not be read.
    Rejected(Rejected),
    /// Everything up to here has been given out: from here the log can be read on. At the end of
    /// the log there is always one.
    Checkpoint(Position),
}

/// A visitor: an address and the number of a user agent.
type Visitor = (IpAddr, Option<u64>);

/// An iterator over the visits of a log.
pub struct Visits {
    log: AccessLog,
    grouping: Grouping,
    ended: bool,
}

/// The open visits.
struct Grouping {
    limits: VisitLimits,
    agents: Agents,
    open: HashMap<Visitor, Visit>,
    /// The visitors in the order their visits began, with the line each began on. A visit that
    /// was given out before its turn leaves an entry behind that fits no open visit.
    order: VecDeque<(Visitor, u64)>,
    bytes: usize,
    lines: u64,
    ready: VecDeque<Step>,
    failure: Option<Failure>,
}

impl Visits {
    /// Groups the lines of a log.
    pub fn new(log: AccessLog, limits: VisitLimits) -> Self {
        let grouping = Grouping {
            limits,
            agents: Agents::new(),
            open: HashMap::new(),
            order: VecDeque::new(),
            bytes: 0,
            lines: 0,
            ready: VecDeque::new(),
            failure: None,
        };
        Self {
            log,
            grouping,
            ended: false,
        }
    }

    /// Goes on from a checkpoint. To be called before anything is read.
    ///
    /// # Errors
    /// As [`AccessLog::skip_to`].
    pub fn skip_to(&mut self, position: &Position) -> Result<(), Failure> {
        self.log.skip_to(position)
    }

    /// Gives out all open visits and a checkpoint with the next steps, as on an orderly stop.
    pub fn checkpoint(&mut self) {
        self.grouping.flush(self.log.position());
    }

    /// How far the log has been read, for showing progress. It is no place to go on from.
    pub fn progress(&self) -> Position {
        self.log.position()
    }
}

impl Iterator for Visits {
    type Item = Result<Step, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(step) = self.grouping.ready.pop_front() {
                return Some(Ok(step));
            }
            if self.ended {
                return self.grouping.failure.take().map(Err);
            }
            match self.log.next_line() {
                Some(Ok(Outcome::Taken(line))) => self.grouping.take(&line),
                Some(Ok(Outcome::Rejected(rejected))) => {
                    self.grouping.lines += 1;
                    self.grouping.ready.push_back(Step::Rejected(rejected));
                }
                // What was open is still given out before a failure is told.
                Some(Err(failure)) => {
                    self.ended = true;
                    self.grouping.failure = Some(failure);
                    self.checkpoint();
                }
                None => {
                    self.ended = true;
                    self.checkpoint();
                }
            }
            if !self.ended && self.grouping.lines >= self.grouping.limits.checkpoint_lines {
                self.checkpoint();
            }
        }
    }
}

impl Grouping {
    fn take(&mut self, line: &Numbered<'_>) {
        self.lines += 1;
        self.end_before(line.access.at);
        let known = line
            .access
            .user_agent
            .as_ref()
            .map(|text| self.agents.recognise(text));
        let visitor = (line.access.ip, known.as_ref().map(|known| known.number));
        let before = self
            .open
            .get(&visitor)
            .map_or(0, |visit| visit.weblog.capacity());
        // A visit whose window has passed may still be open when the log's times go back and
        // forth, or behind one that is.
        let full = self.open.get(&visitor).is_some_and(|visit| {
            before >= self.limits.visit_bytes
                || line.access.at.duration_since(visit.first_at) >= self.limits.window
        });
        if full {
            self.give(&visitor);
        }
        match self.open.get_mut(&visitor) {
            Some(visit) => {
                extend(visit, line);
                self.bytes += visit.weblog.capacity().saturating_sub(before);
            }
            None => {
                let visit = begin(line, known);
                self.bytes += size(&visit);
                self.open.insert(visitor, visit);
                self.order.push_back((visitor, line.line));
            }
        }
        while self.open.len() > self.limits.visitors || self.bytes > self.limits.bytes {
            self.give_oldest();
        }
        if self.order.len() > self.open.len().saturating_mul(2).saturating_add(1024) {
            let open = &self.open;
            self.order
                .retain(|(visitor, first_line)| is_open(open, visitor, *first_line));
        }
    }

    /// Gives out the visits whose window has passed. Logs are nearly in order of time, so it is
    /// enough to look at the oldest.
    fn end_before(&mut self, now: Timestamp) {
        while let Some((visitor, first_line)) = self.order.front() {
            let visit = self
                .open
                .get(visitor)
                .filter(|visit| visit.first_line == *first_line);
            let passed = |visit: &Visit| now.duration_since(visit.first_at) >= self.limits.window;
            match visit {
                Some(visit) if !passed(visit) => return,
                Some(_) | None => self.give_oldest(),
            }
        }
    }

    fn give_oldest(&mut self) {
        let Some((visitor, first_line)) = self.order.pop_front() else {
            return;
        };
        if is_open(&self.open, &visitor, first_line) {
            self.give(&visitor);
        }
    }

    fn give(&mut self, visitor: &Visitor) {
        if let Some(mut visit) = self.open.remove(visitor) {
            self.bytes = self.bytes.saturating_sub(size(&visit));
            visit.weblog.shrink_to_fit();
            self.ready.push_back(Step::Visit(visit));
        }
    }

    /// Gives out everything, and forgets whatever could make reading on from here different from
    /// reading on after a restart.
    fn flush(&mut self, position: Position) {
        while !self.order.is_empty() {
            self.give_oldest();
        }
        self.agents.clear();
        self.bytes = 0;
        self.lines = 0;
        self.ready.push_back(Step::Checkpoint(position));
    }
}

fn is_open(open: &HashMap<Visitor, Visit>, visitor: &Visitor, first_line: u64) -> bool {
    open.get(visitor)
        .is_some_and(|visit| visit.first_line == first_line)
}

fn size(visit: &Visit) -> usize {
    let agent = visit.user_agent.as_ref().map_or(0, |text| text.len());
    visit
        .weblog
        .capacity()
        .saturating_add(agent)
        .saturating_add(OVERHEAD)
}

fn begin(line: &Numbered<'_>, known: Option<Known>) -> Visit {
    let mut visit = Visit {
        ip: line.access.ip,
        user_agent: known.as_ref().map(|known| Arc::clone(&known.text)),
        agent: known.map_or_else(|| Agent::recognise(""), |known| known.agent),
        first_at: line.access.at,
        last_at: line.access.at,
        gpc: false,
        count: 0,
        first_line: line.line,
        last_line: line.line,
        end_offset: line.end_offset,
        weblog: String::new(),
    };
    extend(&mut visit, line);
    visit
}

fn extend(visit: &mut Visit, line: &Numbered<'_>) {
    visit.first_at = visit.first_at.min(line.access.at);
    visit.last_at = visit.last_at.max(line.access.at);
    visit.gpc |= line.access.gpc;
    visit.count += 1;
    visit.last_line = line.line;
    visit.end_offset = line.end_offset;
    describe(&mut visit.weblog, &line.access);
}

/// Writes one request as a line of text. Line breaks in what the client sent become spaces.
fn describe(weblog: &mut String, access: &AccessLine<'_>) {
    let or_hyphen = |text: Option<&str>| text.unwrap_or("-").replace(['\n', '\r'], " ");
    // Writing to a string cannot fail.
    let _ = write!(weblog, "{} ", access.at);
    weblog.push_str(access.method.as_deref().unwrap_or("-"));
    weblog.push(' ');
    weblog.push_str(&or_hyphen(Some(&access.target)));
    let _ = match access.status {
        Some(status) => write!(weblog, " {status} "),
        None => write!(weblog, " - "),
    };
    let _ = match access.bytes {
        Some(bytes) => write!(weblog, "{bytes} "),
        None => write!(weblog, "- "),
    };
    weblog.push_str(&or_hyphen(access.referer.as_deref()));
    weblog.push('\n');
}

#[cfg(test)]
mod tests;
