//! What people ask for themselves: corrections, pauses, objections, consents, erasure.

use super::super::{House, Outcome, Terminal};
use super::{Secretive, Who, act};
use kept_processing::{Command, ConsentTo, Which};
use kept_terms::{ItemNumber, ParentWay};

/// Put something right that is stored about a person.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person rectify 019ab0… --field job-title
  kept person rectify 019ab0… --field email --role support --purpose keep-up-to-date < new.txt")]
pub(in super::super) struct Rectify {
    #[command(flatten)]
    who: Who,

    /// The field.
    #[arg(long)]
    field: String,

    #[command(flatten)]
    value: Secretive,

    /// One item of the field, as `kept person show --json` numbers it [default: all of them].
    #[arg(long, value_name = "NUMBER")]
    item: Option<ItemNumber>,

    /// What for, where staff do it unasked.
    #[arg(long)]
    purpose: Option<String>,
}

pub(super) async fn rectify(terminal: &Terminal, house: &House, arguments: Rectify) -> Outcome {
    let command = Command::Rectify {
        person: arguments.who.person,
        purpose: arguments.purpose,
        field: arguments.field,
        value: arguments.value.read(terminal, "right value")?,
        number: arguments.item,
    };
    act(
        terminal,
        house,
        arguments.who.role.as_deref(),
        command,
        "put right",
    )
    .await
}

/// Pause the processing of what is stored about a person, or lift the pause.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person restrict 019ab0…
  kept person restrict 019ab0… --lift")]
pub(in super::super) struct Restrict {
    #[command(flatten)]
    who: Who,

    /// Lift the pause.
    #[arg(long)]
    lift: bool,
}

pub(super) async fn restrict(terminal: &Terminal, house: &House, arguments: &Restrict) -> Outcome {
    let paused = !arguments.lift;
    let command = Command::Restrict {
        person: arguments.who.person,
        paused,
    };
    let done = if paused {
        "processing is paused"
    } else {
        "the pause is lifted"
    };
    act(
        terminal,
        house,
        arguments.who.role.as_deref(),
        command,
        done,
    )
    .await
}

/// Record that a person objects to a purpose or opts out of it, or takes that back.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person object 019ab0… --purpose marketing
  kept person object 019ab0… --purpose marketing --lift")]
pub(in super::super) struct Object {
    #[command(flatten)]
    who: Who,

    /// The purpose.
    #[arg(long)]
    purpose: String,

    /// Take the objection back.
    #[arg(long)]
    lift: bool,
}

pub(super) async fn object(terminal: &Terminal, house: &House, arguments: Object) -> Outcome {
    let objects = !arguments.lift;
    let (person, purpose) = (arguments.who.person, arguments.purpose);
    let command = Command::Object {
        person,
        purpose,
        objects,
    };
    let done = if objects {
        "the objection holds from now on"
    } else {
        "the objection is lifted"
    };
    act(
        terminal,
        house,
        arguments.who.role.as_deref(),
        command,
        done,
    )
    .await
}

/// To what somebody agrees.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct To {
    /// A purpose.
    #[arg(long)]
    purpose: Option<String>,

    /// A recipient who may be shown something.
    #[arg(long)]
    recipient: Option<String>,
}

impl To {
    fn read(self) -> ConsentTo {
        match self.recipient {
            Some(recipient) => ConsentTo::Recipient(recipient),
            // One of the two is always given.
            None => ConsentTo::Purpose(self.purpose.unwrap_or_default()),
        }
    }
}

/// Record that a person agrees to a purpose or a recipient.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept person consent 019ab0… --purpose another-purpose --channel website-form")]
pub(in super::super) struct Consent {
    #[command(flatten)]
    who: Who,

    #[command(flatten)]
    to: To,

    /// The channel through which they said so.
    #[arg(long)]
    channel: String,
}

pub(super) async fn consent(terminal: &Terminal, house: &House, arguments: Consent) -> Outcome {
    let Consent { who, to, channel } = arguments;
    let command = Command::Consent {
        person: who.person,
        to: to.read(),
        given: true,
        channel,
    };
    act(
        terminal,
        house,
        who.role.as_deref(),
        command,
        "the consent is on record",
    )
    .await
}

/// Record that a person takes a consent back. It holds from that moment on.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept person withdraw 019ab0… --purpose another-purpose --channel e-mail")]
pub(in super::super) struct Withdraw {
    #[command(flatten)]
    who: Who,

    #[command(flatten)]
    to: To,

    /// The channel through which they said so.
    #[arg(long)]
    channel: String,
}

