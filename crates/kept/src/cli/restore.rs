//! `kept restore`: puts a backup back into an empty folder.

use super::backup::{bytes, tell};
use super::{Ending, Failed, Outcome, Place, Terminal, counted};
use crate::ambient::{MachineClock, MachineRandomness};
use kept_processing::Restore;
use kept_terms::Timestamp;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// Put a backup back into an empty data folder, and look through it.
///
/// The rows are met by the newest keyring, so nobody who was erased and nothing that was destroyed
/// comes back with them. What the ledger tells of that happened after the backup is entered as
/// lost; the ledger goes on where it ended, and receipts given out before stay good. Interrupted,
/// it goes on when it is run again, and until it is done no other command opens the folder.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept restore --from /mnt/backup/kept --data kept-data --root-key root.key
  kept restore --from /mnt/backup/kept --at 2026-11-27 --data kept-data --root-key root.key")]
pub(super) struct Arguments {
    /// The folder of backups.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,

    /// The newest backup that is not later than this: a day, to its end, or a moment such as
    /// 2026-11-27T18:00:00Z [default: the newest of all].
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,

    /// Where the copy of the keyring stands, if not among the backups.
    #[arg(long, value_name = "FILE")]
    keyring_from: Option<PathBuf>,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse() {
        return Ok(moment);
    }
    format!("{text}T23:59:59Z").parse().map_err(|_| {
        "this is neither a day such as 2026-11-27 nor a moment such as 2026-11-27T18:00:00Z".into()
    })
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let compiled = place.compile()?;
    let folder = place.folder()?.with_little_memory();
    let bar = terminal.progress("restoring", Some(0));
    let watch = |stage, done, all| tell(&bar, stage, done, all);
    let restore = Restore {
        from: arguments.from.clone(),
        at: arguments.at,
        keyring_from: arguments.keyring_from.clone(),
    };
    let clock = Arc::new(MachineClock);
    let randomness = Arc::new(MachineRandomness::default());
    let restored = folder.restore(&restore, compiled.policy, clock, randomness, &watch);
    let (door, restored) = restored.await?;
    let audited = door
        .audit(&mut |so_far| bar.set_position(so_far.people))
        .await;
    bar.finish_and_clear();
    let audited = audited.map_err(|failure| {
        let told = Failed::from(failure);
        told.help("the backup was put back and is not sound: put back an earlier one elsewhere")
    })?;
    let (generation, lost) = (&restored.generation, &restored.lost);
    let mut text = format!(
        "restored the backup of {}: {}, {}, {} of rows, {}; the audit finds it sound",
        generation.at,
        counted(audited.people - audited.keyless, "person"),
        counted(audited.items, "item"),
        bytes(generation.rows_length),
        counted(audited.entries, "ledger entry"),
    );
    if audited.keyless > 0 {
        let keyless = counted(audited.keyless, "person");
        text += &format!("\nof {keyless} erased since only rows came back that nobody can read");
    }
    if lost.to > lost.from {
        let acts = lost
            .acts
            .iter()
            .map(|(act, count)| format!("{count} {act}"));
        let acts: Vec<String> = acts.collect();
        text += &format!(
            "\nlost with the rows, and entered in the ledger as lost: entries {} to {} ({})",
            lost.from,
            lost.to - 1,
            acts.join(", ")
        );
    }
    if lost.recalled > 0 {
        let noes = counted(lost.recalled, "choice");
        text += &format!("\nbrought back from the ledger: {noes} that people made since");
    }
    terminal.give(text, || {
        json!({
            "generation": generation.name(),
            "at": generation.at.to_string(),
            "people": audited.people,
            "keyless": audited.keyless,
            "items": audited.items,
            "entries": audited.entries,
            "lost": {
                "from": lost.from,
                "to": lost.to,
                "acts": lost.acts,
                "recalled": lost.recalled,
            },
        })
    });
    Ok(Ending::Done)
}
