//! Splits the bytes of a CSV file into rows, one at a time and within the limit.
//! It knows nothing about what columns mean.

use csv_core::{ReadRecordResult, Reader as Core, ReaderBuilder};

use crate::source::Source;

/// The splitting of bytes into one row at a time.
pub(super) struct Rows {
    core: Core,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// What was found at the start of the buffer.
pub(super) enum Row {
    /// A row of so many bytes and columns.
    Whole { length: usize, columns: usize },
    /// A quote that does not close within the limit or the file.
    OpenQuote,
    /// A line over the limit.
    TooLong,
    /// Nothing more, or nothing whole.
    End,
}

impl Rows {
    pub(super) fn new(separator: u8, columns: usize) -> Self {
        Self {
            core: ReaderBuilder::new().delimiter(separator).build(),
            text: Vec::new(),
            ends: vec![0; columns.saturating_add(1)],
        }
    }

    /// Splits the row at the start of the buffer, reading on as needed. It takes nothing.
    pub(super) fn read(&mut self, source: &mut Source, limit: usize) -> Row {
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
    pub(super) fn cells(&self, count: usize) -> impl Iterator<Item = &[u8]> {
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

/// Takes line endings, so that the next row's number is that of the line it begins on.
pub(super) fn step_over_blank_lines(source: &mut Source) {
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
