//! `kept collect`: takes in files, line by line, through the door.
//! It holds a batch at a time in memory, and goes on where it stopped.

mod input;
mod mail;
mod progress;
mod recordings;
mod records;
mod summary;

use super::{Ending, Failed, House, Outcome, Place, Terminal, caller};
use input::Input;
use progress::Progress;
use records::Settings;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use summary::Summary;

/// How many records become durable together.
const BATCH_RECORDS: usize = 512;

/// How many bytes of values become durable together, if that is fewer records.
const BATCH_BYTES: usize = 2 << 20;

/// Take in personal information from files or standard input.
///
/// CSV with a header line, JSON lines, web-server access logs (Common, Combined, JSON lines, W3C
/// extended) and e-mail (a message, an mbox, a maildir, a folder of .eml files), plain or gzip; and
/// recordings or other files beside a table that names them. Every record goes through the policy:
/// what it refuses is counted by clause and leaves nothing behind but the refusal's entry in the
/// ledger.
///
/// Of a visit a log tells the fields visitor, weblog, ip-address, user-agent, operating-system,
/// browser and location; of a message it is name, email, subject, message, attachment and letter.
/// Where the policy calls them something else, --map says so.
///
/// A message from one of the firm's own addresses (those of the policy, and --own) went out, and
/// is recorded for whoever it was sent to; any other came in from its sender.
///
/// A line that cannot be read is written to `<input>.rejected` by its number, with the reason, and
/// the rest goes on. A file that is taken in again goes on after what was taken in before; however
/// it stopped, nothing is taken in twice if it goes on within a day.
///
/// It ends as refused only where nothing was stored and something was refused.
#[derive(clap::Args, Default)]
#[command(after_long_help = "Examples:
  kept collect contacts.csv --channel client-contract --role account-manager
  kept collect courses.csv --channel training-import --map course=course-{status}
  kept collect access.log.gz
  kept collect access.log --channel website --map visitor=cookie --map weblog=pages-visited
  kept collect mail/ --own support@example.org --own @example.net
  kept collect calls/ --kind recordings --channel telephone --role support
  kept collect u_ex261123.log --geoip country.mmdb
  zcat old.ndjson.gz | kept collect - --kind ndjson --channel api --dry-run")]
pub(crate) struct Arguments {
    /// Files and folders; `-` is standard input.
    #[arg(required = true, value_name = "FILE|-")]
    pub inputs: Vec<PathBuf>,

    /// What kind of input it is [default: told by its name].
    #[arg(long, value_enum)]
    pub kind: Option<Kind>,

    /// The channel it came through [default: `weblog` for access logs, `e-mail` for e-mail].
    #[arg(long)]
    pub channel: Option<String>,

    /// Take it in for this purpose only [default: all that the channel's clauses name].
    #[arg(long)]
    pub purpose: Option<String>,

    /// A column's field, `column=field`; `column=-` leaves it out. So for what a log or a message
    /// tells: `weblog=pages-visited`.
    #[arg(long = "map", value_name = "COLUMN=FIELD")]
    pub maps: Vec<String>,

    /// The people were told beforehand.
    #[arg(long)]
    pub notice: bool,

    /// A purpose that all of these people agreed to, with what is taken in here.
    #[arg(long, value_name = "PURPOSE")]
    pub agreed: Vec<String>,

    /// Where the people live, where a record does not say it: a country such as US, or a part of
    /// one such as US-CA.
    #[arg(long)]
    pub country: Option<kept_terms::Territory>,

    /// The role of whoever takes it in [default: Kept itself].
    #[arg(long)]
    pub role: Option<String>,

    /// An address that the firm writes from, or all of a domain, as `@example.org`.
    #[arg(long = "own", value_name = "ADDRESS")]
    pub own: Vec<String>,

    /// Of letters from people: the kind of case that each opens, such as `question` or `access`.
    /// Whoever wrote has yet to show who they are.
    #[arg(long, value_name = "KIND", value_parser = super::case::kind)]
    pub opens: Option<kept_processing::case::Kind>,

