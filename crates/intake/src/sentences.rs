//! The sentences in which reasons and problems are told, each with a remedy.
//! They never repeat a line's content.

use std::fmt;
use std::sync::Arc;

use crate::trouble::{Problem, Reason, Rejected, UnknownColumn};

// The sentences that hold no figures.
const NOT_UTF8: &str = "it is not UTF-8; save the file as UTF-8";
const OPEN_QUOTE: &str =
    "a quote is opened and never closed; close it, or double a quote inside a value";
const EMPTY: &str = "it holds no value; fill it in or remove it";
const NOT_AN_OBJECT: &str = "it is not an object; write {\"field\": \"value\"}";
const NESTED: &str =
    "a value is an object or a list of lists; write texts, numbers, booleans or lists of them";
const DUPLICATE_KEY: &str = "a key occurs twice; write several values as a list";
const NUMBER: &str = "a number has more digits than can be kept exactly; write it in quotes";
const UNKNOWN_CHOICE: &str =
    "the column that chooses the field names none that is known; correct its value";
const COUNTRY: &str = "the country is not a code of ISO 3166; write one such as US, CA or MX, or a part of one such as US-CA";
const AGE: &str = "the age is not a number of years from 0 to 150; correct it";
const COLLECTED_AT: &str =
    "the time of collection cannot be read; write 2026-03-01 or 2026-03-01T09:30:00Z";
const NOTICE: &str = "the notice is neither yes nor no; write one of them";
const LOG_COLUMNS: &str = "the log's `#Fields` line lacks what is needed, or the line lacks its \
    value; log date, time, c-ip and cs-uri-stem";
const NOT_A_LOG_LINE: &str = "it is not a whole line of the Common, Combined, JSON or W3C log format; \
    check the server's log format, or leave it if the line was cut off";
const ADDRESS: &str = "the client is not an IP address; turn off host name lookups in the server";
const TIME: &str = "the time cannot be read; write 01/Mar/2026:09:30:00 +0000, ISO 8601 or seconds";
const STATUS: &str = "the status is not a number of three digits; correct it";
const NOT_A_MESSAGE: &str = "it is not an e-mail message; export it with its headers";
const NO_SENDER: &str = "the message has no sender's address; export it with its From header";

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str(NOT_UTF8),
            Self::LogColumns => f.write_str(LOG_COLUMNS),
            Self::TooLong { limit } => {
                write!(f, "it is longer than {limit} bytes; shorten it or split it")
            }
            Self::ColumnCount { expected, found } => write!(
                f,
                "its columns differ in number from the header's ({found}, not {expected}); quote \
                 values that contain the separator"
            ),
            Self::OpenQuote => f.write_str(OPEN_QUOTE),
            Self::Empty => f.write_str(EMPTY),
            Self::NotJson { column } => {
                write!(
                    f,
                    "it is not JSON from column {column} on; write one object a line"
                )
            }
            Self::NotAnObject => f.write_str(NOT_AN_OBJECT),
            Self::Nested => f.write_str(NESTED),
            Self::DuplicateKey => f.write_str(DUPLICATE_KEY),
            Self::UnknownKey { nearest } => {
                f.write_str("a key is not a known field; ")?;
                suggest(f, nearest.as_ref())
            }
            Self::Number => f.write_str(NUMBER),
            Self::TooManyValues { limit } => {
                write!(
                    f,
                    "it has more than {limit} values; split it into several records"
                )
            }
            Self::ValueTooLong { field, limit } => {
                write!(
                    f,
                    "the value of `{field}` is longer than {limit} bytes; shorten it"
                )
            }
            Self::UnknownChoice => f.write_str(UNKNOWN_CHOICE),
            Self::Country => f.write_str(COUNTRY),
            Self::Age => f.write_str(AGE),
            Self::CollectedAt => f.write_str(COLLECTED_AT),
            Self::Notice => f.write_str(NOTICE),
            Self::NotALogLine => f.write_str(NOT_A_LOG_LINE),
            Self::Address => f.write_str(ADDRESS),
            Self::Time => f.write_str(TIME),
            Self::Status => f.write_str(STATUS),
            Self::NotAMessage => f.write_str(NOT_A_MESSAGE),
            Self::NoSender => f.write_str(NO_SENDER),
            Self::TooManyAttachments { limit } => {
                write!(f, "the message has more than {limit} attachments; split it")
            }
            Self::Unreadable { kind } => {
                write!(
                    f,
                    "the message's file cannot be read: {kind}; see to it and try again"
                )
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty; begin with a header line that names the fields"),
            Self::NoHeader { known } => {
                f.write_str(
                    "no column of the first line is a known field; begin with a header line. \
                     Known fields: ",
                )?;
                list(f, known)
            }
            Self::UnknownColumns(columns) => unknown_columns(f, columns),
            Self::SameField {
                field,
                first,
                second,
            } => write!(
                f,
                "columns {first} and {second} both mean `{field}`; remove one, or map it \
                 elsewhere with column=field or column=-"
            ),
            Self::TooManyColumns { limit } => {
                write!(
                    f,
                    "the header has more than {limit} columns; check the separator"
                )
            }
            Self::Header => f.write_str(
                "the header line cannot be read; write it in UTF-8, on one line, quotes closed",
            ),
            Self::Utf16 => f.write_str("is in UTF-16; save it as UTF-8"),
            Self::OpenQuotes { line } => write!(
                f,
                "too many quotes are opened and never closed, the last on line {line}; double \
                 quotes inside values and try again"
            ),
            Self::Mapping { mapping } => write!(
                f,
                "the mapping `{mapping}` cannot be read; write column=field, column=- to leave a \
                 column out, or column=field-{{other}} where another column chooses the field"
            ),
            Self::MappedField { field, nearest } => {
                write!(
                    f,
                    "the mapping leads to `{field}`, which is not a known field; "
                )?;
                suggest(f, nearest.as_ref())
            }
            Self::MappedColumn { column } => write!(
                f,
                "the mapping names the column `{column}`, which the header has not; correct it"
            ),
            Self::NotPlaces => {
                f.write_str("is no database in the MaxMind DB format; name a .mmdb file")
            }
            Self::Folder => f.write_str(
                "is a folder of no known kind; name a file, a maildir or a folder of .eml files",
            ),
        }
    }
}

fn suggest(f: &mut fmt::Formatter<'_>, nearest: Option<&Arc<str>>) -> fmt::Result {
    match nearest {
        Some(name) => write!(f, "did you mean `{name}`?"),
        None => f.write_str("map it with column=field, or leave it out with column=-"),
    }
}

fn list(f: &mut fmt::Formatter<'_>, names: &[Arc<str>]) -> fmt::Result {
    for (index, name) in names.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{name}")?;
    }
    Ok(())
}

fn unknown_columns(f: &mut fmt::Formatter<'_>, columns: &[UnknownColumn]) -> fmt::Result {
    f.write_str("nothing was read, because the header has columns that are not known fields:")?;
    for column in columns {
        write!(f, "\n  column {}", column.number)?;
        if let Some(name) = &column.name {
            write!(f, " `{name}`")?;
        }
        f.write_str(": ")?;
        suggest(f, column.nearest.as_ref())?;
    }
    Ok(())
}
