//! Comma-, semicolon- and tab-separated files (RFC 4180) as records. A bad record is rejected
//! alone; a header that is not understood stops everything before anything is read.

use csv_core::{ReadRecordResult, Reader as Core, ReaderBuilder};

use crate::assemble::{Cell, assemble};
use crate::fields::{Fields, Target, fold};
use crate::limits::Limits;
use crate::position::Position;
use crate::record::{Outcome, Reader, Record};
use crate::source::Source;
use crate::trouble::{Failure, Problem, Reason, Rejected, UnknownColumn};

/// Reads records from a CSV file with a header line.
pub struct CsvReader {
    source: Source,
    rows: Rows,
    columns: Vec<Column>,
    fields: Fields,
    limits: Limits,
    records: u64,
    rejected: u64,
    open_quotes: u32,
    ended: bool,
}

struct Column {
    folded: String,
    target: Target,
}

/// The splitting of bytes into one row at a time.
struct Rows {
    core: Core,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// What was found at the start of the buffer.
enum Row {
    /// A row of so many bytes and columns.
    Whole { length: usize, columns: usize },
    /// A quote that does not close within the limit or the file.
    OpenQuote,
    /// A line over the limit.
    TooLong,
    /// Nothing more, or nothing whole.
    End,
}

impl CsvReader {
    /// Reads the header line and finds what each column means.
    ///
    /// Fails with [`Failure::Invalid`] when the header cannot be read or has unknown columns, all
    /// of which are told at once.
    pub fn open(mut source: Source, fields: Fields, limits: Limits) -> Result<Self, Failure> {
        if source.next_begins_with(&[0xff, 0xfe]) || source.next_begins_with(&[0xfe, 0xff]) {
            return Err(invalid(&source, Problem::Utf16));
        }
        let separator = separator(&mut source, limits.record_bytes);
        let mut rows = Rows::new(separator, limits.values);
        let (length, count) = match rows.read(&mut source, limits.record_bytes) {
            Row::Whole { length, columns } => (length, columns),
            Row::OpenQuote | Row::TooLong => return Err(invalid(&source, Problem::Header)),
            Row::End => {
                source.ended()?;
                return Err(invalid(&source, Problem::Empty));
            }
        };
        if count > limits.values {
            return Err(invalid(
                &source,
                Problem::TooManyColumns {
                    limit: limits.values,
                },
            ));
        }
        let names: Vec<String> = rows
            .cells(count)
            .map(|cell| std::str::from_utf8(cell).map(str::to_owned))
            .collect::<Result<_, _>>()
            .map_err(|_| invalid(&source, Problem::Header))?;
        let columns = columns(&names, &fields).map_err(|problem| invalid(&source, problem))?;
        source.take(length);
        Ok(Self {
            source,
            rows,
            columns,
            fields,
            limits,
            records: 0,
            rejected: 0,
            open_quotes: 0,
            ended: false,
        })
    }

    fn step(&mut self) -> Option<Result<Outcome<Record>, Failure>> {
        step_over_blank_lines(&mut self.source);
        let line = self.source.line();
        let result = match self.rows.read(&mut self.source, self.limits.record_bytes) {
            Row::Whole { length, columns } => {
                let result = self.record(columns);
                self.source.take(length);
                result
            }
            Row::OpenQuote => {
                if self.open_quotes >= self.limits.open_quotes {
                    return Some(Err(invalid(&self.source, Problem::OpenQuotes { line })));
                }
                self.open_quotes += 1;
                self.source.step_over_line();
                Err(Reason::OpenQuote)
            }
            Row::TooLong => {
                self.source.step_over_line();
                Err(Reason::TooLong {
                    limit: self.limits.record_bytes,
                })
            }
            Row::End => return self.source.ended().err().map(Err),
        };
        Some(Ok(match result {
            Ok(mut record) => {
                self.records += 1;
                record.line = line;
                record.end_offset = self.source.offset();
                Outcome::Taken(record)
            }
            Err(reason) => {
                self.rejected += 1;
                Outcome::Rejected(Rejected { line, reason })
            }
        }))
    }

