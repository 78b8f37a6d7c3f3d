//! A folder of messages, read in the order of their names: a maildir or `.eml` files.
//! It moves and marks nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Read, message};
use crate::email::Message;
use crate::limits::Limits;
use crate::position::Position;
use crate::source::Source;
use crate::trouble::{Failure, Problem, Reason};

/// The messages of a folder that are still to be read, by name.
pub(super) struct Folder {
    name: String,
    /// In reverse, so that the next one is at the end.
    left: Vec<(String, PathBuf)>,
    number: u64,
    after: Option<String>,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let unavailable = |error: io::Error| Failure::Unavailable {
            input: name.clone(),
            offset: 0,
            kind: error.kind(),
        };
        let maildir = path.join("cur").is_dir() || path.join("new").is_dir();
        let mut left = Vec::new();
        if maildir {
            // Messages still being delivered stand in `tmp` and are none of ours.
            for part in ["new", "cur"].map(|part| path.join(part)) {
                if part.is_dir() {
                    list(&part, &mut left, |name| !name.starts_with('.')).map_err(unavailable)?;
                }
            }
        } else {
            let is_message = |name: &str| {
                let name = name.to_ascii_lowercase();
                name.ends_with(".eml") || name.ends_with(".eml.gz")
            };
            list(path, &mut left, is_message).map_err(unavailable)?;
            if left.is_empty() {
                return Err(Failure::Invalid {
                    input: name,
                    problem: Problem::Folder,
                });
            }
        }
        left.sort_unstable_by(|left, right| right.cmp(left));
        Ok(Self {
            name,
            left,
            number: 0,
            after: None,
        })
    }

    pub(super) fn next(&mut self, limits: &Limits) -> Option<Read> {
        let (name, path) = self.left.pop()?;
        self.number += 1;
        self.after = Some(name);
        let number = self.number;
        let result = read(&path, limits).map(|(message, end_offset)| Message {
            line: number,
            end_offset,
            ..message
        });
        Some((number, result))
    }

    pub(super) fn position(&self, records: u64, rejected: u64) -> Position {
        Position {
            records,
            rejected,
            line: self.number + 1,
            after: self.after.clone(),
            ..Position::default()
        }
    }

    pub(super) fn skip_to(&mut self, position: &Position) -> Result<(), Failure> {
        let Some(after) = &position.after else {
            // A position without a name is one from before the first message, or of a file.
            let at_start = position.offset == 0 && position.records + position.rejected == 0;
            let conflict = Failure::Conflict {
                input: self.name.clone(),
            };
            return if at_start { Ok(()) } else { Err(conflict) };
        };
        while self.left.pop_if(|(name, _)| *name <= *after).is_some() {}
        self.number = position.line.saturating_sub(1);
        self.after = Some(after.clone());
        Ok(())
    }
}

/// Lists a folder's files. A maildir renames messages as they are read, by what follows the
/// colon, so that is no part of their names here.
fn list(
    folder: &Path,
    into: &mut Vec<(String, PathBuf)>,
    wanted: impl Fn(&str) -> bool,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if wanted(&name) && entry.path().is_file() {
            let name = name.split(':').next().unwrap_or_default().to_owned();
            into.push((name, entry.path()));
        }
    }
    Ok(())
}

fn read(path: &Path, limits: &Limits) -> Result<(Message, u64), Reason> {
    let unreadable = |failure| match failure {
        Failure::Unavailable { kind, .. } => Reason::Unreadable { kind },
        Failure::Corrupt { .. } => Reason::Unreadable {
            kind: io::ErrorKind::InvalidData,
        },
        Failure::Invalid { .. } | Failure::Conflict { .. } => Reason::NotAMessage,
    };
    let limit = limits.message_bytes;
    let mut source = Source::open(path).map_err(unreadable)?;
    source.fill(limit.saturating_add(1));
    if source.bytes().len() > limit {
        return Err(Reason::TooLong { limit });
    }
    source.ended().map_err(unreadable)?;
    let message = message::parse(source.bytes(), limits)?;
    Ok((message, source.bytes().len() as u64))
}
