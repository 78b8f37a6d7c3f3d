//! Taking a lock, and giving it up.

use super::asking::{Answered, Asked, Turn};
use super::{Presence, Session, lost};
use crate::store::Failure;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedRwLockReadGuard};

/// Something is begun under a lock: until this is dropped, the server does not come back as
/// another member.
#[derive(Debug)]
pub struct Begun {
    _begun: OwnedRwLockReadGuard<()>,
}

impl Begun {
    pub(super) fn new(begun: OwnedRwLockReadGuard<()>) -> Begun {
        Begun { _begun: begun }
    }
}

/// A lock that a server has; dropped, it is given up.
#[derive(Debug)]
pub struct Held {
    session: Arc<Session>,
    presence: Arc<Presence>,
    turn: Turn,
    /// Nobody of this server asks to be alone before whoever was has given it up.
    place: Option<OwnedMutexGuard<()>>,
}

impl Held {
    /// Whether it is held no more: its connection has ended.
    pub fn is_lost(&self) -> bool {
        self.presence.is_lost()
    }

    /// Begins something under the lock; nothing where it is lost.
    pub fn begin(&self) -> Option<Begun> {
        let begun = Arc::clone(&self.presence.begun).try_read_owned().ok()?;
        (!self.is_lost()).then(|| Begun::new(begun))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let (place, presence) = (self.place.take(), Arc::clone(&self.presence));
        if presence.is_lost() {
            return;
        }
        let asked = Asked::giving_up(&presence.names, &self.turn, presence.member);
        self.session.maker.spawn(async move {
            // Of a connection that is gone there is nothing to give up.
            if asked.of(&presence.client).await.is_err() {
                presence.lose();
            }
            drop(place);
        });
    }
}

/// A lock that was taken.
pub(crate) struct Taken {
    /// The lock.
    pub held: Held,
    /// What is begun under it.
    pub begun: Begun,
    /// Whether nobody else has it in any way; whoever passes may still have to be waited for.
    pub is_alone: bool,
}

impl Session {
    /// Does something on the threads of the locks' connection.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.maker.spawn(work);
    }

    /// Asks for a lock once; nothing where somebody else has it alone.
    pub(crate) async fn take(
        self: &Arc<Self>,
        name: &str,
        alone: bool,
    ) -> Result<Option<Taken>, Failure> {
        let hold = match alone {
            true => 0,
            false => self.holds.fetch_add(1, Ordering::Relaxed),
        };
        let turn = Turn {
            name: name.to_owned(),
            hold,
        };
        let session = Arc::clone(self);
        let (tell, told) = tokio::sync::oneshot::channel();
        // Whoever goes away while waiting has what was taken for them given up again.
        self.spawn(async move {
            let _ = tell.send(session.taken(turn).await);
        });
        told.await.map_err(|_| lost())?
    }

    async fn taken(self: Arc<Self>, turn: Turn) -> Result<Option<Taken>, Failure> {
        let place = match turn.is_alone() {
            true => Some(self.place(&turn.name).lock_owned().await),
            false => None,
        };
        loop {
            let (presence, begun) = self.begin().await?;
            let Some(answered) = self.ask(&presence, &turn).await? else {
                continue;
            };
            if !answered.taken {
                return Ok(None);
            }
            let held = Held {
                session: self,
                presence,
                turn,
                place,
            };
            return Ok(Some(Taken {
                held,
                begun,
                is_alone: answered.is_alone,
            }));
        }
    }

    /// What keeps this server from asking to be alone before it has given that up.
    fn place(&self, name: &str) -> Arc<Mutex<()>> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(name.to_owned()).or_default())
    }

    /// Asks once, after those that are gone were shut out; nothing where this server is gone.
    async fn ask(&self, presence: &Presence, turn: &Turn) -> Result<Option<Answered>, Failure> {
        let asked = Asked::taking(&presence.names, turn, presence.member);
        loop {
            let answered = match asked.answered(&presence.client).await {
                Ok(answered) => answered,
                Err(_) if presence.is_lost() => return Ok(None),
                Err(failure) => return Err(failure),
            };
            if !answered.is_member {
                presence.lose();
                return Ok(None);
            }
            if answered.gone.is_empty() {
                return Ok(Some(answered));
            }
            self.shut_out(presence, &answered.gone).await?;
        }
    }
}

impl Held {
    /// Whether nobody passes any more where one waits to be alone.
    pub(crate) async fn is_alone(&self) -> Result<bool, Failure> {
        let asked = self.session.ask(&self.presence, &self.turn);
        match asked.await? {
            Some(answered) if answered.taken => Ok(answered.is_alone),
            Some(_) | None => Err(lost()),
        }
    }
}
