//! What can go wrong: a line is rejected, or the input fails. Neither ever holds a line's content.
//!
//! The sentences themselves are in `sentences.rs`.

use std::io;
use std::sync::Arc;

/// A line that was rejected. The reading went on after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The line the record began on, from 1; in a folder of messages, the message's number.
    pub line: u64,
    /// Why, with a remedy.
    pub reason: Reason,
}

/// Why a line was rejected. Printed, each is a sentence with a remedy. The only words in it that
/// are not ours are field names that the caller declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It is not UTF-8.
    NotUtf8,
    /// It is longer than the limit, in bytes.
    TooLong {
        /// The limit.
        limit: usize,
    },
    /// A CSV record has more or fewer columns than the header.
    ColumnCount {
        /// The header's columns.
        expected: usize,
        /// The record's columns.
        found: usize,
    },
    /// A quote is opened on this line and never closed.
    OpenQuote,
    /// No value is left in it.
    Empty,
    /// It is not JSON from this column (in bytes, from 1) on.
    NotJson {
        /// The column, from 1.
        column: usize,
    },
    /// It is JSON, but no object.
    NotAnObject,
    /// A value is an object, or an array of something other than texts, numbers and booleans.
    Nested,
    /// A key occurs twice.
    DuplicateKey,
    /// A key is no known field.
    UnknownKey {
        /// The known field that is written most like it.
        nearest: Option<Arc<str>>,
    },
    /// A number has more digits than can be kept exactly.
    Number,
    /// More values than the limit.
    TooManyValues {
        /// The limit.
        limit: usize,
    },
    /// A value is longer than the limit, in bytes.
    ValueTooLong {
        /// The field.
        field: Arc<str>,
        /// The limit.
        limit: usize,
    },
    /// The `#Fields` line of a log names no client, no time or no target.
    LogColumns,
    /// The column that chooses the field names none that is known.
    UnknownChoice,
    /// The country is no two-letter code.
    Country,
    /// The age is no number of years up to 150.
    Age,
    /// `collected-at` is no time.
    CollectedAt,
    /// `notice` is neither yes nor no.
    Notice,
    /// It is no line of an access log, or was cut off.
    NotALogLine,
    /// A log line's client is no IP address.
    Address,
    /// A log line's time cannot be read.
    Time,
    /// A log line's status is no number of three digits.
    Status,
    /// It is no e-mail message.
    NotAMessage,
    /// A message has no sender's address.
    NoSender,
    /// A message has more attachments than the limit.
    TooManyAttachments {
        /// The limit.
        limit: usize,
    },
    /// A message's file cannot be read.
    Unreadable {
        /// What the system said.
        kind: io::ErrorKind,
    },
}

/// An input that cannot be read, or not any further. What was given out before it is sound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The input cannot be opened or read: see to it and try again.
    #[error("{input}: cannot be read from byte {offset} on: {kind}")]
    Unavailable {
        /// The input's name.
        input: String,
        /// Bytes of the decompressed input read before.
        offset: u64,
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// The input as a whole cannot be understood: change it or how it is called.
    #[error("{input}: {problem}")]
    Invalid {
        /// The input's name.
        input: String,
        /// What is wrong and what to do.
        problem: Problem,
    },
    /// This is another input than the position to go on from was saved for.
    #[error(
        "{input}: is not the input that was read before; give the same one again, or start afresh \
         without the saved position"
    )]
    Conflict {
        /// The input's name.
        input: String,
    },
    /// The compressed input is damaged or was cut off.
    #[error(
        "{input}: the gzip data is damaged or cut off after byte {offset} of what it holds, in \
         line {line}; every line before it was read. Get a whole copy and go on from here"
    )]
    Corrupt {
        /// The input's name.
        input: String,
        /// Whole bytes of the decompressed input before the damage.
        offset: u64,
        /// The line the damage is in, from 1.
        line: u64,
    },
}

/// Why an input as a whole cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// There is no header line.
    Empty,
    /// No column of the first line is known: the header line is probably missing.
    NoHeader {
        /// The names that are known.
        known: Vec<Arc<str>>,
    },
    /// Columns that are no known fields, all of them.
    UnknownColumns(Vec<UnknownColumn>),
    /// Two columns, by number from 1, mean the same field.
    SameField {
        /// The field.
        field: Arc<str>,
        /// The earlier column.
        first: usize,
        /// The later column.
        second: usize,
    },
    /// More columns than the limit.
    TooManyColumns {
        /// The limit.
        limit: usize,
    },
    /// It is no database of places.
    NotPlaces,
    /// The header line is not UTF-8, or has a quote that never closes, or is too long.
    Header,
    /// The text is UTF-16.
    Utf16,
    /// More quotes are left open than are stepped over.
    OpenQuotes {
        /// The line of the last one.
        line: u64,
    },
    /// A mapping is not written `column=field`.
    Mapping {
        /// The mapping as the caller wrote it.
        mapping: String,
    },
    /// A mapping leads to a field that is not known.
    MappedField {
        /// The field as the caller wrote it.
        field: String,
        /// The known field that is written most like it.
        nearest: Option<Arc<str>>,
    },
    /// A mapping names a column that the header has not.
    MappedColumn {
        /// The column as the caller wrote it.
        column: String,
    },
    /// A file where a folder was expected, or the reverse.
    Folder,
}

/// A column that is no known field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn {
    /// Its number, from 1.
    pub number: usize,
    /// Its name, if it looks like one: what might be somebody's data is not repeated.
    pub name: Option<String>,
    /// The known field that is written most like it.
    pub nearest: Option<Arc<str>>,
}