    fn record(&self, found: usize) -> Result<Record, Reason> {
        let expected = self.columns.len();
        if found != expected {
            return Err(Reason::ColumnCount { expected, found });
        }
        let texts: Vec<&str> = self
            .rows
            .cells(found)
            .map(std::str::from_utf8)
            .collect::<Result<_, _>>()
            .map_err(|_| Reason::NotUtf8)?;
        let cells = self.columns.iter().zip(&texts).map(|(column, text)| Cell {
            target: &column.target,
            text,
        });
        let lookup = |by: &str| {
            let mut pairs = self.columns.iter().zip(&texts);
            pairs
                .find(|(column, _)| column.folded == by)
                .map(|(_, text)| *text)
        };
        assemble(cells, lookup, &self.fields, &self.limits)
    }
}

impl Iterator for CsvReader {
    type Item = Result<Outcome<Record>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.step();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

impl Reader for CsvReader {
    type Taken = Record;

    fn position(&self) -> Position {
        self.source.position(self.records, self.rejected)
    }

    fn skip_to(&mut self, position: &Position) -> Result<(), Failure> {
        self.source.skip_to(position)?;
        (self.records, self.rejected) = (position.records, position.rejected);
        Ok(())
    }
}

impl Rows {
    fn new(separator: u8, columns: usize) -> Self {
        Self {
            core: ReaderBuilder::new().delimiter(separator).build(),
            text: Vec::new(),
            ends: vec![0; columns.saturating_add(1)],
        }
    }

    /// Splits the row at the start of the buffer, reading on as needed. It takes nothing.
    fn read(&mut self, source: &mut Source, limit: usize) -> Row {
        self.core.reset();
        let (mut fed, mut written, mut columns) = (0, 0, 0);
        loop {
            let bytes = source.bytes();
            let finished = source.is_exhausted() && fed >= bytes.len();
            if finished && (bytes.is_empty() || source.ended().is_err()) {
                return Row::End;
            }
            if !finished && fed >= bytes.len() {
                if fed > limit {
                    return over_limit(bytes);
                }
                let wanted = fed.saturating_add(1);
                source.fill(wanted);
                continue;
            }
            // A last line without its ending gets one: if that does not end the row, the row is
            // still inside a quote.
            let input = if finished {
                b"\n"
            } else {
                bytes.get(fed..).unwrap_or_default()
            };
            self.text
                .resize(self.text.len().max(bytes.len().saturating_add(1)), 0);
            let (result, read, wrote, ended) = self.core.read_record(
                input,
                self.text.get_mut(written..).unwrap_or_default(),
                self.ends.get_mut(columns..).unwrap_or_default(),
            );
            (fed, written, columns) = (fed + read, written + wrote, columns + ended);
            match result {
                ReadRecordResult::Record if fed > limit.saturating_add(1) => {
                    return over_limit(source.bytes().get(..fed).unwrap_or_default());
                }
                ReadRecordResult::Record => {
                    return Row::Whole {
                        length: fed,
                        columns,
                    };
                }
                ReadRecordResult::InputEmpty if finished => return Row::OpenQuote,
                ReadRecordResult::InputEmpty | ReadRecordResult::OutputFull => {}
                // The row has too many columns. They are counted on, and their ends forgotten.
                ReadRecordResult::OutputEndsFull => return self.too_many(source, fed, limit),
                ReadRecordResult::End => return Row::End,
            }
        }
    }

    /// Finds the end of a row that has more columns than are kept.
    fn too_many(&mut self, source: &mut Source, mut fed: usize, limit: usize) -> Row {
        let mut scratch = vec![0; 4096];
        let mut columns = self.ends.len();
        let mut ends = vec![0; 512];
        loop {
            if fed >= source.bytes().len() && !source.is_exhausted() && fed <= limit {
                source.fill(fed.saturating_add(1));
            }
            let input = source.bytes().get(fed..).unwrap_or_default();
            let (result, read, _, ended) = self.core.read_record(input, &mut scratch, &mut ends);
            (fed, columns) = (fed + read, columns + ended);
            let stuck = read == 0 && input.is_empty();
            match result {
                ReadRecordResult::Record => {
                    return Row::Whole {
                        length: fed,
                        columns,
                    };
                }
                ReadRecordResult::End => {
                    return Row::Whole {
                        length: fed,
                        columns,
                    };
                }
                ReadRecordResult::InputEmpty if stuck || fed > limit => {
                    return over_limit(source.bytes());
                }
                ReadRecordResult::InputEmpty
                | ReadRecordResult::OutputFull
                | ReadRecordResult::OutputEndsFull => {}
            }
        }
    }

