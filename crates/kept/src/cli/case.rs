//! `kept case`: what people ask, complaints, questions of authorities, breaches and violations:
//! opened, listed, moved on, ended.
//! Who answers, and how soon, is the policy's.

mod breach;
mod words;

use super::house::unreadable;
use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use kept_processing::case::{Ground, Kind, Reference};
use kept_processing::{
    Administration, Caller, Casing, Closing, Command as Act, Effect, Listed, Opening, Performed,
    Showing, Stranger, Whose,
};
use kept_terms::{Book, Day, ItemNumber, PersonId, Right, Territory};
use serde_json::json;
use std::path::{Path, PathBuf};
use words::in_words;

/// Open, list, move on and end what somebody is to answer for.
///
/// Complaints move on by themselves when the time of a stage has lapsed; many refused attempts of
/// one member of the staff raise a review by themselves. `watch` does both at once.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Open(Open),
    Enquire(Enquire),
    List(List),
    Show(Show),
    Identify(Identify),
    Wait(Wait),
    Hear(Hear),
    Extend(Extend),
    Escalate(Escalate),
    Withhold(Withhold),
    CarryOut(CarryOut),
    End(End),
    Grounds(Grounds),
    #[command(subcommand)]
    Breach(breach::Command),
    HookSecret(HookSecret),
    Watch(Watch),
}

/// Open a case of a person, or of somebody who is not known.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept case open access --person 019ab0… --through telephone --role support
  kept case open question --contact ada@example.com --role support")]
pub(super) struct Open {
    /// What is asked: `access`, `erasure`, `complaint`, `question`, …
    #[arg(value_parser = kind)]
    kind: Kind,
    /// The person.
    #[arg(long, conflicts_with = "contact")]
    person: Option<PersonId>,
    /// Where to answer somebody who is not known.
    #[arg(long, value_name = "ADDRESS")]
    contact: Option<String>,
    /// What somebody calls themselves who is not known.
    #[arg(long, conflicts_with = "person")]
    name: Option<String>,
    /// Of a report of somebody who is not known: the address or the name of whoever they report.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "person")]
    whom: Option<String>,
    /// Where somebody who is not known lives: a country such as US, or a part of one such as US-CA.
    #[arg(long)]
    country: Option<Territory>,
    /// Which purpose it is about.
    #[arg(long)]
    purpose: Option<String>,
    /// The channel through which it came.
    #[arg(long)]
    through: Option<String>,
    /// The number of the item in which they wrote.
    #[arg(long, value_name = "NUMBER")]
    message: Option<ItemNumber>,
    /// The role in which it is taken up [default: the person themselves asks].
    #[arg(long)]
    role: Option<String>,
}

pub(super) fn kind(text: &str) -> Result<Kind, String> {
    Kind::from_word(text).ok_or_else(|| {
        let all = Kind::ALL.map(Kind::word);
        format!("one of {}", all.join(", "))
    })
}

/// Take up a question of an authority.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case enquire federal-trade-commission --code ftc-26-881 --role privacy-office")]
pub(super) struct Enquire {
    /// The authority, as the policy declares it.
    authority: String,
    /// Its reference, as a code.
    #[arg(long, value_name = "CODE")]
    code: String,
    /// The role in which it is taken up.
    #[arg(long)]
    role: String,
}

/// List cases, the most urgent first.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case list complaints --role support")]
pub(super) struct List {
    /// What is listed: `requests`, `complaints`, `enquiries`, `violations`, `compelled`, `breaches`
    /// or `reports`.
    #[arg(default_value = "requests", value_parser = book)]
    book: Book,
    /// Those that have ended as well.
    #[arg(long)]
    ended: bool,
    /// The role in which it is looked at.
    #[arg(long)]
    role: String,
}

fn book(text: &str) -> Result<Book, String> {
    Book::from_word(text).ok_or_else(|| "one of requests, complaints, enquiries, …".to_owned())
}

/// Show one case.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case show K7QF-2M9X --role privacy-office")]
pub(super) struct Show {
    /// The case.
    reference: Reference,
    /// Among what it is listed.
    #[arg(long, default_value = "requests", value_parser = book)]
    book: Book,
    /// The role in which it is looked at.
    #[arg(long)]
    role: String,
}

