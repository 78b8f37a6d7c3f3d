//! Comma-, semicolon- and tab-separated files (RFC 4180) as records. A bad record is rejected
//! alone; a header that is not understood stops everything before anything is read.

mod header;
mod rows;

use header::{Column, columns, separator};
use rows::{Row, Rows, step_over_blank_lines};

use crate::assemble::{Cell, assemble};
use crate::fields::Fields;
use crate::limits::Limits;
use crate::position::Position;
use crate::record::{Outcome, Reader, Record};
use crate::source::Source;
use crate::trouble::{Failure, Problem, Reason, Rejected};

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

impl CsvReader {
    /// Reads the header line and finds what each column means.
    ///
    /// Fails with [`Failure::Invalid`] when the header cannot be read or has unknown columns, all
    /// of which are told at once.
    pub fn open(mut source: Source, fields: Fields, limits: Limits) -> Result<Self, Failure> {
        if source.next_begins_with(&[0xff, 0xfe]) || source.next_begins_with(&[0xfe, 0xff]) {
            return Err(invalid(&source, Problem::Utf16));
        }
        step_over_blank_lines(&mut source);
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

fn invalid(source: &Source, problem: Problem) -> Failure {
    Failure::Invalid {
        input: source.name().to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests;
