//! What the tests of the readers share. Only here is content ever put into text.

use std::fmt::Write as _;
use std::io::{self, Read, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::record::{Outcome, Reader, Record, Value};
use crate::source::Source;
use crate::trouble::Failure;

/// Gives its bytes out a few at a time, so that every boundary of a buffer is met.
pub(crate) struct Drops {
    pub(crate) bytes: io::Cursor<Vec<u8>>,
    pub(crate) size: usize,
}

impl Read for Drops {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = buffer.len().min(self.size);
        self.bytes.read(&mut buffer[..size])
    }
}

pub(crate) fn source(bytes: impl Into<Vec<u8>>) -> Source {
    Source::from_reader("input", io::Cursor::new(bytes.into())).unwrap()
}

pub(crate) fn dripping(bytes: impl Into<Vec<u8>>, size: usize) -> Source {
    let bytes = io::Cursor::new(bytes.into());
    Source::from_reader(
        "input",
        Drops {
            bytes,
            size: size.max(1),
        },
    )
    .unwrap()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn show(record: &Record) -> String {
    let mut text = format!("{}:", record.line);
    for field in &record.values {
        match &field.value {
            Value::Text(value) => write!(text, " {}={value:?}", field.name).unwrap(),
            Value::Bytes(file) => {
                write!(text, " {}={:?} {}", field.name, file.name, file.media_type).unwrap();
            }
        }
    }
    if let Some(at) = record.at {
        write!(text, " at {at}").unwrap();
    }
    if let Some(country) = &record.country {
        write!(text, " in {country}").unwrap();
    }
    if let Some(age) = record.age {
        write!(text, " aged {age}").unwrap();
    }
    if let Some(notice) = record.notice {
        write!(text, " notice {notice:?}").unwrap();
    }
    text
}

/// Everything a reader gives out, a line each.
pub(crate) fn all<R: Reader>(reader: R, show: impl Fn(&R::Taken) -> String) -> String {
    let mut text = String::new();
    for outcome in reader {
        match outcome {
            Ok(Outcome::Taken(taken)) => writeln!(text, "{}", show(&taken)).unwrap(),
            Ok(Outcome::Rejected(rejected)) => writeln!(text, "! {rejected}").unwrap(),
            Err(failure) => writeln!(text, "!! {failure}").unwrap(),
        }
    }
    text
}

/// Stops a reader after every outcome and goes on with a fresh one: nothing may be lost, come
/// twice or be numbered otherwise.
pub(crate) fn resumes<R>(open: impl Fn() -> R, show: impl Fn(&R::Taken) -> String)
where
    R: Reader,
{
    let whole: Vec<Result<Outcome<R::Taken>, Failure>> = open().collect();
    for stop in 0..=whole.len() {
        let mut first = open();
        let mut text = String::new();
        for _ in 0..stop {
            let outcome = first.next();
            write!(text, "{}", line(outcome.as_ref(), &show)).unwrap();
        }
        let saved = serde_json::to_string(&first.position()).unwrap();
        let mut second = open();
        if second
            .skip_to(&serde_json::from_str(&saved).unwrap())
            .is_err()
        {
            // Only damage on the way can stop it; the first reading met the same.
            assert!(whole.iter().any(Result::is_err), "stopped after {stop}");
            continue;
        }
        assert_eq!(second.position(), first.position());
        for outcome in second {
            write!(text, "{}", line(Some(&outcome), &show)).unwrap();
        }
        // A failure ends a reading; what is resumed after it meets it again.
        if stop < whole.len() || whole.iter().all(Result::is_ok) {
            let mut expected = String::new();
            for outcome in &whole {
                write!(expected, "{}", line(Some(outcome), &show)).unwrap();
            }
            assert_eq!(text, expected, "stopped after {stop}");
        }
    }
}

fn line<T>(outcome: Option<&Result<Outcome<T>, Failure>>, show: impl Fn(&T) -> String) -> String {
    match outcome {
        Some(Ok(Outcome::Taken(taken))) => format!("{}\n", show(taken)),
        Some(Ok(Outcome::Rejected(rejected))) => format!("! {rejected}\n"),
        Some(Err(failure)) => format!("!! {failure}\n"),
        None => String::new(),
    }
}
