//! `kept backup`: copies what is held, and what it takes to read it, into a folder of backups.

use super::{Ending, Failed, Outcome, Place, Terminal, caller, counted, show};
use indicatif::ProgressBar;
use kept_processing::{BackingUp, Stage};
use serde_json::json;
use std::path::PathBuf;

/// Back up what is held, or look through the backups there are.
///
/// Rows and files are kept as dated generations, which share what did not change; the ledger only
/// grows. Of the keyring there is one copy, which takes the place of the one before: whoever keeps
/// old keyrings keeps the erased readable. Nothing in a backup can be read without the root key,
/// which is not in it.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept backup --to /mnt/backup/kept --keep 30
  kept backup --to /mnt/backup/kept --check")]
pub(super) struct Arguments {
    /// The folder of backups; it is made where it is missing.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,

    /// Copy the keyring to this file instead, apart from the rows.
    #[arg(long, value_name = "FILE")]
    keyring_to: Option<PathBuf>,

    /// Keep the newest so many generations, and drop older ones.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,

    /// Make no backup; read all that are there, and name the first thing that is wrong.
    #[arg(long, conflicts_with_all = ["keyring_to", "keep"])]
    check: bool,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let house = place.open().await.map_err(or_ask_the_server)?;
    let bar = terminal.progress("backing up", Some(0));
    let watch = |stage, done, all| tell(&bar, stage, done, all);
    if arguments.check {
        let kept = house.door.check_backup(&arguments.to, &watch)?;
        bar.finish_and_clear();
        let text = format!(
            "sound: {}, {} of rows, {}, {}",
            counted(kept.generations, "generation"),
            bytes(kept.rows),
            counted(kept.blobs, "file"),
            counted(kept.entries, "ledger entry"),
        );
        terminal.give(text, || {
            json!({
                "sound": true,
                "generations": kept.generations,
                "rows": kept.rows,
                "files": kept.blobs,
                "entries": kept.entries,
            })
        });
        return Ok(Ending::Done);
    }
    let backing = BackingUp {
        to: arguments.to.clone(),
        keyring_to: arguments.keyring_to.clone(),
        keep: arguments.keep.and_then(|keep| usize::try_from(keep).ok()),
    };
    let caller = caller::administrator();
    let (performed, made) = house.door.back_up(&caller, &backing, &watch).await?;
    bar.finish_and_clear();
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    let Some(made) = made else {
        return Ok(Ending::Faulty);
    };
    let generation = &made.generation;
    let text = format!(
        "backed up as {}: {} of rows ({} new), {} ({} new), {}; {} there",
        generation.name(),
        bytes(generation.rows_length),
        bytes(made.rows_new),
        counted(generation.blobs, "file"),
        made.blobs_new,
        counted(generation.ledger.size(), "ledger entry"),
        counted(made.generations, "generation"),
    );
    terminal.give(text, || {
        json!({
            "generation": generation.name(),
            "at": generation.at.to_string(),
            "rows": generation.rows_length,
            "rows-new": made.rows_new,
            "files": generation.blobs,
            "files-new": made.blobs_new,
            "entries": generation.ledger.size(),
            "generations": made.generations,
            "entry": performed.entry,
        })
    });
    Ok(Ending::Done)
}

/// What else to do where the folder cannot be opened.
fn or_ask_the_server(failed: Failed) -> Failed {
    match failed.help {
        None => failed.help(
            "if a server has the folder, ask the server (POST /v1/backup), or let it back up by \
             itself: `kept serve --backup-to DIR`",
        ),
        Some(_) => failed,
    }
}

/// Tells how far a stage is.
pub(super) fn tell(bar: &ProgressBar, stage: Stage, done: u64, all: u64) {
    let what = match stage {
        Stage::Rows => "copying rows",
        Stage::Chunks => "rows",
        Stage::Blobs => "files",
        Stage::Ledger => "ledger",
        Stage::Pruning => "dropping old ones",
    };
    bar.set_message(what);
    bar.set_length(all);
    bar.set_position(done);
}

/// A number of bytes as people say it.
pub(super) fn bytes(count: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut count, mut place) = (count, 0);
    while count >= 10_240 && place + 1 < units.len() {
        count /= 1024;
        place += 1;
    }
    format!("{count} {}", units.get(place).unwrap_or(&"B"))
}
