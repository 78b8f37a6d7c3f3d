//! A lock on a data folder: one server, or several that agree to share it. It guards against other
//! processes, not against threads.

use super::Failure;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// A lock held for as long as this value lives; the system gives it up when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
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
        let file = open(path)?;
        let is_taken = is_taken(path, file.try_lock())?;
        Ok(is_taken.then_some(Lock { file }))
    }

    /// Takes the lock together with others who take it so; nothing where somebody has it alone.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the file cannot be made or locked.
    pub fn share_if_free(path: &Path) -> Result<Option<Lock>, Failure> {
        let file = open(path)?;
        let is_taken = is_taken(path, file.try_lock_shared())?;
        Ok(is_taken.then_some(Lock { file }))
    }

    /// Lets others share what was held alone. For a moment nobody may have it, so whoever opens the
    /// folder holds another lock meanwhile.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where somebody else took it in that moment.
    pub fn let_share(&self) -> Result<(), Failure> {
        self.file.try_lock_shared().map_err(|error| {
            Failure::Unavailable(format!("a lock of the data folder was lost: {error}"))
        })
    }
}

fn open(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    let options = options.create(true).truncate(false).write(true);
    let shown = path.display();
    options.open(path).map_err(|error| {
        Failure::Unavailable(format!("the lock `{shown}` cannot be opened: {error}"))
    })
}

fn is_taken(path: &Path, told: Result<(), TryLockError>) -> Result<bool, Failure> {
    match told {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(Failure::Unavailable(format!(
            "the lock `{}` cannot be taken: {error}",
            path.display()
        ))),
    }
}
