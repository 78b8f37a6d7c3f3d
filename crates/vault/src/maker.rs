//! Makes keys for many acts at once: one sync of the keyring serves all that wait.
//! It never destroys a key, and knows nothing of what will be sealed under it.

use crate::keyring::{Creation, Keyring};
use crate::store::Failure;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// How many acts may wait for keys before more are held up.
const QUEUE: usize = 4_096;

/// How many acts are served with one sync at most.
const BATCH: usize = 1_024;

type Job = (Vec<Creation>, oneshot::Sender<Result<(), Failure>>);

/// A thread that makes keys.
pub struct KeyMaker {
    /// There until it is dropped.
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for KeyMaker {
    /// The keyring is given up once this returns: whoever opens it next finds it closed.
    fn drop(&mut self) {
        self.jobs = None;
        // A thread that panicked has told of it.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl KeyMaker {
    /// Starts the thread. It ends when the maker is dropped.
    pub fn start(keyring: Arc<Keyring>) -> Result<KeyMaker, Failure> {
        let (jobs, mut waiting) = mpsc::channel::<Job>(QUEUE);
        let work = move || {
            while let Some(first) = waiting.blocking_recv() {
                let mut batch = vec![first];
                while batch.len() < BATCH
                    && let Ok(next) = waiting.try_recv()
                {
                    batch.push(next);
                }
                serve(&keyring, batch);
            }
        };
        let thread = std::thread::Builder::new().name("keys".to_owned());
        let thread = thread.spawn(work).map_err(|cause| {
            Failure::Unavailable(format!("the thread that makes keys cannot start: {cause}"))
        })?;
        Ok(KeyMaker {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Makes keys; they are durable when this returns.
    pub async fn make(&self, creations: Vec<Creation>) -> Result<(), Failure> {
        let ended = || Failure::Unavailable("the thread that makes keys has ended".to_owned());
        let (done, outcome) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(ended)?;
        jobs.send((creations, done)).await.map_err(|_| ended())?;
        outcome.await.map_err(|_| ended())?
    }
}

fn serve(keyring: &Keyring, batch: Vec<Job>) {
    let (creations, waiters): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
    let creations: Vec<Creation> = creations.into_iter().flatten().collect();
    let outcome = keyring.create(&creations);
    for waiter in waiters {
        let told = match &outcome {
            Ok(()) => Ok(()),
            Err(failure) => Err(Failure::Unavailable(failure.to_string())),
        };
        // Whoever no longer waits has gone away; their keys are swept up as pending.
        let _ = waiter.send(told);
    }
}
