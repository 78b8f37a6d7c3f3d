//! `kept recipient`: what recipients may get, what they have to be told, and that it is done.
//! It names people only by the reference that a recipient knows them by.

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use kept_processing::{Command as Act, Due, RecipientShown};
use serde_json::json;

/// The most deliveries that are listed at once.
const PAGE: usize = 1_000;

/// List recipients and what they have to be told, and record that it is done.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    List(List),
    Deliveries(Deliveries),
    Confirm(Confirm),
}

/// List the recipients: what each may get, and whether the way is open today and until when.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept recipient list --json")]
pub(super) struct List {}

/// List what recipients have to be told of people they received, and have not confirmed.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept recipient deliveries
  kept recipient deliveries crm-cloud --json")]
pub(super) struct Deliveries {
    /// One recipient [default: all].
    recipient: Option<String>,
}

/// Record that a recipient says it has done what it was told.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept recipient confirm 0000000c019ab0a5e000000000010f3c9a21")]
pub(super) struct Confirm {
    /// The delivery, as `kept recipient deliveries` shows it.
    id: String,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    let house = place.open().await?;
    match command {
        Command::List(_) => list(terminal, &house).await,
        Command::Deliveries(arguments) => deliveries(terminal, &house, arguments).await,
        Command::Confirm(arguments) => confirm(terminal, &house, arguments.id).await,
    }
}

async fn list(terminal: &Terminal, house: &House) -> Outcome {
    for recipient in house.door.recipients().await? {
        terminal.give(in_words(&recipient), || json!(recipient));
    }
    Ok(Ending::Done)
}

fn in_words(recipient: &RecipientShown) -> String {
    let (kind, country) = (&recipient.kind, &recipient.country);
    let mut text = format!(
        "{}  {} ({kind}, {country})",
        recipient.recipient, recipient.label
    );
    for way in &recipient.ways {
        let state = match (way.open, &way.until, way.closed_by.first()) {
            (true, Some(until), _) => format!("open until {until}"),
            (true, None, _) => "open".to_owned(),
            (false, _, Some(closed)) => format!("closed by {}: {}", closed.clause, closed.sentence),
            (false, _, None) => "closed".to_owned(),
        };
        let only = match (way.compelled, way.consent) {
            (true, _) => ", when the law compels it",
            (false, true) => ", with the person's agreement",
            (false, false) => "",
        };
        let (data, purposes) = (way.data.join(", "), way.purposes.join(", "));
        text.push_str(&format!("\n    {}{only}: {state}", way.clause));
        text.push_str(&format!("\n      {data}\n      for {purposes}"));
    }
    if recipient.unconfirmed > 0 {
        let (all, late) = (recipient.unconfirmed, recipient.unconfirmed_late);
        text.push_str(&format!("\n    {all} not confirmed, {late} of them late"));
    }
    text
}

async fn deliveries(terminal: &Terminal, house: &House, arguments: Deliveries) -> Outcome {
    let recipient = arguments.recipient.as_deref();
    let due = match house.door.due_deliveries(recipient, None, PAGE).await {
        Err(kept_processing::Failure::NotFound(_)) => {
            let failed = Failed::new("the policy declares no such recipient");
            return Err(failed.help("`kept recipient list` shows them all"));
        }
        answer => answer?,
    };
    if due.is_empty() {
        terminal.say("everything that had to be told is confirmed");
    }
    for due in &due {
        terminal.give(told(due), || json!(due));
    }
    Ok(Ending::Done)
}

fn told(due: &Due) -> String {
    let what = [&due.fields[..], &due.purposes[..]].concat().join(", ");
    let by = match (&due.due, due.late) {
        (Some(day), true) => format!(", was to be confirmed by {day}"),
        (Some(day), false) => format!(", to be confirmed by {day}"),
        (None, _) => String::new(),
    };
    let sent = if due.told { ", sent" } else { "" };
    let what = if what.is_empty() {
        what
    } else {
        format!(" {what}")
    };
    format!(
        "{}  {}: {} {}{what}, since {}{sent}{by}",
        due.id, due.recipient, due.what, due.subject, due.since
    )
}

async fn confirm(terminal: &Terminal, house: &House, id: String) -> Outcome {
    let delivery = id.clone();
    let act = Act::ConfirmDelivery { delivery };
    let performed = match house.door.perform(&caller::administrator(), &act).await {
        Err(kept_processing::Failure::NotFound(_)) => {
            let failed = Failed::new(format!("nothing that has to be told is called `{id}`"));
            return Err(failed.help("`kept recipient deliveries` shows everything"));
        }
        answer => answer?,
    };
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    terminal.give(format!("{id} is confirmed"), || json!({ "confirmed": id }));
    Ok(Ending::Done)
}
