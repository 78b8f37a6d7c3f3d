//! Rows in a file, for backups of an engine whose rows are none. It is written and read from its
//! beginning to its end, and holds a page at a time.
//!
//! `docs/formats/vault.md` section 11 specifies it: a line, a frame for each row, and at the end
//! what all of them come to.

use super::{End, Row, Sum, TABLES, TALLY_LENGTH, Tally, Value, decode, encode};
use crate::backup::files;
use crate::store::Failure;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The first line.
const HEADER: &[u8] = b"kept rows 1\n";
/// Begins the end.
const LAST: u8 = 0;
/// The longest row that is believed, in bytes.
const ROW_BYTES_MAX: u32 = 32 << 20;

/// A file of rows being written.
pub struct Writing {
    file: BufWriter<File>,
    path: PathBuf,
    sum: Sum,
    buffer: Vec<u8>,
}

impl Writing {
    /// Begins a file, in the place of what an interrupted run left.
    pub fn begin(path: &Path) -> Result<Writing, Failure> {
        let mut writing = Writing {
            file: BufWriter::with_capacity(1 << 20, files::make(path)?),
            path: path.to_owned(),
            sum: Sum::new(),
            buffer: Vec::new(),
        };
        writing.put(HEADER)?;
        Ok(writing)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(bytes);
        written.map_err(|error| files::failed(&self.path, &error))
    }

    /// Appends rows of a table.
    pub fn rows(&mut self, table: usize, rows: &[Row]) -> Result<(), Failure> {
        for row in rows {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            encode(row, &mut buffer);
            self.put(&[u8::try_from(table + 1).unwrap_or(LAST)])?;
            let length = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
            self.put(&length.to_be_bytes())?;
            self.put(&buffer)?;
            self.buffer = buffer;
            self.sum.add(table, row);
        }
        Ok(())
    }

    /// Ends the file and makes it durable; the answer is what all rows come to.
    pub fn finish(mut self, end: End) -> Result<Sum, Failure> {
        self.sum.end = end;
        self.put(&[LAST])?;
        self.put(&end.next.to_be_bytes())?;
        self.put(&end.sequenced.to_be_bytes())?;
        for tally in self.sum.tables.clone() {
            self.put(&tally.to_bytes())?;
        }
        let file = self.file.into_inner();
        let synced = file
            .map_err(std::io::IntoInnerError::into_error)
            .and_then(|file| file.sync_all());
        synced.map_err(|error| files::failed(&self.path, &error))?;
        Ok(self.sum)
    }
}

/// A file of rows being read.
pub struct Reading {
    file: BufReader<File>,
    path: PathBuf,
    /// A row that belongs to a later table than was asked for.
    ahead: Option<(usize, Row)>,
    /// The last row given out.
    last: Option<(usize, Row)>,
    /// What all rows come to, by the file's own account.
    told: Option<Sum>,
}

