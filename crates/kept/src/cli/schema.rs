//! `kept schema`: prints the JSON Schema of the clauses, for editors.

use super::{Ending, Outcome, Terminal};

/// Print the JSON Schema of the clauses, with which editors complete and check them.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept schema > clauses.schema.json")]
pub(super) struct Arguments {}

pub(super) fn run(terminal: &Terminal, Arguments {}: &Arguments) -> Outcome {
    let schema = kept_policy::schema();
    terminal.line(format!("{schema:#}"));
    Ok(Ending::Done)
}
