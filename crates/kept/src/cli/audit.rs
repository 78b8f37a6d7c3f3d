//! `kept audit`: derives everything again from what is stored, and names the first thing wrong.

use super::{Ending, Outcome, Place, Terminal, counted};
use serde_json::json;

/// Derive everything again from what is stored, and name the first thing that is wrong.
///
/// It checks the store's structure, every key, every person and item, every published version of
/// the policy, and the ledger from its entries up to the signed checkpoint. It repairs nothing.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept audit --data kept-data")]
pub(super) struct Arguments {}

pub(super) async fn run(terminal: &Terminal, place: &Place, _: &Arguments) -> Outcome {
    let house = place.open().await?;
    let bar = terminal.progress("people", None);
    let audited = house
        .door
        .audit(&mut |so_far| bar.set_position(so_far.people))
        .await;
    bar.finish_and_clear();
    let audited = audited?;
    let key = house.door.verifier().to_string();
    let text = format!(
        "sound: {}, {} ({} past their day), {}
ledger key: {key}",
        counted(audited.people, "person"),
        counted(audited.items, "item"),
        audited.overdue,
        counted(audited.entries, "ledger entry"),
    );
    terminal.give(text, || {
        json!({
            "sound": true,
            "people": audited.people,
            "items": audited.items,
            "overdue": audited.overdue,
            "keyless": audited.keyless,
            "entries": audited.entries,
            "ledger-key": key,
        })
    });
    Ok(Ending::Done)
}
