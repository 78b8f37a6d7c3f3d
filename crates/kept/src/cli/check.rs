//! `kept check`: compiles a policy and says everything that is wrong with it, all at once.
//! It changes nothing and needs no data folder.

use super::house::{read_sources, today};
use super::show::counted;
use super::{Ending, Outcome, Place, Terminal};
use kept_policy::{Options, Severity, compile_with, render_diagnostics};
use serde_json::json;
use std::path::PathBuf;

/// Compile a policy and report everything that is wrong with it.
///
/// Every problem is shown at once, with its line underlined and a remedy. A policy with errors
/// cannot be served; warnings and notes are for its author.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept check
  kept check policies/mediaocean
  kept check definitions.md north-america.md --json")]
pub(super) struct Arguments {
    /// Folders or documents [default: the folder of --policy].
    paths: Vec<PathBuf>,

    /// Take warnings for errors.
    #[arg(long)]
    strict: bool,
}

pub(super) fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let named = &arguments.paths;
    let paths = if named.is_empty() {
        vec![place.policy.clone()]
    } else {
        named.clone()
    };
    let sources = read_sources(&paths)?;
    let options = Options { today: today() };
    let (policy, diagnostics) = compile_with(&sources, &options);
    let digest = policy.as_ref().map(|policy| policy.digest.to_string());
    let clauses = policy.as_ref().map_or(0, |policy| policy.clauses().count());
    let rendered = render_diagnostics(&diagnostics, &sources, terminal.is_colourful());
    terminal.give(
        rendered.trim_end(),
        || json!({ "policy": digest, "clauses": clauses, "diagnostics": diagnostics }),
    );
    if let Some(policy) = &policy {
        let documents = policy.documents.len();
        terminal.say(format!(
            "{}, {}; policy {}",
            counted(documents, "document"),
            counted(clauses, "clause"),
            policy.digest
        ));
    }
    let warned = diagnostics
        .iter()
        .any(|told| told.severity == Severity::Warning);
    match policy.is_none() || arguments.strict && warned {
        true => Ok(Ending::Faulty),
        false => Ok(Ending::Done),
    }
}