pub(super) async fn withdraw(terminal: &Terminal, house: &House, arguments: Withdraw) -> Outcome {
    let Withdraw { who, to, channel } = arguments;
    let command = Command::Consent {
        person: who.person,
        to: to.read(),
        given: false,
        channel,
    };
    act(
        terminal,
        house,
        who.role.as_deref(),
        command,
        "the consent is withdrawn",
    )
    .await
}

/// Erase a person, for good.
///
/// Their key is destroyed first, and with it everything at once, in every backup too.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept person erase 019ab0…")]
pub(in super::super) struct Erase {
    #[command(flatten)]
    who: Who,
}

pub(super) async fn erase(terminal: &Terminal, house: &House, arguments: &Erase) -> Outcome {
    let command = Command::Erase {
        person: arguments.who.person,
    };
    act(
        terminal,
        house,
        arguments.who.role.as_deref(),
        command,
        "erased",
    )
    .await
}

/// Erase one thing that is held about a person; the rest stays.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept person erase-one 019ab0… --field phone --number 3 --role privacy-office

`kept person show` tells fields and numbers.")]
pub(in super::super) struct EraseOne {
    #[command(flatten)]
    who: Who,
    /// Its field.
    #[arg(long)]
    field: String,
    /// Its number.
    #[arg(long)]
    number: ItemNumber,
}

pub(super) async fn erase_one(terminal: &Terminal, house: &House, arguments: EraseOne) -> Outcome {
    let command = Command::EraseItem {
        person: arguments.who.person,
        field: arguments.field,
        number: arguments.number,
    };
    let role = arguments.who.role.as_deref();
    act(terminal, house, role, command, "erased").await
}

/// End all sessions of a person, such as when a device of theirs is lost.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept person sign-out 019ab0…")]
pub(in super::super) struct SignOut {
    #[command(flatten)]
    who: Who,
}

pub(super) async fn sign_out(terminal: &Terminal, house: &House, arguments: &SignOut) -> Outcome {
    let command = Command::SignOut {
        person: arguments.who.person,
        which: Which::All,
    };
    act(
        terminal,
        house,
        arguments.who.role.as_deref(),
        command,
        "signed out everywhere",
    )
    .await
}

/// Report that a person is a child of an age from which nothing is taken, or that they are not.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person report-child 019ab0… --role support
  kept person report-child 019ab0… --role support --mistaken")]
pub(in super::super) struct ReportChild {
    #[command(flatten)]
    who: Who,

    /// The report was mistaken.
    #[arg(long)]
    mistaken: bool,
}

pub(super) async fn report_child(
    terminal: &Terminal,
    house: &House,
    arguments: &ReportChild,
) -> Outcome {
    let child = !arguments.mistaken;
    let command = Command::ReportChild {
        person: arguments.who.person,
        child,
    };
    act(
        terminal,
        house,
        arguments.who.role.as_deref(),
        command,
        "the report is on record",
    )
    .await
}

/// A parent agrees that somebody under age is held, or no longer does.
///
/// Taken back, what is held of the person is erased.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept person parent 019ab0… --way signed-form --reference form-2026-17 --channel e-mail --role privacy-office
  kept person parent 019ab0… --withdrawn --channel telephone --role privacy-office")]
pub(in super::super) struct Parent {
    #[command(flatten)]
    who: Who,

    /// How it was checked that they are a parent, such as `signed-form`.
    #[arg(long, value_name = "WAY", value_parser = way, required_unless_present = "withdrawn")]
    way: Option<ParentWay>,

    /// Where the papers of it are, such as `form-2026-17`.
    #[arg(long, value_name = "REFERENCE", required_unless_present = "withdrawn")]
    reference: Option<String>,

    /// The parent no longer agrees.
    #[arg(long, conflicts_with_all = ["way", "reference"])]
    withdrawn: bool,

    /// Through which channel they said so.
    #[arg(long)]
    channel: String,
}

fn way(word: &str) -> Result<ParentWay, String> {
    let words: Vec<&str> = ParentWay::ALL.iter().map(|way| way.word()).collect();
    ParentWay::from_word(word).ok_or_else(|| format!("is not one of {}", words.join(", ")))
}

pub(super) async fn parent(terminal: &Terminal, house: &House, arguments: Parent) -> Outcome {
    let agreed = arguments.way.zip(arguments.reference);
    let done = match agreed {
        Some(_) => "the agreement is on record",
        None => "the agreement is taken back, and the person erased",
    };
    let command = Command::ParentAgrees {
        person: arguments.who.person,
        parent: agreed.map(|(way, reference)| kept_processing::Parent { way, reference }),
        channel: arguments.channel,
    };
    act(
        terminal,
        house,
        arguments.who.role.as_deref(),
        command,
        done,
    )
    .await
}
