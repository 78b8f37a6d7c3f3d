//! Files that are taken in while they come: decided before the first byte is taken, sealed chunk by
//! chunk, screened, and decided once more when they are there.
//! It holds a chunk or two at a time, or a document that has to be whole to be read, and leaves
//! nothing of what was refused or broke off.

use crate::command::{Arrived, Collect, Given, Once, Performed};
use crate::door::{Admission, Processing, youngest};
use crate::{Caller, Command, Failure};
use kept_policy::Unread;
use kept_screening::{Reading, Screener, is_media, read_document, said_age};
use kept_terms::SpecialCategory;
use kept_vault::Incoming;
use kept_vault::store::Store;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How much text is looked at together, in bytes.
const WINDOW: usize = 64 * 1024;

/// How much of the text before is looked at again with what follows, in bytes: no statement is that
/// long.
const OVERLAP: usize = 2 * 1024;

/// What became of asking to take a file in.
pub enum Admitted {
    /// It may come.
    Coming(Box<Upload>),
    /// It may not, or it came before.
    Answered(Performed),
}

/// A file that is being taken in. Dropped, it leaves nothing.
pub struct Upload {
    collect: Collect,
    incoming: Incoming,
    watch: Watch,
}

impl Upload {
    /// Takes what has come of the file.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.watch.look(bytes);
        Ok(self.incoming.write(bytes)?)
    }

    /// The command that stores it, once all of it has come.
    fn finish(mut self) -> Result<(Command, Arc<kept_vault::Arrived>), Failure> {
        let found = self.watch.end();
        let (age, unread) = (self.watch.age, self.watch.unread);
        let arrived = Arc::new(self.incoming.finish()?);
        for (_, given) in &mut self.collect.values {
            if let Given::Coming { name, media_type } = given {
                *given = Given::Arrived(Arrived {
                    name: std::mem::take(name),
                    media_type: std::mem::take(media_type),
                    found: found.clone(),
                    age,
                    unread,
                    content: arrived.clone(),
                });
            }
        }
        Ok((Command::Collect(self.collect), arrived))
    }
}

impl<S: Store> Processing<S> {
    /// Asks to take in a record of which one value is [`Given::Coming`]. A refusal is recorded.
    pub async fn admit(
        &self,
        caller: &Caller,
        collect: Collect,
        once: Option<&Once>,
    ) -> Result<Admitted, Failure> {
        let coming = |(_, given): &&(String, Given)| matches!(given, Given::Coming { .. });
        if collect.values.iter().filter(coming).count() != 1 {
            return Err(Failure::invalid(
                "values",
                "hold no file that is to come, or several",
            ));
        }
        if let Some(told) = self.told_before(once).await? {
            return Ok(Admitted::Answered(told));
        }
        match self.weigh(caller, &collect).await? {
            Admission::Refused(performed) => Ok(Admitted::Answered(performed)),
            Admission::Permitted(permit) => Ok(Admitted::Coming(Box::new(Upload {
                collect,
                incoming: self.vault.begin_file(&permit)?,
                watch: Watch::new(self.screener.clone()),
            }))),
        }
    }

    /// Stores a record whose file has come, if the policy still takes it.
    pub async fn arrive(
        &self,
        caller: &Caller,
        upload: Upload,
        once: Option<&Once>,
    ) -> Result<Performed, Failure> {
        let (command, arrived) = upload.finish()?;
        let performed = self.perform_once(caller, &command, once).await;
        let is_taken = match &performed {
            Ok(performed) => performed.outcome.is_ok() && performed.entry.is_some(),
            // Whether it was done is not known; if not, it is cleared away in a day.
            Err(Failure::Unavailable(_) | Failure::Corrupt(_)) => true,
            Err(Failure::Invalid { .. } | Failure::NotFound(_) | Failure::Conflict(_)) => false,
        };
        if !is_taken {
            self.vault.discard(&arrived);
        }
        performed
    }
}

/// By how many bytes a file shows what it is.
const HEAD_BYTES: usize = 64;

/// How much of a file is kept until it has come whole, for the documents that have to be whole to
/// be read. A larger one is looked at only if it is text.
const DOCUMENT_BYTES_MAX: usize = 16 << 20;

/// Looks at a file: at text as it comes, at a document when it is there.
struct Watch {
    screener: Arc<Screener>,
    is_text: bool,
    window: Vec<u8>,
    /// All that has come, for as long as it may be a document.
    document: Option<Vec<u8>>,
    found: BTreeSet<SpecialCategory>,
    /// The youngest age that the writer says they are.
    age: Option<u8>,
    /// What it is, if nothing could be looked for in all of it; known at the end.
    unread: Option<Unread>,
    is_media: bool,
}

impl Watch {
    fn new(screener: Arc<Screener>) -> Watch {
        Watch {
            screener,
            is_text: true,
            window: Vec::new(),
            document: Some(Vec::new()),
            found: BTreeSet::new(),
            age: None,
            unread: None,
            is_media: false,
        }
    }

