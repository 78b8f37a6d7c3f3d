//! Locks that servers on several machines share: whose turn it is stands in a table, and who is
//! there is told by an advisory lock of a connection of each server's own.
//!
//! A server is there under a number, a *member*, for as long as that connection lives. Whoever
//! takes a lock first shuts out, for good, every member whose connection has ended: in the keyring
//! and then in the rows. Whatever a server writes to either is bound to its member, so what was
//! begun under a lock that was lost comes to nothing once anybody else has a lock. A server that
//! lost its connection comes back as another member, after all that it had begun has ended.
//! It decides nothing and knows no row of a person.

mod asking;
mod turns;

pub(crate) use self::turns::{Begun, Held};

use self::asking::Asked;

pub(super) use self::asking::Names;
use super::calls::signed;
use super::connect::Maker;
use super::found::unsigned;
use super::lease::Opening;
use super::trouble::{failure, replaced};
use crate::keyring::Keyring;
use crate::store::Failure;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex, OwnedRwLockWriteGuard, RwLock as Waiting};
use tokio_postgres::Client;

/// How long whoever asks for a lock waits for a lost connection to be made good.
const PATIENCE: Duration = Duration::from_millis(300);
/// How often it looks whether it is.
const LOOK: Duration = Duration::from_millis(20);
/// How often the connection is asked whether it is there, and how long it may take to answer.
const PING_EVERY: Duration = Duration::from_secs(1);
const PING_WITHIN: Duration = Duration::from_secs(5);

/// A machine that is gone is noticed by the database within some seconds, and nobody else ends a
/// connection because it is silent.
const SET_UP: &str = "
    SET tcp_keepalives_idle TO 5; SET tcp_keepalives_interval TO 2; SET tcp_keepalives_count TO 3;
    SET idle_session_timeout TO 0;";
/// Where a lock is lost with the database, so is the connection that had it: nobody waits for its
/// row to be durable, but for that of whoever is shut out.
const AT_EASE: &str = "SET synchronous_commit TO off";

const SPACE: &str = "SELECT pg_catalog.hashtext('kept ' || $1)";
const IS_OPEN: &str = "SELECT 1 FROM ledger_end WHERE one = 1 AND fence = $1";
const NUMBER: &str = "UPDATE ledger_end SET members = members + 1 WHERE one = 1 RETURNING members";
const ENTER: &str = "INSERT INTO member (id, serial) VALUES ($1, 0)";

/// A server as others see it, from one connection to the next.
#[derive(Debug)]
pub(super) struct Presence {
    /// Its number; no other has the same.
    pub member: u64,
    pub client: Client,
    pub names: Names,
    is_lost: AtomicBool,
    /// Held for reading by whatever is begun under a lock, and for writing once all has ended.
    begun: Arc<Waiting<()>>,
}

impl std::fmt::Debug for Maker {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Maker")
    }
}

impl Presence {
    pub fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::Acquire) || self.client.is_closed()
    }

    /// Nothing more is begun under it.
    pub fn lose(&self) {
        if !self.is_lost.swap(true, Ordering::AcqRel) {
            tracing::warn!("the locks that servers share were lost with their connection");
        }
    }
}

/// The locks of one server.
pub struct Session {
    maker: Arc<Maker>,
    opening: Opening,
    presence: RwLock<Arc<Presence>>,
    /// Held by whoever comes back as another member.
    entering: Mutex<()>,
    /// Whether it has left, and does not come back.
    has_left: AtomicBool,
    keyring: OnceLock<Arc<Keyring>>,
    /// The number of the next hold that passes together with others.
    holds: AtomicU64,
    /// For each lock, what keeps this server from asking to be alone before it has given that up.
    places: std::sync::Mutex<HashMap<String, Arc<Mutex<()>>>>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Session")
    }
}

/// A connection that is to hold locks, before it is anybody's.
pub(super) async fn connect(maker: &Maker) -> Result<(Client, Names), Failure> {
    let client = maker.bare_patiently().await?;
    let ask = async || {
        client.batch_execute(SET_UP).await?;
        let space: i32 = client
            .query_one(SPACE, &[&maker.schema()])
            .await?
            .try_get(0)?;
        Ok::<_, tokio_postgres::Error>(Names { space })
    };
    let names = ask().await.map_err(|error| failure(&error))?;
    Ok((client, names))
}

/// Becomes a member of an opening.
pub(super) async fn enter(
    client: Client,
    names: Names,
    opening: &Opening,
) -> Result<Presence, Failure> {
    let ask = async || {
        let fence = signed(opening.fence);
        if client.query_opt(IS_OPEN, &[&fence]).await?.is_none() {
            return Ok(None);
        }
        let member: i64 = client.query_one(NUMBER, &[]).await?.try_get(0)?;
        // Before it can be seen: whoever has no such lock is shut out.
        client.batch_execute(&names.lock(unsigned(member))).await?;
        client.execute(ENTER, &[&member]).await?;
        client.batch_execute(AT_EASE).await?;
        Ok::<_, tokio_postgres::Error>(Some(unsigned(member)))
    };
    let member = ask().await.map_err(|error| failure(&error))?;
    Ok(Presence {
        member: member.ok_or_else(replaced)?,
        client,
        names,
        is_lost: AtomicBool::new(false),
        begun: Arc::default(),
    })
}

