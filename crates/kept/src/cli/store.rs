//! `kept store`: what whoever runs the database has to know. It opens no database and changes
//! nothing.

use super::{Ending, Outcome, Terminal};
use serde_json::json;

/// Plan the database that holds the rows.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Plan(Plan),
}

/// Print the statements that spread the tables over the nodes of a distributed database.
///
/// They are run once, as the owner of the database, after the first start and while no server runs.
/// What belongs to a person stands on one node, so an act asks the nodes of its people; the
/// statements that ask every node are listed with why they do.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept store plan --citus | psql postgres://kept@host/kept")]
pub(super) struct Plan {
    /// For Citus, and engines that take its statements.
    #[arg(long, required = true)]
    citus: bool,
}

pub(super) fn run(terminal: &Terminal, command: Command) -> Outcome {
    let Command::Plan(Plan { citus: _ }) = command;
    let schema = kept_processing::StoreOptions::default().schema;
    let plan = kept_processing::store_plan(&schema);
    let mut lines = plan.statements.clone();
    lines.push("-- These ask every node, and why:".to_owned());
    let told = plan
        .fan_out
        .iter()
        .map(|(name, why)| format!("-- {name}: {why}"));
    lines.extend(told);
    let as_json = || {
        let fan_out = plan.fan_out.iter();
        let fan_out = fan_out.map(|(name, why)| json!({ "statement": name, "why": why }));
        json!({ "statements": plan.statements, "fan-out": fan_out.collect::<Vec<_>>() })
    };
    terminal.give(lines.join("\n"), as_json);
    Ok(Ending::Done)
}
