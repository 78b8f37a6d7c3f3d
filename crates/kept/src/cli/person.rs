//! `kept person`: finds people, shows them what is held, and does what they ask.
//! Identifiers and values come from standard input, so that they stay out of the shell's history.

mod choices;
mod hold;
mod reading;
mod training;

pub(super) use reading::handed;

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use kept_processing::{Command as Act, Effect};
use kept_terms::PersonId;
use serde_json::json;
use std::io::{BufRead, IsTerminal};

/// Find people, show them what is held, and do what they ask.
///
/// Without --role, an act is the person's own: check who they are before you act for them. With
/// --role, it is an act of staff in that role, and needs what the policy asks of the role.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Find(reading::Find),
    Show(reading::Show),
    Trail(reading::Trail),
    Export(reading::Export),
    Rectify(choices::Rectify),
    Restrict(choices::Restrict),
    Object(choices::Object),
    Consent(choices::Consent),
    Withdraw(choices::Withdraw),
    Erase(choices::Erase),
    EraseOne(choices::EraseOne),
    SignOut(choices::SignOut),
    ReportChild(choices::ReportChild),
    Parent(choices::Parent),
    Hold(hold::Hold),
    Lift(hold::Lift),
    Training(training::Training),
    Confirm(training::Confirm),
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    let house = place.open().await?;
    match command {
        Command::Find(arguments) => reading::find(terminal, &house, arguments).await,
        Command::Show(arguments) => reading::show(terminal, &house, arguments).await,
        Command::Trail(arguments) => reading::trail(terminal, &house, &arguments).await,
        Command::Export(arguments) => reading::export(&house, &arguments).await,
        Command::Rectify(arguments) => choices::rectify(terminal, &house, arguments).await,
        Command::Restrict(arguments) => choices::restrict(terminal, &house, &arguments).await,
        Command::Object(arguments) => choices::object(terminal, &house, arguments).await,
        Command::Consent(arguments) => choices::consent(terminal, &house, arguments).await,
        Command::Withdraw(arguments) => choices::withdraw(terminal, &house, arguments).await,
        Command::Erase(arguments) => choices::erase(terminal, &house, &arguments).await,
        Command::EraseOne(arguments) => choices::erase_one(terminal, &house, arguments).await,
        Command::SignOut(arguments) => choices::sign_out(terminal, &house, &arguments).await,
        Command::Hold(arguments) => hold::hold(terminal, &house, arguments).await,
        Command::Lift(arguments) => hold::lift(terminal, &house, arguments).await,
        Command::Training(arguments) => training::training(terminal, &house, arguments).await,
        Command::Confirm(arguments) => training::confirm(terminal, &house, arguments).await,
        Command::Parent(arguments) => choices::parent(terminal, &house, arguments).await,
        Command::ReportChild(arguments) => {
            choices::report_child(terminal, &house, &arguments).await
        }
    }
}

/// Who it is about, and who acts.
#[derive(clap::Args)]
struct Who {
    /// The person, as `kept person find` shows them.
    person: PersonId,

    /// Act as staff in this role [default: as the person themselves].
    #[arg(long)]
    role: Option<String>,
}

/// A value that should not be seen in the shell's history.
#[derive(clap::Args)]
struct Secretive {
    /// The value; `-`, or leaving it out, reads it from standard input.
    #[arg(long, value_name = "TEXT|-")]
    value: Option<String>,
}

impl Secretive {
    /// The value as it was given, or as it is typed or piped in now.
    fn read(self, terminal: &Terminal, what: &str) -> Result<String, Failed> {
        if let Some(value) = self.value.filter(|value| value != "-") {
            return Ok(value);
        }
        let stdin = std::io::stdin();
        if stdin.is_terminal() {
            terminal.note(format!("{what}:"));
        }
        let mut line = String::new();
        stdin
            .lock()
            .read_line(&mut line)
            .map_err(|cause| Failed::new(format!("standard input cannot be read: {cause}")))?;
        let line = line.trim_end_matches(['\r', '\n']);
        match line.is_empty() {
            true => Err(Failed::new(format!("standard input holds no {what}"))),
            false => Ok(line.to_owned()),
        }
    }
}

/// Performs an act that gives nothing back, and says what was done.
async fn act(
    terminal: &Terminal,
    house: &House,
    role: Option<&str>,
    command: Act,
    done: &str,
) -> Outcome {
    let performed = house
        .door
        .perform(&caller::staff_or_person(role), &command)
        .await?;
    let entry = performed.entry;
    match performed.outcome {
        Err(refusal) => show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Kept(kept)) => {
            show::kept(terminal, done, entry, &kept);
            Ok(Ending::Done)
        }
        Ok(
            Effect::Done
            | Effect::Stored { .. }
            | Effect::Values(_)
            | Effect::Found(_)
            | Effect::Matched(_)
            | Effect::Forwarded(_)
            | Effect::Training(_)
            | Effect::Due(..)
            | Effect::Stale(..)
            | Effect::Tabulated(_)
            | Effect::Export(_)
            | Effect::Named(_)
            | Effect::SignedIn(_)
            | Effect::Listed(_),
        ) => {
            let numbered = entry.map(|entry| format!(" (ledger entry {entry})"));
            terminal.give(
                format!("{done}{}", numbered.unwrap_or_default()),
                || json!({ "done": done, "entry": entry }),
            );
            Ok(Ending::Done)
        }
    }
}