    fn look(&mut self, mut bytes: &[u8]) {
        self.keep(bytes);
        while self.is_text && !bytes.is_empty() {
            let room = WINDOW.saturating_sub(self.window.len()).max(1);
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.window.extend_from_slice(now);
            bytes = later;
            if self.window.len() >= WINDOW {
                self.screen(false);
            }
        }
    }

    /// Keeps what has come, unless it is a picture or a sound, or too much.
    fn keep(&mut self, bytes: &[u8]) {
        if let Some(document) = &mut self.document {
            let is_new = document.len() < HEAD_BYTES;
            document.extend_from_slice(bytes);
            let head = document.get(..HEAD_BYTES.min(document.len()));
            self.is_media |= is_new && head.is_some_and(is_media);
            if self.is_media || document.len() > DOCUMENT_BYTES_MAX {
                self.document = None;
            }
        }
    }

    fn end(&mut self) -> Vec<SpecialCategory> {
        if self.is_text {
            self.screen(true);
        }
        // What only began as text was not read as what it is.
        if !self.is_text {
            self.found.clear();
            self.age = None;
        }
        self.unread = match (self.is_text, self.is_media) {
            (_, true) => Some(Unread::Picture),
            (true, false) => None,
            // Too large to be looked at whole, unless it still stands here.
            (false, false) => Some(Unread::Document),
        };
        if let Some(document) = self.document.take() {
            let Reading { text, unread } = read_document(&document);
            self.unread = unread.map(|_| Unread::Document);
            self.age = youngest(self.age, said_age(&text));
            let findings = self.screener.screen(&text);
            let categories = findings.into_iter().map(|finding| finding.category);
            self.found.extend(categories);
        }
        self.found.iter().copied().collect()
    }

    /// Screens what there is, and keeps the end of it for the next time.
    fn screen(&mut self, is_last: bool) {
        let text = match std::str::from_utf8(&self.window) {
            Ok(text) => text,
            // A character may be cut in two at the end of what has come.
            Err(error) if error.error_len().is_none() && !is_last => {
                let valid = self.window.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(valid).unwrap_or_default()
            }
            Err(_) => {
                self.is_text = false;
                self.window = Vec::new();
                return;
            }
        };
        self.age = youngest(self.age, said_age(text));
        let findings = self.screener.screen(text);
        self.found
            .extend(findings.into_iter().map(|finding| finding.category));
        let mut from = text.len().saturating_sub(OVERLAP);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        self.window.drain(..from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8], step: usize) -> Vec<SpecialCategory> {
        let mut watch = Watch::new(Arc::new(Screener::new()));
        text.chunks(step).for_each(|bytes| watch.look(bytes));
        watch.end()
    }

    #[test]
    fn a_statement_is_found_wherever_a_window_ends() {
        let statement = "I was diagnosed with diabetes last year.";
        assert!(!found(statement.as_bytes(), 7).is_empty(), "nothing found");
        for before in [0, 60_000, 65_500, 65_520, 65_536, 130_000] {
            let mut text = "Grüße an alle. ".repeat(before / 17).into_bytes();
            text.resize(before.max(text.len()), b' ');
            text.extend_from_slice(statement.as_bytes());
            text.resize(text.len() + 70_000, b' ');
            for step in [1_000, 65_536, 200_000] {
                assert!(!found(&text, step).is_empty(), "{before} {step}");
            }
        }
    }

    #[test]
    fn a_document_is_looked_at_and_a_picture_is_not() {
        let mut bytes = b"I was diagnosed with diabetes last year.".to_vec();
        bytes.push(0xff);
        assert!(!found(&bytes, 9).is_empty());
        let page = b"{\\rtf1 I was diag{\\b nosed} with diabetes last year.}";
        assert!(!found(page, 5).is_empty());
        let picture = [b"\x89PNG\r\n\x1a\n", &*bytes].concat();
        assert_eq!(found(&picture, 9), []);
    }

    #[test]
    fn what_could_not_be_looked_at_is_known() {
        let unread = |bytes: &[u8]| {
            let mut watch = Watch::new(Arc::new(Screener::new()));
            bytes.chunks(7).for_each(|bytes| watch.look(bytes));
            watch.end();
            watch.unread
        };
        assert_eq!(unread(b"Good morning."), None);
        assert_eq!(unread(b"{\\rtf1 Good morning.}"), None);
        assert_eq!(unread(b"%PDF-1.4 /Encrypt 3 0 R"), Some(Unread::Document));
        assert_eq!(unread(b"\x00\x01\x02\x7f\x03\x04"), Some(Unread::Document));
        let mut large = vec![0xff; DOCUMENT_BYTES_MAX + 1];
        large[0] = 0;
        assert_eq!(unread(&large), Some(Unread::Document));
        let picture = [&b"\x89PNG\r\n\x1a\n"[..], &[0; 90]].concat();
        assert_eq!(unread(&picture), Some(Unread::Picture));
    }
}
