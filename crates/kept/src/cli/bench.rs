//! `kept bench`: measures Kept beside what it is compared with.
//! This file reads the command line; the measuring is done elsewhere.

use super::{Failed, Outcome, Terminal};

/// Measure the speed of Kept on this machine, as a ratio to bare SQLite doing the same work.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept bench --json > bench.json")]
pub(super) struct Arguments {}

pub(super) fn run(_: &Terminal, Arguments {}: &Arguments) -> Outcome {
    Err(Failed::new("this build measures nothing"))
}