    /// A database of places (MaxMind DB format) by which visits get a country and a region.
    #[arg(long, value_name = "FILE")]
    pub geoip: Option<PathBuf>,

    /// Read and check everything, and store nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Begin at the beginning, even if it was taken in before.
    #[arg(long)]
    pub again: bool,
}

/// The kinds of input.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum, Debug)]
pub(crate) enum Kind {
    /// Comma-, semicolon- or tab-separated, with a header line.
    Csv,
    /// One JSON object a line.
    Ndjson,
    /// A web server's access log.
    AccessLog,
    /// A message, an mbox, a maildir, or a folder of messages.
    Email,
    /// A table (`index.csv` of a folder) that names files beside it in the column of their field.
    Recordings,
}

impl Kind {
    fn of(path: &Path) -> Result<Kind, Failed> {
        match kept_intake::Kind::of(path) {
            Some(kept_intake::Kind::Csv) => Ok(Kind::Csv),
            Some(kept_intake::Kind::Ndjson) => Ok(Kind::Ndjson),
            Some(kept_intake::Kind::AccessLog) => Ok(Kind::AccessLog),
            Some(kept_intake::Kind::Mail) => Ok(Kind::Email),
            None => {
                let shown = path.display();
                let failed = Failed::new(format!("`{shown}` does not tell what kind it is"));
                Err(failed.help("say it with --kind csv, ndjson, access-log, email or recordings"))
            }
        }
    }
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    for path in &arguments.inputs {
        if path.as_os_str() != "-" && !path.exists() {
            let missing = std::io::ErrorKind::NotFound.into();
            return Err(super::house::unreadable(path, &missing));
        }
    }
    let stop = Arc::new(AtomicBool::new(false));
    let asked = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            asked.store(true, Ordering::Relaxed);
        }
    });
    let house = match arguments.dry_run {
        true => None,
        false => Some(place.open_or_make(false).await?),
    };
    let taken = take_in_all(terminal, place, house.as_ref(), arguments, &stop).await?;
    if stop.load(Ordering::Relaxed) {
        return Err(Failed::new("stopped").help("run the same command again to go on"));
    }
    match taken.stored == 0 && taken.refused > 0 {
        true => Ok(Ending::Refused),
        false => Ok(Ending::Done),
    }
}

