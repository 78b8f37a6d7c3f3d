//! A bundle of evidence: the ledger's entries of some days, a proof of each, the versions of the
//! policy they were decided under, the ledger's key, and how to check it all with other tools.
//! It holds nobody's information, and checking it asks nobody.

mod attested;

use super::house::unreadable;
use super::{Ending, Failed, Outcome, Place, Terminal};
use jiff::civil::Date;
use kept_ledger::{Entry, Receipt, Verifier};
use kept_policy::{Source, compile};
use kept_processing::Version;
use kept_terms::Day;
use serde_json::json;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// What the bundle says about itself.
const README: &str = include_str!("evidence.md");

/// How the name of a receipt ends.
const PROOF: &str = "tlog-proof";

/// Write the ledger's entries of some days, with a proof of each, for somebody who checks them; or
/// put on record, and list, what promises rest on.
///
/// The bundle is a folder: `entries/` with a proof for each entry, `policies/` with the versions
/// they were decided under, `checkpoint`, `ledger.vkey` and a README. `kept verify --bundle` checks
/// it without a server, and so does any tool that reads C2SP `tlog-proof`.
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_long_help = "Examples:
  kept evidence --from 2026-11-01 --to 2026-11-30 bundle
  kept evidence put review --measure access-review --on 2026-11-20
  kept evidence list"
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<attested::Command>,

    /// The folder to write, which must not be there yet.
    #[arg(required = true)]
    folder: Option<PathBuf>,

    /// The first day.
    #[arg(long, value_name = "DATE", required = true)]
    from: Option<Date>,

    /// The last day.
    #[arg(long, value_name = "DATE", required = true)]
    to: Option<Date>,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    if let Some(command) = &arguments.command {
        return attested::run(terminal, place, command).await;
    }
    match (&arguments.folder, arguments.from, arguments.to) {
        (Some(folder), Some(from), Some(to)) => {
            let days = Day::from_date(from)..=Day::from_date(to);
            bundle(terminal, place, folder, days).await
        }
        _ => Err(Failed::new("a bundle needs a folder, --from and --to")),
    }
}

/// Writes a bundle of the entries of some days.
async fn bundle(
    terminal: &Terminal,
    place: &Place,
    folder: &Path,
    days: RangeInclusive<Day>,
) -> Outcome {
    if folder.exists() {
        let problem = format!("`{}` is there already", folder.display());
        return Err(Failed::new(problem).help("name a folder that is not there yet"));
    }
    let house = place.open().await?;
    let size = house.door.sequence().await?;
    let write = |path: PathBuf, text: &[u8]| {
        let failed = |cause: std::io::Error| {
            Failed::new(format!("`{}` cannot be written: {cause}", path.display()))
        };
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        std::fs::write(&path, text).map_err(failed)
    };
    let bar = terminal.progress("entries", Some(size));
    let (mut next, mut count, mut policies) = (0, 0_u64, BTreeSet::new());
    while next < size {
        let entries = house.door.entries_from(next)?;
        if entries.is_empty() {
            return Err(Failed::new(format!("the ledger lacks its entry {next}")));
        }
        for (index, bytes) in (next..).zip(entries) {
            next = index + 1;
            bar.set_position(next);
            let entry = Entry::parse(&bytes).map_err(|fault| Failed::new(fault.to_string()))?;
            let second = entry.at.unix_milliseconds().div_euclid(1_000);
            let day = Day(i32::try_from(second.div_euclid(86_400)).unwrap_or(i32::MAX));
            if !days.contains(&day) {
                continue;
            }
            policies.extend(entry.policy);
            let receipt = house.door.receipt(index).await?.to_string();
            let name = format!("entries/{index:012}.{PROOF}");
            write(folder.join(name), receipt.as_bytes())?;
            count += 1;
        }
    }
    bar.finish_and_clear();
    let checkpoint = house.door.checkpoint()?.unwrap_or_default();
    write(folder.join("checkpoint"), checkpoint.as_bytes())?;
    let key = format!("{}\n", house.door.verifier());
    write(folder.join("ledger.vkey"), key.as_bytes())?;
    write(folder.join("README.md"), README.as_bytes())?;
    let versions = house.door.versions().await?;
    let used = |version: &&Version| policies.iter().any(|known| version.0.0.starts_with(known));
    for (digest, files) in versions.iter().filter(used) {
        for (name, text) in files {
            write(
                folder.join(format!("policies/{digest}/{name}")),
                text.as_bytes(),
            )?;
        }
    }
    let text = format!("{count} entries of {size}, each with its proof");
    terminal.give(text, || json!({ "entries": count, "of": size }));
    Ok(Ending::Done)
}

/// Checks a bundle: every proof against the key, no entry left out between the first and the last,
/// and every policy against the digest that the entries name.
pub(super) fn check(terminal: &Terminal, folder: &Path, keys: &[Verifier]) -> Outcome {
    let wrong = |what: &Path, why: String| {
        Failed::new(format!("`{}` proves nothing: {why}", what.display()))
    };
    let (mut last, mut count, mut named) = (None, 0_u64, BTreeSet::new());
    for path in listed(&folder.join("entries"))? {
        let text = std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, &cause))?;
        let receipt = Receipt::parse(&text).map_err(|why| wrong(&path, why.to_string()))?;
        let (_, bytes) = receipt
            .open(keys)
            .map_err(|why| wrong(&path, why.to_string()))?;
        let entry = Entry::parse(bytes).map_err(|why| wrong(&path, why.to_string()))?;
        if last.is_some_and(|last: u64| receipt.index != last + 1) {
            let missing = last.map_or(0, |last| last + 1);
            return Err(wrong(folder, format!("entry {missing} is left out")));
        }
        named.extend(entry.policy);
        last = Some(receipt.index);
        count += 1;
    }
    let mut known = BTreeSet::new();
    let policies = folder.join("policies");
    for path in if policies.is_dir() {
        listed(&policies)?
    } else {
        Vec::new()
    } {
        known.insert(digest(&path)?);
    }
    let lacks = |wanted: &&[u8; 16]| !known.iter().any(|digest| digest.starts_with(*wanted));
    if named.iter().any(|wanted| lacks(&wanted)) {
        let why = "a policy that entries name is left out, or is not as it was".to_owned();
        return Err(wrong(&policies, why));
    }
    let versions = known.len();
    terminal.give(
        format!("genuine: {count} entries under {versions} versions of the policy"),
        || json!({ "genuine": true, "entries": count, "policies": versions }),
    );
    Ok(Ending::Done)
}

/// The digest of a policy, from its files.
fn digest(folder: &Path) -> Result<[u8; 32], Failed> {
    let mut sources = Vec::new();
    for path in listed(folder)? {
        let text = std::fs::read_to_string(&path).map_err(|cause| unreadable(&path, &cause))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        sources.push(Source::new(name.into_owned(), text));
    }
    match compile(&sources).0 {
        Some(policy) => Ok(policy.digest.0),
        None => Err(Failed::new(format!(
            "`{}` is no policy that compiles",
            folder.display()
        ))),
    }
}

/// What a folder holds, in order of name.
fn listed(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let entries = std::fs::read_dir(folder).map_err(|cause| unreadable(folder, &cause))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|cause| unreadable(folder, &cause))?.path());
    }
    paths.sort();
    Ok(paths)
}
