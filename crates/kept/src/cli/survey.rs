//! `kept survey`: invites to a survey, and sums it up once it has closed.
//! No group that is too small is shown, nor anything that it could be worked out from.

use super::{Ending, House, Outcome, Place, Terminal, caller, counted, show};
use kept_processing::{Administration, Command as Act, Effect, Tabulation};
use serde_json::json;

/// Invite to surveys, and sum them up.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Invite(Invite),
    Results(Results),
}

/// Invite everybody who may be asked to a survey, once.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept survey invite autumn-2026 --purpose research --role researcher")]
pub(super) struct Invite {
    #[command(flatten)]
    of: Of,
}

/// Sum a survey up, once it has closed.
///
/// It is summed up once and told alike ever after, so that nobody can learn who came or went
/// between two sums.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept survey results autumn-2026 --purpose research --role researcher")]
pub(super) struct Results {
    #[command(flatten)]
    of: Of,
}

/// Which survey, what for, and who acts.
#[derive(clap::Args)]
struct Of {
    /// The survey, as `kept register list --kind survey` shows it.
    survey: String,

    /// What for.
    #[arg(long)]
    purpose: String,

    /// In which role.
    #[arg(long)]
    role: String,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    let house = place.open().await?;
    match command {
        Command::Invite(arguments) => invite(terminal, &house, arguments.of).await,
        Command::Results(arguments) => results(terminal, &house, arguments.of).await,
    }
}

async fn invite(terminal: &Terminal, house: &House, of: Of) -> Outcome {
    let Of {
        survey,
        purpose,
        role,
    } = of;
    let act = Act::Administer(Administration::Invite { survey, purpose });
    let performed = house.door.perform(&caller::staff(&role), &act).await?;
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    let invited = house.door.invite().await?;
    let text = format!("{} wait to be sent", counted(invited, "invitation"));
    terminal.give(text, || json!({ "invited": invited }));
    Ok(Ending::Done)
}

async fn results(terminal: &Terminal, house: &House, of: Of) -> Outcome {
    let Of {
        survey,
        purpose,
        role,
    } = of;
    let act = Act::Tabulate { survey, purpose };
    let performed = house.door.perform(&caller::staff(&role), &act).await?;
    match performed.outcome {
        Err(refusal) => show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Tabulated(tabulation)) => {
            terminal.give(in_words(&tabulation), || json!(tabulation));
            Ok(Ending::Done)
        }
        Ok(_) => Err(super::Failed::new("the door answered something else")),
    }
}

fn in_words(tabulation: &Tabulation) -> String {
    let least = tabulation.suppressed_below;
    let shown = |count: Option<u64>| count.map_or("–".to_owned(), |count| count.to_string());
    let mut lines = vec![format!(
        "{}: {} answered, as of {}",
        tabulation.title,
        shown(tabulation.answered),
        tabulation.on
    )];
    for question in &tabulation.questions {
        lines.push(format!("\n{}", question.text));
        for (choice, count) in &question.choices {
            lines.push(format!("  {choice:<30} {:>8}", shown(*count)));
        }
        lines.push(format!(
            "  {:<30} {:>8}",
            "(no answer)",
            shown(question.unanswered)
        ));
    }
    lines.push(format!(
        "\n– is not shown: it, or what it would give away, is a group of fewer than {least}"
    ));
    lines.join("\n")
}
