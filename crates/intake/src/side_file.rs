//! The side file of rejected lines: their numbers and the reasons, never what they hold.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use crate::position::Position;
use crate::trouble::{Failure, Rejected};

/// Writes `line<TAB>reason` for every rejected line. The file appears with the first of them.
pub struct SideFile {
    path: PathBuf,
    file: Option<File>,
    written: u64,
}

impl SideFile {
    /// Starts afresh: a side file of an earlier reading is removed.
    pub fn start(path: &Path) -> Result<Self, Failure> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failure(path, &error)),
            Ok(()) | Err(_) => Ok(Self {
                path: path.to_owned(),
                file: None,
                written: 0,
            }),
        }
    }

    /// Goes on with the side file of a reading that stopped. What was written about lines after
    /// the position is removed, because those lines are read again.
    pub fn resume(path: &Path, position: &Position) -> Result<Self, Failure> {
        let keep = match File::open(path) {
            Ok(file) => {
                length_before(file, position.line).map_err(|error| failure(path, &error))?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(failure(path, &error)),
        };
        if keep == 0 {
            return Self::start(path);
        }
        let cut = || -> io::Result<File> {
            let file = OpenOptions::new().append(true).open(path)?;
            file.set_len(keep)?;
            Ok(file)
        };
        let file = cut().map_err(|error| failure(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file: Some(file),
            written: 0,
        })
    }

    /// Writes one rejected line.
    pub fn write(&mut self, rejected: &Rejected) -> Result<(), Failure> {
        let file = match self.file.as_mut() {
            Some(file) => file,
            None => {
                let opened = OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(&self.path);
                self.file
                    .insert(opened.map_err(|error| failure(&self.path, &error))?)
            }
        };
        let line = format!("{}\t{}\n", rejected.line, rejected.reason);
        file.write_all(line.as_bytes())
            .map_err(|error| failure(&self.path, &error))?;
        self.written += 1;
        Ok(())
    }

    /// How many lines were written since it was started or resumed.
    pub fn written(&self) -> u64 {
        self.written
    }
}

/// Bytes of the entries about lines before `line`. An entry that was cut off does not count.
fn length_before(file: File, line: u64) -> io::Result<u64> {
    let mut reader = BufReader::new(file);
    let (mut keep, mut entry) = (0, Vec::new());
    loop {
        entry.clear();
        let read = reader.read_until(b'\n', &mut entry)? as u64;
        let number = entry
            .split(|byte| *byte == b'\t')
            .next()
            .unwrap_or_default();
        let number = std::str::from_utf8(number)
            .ok()
            .and_then(|number| number.parse::<u64>().ok());
        if !entry.ends_with(b"\n") || number.is_none_or(|number| number >= line) {
            return Ok(keep);
        }
        keep += read;
    }
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::Unavailable {
        input: path.display().to_string(),
        offset: 0,
        kind: error.kind(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trouble::Reason;

    #[test]
    fn entries_about_lines_that_are_read_again_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.csv.rejected");
        let rejected = |line| Rejected {
            line,
            reason: Reason::NotUtf8,
        };

        let mut file = SideFile::start(&path).unwrap();
        assert!(!path.exists());
        for line in [3, 7, 20] {
            file.write(&rejected(line)).unwrap();
        }
        drop(file);

        let position = Position {
            line: 8,
            ..Position::default()
        };
        let mut file = SideFile::resume(&path, &position).unwrap();
        file.write(&rejected(9)).unwrap();
        assert_eq!(file.written(), 1);
        let lines = fs::read_to_string(&path).unwrap();
        let numbers: Vec<_> = lines
            .lines()
            .map(|line| line.split('\t').next().unwrap())
            .collect();
        assert_eq!(numbers, ["3", "7", "9"]);

        SideFile::start(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn a_folder_that_is_missing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("x.rejected");
        let mut file = SideFile::start(&path).unwrap();
        let failure = file.write(&Rejected {
            line: 1,
            reason: Reason::Empty,
        });
        assert!(matches!(failure, Err(Failure::Unavailable { .. })));
    }
}
