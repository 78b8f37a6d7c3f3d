//! Guesses from a path which reader an input needs. It opens nothing but to see a folder.

use std::path::Path;

/// The kinds of input there is a reader for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Comma-, semicolon- or tab-separated records.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// A web server's access log.
    AccessLog,
    /// A message, an mbox, a maildir or a folder of messages.
    Mail,
}

impl Kind {
    /// The kind that a path's name tells, with or without `.gz` behind it. A rotated log such as
    /// `access.log.3.gz` is still one, and a folder holds messages.
    pub fn of(path: &Path) -> Option<Self> {
        if path.is_dir() {
            return Some(Self::Mail);
        }
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let mut parts: Vec<&str> = name.split('.').skip(1).collect();
        while parts
            .pop_if(|part| *part == "gz" || part.bytes().all(|byte| byte.is_ascii_digit()))
            .is_some()
        {}
        match parts.pop()? {
            "csv" | "tsv" | "tab" => Some(Self::Csv),
            "ndjson" | "jsonl" => Some(Self::Ndjson),
            "log" => Some(Self::AccessLog),
            "eml" | "mbox" => Some(Self::Mail),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_kinds() {
        for (name, expected) in [
            ("contacts.csv", Some(Kind::Csv)),
            ("Contacts.TSV.gz", Some(Kind::Csv)),
            ("contacts.ndjson", Some(Kind::Ndjson)),
            ("access.log", Some(Kind::AccessLog)),
            ("access.json.log.gz", Some(Kind::AccessLog)),
            ("access.log.12.gz", Some(Kind::AccessLog)),
            ("letter.eml", Some(Kind::Mail)),
            (".", Some(Kind::Mail)),
            ("recording.wav", None),
            ("csv", None),
            ("", None),
        ] {
            assert_eq!(Kind::of(Path::new(name)), expected, "{name}");
        }
    }
}
