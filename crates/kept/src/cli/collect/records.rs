//! Records as commands of the door, and what the door made of them.

use super::input::Taken;
use super::mail::{self, Own};
use super::progress::{Progress, Side};
use super::summary::Summary;
use super::{Kind, recordings};
use crate::ambient::MachineRandomness;
use crate::cli::{Failed, House};
use kept_intake::{Notice, Places, Record, Value, Visit};
use kept_policy::Policy;
use kept_processing::{Caller, Collect, Command, Effect, Failure, Given, Once, Performed};
use kept_terms::{Day, FieldKind, PersonId, Randomness, Right, Territory};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
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
    /// What the people agreed to.
    pub agreed: Vec<String>,
    /// The people's country, where a record does not say it.
    pub country: Option<Territory>,
    /// Who takes it in.
    pub caller: Caller,
    /// The key under which the numbers of visitors are drawn.
    pub visitor_key: [u8; 32],
    /// The addresses that the firm writes from.
    pub own: Own,
    /// The kind of case that a letter from somebody opens.
    pub opens: Option<kept_processing::case::Kind>,
    /// By what visits are placed.
    pub places: Option<Places>,
    /// The folder in which the files stand that a table names.
    pub beside: PathBuf,
}

impl Settings {
    /// The policy's field for what a reader of logs or messages tells under a name of its own;
    /// nothing where it is to be left out.
    pub fn field_of<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        let pairs = self.maps.iter().filter_map(|map| map.rsplit_once('='));
        let mut pairs = pairs.filter(|(said, _)| said.trim() == name);
        let field = pairs.next_back().map_or(name, |(_, field)| field.trim());
        (field != "-").then_some(field)
    }

    /// Whether a field of a kind is taken through the channel.
    pub fn takes(&self, field: &str, kind: impl Fn(FieldKind) -> bool) -> bool {
        let words = &self.policy.words;
        let channel = words.channels.id(&self.channel);
        let region = channel.and_then(|channel| words.channels.get(channel)?.region);
        let document = self.policy.document_for(self.country.or(region));
        let (Some(document), Some(channel)) = (document, channel) else {
            return false;
        };
        let Some(id) = words.fields.id(field) else {
            return false;
        };
        words.fields.get(id).is_some_and(|field| kind(field.kind))
            && !document.rules.collected_for(id, channel).is_empty()
    }
}

/// One record, ready for the door.
pub(super) struct Ready {
    /// The line it begins on.
    pub line: u64,
    /// Which of several records of one line it is, from 0.
    pub copy: u32,
    /// What is to be collected.
    pub collect: Collect,
    /// Whether a no is on record with it.
    pub opts_out: bool,
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
            Taken::Message(message) => match mail::from_message(settings, *message) {
                Ok(all) => ready.extend(all),
                Err((line, reason)) => {
                    side.write(line, reason)?;
                    summary.rejected += 1;
                }
            },
            Taken::Visit(visit) => ready.push(from_visit(settings, *visit)),
        }
    }
    if settings.kind == Kind::Recordings {
        for one in ready {
            recordings::perform(house, settings, progress, one, side, summary).await?;
        }
        return Ok(());
    }
    let once = ready.iter().map(|one| progress.once(one.line, one.copy));
    let once: Vec<Once> = once.collect();
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
pub(super) fn count(
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

/// A record through the channel, with nothing in it yet.
pub(super) fn blank(settings: &Settings) -> Collect {
    Collect {
        purpose: settings.purpose.clone(),
        country: settings.country,
        notice_given: settings.notice,
        consents: settings.agreed.clone(),
        ..Collect::through(&settings.channel)
    }
}

fn from_record(settings: &Settings, record: Record) -> Result<Ready, (u64, &'static str)> {
    let line = record.line;
    let mut collect = blank(settings);
    if let Some(code) = &record.country {
        let country = code
            .parse()
            .map_err(|_| (line, "the country is no code of ISO 3166-1, such as US, or of a part of one in ISO 3166-2, such as US-CA"))?;
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
        copy: 0,
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
    if let Some(field) = settings.field_of("visitor") {
        collect
            .values
            .push((field.to_owned(), Given::Text(visitor)));
    }
    let place = settings.places.as_ref();
    let place = place.and_then(|places| places.find(visit.ip));
    let values = visit.into_record().values.into_iter();
    let said = values.filter_map(|field| match field.value {
        Value::Text(text) => Some((field.name.to_string(), text)),
        Value::Bytes(_) => None,
    });
    for (field, text) in said.chain(place.map(|place| ("location".to_owned(), place))) {
        let is_log = field == "weblog";
        let Some(field) = settings.field_of(&field) else {
            continue;
        };
        // What no clause takes of a visit is left out: the policy may want the place and not the
        // address, or neither.
        if is_log || settings.takes(field, |_| true) {
            collect.values.push((field.to_owned(), Given::Text(text)));
        }
    }
    Ready {
        line,
        copy: 0,
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
