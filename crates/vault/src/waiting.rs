//! Waiting, in a thread that may belong to a runtime, for an answer that other threads work out.

use std::sync::mpsc::Receiver;
use tokio::runtime::{Handle, RuntimeFlavor};

/// Waits for an answer, and lets others go on meanwhile on the threads of whoever asks; nothing
/// where nobody answers any more.
pub(crate) fn wait<T: Send>(answer: &Receiver<T>) -> Option<T> {
    let wait = || answer.recv().ok();
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(wait),
        Ok(_) | Err(_) => wait(),
    }
}
