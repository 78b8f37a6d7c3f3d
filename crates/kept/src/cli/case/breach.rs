//! `kept case breach`: information that was lost or got into the wrong hands: opened, and what is
//! done about it noted.
//! Whom it touches is read from standard input, so that it stays out of the shell's history.

use super::super::{Failed, caller};
use kept_processing::case::{Kind, Reference};
use kept_processing::{BreachNote, Caller, Casing, Command as Act, Opening, Whose};
use kept_terms::{PersonId, Territory, Timestamp};
use std::io::BufRead as _;

/// Open a breach, and note what is done about it.
#[derive(clap::Subcommand)]
pub(in super::super) enum Command {
    Open(Open),
    Touch(Touch),
    Notify(Plain),
    AuthorityTold(Plain),
    ClientsTold(ClientsTold),
    Measure(Measure),
}

/// Open a breach. The people whom it touches come from standard input, a number a line.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case breach open --known-at 2026-11-28T09:30:00Z --what disclosed --field email \\
    --client prisma/acme --country US --role privacy-office < people.txt")]
pub(in super::super) struct Open {
    /// When it came to be known; every clock counts from there.
    #[arg(long, value_name = "TIME")]
    known_at: Timestamp,
    /// What happened: `lost`, `disclosed`, `altered` or `unavailable`.
    #[arg(long)]
    what: String,
    /// A field that it touches; may be given several times.
    #[arg(long = "field", value_name = "FIELD")]
    fields: Vec<String>,
    /// A client whom it touches, as `system/client`; may be given several times.
    #[arg(long = "client", value_name = "HOME")]
    clients: Vec<String>,
    /// The country, or the part of one, whose law counts.
    #[arg(long)]
    country: Option<Territory>,
    /// Nobody is read from standard input.
    #[arg(long)]
    nobody: bool,
    /// The role in which it is taken up.
    #[arg(long)]
    role: String,
}

/// Note that more people, or clients, are touched. People come from standard input, one a line.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case breach touch K7QF-2M9X --role privacy-office < people.txt")]
pub(in super::super) struct Touch {
    /// The case.
    reference: Reference,
    /// A client, as `system/client`; may be given several times.
    #[arg(long = "client", value_name = "HOME")]
    clients: Vec<String>,
    /// Nobody is read from standard input.
    #[arg(long)]
    nobody: bool,
    /// The role in which it is noted.
    #[arg(long)]
    role: String,
}

/// Tell those who are touched and were not told; or note that the authority was told.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept case breach notify K7QF-2M9X --role privacy-office
  kept case breach authority-told K7QF-2M9X --role privacy-office")]
pub(in super::super) struct Plain {
    /// The case.
    reference: Reference,
    /// The role in which it is done.
    #[arg(long)]
    role: String,
}

/// Note that clients were told otherwise than by a message from here.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept case breach clients-told K7QF-2M9X --client prisma/acme --role privacy-office")]
pub(in super::super) struct ClientsTold {
    /// The case.
    reference: Reference,
    /// A client, as `system/client`; may be given several times.
    #[arg(long = "client", value_name = "HOME", required = true)]
    clients: Vec<String>,
    /// The role in which it is noted.
    #[arg(long)]
    role: String,
}

/// Note something that is to be done about it, or was done.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept case breach measure K7QF-2M9X keys-rotated --role privacy-office
  kept case breach measure K7QF-2M9X keys-rotated --done --role privacy-office")]
pub(in super::super) struct Measure {
    /// The case.
    reference: Reference,
    /// What, as a name.
    name: String,
    /// It was done.
    #[arg(long)]
    done: bool,
    /// The role in which it is noted.
    #[arg(long)]
    role: String,
}

/// Who asks for what.
pub(super) fn asked(command: Command) -> Result<(Caller, Act), Failed> {
    let noted = |role: &str, reference, note| {
        let casing = Casing::Breach { reference, note };
        (caller::staff(role), Act::case(casing))
    };
    Ok(match command {
        Command::Open(asked) => {
            let about = Whose::Breach {
                known_at: asked.known_at.as_second(),
                what: asked.what,
                fields: asked.fields,
                people: people(asked.nobody)?,
                clients: asked.clients,
                country: asked.country,
            };
            let opening = Opening::about(Kind::Breach, about);
            let open = Act::case(Casing::Open(Box::new(opening)));
            (caller::staff(&asked.role), open)
        }
        Command::Touch(asked) => {
            let (people, clients) = (people(asked.nobody)?, asked.clients);
            let note = BreachNote::Touched { people, clients };
            noted(&asked.role, asked.reference, note)
        }
        Command::Notify(asked) => noted(&asked.role, asked.reference, BreachNote::Notify),
        Command::AuthorityTold(asked) => {
            noted(&asked.role, asked.reference, BreachNote::AuthorityTold)
        }
        Command::ClientsTold(asked) => {
            let clients = asked.clients;
            noted(
                &asked.role,
                asked.reference,
                BreachNote::ClientsTold { clients },
            )
        }
        Command::Measure(asked) => {
            let (name, done) = (asked.name, asked.done);
            noted(
                &asked.role,
                asked.reference,
                BreachNote::Measure { name, done },
            )
        }
    })
}

/// People's numbers from standard input, one a line.
fn people(nobody: bool) -> Result<Vec<PersonId>, Failed> {
    if nobody {
        return Ok(Vec::new());
    }
    let mut people = Vec::new();
    for (at, line) in std::io::stdin().lock().lines().enumerate() {
        let line = line.map_err(|cause| Failed::new(format!("standard input: {cause}")))?;
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        let problem = || Failed::new(format!("line {} is no person's number", at + 1));
        people.push(text.parse().map_err(|_| problem())?);
    }
    Ok(people)
}
