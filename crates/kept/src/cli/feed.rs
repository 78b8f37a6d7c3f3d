//! `kept feed`: lists feeds, runs one, and makes the secret of a webhook.
//! A run prints personal information, or writes it to a file, since that is what it is for.

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use crate::feeds::table;
use kept_processing::{Administration, Caller, Command as Act, Form, LastRun};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// List feeds, run one, make the secret of a webhook.
///
/// A feed is what goes to a recipient regularly. It is registered; the clauses of the policy say
/// what it may carry, person by person, at the moment of each run.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    List(List),
    Run(Run),
    Secret(Secret),
}

/// List the feeds, whether the way of each is open, and how it last went.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept feed list --json")]
pub(super) struct List {}

/// Run a feed: what changed since the last run goes out.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept feed run crm-nightly --role sales --to crm.csv
  kept feed run mail-hook")]
pub(super) struct Run {
    /// The feed.
    id: String,

    /// In which role of the policy it is run; a webhook's goes to the recipient alone and needs
    /// none.
    #[arg(long)]
    role: Option<String>,

    /// The file that the lines are written to [default: standard output].
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,

    /// Send everybody again, and not only who changed.
    #[arg(long)]
    again: bool,
}

/// Make the secret of a webhook anew and print it, once. The one before signs beside it for a day.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept feed secret mail-hook")]
pub(super) struct Secret {
    /// The feed.
    id: String,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    let house = place.open().await?;
    match command {
        Command::List(_) => list(terminal, &house).await,
        Command::Run(arguments) => run_one(terminal, &house, arguments).await,
        Command::Secret(arguments) => secret(terminal, &house, &arguments.id).await,
    }
}

async fn list(terminal: &Terminal, house: &House) -> Outcome {
    let feeds = house.door.feeds();
    if feeds.is_empty() {
        terminal.say("no feed is registered");
    }
    for feed in feeds {
        let closed = house.door.feed_closed(&feed)?;
        let state = house.door.feed_state(&feed.id).await?;
        let way = match closed.first() {
            None => "open".to_owned(),
            Some((clause, why)) => format!("closed by {clause}: {why}"),
        };
        let last = state.last.as_ref().map_or("never run".to_owned(), in_words);
        let text = format!(
            "{}  to {} for {}: {way}; {last}",
            feed.id, feed.recipient, feed.purpose
        );
        terminal.give(
            text,
            || json!({ "feed": feed, "closed-by": closed, "state": state }),
        );
    }
    Ok(Ending::Done)
}

fn in_words(last: &LastRun) -> String {
    if let Some((clause, why)) = last.stopped.first() {
        return format!("the last run was stopped by {clause}: {why}");
    }
    let left_out: u64 = last.left_out.iter().map(|(_, _, count)| count).sum();
    format!(
        "{} sent, {} unchanged, {left_out} grounds to leave somebody out",
        last.sent, last.unchanged
    )
}

async fn run_one(terminal: &Terminal, house: &House, arguments: Run) -> Outcome {
    let feed = house
        .door
        .feed(&arguments.id)
        .map_err(|failure| match failure {
            kept_processing::Failure::NotFound(_) => {
                Failed::new(format!("there is no feed `{}`", arguments.id))
                    .help("`kept feed list` shows them all")
            }
            other => other.into(),
        })?;
    let caller = match (&arguments.role, feed.form) {
        (Some(role), _) => caller::staff(role),
        (None, Form::Webhook) => Caller::system("command-line"),
        (None, Form::Csv | Form::Ndjson) => {
            let failed = Failed::new("the lines come to you, so your role counts");
            return Err(failed.help("name a role of the policy with --role"));
        }
    };
    let (performed, run) = house
        .door
        .begin_feed(&caller, &feed.id, arguments.again)
        .await?;
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    let Some(mut run) = run else {
        return Err(Failed::new("the door gave no run"));
    };
    if feed.form == Form::Webhook {
        let last = house.door.queue_feed(run).await?;
        terminal.give(in_words(&last), || json!(last));
        terminal.say("queued; the server sends them");
        return Ok(Ending::Done);
    }
    let unwritten = |cause| Failed::new(format!("the lines cannot be written: {cause}"));
    let mut out: Box<dyn Write + Send> = match &arguments.to {
        Some(path) => Box::new(owned_file(path).map_err(unwritten)?),
        None => Box::new(std::io::stdout()),
    };
    out.write_all(&table::head(&feed)).map_err(unwritten)?;
    while let Some(rows) = run.next(&house.door).await? {
        for row in rows {
            let line = table::row(&house.policy, &feed, &row);
            out.write_all(&line).map_err(unwritten)?;
        }
    }
    out.flush().map_err(unwritten)?;
    if arguments.to.is_some() {
        terminal.give(in_words(run.so_far()), || json!(run.so_far()));
    }
    Ok(Ending::Done)
}

/// A file that nobody else may read.
fn owned_file(path: &std::path::Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn secret(terminal: &Terminal, house: &House, id: &str) -> Outcome {
    let feed = id.to_owned();
    let rotate = Act::Administer(Administration::RotateFeed { feed });
    let performed = house
        .door
        .perform(&caller::administrator(), &rotate)
        .await?;
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    let secret = house.door.feed_secret(id).await?;
    terminal.say("its secret, which is shown only now:");
    terminal.give(&secret, || json!({ "secret": secret }));
    Ok(Ending::Done)
}
