//! Legal holds: what a claim needs is kept beyond its day, and let go again.

use super::super::{House, Outcome, Terminal};
use super::{Who, act};
use kept_processing::Command;

/// Keep what is stored about a person beyond its day, for a legal claim.
///
/// What is held is neither changed nor destroyed until the hold is lifted.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person hold 019ab0… --matter case-2026-17 --role privacy-office
  kept person hold 019ab0… --matter case-2026-17 --role privacy-office --fields message,attachment")]
pub(in super::super) struct Hold {
    #[command(flatten)]
    who: Who,

    /// The matter that it is kept for; no name of a person.
    #[arg(long)]
    matter: String,

    /// Which fields [default: all that may be held].
    #[arg(long, value_delimiter = ',', value_name = "FIELD,…")]
    fields: Vec<String>,
}

pub(super) async fn hold(terminal: &Terminal, house: &House, arguments: Hold) -> Outcome {
    let Hold {
        who,
        matter,
        fields,
    } = arguments;
    let command = Command::Hold {
        person: who.person,
        fields,
        matter,
    };
    act(terminal, house, who.role.as_deref(), command, "held").await
}

/// Lift a legal hold; what is past its day meanwhile is destroyed.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept person lift 019ab0… --matter case-2026-17 --role privacy-office")]
pub(in super::super) struct Lift {
    #[command(flatten)]
    who: Who,

    /// The matter.
    #[arg(long)]
    matter: String,
}

pub(super) async fn lift(terminal: &Terminal, house: &House, arguments: Lift) -> Outcome {
    let Lift { who, matter } = arguments;
    let person = who.person;
    let command = Command::Lift { person, matter };
    act(terminal, house, who.role.as_deref(), command, "lifted").await
}