/// Say who asks, once it was shown.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case identify K7QF-2M9X --person 019ab0… --role privacy-office")]
pub(super) struct Identify {
    /// The case.
    reference: Reference,
    /// The person [default: nothing is held of them].
    #[arg(long)]
    person: Option<PersonId>,
    /// The role in which it was checked.
    #[arg(long)]
    role: String,
}

/// Wait for the person, who was asked something.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case wait K7QF-2M9X --why clarification --role privacy-office")]
pub(super) struct Wait {
    /// The case.
    reference: Reference,
    /// Why: `clarification`, `mandate` or `documents`.
    #[arg(long)]
    why: String,
    /// The role in which it is said.
    #[arg(long)]
    role: String,
}

/// Note that the person wrote, or answered.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case hear K7QF-2M9X --message 7 --role privacy-office")]
pub(super) struct Hear {
    /// The case.
    reference: Reference,
    /// The number of the item in which they did.
    #[arg(long, value_name = "NUMBER")]
    message: Option<ItemNumber>,
    /// The role in which it is said.
    #[arg(long)]
    role: String,
}

/// Take longer for the answer, once.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case extend K7QF-2M9X --why complex --role privacy-office")]
pub(super) struct Extend {
    /// The case.
    reference: Reference,
    /// Why: `complex` or `many-requests`.
    #[arg(long)]
    why: String,
    /// The role in which it is said.
    #[arg(long)]
    role: String,
}

/// Move a complaint on to the next stage.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case escalate K7QF-2M9X --role support")]
pub(super) struct Escalate {
    /// The case.
    reference: Reference,
    /// The role in which it is asked.
    #[arg(long)]
    role: String,
}

/// Withhold an item, because it is about others as well.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case withhold K7QF-2M9X --field message --number 7 --role privacy-office")]
pub(super) struct Withhold {
    /// The case.
    reference: Reference,
    /// The item's field.
    #[arg(long)]
    field: String,
    /// The item's number.
    #[arg(long)]
    number: ItemNumber,
    /// Why, as `kept case grounds` lists them.
    #[arg(long, default_value = "rights-of-others", value_parser = ground)]
    ground: Ground,
    /// The role in which it is decided.
    #[arg(long)]
    role: String,
}

fn ground(text: &str) -> Result<Ground, String> {
    Ground::named(text).ok_or_else(|| "a ground, as `kept case grounds` lists them".to_owned())
}

/// Do what a case asks for, and end it in the same step.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept case carry-out K7QF-2M9X --role privacy-office
  kept case carry-out K7QF-2M9X --role privacy-office --files package > package.ndjson
  kept case carry-out K7QF-2M9X --book reports --role privacy-office")]
pub(super) struct CarryOut {
    /// The case: an access, a portability, an erasure, a restriction, an objection, an opt-out, or
    /// a report of a child, which is erased. What is handed out comes as lines of JSON.
    reference: Reference,
    /// Among what it is listed.
    #[arg(long, default_value = "requests", value_parser = book)]
    book: Book,
    /// Write files that are handed out into this folder.
    #[arg(long, value_name = "DIR")]
    files: Option<PathBuf>,
    /// The role in which it is done.
    #[arg(long)]
    role: String,
}

/// End a case with an outcome.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case end K7QF-2M9X --outcome refused --ground legal-claims --role privacy-office")]
pub(super) struct End {
    /// The case.
    reference: Reference,
    /// How it ends.
    #[arg(long)]
    outcome: String,
    /// On what ground it is turned down.
    #[arg(long, value_parser = ground)]
    ground: Option<Ground>,
    /// A file with what somebody who is not known is answered, at the address that they left.
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
    /// The role in which it is decided.
    #[arg(long)]
    role: String,
}

/// List the grounds on which what somebody asks may be turned down.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case grounds erasure")]
pub(super) struct Grounds {
    /// For which kind of case.
    #[arg(value_parser = kind)]
    kind: Kind,
}

/// Make the secret of a hook anew and print it, once. The one before signs beside it for a day.
///
/// A hook is registered with `kept register put`, as an entry of the kind `hook`.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case hook-secret ticketing")]
pub(super) struct HookSecret {
    /// The hook.
    id: String,
}

