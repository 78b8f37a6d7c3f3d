//! Records as commands of the door, and what the door made of them.

use super::Kind;
use super::input::Taken;
use super::progress::{Progress, Side};
use super::summary::Summary;
use crate::ambient::MachineRandomness;
use crate::cli::{Failed, House};
use kept_intake::{Notice, Record, Value, Visit};
use kept_policy::Policy;
use kept_processing::{Caller, Collect, Command, Effect, Failure, Given, Once, Performed};
use kept_terms::{Country, Day, PersonId, Randomness, Right};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// How an input is taken in.
pub(crate) struct Settings {
    /// What kind of input it is.
    pub kind: Kind,
    /// The channel it came through.
    pub channel: String,
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// The one purpose it is for.
    pub purpose: Option<String>,
    /// Which column means which field.
    pub maps: Vec<String>,
    /// Whether the people were told beforehand.
    pub notice: bool,
    /// The people's country, where a record does not say it.
    pub country: Option<Country>,
    /// Who takes it in.
    pub caller: Caller,
    /// The key under which the numbers of visitors are drawn.
    pub visitor_key: [u8; 32],
}

/// One record, ready for the door.
struct Ready {
    line: u64,
    collect: Collect,
    opts_out: bool,
}

/// Performs a batch, and counts what became of it.
pub(super) async fn perform(
    house: &House,
    settings: &Settings,
    progress: &Progress,
    taken: Vec<Taken>,
    side: &mut Side,
    summary: &mut Summary,
) -> Result<(), Failed> {
    let mut ready = Vec::with_capacity(taken.len());
    for taken in taken {
        match taken {
            Taken::Record(record) => match from_record(settings, record) {
                Ok(one) => ready.push(one),
                Err((line, reason)) => {
                    side.write(line, reason)?;
                    summary.rejected += 1;
                }
            },
            Taken::Visit(visit) => ready.push(from_visit(settings, *visit)),
        }
    }
    let once: Vec<Once> = ready.iter().map(|one| progress.once(one.line)).collect();
    let about: Vec<(u64, bool)> = ready.iter().map(|one| (one.line, one.opts_out)).collect();
    let commands: Vec<Command> = ready
        .into_iter()
        .map(|one| Command::Collect(one.collect))
        .collect();
    let answers = house
        .door
        .perform_many_once(&settings.caller, &commands, &once)
        .await;
    let mut opted_out = BTreeSet::new();
    for ((line, opts_out), answer) in about.into_iter().zip(answers) {
        if let Some(person) = count(house, line, answer, side, summary)?
            && opts_out
        {
            summary.opted_out += 1;
            opted_out.insert(person);
        }
    }
    opt_out(house, settings, &opted_out).await
}

/// Counts what became of a record; the answer is the person it was stored for.
fn count(
    house: &House,
    line: u64,
    answer: Result<Performed, Failure>,
    side: &mut Side,
    summary: &mut Summary,
) -> Result<Option<PersonId>, Failed> {
    match answer {
        Ok(performed) => match performed.outcome {
            Ok(Effect::Stored {
                person,
                new,
                items,
                redacted,
            }) => {
                summary.stored += 1;
                summary.items += u64::try_from(items).unwrap_or_default();
                summary.new += u64::from(new);
                summary.redacted += u64::from(redacted);
                Ok(Some(person))
            }
            Ok(_) => Ok(None),
            Err(refusal) => {
                summary.refused_records += 1;
                for ground in refusal.grounds {
                    let clause = house.policy.citation(ground.cited);
                    *summary
                        .refused
                        .entry((clause, ground.why.code()))
                        .or_default() += 1;
                }
                Ok(None)
            }
        },
        Err(failure @ (Failure::Invalid { .. } | Failure::Conflict(_) | Failure::NotFound(_))) => {
            side.write(line, &failure.to_string())?;
            summary.rejected += 1;
            Ok(None)
        }
        Err(failure @ (Failure::Unavailable(_) | Failure::Corrupt(_))) => Err(failure.into()),
    }
}

