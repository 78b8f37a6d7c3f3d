//! Servers that share a folder on one machine, or a database on several: who opens it first, who
//! joins, and by what they hold the database. It opens nothing itself.

use super::{Folder, STAND_BY_EVERY, make_private};
use crate::{Door, Failure};
use kept_policy::Policy;
use kept_terms::{Clock, Randomness};
use kept_vault::store::engine::Engine;
use kept_vault::store::lock::Lock;
use kept_vault::store::postgres::{Opening, Options};
use kept_vault::store::together::Together;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Held by whoever opens the folder, until it is open.
pub(super) const OPENING: &str = "opening.lock";

/// Says by what the database is held, or was held last.
const OPENED: &str = "database.open";

/// How a server stands to others that may have the folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// It has the folder alone.
    Alone,
    /// Others may join it.
    First,
    /// It joins others.
    Beside,
    /// Others may have the database, from other machines; it says whether they do.
    Among,
}

impl Standing {
    /// How a server stands once its database has said who is there.
    pub fn among(self, store: &Engine) -> Standing {
        match (self, store) {
            (Standing::Among, Engine::Postgres(store)) if store.is_first() => Standing::First,
            (Standing::Among, _) => Standing::Beside,
            (other, _) => other,
        }
    }
}

impl Folder {
    /// Opens the folder beside others that share it, or first.
    pub(super) async fn open_beside(
        &self,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Door, Failure> {
        if self.database.is_none() {
            return Err(Failure::Unavailable(
                "several servers share rows that are in a database: name one with --store"
                    .to_owned(),
            ));
        }
        if self.has_ledger_in_database() {
            return self.open_among(policy, clock, randomness).await;
        }
        self.make()?;
        let opening = self.path.join(OPENING);
        let _nobody_else_opens_it = loop {
            match Lock::take_if_free(&opening)? {
                Some(lock) => break lock,
                None => tokio::time::sleep(STAND_BY_EVERY).await,
            }
        };
        self.must_be_whole()?;
        let (locks, standing) = match self.have(Lock::take_if_free)? {
            Some(locks) => (locks, Standing::First),
            None => {
                let locks = self.have(Lock::share_if_free)?.ok_or_else(in_use)?;
                (locks, Standing::Beside)
            }
        };
        let door = self.open_locked(policy, clock, randomness, locks, standing);
        let door = door.await?;
        if standing == Standing::First {
            for lock in &door.locks {
                lock.let_share()?;
            }
        }
        Ok(door)
    }

    /// Opens a house beside servers on other machines, or first. The folder is this server's own;
    /// everything that they share is elsewhere.
    async fn open_among(
        &self,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Door, Failure> {
        self.must_share_everything()?;
        self.must_be_whole()?;
        let locks = self.make_and_lock()?;
        let door = self.open_locked(policy, clock, randomness, locks, Standing::Among);
        door.await
    }

    /// What stands in a folder is there for one machine alone.
    fn must_share_everything(&self) -> Result<(), Failure> {
        let (what, remedy) = if self.keyring_database().is_none() {
            ("the keyring is", "set `keyring` to a database of its own")
        } else if self.bucket().is_none() {
            ("the files are", "set `blobs` to a bucket")
        } else {
            return Ok(());
        };
        Err(Failure::Unavailable(format!(
            "servers that share a database with `ledger-in = \"database\"` may be on several \
             machines, and {what} on this one: {remedy}, or leave `ledger-in` out to share the \
             data folder on one machine"
        )))
    }

    /// Who takes turns with this server.
    pub(super) fn together(&self) -> Result<Together, Failure> {
        if !self.shared {
            return Ok(Together::alone());
        }
        let folder = self.path.join("turns");
        make_private(&folder).map_err(|cause| {
            let shown = folder.display();
            Failure::Unavailable(format!("the folder `{shown}` cannot be made: {cause}"))
        })?;
        Ok(Together::sharing(folder))
    }

    /// How the database is opened by a server that stands so.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it would join others that run on another machine: they could
    /// not share the keyring's file.
    pub(super) fn placed(&self, options: &Options, standing: Standing) -> Result<Options, Failure> {
        let last = fs::read_to_string(self.path.join(OPENED)).ok();
        let place = self.place();
        let is_here = |(_, of): &(Opening, String)| Some(of) == place.as_ref();
        let last = last.as_deref().and_then(read).filter(is_here);
        let last = last.map(|(opening, _)| opening);
        if standing == Standing::Among {
            return Ok(Options {
                together: true,
                shared: true,
                ..options.clone()
            });
        }
        let (ended, join) = match standing {
            // Whoever held the folder by the same lock has ended, or it could not have been taken.
            Standing::Alone | Standing::First => (last, None),
            Standing::Beside | Standing::Among => (None, Some(last.ok_or_else(elsewhere)?)),
        };
        Ok(Options {
            ended,
            join,
            shared: self.shared,
            ..options.clone()
        })
    }

    /// Writes down by what the database is held. Where that fails, whoever comes next waits for
    /// the lease, and nobody joins.
    pub(super) fn write_down(&self, opening: &Opening) {
        let place = self.place().unwrap_or_default();
        let text = format!("{}\n{}\n{place}\n", opening.holder, opening.fence);
        let (path, fresh) = (self.path.join(OPENED), self.path.join("database.new"));
        let _ = fs::write(&fresh, text).and_then(|()| fs::rename(&fresh, path));
    }

    /// Which lock of which running system stands for the folder: a copy of the folder has another,
    /// and so has another machine. Nothing where that cannot be told.
    fn place(&self) -> Option<String> {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let lock = number(&self.path.join("server.lock"))?;
        Some(format!("{} {lock}", boot.trim()))
    }
}

/// The number of a file within this machine.
#[cfg(unix)]
fn number(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let file = fs::metadata(path).ok()?;
    Some(format!("{}:{}", file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn number(_: &Path) -> Option<String> {
    None
}

fn read(text: &str) -> Option<(Opening, String)> {
    let mut lines = text.lines();
    let (holder, fence) = (lines.next()?.to_owned(), lines.next()?.parse().ok()?);
    let place = lines.next()?.to_owned();
    Some((Opening { holder, fence }, place))
}

fn in_use() -> Failure {
    Failure::Unavailable(
        "another server is using this data folder and does not share it: stop that one first, or \
         start both with `--shared`"
            .to_owned(),
    )
}

fn elsewhere() -> Failure {
    Failure::Unavailable(
        "the servers that share this data folder run on another machine, or on one that cannot be \
         told apart: start this one there, or stop them first"
            .to_owned(),
    )
}
