//! A copy of the rows as of one moment, taken while everything goes on.
//! It reads on a snapshot of its own and keeps no writer waiting; it opens nothing.
//!
//! The copy keeps every page where it stands, so that what two copies share can be stored once.

use super::check;
use super::schema::open_reader;
use super::trouble::failure;
use crate::backup::files;
use crate::store::Failure;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::path::Path;

/// How many pages one step copies.
const STEP_PAGES: i32 = 2048;

/// Copies the file of the rows, looks at the copy's structure, and makes it durable.
pub fn copy(from: &Path, to: &Path, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<(), Failure> {
    let source = open_reader(from, 8 << 10)?;
    // The snapshot begins with the first reading, and holds until the copy is whole.
    let snapshot = "BEGIN; SELECT count(*) FROM sqlite_schema;";
    source.execute_batch(snapshot).map_err(failure)?;
    files::make(to)?;
    let mut target = Connection::open(to).map_err(failure)?;
    copy_pages(&source, &mut target, progress)?;
    drop(source);
    // A log of its own is for a file in use.
    target
        .query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
        .map_err(failure)?;
    check::check(&target)?;
    drop(target);
    files::sync(to)
}

fn copy_pages(
    source: &Connection,
    target: &mut Connection,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<(), Failure> {
    let backup = Backup::new(source, target).map_err(failure)?;
    loop {
        let step = backup.step(STEP_PAGES).map_err(failure)?;
        let so_far = backup.progress();
        let [left, all] =
            [so_far.remaining, so_far.pagecount].map(|it| u64::try_from(it).unwrap_or(0));
        progress(all.saturating_sub(left), all);
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => {
                return Err(Failure::Unavailable(
                    "another program holds the copy of the rows; stop it, and back up again"
                        .to_owned(),
                ));
            }
        }
    }
}
