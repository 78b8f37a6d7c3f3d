//! `kept register`: lists, puts in and takes out what the house administers: clients, courses,
//! surveys. Whether a role keeps a register is the policy's decision.

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, counted, show};
use kept_processing::{Administration, Caller, Command as Act, Registered};
use serde_json::{Value, json};
use std::path::PathBuf;

/// List, put in and take out clients, courses and surveys.
///
/// Values of some fields refer to a register: a course that somebody attended must be in the
/// catalogue, and what is held for a client's contract counts from the end that stands with the
/// client.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    List(List),
    Put(Put),
    Remove(Remove),
}

/// List what is registered.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept register list
  kept register list --kind course --json")]
pub(super) struct List {
    /// One kind: client, course, survey.
    #[arg(long)]
    kind: Option<String>,
}

/// Put something in, in the place of what had its kind and identifier.
///
/// The file holds one entry or a list of them, in JSON; or entries in TOML, each under `[[entry]]`.
/// When the end of a client's contract moved, the days of its people are moved along.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept register put catalogue.json
  kept register put client.json --role account-manager

A file may read:
  { \"kind\": \"client\", \"id\": \"acme\", \"name\": \"Acme\", \"contract-ends\": \"2027-03-31\" }")]
pub(super) struct Put {
    /// The file.
    file: PathBuf,

    /// Act as staff in this role [default: as an administrator].
    #[arg(long)]
    role: Option<String>,
}

/// Take something out. What refers to it stays.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept register remove course first-aid --role trainer")]
pub(super) struct Remove {
    /// Its kind.
    kind: String,

    /// Its identifier.
    id: String,

    /// Act as staff in this role [default: as an administrator].
    #[arg(long)]
    role: Option<String>,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    match command {
        Command::List(arguments) => list(terminal, &place.open().await?, arguments.kind),
        Command::Put(arguments) => {
            // What cannot be read fails before anything is opened.
            let entries = read(&arguments.file)?;
            put(
                terminal,
                &place.open_or_make(false).await?,
                entries,
                arguments.role,
            )
            .await
        }
        Command::Remove(arguments) => remove(terminal, &place.open().await?, arguments).await,
    }
}

fn keeper(role: Option<&str>) -> Caller {
    role.map_or_else(caller::administrator, caller::staff)
}

fn list(terminal: &Terminal, house: &House, kind: Option<String>) -> Outcome {
    let kind = kind.as_deref();
    if kind.is_some_and(|kind| !Registered::KINDS.contains(&kind)) {
        let kinds = Registered::KINDS.join(", ");
        return Err(Failed::new(format!("--kind is one of {kinds}")));
    }
    let mut registered = house.door.registered();
    registered.retain(|it| kind.is_none_or(|kind| it.kind() == kind));
    if registered.is_empty() {
        terminal.say("nothing is registered; put something in with `kept register put`");
    }
    for entry in &registered {
        let text = format!("{}  {}  {}", entry.kind(), entry.id(), entry.title());
        terminal.give(text, || json!(entry));
    }
    Ok(Ending::Done)
}

/// The entries of a file.
fn read(file: &PathBuf) -> Result<Vec<Registered>, Failed> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|cause| Failed::new(format!("`{shown}` cannot be read: {cause}")))?;
    let is_toml = file
        .extension()
        .is_some_and(|extension| extension == "toml");
    let value: Value = match is_toml {
        true => toml::from_str(&text)
            .map_err(|cause| Failed::new(format!("`{shown}` is not TOML: {cause}")))?,
        false => serde_json::from_str(&text)
            .map_err(|cause| Failed::new(format!("`{shown}` is not JSON: {cause}")))?,
    };
    let values = match value {
        Value::Array(values) => values,
        Value::Object(mut table) => match table.remove("entry") {
            Some(Value::Array(values)) => values,
            Some(other) => vec![other],
            None => vec![Value::Object(table)],
        },
        other => vec![other],
    };
    let numbered = values.into_iter().enumerate();
    let read = numbered.map(|(at, value)| {
        serde_json::from_value(value).map_err(|cause| {
            Failed::new(format!(
                "entry {} of `{shown}` does not fit: {cause}",
                at + 1
            ))
        })
    });
    read.collect()
}

async fn put(
    terminal: &Terminal,
    house: &House,
    entries: Vec<Registered>,
    role: Option<String>,
) -> Outcome {
    let keeper = keeper(role.as_deref());
    for entry in entries {
        let (kind, id) = (entry.kind(), entry.id().to_owned());
        let act = Act::Administer(Administration::Register(entry));
        let performed = house.door.perform(&keeper, &act).await?;
        if let Err(refusal) = performed.outcome {
            return show::refused(terminal, &house.policy, &refusal);
        }
        let text = format!("{kind} {id} is registered");
        terminal.give(text, || json!({ "registered": { "kind": kind, "id": id } }));
    }
    let people = house.door.figures().await?.people;
    let bar = terminal.progress("following contracts", Some(people));
    let followed = house
        .door
        .follow_contracts(&mut |looked, _| bar.set_position(looked))
        .await;
    bar.finish_and_clear();
    let followed = followed?;
    if followed.moved > 0 {
        let moved = counted(followed.moved, "person");
        terminal.give(
            format!("the end of the contract moved for {moved}"),
            || json!({ "moved": followed.moved }),
        );
    }
    Ok(Ending::Done)
}

async fn remove(terminal: &Terminal, house: &House, arguments: Remove) -> Outcome {
    let Remove { kind, id, role } = arguments;
    let act = Act::Administer(Administration::Unregister {
        kind: kind.clone(),
        id: id.clone(),
    });
    let performed = house.door.perform(&keeper(role.as_deref()), &act).await?;
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    let text = format!("{kind} {id} is taken out");
    terminal.give(text, || json!({ "removed": { "kind": kind, "id": id } }));
    Ok(Ending::Done)
}
