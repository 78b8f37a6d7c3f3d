//! Whose identifiers are: those that are asked for while others are being looked up are looked up
//! together, in one statement.

use super::connect::Pool;
use super::found::person;
use super::statements::Sql;
use super::trouble::{self, again};
use crate::store::{BlindIndex, Failure};
use kept_terms::PersonId;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::Error;

/// How many statements are out at once.
const AT_ONCE: usize = 2;
/// How many identifiers one of them asks for at most.
const TOGETHER_MAX: usize = 512;
/// How many questions may wait before those who bring more wait themselves.
const QUEUE_MAX: usize = 8192;

type Answer = Result<Option<PersonId>, Failure>;
type Question = (BlindIndex, oneshot::Sender<Answer>);

/// Looks identifiers up.
pub struct Finder(mpsc::Sender<Question>);

impl Finder {
    /// One that asks by some connections, until it is dropped.
    pub fn start(handle: &Handle, pool: &Arc<Pool>) -> Finder {
        let (asked, questions) = mpsc::channel(QUEUE_MAX);
        let questions = Arc::new(Mutex::new(questions));
        for _ in 0..AT_ONCE {
            handle.spawn(work(Arc::clone(pool), Arc::clone(&questions)));
        }
        Finder(asked)
    }

    /// See [`crate::store::Store::find`].
    pub async fn find(&self, index: BlindIndex) -> Answer {
        let (reply, answer) = oneshot::channel();
        let asked = self.0.send((index, reply)).await;
        asked.map_err(|_| trouble::unreachable())?;
        answer.await.map_err(|_| trouble::unreachable())?
    }
}

async fn work(pool: Arc<Pool>, questions: Arc<Mutex<mpsc::Receiver<Question>>>) {
    let mut together = Vec::new();
    loop {
        // Held while nobody asks: whoever is next takes all that wait by then.
        let mut waiting = questions.lock().await;
        if waiting.recv_many(&mut together, TOGETHER_MAX).await == 0 {
            return;
        }
        drop(waiting);
        let owners = owners(&pool, &together).await;
        for (index, reply) in together.drain(..) {
            let owner = match &owners {
                Ok(owners) => Ok(owners.get(&index).copied()),
                Err(failure) => Err(again(failure)),
            };
            // Whoever has gone away does not need to be told.
            let _ = reply.send(owner);
        }
    }
}

async fn owners(
    pool: &Pool,
    questions: &[Question],
) -> Result<HashMap<BlindIndex, PersonId>, Failure> {
    let hashes: Vec<&[u8]> = questions.iter().map(|(index, _)| &index[..]).collect();
    let rows = pool.rows(Sql::Find, &[&hashes]).await?;
    let owner = |row| -> Result<_, Error> {
        let hash: &[u8] = tokio_postgres::Row::try_get(row, 0)?;
        Ok((
            BlindIndex::try_from(hash).unwrap_or_default(),
            person(row, 1)?,
        ))
    };
    let owners: Result<_, Error> = rows.iter().map(owner).collect();
    owners.map_err(|error| trouble::failure(&error))
}
