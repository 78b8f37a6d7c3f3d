//! A store that fails when it is told to: once losing what it was asked to do, once doing it all
//! the same. It stands before any engine and never fails by itself.

use super::{
    BlindIndex, Commit, Failure, Figures, Form, ItemKey, Outcome, PersonRecord, Record, RecordKind,
    StagedEntry, Store, Wanted, Word, WordKind, Write,
};
use kept_terms::{Day, PersonId};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Where a store can fail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// [`Store::person`].
    Person,
    /// [`Store::find`].
    Find,
    /// [`Store::commit`], the whole call.
    Commit,
    /// [`Store::book`].
    Book,
    /// [`Store::words`] and [`Store::intern`].
    Words,
    /// [`Store::record`], [`Store::records`] and [`Store::records_page`].
    Records,
    /// [`Store::people`], [`Store::due_items`], [`Store::due_people`], [`Store::count_due`],
    /// [`Store::figures`].
    Scan,
    /// [`Store::clear_items`] and [`Store::leftovers`].
    Clear,
    /// [`Store::staged`] and [`Store::trail`].
    Staged,
    /// [`Store::sequenced`].
    Sequenced,
}

/// A failure to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// Where.
    pub at: Step,
    /// After so many more calls that go well.
    pub after: u64,
    /// Whether what was asked is done although the caller is told it failed.
    pub persisted: bool,
}

/// A store that fails as planned.
pub struct Failing<S> {
    inner: S,
    plan: Mutex<Plan>,
}

#[derive(Default)]
struct Plan {
    faults: Vec<Fault>,
    held: Option<(Step, Held)>,
    calls: HashMap<Step, u64>,
}

/// A call that has its answer and is not given it yet.
struct Held {
    has_come: oneshot::Sender<()>,
    goes_on: oneshot::Receiver<()>,
}

/// What holds up a call, from [`Failing::hold`].
pub struct Holding {
    has_come: oneshot::Receiver<()>,
    goes_on: oneshot::Sender<()>,
}

impl Holding {
    /// Waits until the call is there, does something meanwhile, and lets it go on.
    pub async fn meanwhile<T>(self, done: impl Future<Output = T>) -> T {
        // Whoever is not there any more is not waited for.
        let _ = self.has_come.await;
        let told = done.await;
        let _ = self.goes_on.send(());
        told
    }
}

impl<S: Store> Failing<S> {
    /// A store that does not fail yet.
    pub fn new(inner: S) -> Failing<S> {
        let plan = Mutex::default();
        Failing { inner, plan }
    }

    /// The store itself, which does not fail.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Plans a failure; it comes once.
    pub fn plan(&self, fault: Fault) {
        self.lock().faults.push(fault);
    }

    /// Holds up the next call of a step, once it has its answer.
    pub fn hold(&self, step: Step) -> Holding {
        let (come, has_come) = oneshot::channel();
        let (goes_on, go) = oneshot::channel();
        let held = Held {
            has_come: come,
            goes_on: go,
        };
        self.lock().held = Some((step, held));
        Holding { has_come, goes_on }
    }

    /// Whether every planned failure has come.
    pub fn is_spent(&self) -> bool {
        self.lock().faults.is_empty()
    }

    /// How often a step was called since the store was made.
    pub fn calls(&self, step: Step) -> u64 {
        self.lock().calls.get(&step).copied().unwrap_or(0)
    }

    fn lock(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The failure planned for this call, if there is one.
    fn next_fault(&self, step: Step) -> Option<Fault> {
        let mut plan = self.lock();
        *plan.calls.entry(step).or_default() += 1;
        let due = plan
            .faults
            .iter()
            .position(|it| it.at == step && it.after == 0);
        let fault = due.map(|at| plan.faults.remove(at));
        let others = plan.faults.iter_mut().filter(|it| it.at == step);
        others.for_each(|it| it.after = it.after.saturating_sub(1));
        fault
    }

    async fn step<T>(
        &self,
        step: Step,
        call: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        match self.next_fault(step) {
            None => {
                let held = self.lock().held.take_if(|(at, _)| *at == step);
                let told = call.await;
                if let Some((_, held)) = held {
                    let _ = held.has_come.send(());
                    let _ = held.goes_on.await;
                }
                told
            }
            Some(fault) => {
                if fault.persisted {
                    call.await?;
                }
                Err(Failure::Unavailable("a planned failure".to_owned()))
            }
        }
    }
}

impl<S: Store> Store for Failing<S> {
    async fn person(
        &self,
        person: PersonId,
        wanted: Wanted<'_>,
    ) -> Result<Option<PersonRecord>, Failure> {
        self.step(Step::Person, self.inner.person(person, wanted))
            .await
    }

