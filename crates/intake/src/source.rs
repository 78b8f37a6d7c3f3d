//! An input as a stream of bytes: opened, decompressed, buffered, counted.
//! It never holds more than one record and a block, and never judges content.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::position::{Fingerprint, Position};
use crate::trouble::{Failure, Problem};

/// Bytes asked of the system at a time.
const BLOCK: usize = 256 << 10;

/// The first bytes of every gzip member (RFC 1952, section 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// An open input. Gzip is recognised by its first bytes and decompressed, all members of it.
pub struct Source {
    name: String,
    inner: Option<Box<dyn Read + Send>>,
    compressed: bool,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
    line: u64,
    trouble: Option<io::ErrorKind>,
    fingerprint: Fingerprint,
}

/// One line of an input, without its line ending.
pub(crate) enum Line<'a> {
    /// The whole line.
    Whole {
        /// Its bytes.
        bytes: &'a [u8],
        /// Its number, from 1.
        number: u64,
        /// Where the next line begins.
        end_offset: u64,
    },
    /// A line over the limit. It has been stepped over.
    TooLong {
        /// Its number, from 1.
        number: u64,
    },
}

/// What the next line looks like before it is taken.
enum Shape {
    Line { length: usize, ending: usize },
    TooLong,
    End,
}

impl Source {
    /// Opens a file. The path is the name that failures tell.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let unavailable = |error: io::Error| Failure::Unavailable {
            input: name.clone(),
            offset: 0,
            kind: error.kind(),
        };
        let file = File::open(path).map_err(unavailable)?;
        if file.metadata().map_err(unavailable)?.is_dir() {
            return Err(Failure::Invalid {
                input: name,
                problem: Problem::Folder,
            });
        }
        Self::from_reader(name, file)
    }

    /// Reads from standard input.
    pub fn standard_input() -> Result<Self, Failure> {
        Self::from_reader("standard input", io::stdin())
    }

    /// Reads from anything, under a name that failures tell. It waits for the first two bytes.
    pub fn from_reader(
        name: impl Into<String>,
        mut reader: impl Read + Send + 'static,
    ) -> Result<Self, Failure> {
        let name = name.into();
        let mut head = Vec::with_capacity(GZIP_MAGIC.len());
        reader
            .by_ref()
            .take(GZIP_MAGIC.len() as u64)
            .read_to_end(&mut head)
            .map_err(|error| Failure::Unavailable {
                input: name.clone(),
                offset: 0,
                kind: error.kind(),
            })?;
        let compressed = head == GZIP_MAGIC;
        let whole = Cursor::new(head).chain(reader);
        let inner: Box<dyn Read + Send> = if compressed {
            Box::new(MultiGzDecoder::new(BufReader::with_capacity(BLOCK, whole)))
        } else {
            Box::new(whole)
        };
        Ok(Self {
            name,
            inner: Some(inner),
            compressed,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            offset: 0,
            line: 1,
            trouble: None,
            fingerprint: Fingerprint::default(),
        })
    }

    /// The name that failures tell.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The bytes that are buffered and not yet taken.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Bytes taken so far.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of the line the next byte is on, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Whether all that will ever come is buffered.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.inner.is_none()
    }

    /// Buffers until at least `wanted` bytes are there or no more come. Trouble in reading is
    /// kept for [`Source::ended`], so that what came before it is given out first.
    pub(crate) fn fill(&mut self, wanted: usize) {
        while self.end.saturating_sub(self.start) < wanted {
            let Some(inner) = self.inner.as_mut() else {
                return;
            };
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end = self.end.saturating_sub(self.start);
                self.start = 0;
            }
            if self.buffer.len() < self.end.saturating_add(BLOCK) {
                self.buffer.resize(self.end.saturating_add(BLOCK), 0);
            }
            match inner.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Ok(0) => self.inner = None,
                Ok(count) => self.end = self.end.saturating_add(count).min(self.buffer.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.trouble = Some(error.kind());
                    self.inner = None;
                }
            }
        }
    }

    /// Takes `count` buffered bytes, counting the lines in them.
    pub(crate) fn take(&mut self, count: usize) {
        let taken = self.bytes().get(..count).unwrap_or(self.bytes());
        let lines = memchr::memchr_iter(b'\n', taken).count() as u64;
        let count = taken.len();
        self.advance(count, lines);
    }

    fn advance(&mut self, count: usize, lines: u64) {
        if !self.fingerprint.is_full() {
            let taken = self
                .buffer
                .get(self.start..self.start.saturating_add(count));
            self.fingerprint.extend(taken.unwrap_or_default());
        }
        self.start = self.start.saturating_add(count);
        self.offset = self.offset.saturating_add(count as u64);
        self.line = self.line.saturating_add(lines);
    }

    /// Why there is no more: `Ok` at the end, the failure otherwise.
    pub(crate) fn ended(&self) -> Result<(), Failure> {
        let Some(kind) = self.trouble else {
            return Ok(());
        };
        let input = self.name.clone();
        let damaged = matches!(
            kind,
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput
        );
        Err(if self.compressed && damaged {
            let whole = self.offset.saturating_add(self.bytes().len() as u64);
            let lines = memchr::memchr_iter(b'\n', self.bytes()).count() as u64;
            Failure::Corrupt {
                input,
                offset: whole,
                line: self.line.saturating_add(lines),
            }
        } else {
            Failure::Unavailable {
                input,
                offset: self.offset,
                kind,
            }
        })
    }

    /// Takes the next line, up to `limit` bytes without its ending. A line that was cut off by
    /// trouble is not given out.
    pub(crate) fn next_line(&mut self, limit: usize) -> Option<Result<Line<'_>, Failure>> {
        let number = self.line;
        match self.shape(limit) {
            Shape::End => self.ended().err().map(Err),
            Shape::TooLong => {
                self.step_over_line();
                Some(Ok(Line::TooLong { number }))
            }
            Shape::Line { length, ending } => {
                let from = self.start;
                self.advance(length.saturating_add(ending), ending as u64);
                let bytes = self
                    .buffer
                    .get(from..from.saturating_add(length))
                    .unwrap_or_default();
                let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
                Some(Ok(Line::Whole {
                    bytes,
                    number,
                    end_offset: self.offset,
                }))
            }
        }
    }

    /// Whether the next line begins with these bytes. Buffers no more than it needs for that.
    pub(crate) fn next_begins_with(&mut self, prefix: &[u8]) -> bool {
        self.fill(prefix.len());
        self.bytes().starts_with(prefix)
    }

    /// Takes everything up to the end of the line, however long it is.
    pub(crate) fn step_over_line(&mut self) {
        loop {
            self.fill(1);
            let bytes = self.bytes();
            if bytes.is_empty() {
                return;
            }
            match memchr::memchr(b'\n', bytes) {
                Some(length) => return self.advance(length.saturating_add(1), 1),
                None => self.advance(bytes.len(), 0),
            }
        }
    }

    fn shape(&mut self, limit: usize) -> Shape {
        let mut searched = 0;
        loop {
            let bytes = self.bytes();
            if let Some(found) = memchr::memchr(b'\n', bytes.get(searched..).unwrap_or_default()) {
                let length = searched.saturating_add(found);
                return if length > limit {
                    Shape::TooLong
                } else {
                    Shape::Line { length, ending: 1 }
                };
            }
            searched = bytes.len();
            if searched > limit.saturating_add(1) {
                return Shape::TooLong;
            }
            if self.inner.is_none() {
                return if searched == 0 || self.trouble.is_some() {
                    Shape::End
                } else if searched > limit {
                    Shape::TooLong
                } else {
                    Shape::Line {
                        length: searched,
                        ending: 0,
                    }
                };
            }
            self.fill(searched.saturating_add(1));
        }
    }

    /// Bytes of memory it holds.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.buffer.capacity()
    }

    /// The position here, with the counts of its reader.
    pub(crate) fn position(&self, records: u64, rejected: u64) -> Position {
        Position {
            records,
            rejected,
            line: self.line,
            offset: self.offset,
            fingerprint: self.fingerprint,
            after: None,
            columns: None,
        }
    }

    /// Reads on to a position of an earlier reading of the same input.
    pub(crate) fn skip_to(&mut self, position: &Position) -> Result<(), Failure> {
        let conflict = Failure::Conflict {
            input: self.name.clone(),
        };
        if position.offset < self.offset {
            return Err(conflict);
        }
        while self.offset < position.offset {
            self.fill(1);
            let left = position.offset.saturating_sub(self.offset);
            let count = self
                .bytes()
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            if count == 0 {
                self.ended()?;
                return Err(conflict);
            }
            self.take(count);
        }
        if self.fingerprint == position.fingerprint {
            Ok(())
        } else {
            Err(conflict)
        }
    }
}

#[cfg(test)]
mod tests;