/// Takes in every input, one after the other, until it is told to stop.
pub(crate) async fn take_in_all(
    terminal: &Terminal,
    place: &Place,
    house: Option<&House>,
    arguments: &Arguments,
    stop: &AtomicBool,
) -> Result<Taken, Failed> {
    let mut taken = Taken::default();
    let policy = match house {
        Some(house) => house.policy.clone(),
        None => place.compile()?.policy,
    };
    for path in &arguments.inputs {
        let settings = settings(place, arguments, path, &policy)?;
        let taking = Taking {
            terminal,
            place,
            house,
            stop,
        };
        let summary = taking.take_in(path, &settings, arguments).await?;
        summary.print(terminal, path);
        taken.stored += summary.stored;
        taken.refused += summary.refused_records;
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(taken)
}

/// What became of all inputs together.
#[derive(Clone, Copy, Default)]
pub(crate) struct Taken {
    /// How many records were stored.
    pub stored: u64,
    /// How many records the policy refused.
    pub refused: u64,
}

fn settings(
    place: &Place,
    arguments: &Arguments,
    path: &Path,
    policy: &Arc<kept_policy::Policy>,
) -> Result<Settings, Failed> {
    let kind = match arguments.kind {
        Some(kind) => kind,
        None if path.as_os_str() == "-" => {
            let failed = Failed::new("standard input does not tell what kind it is");
            return Err(failed.help("say it with --kind csv, ndjson, access-log or email"));
        }
        None => Kind::of(path)?,
    };
    let channel = match (&arguments.channel, kind) {
        (Some(channel), _) => channel.clone(),
        (None, Kind::AccessLog) => "weblog".to_owned(),
        (None, Kind::Email) => "e-mail".to_owned(),
        (None, Kind::Csv | Kind::Ndjson | Kind::Recordings) => {
            let failed = Failed::new("the channel it came through is missing");
            return Err(failed.help("name it with --channel; the policy declares the channels"));
        }
    };
    if policy.words.channels.id(&channel).is_none() {
        let known: Vec<_> = policy
            .words
            .channels
            .iter()
            .map(|(_, c)| c.name.to_string())
            .collect();
        return Err(
            Failed::new(format!("the policy declares no channel `{channel}`"))
                .help(format!("it declares {}", known.join(", "))),
        );
    }
    Ok(Settings {
        kind,
        channel,
        policy: policy.clone(),
        purpose: arguments.purpose.clone(),
        maps: arguments.maps.clone(),
        notice: arguments.notice,
        agreed: arguments.agreed.clone(),
        country: arguments.country,
        caller: match &arguments.role {
            Some(role) => caller::staff(role),
            None => caller::system("collect"),
        },
        visitor_key: match kind {
            Kind::AccessLog if !arguments.dry_run => records::visitor_key(&place.data)?,
            Kind::AccessLog | Kind::Csv | Kind::Ndjson | Kind::Email | Kind::Recordings => [0; 32],
        },
        own: mail::Own::of(policy, &arguments.own),
        opens: arguments.opens,
        places: arguments
            .geoip
            .as_deref()
            .map(kept_intake::Places::open)
            .transpose()?,
        beside: match path.is_dir() {
            true => path.to_owned(),
            false => path.parent().unwrap_or(Path::new("")).to_owned(),
        },
    })
}

/// Taking in one input.
struct Taking<'a> {
    terminal: &'a Terminal,
    place: &'a Place,
    house: Option<&'a House>,
    stop: &'a AtomicBool,
}

impl Taking<'_> {
    async fn take_in(
        &self,
        path: &Path,
        settings: &Settings,
        arguments: &Arguments,
    ) -> Result<Summary, Failed> {
        let mut input = Input::open(path, settings)?;
        let mut summary = Summary::default();
        let mut progress = match self.house {
            Some(_) => Progress::of(&self.place.data, path, arguments.again)?,
            None => Progress::none(path),
        };
        if let Some(position) = progress.position() {
            // Another file of the same name is read from its beginning.
            match input.skip_to(position) {
                Ok(()) => summary.went_on = true,
                Err(kept_intake::Failure::Conflict { .. }) => {
                    input = Input::open(path, settings)?;
                    progress.begin()?;
                }
                Err(failure) => return Err(failure.into()),
            }
        } else {
            progress.begin()?;
        }
        let mut side = progress.side_file()?;
        let bar = self.terminal.progress("records", None);
        loop {
            let batch = input.batch(BATCH_RECORDS, BATCH_BYTES)?;
            for rejected in &batch.rejected {
                side.write(rejected.line, &rejected.reason.to_string())?;
                summary.rejected += 1;
            }
            let is_last = batch.is_last;
            let position = batch.position;
            let taken = u64::try_from(batch.records.len()).unwrap_or_default();
            match self.house {
                None => summary.read += taken,
                Some(house) => {
                    records::perform(
                        house,
                        settings,
                        &progress,
                        batch.records,
                        &mut side,
                        &mut summary,
                    )
                    .await?;
                }
            }
            bar.inc(taken);
            // The position follows what is durable: a crash in between reads the batch again, and
            // the key of each record tells the door that it was there.
            if let Some(position) = position {
                progress.reach(position)?;
            }
            if is_last || self.stop.load(Ordering::Relaxed) {
                break;
            }
        }
        bar.finish_and_clear();
        summary.side_file = side.path_if_written();
        Ok(summary)
    }
}
