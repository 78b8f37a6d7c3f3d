//! `kept rotate`: replaces the wrapping key.

use super::{Ending, Outcome, Place, Terminal, caller, counted, show};
use serde_json::json;

/// Replace the wrapping key, and rewrap every key with the new one.
///
/// The values themselves are not touched. If it is interrupted, it goes on with the next rotation;
/// nothing is unreadable in between.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept rotate")]
pub(super) struct Arguments {}

pub(super) async fn run(terminal: &Terminal, place: &Place, _: &Arguments) -> Outcome {
    let house = place.open().await?;
    let bar = terminal.progress("rewrapping keys", Some(0));
    let mut keys = 0;
    let mut progress = |done: u64, total: u64| {
        keys = total;
        bar.set_length(total);
        bar.set_position(done);
    };
    let performed = house
        .door
        .rotate(&caller::administrator(), &mut progress)
        .await?;
    bar.finish_and_clear();
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    terminal.give(
        format!("rewrapped {}", counted(keys, "key")),
        || json!({ "keys": keys, "entry": performed.entry }),
    );
    Ok(Ending::Done)
}
