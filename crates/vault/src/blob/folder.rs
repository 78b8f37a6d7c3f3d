//! Blobs as files in a folder, spread over 256 folders by the first byte of their names.
//! After a crash a blob is there whole or not at all; it never opens one.

use super::{BlobId, BlobSink, BlobSource, BlobStore};
use crate::root::sync_folder;
use crate::store::{FULL, Failure};
use kept_terms::Timestamp;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Where blobs are written until they are finished. It is on the same file system, so that they can
/// be renamed.
const INCOMING: &str = "incoming";

/// Blobs in a folder that only its owner reads.
pub struct FolderBlobs {
    folder: PathBuf,
}

impl FolderBlobs {
    /// Opens the folder, or makes it. What was being written when the last server ended is deleted:
    /// nobody else has the folder yet.
    pub fn open(folder: &Path) -> Result<FolderBlobs, Failure> {
        let blobs = FolderBlobs::join(folder)?;
        let incoming = folder.join(INCOMING);
        for unfinished in fs::read_dir(&incoming).map_err(|error| failed(&incoming, &error))? {
            let deleted = unfinished.and_then(|file| fs::remove_file(file.path()));
            deleted.map_err(|error| failed(&incoming, &error))?;
        }
        Ok(blobs)
    }

    /// Opens the folder beside other servers, and leaves alone what they are writing.
    pub fn join(folder: &Path) -> Result<FolderBlobs, Failure> {
        let incoming = folder.join(INCOMING);
        make_folder(folder).map_err(|error| failed(folder, &error))?;
        make_folder(&incoming).map_err(|error| failed(&incoming, &error))?;
        Ok(FolderBlobs {
            folder: folder.to_owned(),
        })
    }

    fn path(&self, id: BlobId) -> PathBuf {
        let name = id.to_string();
        let first = name.get(..2).unwrap_or_default();
        self.folder.join(first).join(&name)
    }
}

impl BlobStore for FolderBlobs {
    fn create(&self, id: BlobId) -> Result<Box<dyn BlobSink>, Failure> {
        let path = self.path(id);
        let unfinished = self.folder.join(INCOMING).join(id.to_string());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&unfinished)
            .map_err(|error| failed(&unfinished, &error))?;
        Ok(Box::new(FileSink {
            file,
            unfinished,
            path,
        }))
    }

    fn open(&self, id: BlobId) -> Result<Option<Box<dyn BlobSource>>, Failure> {
        let path = self.path(id);
        match File::open(&path) {
            Ok(file) => Ok(Some(Box::new(FileSource { file, path }))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    fn delete(&self, id: BlobId) -> Result<(), Failure> {
        let path = self.path(id);
        match fs::remove_file(&path).and_then(|()| sync_folder(&path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path, &error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn list(
        &self,
        after: Option<BlobId>,
        limit: usize,
    ) -> Result<Vec<(BlobId, Timestamp)>, Failure> {
        let first = after.map_or(0, |BlobId([first, ..])| first);
        let mut listed = Vec::new();
        for byte in first..=u8::MAX {
            if listed.len() >= limit {
                break;
            }
            let folder = self.folder.join(format!("{byte:02x}"));
            let mut within = list_folder(&folder).map_err(|error| failed(&folder, &error))?;
            within.retain(|(id, _)| after.is_none_or(|after| *id > after));
            within.sort_unstable();
            listed.extend(within);
        }
        listed.truncate(limit);
        Ok(listed)
    }
}

fn list_folder(folder: &Path) -> io::Result<Vec<(BlobId, Timestamp)>> {
    let files = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut listed = Vec::new();
    for file in files {
        let file = file?;
        // What is not named like a blob is not ours to list, nor to sweep.
        let Some(id) = file.file_name().to_str().and_then(BlobId::parse) else {
            continue;
        };
        let modified = Timestamp::try_from(file.metadata()?.modified()?);
        listed.push((id, modified.map_err(io::Error::other)?));
    }
    Ok(listed)
}

/// Makes a folder that only its owner reads, durably.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Ok(()) => sync_folder(folder),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Failure::Corrupt(format!(
            "{} ends too early: restore it from a backup",
            path.display()
        )),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Failure::Unavailable(format!("the disk of files {FULL}"))
        }
        _ => Failure::Unavailable(format!("{}: {error}", path.display())),
    }
}

struct FileSink {
    file: File,
    unfinished: PathBuf,
    path: PathBuf,
}

impl FileSink {
    fn publish(&self) -> io::Result<()> {
        self.file.sync_all()?;
        if let Some(folder) = self.path.parent() {
            make_folder(folder)?;
        }
        fs::rename(&self.unfinished, &self.path)?;
        sync_folder(&self.path)
    }
}

impl BlobSink for FileSink {
    fn append(&mut self, sealed: &[u8]) -> Result<(), Failure> {
        self.file
            .write_all(sealed)
            .map_err(|error| failed(&self.unfinished, &error))
    }

    fn finish(self: Box<Self>) -> Result<(), Failure> {
        self.publish().map_err(|error| failed(&self.path, &error))
    }
}

impl Drop for FileSink {
    fn drop(&mut self) {
        // Once finished it has another name. If this fails, the next opening of the folder deletes
        // it.
        let _ = fs::remove_file(&self.unfinished);
    }
}

struct FileSource {
    file: File,
    path: PathBuf,
}

impl BlobSource for FileSource {
    fn length(&self) -> Result<u64, Failure> {
        let metadata = self
            .file
            .metadata()
            .map_err(|error| failed(&self.path, &error))?;
        Ok(metadata.len())
    }

    fn read_at(&mut self, from: u64, buffer: &mut [u8]) -> Result<(), Failure> {
        let sought = self.file.seek(SeekFrom::Start(from));
        let read = sought.and_then(|_| self.file.read_exact(buffer));
        read.map_err(|error| failed(&self.path, &error))
    }
}
