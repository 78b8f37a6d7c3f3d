//! Work in bounded steps beside the acts: numbering words, clearing rows whose keys are gone,
//! moving entries to the trail. Each may be done twice and is then done once. It decides nothing.

use super::calls::{self, Call, signed};
use super::connect::Link;
use super::found::{small, unsigned};
use super::statements::Sql;
use super::writer::{Answer, Task};
use crate::store::Word;
use futures::future::join_all;
use tokio_postgres::{Error, Row};

/// Does one task.
pub async fn run(link: &Link, fence: u64, task: &Task) -> Result<Answer, Error> {
    match task {
        Task::Intern(kind, word) => {
            let kind = *kind as i16;
            let intern = Call::new(Sql::Intern).with(kind).with(word.as_str());
            let interned = Call::new(Sql::Interned).with(kind).with(word.as_str());
            let rows = transaction(link, fence, vec![intern, interned]).await?;
            Ok(Answer::Word(Word(small(number(&rows)?))))
        }
        Task::ClearItems(items) => {
            let places: Vec<_> = items
                .iter()
                .map(|it| (it.person, it.field.0, it.number))
                .collect();
            let clear = calls::items(Sql::ClearItems, places.iter());
            transaction(link, fence, vec![clear]).await?;
            Ok(Answer::Done)
        }
        Task::ClearLeftovers(limit) => clear_leftovers(link, fence, *limit).await,
        Task::MoveToTrail(below, limit) => {
            let moving = Call::new(Sql::MoveToTrail)
                .with(signed(*below))
                .with(signed(*limit));
            let end = Call::new(Sql::Sequenced).with(signed(*below));
            let rows = transaction(link, fence, vec![moving, end]).await?;
            let row = rows.last().and_then(|rows| rows.first());
            let (left, next) = match row {
                Some(row) => (row.try_get(0)?, unsigned(row.try_get(1)?)),
                None => (false, 0),
            };
            Ok(Answer::Moved { left, next })
        }
        Task::Commits(..) | Task::Book(_) => Ok(Answer::Done),
    }
}

/// A transaction in one round trip, which comes to nothing where another server has taken over;
/// what each call answers.
async fn transaction(
    link: &Link,
    fence: u64,
    calls: Vec<Call<'_>>,
) -> Result<Vec<Vec<Row>>, Error> {
    let guards = [
        Call::new(Sql::Queue),
        Call::new(Sql::Fence).with(signed(fence)),
    ];
    let client = link.client();
    let all: Vec<_> = guards.into_iter().chain(calls).collect();
    let sent = join_all(all.iter().map(|call| call.on(link)));
    let (begun, told, committed) = futures::join!(
        client.batch_execute("BEGIN"),
        sent,
        client.batch_execute("COMMIT")
    );
    begun?;
    // Where a statement failed, the commit has taken everything back.
    let mut rows = told.into_iter().collect::<Result<Vec<_>, _>>()?;
    committed?;
    Ok(rows.split_off(2))
}

/// The number that the last call answers with.
fn number(rows: &[Vec<Row>]) -> Result<i64, Error> {
    let row = rows.last().and_then(|rows| rows.first());
    row.map_or(Ok(0), |row| row.try_get(0))
}

/// The kinds of row that are left of somebody, in the order in which they go.
const LEFT: [Sql; 4] = [
    Sql::LeftItems,
    Sql::LeftIdentifiers,
    Sql::LeftAnchors,
    Sql::LeftTrail,
];

async fn clear_leftovers(link: &Link, fence: u64, limit: u64) -> Result<Answer, Error> {
    let rows = transaction(link, fence, vec![Call::new(Sql::IsLeft)]).await?;
    if !is_left(&rows)? {
        return Ok(Answer::Cleared(0, false));
    }
    let mut done = 0;
    for sql in LEFT {
        if done >= limit {
            break;
        }
        let call = Call::new(sql).with(signed(limit - done));
        done += unsigned(number(&transaction(link, fence, vec![call]).await?)?);
    }
    let last = vec![Call::new(Sql::DoneLeftovers), Call::new(Sql::IsLeft)];
    let rows = transaction(link, fence, last).await?;
    Ok(Answer::Cleared(done, is_left(&rows)?))
}

fn is_left(rows: &[Vec<Row>]) -> Result<bool, Error> {
    let row = rows.last().and_then(|rows| rows.first());
    row.map_or(Ok(false), |row| row.try_get(0))
}