impl Reading {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Failure::Corrupt`] where it is no file of rows.
    pub fn open(path: &Path) -> Result<Reading, Failure> {
        let file = File::open(path).map_err(|error| files::failed(path, &error))?;
        let mut reading = Reading {
            file: BufReader::with_capacity(1 << 20, file),
            path: path.to_owned(),
            ahead: None,
            last: None,
            told: None,
        };
        match reading.take::<12>()? == *HEADER {
            true => Ok(reading),
            false => Err(reading.damaged()),
        }
    }

    /// Goes back to the beginning.
    pub fn rewind(&mut self) -> Result<(), Failure> {
        *self = Reading::open(&self.path)?;
        Ok(())
    }

    fn damaged(&self) -> Failure {
        Failure::Corrupt(format!(
            "the copy of the rows `{}` is not as it was written: restore another backup",
            self.path.display()
        ))
    }

    fn take<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Failure> {
        let mut bytes = [0; LENGTH];
        let read = self.file.read_exact(&mut bytes);
        read.map_err(|_| self.damaged()).map(|()| bytes)
    }

    fn next(&mut self) -> Result<Option<(usize, Row)>, Failure> {
        if self.ahead.is_some() {
            return Ok(self.ahead.take());
        }
        if self.told.is_some() {
            return Ok(None);
        }
        let [table] = self.take()?;
        if table == LAST {
            self.read_end()?;
            return Ok(None);
        }
        let length = u32::from_be_bytes(self.take()?);
        let mut bytes = vec![0; usize::try_from(length.min(ROW_BYTES_MAX)).unwrap_or(0)];
        let read = self.file.read_exact(&mut bytes);
        read.map_err(|_| self.damaged())?;
        let table = usize::from(table) - 1;
        let fits = |row: &Row| {
            TABLES
                .get(table)
                .is_some_and(|it| it.columns.len() == row.len())
        };
        let row = decode(&bytes).filter(fits).ok_or_else(|| self.damaged())?;
        Ok(Some((table, row)))
    }

    fn read_end(&mut self) -> Result<(), Failure> {
        let mut sum = Sum::new();
        sum.end.next = u64::from_be_bytes(self.take()?);
        sum.end.sequenced = u64::from_be_bytes(self.take()?);
        for at in 0..sum.tables.len() {
            let tally = Tally::from_bytes(&self.take::<TALLY_LENGTH>()?);
            let tally = tally.ok_or_else(|| self.damaged())?;
            if let Some(place) = sum.tables.get_mut(at) {
                *place = tally;
            }
        }
        self.told = Some(sum);
        Ok(())
    }

    /// Rows of a table after one with a key, at most so many. Tables are asked for in order; what
    /// comes before is passed over.
    pub fn page(
        &mut self,
        table: usize,
        after: Option<&[Value]>,
        limit: usize,
    ) -> Result<Vec<Row>, Failure> {
        let Some(of) = TABLES.get(table) else {
            return Ok(Vec::new());
        };
        let is_there = |last: &(usize, Row)| {
            last.0 == table && after.is_some_and(|after| of.key_of(&last.1) == after)
        };
        let mut is_passing = after.is_some() && !self.last.as_ref().is_some_and(is_there);
        let mut rows = Vec::new();
        while rows.len() < limit {
            let Some((is_of, row)) = self.next()? else {
                break;
            };
            if is_of > table {
                self.ahead = Some((is_of, row));
                break;
            }
            if is_of == table && is_passing {
                is_passing = after != Some(of.key_of(&row));
            } else if is_of == table {
                rows.push(row);
            }
        }
        if is_passing {
            return Err(self.damaged());
        }
        if let Some(last) = rows.last() {
            self.last = Some((table, last.clone()));
        }
        Ok(rows)
    }

    /// What all rows come to, by the file's own account. It is there once all were read.
    pub fn told(&mut self) -> Result<Sum, Failure> {
        while self.told.is_none() {
            self.next()?;
        }
        self.told.clone().ok_or_else(|| self.damaged())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: i64) -> Row {
        vec![Value::Bytes(vec![1]), Value::Number(number)]
    }

    #[test]
    fn a_file_is_read_from_any_row_on_and_not_where_it_was_altered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        let mut writing = Writing::begin(&path).unwrap();
        let trail = TABLES.iter().position(|it| it.name == "trail").unwrap();
        let rows: Vec<Row> = (0..10).map(row).collect();
        writing.rows(trail, &rows).unwrap();
        let end = End {
            next: 10,
            sequenced: 9,
        };
        let sum = writing.finish(end).unwrap();
        let mut reading = Reading::open(&path).unwrap();
        assert!(reading.page(0, None, 5).unwrap().is_empty());
        let page = reading.page(trail, None, 4).unwrap();
        assert!(page == rows[..4]);
        let page = reading.page(trail, Some(&rows[3]), 4).unwrap();
        assert!(page == rows[4..8]);
        assert_eq!(reading.told().unwrap(), sum);
        let mut reading = Reading::open(&path).unwrap();
        let page = reading.page(trail, Some(&rows[6]), 40).unwrap();
        assert!(page == rows[7..], "from a row that was not read before");
        assert!(reading.page(trail, Some(&row(77)), 1).is_err());
        let sound = std::fs::read(&path).unwrap();
        std::fs::write(&path, &sound[..sound.len() - 1]).unwrap();
        assert!(Reading::open(&path).unwrap().told().is_err());
        std::fs::write(&path, b"something else").unwrap();
        assert!(Reading::open(&path).is_err());
    }
}
