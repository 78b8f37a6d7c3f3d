//! What several servers on one data folder do in turn: locks that the system gives up when their
//! holder ends, however it ends. It knows no row and no key.
//!
//! Where a folder belongs to one server alone, its threads take turns and nothing else does.

use super::Failure;
use super::lock::Lock;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{MutexGuard as StdGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How long whoever waits for another server pauses at first, and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(16)];

/// Who takes turns: the threads of one server, or the servers that share a folder as well.
#[derive(Clone, Debug, Default)]
pub struct Together {
    folder: Option<PathBuf>,
}

impl Together {
    /// One server has the folder alone.
    pub fn alone() -> Together {
        Together::default()
    }

    /// Several share a folder, which holds the files that stand for their locks.
    pub fn sharing(folder: impl Into<PathBuf>) -> Together {
        let folder = Some(folder.into());
        Together { folder }
    }

    /// Whether several may share the folder.
    pub fn is_shared(&self) -> bool {
        self.folder.is_some()
    }

    /// A gate by its name.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where a file of its cannot be made.
    pub fn gate(&self, name: &str) -> Result<Gate, Failure> {
        let outside = match &self.folder {
            None => None,
            Some(folder) => Some(Outside {
                turn: file(&folder.join(format!("{name}.turn")))?,
                lock: file(&folder.join(format!("{name}.lock")))?,
                within: std::sync::Mutex::default(),
            }),
        };
        let inside = RwLock::default();
        Ok(Gate { inside, outside })
    }

    /// Something that one at a time has in hand, by its name.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where its file cannot be made.
    pub fn single<T>(&self, name: &str, value: T) -> Result<Single<T>, Failure> {
        let path = self.folder.as_ref();
        let path = path.map(|it| it.join(format!("{name}.lock")));
        Ok(Single {
            inside: Mutex::new(value),
            outside: path.as_deref().map(file).transpose()?,
        })
    }

    /// What one server does for all.
    pub fn lead(&self) -> Lead {
        let path = self.folder.as_ref().map(|it| it.join("lead.lock"));
        let held = std::sync::Mutex::default();
        Lead { path, held }
    }
}

fn file(path: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    let opened = options
        .create(true)
        .truncate(false)
        .write(true)
        .read(true)
        .open(path);
    opened.map_err(|cause| failed(&cause))
}

fn failed(cause: &std::io::Error) -> Failure {
    Failure::Unavailable(format!(
        "a lock that servers share cannot be had: {cause}; look at the data folder"
    ))
}

/// Whether a lock was there to be taken.
fn taken(told: Result<(), TryLockError>) -> Result<bool, Failure> {
    match told {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(cause)) => Err(failed(&cause)),
    }
}

/// Waits longer each time.
struct Pause(Duration);

impl Pause {
    fn new() -> Pause {
        let [first, _] = PAUSES;
        Pause(first)
    }

    async fn pass(&mut self) {
        let [_, last] = PAUSES;
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(last);
    }
}

/// Many pass at once, or one has it alone.
#[derive(Debug)]
pub struct Gate {
    inside: RwLock<()>,
    outside: Option<Outside>,
}

#[derive(Debug)]
struct Outside {
    /// Held by whoever wants to be alone, so that nobody new passes while they wait.
    turn: File,
    lock: File,
    /// How many of this process pass.
    within: std::sync::Mutex<usize>,
}

impl Outside {
    fn within(&self) -> StdGuard<'_, usize> {
        self.within.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_to_pass(&self) -> Result<bool, Failure> {
        let mut within = self.within();
        if !taken(self.turn.try_lock_shared())? {
            return Ok(false);
        }
        let passes = match *within {
            0 => taken(self.lock.try_lock_shared()),
            _ => Ok(true),
        };
        self.turn.unlock().map_err(|cause| failed(&cause))?;
        let passes = passes?;
        *within += usize::from(passes);
        Ok(passes)
    }
}

/// One of many that pass a gate.
#[derive(Debug)]
#[must_use = "it passes for as long as this lives"]
pub struct Passing<'a> {
    outside: Option<&'a Outside>,
    _inside: RwLockReadGuard<'a, ()>,
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        let Some(outside) = self.outside else { return };
        let mut within = outside.within();
        *within = within.saturating_sub(1);
        if *within == 0 {
            // What cannot be given up goes with the process.
            let _ = outside.lock.unlock();
        }
    }
}

/// The only one at a gate.
#[derive(Debug)]
#[must_use = "it is alone for as long as this lives"]
pub struct Alone<'a> {
    outside: Option<&'a Outside>,
    _inside: RwLockWriteGuard<'a, ()>,
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        if let Some(outside) = self.outside {
            let _ = outside.lock.unlock();
            let _ = outside.turn.unlock();
        }
    }
}

impl Gate {
    /// Passes, together with others.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the lock cannot be had.
    pub async fn read(&self) -> Result<Passing<'_>, Failure> {
        let inside = self.inside.read().await;
        if let Some(outside) = &self.outside {
            let mut pause = Pause::new();
            while !outside.try_to_pass()? {
                pause.pass().await;
            }
        }
        Ok(Passing {
            outside: self.outside.as_ref(),
            _inside: inside,
        })
    }

    /// Waits until nobody passes, and keeps everybody out.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the lock cannot be had.
    pub async fn write(&self) -> Result<Alone<'_>, Failure> {
        let inside = self.inside.write().await;
        let Some(outside) = &self.outside else {
            return Ok(Alone {
                outside: None,
                _inside: inside,
            });
        };
        let mut pause = Pause::new();
        while !taken(outside.turn.try_lock())? {
            pause.pass().await;
        }
        // Given up again where whoever waits goes away.
        let alone = Alone {
            outside: Some(outside),
            _inside: inside,
        };
        while !taken(outside.lock.try_lock())? {
            pause.pass().await;
        }
        Ok(alone)
    }
}

/// Something that one at a time has in hand.
#[derive(Debug)]
pub struct Single<T> {
    inside: Mutex<T>,
    outside: Option<File>,
}

/// What one has in hand.
#[derive(Debug)]
pub struct InHand<'a, T> {
    outside: Option<&'a File>,
    inside: MutexGuard<'a, T>,
}

impl<T> Drop for InHand<'_, T> {
    fn drop(&mut self) {
        if let Some(outside) = self.outside {
            let _ = outside.unlock();
        }
    }
}

impl<T> std::ops::Deref for InHand<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.inside
    }
}

impl<T> std::ops::DerefMut for InHand<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inside
    }
}

impl<T> Single<T> {
    /// Waits for a turn.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the lock cannot be had.
    pub async fn lock(&self) -> Result<InHand<'_, T>, Failure> {
        let inside = self.inside.lock().await;
        if let Some(outside) = &self.outside {
            let mut pause = Pause::new();
            while !taken(outside.try_lock())? {
                pause.pass().await;
            }
        }
        let outside = self.outside.as_ref();
        Ok(InHand { outside, inside })
    }
}

/// What one of several servers does for all: whoever has it keeps it until its process ends, and
/// then another finds it free.
#[derive(Debug)]
pub struct Lead {
    path: Option<PathBuf>,
    held: std::sync::Mutex<Option<Lock>>,
}

impl Lead {
    /// Whether this server leads, from now on if nobody did.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the lock cannot be had.
    pub fn is_mine(&self) -> Result<bool, Failure> {
        let Some(path) = &self.path else {
            return Ok(true);
        };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            *held = Lock::take_if_free(path)?;
        }
        Ok(held.is_some())
    }
}

#[cfg(test)]
mod tests;