/// Look at what was refused lately, and at cases whose time has lapsed or soon will.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case watch")]
pub(super) struct Watch {}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    if let Command::Grounds(asked) = &command {
        for ground in Ground::of(asked.kind) {
            let text = format!(
                "{}  {} ({})",
                ground.name(),
                ground.label("en"),
                ground.source()
            );
            terminal.give(
                text,
                || json!({ "ground": ground, "source": ground.source() }),
            );
        }
        return Ok(Ending::Done);
    }
    let house = place.open().await?;
    if let Command::HookSecret(asked) = &command {
        return hook_secret(terminal, &house, &asked.id).await;
    }
    let mut files = None;
    if let Command::CarryOut(asked) = &command {
        files.clone_from(&asked.files);
    }
    let Some((caller, command)) = asked(&house, command).await? else {
        return watch(terminal, &house).await;
    };
    let performed = house.door.perform(&caller, &command).await?;
    shown(terminal, &house, performed, files).await
}

/// What came of a step.
async fn shown(
    terminal: &Terminal,
    house: &House,
    performed: Performed,
    files: Option<PathBuf>,
) -> Outcome {
    match performed.outcome {
        Err(refusal) => return show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Named(id)) => {
            let text = format!("{id} is open");
            terminal.give(text, || json!({ "id": id, "entry": performed.entry }));
        }
        Ok(Effect::Listed(Listed::Cases(cases))) => {
            let today = Day::of(house.door.now());
            for case in &cases {
                terminal.give(in_words(case, today), || json!(case));
            }
            if cases.is_empty() {
                terminal.say("there is none");
            }
        }
        Ok(Effect::Export(export)) => {
            // A package that somebody is given is for programs and people alike.
            return super::person::handed(&Terminal::new(true), house, *export, files).await;
        }
        Ok(Effect::Done) => {
            terminal.give("done", || json!({ "done": true, "entry": performed.entry }));
        }
        Ok(Effect::Kept(kept)) => show::kept(terminal, "done", performed.entry, &kept),
        Ok(
            Effect::Stored { .. }
            | Effect::Values(_)
            | Effect::Found(_)
            | Effect::Matched(_)
            | Effect::Training(_)
            | Effect::Due(..)
            | Effect::Stale(..)
            | Effect::Tabulated(_)
            | Effect::Forwarded(_)
            | Effect::SignedIn(_)
            | Effect::Listed(_),
        ) => return Err(Failed::new("the door gave something else")),
    }
    Ok(Ending::Done)
}

/// Who asks for what; nothing where it is only watched.
async fn asked(house: &House, command: Command) -> Result<Option<(Caller, Act)>, Failed> {
    let staff = |role: &str, casing: Casing| Some((caller::staff(role), Act::case(casing)));
    Ok(match command {
        Command::Open(asked) => Some(opened(asked)),
        Command::Enquire(asked) => {
            let about = Whose::Authority {
                authority: asked.authority,
                code: asked.code,
            };
            let opening = Opening::about(Kind::Enquiry, about);
            staff(&asked.role, Casing::Open(Box::new(opening)))
        }
        Command::List(asked) => {
            let (book, ended) = (asked.book, asked.ended);
            let showing = Showing::Cases { book, ended };
            Some((caller::staff(&asked.role), Act::Show(showing)))
        }
        Command::Show(asked) => Some(looked(&asked)),
        Command::Identify(asked) => {
            let (reference, person) = (asked.reference, asked.person);
            staff(&asked.role, Casing::Identify { reference, person })
        }
        Command::Wait(asked) => {
            let (reference, why) = (asked.reference, asked.why);
            staff(&asked.role, Casing::Wait { reference, why })
        }
        Command::Hear(asked) => {
            let (reference, message) = (asked.reference, asked.message);
            staff(&asked.role, Casing::Hear { reference, message })
        }
        Command::Extend(asked) => {
            let (reference, why) = (asked.reference, asked.why);
            staff(&asked.role, Casing::Extend { reference, why })
        }
        Command::Escalate(asked) => {
            let reference = asked.reference;
            staff(&asked.role, Casing::Escalate { reference })
        }
        Command::Withhold(asked) => {
            let casing = Casing::Withhold {
                reference: asked.reference,
                field: asked.field,
                number: asked.number,
                ground: asked.ground,
            };
            staff(&asked.role, casing)
        }
        Command::CarryOut(asked) => {
            let (reference, role) = (asked.reference, &asked.role);
            let act = act_of(house, reference, asked.book, role).await?;
            let end = Closing::CarriedOut(Box::new(act));
            staff(role, Casing::End { reference, end })
        }
        Command::End(asked) => {
            let end = Closing::With {
                outcome: asked.outcome,
                ground: asked.ground,
                left: Vec::new(),
                answer: asked.answer.as_deref().map(read_answer).transpose()?,
            };
            let reference = asked.reference;
            staff(&asked.role, Casing::End { reference, end })
        }
        Command::Breach(asked) => Some(breach::asked(asked)?),
        Command::Grounds(_) | Command::HookSecret(_) | Command::Watch(_) => None,
    })
}

