//! A gate between servers that share a database. A server that passes keeps its hold for a moment,
//! so that many acts pass with one question, and then gives it up: whoever wants to be alone never
//! waits longer than that and the acts under way.

use super::Pause;
use crate::store::Failure;
use crate::store::postgres::{Begun, Held, Session};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a hold is kept at most, beside what is under way in it.
const KEPT: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(super) struct Passage {
    session: Arc<Session>,
    name: String,
    /// What acts of this server pass with.
    hold: Arc<Mutex<Option<Arc<Held>>>>,
}

impl Passage {
    pub fn new(session: &Arc<Session>, name: &str) -> Passage {
        Passage {
            session: Arc::clone(session),
            name: name.to_owned(),
            hold: Arc::default(),
        }
    }

    /// Passes together with others.
    pub async fn pass(&self) -> Result<(Arc<Held>, Begun), Failure> {
        let mut pause = Pause::new();
        loop {
            let mut hold = self.hold.lock().await;
            if let Some(held) = &*hold
                && let Some(begun) = held.begin()
            {
                return Ok((Arc::clone(held), begun));
            }
            *hold = None;
            if let Some(taken) = self.session.take(&self.name, false).await? {
                let held = Arc::new(taken.held);
                *hold = Some(Arc::clone(&held));
                self.let_go_in_time(&held);
                return Ok((held, taken.begun));
            }
            drop(hold);
            pause.pass().await;
        }
    }

    /// Acts that come later pass with another hold, and so after whoever wants to be alone.
    fn let_go_in_time(&self, held: &Arc<Held>) {
        let (hold, held) = (Arc::clone(&self.hold), Arc::downgrade(held));
        self.session.spawn(async move {
            tokio::time::sleep(KEPT).await;
            let mut hold = hold.lock().await;
            if hold
                .as_ref()
                .is_some_and(|it| std::ptr::eq(Arc::as_ptr(it), held.as_ptr()))
            {
                *hold = None;
            }
        });
    }

    /// Waits until nobody passes, and keeps everybody out. Nobody of this server passes.
    pub async fn be_alone(&self) -> Result<(Held, Begun), Failure> {
        *self.hold.lock().await = None;
        let mut pause = Pause::new();
        let taken = loop {
            match self.session.take(&self.name, true).await? {
                Some(taken) => break taken,
                None => pause.pass().await,
            }
        };
        let mut is_alone = taken.is_alone;
        while !is_alone {
            pause.pass().await;
            is_alone = taken.held.is_alone().await?;
        }
        Ok((taken.held, taken.begun))
    }
}
