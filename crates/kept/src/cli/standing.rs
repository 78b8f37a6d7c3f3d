//! `kept standing`: how every promise stands in the data folder, with the figure that shows it.

use super::{Ending, Failed, Outcome, Place, Terminal};
use kept_policy::{Standing, State, summary};
use serde_json::json;

/// Show how every promise stands, with its figure.
///
/// Figures are computed from what is stored, recorded and attested; nobody declares them.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept standing
  kept standing --only broken,at-risk
  kept standing --document north-america --json")]
pub(super) struct Arguments {
    /// Show those only that stand so.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "STATE,…")]
    only: Vec<Wanted>,

    /// Show the promises of this document only.
    #[arg(long)]
    document: Option<String>,

    /// Fail if a promise is broken.
    #[arg(long)]
    check: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Wanted {
    /// It is kept.
    Kept,
    /// It will not be kept unless something is done.
    AtRisk,
    /// It is broken.
    Broken,
    /// Nobody has measured it.
    Unmeasured,
}

impl Wanted {
    fn is(self, state: State) -> bool {
        match self {
            Wanted::Kept => state == State::Kept,
            Wanted::AtRisk => state == State::AtRisk,
            Wanted::Broken => state == State::Broken,
            Wanted::Unmeasured => state == State::Unmeasured,
        }
    }
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let house = place.open().await?;
    let document = match &arguments.document {
        Some(name) => {
            let known = house.policy.document_named(name);
            let unknown = || Failed::new(format!("the policy has no document `{name}`"));
            Some(known.ok_or_else(unknown)?.id)
        }
        None => None,
    };
    let standing = house.door.standing().await?;
    let is_shown = |one: &&Standing| {
        let only = &arguments.only;
        (only.is_empty() || only.iter().any(|wanted| wanted.is(one.state)))
            && document.is_none_or(|document| one.clause.document == document)
    };
    for one in standing.iter().filter(is_shown) {
        let state = word(one.state);
        let line = format!("{state:<12} {:<52} {}", one.name, one.figure);
        terminal.give(
            line.trim_end(),
            || json!({ "clause": one.name, "state": one.state, "figure": one.figure }),
        );
    }
    let counts = summary(&house.policy, &standing, document);
    terminal.note(format!(
        "{} kept, {} at risk, {} broken, {} not measured",
        counts.kept, counts.at_risk, counts.broken, counts.unmeasured
    ));
    match arguments.check && counts.broken > 0 {
        true => Err(Failed::new(format!(
            "{} promises are broken",
            counts.broken
        ))),
        false => Ok(Ending::Done),
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Kept => "kept",
        State::AtRisk => "at risk",
        State::Broken => "BROKEN",
        State::Unmeasured => "not measured",
    }
}
