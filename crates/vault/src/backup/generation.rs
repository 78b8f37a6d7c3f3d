//! A generation: the signed list of what the rows and blobs were at one moment.
//! It is signed with the ledger's key, so nobody else's is taken for ours.

use super::files::{self, Digest};
use super::objects::damaged;
use super::{Backup, GENERATIONS};
use crate::store::{Failure, Form};
use data_encoding::HEXLOWER;
use kept_ledger::note::{open, sign};
use kept_ledger::{Checkpoint, Hash, SigningKey, Verifier};
use kept_terms::Timestamp;
use std::path::PathBuf;

/// The first line of a generation.
const HEADER: &str = "kept backup 1";

/// What the rows and blobs were at one moment, and how far keyring and ledger had come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Generation {
    /// The moment, to the second.
    pub at: Timestamp,
    /// What the copy of the rows is.
    pub form: Form,
    /// How long the rows are, in bytes.
    pub rows_length: u64,
    /// The list of the rows' chunks.
    pub(super) rows: Digest,
    /// How many blobs there were.
    pub blobs: u64,
    /// The list of 256 lists of blobs, by the first byte of their names.
    pub(super) blobs_list: Digest,
    /// How often keys had been destroyed; see [`crate::keyring::Keyring::destructions`].
    pub destructions: u64,
    /// How far the ledger went.
    pub ledger: Checkpoint,
    /// How far inputs were taken in, sealed; nothing where none ever was.
    pub(super) intake: Option<Digest>,
}

impl Generation {
    /// Its name, and that of its file.
    pub fn name(&self) -> String {
        let at = self.at.strftime("%Y%m%dt%H%M%Sz");
        format!("{at}-{}", self.ledger.size())
    }

    /// It as a signed note.
    pub(super) fn sign(&self, key: &SigningKey) -> Result<String, Failure> {
        let hex = |digest: &Digest| HEXLOWER.encode(digest);
        let intake = self.intake.as_ref();
        let intake = intake.map_or(String::new(), |digest| format!("intake {}\n", hex(digest)));
        let text = format!(
            "{HEADER}\nat {}\nrows {} {} {}\nblobs {} {}\ndestructions {}\nledger {} {}\n{intake}",
            self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            self.form.as_str(),
            self.rows_length,
            hex(&self.rows),
            self.blobs,
            hex(&self.blobs_list),
            self.destructions,
            self.ledger.size(),
            self.ledger.root().to_base64(),
        );
        sign(&text, &[key]).map_err(|_| Failure::Invalid("a backup's generation"))
    }

    /// Reads a signed note.
    fn open(note: &str, verifier: &Verifier) -> Result<Generation, String> {
        let verifiers = [verifier.clone()];
        let opened = open(note, &verifiers).map_err(|rejected| rejected.to_string())?;
        let read = read(opened.text, verifier.name());
        read.ok_or_else(|| "does not say what a generation says".to_owned())
    }
}

fn read(text: &str, origin: &str) -> Option<Generation> {
    let mut lines = text.lines();
    let mut line = |name: &str| -> Option<Vec<&str>> {
        let rest = lines.next()?.strip_prefix(name)?;
        Some(rest.split_ascii_whitespace().collect())
    };
    line(HEADER)?;
    let digest =
        |hex: &str| -> Option<Digest> { HEXLOWER.decode(hex.as_bytes()).ok()?.try_into().ok() };
    let [at] = line("at ")?.try_into().ok()?;
    let [form, rows_length, rows] = line("rows ")?.try_into().ok()?;
    let [blobs, blobs_list] = line("blobs ")?.try_into().ok()?;
    let [destructions] = line("destructions ")?.try_into().ok()?;
    let [size, root] = line("ledger ")?.try_into().ok()?;
    let intake = match lines.next() {
        Some(last) => Some(digest(last.strip_prefix("intake ")?)?),
        None => None,
    };
    Some(Generation {
        intake,
        at: at.parse().ok()?,
        form: Form::parse(form)?,
        rows_length: rows_length.parse().ok()?,
        rows: digest(rows)?,
        blobs: blobs.parse().ok()?,
        blobs_list: digest(blobs_list)?,
        destructions: destructions.parse().ok()?,
        ledger: Checkpoint::new(origin, size.parse().ok()?, Hash::from_base64(root)?).ok()?,
    })
}

impl Backup {
    fn generation_path(&self, name: &str) -> PathBuf {
        self.folder.join(GENERATIONS).join(name)
    }

    /// Writes a generation, when everything that it names is durable.
    pub(super) fn put_generation(
        &self,
        generation: &Generation,
        key: &SigningKey,
    ) -> Result<(), Failure> {
        let note = generation.sign(key)?;
        files::write(&self.generation_path(&generation.name()), note.as_bytes())
    }

    pub(super) fn drop_generation(&self, generation: &Generation) -> Result<(), Failure> {
        files::delete(&self.generation_path(&generation.name()))
    }

    /// All generations, oldest first.
    ///
    /// # Errors
    /// [`Failure::Corrupt`], naming the file, where one was altered or is another house's.
    pub fn generations(&self, verifier: &Verifier) -> Result<Vec<Generation>, Failure> {
        let folder = self.folder.join(GENERATIONS);
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(|error| files::failed(&folder, &error))?,
        };
        let mut generations = Vec::new();
        for entry in entries {
            let path = entry
                .map_err(|error| files::failed(&folder, &error))?
                .path();
            // What an interrupted run left.
            if path.extension().is_some_and(|end| end == "part") {
                continue;
            }
            let bytes = files::read(&path)?.unwrap_or_default();
            let opened = String::from_utf8(bytes)
                .map_err(|_| "it is not text".to_owned())
                .and_then(|note| Generation::open(&note, verifier));
            let generation = opened.map_err(|what| damaged(&path, &format!("({what})")))?;
            let named = path
                .file_name()
                .is_some_and(|name| *name == *generation.name());
            match named {
                true => generations.push(generation),
                false => return Err(damaged(&path, "does not stand under its own name")),
            }
        }
        generations.sort_by_key(|generation| (generation.ledger.size(), generation.at));
        Ok(generations)
    }
}
