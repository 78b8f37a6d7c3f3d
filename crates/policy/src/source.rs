//! The files a policy is written in, as text.
//! It reads no disk; whoever calls the compiler brings the bytes.

use crate::diagnostic::{Code, Diagnostic};
use serde::Serialize;

/// One file of a policy's folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    /// The file's name within the folder, with `/` between folders.
    pub file: String,
    /// What it says.
    pub text: String,
}

impl Source {
    /// A file of this name and text.
    pub fn new(file: impl Into<String>, text: impl Into<String>) -> Source {
        Source {
            file: file.into(),
            text: text.into(),
        }
    }

    /// A file as it was read, which may not be text at all.
    ///
    /// # Errors
    /// A diagnostic where the bytes are not UTF-8; the span begins at the first byte that is not.
    #[expect(
        clippy::result_large_err,
        reason = "made once a file, and printed like every other diagnostic"
    )]
    pub fn from_bytes(file: impl Into<String>, bytes: Vec<u8>) -> Result<Source, Diagnostic> {
        let file = file.into();
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source { file, text }),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let message = format!("byte {at} of this file is not UTF-8");
                let bytes = error.as_bytes().get(..at).unwrap_or_default();
                let mut said = Diagnostic::new(Code::NotUtf8, file, at..at, message)
                    .help("save the file as UTF-8");
                said.position = Lines::of(&String::from_utf8_lossy(bytes)).position(at);
                Err(said)
            }
        }
    }
}

/// A place in a text as people count: the first line and its first character are 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character within the line; a byte order mark is none.
    pub column: usize,
}

impl Default for Position {
    fn default() -> Position {
        Position { line: 1, column: 1 }
    }
}

/// The lines of a text, to find places in it.
pub(crate) struct Lines<'t> {
    text: &'t str,
    /// Where each line begins, in bytes.
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn of(text: &'t str) -> Lines<'t> {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines {
            text,
            starts: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// The place of a byte.
    pub(crate) fn position(&self, at: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line));
        let before = self.text.get(start.copied().unwrap_or(0)..at);
        let before = before.unwrap_or_default();
        let before = match line {
            1 => before.trim_start_matches('\u{feff}'),
            _ => before,
        };
        Position {
            line,
            column: before.chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_people_count_them() {
        let text = "\u{feff}ab\r\nüc\n";
        let lines = Lines::of(text);
        for (at, line, column) in [
            (0, 1, 1),
            (3, 1, 1),
            (4, 1, 2),
            (7, 2, 1),
            (9, 2, 2),
            (11, 3, 1),
        ] {
            assert_eq!(lines.position(at), Position { line, column }, "{at}");
        }
    }
}
