//! What every engine must do, as one suite that runs against each of them. It knows no engine.

mod acts;
mod contents;
mod ledger;

use super::{
    Commit, Expected, Failure, Outcome, PersonRecord, Record, RecordKind, Store, StoredItem,
    Wanted, Word, Write,
};
use kept_terms::{Day, PersonId};

/// Runs the whole suite; `make` opens an empty store each time.
///
/// # Errors
/// The first failure of the store.
///
/// # Panics
/// At the first thing that is not as the contract says.
pub async fn conformance<S: Store>(make: impl AsyncFn() -> S) -> Result<(), Failure> {
    acts::people_come_change_and_go(&make().await).await?;
    acts::conditions_are_kept(&make().await).await?;
    acts::a_refused_commit_leaves_nothing(&make().await).await?;
    acts::commits_of_one_call_stand_alone(&make().await).await?;
    acts::what_cannot_be_stored_is_refused(&make().await).await?;
    acts::one_of_many_gets_an_identifier(make().await).await?;
    acts::another_is_set_aside_with_a_change_or_not_at_all(&make().await).await?;
    acts::versions_count_every_change(make().await).await?;
    contents::items_are_found_as_wanted(&make().await).await?;
    contents::identifiers_have_one_owner(&make().await).await?;
    contents::words_keep_their_numbers(&make().await).await?;
    contents::records_are_kept_in_order(&make().await).await?;
    contents::records_are_paged_and_booked(&make().await).await?;
    contents::what_is_due_is_found_oldest_first(&make().await).await?;
    contents::people_are_due_by_their_latest_day(&make().await).await?;
    contents::deleted_people_are_cleared_step_by_step(&make().await).await?;
    ledger::entries_are_numbered_without_gaps(&make().await).await?;
    ledger::entries_move_to_the_trail(&make().await).await?;
    ledger::erased_people_leave_no_trail(&make().await).await?;
    Ok(())
}

/// A made-up person; people with higher numbers come later.
fn person(number: u64) -> PersonId {
    PersonId((1_u128 << 100 | u128::from(number)).to_be_bytes())
}

fn item(field: u32, number: u32, class: u32, anchor: Option<i32>) -> StoredItem {
    let sealed = [field.to_be_bytes(), number.to_be_bytes()].concat();
    StoredItem {
        field: Word(field),
        number,
        origin: Word(99),
        class: Word(class),
        anchor: anchor.map(Day),
        sealed,
    }
}

fn record(key: &str, value: &str) -> Record {
    Record {
        kind: RecordKind::Setting,
        key: key.as_bytes().to_vec(),
        value: value.as_bytes().to_vec(),
    }
}

fn act(number: u64, expected: Expected, writes: Vec<Write>) -> Commit {
    Commit {
        person: Some(person(number)),
        expected,
        absent: Vec::new(),
        writes,
        entry: format!("an act on {number}").into_bytes(),
    }
}

/// Makes a person with a state and some more.
fn creation(number: u64, more: Vec<Write>) -> Commit {
    let mut writes = vec![Write::PutState(vec![1])];
    writes.extend(more);
    act(number, Expected::New, writes)
}

fn reading(number: u64, record: &PersonRecord) -> Commit {
    act(number, unchanged(record), Vec::new())
}

fn unchanged(record: &PersonRecord) -> Expected {
    Expected::Unchanged {
        version: record.version,
        epoch: record.epoch,
    }
}

async fn one<S: Store>(store: &S, commit: Commit) -> Result<Outcome, Failure> {
    let outcomes = store.commit(vec![commit]).await?;
    assert_eq!(outcomes.len(), 1, "one outcome a commit");
    outcomes
        .into_iter()
        .next()
        .ok_or(Failure::Invalid("no outcome"))
}

/// Commits something that has to be done, and answers with its index.
async fn done<S: Store>(store: &S, commit: Commit) -> Result<u64, Failure> {
    match one(store, commit).await? {
        Outcome::Done(index) => Ok(index),
        refused @ (Outcome::Moved | Outcome::Taken | Outcome::Repeated) => {
            assert_eq!(refused, Outcome::Done(0), "the commit has to be done");
            Ok(0)
        }
    }
}

/// A person who has to be there, with all items.
async fn whole<S: Store>(store: &S, number: u64) -> Result<PersonRecord, Failure> {
    let all = Wanted::Page {
        after: None,
        limit: 1000,
    };
    let found = store.person(person(number), all).await?;
    assert!(found.is_some(), "person {number} is not there");
    found.ok_or(Failure::Invalid("nobody"))
}

async fn is_there<S: Store>(store: &S, number: u64) -> Result<bool, Failure> {
    Ok(store
        .person(person(number), Wanted::Nothing)
        .await?
        .is_some())
}
