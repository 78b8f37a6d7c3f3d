//! `kept use`: reads what is stored about somebody, for a purpose.
//! It is one of the few commands that print personal information, since that is what it is for.

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller, show};
use kept_processing::{Caller, Command, Effect, Use};
use kept_terms::PersonId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::BufRead;
use std::path::PathBuf;

/// How many readings of a bulk become durable together.
const BATCH: usize = 256;

/// Read what is stored about a person, for a purpose.
///
/// The policy decides whether the role may read it for that purpose, and how much of it is shown.
/// Every reading is on record before a value leaves; so is every refusal.
///
/// In bulk, each line of standard input is an object such as
/// {"person": "…", "purpose": "answer-you", "fields": ["name"]}, and each is answered by a line.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept use --person 019ab0… --role support --purpose answer-you --fields name,email
  kept use --bulk --role support < wanted.ndjson > answers.ndjson")]
pub(super) struct Arguments {
    /// Whose, as `kept person find` shows it.
    #[arg(long, value_name = "ID", required_unless_present = "bulk")]
    person: Option<PersonId>,

    /// What for.
    #[arg(long, required_unless_present = "bulk")]
    purpose: Option<String>,

    /// Which fields.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "FIELD,…",
        required_unless_present = "bulk"
    )]
    fields: Vec<String>,

    /// In which role of the policy.
    #[arg(long)]
    role: String,

    /// Write files to this folder.
    #[arg(long, value_name = "DIR", conflicts_with = "bulk")]
    files: Option<PathBuf>,

    /// Read what is wanted from standard input, line by line.
    #[arg(long, conflicts_with_all = ["person", "purpose", "fields"])]
    bulk: bool,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let house = place.open().await?;
    let caller = caller::staff(&arguments.role);
    let (Some(person), Some(purpose)) = (arguments.person, &arguments.purpose) else {
        return bulk(terminal, &house, &caller).await;
    };
    let wanted = Use {
        person,
        purpose: purpose.clone(),
        fields: arguments.fields.clone(),
    };
    let performed = house.door.perform(&caller, &Command::Use(wanted)).await?;
    match performed.outcome {
        Err(refusal) => show::refused(terminal, &house.policy, &refusal),
        Ok(Effect::Values(values)) => {
            if values.is_empty() {
                terminal.say("nothing of it is held for this purpose");
            }
            show::values(terminal, values, arguments.files.as_deref())?;
            Ok(Ending::Done)
        }
        Ok(_) => Err(Failed::new("the door gave no values")),
    }
}

/// One line of a bulk.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    person: PersonId,
    purpose: String,
    fields: Vec<String>,
}

/// A line that was asked, or why it could not be.
type Asked = Result<usize, String>;

async fn bulk(terminal: &Terminal, house: &House, caller: &Caller) -> Outcome {
    let mut ending = Ending::Done;
    let mut lines = std::io::stdin().lock().lines().zip(1u64..);
    loop {
        let mut commands = Vec::with_capacity(BATCH);
        let mut asked: Vec<(u64, Asked)> = Vec::with_capacity(BATCH);
        for (line, number) in lines.by_ref().take(BATCH) {
            let line = line
                .map_err(|cause| Failed::new(format!("standard input cannot be read: {cause}")))?;
            match serde_json::from_str::<Wanted>(&line) {
                Ok(Wanted {
                    person,
                    purpose,
                    fields,
                }) => {
                    asked.push((number, Ok(commands.len())));
                    commands.push(Command::Use(Use {
                        person,
                        purpose,
                        fields,
                    }));
                }
                Err(cause) => {
                    let problem = format!("is not understood at column {}", cause.column());
                    asked.push((number, Err(problem)));
                }
            }
        }
        if asked.is_empty() {
            return Ok(ending);
        }
        let performed = house.door.perform_many(caller, &commands).await;
        let mut answers: Vec<Option<_>> = performed.into_iter().map(Some).collect();
        for (number, asked) in asked {
            let answer = match asked {
                Err(problem) => json!({ "line": number, "error": problem }),
                Ok(at) => {
                    let answer = answers.get_mut(at).and_then(Option::take);
                    let person = match commands.get(at) {
                        Some(Command::Use(wanted)) => Some(wanted.person),
                        Some(_) | None => None,
                    };
                    told(house, number, person, answer)
                }
            };
            if answer.get("refused").is_some() {
                ending = Ending::Refused;
            } else if answer.get("error").is_some() && ending == Ending::Done {
                ending = Ending::Faulty;
            }
            terminal.line(answer);
        }
    }
}

/// The answer to one line.
fn told(
    house: &House,
    line: u64,
    person: Option<PersonId>,
    answer: Option<Result<kept_processing::Performed, kept_processing::Failure>>,
) -> Value {
    match answer {
        Some(Ok(performed)) => match performed.outcome {
            Ok(Effect::Values(values)) => {
                let values: Vec<_> = values.iter().map(|one| show::in_json(one, None)).collect();
                json!({ "line": line, "person": person, "values": values })
            }
            Ok(_) => json!({ "line": line, "error": "the door gave no values" }),
            Err(refusal) => json!({
                "line": line,
                "person": person,
                "refused": show::grounds(&house.policy, &refusal.grounds),
            }),
        },
        Some(Err(failure)) => json!({ "line": line, "error": failure.to_string() }),
        None => json!({ "line": line, "error": "the door gave no answer" }),
    }
}
