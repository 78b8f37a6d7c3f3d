//! Text out of documents: what an uploaded file says, so that it can be screened before it is
//! stored. It looks at the bytes and not at what they are said to be. It keeps nothing, starts
//! nothing, and reads no more than a fixed amount, however the file was made.
//!
//! Read are plain text, HTML and XML, RTF, Office Open XML and OpenDocument, PDF, older Office
//! files as far as their text stands in runs, and zip and gzip files of these. Pictures, sounds and
//! films hold no text that can be read here, and are told apart from documents that should have
//! been readable and were not.

mod archive;
mod binary;
mod inflate;
mod markup;
mod pdf;
mod plain;
mod rtf;
#[cfg(test)]
mod tests;

/// How many bytes of text are taken out of one file, and how many are unpacked to find them.
const BYTES_MAX: usize = 16 << 20;

/// How deep a file may stand in files.
const DEPTH_MAX: usize = 3;

/// How many files may stand in one.
const MEMBERS_MAX: usize = 4096;

/// Why a document was not read, or not to its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unread {
    /// It is encrypted.
    Encrypted,
    /// It shows pages and holds no text: a scan, or letters that are not said to be any.
    NoText,
    /// It unpacks to more than is looked at, or stands too deep in other files.
    TooLarge,
    /// It is not written as its kind is.
    Damaged,
    /// It is of a kind that is not read.
    UnknownKind,
}

impl Unread {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Unread::Encrypted => "encrypted",
            Unread::NoText => "no-text",
            Unread::TooLarge => "too-large",
            Unread::Damaged => "damaged",
            Unread::UnknownKind => "unknown-kind",
        }
    }
}

/// What a file says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Reading {
    /// The text that was found; parts of it that do not belong together are lines apart.
    pub text: String,
    /// Why there may be more; nothing where all of it was read, or where it is a picture, a sound
    /// or a film.
    pub unread: Option<Unread>,
}

/// Reads what a file says. Total: any bytes give a reading.
pub fn read_document(bytes: &[u8]) -> Reading {
    let mut reader = Reader {
        text: String::new(),
        unread: None,
        budget: BYTES_MAX,
        members: MEMBERS_MAX,
    };
    reader.read(bytes, 0);
    Reading {
        text: reader.text,
        unread: reader.unread,
    }
}

/// Whether a file is a picture, a sound or a film, as far as its first bytes show.
pub fn is_media(head: &[u8]) -> bool {
    plain::is_media(head)
}

/// One file being read, with what may still be spent on it.
struct Reader {
    text: String,
    unread: Option<Unread>,
    /// How many more bytes may be unpacked.
    budget: usize,
    /// How many more files may be opened.
    members: usize,
}

impl Reader {
    fn read(&mut self, bytes: &[u8], depth: usize) {
        if depth > DEPTH_MAX {
            return self.note(Unread::TooLarge);
        }
        let head = bytes.get(..bytes.len().min(1024)).unwrap_or(bytes);
        if contains(head, b"%PDF-") {
            pdf::read(self, bytes);
        } else if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            archive::read(self, bytes, depth);
        } else if bytes.starts_with(b"\x1f\x8b") {
            match inflate::gzip(bytes, &mut self.budget) {
                Ok(unpacked) => self.read(&unpacked, depth + 1),
                Err(why) => self.note(why),
            }
        } else if bytes.starts_with(b"{\\rtf") {
            let text = rtf::text(bytes);
            self.add(&text);
        } else if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            binary::read(self, bytes);
        } else if !plain::is_media(head) {
            match plain::decode(bytes) {
                Some(text) if plain::is_markup(&text) => {
                    self.add(&markup::text(&text));
                }
                Some(text) => self.add(&text),
                None => self.note(Unread::UnknownKind),
            }
        }
    }

    /// Adds text, parted from what was there.
    fn add(&mut self, text: &str) {
        let room = BYTES_MAX.saturating_sub(self.text.len());
        if text.len() > room {
            self.note(Unread::TooLarge);
        }
        let mut end = text.len().min(room);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.push_str(text.get(..end).unwrap_or(""));
        self.text.push_str("\n\n");
    }

    /// Notes why not all was read; the first reason stays.
    fn note(&mut self, why: Unread) {
        self.unread.get_or_insert(why);
    }
}

/// Where `wanted` stands in `bytes`.
fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    find(bytes, wanted).is_some()
}
