//! How far an input was taken in, so that it goes on where it stopped. It never holds content: a
//! place in the input, a fingerprint of its beginning, and the number of this reading.

use crate::ambient::MachineRandomness;
use crate::cli::Failed;
use kept_intake::{Position, SideFile};
use kept_processing::Once;
use kept_terms::Randomness;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The state of taking in one input.
pub(super) struct Progress {
    /// Where the state is stored; nothing for standard input and for trials.
    file: Option<PathBuf>,
    /// The file of rejected lines.
    side: PathBuf,
    state: State,
    went_on: bool,
}

/// What is stored.
#[derive(Serialize, Deserialize, Default)]
struct State {
    /// The number of this reading: with a line's number it names a record once and for all.
    reading: String,
    /// Where to go on.
    position: Position,
}

impl Progress {
    /// The state of an earlier reading of this path in this data folder, if there is one.
    pub fn of(data: &Path, path: &Path, again: bool) -> Result<Progress, Failed> {
        let mut progress = Progress::none(path);
        if path.as_os_str() == "-" {
            return Ok(progress);
        }
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let digest = digest(whole.as_os_str().as_encoded_bytes());
        let name = data_encoding::HEXLOWER.encode(digest.get(..12).unwrap_or_default());
        let file = data.join("intake").join(format!("{name}.json"));
        if !again && let Ok(bytes) = std::fs::read(&file) {
            progress.state = serde_json::from_slice(&bytes).map_err(|_| {
                Failed::new(format!("`{}` cannot be understood", file.display()))
                    .help("--again begins at the beginning")
            })?;
            progress.went_on = true;
        }
        progress.file = Some(file);
        Ok(progress)
    }

    /// A reading that leaves no state behind.
    pub fn none(path: &Path) -> Progress {
        let name = if path.as_os_str() == "-" {
            "standard-input".into()
        } else {
            path.to_owned()
        };
        let mut side = name.into_os_string();
        // A folder's side file stands beside it.
        side.push(".rejected");
        let side = PathBuf::from(side.to_string_lossy().replace("/.rejected", ".rejected"));
        let (file, state, went_on) = (None, State::default(), false);
        Progress {
            file,
            side,
            state,
            went_on,
        }
    }

    /// Where an earlier reading stopped.
    pub fn position(&self) -> Option<&Position> {
        self.went_on.then_some(&self.state.position)
    }

    /// Begins a reading of its own.
    pub fn begin(&mut self) -> Result<(), Failed> {
        let mut number = [0; 16];
        MachineRandomness::default().fill(&mut number);
        let reading = data_encoding::HEXLOWER.encode(&number);
        self.state = State {
            reading,
            position: Position::default(),
        };
        self.went_on = false;
        self.store()
    }

    /// Remembers that everything before a position is durable.
    pub fn reach(&mut self, position: Position) -> Result<(), Failed> {
        self.state.position = position;
        self.store()
    }

    /// The key of a record that begins on a line: the door performs it once.
    pub fn once(&self, line: u64, copy: u32) -> Once {
        let mut name = format!("intake {} {line}", self.state.reading);
        if copy > 0 {
            name.push_str(&format!(" {copy}"));
        }
        Once {
            request: digest(name.as_bytes()),
            key: name.into_bytes(),
        }
    }

    fn store(&self) -> Result<(), Failed> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let write = || -> std::io::Result<()> {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let fresh = file.with_extension("new");
            let mut open = File::create(&fresh)?;
            open.write_all(&serde_json::to_vec(&self.state)?)?;
            open.sync_data()?;
            std::fs::rename(&fresh, file)
        };
        write().map_err(|cause| {
            Failed::new(format!("`{}` cannot be written: {cause}", file.display()))
        })
    }

    /// The side file of rejected lines, cut back to what stays true.
    pub fn side_file(&self) -> Result<Side, Failed> {
        match self.position() {
            Some(position) => SideFile::resume(&self.side, position)?,
            None => SideFile::start(&self.side)?,
        };
        Ok(Side {
            path: self.side.clone(),
            file: None,
        })
    }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().try_into().unwrap_or([0; 32])
}

/// The side file: line numbers and reasons, never what a line holds.
pub(super) struct Side {
    path: PathBuf,
    file: Option<File>,
}

impl Side {
    /// Writes a line's number and why it was rejected.
    pub fn write(&mut self, line: u64, reason: &str) -> Result<(), Failed> {
        let failed = |cause: std::io::Error| {
            Failed::new(format!(
                "`{}` cannot be written: {cause}",
                self.path.display()
            ))
        };
        let file = match self.file.as_mut() {
            Some(file) => file,
            None => {
                let opened = OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(&self.path);
                self.file.insert(opened.map_err(failed)?)
            }
        };
        file.write_all(format!("{line}\t{reason}\n").as_bytes())
            .map_err(failed)
    }

    /// The file, if something stands in it.
    pub fn path_if_written(&self) -> Option<PathBuf> {
        self.path.is_file().then(|| self.path.clone())
    }
}
