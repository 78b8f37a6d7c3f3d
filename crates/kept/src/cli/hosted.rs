//! `kept hosted`: what is held for clients: requests passed on to them, and the end of a contract.
//! What a client's people ask is told to the client; here only that somebody asks.

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use crate::api::{Handed, conclude, hand_back};
use kept_processing::{AboutWhom, ClientAnswer, Command as Act, Effect, Forwarded, Forwarding};
use kept_terms::{Home, PersonId, Right};
use serde_json::json;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tokio::sync::mpsc::channel;

/// Pass requests on to clients, follow them, and end contracts.
///
/// `--home SYSTEM/CLIENT` says which client, in which of the hosted systems.
#[derive(clap::Subcommand)]
pub(super) enum Command {
    Requests(Requests),
    Forward(Forward),
    Answer(Answer),
    End(End),
}

/// List the requests that wait for clients.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept hosted requests
  kept hosted requests --home prisma/acme --closed")]
pub(super) struct Requests {
    /// Those that are answered.
    #[arg(long)]
    closed: bool,
}

/// Pass a request on to the client for whom somebody says that they are held.
///
/// Whether they are held there is told to the client alone.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept hosted forward erasure --home prisma/acme --role privacy-office --field email < address.txt")]
pub(super) struct Forward {
    /// What they ask for.
    #[arg(value_parser = right)]
    right: Right,

    /// The role in which you pass it on.
    #[arg(long)]
    role: String,

    /// Who asks, where their number is known.
    #[arg(long, conflicts_with = "field")]
    person: Option<PersonId>,

    /// The field of an identifier of theirs, which is read from standard input.
    #[arg(long)]
    field: Option<String>,
}

/// Note what a client says to a request.
#[derive(clap::Args)]
#[command(after_long_help = "Example:
  kept hosted answer bcdfghjkmnpqrstv answered --home prisma/acme --role privacy-office")]
pub(super) struct Answer {
    /// The request.
    request: String,

    /// What the client says.
    answer: Said,

    /// The role in which you note it.
    #[arg(long)]
    role: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Said {
    /// It knows of the request.
    Told,
    /// It has answered the person.
    Answered,
    /// It has turned the request down, and told the person so.
    Declined,
    /// It has told us what to do, and the instruction is on record.
    Instructed,
}

/// Hand everything back that is held for a client in a system, and destroy it.
///
/// It is written to a file as lines of JSON, and destroyed once the file is complete, keys first.
/// Interrupted, it goes on when it is started again.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept hosted end --home prisma/acme --role hosted-operations --to acme.ndjson
  kept hosted end --home prisma/acme --role hosted-operations --to acme.ndjson --keep")]
pub(super) struct End {
    /// The role in which you act.
    #[arg(long)]
    role: String,

    /// The file that everything is written to.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,

    /// Hand it back and destroy nothing.
    #[arg(long)]
    keep: bool,
}

fn right(word: &str) -> Result<Right, String> {
    Right::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Right::ALL.iter().map(|right| right.word()).collect();
        format!("the rights are {}", words.join(", "))
    })
}

pub(super) async fn run(terminal: &Terminal, place: &Place, command: Command) -> Outcome {
    let house = place.open().await?;
    match command {
        Command::Requests(arguments) => requests(terminal, &house, &arguments).await,
        Command::Forward(arguments) => forward(terminal, &house, arguments).await,
        Command::Answer(arguments) => answer(terminal, &house, arguments).await,
        Command::End(arguments) => end(terminal, &house, &arguments).await,
    }
}

fn named_home() -> Result<Home, Failed> {
    let missing = || Failed::new("--home is missing").help("name it as in `--home prisma/acme`");
    caller::home().ok_or_else(missing)
}

async fn requests(terminal: &Terminal, house: &House, arguments: &Requests) -> Outcome {
    let asking = kept_processing::Caller::system("requests");
    let mut after: Option<Forwarded> = None;
    let home = caller::home();
    loop {
        let page = house
            .door
            .forwarded(
                &asking,
                home.as_ref(),
                arguments.closed,
                after.as_ref(),
                100,
            )
            .await?;
        let Some(last) = page.last() else {
            return Ok(Ending::Done);
        };
        after = Some(last.clone());
        for request in &page {
            terminal.give(in_words(request), || json!(request));
        }
    }
}

fn in_words(request: &Forwarded) -> String {
    let stands = match (&request.answer, &request.told) {
        (Some((_, day)), _) => format!("answered on {day}"),
        (None, Some(day)) => format!("told on {day}, to be answered by {}", request.answer_by),
        (None, None) => format!("to be told by {}", request.tell_by),
    };
    format!(
        "{}  {} in {}, received {}, {stands}",
        request.request,
        request.right,
        request.home(),
        request.received
    )
}

