//! `kept sweep`: destroys what is past its day.

use super::{Ending, Failed, Outcome, Place, Terminal, counted};
use jiff::civil::Date;
use kept_terms::Day;
use serde_json::json;

/// Destroy everything that is past its day, key first.
///
/// What is due was unreadable already; the sweep makes it unreadable for ever, in every backup too.
/// A server sweeps by itself. After more than 31 days without a sweep the present day has to be
/// confirmed, because a clock that jumped ahead would make everything look due.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept sweep --dry-run
  kept sweep
  kept sweep --confirm 2027-03-31")]
pub(super) struct Arguments {
    /// Confirm that this is the present day.
    #[arg(long, value_name = "DATE")]
    confirm: Option<Date>,

    /// Count what would be destroyed, and destroy nothing.
    #[arg(long, conflicts_with = "confirm")]
    dry_run: bool,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let house = place.open().await?;
    let bar = terminal.progress("people", None);
    if arguments.dry_run {
        let audited = house
            .door
            .audit(&mut |so_far| bar.set_position(so_far.people))
            .await?;
        bar.finish_and_clear();
        let overdue = audited.overdue;
        terminal.give(
            format!(
                "past their day: {}; nothing was destroyed",
                counted(overdue, "item")
            ),
            || json!({ "overdue": overdue, "destroyed": 0 }),
        );
        return Ok(Ending::Done);
    }
    bar.set_message("sweeping");
    let swept = house
        .door
        .sweep(arguments.confirm.map(Day::from_date))
        .await;
    bar.finish_and_clear();
    let swept = swept.map_err(Failed::from)?;
    let text = format!(
        "destroyed {} with {}; {} with nothing left; cleared {} away",
        counted(swept.items, "item"),
        counted(swept.keys, "key"),
        counted(swept.people, "person"),
        counted(swept.rows, "row"),
    );
    terminal.give(text, || {
        json!({
            "items": swept.items,
            "keys": swept.keys,
            "people": swept.people,
            "rows": swept.rows,
        })
    });
    Ok(Ending::Done)
}
