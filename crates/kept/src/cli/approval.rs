//! `kept approval`: what others must agree to: asked for, listed, approved, declined, carried out.
//! The operator of the command line is one person: what they ask for, somebody else approves
//! through the API with a token of their own.

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use kept_processing::{
    Approval, ApprovalEnded, Command as Act, Effect, Listed, Proposal, Proposal as Asked, Showing,
    Use,
};
use kept_terms::PersonId;
use serde_json::json;

/// Ask for what others must agree to, see what was asked, agree, decline, carry out.
///
/// A disclosure that the law compels, and access in an emergency, need the approval of others, as
/// many as the policy says. Nobody approves what they asked for, whichever token they show.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Disclosure(Disclosure),
    Emergency(Emergency),
    List(List),
    Approve(Named),
    Decline(Declined),
    Disclose(CarriedOut),
    Use(Reading),
}

/// Ask that a recipient be shown something about a person, once.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept approval disclosure 019ab0… --role privacy-office --recipient authorities-us \\
    --purpose legal-duty --fields name,email --compelled --legal-basis 18-usc-2703 \\
    --reference 1:26-cv-01234 --silent-until 2027-03-31")]
pub(super) struct Disclosure {
    /// The person.
    person: PersonId,
    /// The role in which it is asked.
    #[arg(long)]
    role: String,
    /// To whom.
    #[arg(long)]
    recipient: String,
    /// What for.
    #[arg(long)]
    purpose: String,
    /// Which fields; no others leave.
    #[arg(long, value_delimiter = ',', required = true, value_name = "FIELD,…")]
    fields: Vec<String>,
    /// The law compels it.
    #[arg(long)]
    compelled: bool,
    /// The legal basis, as a code.
    #[arg(long, value_name = "CODE")]
    legal_basis: String,
    /// The recipient's reference, as a code.
    #[arg(long, value_name = "CODE")]
    reference: String,
    /// The last day on which the person may not be told yet.
    #[arg(long, value_name = "DATE")]
    silent_until: Option<String>,
}

/// Ask for access in an emergency.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept approval emergency --purpose keep-secure --fields weblog,browser --reason outage \\
    --reference case-4711")]
pub(super) struct Emergency {
    /// The role in which it is asked [default: administrator].
    #[arg(long)]
    role: Option<String>,
    /// What for.
    #[arg(long)]
    purpose: String,
    /// Which fields.
    #[arg(long, value_delimiter = ',', required = true, value_name = "FIELD,…")]
    fields: Vec<String>,
    /// Why: incident, outage, security, safety or legal.
    #[arg(long)]
    reason: String,
    /// The case in which it is dealt with, as a code.
    #[arg(long, value_name = "CODE")]
    reference: String,
}

/// List what others must agree to, and what they agreed to.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept approval list --role privacy-office")]
pub(super) struct List {
    /// The role in which it is looked at [default: administrator].
    #[arg(long)]
    role: Option<String>,
}

/// Agree to what somebody else asked for.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept approval approve 7f3a90b1c2d4e5f6 --role privacy-office --digest 9f86d0…")]
pub(super) struct Named {
    /// What was asked for, as the list shows it.
    id: String,
    /// The role in which you agree [default: administrator].
    #[arg(long)]
    role: Option<String>,
    /// The digest of what you saw, as the list shows it.
    #[arg(long)]
    digest: String,
}

/// Decline what was asked for, or take it back.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept approval decline 7f3a90b1c2d4e5f6 --role privacy-office")]
pub(super) struct Declined {
    /// What was asked for, as the list shows it.
    id: String,
    /// The role in which you decline [default: administrator].
    #[arg(long)]
    role: Option<String>,
}

/// Make the disclosure that was approved, once.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept approval disclose 7f3a90b1c2d4e5f6 --role privacy-office")]
pub(super) struct CarriedOut {
    /// What was approved, as the list shows it.
    id: String,
    /// The role in which it is made.
    #[arg(long)]
    role: String,
}

