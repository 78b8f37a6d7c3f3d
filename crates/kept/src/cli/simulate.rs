//! `kept simulate`: what a draft would do to what is stored, were it published now.

use super::diff::{compiled, in_words};
use super::{Ending, Outcome, Place, Terminal, counted};
use kept_policy::diff;
use kept_processing::{Count, Simulation};
use serde_json::json;

/// Tell what a draft would do to what is stored, were it published now.
///
/// No value is read and nothing is changed. What the store counts by class and day is exact; what
/// depends on people is exact up to 5,000 of them, and estimated from an even sample beyond. A
/// draft that could not be published says so, with the places, and ends with exit code 2.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept simulate drafts/mediaocean
  kept simulate drafts/mediaocean --json")]
pub(super) struct Arguments {
    /// The draft's folder.
    draft: String,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let draft = compiled(&arguments.draft)?;
    let house = place.open().await?;
    let found = diff(&house.policy, &draft);
    let told = found.told_at_home(&house.policy, &draft);
    let simulation = house.door.simulate(draft.clone()).await?;
    let words = format!(
        "{}\n\n{}",
        in_words(&told, found.reworded.len()),
        effects(&simulation)
    );
    terminal.give(words, || {
        json!({
            "digest": draft.digest.to_string(),
            "changes": told,
            "effects": simulation,
        })
    });
    match simulation.refused.is_empty() {
        true => Ok(Ending::Done),
        false => Ok(Ending::Refused),
    }
}

fn said(count: Count, what: &str) -> String {
    let about = if count.estimated { "about " } else { "" };
    format!("{about}{}", counted(count.count, what))
}

fn effects(it: &Simulation) -> String {
    let mut lines = Vec::new();
    for obstacle in &it.refused {
        lines.push(format!(
            "cannot be published: {} {}",
            obstacle.place, obstacle.problem
        ));
    }
    match &it.from {
        Some(day) => lines.push(format!("would come into force on {day}")),
        None => lines.push("would be in force at once".to_owned()),
    }
    lines.push(format!(
        "destroyed with the next sweep: {}",
        said(it.destroyed, "item")
    ));
    for class in it.classes.iter().filter(|class| class.destroyed.count > 0) {
        lines.push(format!(
            "  {} of {}",
            said(class.destroyed, "item"),
            class.class
        ));
    }
    lines.push(format!("kept longer: {}", said(it.kept_longer, "item")));
    lines.push(format!("kept shorter: {}", said(it.kept_shorter, "item")));
    for purpose in &it.purposes {
        let name = &purpose.purpose;
        if purpose.unreadable.count > 0 {
            let items = said(purpose.unreadable, "item");
            lines.push(format!("no longer readable for {name}: {items}"));
        }
        if purpose.readable.count > 0 {
            let items = said(purpose.readable, "item");
            lines.push(format!("newly readable for {name}: {items}"));
        }
        if purpose.to_ask.count > 0 {
            let people = said(purpose.to_ask, "person");
            lines.push(format!("to be asked for {name}: {people}"));
        }
    }
    for (country, count) in &it.without_document {
        lines.push(format!(
            "without a document, {country}: {}",
            said(*count, "person")
        ));
    }
    for stop in &it.recipients {
        lines.push(format!(
            "{} gets nothing any more for {} ({}): {}",
            stop.recipient,
            stop.purpose,
            stop.document,
            stop.reasons.join("; ")
        ));
    }
    lines.push(format!("to be told: {}", said(it.told, "person")));
    lines.push(format!(
        "looked at: {} of {}",
        it.looked_at,
        counted(it.people, "person")
    ));
    lines.join("\n")
}
