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
  kept bench --store postgres://kept@localhost/kept
  kept bench --json > bench.json")]
pub(super) struct Arguments {
    /// Measure less, for a first look.
    #[arg(long)]
    quick: bool,
    /// Measure this part alone; may be given several times.
    #[arg(long, value_enum)]
    only: Vec<Part>,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let size = if arguments.quick {
        Size::QUICK
    } else {
        Size::FULL
    };
    terminal.say(format!(
        "{:<58} {:>22} {:>26} {:>6}  bar",
        "work", "kept", "beside", "ratio"
    ));
    let tell = &mut |row: &Row| terminal.say(line(row));
    let rows = match place.database()? {
        Some(address) => run_in_database(size, &address, tell).await,
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
        "{:<58} {:>22} {:>26} {ratio:>6}  {reached}{}{latency}",
        row.work, row.kept, row.beside, row.bar
    )
}