/// Read something under access in an emergency that was approved.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept approval use 7f3a90b1c2d4e5f6 019ab0… --purpose keep-secure --fields weblog")]
pub(super) struct Reading {
    /// The access, as the list shows it.
    id: String,
    /// The person.
    person: PersonId,
    /// The role in which it is read [default: administrator].
    #[arg(long)]
    role: Option<String>,
    /// What for.
    #[arg(long)]
    purpose: String,
    /// Which fields.
    #[arg(long, value_delimiter = ',', required = true, value_name = "FIELD,…")]
    fields: Vec<String>,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    let house = place.open().await?;
    match command {
        Command::Disclosure(asked) => {
            let proposal = Asked::Disclosure {
                person: asked.person,
                recipient: asked.recipient,
                purpose: asked.purpose,
                fields: asked.fields,
                compelled: asked.compelled,
                legal_basis: asked.legal_basis,
                reference: asked.reference,
                silent_until: asked.silent_until,
            };
            act(terminal, &house, Some(&asked.role), Act::Propose(proposal)).await
        }
        Command::Emergency(asked) => {
            let proposal = Asked::Emergency {
                purpose: asked.purpose,
                fields: asked.fields,
                reason: asked.reason,
                reference: asked.reference,
            };
            let role = asked.role.as_deref();
            act(terminal, &house, role, Act::Propose(proposal)).await
        }
        Command::List(asked) => {
            let role = asked.role.as_deref();
            act(terminal, &house, role, Act::Show(Showing::Approvals)).await
        }
        Command::Approve(asked) => {
            let (approval, digest) = (asked.id, asked.digest);
            let command = Act::Approve { approval, digest };
            act(terminal, &house, asked.role.as_deref(), command).await
        }
        Command::Decline(asked) => {
            let command = Act::Decline { approval: asked.id };
            act(terminal, &house, asked.role.as_deref(), command).await
        }
        Command::Disclose(asked) => {
            let command = Act::CarryOut { approval: asked.id };
            act(terminal, &house, Some(&asked.role), command).await
        }
        Command::Use(asked) => {
            let wanted = Use {
                person: asked.person,
                purpose: asked.purpose,
                fields: asked.fields,
            };
            let approval = asked.id;
            let command = Act::UseInEmergency { approval, wanted };
            act(terminal, &house, asked.role.as_deref(), command).await
        }
    }
}

async fn act(terminal: &Terminal, house: &House, role: Option<&str>, command: Act) -> Outcome {
    let caller = caller::staff_or_administrator(role);
    let performed = house.door.perform(&caller, &command).await?;
    match performed.outcome {
        Err(refusal) => return show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Named(id)) => {
            let text = format!("{id} waits for others to agree");
            terminal.give(text, || json!({ "id": id, "entry": performed.entry }));
        }
        Ok(Effect::Listed(Listed::Approvals(approvals))) => {
            let now = house.door.now().as_second();
            for approval in &approvals {
                terminal.give(in_words(approval, now), || json!(approval));
            }
            if approvals.is_empty() {
                terminal.say("nothing waits for others to agree");
            }
        }
        Ok(Effect::Values(values)) => show::values(terminal, values, None)?,
        Ok(Effect::Done) => {
            terminal.give("done", || json!({ "done": true, "entry": performed.entry }));
        }
        Ok(
            Effect::Kept(_)
            | Effect::Stored { .. }
            | Effect::Found(_)
            | Effect::Matched(_)
            | Effect::SignedIn(_)
            | Effect::Training(_)
            | Effect::Due(..)
            | Effect::Stale(..)
            | Effect::Tabulated(_)
            | Effect::Forwarded(_)
            | Effect::Export(_)
            | Effect::Listed(_),
        ) => return Err(Failed::new("the door gave something else")),
    }
    Ok(Ending::Done)
}

fn in_words(approval: &Approval, now: i64) -> String {
    let (purpose, fields) = approval.proposal.scope();
    let what = match &approval.proposal {
        Proposal::Disclosure {
            person, recipient, ..
        } => format!("shows {recipient} of {person}"),
        Proposal::Emergency { reason, .. } => format!("opens, for {reason},"),
    };
    let state = match approval.ended {
        Some(ApprovalEnded::Declined) => "declined",
        Some(ApprovalEnded::Done) => "done",
        None if approval.is_over(now) => "over",
        None if approval.is_approved() => "approved",
        None => "waits",
    };
    format!(
        "{}  {state}, {} of {} agreed: {what} {} for {purpose}\n    digest {}",
        approval.id,
        approval.approved.len(),
        approval.needs,
        fields.join(", "),
        approval.digest,
    )
}
