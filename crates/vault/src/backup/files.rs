//! Files of a backup: made for their owner alone, whole or not there, durable when said so.

use crate::store::Failure;
use aws_lc_rs::digest::{Context, SHA256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// The length of a digest, in bytes.
pub const DIGEST_LENGTH: usize = 32;

/// SHA-256.
pub type Digest = [u8; DIGEST_LENGTH];

/// How much is read at once, in bytes.
const PIECE_LENGTH: usize = 256 * 1024;

/// The digest of bytes.
pub fn digest(bytes: &[u8]) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(bytes);
    finish(context)
}

/// The digest that was worked out piece by piece.
pub fn finish(context: Context) -> Digest {
    let digest = context.finish();
    digest.as_ref().try_into().unwrap_or([0; DIGEST_LENGTH])
}

/// A digest to which pieces are added.
pub fn context() -> Context {
    Context::new(&SHA256)
}

/// The digest and the length of a file; nothing where it is not there.
pub fn digest_of(path: &Path) -> Result<Option<(Digest, u64)>, Failure> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| failed(path, &error))?,
    };
    let mut context = context();
    let mut length = 0;
    let mut piece = vec![0; PIECE_LENGTH];
    loop {
        let read = file
            .read(&mut piece)
            .map_err(|error| failed(path, &error))?;
        let Some(piece) = piece.get(..read).filter(|piece| !piece.is_empty()) else {
            return Ok(Some((finish(context), length)));
        };
        context.update(piece);
        length += read as u64;
    }
}

/// Names a failure of a file.
pub fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::Unavailable(format!("`{}`: {error}", path.display()))
}

/// Reads a file; nothing where it is not there.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(path, &error)),
    }
}

/// Makes an empty file that only its owner reads, in the place of what an interrupted run left.
pub fn make(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    delete(path)?;
    options.open(path).map_err(|error| failed(path, &error))
}

/// Deletes a file, if it is there.
pub fn delete(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes a folder that only its owner looks into, with those above it.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| failed(path, &error))
}

/// Makes a file's bytes durable.
pub fn sync(path: &Path) -> Result<(), Failure> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|error| failed(path, &error))
}

/// Moves a finished file to its place, durably.
pub fn settle(part: &Path, place: &Path) -> Result<(), Failure> {
    let settled = fs::rename(part, place).and_then(|()| crate::root::sync_folder(place));
    settled.map_err(|error| failed(place, &error))
}

/// Writes a file so that after a crash it is there whole or not at all.
pub fn write(place: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let folder = place.parent().unwrap_or(place);
    let is_new = !folder.is_dir();
    make_folder(folder)?;
    let part = place.with_extension("part");
    let mut file = make(&part)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(|error| failed(&part, &error))?;
    settle(&part, place)?;
    match is_new {
        true => crate::root::sync_folder(folder).map_err(|error| failed(folder, &error)),
        false => Ok(()),
    }
}
