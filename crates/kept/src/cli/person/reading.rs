//! Finding people, and showing them what is held about them.

use super::super::{Ending, Failed, House, Outcome, Terminal, caller, show};
use super::{Secretive, Who};
use kept_processing::{Command, Effect, Listed, Released, Showing};
use kept_terms::Right;
use serde_json::json;
use std::path::PathBuf;

/// Find the person who has an identifier.
///
/// It prints the person's number, which says nothing about them. Where nobody has the identifier,
/// it says so and ends with 1.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person find --role support --purpose answer-you
  kept person find --role support --purpose answer-you --field email < address.txt")]
pub(in super::super) struct Find {
    /// The role in which you look.
    #[arg(long)]
    role: String,

    /// What for.
    #[arg(long)]
    purpose: String,

    /// The identifier's field.
    #[arg(long, default_value = "email")]
    field: String,

    #[command(flatten)]
    value: Secretive,
}

pub(super) async fn find(terminal: &Terminal, house: &House, arguments: Find) -> Outcome {
    let Find {
        role,
        purpose,
        field,
        value,
    } = arguments;
    let value = value.read(terminal, "identifier")?;
    let command = Command::Find {
        purpose,
        field,
        value,
    };
    match house
        .door
        .perform(&caller::staff(&role), &command)
        .await?
        .outcome
    {
        Err(refusal) => show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Found(Some(person))) => {
            terminal.give(person, || json!({ "person": person }));
            Ok(Ending::Done)
        }
        Ok(_) => {
            terminal.give("nobody has it", || json!({ "person": null }));
            Ok(Ending::Faulty)
        }
    }
}

/// Show everything that is held about a person, for them.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person show 019ab0…
  kept person show 019ab0… --json")]
pub(in super::super) struct Show {
    #[command(flatten)]
    who: Who,
}

pub(super) async fn show(terminal: &Terminal, house: &House, arguments: Show) -> Outcome {
    hand_over(terminal, house, &arguments.who, Right::Access, None).await
}

/// Hand a person everything that is held about them, files included, to take elsewhere.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept person export 019ab0… --files package > package/everything.ndjson")]
pub(in super::super) struct Export {
    #[command(flatten)]
    who: Who,

    /// Write files to this folder.
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
}

pub(super) async fn export(house: &House, arguments: &Export) -> Outcome {
    // A package that is taken elsewhere is for programs.
    let files = arguments.files.clone();
    hand_over(
        &Terminal::new(true),
        house,
        &arguments.who,
        Right::Portability,
        files,
    )
    .await
}

async fn hand_over(
    terminal: &Terminal,
    house: &House,
    who: &Who,
    right: Right,
    files: Option<PathBuf>,
) -> Outcome {
    let command = Command::Export {
        person: who.person,
        right,
    };
    let caller = caller::staff_or_person(who.role.as_deref());
    let export = match house.door.perform(&caller, &command).await?.outcome {
        Err(refusal) => return show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Export(export)) => export,
        Ok(_) => return Err(Failed::new("the door gave no export")),
    };
    handed(terminal, house, *export, files).await
}

/// Prints what is handed out, page by page.
pub(in super::super) async fn handed(
    terminal: &Terminal,
    house: &House,
    mut export: kept_processing::Export,
    files: Option<PathBuf>,
) -> Outcome {
    let about = export.about();
    let country = about.country.map(|country| country.code());
    terminal.give(
        format!(
            "country: {}\nunder: {}\npaused: {}\nobjects to: {}\n",
            about
                .country
                .map_or("not known".into(), |place| match place.part() {
                    Some(name) => format!("{place} ({name})").into(),
                    None => std::borrow::Cow::Borrowed(place.code()),
                }),
            about.document.as_deref().unwrap_or("no document"),
            if about.restricted { "yes" } else { "no" },
            match about.objections.is_empty() {
                true => "nothing".to_owned(),
                false => about.objections.join(", "),
            },
        ),
        || {
            let consents = about.consents.iter().map(|(purpose, consent)| {
                json!({
                    "purpose": purpose,
                    "through": consent.through,
                    "under": consent.version,
                    "withdrawn": consent.withdrawn_second.is_some(),
                })
            });
            json!({
                "country": country,
                "document": about.document,
                "restricted": about.restricted,
                "objections": about.objections,
                "consents": consents.collect::<Vec<_>>(),
                "recipients": about.recipients,
            })
        },
    );
    while let Some(page) = export.next_page(&house.door).await? {
        for released in page {
            let (due, purposes) = (due(&released), released.purposes.join(", "));
            show::values(terminal, vec![released], files.as_deref())?;
            terminal.say(format!("    for {purposes}; {due}"));
        }
    }
    Ok(Ending::Done)
}

fn due(released: &Released) -> String {
    match released.due {
        Some(day) => format!("until {day}"),
        None => "until an event that has not happened".to_owned(),
    }
}

/// Show the ledger's entries about a person, newest first. They hold no personal information.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person trail 019ab0…
  kept person trail 019ab0… --receipts receipts")]
pub(in super::super) struct Trail {
    #[command(flatten)]
    who: Who,

    /// How many entries at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,

    /// Write a receipt for each entry to this folder.
    #[arg(long, value_name = "DIR")]
    receipts: Option<PathBuf>,
}

pub(super) async fn trail(terminal: &Terminal, house: &House, arguments: &Trail) -> Outcome {
    let failed =
        |cause: std::io::Error| Failed::new(format!("a receipt cannot be written: {cause}"));
    let showing = Showing::Trail {
        person: arguments.who.person,
        below: None,
        limit: arguments.limit,
    };
    let caller = caller::staff_or_person(arguments.who.role.as_deref());
    let performed = house.door.perform(&caller, &Command::Show(showing)).await?;
    let found = match performed.outcome {
        Err(refusal) => return show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Listed(Listed::Trail(found))) => found,
        Ok(_) => return Err(Failed::new("the door listed something else")),
    };
    for (index, entry) in found {
        let text = String::from_utf8_lossy(&entry).into_owned();
        terminal.give(format!("{index}  {text}"), || {
            let entry: serde_json::Value =
                serde_json::from_str(&text).unwrap_or_else(|_| json!(text));
            json!({ "index": index, "entry": entry })
        });
        if let Some(folder) = &arguments.receipts {
            let receipt = house.door.receipt(index).await?;
            std::fs::create_dir_all(folder).map_err(failed)?;
            let path = folder.join(format!("{index}.tlog-proof"));
            std::fs::write(path, receipt.to_string()).map_err(failed)?;
        }
    }
    Ok(Ending::Done)
}
