//! What several servers do in turn: locks that are given up when their holder ends, however it
//! ends. On one machine they are the system's, on files in the data folder that is shared; on
//! several they are in the database (`postgres/session.rs`). It knows no row and no key.
//!
//! Where there is one server, its threads take turns and nothing else does.

mod passage;

use self::passage::Passage;
use super::Failure;
use super::lock::Lock;
use super::postgres::{Begun, Held, Session};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard as StdGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How long whoever waits for another server pauses at first, and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(16)];

/// Who takes turns: the threads of one server, or servers that share a folder or a database as
/// well.
#[derive(Clone, Debug, Default)]
pub struct Together(Kind);

#[derive(Clone, Debug, Default)]
enum Kind {
    #[default]
    Alone,
    /// Files in a folder stand for the locks.
    Folder(PathBuf),
    /// The locks are in a database.
    Database(Arc<Session>),
}

impl Together {
    /// One server has everything alone.
    pub fn alone() -> Together {
        Together::default()
    }

    /// Several share a folder, which holds the files that stand for their locks.
    pub fn sharing(folder: impl Into<PathBuf>) -> Together {
        Together(Kind::Folder(folder.into()))
    }

    /// Several share a database, which holds their locks.
    pub fn on_machines(session: Arc<Session>) -> Together {
        Together(Kind::Database(session))
    }

    /// Whether there may be several.
    pub fn is_shared(&self) -> bool {
        !matches!(self.0, Kind::Alone)
    }

    /// A gate by its name.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where a file of its cannot be made.
    pub fn gate(&self, name: &str) -> Result<Gate, Failure> {
        let outside = match &self.0 {
            Kind::Alone => Outside::Nobody,
            Kind::Folder(folder) => Outside::Files(Files {
                turn: file(&folder.join(format!("{name}.turn")))?,
                lock: file(&folder.join(format!("{name}.lock")))?,
                within: std::sync::Mutex::default(),
            }),
            Kind::Database(session) => Outside::Database(Passage::new(session, name)),
        };
        let inside = RwLock::default();
        Ok(Gate { inside, outside })
    }

    /// Something that one at a time has in hand, by its name.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where its file cannot be made.
    pub fn single<T>(&self, name: &str, value: T) -> Result<Single<T>, Failure> {
        let outside = match &self.0 {
            Kind::Alone => OneOutside::Nobody,
            Kind::Folder(folder) => OneOutside::File(file(&folder.join(format!("{name}.lock")))?),
            Kind::Database(session) => OneOutside::Database(Arc::clone(session), name.to_owned()),
        };
        let inside = Mutex::new(value);
        Ok(Single { inside, outside })
    }

    /// What one server does for all.
    pub fn lead(&self) -> Lead {
        match &self.0 {
            Kind::Alone => Lead(LeadOf::Nobody),
            Kind::Folder(folder) => Lead(LeadOf::File(
                folder.join("lead.lock"),
                std::sync::Mutex::default(),
            )),
            Kind::Database(session) => {
                Lead(LeadOf::Database(Arc::clone(session), Mutex::default()))
            }
        }
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
    outside: Outside,
}

#[derive(Debug)]
enum Outside {
    Nobody,
    Files(Files),
    Database(Passage),
}

#[derive(Debug)]
struct Files {
    /// Held by whoever wants to be alone, so that nobody new passes while they wait.
    turn: File,
    lock: File,
    /// How many of this process pass.
    within: std::sync::Mutex<usize>,
}

impl Files {
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

impl Drop for ThroughFiles<'_> {
    fn drop(&mut self) {
        let mut within = self.0.within();
        *within = within.saturating_sub(1);
        if *within == 0 {
            // What cannot be given up goes with the process.
            let _ = self.0.lock.unlock();
        }
    }
}

impl Drop for AloneWithFiles<'_> {
    fn drop(&mut self) {
        let _ = self.0.lock.unlock();
        let _ = self.0.turn.unlock();
    }
}

#[derive(Debug)]
struct ThroughFiles<'a>(&'a Files);

#[derive(Debug)]
struct AloneWithFiles<'a>(&'a Files);

/// What is given up when it is dropped.
#[derive(Debug)]
#[expect(dead_code, reason = "what is held counts, and not what it says")]
enum Hold<'a> {
    Nothing,
    Through(ThroughFiles<'a>),
    Alone(AloneWithFiles<'a>),
    File(Unlocking<'a>),
    Passing(Arc<Held>, Begun),
    Turn(Held, Begun),
}

/// One of many that pass a gate.
#[derive(Debug)]
#[must_use = "it passes for as long as this lives"]
pub struct Passing<'a> {
    _outside: Hold<'a>,
    _inside: RwLockReadGuard<'a, ()>,
}

/// The only one at a gate.
#[derive(Debug)]
#[must_use = "it is alone for as long as this lives"]
pub struct Alone<'a> {
    _outside: Hold<'a>,
    _inside: RwLockWriteGuard<'a, ()>,
}

