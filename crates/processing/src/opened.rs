//! The door before the engine that a data folder names. It is the same door: it adds nothing and
//! leaves nothing out.
//!
//! What is large is compiled here, once, and is handed out as a future of unknown size: whoever
//! calls it neither compiles it again nor carries its whole state in theirs.

use crate::*;
use kept_policy::Policy;
use kept_terms::{Clock, Day, Randomness};
use kept_vault::backup::Watch as Progress;
use kept_vault::store::engine::Engine;
use kept_vault::store::lock::Lock;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

/// Something under way.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// The door before the engine that a data folder names.
pub struct Door(Processing<Engine>);

impl Door {
    pub(crate) fn new(processing: Processing<Engine>) -> Door {
        Door(processing)
    }

    /// Gives up what keeps others out of the folder, to whoever goes on holding it.
    pub(crate) fn take_locks(&mut self) -> Vec<Lock> {
        std::mem::take(&mut self.0.locks)
    }
}

impl Deref for Door {
    type Target = Processing<Engine>;
    fn deref(&self) -> &Processing<Engine> {
        &self.0
    }
}

macro_rules! as_processing {
    ($(fn $name:ident($($given:ident: $type:ty),*) -> $answer:ty;)*) => {
        impl Door {
            $(
                #[doc = concat!("As [`Processing::", stringify!($name), "`].")]
                pub fn $name<'a>(&'a self, $($given: $type),*) -> Doing<'a, $answer> {
                    Box::pin(self.0.$name($($given),*))
                }
            )*
        }
    };
}

as_processing! {
    fn perform(caller: &'a Caller, command: &'a Command) -> Performed;
    fn perform_once(caller: &'a Caller, command: &'a Command, once: Option<&'a Once>) -> Performed;
    fn publish(
        caller: &'a Caller,
        policy: Arc<Policy>,
        sources: Vec<(String, String)>
    ) -> Published;
    fn bring_into_force() -> bool;
    fn simulate(draft: Arc<Policy>) -> Simulation;
    fn sweep(confirmed: Option<Day>) -> Swept;
    fn sequence() -> u64;
    fn figures() -> Figures;
    fn admit(caller: &'a Caller, collect: Collect, once: Option<&'a Once>) -> Admitted;
    fn arrive(caller: &'a Caller, upload: Upload, once: Option<&'a Once>) -> Performed;
    fn authenticate(secret: &'a str) -> Option<Caller>;
    fn session(secret: &'a str) -> Option<Session>;
    fn hand_out(message: &'a Outgoing) -> Handing;
    fn settle(message: &'a Outgoing, ended: Ended) -> outgoing::Sending;
    fn bounced(token: &'a str) -> Bounced;
    fn opt_out(token: &'a str) -> Option<OptOut>;
    fn advance_campaigns() -> (u64, bool);
    fn tell_of_changes() -> Option<Announcement>;
    fn ask_to_confirm() -> u64;
    fn screen_again() -> ScreenedAgain;
    fn invite() -> u64;
    fn follow_contracts(progress: &'a mut (dyn FnMut(u64, u64) + Send)) -> Followed;
    fn watch() -> Watch;
    fn begin_feed(
        caller: &'a Caller,
        id: &'a str,
        again: bool
    ) -> (Performed, Option<FeedRun>);
    fn queue_feed(run: FeedRun) -> LastRun;
    fn rotate(caller: &'a Caller, progress: &'a mut (dyn FnMut(u64, u64) + Send)) -> Performed;
    fn back_up(
        caller: &'a Caller,
        backing: &'a BackingUp,
        watch: Progress<'a>
    ) -> (Performed, Option<Made>);
}

impl Door {
    /// As [`Processing::perform_many`].
    pub fn perform_many<'a>(
        &'a self,
        caller: &'a Caller,
        commands: &'a [Command],
    ) -> Answering<'a> {
        Box::pin(self.0.perform_many(caller, commands))
    }

    /// As [`Processing::perform_many_once`].
    pub fn perform_many_once<'a>(
        &'a self,
        caller: &'a Caller,
        commands: &'a [Command],
        once: &'a [Once],
    ) -> Answering<'a> {
        Box::pin(self.0.perform_many_once(caller, commands, once))
    }
}

/// Many acts under way, each answered on its own.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Vec<Result<Performed, Failure>>> + Send + 'a>>;

impl Folder {
    /// Opens everything in the folder, or makes it where nothing is stored yet. One server at a
    /// time.
    pub fn open<'a>(
        &'a self,
        policy: Arc<Policy>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Doing<'a, Door> {
        Box::pin(self.opened(policy, clock, randomness))
    }
}
