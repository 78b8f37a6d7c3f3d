//! `kept move`: moves the rows, or the ledger, between the data folder and a database.

use super::{Ending, Failed, Outcome, Place, Terminal, caller, counted, show};
use crate::ambient::{MachineClock, MachineRandomness};
use kept_processing::{Audited, MoveStep, MoveTo, Moved};
use kept_terms::Randomness;
use serde_json::json;
use std::sync::Arc;

/// Move the rows to a database, or from there back into the data folder; or the ledger.
///
/// One thing moves at a time, and all else stays where it is. The rows are copied, counted and
/// digested on both sides, and looked through; then those that were left say so, and no server
/// opens them any more. They stay as they were, in `vault.db.moved` or in the database, until you
/// delete them. The ledger is copied to the database that holds the rows, or back, and derived
/// again there; what was in the folder stays in `ledger.moved`. Interrupted, it goes on when it is
/// run again, and until it is done no other command opens the house.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept move --to database --data kept-data --store postgres://kept@db.example.com/kept
  kept move --to folder --data kept-data --store postgres://kept@db.example.com/kept
  kept move --ledger-to database --data kept-data --store postgres://kept@db.example.com/kept")]
pub(super) struct Arguments {
    /// Where the rows go: `database`, which --store names, or `folder`, the data folder.
    #[arg(long, value_name = "PLACE", value_parser = place)]
    #[arg(required_unless_present = "ledger_to", conflicts_with = "ledger_to")]
    to: Option<MoveTo>,

    /// Where the ledger goes: `database`, the one that holds the rows, or `folder`.
    #[arg(long, value_name = "PLACE", value_parser = place)]
    ledger_to: Option<MoveTo>,
}

fn place(text: &str) -> Result<MoveTo, String> {
    MoveTo::from_word(text).ok_or_else(|| "write `database` or `folder`".to_owned())
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    match (arguments.to, arguments.ledger_to) {
        (Some(to), _) => rows(terminal, place, to).await,
        (None, Some(to)) => ledger(terminal, place, to).await,
        (None, None) => Err(Failed::new("name what moves, with --to or --ledger-to")),
    }
}

async fn ledger(terminal: &Terminal, place: &Place, to: MoveTo) -> Outcome {
    let folder = place.folder()?;
    let bar = terminal.progress("moving", Some(0));
    let watch = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let dice: Arc<dyn Randomness> = Arc::new(MachineRandomness::default());
    let moved = folder.move_ledger(to, &MachineClock, &dice, &watch).await;
    bar.finish_and_clear();
    let (entries, to) = (moved?, to.as_str());
    let count = counted(entries, "ledger entry");
    let setting = format!("start with `ledger-in = \"{to}\"` from now on");
    terminal.give(
        format!("the {to} has the ledger now, {count}, sound; {setting}"),
        || json!({ "ledger-to": to, "entries": entries }),
    );
    Ok(Ending::Done)
}

async fn rows(terminal: &Terminal, place: &Place, to: MoveTo) -> Outcome {
    let compiled = place.compile()?;
    let folder = place.folder()?.with_little_memory();
    let bar = terminal.progress("moving", Some(0));
    let watch = |step, done, all| {
        bar.set_message(match step {
            MoveStep::Copying => "copying rows",
            MoveStep::Comparing => "comparing rows",
            MoveStep::Leaving | MoveStep::Finishing | MoveStep::Opening => "settling",
        });
        bar.set_length(all);
        bar.set_position(done);
    };
    let (clock, dice) = (Arc::new(MachineClock), MachineRandomness::default());
    let policy = compiled.policy.clone();
    let caller = caller::administrator();
    let moved = folder.move_rows(to, &caller, policy, clock, Arc::new(dice), &watch);
    let (door, moved) = match moved.await? {
        Ok(moved) => moved,
        Err(refusal) => {
            bar.finish_and_clear();
            return show::refused(terminal, &compiled.policy, &refusal);
        }
    };
    bar.set_message("auditing");
    let audited = door
        .audit(&mut |so_far| bar.set_position(so_far.people))
        .await;
    bar.finish_and_clear();
    let audited = audited.map_err(|failure| {
        Failed::from(failure).help(
            "the rows were moved and are not sound; those left behind are as they were: see the \
             chapter on moving in docs/operations.md",
        )
    })?;
    give(terminal, to, &moved, &audited);
    Ok(Ending::Done)
}

fn give(terminal: &Terminal, to: MoveTo, moved: &Moved, audited: &Audited) {
    let rows: u64 = moved.tables.iter().map(|(_, count, _)| count).sum();
    let mut text = format!(
        "moved {} to the {}: {}, {}, {}; both sides came to the same, and the audit finds it sound",
        counted(rows, "row"),
        to.as_str(),
        counted(audited.people - audited.keyless, "person"),
        counted(audited.items, "item"),
        counted(audited.entries, "ledger entry"),
    );
    for (table, count, digest) in &moved.tables {
        text += &format!("\n  {table}: {count}, {digest}");
    }
    text += match to {
        MoveTo::Database => {
            "\nthe rows that were left are in `vault.db.moved`, and open no more; delete them when \
             the database is backed up"
        }
        MoveTo::Folder => {
            "\nthe rows that were left are in the database, and open no more; drop its schema when \
             the folder is backed up"
        }
    };
    terminal.give(text, || {
        let tables = moved.tables.iter();
        let tables = tables.map(
            |(table, count, digest)| json!({ "table": table, "rows": count, "digest": digest }),
        );
        json!({
            "to": to.as_str(),
            "tables": tables.collect::<Vec<_>>(),
            "people": audited.people,
            "items": audited.items,
            "entries": audited.entries,
        })
    });
}
