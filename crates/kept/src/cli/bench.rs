//! `kept bench`: measures Kept beside what it is compared with.
//! This file reads the command line and prints; the measuring is done in `crate::bench`.

use super::{Ending, Failed, Outcome, Place, Terminal};
use crate::bench::{Part, Row, Size, run as measure, run_in_database};
use serde_json::json;

/// Measure the speed of Kept, beside bare SQLite doing the same work in the same run.
///
/// Each row is a ratio, since machines differ and are busy with other things; the two sides take
/// turns, and the turn with the median ratio is told. Everything is invented and thrown away.
///
/// With --store it measures reading and collecting with the rows in that database, beside bare
/// PostgreSQL, in the schemas `kept_bench` and `kept_bench_bare`, which are dropped.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept bench --quick
  kept bench --large --only starting
  kept bench --store postgres://kept@localhost/kept
  kept bench --json > bench.json")]
pub(super) struct Arguments {
    /// Measure less, for a first look.
    #[arg(long)]
    quick: bool,
    /// Measure with a million people, and start with ten million items. It takes an hour and some
    /// gigabytes.
    #[arg(long, conflicts_with = "quick")]
    large: bool,
    /// Store so many people.
    #[arg(long)]
    people: Option<usize>,
    /// Do each act so often in a turn.
    #[arg(long)]
    acts: Option<usize>,
    /// Let each side take so many turns.
    #[arg(long)]
    turns: Option<usize>,
    /// Give the largest person so many items.
    #[arg(long)]
    items: Option<usize>,
    /// Start with so many items stored.
    #[arg(long)]
    stored: Option<usize>,
    /// Measure this part alone; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

impl Arguments {
    fn size(&self) -> Size {
        let size = match (self.quick, self.large) {
            (true, _) => Size::QUICK,
            (false, true) => Size::LARGE,
            (false, false) => Size::FULL,
        };
        // Less than one of anything measures nothing.
        let or = |said: Option<usize>, usual: usize| said.unwrap_or(usual).max(1);
        Size {
            people: or(self.people, size.people),
            acts: or(self.acts, size.acts),
            turns: or(self.turns, size.turns),
            items: or(self.items, size.items),
            stored: or(self.stored, size.stored),
        }
    }
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let size = arguments.size();
    terminal.say(format!(
        "{:<58} {:>24} {:>32} {:>6}  bar",
        "work", "kept", "beside", "ratio"
    ));
    let tell = &mut |row: &Row| terminal.say(line(row));
    let rows = match place.database()? {
        Some(address) => run_in_database(size, &address, &arguments.only, tell).await,
        None => measure(size, &arguments.only, tell).await,
    };
    let rows = rows.map_err(|trouble| Failed::new(format!("the measuring stopped: {trouble}")))?;
    terminal.give("", || json!({ "rows": rows }));
    Ok(Ending::Done)
}

fn line(row: &Row) -> String {
    let ratio = row
        .ratio
        .map_or_else(String::new, |ratio| format!("{ratio:.2}"));
    let latency = row.latency_micros.map_or_else(String::new, |(half, most)| {
        format!(" (p50 {half} µs, p99 {most} µs)")
    });
    let reached = match row.reached {
        Some(true) => "reached: ",
        Some(false) => "MISSED: ",
        None => "",
    };
    format!(
        "{:<58} {:>24} {:>32} {ratio:>6}  {reached}{}{latency}",
        row.work, row.kept, row.beside, row.bar
    )
}
