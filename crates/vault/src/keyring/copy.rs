//! The copy: the keyring's backup, which takes the place of the one before.
//! There is never a second copy beside it: whoever keeps old keyrings keeps the erased readable.

use super::Keyring;
use super::file::make_private;
use crate::root::sync_folder;
use crate::store::Failure;
use std::fs::{self, File};
use std::io;
use std::path::Path;

impl Keyring {
    /// Copies the keyring as it is now to a file, in place of the copy that is there. After a crash
    /// the file is the former copy or this one, whole. The copy opens with the same root key, and
    /// holds no destroyed key.
    pub fn copy_to(&self, path: &Path) -> Result<(), Failure> {
        let part = path.with_extension("part");
        let done = self.write_copy(&part).and_then(|()| {
            let renamed = File::open(&part)
                .and_then(|file| file.sync_all())
                .and_then(|()| {
                    fs::rename(&part, path)?;
                    sync_folder(path)
                });
            renamed.map_err(|error| Failure::Unavailable(error.to_string()))
        });
        done.map_err(|failure| {
            // What was begun is of no use; if it cannot be deleted, the next copy will.
            let _ = fs::remove_file(&part);
            let shown = path.display();
            Failure::Unavailable(format!(
                "the keyring cannot be copied to {shown}: {failure}"
            ))
        })
    }

    fn write_copy(&self, part: &Path) -> Result<(), Failure> {
        match fs::remove_file(part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Failure::Unavailable(error.to_string()));
            }
            Ok(()) | Err(_) => make_private(part)?,
        }
        let _writer = self.writer();
        self.shelf.copy_to(part)
    }
}