    /// The cells of the row last read.
    fn cells(&self, count: usize) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let ranges = starts.zip(self.ends.iter().copied()).take(count);
        ranges.map(|(start, end)| self.text.get(start..end).unwrap_or_default())
    }
}

/// What a row over the limit is: over several lines, most likely a quote that does not close.
fn over_limit(row: &[u8]) -> Row {
    let inner = row.get(..row.len().saturating_sub(1)).unwrap_or_default();
    if memchr::memchr(b'\n', inner).is_some() {
        Row::OpenQuote
    } else {
        Row::TooLong
    }
}

fn invalid(source: &Source, problem: Problem) -> Failure {
    Failure::Invalid {
        input: source.name().to_owned(),
        problem,
    }
}

/// Takes line endings, so that the next row's number is that of the line it begins on.
fn step_over_blank_lines(source: &mut Source) {
    loop {
        source.fill(1);
        let blank = source
            .bytes()
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        if blank == 0 {
            return;
        }
        source.take(blank);
    }
}

/// Which of comma, semicolon and tab occurs most in the first line outside quotes.
fn separator(source: &mut Source, limit: usize) -> u8 {
    let mut wanted = 4096;
    source.fill(wanted);
    while memchr::memchr(b'\n', source.bytes()).is_none()
        && !source.is_exhausted()
        && wanted <= limit
    {
        wanted = wanted.saturating_mul(2);
        source.fill(wanted);
    }
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in source
        .bytes()
        .iter()
        .skip_while(|byte| matches!(byte, b'\r' | b'\n'))
    {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            byte => counts
                .iter_mut()
                .filter(|(sign, _)| sign == byte)
                .for_each(|(_, n)| *n += 1),
        }
    }
    // Of equals the first wins, so the comma is the default.
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(sign, _)| *sign)
}

/// Finds what every column means, or everything that is wrong with the header.
fn columns(names: &[String], fields: &Fields) -> Result<Vec<Column>, Problem> {
    let targets: Vec<Option<Target>> = names.iter().map(|name| fields.target(name)).collect();
    // A first line without a single known name is most likely somebody's record. It is not told.
    if targets.iter().all(Option::is_none) {
        return Err(Problem::NoHeader {
            known: fields.known().to_vec(),
        });
    }
    let unknown: Vec<UnknownColumn> = (1..)
        .zip(names.iter().zip(&targets))
        .filter(|(_, (_, target))| target.is_none())
        .map(|(number, (name, _))| UnknownColumn {
            number,
            name: looks_like_a_name(name).then(|| name.trim().to_owned()),
            nearest: fields.nearest(name),
        })
        .collect();
    if !unknown.is_empty() {
        return Err(Problem::UnknownColumns(unknown));
    }
    let columns: Vec<Column> = names
        .iter()
        .zip(targets.into_iter().flatten())
        .map(|(name, target)| Column {
            folded: fold(name),
            target,
        })
        .collect();
    for (folded, written) in fields.mapped() {
        if !columns.iter().any(|column| column.folded == *folded) {
            return Err(Problem::MappedColumn {
                column: written.clone(),
            });
        }
    }
    same_field(&columns)?;
    Ok(columns)
}

fn same_field(columns: &[Column]) -> Result<(), Problem> {
    for (second, column) in (1..).zip(columns) {
        let Target::Field(field) = &column.target else {
            continue;
        };
        let mut earlier = (1..second).zip(columns);
        if let Some((first, _)) = earlier.find(|(_, other)| other.target == column.target) {
            return Err(Problem::SameField {
                field: field.clone(),
                first,
                second,
            });
        }
    }
    Ok(())
}

/// Whether a header cell reads like a column's name rather than like somebody's data.
fn looks_like_a_name(cell: &str) -> bool {
    let cell = cell.trim();
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    !cell.is_empty()
        && cell.chars().count() <= 40
        && digits <= 2
        && !cell.contains('@')
        && cell
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/'))
}

#[cfg(test)]
mod tests;
