//! Intake turns files and standard input into records, one at a time and in bounded memory.
//!
//! It reads CSV, JSON lines, web-server access logs and e-mail, plain or gzip. It knows nothing
//! about what is permitted, stores nothing, and never lets the content of a line into an error:
//! an error names the input, the place in it and the reason.
//!
//! Every reader is an iterator of [`Outcome`]s. A line that cannot be read is an answer
//! ([`Rejected`]: the rest goes on), an input that cannot be read is a [`Failure`] (the reading
//! ends). Between two outcomes [`Reader::position`] says where to go on after a stop.
//!
//! ```
//! use kept_intake::{CsvReader, Failure, Fields, Limits, Outcome, Reader as _, Source};
//!
//! let text = "Name,E-Mail\nMaria Example,maria@example.com\nonly a name\n";
//! let open = || -> Result<CsvReader, Failure> {
//!     let source = Source::from_reader("contacts", text.as_bytes())?;
//!     CsvReader::open(source, Fields::new(["name", "email"]), Limits::default())
//! };
//! let mut reader = open()?;
//! let Some(Ok(Outcome::Taken(record))) = reader.next() else { unreachable!() };
//! assert_eq!(record.text("email"), Some("maria@example.com"));
//!
//! // After a stop, another reader goes on from there.
//! let mut again = open()?;
//! again.skip_to(&reader.position())?;
//! let Some(Ok(Outcome::Rejected(rejected))) = again.next() else { unreachable!() };
//! assert_eq!(rejected.line, 3);
//! # Ok::<(), Failure>(())
//! ```
#![deny(missing_docs)]

pub mod access_log;
pub mod agent;
mod assemble;
pub mod csv;
pub mod email;
pub mod fields;
pub mod geo;
pub mod kind;
pub mod limits;
pub mod ndjson;
pub mod position;
pub mod record;
#[cfg(test)]
mod samples;
mod sentences;
pub mod side_file;
pub mod source;
#[cfg(test)]
mod testing;
mod times;
pub mod trouble;
pub mod visits;

pub use access_log::{AccessLine, AccessLog};
pub use agent::Agent;
pub use csv::CsvReader;
pub use email::{MailReader, Message};
pub use fields::Fields;
pub use geo::Places;
pub use kind::Kind;
pub use limits::Limits;
pub use ndjson::NdjsonReader;
pub use position::{Fingerprint, Position};
pub use record::{Attachment, Field, Notice, Outcome, Reader, Record, Value};
pub use side_file::SideFile;
pub use source::Source;
pub use trouble::{Failure, Problem, Reason, Rejected, UnknownColumn};
pub use visits::{Step, Visit, VisitLimits, Visits};
