//! `kept export`: what is handed to somebody who checks it by themselves.
//! A bundle holds nobody's information: entries, proofs, versions of the policy, and a key.

mod bundle;

pub(super) use bundle::check;

use super::{Outcome, Place, Terminal};

/// Export what others check by themselves.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Evidence(bundle::Arguments),
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    match command {
        Command::Evidence(arguments) => bundle::run(terminal, place, &arguments).await,
    }
}
