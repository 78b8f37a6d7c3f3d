//! The archive itself, written piece by piece while it is read: each form of the same export in
//! turn, then the files.
//! Nothing of it is ever whole in memory or on a disk of ours.

use super::forms::{Csv, Form, Json, Page};
use crate::centre::about_me::speaker;
use crate::outbox::Language;
use axum::body::Bytes;
use kept_policy::Policy;
use kept_processing::{Door, Export, Released, Shown};
use kept_terms::Timestamp;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Sender;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// How many bytes leave at once.
const PIECE: usize = 32 << 10;

/// Where pieces of the archive go. An error in their place breaks the answer off, so that nobody
/// takes half of it for all.
pub(super) type Pieces = Sender<io::Result<Bytes>>;

/// What an archive is made with.
pub(super) struct Archive {
    pub door: Arc<Door>,
    pub policy: Arc<Policy>,
    pub language: Language,
    pub made: Timestamp,
}

/// Takes bytes and hands them on.
struct Pipe {
    to: Pieces,
    waiting: Vec<u8>,
    /// Whether anything has left.
    has_begun: bool,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        // Whoever waits sees at once that it comes.
        if !self.has_begun || self.waiting.len() >= PIECE {
            self.has_begun = true;
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let piece = std::mem::take(&mut self.waiting);
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.to.blocking_send(Ok(piece.into())).map_err(gone)
    }
}

type Zip = ZipWriter<StreamWriter<Pipe>>;

fn broken(cause: impl std::fmt::Display) -> io::Error {
    io::Error::other(cause.to_string())
}

impl Archive {
    /// Writes all of it. A reader that goes away ends it.
    pub fn write(&self, export: Export, pieces: Pieces) {
        let pipe = Pipe {
            to: pieces.clone(),
            waiting: Vec::with_capacity(PIECE),
            has_begun: false,
        };
        if let Err(cause) = self.written(export, pipe) {
            let _ = pieces.blocking_send(Err(cause));
        }
    }

    fn written(&self, mut export: Export, pipe: Pipe) -> io::Result<()> {
        let mut zip = ZipWriter::new_stream(pipe);
        let about = export.about();
        let speaker = speaker(&self.policy, self.language, about.document.as_deref());
        let mut page = Page::new(speaker, &about, self.made);
        self.form(&mut zip, "about-me.html", &mut export, &mut page)?;
        self.form(
            &mut zip,
            "about-me.csv",
            &mut export,
            &mut Csv::new(speaker),
        )?;
        self.form(
            &mut zip,
            "about-me.json",
            &mut export,
            &mut Json::new(&about, self.made),
        )?;
        self.files(&mut zip, &mut export)?;
        zip.finish().map_err(broken)?.into_inner().flush()
    }

    fn options() -> SimpleFileOptions {
        // No time is noted: the archive says when it was made, and its entries need no other.
        SimpleFileOptions::default().large_file(true)
    }

    fn form(
        &self,
        zip: &mut Zip,
        name: &str,
        export: &mut Export,
        form: &mut dyn Form,
    ) -> io::Result<()> {
        zip.start_file(name, Archive::options()).map_err(broken)?;
        zip.write_all(form.begin().as_bytes())?;
        let mut number = 0;
        export.rewind();
        while let Some(page) = self.next(export)? {
            for item in page {
                let file = file_name(&item, &mut number);
                zip.write_all(form.item(&item, file.as_deref()).as_bytes())?;
            }
        }
        zip.write_all(form.end().as_bytes())
    }

    fn files(&self, zip: &mut Zip, export: &mut Export) -> io::Result<()> {
        let mut number = 0;
        export.rewind();
        while let Some(page) = self.next(export)? {
            for item in page {
                let name = file_name(&item, &mut number);
                let (Some(name), Shown::File { mut content, .. }) = (name, item.value) else {
                    continue;
                };
                zip.start_file(name, Archive::options()).map_err(broken)?;
                let mut position = 0;
                while let Some(chunk) = content.chunk(position).map_err(broken)? {
                    zip.write_all(&chunk)?;
                    position += 1;
                }
            }
        }
        Ok(())
    }

    fn next(&self, export: &mut Export) -> io::Result<Option<Vec<Released>>> {
        let next = export.next_page(&self.door);
        Handle::current().block_on(next).map_err(broken)
    }
}

/// The name of a file within the archive: a number, and of its own name what can do no harm. A
/// value that is no file has none.
fn file_name(item: &Released, number: &mut u32) -> Option<String> {
    let Shown::File { name, .. } = &item.value else {
        return None;
    };
    *number += 1;
    let harmless = |c: char| {
        if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') {
            c
        } else {
            '-'
        }
    };
    let name: String = name.chars().take(80).map(harmless).collect();
    let name = name.trim_matches(['.', '-']);
    Some(format!("files/{number:04}-{name}"))
}