    async fn find(&self, index: BlindIndex) -> Result<Option<PersonId>, Failure> {
        self.step(Step::Find, self.inner.find(index)).await
    }

    async fn commit(&self, commits: Vec<Commit>) -> Result<Vec<Outcome>, Failure> {
        self.step(Step::Commit, self.inner.commit(commits)).await
    }

    async fn commit_under(
        &self,
        commits: Vec<Commit>,
        generation: Option<u64>,
    ) -> Result<Vec<Outcome>, Failure> {
        let call = self.inner.commit_under(commits, generation);
        self.step(Step::Commit, call).await
    }

    async fn generation(&self) -> Result<u64, Failure> {
        self.step(Step::Records, self.inner.generation()).await
    }

    async fn book(&self, writes: Vec<Write>) -> Result<(), Failure> {
        self.step(Step::Book, self.inner.book(writes)).await
    }

    async fn words(&self) -> Result<Vec<(WordKind, String, Word)>, Failure> {
        self.step(Step::Words, self.inner.words()).await
    }

    async fn intern(&self, kind: WordKind, word: &str) -> Result<Word, Failure> {
        self.step(Step::Words, self.inner.intern(kind, word)).await
    }

    async fn record(&self, kind: RecordKind, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        self.step(Step::Records, self.inner.record(kind, key)).await
    }

    async fn records(&self, kind: RecordKind) -> Result<Vec<Record>, Failure> {
        self.step(Step::Records, self.inner.records(kind)).await
    }

    async fn records_page(
        &self,
        kind: RecordKind,
        begins: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Record>, Failure> {
        let page = self.inner.records_page(kind, begins, after, limit);
        self.step(Step::Records, page).await
    }

    async fn people(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonId>, Failure> {
        self.step(Step::Scan, self.inner.people(after, limit)).await
    }

    async fn due_items(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, ItemKey)>, Failure> {
        self.step(Step::Scan, self.inner.due_items(class, upto, limit))
            .await
    }

    async fn due_people(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, PersonId)>, Failure> {
        self.step(Step::Scan, self.inner.due_people(class, upto, limit))
            .await
    }

    async fn count_due(&self, class: Word, upto: Day) -> Result<Vec<(Day, u64)>, Failure> {
        self.step(Step::Scan, self.inner.count_due(class, upto))
            .await
    }

    async fn clear_items(&self, items: &[ItemKey]) -> Result<(), Failure> {
        self.step(Step::Clear, self.inner.clear_items(items)).await
    }

    async fn leftovers(&self, limit: usize) -> Result<(u64, bool), Failure> {
        self.step(Step::Clear, self.inner.leftovers(limit)).await
    }

    async fn staged(&self, from: u64, limit: usize) -> Result<Vec<StagedEntry>, Failure> {
        self.step(Step::Staged, self.inner.staged(from, limit))
            .await
    }

    async fn sequenced(&self, below: u64) -> Result<(), Failure> {
        self.step(Step::Sequenced, self.inner.sequenced(below))
            .await
    }

    async fn next_entry(&self) -> Result<u64, Failure> {
        self.step(Step::Staged, self.inner.next_entry()).await
    }

    async fn copy_rows(
        &self,
        to: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Form, Failure> {
        self.inner.copy_rows(to, progress).await
    }

    async fn trail(
        &self,
        person: PersonId,
        below: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, Failure> {
        self.step(Step::Staged, self.inner.trail(person, below, limit))
            .await
    }

    async fn figures(&self) -> Result<Figures, Failure> {
        self.step(Step::Scan, self.inner.figures()).await
    }

    async fn check(&self) -> Result<(), Failure> {
        self.inner.check().await
    }
}