fn read_answer(path: &Path) -> Result<String, Failed> {
    std::fs::read_to_string(path).map_err(|cause| unreadable(path, &cause))
}

fn looked(asked: &Show) -> (Caller, Act) {
    let showing = Showing::Case {
        reference: asked.reference,
        book: asked.book,
        of: None,
    };
    (caller::staff(&asked.role), Act::Show(showing))
}

fn opened(asked: Open) -> (Caller, Act) {
    let about = match asked.person {
        Some(person) => Whose::Person(person),
        None => Whose::Unknown(Stranger {
            contact: asked.contact,
            name: asked.name,
            whom: asked.whom,
            country: asked.country,
            ..Stranger::default()
        }),
    };
    let opening = Opening {
        purpose: asked.purpose,
        through: asked.through,
        message: asked.message,
        ..Opening::about(asked.kind, about)
    };
    let command = Act::Case {
        of: asked.person,
        casing: Casing::Open(Box::new(opening)),
    };
    (caller::staff_or_person(asked.role.as_deref()), command)
}

/// The act that a case asks for, as the case says it.
async fn act_of(
    house: &House,
    reference: Reference,
    book: Book,
    role: &str,
) -> Result<Act, Failed> {
    let showing = Showing::Case {
        reference,
        book,
        of: None,
    };
    let (caller, show) = (caller::staff(role), Act::Show(showing));
    let case = match house.door.perform(&caller, &show).await?.outcome {
        Ok(Effect::Listed(Listed::Cases(mut cases))) => cases.pop(),
        Ok(_) | Err(_) => None,
    };
    let unfit = || Failed::new("the case asks for nothing that can be done from here");
    let case = case.ok_or_else(unfit)?;
    let person = case.person().ok_or_else(unfit)?;
    Ok(match case.kind {
        Kind::Erasure | Kind::UnderAge => Act::Erase { person },
        Kind::Restriction => Act::Restrict {
            person,
            paused: true,
        },
        Kind::Objection | Kind::OptOut => Act::Object {
            person,
            purpose: case.purpose().map(str::to_owned).ok_or_else(unfit)?,
            objects: true,
        },
        Kind::Access => Act::Export {
            person,
            right: Right::Access,
        },
        Kind::Portability => Act::Export {
            person,
            right: Right::Portability,
        },
        Kind::Rectification
        | Kind::Withdrawal
        | Kind::Question
        | Kind::Complaint
        | Kind::Enquiry
        | Kind::Compelled
        | Kind::Breach
        | Kind::Violation
        | Kind::Forwarded => return Err(unfit()),
    })
}

async fn hook_secret(terminal: &Terminal, house: &House, id: &str) -> Outcome {
    let feed = format!("hook:{id}");
    let rotate = Act::Administer(Administration::RotateFeed { feed });
    let performed = house
        .door
        .perform(&caller::administrator(), &rotate)
        .await?;
    if let Err(refusal) = performed.outcome {
        return show::refused(terminal, &house.policy, &refusal);
    }
    let secret = house.door.hook_secret(id).await?;
    terminal.give(secret.clone(), || json!({ "secret": secret }));
    Ok(Ending::Done)
}

async fn watch(terminal: &Terminal, house: &House) -> Outcome {
    let seen = house.door.watch().await?;
    let text = format!(
        "{} raised; {} moved on; {} reminded; {} looked up",
        show::counted(seen.raised, "review"),
        show::counted(seen.moved, "complaint"),
        show::counted(seen.reminded, "case"),
        show::counted(seen.looked_up, "report"),
    );
    let told = || {
        json!({ "raised": seen.raised, "moved": seen.moved, "reminded": seen.reminded,
            "looked-up": seen.looked_up })
    };
    terminal.give(text, told);
    Ok(Ending::Done)
}
