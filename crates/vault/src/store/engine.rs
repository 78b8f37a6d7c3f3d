//! Whichever engine a house keeps its rows in. It passes every question on and answers none.

use super::postgres::Postgres;
use super::sqlite::Sqlite;
use super::{
    BlindIndex, Commit, Failure, Figures, Form, ItemKey, Outcome, PersonRecord, Record, RecordKind,
    StagedEntry, Store, Wanted, Word, WordKind, Write,
};
use kept_terms::{Day, PersonId};
use std::path::Path;

/// A store of either engine.
pub enum Engine {
    /// One file on this machine.
    Sqlite(Box<Sqlite>),
    /// A database server.
    Postgres(Box<Postgres>),
}

/// Asks whichever engine is there.
macro_rules! ask {
    ($engine:expr, $store:ident => $question:expr) => {
        match $engine {
            Engine::Sqlite($store) => $question.await,
            Engine::Postgres($store) => $question.await,
        }
    };
}

impl Store for Engine {
    async fn person(
        &self,
        person: PersonId,
        wanted: Wanted<'_>,
    ) -> Result<Option<PersonRecord>, Failure> {
        ask!(self, store => store.person(person, wanted))
    }

    async fn find(&self, index: BlindIndex) -> Result<Option<PersonId>, Failure> {
        ask!(self, store => store.find(index))
    }

    async fn commit(&self, commits: Vec<Commit>) -> Result<Vec<Outcome>, Failure> {
        ask!(self, store => store.commit(commits))
    }

    async fn commit_under(
        &self,
        commits: Vec<Commit>,
        generation: Option<u64>,
    ) -> Result<Vec<Outcome>, Failure> {
        ask!(self, store => store.commit_under(commits, generation))
    }

    async fn generation(&self) -> Result<u64, Failure> {
        ask!(self, store => store.generation())
    }

    async fn book(&self, writes: Vec<Write>) -> Result<(), Failure> {
        ask!(self, store => store.book(writes))
    }

    async fn words(&self) -> Result<Vec<(WordKind, String, Word)>, Failure> {
        ask!(self, store => store.words())
    }

    async fn intern(&self, kind: WordKind, word: &str) -> Result<Word, Failure> {
        ask!(self, store => store.intern(kind, word))
    }

    async fn record(&self, kind: RecordKind, key: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
        ask!(self, store => store.record(kind, key))
    }

    async fn records(&self, kind: RecordKind) -> Result<Vec<Record>, Failure> {
        ask!(self, store => store.records(kind))
    }

    async fn records_page(
        &self,
        kind: RecordKind,
        begins: &[u8],
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Record>, Failure> {
        ask!(self, store => store.records_page(kind, begins, after, limit))
    }

    async fn people(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonId>, Failure> {
        ask!(self, store => store.people(after, limit))
    }

    async fn due_items(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, ItemKey)>, Failure> {
        ask!(self, store => store.due_items(class, upto, limit))
    }

    async fn due_people(
        &self,
        class: Word,
        upto: Day,
        limit: usize,
    ) -> Result<Vec<(Day, PersonId)>, Failure> {
        ask!(self, store => store.due_people(class, upto, limit))
    }

    async fn count_due(&self, class: Word, upto: Day) -> Result<Vec<(Day, u64)>, Failure> {
        ask!(self, store => store.count_due(class, upto))
    }

    async fn clear_items(&self, items: &[ItemKey]) -> Result<(), Failure> {
        ask!(self, store => store.clear_items(items))
    }

    async fn leftovers(&self, limit: usize) -> Result<(u64, bool), Failure> {
        ask!(self, store => store.leftovers(limit))
    }

    async fn staged(&self, from: u64, limit: usize) -> Result<Vec<StagedEntry>, Failure> {
        ask!(self, store => store.staged(from, limit))
    }

    async fn sequenced(&self, below: u64) -> Result<(), Failure> {
        ask!(self, store => store.sequenced(below))
    }

    async fn trail(
        &self,
        person: PersonId,
        below: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u64>, Failure> {
        ask!(self, store => store.trail(person, below, limit))
    }

    async fn figures(&self) -> Result<Figures, Failure> {
        ask!(self, store => store.figures())
    }

    async fn next_entry(&self) -> Result<u64, Failure> {
        ask!(self, store => store.next_entry())
    }

    async fn copy_rows(
        &self,
        to: &Path,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Form, Failure> {
        ask!(self, store => store.copy_rows(to, progress))
    }

    async fn check(&self) -> Result<(), Failure> {
        ask!(self, store => store.check())
    }
}
