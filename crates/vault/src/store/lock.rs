//! A lock on a data folder: one server, one folder. It guards against a second process, not against
//! threads.

use super::Failure;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// A lock held for as long as this value lives; the system gives it up when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock that a file stands for; the file is made where it is missing, and stays.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where another process holds it, or the file cannot be made.
    pub fn take(path: &Path) -> Result<Lock, Failure> {
        let shown = path.display();
        Lock::take_if_free(path)?.ok_or_else(|| {
            Failure::Unavailable(format!(
                "another server is using this data folder (it holds `{shown}`): \
                 stop that one first, or choose another folder"
            ))
        })
    }

    /// As [`Lock::take`]; nothing where another process holds it.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the file cannot be made or locked.
    pub fn take_if_free(path: &Path) -> Result<Option<Lock>, Failure> {
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).write(true);
        let shown = path.display();
        let file = options.open(path).map_err(|error| {
            Failure::Unavailable(format!("the lock `{shown}` cannot be opened: {error}"))
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(Failure::Unavailable(format!(
                "the lock `{shown}` cannot be taken: {error}"
            ))),
        }
    }
}