impl Gate {
    /// Passes, together with others.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the lock cannot be had.
    pub async fn read(&self) -> Result<Passing<'_>, Failure> {
        let inside = self.inside.read().await;
        let outside = match &self.outside {
            Outside::Nobody => Hold::Nothing,
            Outside::Files(files) => {
                let mut pause = Pause::new();
                while !files.try_to_pass()? {
                    pause.pass().await;
                }
                Hold::Through(ThroughFiles(files))
            }
            Outside::Database(passage) => {
                let (held, begun) = passage.pass().await?;
                Hold::Passing(held, begun)
            }
        };
        Ok(Passing {
            _outside: outside,
            _inside: inside,
        })
    }

    /// Waits until nobody passes, and keeps everybody out.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the lock cannot be had.
    pub async fn write(&self) -> Result<Alone<'_>, Failure> {
        let inside = self.inside.write().await;
        let outside = match &self.outside {
            Outside::Nobody => Hold::Nothing,
            Outside::Files(files) => {
                let mut pause = Pause::new();
                while !taken(files.turn.try_lock())? {
                    pause.pass().await;
                }
                // Given up again where whoever waits goes away.
                let alone = AloneWithFiles(files);
                while !taken(files.lock.try_lock())? {
                    pause.pass().await;
                }
                Hold::Alone(alone)
            }
            Outside::Database(passage) => {
                let (held, begun) = passage.be_alone().await?;
                Hold::Turn(held, begun)
            }
        };
        Ok(Alone {
            _outside: outside,
            _inside: inside,
        })
    }
}

/// Something that one at a time has in hand.
#[derive(Debug)]
pub struct Single<T> {
    inside: Mutex<T>,
    outside: OneOutside,
}

#[derive(Debug)]
enum OneOutside {
    Nobody,
    File(File),
    Database(Arc<Session>, String),
}

#[derive(Debug)]
struct Unlocking<'a>(&'a File);

impl Drop for Unlocking<'_> {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// What one has in hand.
#[derive(Debug)]
pub struct InHand<'a, T> {
    _outside: Hold<'a>,
    inside: MutexGuard<'a, T>,
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
        let mut pause = Pause::new();
        let outside = match &self.outside {
            OneOutside::Nobody => Hold::Nothing,
            OneOutside::File(file) => {
                while !taken(file.try_lock())? {
                    pause.pass().await;
                }
                Hold::File(Unlocking(file))
            }
            OneOutside::Database(session, name) => loop {
                match session.take(name, true).await? {
                    Some(taken) => break Hold::Turn(taken.held, taken.begun),
                    None => pause.pass().await,
                }
            },
        };
        Ok(InHand {
            _outside: outside,
            inside,
        })
    }
}

/// What one of several servers does for all: whoever has it keeps it until its process or its
/// connection ends, and then another finds it free.
#[derive(Debug)]
pub struct Lead(LeadOf);

#[derive(Debug)]
enum LeadOf {
    /// There is one server.
    Nobody,
    /// A file stands for it.
    File(PathBuf, std::sync::Mutex<Option<Lock>>),
    /// It is a lock in a database.
    Database(Arc<Session>, Mutex<Option<Arc<Held>>>),
}

/// Something is done for all.
#[derive(Debug)]
#[must_use = "it is led for as long as this lives"]
pub struct Leading {
    _held: Option<(Arc<Held>, Begun)>,
}

impl Lead {
    /// Leads for as long as the answer lives, from now on if nobody did; nothing where another
    /// server does.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the lock cannot be had.
    pub async fn mine(&self) -> Result<Option<Leading>, Failure> {
        match &self.0 {
            LeadOf::Nobody => Ok(Some(Leading { _held: None })),
            LeadOf::File(path, held) => {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                if held.is_none() {
                    *held = Lock::take_if_free(path)?;
                }
                Ok(held.is_some().then_some(Leading { _held: None }))
            }
            LeadOf::Database(session, place) => {
                let mut place = place.lock().await;
                if let Some(held) = &*place
                    && let Some(begun) = held.begin()
                {
                    let _held = Some((Arc::clone(held), begun));
                    return Ok(Some(Leading { _held }));
                }
                *place = None;
                let Some(taken) = session.take("lead", true).await? else {
                    return Ok(None);
                };
                let held = Arc::new(taken.held);
                *place = Some(Arc::clone(&held));
                let _held = Some((held, taken.begun));
                Ok(Some(Leading { _held }))
            }
        }
    }
}

#[cfg(test)]
mod tests;
