//! E-mail as messages: a single one, an mbox, a maildir, or a folder of `.eml` files.
//! It takes messages apart; it does not follow, send or answer anything.

mod flat;
mod folder;
mod message;

use std::path::Path;

pub use message::{Mailbox, Message};

use crate::limits::Limits;
use crate::position::Position;
use crate::record::{Outcome, Reader};
use crate::source::{Line, Source};
use crate::trouble::{Failure, Reason, Rejected};

use folder::Folder;

/// How the messages of an mbox are set apart: a line that begins so after a blank one.
const SEPARATOR: &[u8] = b"From ";

/// Reads messages one at a time.
pub struct MailReader {
    from: From,
    limits: Limits,
    records: u64,
    rejected: u64,
    ended: bool,
}

enum From {
    Single(Source),
    Mbox(Source),
    Folder(Folder),
}

impl MailReader {
    /// Opens a file (a message or an mbox, plain or gzip) or a folder (a maildir, or one with
    /// `.eml` and `.eml.gz` files, read in the order of their names).
    ///
    /// # Errors
    /// [`Failure::Unavailable`] when it cannot be opened.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, Failure> {
        if path.is_dir() {
            let from = From::Folder(Folder::open(path)?);
            return Ok(Self {
                from,
                limits,
                records: 0,
                rejected: 0,
                ended: false,
            });
        }
        Ok(Self::from_source(Source::open(path)?, limits))
    }

    /// Reads a message or an mbox from an input.
    pub fn from_source(mut source: Source, limits: Limits) -> Self {
        let from = if source.next_begins_with(SEPARATOR) {
            From::Mbox(source)
        } else {
            From::Single(source)
        };
        Self {
            from,
            limits,
            records: 0,
            rejected: 0,
            ended: false,
        }
    }

    fn step(&mut self) -> Option<Result<Outcome<Message>, Failure>> {
        let next = match &mut self.from {
            From::Single(source) => single(source, &self.limits),
            From::Mbox(source) => mbox(source, &self.limits),
            From::Folder(folder) => folder.next(&self.limits).map(Ok),
        };
        match next? {
            Err(failure) => Some(Err(failure)),
            Ok((_, Ok(message))) => {
                self.records += 1;
                Some(Ok(Outcome::Taken(message)))
            }
            Ok((line, Err(reason))) => {
                self.rejected += 1;
                Some(Ok(Outcome::Rejected(Rejected { line, reason })))
            }
        }
    }
}

impl Iterator for MailReader {
    type Item = Result<Outcome<Message>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.step();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

impl Reader for MailReader {
    type Taken = Message;

    fn position(&self) -> Position {
        match &self.from {
            From::Single(source) | From::Mbox(source) => {
                source.position(self.records, self.rejected)
            }
            From::Folder(folder) => folder.position(self.records, self.rejected),
        }
    }

    /// In a folder it goes on after the message that was read last, by name, so that a maildir
    /// can be read again and again for what is new.
    fn skip_to(&mut self, position: &Position) -> Result<(), Failure> {
        match &mut self.from {
            From::Single(source) | From::Mbox(source) => source.skip_to(position)?,
            From::Folder(folder) => folder.skip_to(position)?,
        }
        (self.records, self.rejected) = (position.records, position.rejected);
        Ok(())
    }
}

/// A message or the reason against it, with the line it begins on.
type Read = (u64, Result<Message, Reason>);

/// Reads everything that is left as one message.
fn single(source: &mut Source, limits: &Limits) -> Option<Result<Read, Failure>> {
    let line = source.line();
    let limit = limits.message_bytes;
    source.fill(limit.saturating_add(1));
    if source.is_exhausted()
        && let Err(failure) = source.ended()
    {
        return Some(Err(failure));
    }
    if source.bytes().is_empty() {
        return None;
    }
    let result = if source.bytes().len() > limit {
        Err(Reason::TooLong { limit })
    } else {
        message::parse(source.bytes(), limits)
    };
    loop {
        let count = source.bytes().len();
        if count == 0 {
            break;
        }
        source.take(count);
        source.fill(1);
    }
    let end_offset = source.offset();
    Some(Ok((
        line,
        result.map(|message| Message {
            line,
            end_offset,
            ..message
        }),
    )))
}

/// Reads the next message of an mbox and undoes the quoting of its lines (mboxrd).
fn mbox(source: &mut Source, limits: &Limits) -> Option<Result<Read, Failure>> {
    let line = source.line();
    let limit = limits.message_bytes;
    let mut bytes = Vec::new();
    let mut too_long = false;
    let mut blank = false;
    let mut first = true;
    while first || !(blank && source.next_begins_with(SEPARATOR)) {
        match source.next_line(limit) {
            Some(Err(failure)) => return Some(Err(failure)),
            Some(Ok(Line::TooLong { .. })) => {
                (blank, too_long) = (false, true);
            }
            Some(Ok(Line::Whole { bytes: text, .. })) => {
                blank = text.is_empty();
                too_long |= bytes.len().saturating_add(text.len()) > limit;
                if !first && !too_long {
                    bytes.extend_from_slice(unquote(text));
                    bytes.extend_from_slice(b"\r\n");
                }
            }
            None if first => return None,
            None => break,
        }
        if too_long {
            bytes = Vec::new();
        }
        first = false;
    }
    let result = if too_long {
        Err(Reason::TooLong { limit })
    } else {
        message::parse(&bytes, limits)
    };
    let end_offset = source.offset();
    Some(Ok((
        line,
        result.map(|message| Message {
            line,
            end_offset,
            ..message
        }),
    )))
}

fn unquote(line: &[u8]) -> &[u8] {
    match line.strip_prefix(b">") {
        Some(rest) => {
            let quotes = rest.iter().take_while(|byte| **byte == b'>').count();
            let inner = rest.get(quotes..).unwrap_or_default();
            if inner.starts_with(SEPARATOR) {
                rest
            } else {
                line
            }
        }
        None => line,
    }
}

#[cfg(test)]
mod tests;