impl Session {
    /// The locks of a server that has become a member.
    pub(super) fn new(maker: Arc<Maker>, opening: Opening, presence: Presence) -> Session {
        Session {
            maker,
            opening,
            presence: RwLock::new(Arc::new(presence)),
            entering: Mutex::default(),
            has_left: AtomicBool::new(false),
            keyring: OnceLock::new(),
            holds: AtomicU64::new(1),
            places: std::sync::Mutex::default(),
        }
    }

    pub(super) fn presence(&self) -> Arc<Presence> {
        let presence = self.presence.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&presence)
    }

    /// The number under which this server writes.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it has lost its locks and is not back yet.
    pub(super) fn member(&self) -> Result<u64, Failure> {
        let presence = self.presence();
        match presence.is_lost() {
            true => Err(lost()),
            false => Ok(presence.member),
        }
    }

    /// Somebody else has found this server gone.
    pub(super) fn is_shut_out(&self) {
        self.presence().lose();
    }

    /// Lets others open the database, once everything is open here.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the connection was lost meanwhile.
    pub async fn opened(&self) -> Result<(), Failure> {
        let presence = self.presence();
        let opened = presence.names.opened(&presence.client).await;
        opened.map_err(|error| failure(&error))
    }

    /// Is there no more.
    pub(super) async fn leave(&self, client: &Client) {
        self.has_left.store(true, Ordering::Release);
        let presence = self.presence();
        presence.is_lost.store(true, Ordering::Release);
        let asked = Asked::shutting_out(&presence.names, &[presence.member]);
        // Where this is lost, others find it out.
        let _ = asked.of(client).await;
    }

    /// Has what is destroyed in a keyring bound to this server as well. Where it is the first of
    /// its opening, all that were before it are shut out there.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where the keyring is not to be reached.
    pub fn guard(&self, keyring: Arc<Keyring>, is_first: bool) -> Result<(), Failure> {
        let member = self.presence().member;
        keyring.act_as(member);
        if is_first {
            keyring.shut_out_before(member)?;
        }
        // Said once, when the house is opened.
        let _ = self.keyring.set(keyring);
        Ok(())
    }

    /// The present member, with what keeps it from ending while something is begun under it.
    async fn begin(&self) -> Result<(Arc<Presence>, Begun), Failure> {
        let mut waited = Duration::ZERO;
        loop {
            let presence = self.presence();
            if !presence.is_lost()
                && let Ok(begun) = Arc::clone(&presence.begun).try_read_owned()
            {
                return Ok((presence, Begun::new(begun)));
            }
            self.come_back().await?;
            if self.presence().is_lost() {
                if waited >= PATIENCE {
                    return Err(lost());
                }
                tokio::time::sleep(LOOK).await;
                waited += LOOK;
            }
        }
    }

    /// Comes back as another member, once all that was begun has ended; nothing where something
    /// has not, or another thread is at it.
    async fn come_back(&self) -> Result<(), Failure> {
        let Ok(_entering) = self.entering.try_lock() else {
            return Ok(());
        };
        let old = self.presence();
        if !old.is_lost() || self.has_left.load(Ordering::Acquire) {
            return Ok(());
        }
        old.lose();
        let Some(all_ended) = ended(&old) else {
            return Ok(());
        };
        let (client, names) = connect(&self.maker).await?;
        // Whatever the former one still has under way is refused from here on.
        let asked = Asked::shutting_out(&names, &[old.member]);
        asked.of(&client).await.map_err(|error| failure(&error))?;
        let fresh = enter(client, names, &self.opening).await?;
        if let Some(keyring) = self.keyring.get() {
            keyring.act_as(fresh.member);
        }
        tracing::info!(
            member = fresh.member,
            "back among the servers that share the database"
        );
        *self
            .presence
            .write()
            .unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        drop(all_ended);
        Ok(())
    }

    /// Shuts out members whose connection has ended: first where keys are destroyed.
    async fn shut_out(&self, presence: &Presence, members: &[u64]) -> Result<(), Failure> {
        if let Some(keyring) = self.keyring.get() {
            keyring.shut_out(members)?;
        }
        let asked = Asked::shutting_out(&presence.names, members);
        asked
            .of(&presence.client)
            .await
            .map_err(|error| failure(&error))?;
        tracing::info!(?members, "servers that are gone were shut out");
        Ok(())
    }
}

/// Nothing where something is still under way.
fn ended(presence: &Presence) -> Option<OwnedRwLockWriteGuard<()>> {
    Arc::clone(&presence.begun).try_write_owned().ok()
}

/// Sees that the connection is there, and comes back when it is not, for as long as the process
/// lives.
pub(super) async fn keep(session: std::sync::Weak<Session>) {
    loop {
        tokio::time::sleep(PING_EVERY).await;
        let Some(session) = session.upgrade() else {
            return;
        };
        let presence = session.presence();
        if !presence.is_lost() {
            let ping = presence.client.batch_execute("");
            match tokio::time::timeout(PING_WITHIN, ping).await {
                Ok(Ok(())) => continue,
                Ok(Err(_)) | Err(_) => presence.lose(),
            }
        }
        if let Err(failure) = session.come_back().await {
            tracing::warn!(%failure, "the locks that servers share cannot be had");
        }
    }
}

/// What is told to whoever asks while the locks are lost.
pub(super) fn lost() -> Failure {
    Failure::Unavailable(
        "the connection that holds this server's locks was lost, and what was begun under them is \
         not done; ask again"
            .to_owned(),
    )
}
