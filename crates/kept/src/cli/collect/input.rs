//! Inputs of every kind as batches of records. It reads; it stores nothing.

use super::Kind;
use super::records::Settings;
use crate::cli::Failed;
use kept_intake::{
    AccessLog, CsvReader, Failure, Fields, Limits, MailReader, NdjsonReader, Outcome, Position,
    Reader, Record, Rejected, Source, Step, Value, Visit, VisitLimits, Visits,
};
use std::path::Path;

/// An input of one kind.
pub(super) enum Input {
    Csv(Box<CsvReader>),
    Ndjson(Box<NdjsonReader>),
    Mail(Box<MailReader>),
    Log(Box<Visits>),
}

/// One thing that was taken in.
pub(super) enum Taken {
    /// A record of a file.
    Record(Record),
    /// A message.
    Message(Box<kept_intake::Message>),
    /// A visit to a website.
    Visit(Box<Visit>),
}

/// What is dealt with together.
#[derive(Default)]
pub(super) struct Batch {
    /// What was read.
    pub records: Vec<Taken>,
    /// What could not be read.
    pub rejected: Vec<Rejected>,
    /// Where to go on once all of it is dealt with; nothing where a stop here would go back.
    pub position: Option<Position>,
    /// Whether there is no more.
    pub is_last: bool,
}

impl Input {
    /// Opens an input.
    pub fn open(path: &Path, settings: &Settings) -> Result<Input, Failed> {
        let limits = Limits::default();
        let known = settings.policy.words.fields.iter();
        let known = known.map(|(_, field)| field.name.to_string());
        let fields = Fields::new(known.collect::<Vec<_>>());
        let mut maps = settings.maps.iter();
        let fields = maps.try_fold(fields, |fields, map| fields.map(map))?;
        if settings.kind == Kind::Email && path.is_dir() {
            return Ok(Input::Mail(Box::new(MailReader::open(path, limits)?)));
        }
        let table = path.join(super::recordings::TABLE);
        let path = match settings.kind == Kind::Recordings && path.is_dir() {
            true => &table,
            false => path,
        };
        let source = match path.as_os_str() == "-" {
            true => Source::standard_input()?,
            false => Source::open(path)?,
        };
        Ok(match settings.kind {
            Kind::Csv | Kind::Recordings => {
                Input::Csv(Box::new(CsvReader::open(source, fields, limits)?))
            }
            Kind::Ndjson => Input::Ndjson(Box::new(NdjsonReader::open(source, fields, limits))),
            Kind::Email => Input::Mail(Box::new(MailReader::from_source(source, limits))),
            Kind::AccessLog => {
                let log = AccessLog::open(source, limits);
                Input::Log(Box::new(Visits::new(log, VisitLimits::default())))
            }
        })
    }

    /// Goes on from a position of an earlier reading.
    pub fn skip_to(&mut self, position: &Position) -> Result<(), Failure> {
        match self {
            Input::Csv(reader) => reader.skip_to(position),
            Input::Ndjson(reader) => reader.skip_to(position),
            Input::Mail(reader) => reader.skip_to(position),
            Input::Log(visits) => visits.skip_to(position),
        }
    }

    /// The next batch: so many records or bytes at most.
    pub fn batch(&mut self, records: usize, bytes: usize) -> Result<Batch, Failed> {
        match self {
            Input::Csv(reader) => from_reader(reader.as_mut(), records, bytes, Taken::Record),
            Input::Ndjson(reader) => from_reader(reader.as_mut(), records, bytes, Taken::Record),
            Input::Mail(reader) => from_reader(reader.as_mut(), records, bytes, |message| {
                Taken::Message(Box::new(message))
            }),
            Input::Log(visits) => from_visits(visits, records, bytes),
        }
    }
}

fn from_reader<R: Reader>(
    reader: &mut R,
    records: usize,
    bytes: usize,
    into_taken: impl Fn(R::Taken) -> Taken,
) -> Result<Batch, Failed> {
    let mut batch = Batch::default();
    let mut held = 0;
    while batch.records.len() < records && batch.rejected.len() < records && held < bytes {
        match reader.next() {
            None => {
                batch.is_last = true;
                break;
            }
            Some(outcome) => match outcome? {
                Outcome::Rejected(rejected) => batch.rejected.push(rejected),
                Outcome::Taken(taken) => {
                    let taken = into_taken(taken);
                    held += size(&taken);
                    batch.records.push(taken);
                }
            },
        }
    }
    batch.position = Some(Reader::position(reader));
    Ok(batch)
}

fn from_visits(visits: &mut Visits, records: usize, bytes: usize) -> Result<Batch, Failed> {
    let mut batch = Batch::default();
    let mut held = 0;
    while batch.records.len() < records && batch.rejected.len() < records && held < bytes {
        match visits.next() {
            None => {
                batch.is_last = true;
                break;
            }
            Some(step) => match step? {
                Step::Rejected(rejected) => batch.rejected.push(rejected),
                Step::Visit(visit) => {
                    held += visit.weblog.len();
                    batch.records.push(Taken::Visit(Box::new(visit)));
                }
                Step::Checkpoint(position) => {
                    batch.position = Some(position);
                    break;
                }
            },
        }
    }
    Ok(batch)
}

fn size(taken: &Taken) -> usize {
    match taken {
        Taken::Record(record) => {
            let sizes = record.values.iter().map(|field| match &field.value {
                Value::Text(text) => text.len(),
                Value::Bytes(attachment) => attachment.bytes.len(),
            });
            sizes.sum()
        }
        Taken::Message(message) => {
            let files = message.attachments.iter().map(|file| file.bytes.len());
            message.text.len() + files.sum::<usize>()
        }
        Taken::Visit(visit) => visit.weblog.len(),
    }
}
