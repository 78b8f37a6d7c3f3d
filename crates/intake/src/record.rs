//! What a reader gives out: records, their values, and the contract of a reader.
//!
//! Nothing here can be printed with its content: `Debug` shows names and sizes only.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::position::Position;
use crate::trouble::{Failure, Rejected};

/// One record: what one row, object, message or visit says about one person.
#[derive(Clone, PartialEq, Default)]
pub struct Record {
    /// The values in the order they stood. A field may occur more than once.
    pub values: Vec<Field>,
    /// When the record was collected (column `collected-at`, the date of a message), if it says so.
    pub at: Option<Timestamp>,
    /// Where the person lives: a country of ISO 3166-1, or a part of one of ISO 3166-2, in
    /// capitals.
    pub country: Option<String>,
    /// The person's age in years.
    pub age: Option<u8>,
    /// Whether the person was told beforehand.
    pub notice: Option<Notice>,
    /// The line the record begins on, from 1; in a folder of messages, the message's number.
    pub line: u64,
    /// Where the record ends: bytes from the start of the decompressed input.
    pub end_offset: u64,
}

impl Record {
    /// The first text under this field name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|field| &*field.name == name)
            .and_then(|field| match &field.value {
                Value::Text(text) => Some(text.as_str()),
                Value::Bytes(_) => None,
            })
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("line", &self.line)
            .field("end_offset", &self.end_offset)
            .field("values", &self.values)
            .finish_non_exhaustive()
    }
}

/// A value under the policy's name for it.
#[derive(Clone, PartialEq)]
pub struct Field {
    /// The field's name as the policy writes it, in kebab case.
    pub name: Arc<str>,
    /// What stands there.
    pub value: Value,
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.name, self.value)
    }
}

/// A value of a record.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// Text, never empty.
    Text(String),
    /// A file that came with the record.
    Bytes(Attachment),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "text of {} bytes", text.len()),
            Self::Bytes(attachment) => attachment.fmt(f),
        }
    }
}

/// A file that came with a message.
#[derive(Clone, PartialEq)]
pub struct Attachment {
    /// Its file name as the sender wrote it. It is data, never a path to open.
    pub name: Option<String>,
    /// Its media type as the sender declared it, such as `application/pdf`.
    pub media_type: String,
    /// Its decoded content.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file of {} bytes", self.bytes.len())
    }
}

/// Whether the person had been told before the information was taken (column `notice`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The person had been told.
    Given,
    /// The person had not been told.
    NotGiven,
}

/// What became of one line.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome<T> {
    /// It was read.
    Taken(T),
    /// It could not be read, and the reading goes on after it.
    Rejected(Rejected),
}

/// A streaming reader. After a [`Failure`] it gives out nothing more.
pub trait Reader: Iterator<Item = Result<Outcome<Self::Taken>, Failure>> {
    /// What it gives out.
    type Taken;

    /// The place just after the last outcome. Reading that is resumed there gives out exactly
    /// what would have followed.
    fn position(&self) -> Position;

    /// Goes on from a position of an earlier reading of the same input.
    ///
    /// Fails with [`Failure::Conflict`] when this is another input than the position came from,
    /// as far as its first 4 KiB and its length tell.
    fn skip_to(&mut self, position: &Position) -> Result<(), Failure>;
}