/// Records the no that visitors' browsers said, for every purpose that can be opted out of.
async fn opt_out(
    house: &House,
    settings: &Settings,
    people: &BTreeSet<PersonId>,
) -> Result<(), Failed> {
    let policy = &house.policy;
    let Some(document) = policy.document_for(settings.country) else {
        return Ok(());
    };
    let Some((_, grant)) = document.rules.grant_of(Right::OptOut) else {
        return Ok(());
    };
    for purpose in policy.words.purposes.names(grant.purposes) {
        let object = |person: &PersonId| Command::Object {
            person: *person,
            purpose: purpose.to_owned(),
            objects: true,
        };
        let commands: Vec<Command> = people.iter().map(object).collect();
        for answer in house.door.perform_many(&Caller::person(), &commands).await {
            answer?;
        }
    }
    Ok(())
}

fn blank(settings: &Settings) -> Collect {
    Collect {
        purpose: settings.purpose.clone(),
        country: settings.country,
        notice_given: settings.notice,
        ..Collect::through(&settings.channel)
    }
}

fn from_record(settings: &Settings, record: Record) -> Result<Ready, (u64, &'static str)> {
    let line = record.line;
    let mut collect = blank(settings);
    if let Some(code) = &record.country {
        let country = code
            .parse()
            .map_err(|_| (line, "the country is no code of ISO 3166-1"))?;
        collect.country = Some(country);
    }
    collect.age = record.age;
    collect.collected_on = record.at.map(Day::of);
    if let Some(notice) = record.notice {
        collect.notice_given = notice == Notice::Given;
    }
    collect.values = record
        .values
        .into_iter()
        .map(|field| {
            let given = match field.value {
                Value::Text(text) => Given::Text(text),
                Value::Bytes(file) => Given::File {
                    name: file.name.unwrap_or_else(|| "unnamed".to_owned()),
                    media_type: file.media_type,
                    content: file.bytes,
                },
            };
            (field.name.to_string(), given)
        })
        .collect();
    Ok(Ready {
        line,
        collect,
        opts_out: false,
    })
}

fn from_visit(settings: &Settings, visit: Visit) -> Ready {
    let (line, opts_out) = (visit.first_line, visit.gpc);
    let mut collect = blank(settings);
    collect.collected_on = Some(Day::of(visit.first_at));
    let agent = visit.user_agent.as_deref().unwrap_or_default();
    let visitor = visitor(&settings.visitor_key, &format!("{} {agent}", visit.ip));
    collect
        .values
        .push(("visitor".to_owned(), Given::Text(visitor)));
    for field in visit.into_record().values {
        if let Value::Text(text) = field.value {
            collect
                .values
                .push((field.name.to_string(), Given::Text(text)));
        }
    }
    Ready {
        line,
        collect,
        opts_out,
    }
}

/// The number of a visitor: the same for two visits from one address and browser, and without the
/// key no sign of either.
fn visitor(key: &[u8; 32], text: &str) -> String {
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, key);
    let tag = aws_lc_rs::hmac::sign(&key, text.as_bytes());
    let short = tag.as_ref().get(..15).unwrap_or_default();
    format!(
        "v-{}",
        data_encoding::BASE32_NOPAD.encode(short).to_lowercase()
    )
}

/// The key under which the numbers of visitors are drawn, made on first use.
pub(super) fn visitor_key(data: &Path) -> Result<[u8; 32], Failed> {
    let folder = data.join("intake");
    let path = folder.join("visitor.key");
    let failed = |cause: std::io::Error| {
        Failed::new(format!(
            "`{}` cannot be read or made: {cause}",
            path.display()
        ))
    };
    match std::fs::read(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| {
            Failed::new(format!("`{}` does not hold 32 bytes", path.display()))
                .help("without it, known visitors are taken for new ones; move it away to go on")
        }),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            let mut key = [0; 32];
            MachineRandomness::default().fill(&mut key);
            std::fs::create_dir_all(&folder).map_err(failed)?;
            write_privately(&path, &key).map_err(failed)?;
            Ok(key)
        }
        Err(cause) => Err(failed(cause)),
    }
}

/// Writes a file that only its owner can read.
fn write_privately(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