async fn forward(terminal: &Terminal, house: &House, arguments: Forward) -> Outcome {
    let about = match (arguments.person, arguments.field) {
        (Some(person), _) => AboutWhom::Person(person),
        (None, Some(field)) => {
            let mut line = String::new();
            std::io::stdin()
                .read_line(&mut line)
                .map_err(|cause| Failed::new(format!("standard input cannot be read: {cause}")))?;
            let value = line.trim_end_matches(['\r', '\n']).to_owned();
            AboutWhom::Identifier { field, value }
        }
        (None, None) => AboutWhom::Unknown,
    };
    let received = Forwarding::Received {
        home: named_home()?,
        right: arguments.right,
        about,
    };
    say(terminal, house, &arguments.role, received).await
}

async fn answer(terminal: &Terminal, house: &House, arguments: Answer) -> Outcome {
    let noted = Forwarding::Noted {
        home: named_home()?,
        request: arguments.request,
        answer: match arguments.answer {
            Said::Told => ClientAnswer::Told,
            Said::Answered => ClientAnswer::Answered,
            Said::Declined => ClientAnswer::Declined,
            Said::Instructed => ClientAnswer::Instructed,
        },
    };
    say(terminal, house, &arguments.role, noted).await
}

async fn say(terminal: &Terminal, house: &House, role: &str, said: Forwarding) -> Outcome {
    // Whoever passes a request on acts for the firm, which is told nothing of who is held where.
    let firm = kept_processing::Caller {
        home: None,
        ..caller::staff(role)
    };
    let performed = house.door.perform(&firm, &Act::Forward(said)).await?;
    match performed.outcome {
        Err(refusal) => show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Forwarded(request)) => {
            terminal.give(in_words(&request), || json!(request));
            Ok(Ending::Done)
        }
        Ok(_) => Err(Failed::new("the door gave something else")),
    }
}

async fn end(terminal: &Terminal, house: &House, arguments: &End) -> Outcome {
    let home = named_home()?;
    let acting = caller::staff(&arguments.role);
    let mut digest = None;
    if arguments.keep || !house.door.is_ending(&home).await? {
        let handed = match hand_back_to(house, &acting, &arguments.to).await? {
            Handed::Whole(handed) => handed,
            Handed::Refused(refusal) => return show::refused(terminal, &house.policy, &refusal),
            Handed::Broken(failure) => return Err(failure.into()),
        };
        let shown = arguments.to.display();
        terminal.say(format!("{} people handed back to `{shown}`", handed.people));
        digest = Some(handed.digest);
    }
    if arguments.keep {
        terminal.give("nothing was destroyed", || json!({ "handed-back": digest }));
        return Ok(Ending::Done);
    }
    let bar = terminal.progress("people", None);
    let mut progress = |gone| bar.set_position(gone);
    let ended = house
        .door
        .end_home(&acting, digest.as_deref(), &mut progress)
        .await?;
    bar.finish_and_clear();
    match ended {
        Err(refusal) => show::refused(terminal, &house.policy, &refusal),
        Ok(erased) => {
            let told = format!("{erased} people erased; nothing is left in {home}");
            terminal.give(
                told,
                || json!({ "erased": erased, "home": home.to_string() }),
            );
            Ok(Ending::Done)
        }
    }
}

/// Writes everything to a file that bears its name only once it is complete.
async fn hand_back_to(
    house: &House,
    acting: &kept_processing::Caller,
    to: &Path,
) -> Result<Handed, Failed> {
    let returning = house.door.return_home(acting)?;
    let failed = |cause: std::io::Error| {
        let shown = to.display();
        Failed::new(format!("`{shown}` cannot be written: {cause}"))
    };
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let mut file = std::io::BufWriter::new(std::fs::File::create(&part).map_err(failed)?);
    let (lines, mut written) = channel(4);
    let writing = async {
        while let Some(Ok(line)) = written.recv().await {
            let line: axum::body::Bytes = line;
            file.write_all(&line)?;
        }
        file.flush()?;
        file.get_ref().sync_all()
    };
    let telling = async {
        let lines = lines;
        let handed = hand_back(&house.door, returning, &lines).await.ok()?;
        if let Handed::Whole(whole) = &handed {
            let last = Handed::Whole(whole.clone());
            conclude(&house.policy, last, &lines).await.ok()?;
        }
        Some(handed)
    };
    let (handed, written) = tokio::join!(telling, writing);
    written.map_err(failed)?;
    let handed = handed.ok_or_else(|| Failed::new("what was handed back could not be written"))?;
    match handed {
        Handed::Whole(_) => std::fs::rename(&part, to).map_err(failed)?,
        Handed::Refused(_) | Handed::Broken(_) => {
            let _ = std::fs::remove_file(&part);
        }
    }
    Ok(handed)
}
