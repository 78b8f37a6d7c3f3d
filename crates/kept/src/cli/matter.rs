//! `kept matter`: complaints, questions of authorities and violations by staff: taken up, listed,
//! moved on, closed.
//! Who answers, and how soon, is the policy's.

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use kept_processing::{
    Answering, Caller, Command as Act, Effect, Listed, Matter, MatterAbout, Showing,
};
use kept_terms::{Book, Day, ItemNumber, PersonId};
use serde_json::json;

/// Take up, list, move on and close what somebody answers for.
///
/// Complaints move on by themselves when the time of a stage has lapsed; many refused attempts of
/// one member of the staff raise a review by themselves. `watch` does both at once.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Complain(Complain),
    Enquire(Enquire),
    List(List),
    Escalate(Escalate),
    Close(Close),
    Watch(Watch),
}

/// Take up a complaint of a person.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept matter complain 019ab0… --message 7")]
pub(super) struct Complain {
    /// The person.
    person: PersonId,
    /// The role in which it is taken up [default: the person themselves complains].
    #[arg(long)]
    role: Option<String>,
    /// The number of the item in which they said so.
    #[arg(long, value_name = "NUMBER")]
    message: Option<ItemNumber>,
}

/// Take up a question of an authority.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept matter enquire federal-trade-commission --reference ftc-26-881 --role privacy-office")]
pub(super) struct Enquire {
    /// The authority, as the policy declares it.
    authority: String,
    /// Its reference, as a code.
    #[arg(long, value_name = "CODE")]
    reference: String,
    /// The role in which it is taken up.
    #[arg(long)]
    role: String,
}

/// List complaints, questions of authorities, or violations.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept matter list complaints --role support")]
pub(super) struct List {
    /// What is listed.
    #[arg(value_enum)]
    what: What,
    /// The role in which it is looked at.
    #[arg(long)]
    role: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// Complaints of people.
    Complaints,
    /// Questions of authorities.
    Enquiries,
    /// What staff were refused again and again.
    Violations,
}

/// Move a complaint on to the next stage.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept matter escalate complaint:7f3a90b1c2d4e5f6")]
pub(super) struct Escalate {
    /// The complaint, as the list shows it.
    id: String,
    /// The role in which it is asked [default: the person themselves asks].
    #[arg(long)]
    role: Option<String>,
}

/// Close a matter with an outcome.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept matter close complaint:7f3a90b1c2d4e5f6 --outcome settled --role support")]
pub(super) struct Close {
    /// The matter, as the list shows it.
    id: String,
    /// How it ended.
    #[arg(long)]
    outcome: String,
    /// The role in which it is decided.
    #[arg(long)]
    role: String,
}

/// Look at what was refused lately, and at complaints whose time has lapsed.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept matter watch")]
pub(super) struct Watch {}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    let house = place.open().await?;
    let Some((caller, command)) = asked(command) else {
        return watch(terminal, &house).await;
    };
    let performed = house.door.perform(&caller, &command).await?;
    match performed.outcome {
        Err(refusal) => return show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Named(id)) => {
            let text = format!("{id} is taken up");
            terminal.give(text, || json!({ "id": id, "entry": performed.entry }));
        }
        Ok(Effect::Listed(Listed::Matters(matters))) => {
            for matter in &matters {
                terminal.give(in_words(matter), || json!(matter));
            }
            if matters.is_empty() {
                terminal.say("there is none");
            }
        }
        Ok(Effect::Done) => {
            terminal.give("done", || json!({ "done": true, "entry": performed.entry }));
        }
        Ok(
            Effect::Stored { .. }
            | Effect::Values(_)
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

/// Who asks for what; nothing where it is only watched.
fn asked(command: Command) -> Option<(Caller, Act)> {
    Some(match command {
        Command::Complain(asked) => {
            let (person, message) = (asked.person, asked.message);
            let about = MatterAbout::Complaint { person, message };
            let caller = caller::staff_or_person(asked.role.as_deref());
            (caller, Act::Answer(Answering::Open(about)))
        }
        Command::Enquire(asked) => {
            let about = MatterAbout::Enquiry {
                authority: asked.authority,
                reference: asked.reference,
            };
            let caller = caller::staff(&asked.role);
            (caller, Act::Answer(Answering::Open(about)))
        }
        Command::List(asked) => {
            let book = match asked.what {
                What::Complaints => Book::Complaints,
                What::Enquiries => Book::Enquiries,
                What::Violations => Book::Violations,
            };
            let caller = caller::staff(&asked.role);
            (caller, Act::Show(Showing::Matters(book)))
        }
        Command::Escalate(asked) => {
            let caller = caller::staff_or_person(asked.role.as_deref());
            (caller, Act::Answer(Answering::Escalate { id: asked.id }))
        }
        Command::Close(asked) => {
            let (id, outcome) = (asked.id, asked.outcome);
            let caller = caller::staff(&asked.role);
            (caller, Act::Answer(Answering::Close { id, outcome }))
        }
        Command::Watch(_) => return None,
    })
}

async fn watch(terminal: &Terminal, house: &House) -> Outcome {
    let seen = house.door.watch().await?;
    let text = format!(
        "{} raised; {} moved on",
        show::counted(seen.raised, "review"),
        show::counted(seen.moved, "complaint"),
    );
    terminal.give(
        text,
        || json!({ "raised": seen.raised, "moved": seen.moved }),
    );
    Ok(Ending::Done)
}

fn in_words(matter: &Matter) -> String {
    let about = match &matter.about {
        MatterAbout::Complaint { person, .. } => format!("of {person}"),
        MatterAbout::Enquiry {
            authority,
            reference,
        } => format!("of {authority}, {reference}"),
        MatterAbout::Violation { actor, reasons, .. } => {
            format!("by {actor}: {}", reasons.join(", "))
        }
    };
    let state = match (&matter.closed, matter.due.map(Day)) {
        (Some(closed), _) => closed.outcome.clone(),
        (None, Some(due)) => format!("with {} until {due}", matter.owner),
        (None, None) => format!("with {}", matter.owner),
    };
    format!("{}  {about}; {state}", matter.id)
}
