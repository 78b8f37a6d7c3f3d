//! `kept publish`: writes the policy as pages, or brings it into force.

use super::house::{Compiled, House, today};
use super::{Ending, Failed, Outcome, Place, Terminal};
use kept_policy::{Document, Evidence, Links, Policy, Standing, standing};
use kept_processing::Published;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Write the policy as web pages, or bring it into force.
///
/// There is a page for each document; each needs no JavaScript and no other file. With --standing
/// the pages show how each promise stands in the data folder. With --in-force the policy takes the
/// place of the one in force there, at once or on the day that its documents name; every version
/// that was ever published stays on record.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept publish policies/mediaocean --out pages
  kept publish --document north-america --out policy.html --standing
  kept publish policies/mediaocean --in-force")]
pub(super) struct Arguments {
    /// The policy's folder [default: the folder of --policy].
    path: Option<PathBuf>,

    /// The folder the pages are written to; with --document, the file.
    #[arg(long, value_name = "PATH", required_unless_present = "in_force")]
    out: Option<PathBuf>,

    /// Write the page of this document only.
    #[arg(long, requires = "out")]
    document: Option<String>,

    /// Show how each promise stands in the data folder.
    #[arg(long, requires = "out")]
    standing: bool,

    /// Bring the policy into force in the data folder.
    #[arg(long)]
    in_force: bool,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let mut place = place.clone();
    if let Some(path) = &arguments.path {
        place.policy.clone_from(path);
    }
    if arguments.in_force {
        let house = place.open_or_make(true).await?;
        if let Ending::Refused = in_force(terminal, &place, &house)? {
            return Ok(Ending::Refused);
        }
    }
    let Some(out) = &arguments.out else {
        return Ok(Ending::Done);
    };
    let Compiled { policy, .. } = place.compile()?;
    let standing = match (arguments.standing, today()) {
        (true, _) => place.open().await?.door.standing().await?,
        (false, Some(today)) => standing(&policy, &Evidence::default(), today),
        (false, None) => Vec::new(),
    };
    let written = match &arguments.document {
        Some(name) => vec![one(&policy, name, &standing, out)?],
        None => all(&policy, &standing, out)?,
    };
    for path in written {
        let shown = path.display().to_string();
        terminal.give(format!("wrote {shown}"), || json!({ "page": shown }));
    }
    Ok(Ending::Done)
}

/// Tells what became of a version.
fn in_force(terminal: &Terminal, place: &Place, house: &House) -> Outcome {
    let digest = place.compile()?.policy.digest.to_string();
    match &house.published {
        Published::InForce => {
            terminal.give(
                format!("policy {digest} is in force"),
                || json!({ "in-force": digest }),
            );
            Ok(Ending::Done)
        }
        Published::From(day) => {
            terminal.give(
                format!(
                    "policy {digest} is announced, and comes into force by itself on {day}; until \
                     then the one before it holds"
                ),
                || json!({ "announced": digest, "from": day.to_string() }),
            );
            Ok(Ending::Done)
        }
        Published::Refused(refusal) => {
            let told = refusal.grounds.iter().map(|ground| {
                let cited = house.policy.citation(ground.cited);
                format!("{cited}: {}", ground.why.sentence())
            });
            let told: Vec<String> = told.collect();
            terminal.give(
                format!("refused: {}", told.join("; ")),
                || json!({ "refused": told }),
            );
            Ok(Ending::Refused)
        }
    }
}

fn one(policy: &Policy, name: &str, standing: &[Standing], out: &Path) -> Result<PathBuf, Failed> {
    let Some(document) = policy.document_named(name) else {
        let known: Vec<&str> = policy
            .documents
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        return Err(Failed::new(format!("the policy has no document `{name}`"))
            .help(format!("it has {}", known.join(", "))));
    };
    write(out.to_owned(), &page(policy, document, standing))
}

fn all(policy: &Policy, standing: &[Standing], out: &Path) -> Result<Vec<PathBuf>, Failed> {
    std::fs::create_dir_all(out).map_err(|cause| unwritable(out, &cause))?;
    let written = policy.documents.iter().map(|document| {
        write(
            out.join(file_name(document)),
            &page(policy, document, standing),
        )
    });
    written.collect()
}

fn file_name(document: &Document) -> String {
    format!("{}.html", document.name)
}

/// The page of a document, with links to the others beside it.
fn page(policy: &Policy, document: &Document, standing: &[Standing]) -> String {
    let others = policy
        .documents
        .iter()
        .filter(|other| other.id != document.id);
    let links = Links {
        documents: others
            .map(|other| (other.title.clone(), file_name(other)))
            .collect(),
        ..Links::default()
    };
    let page = kept_policy::publish(policy, document.id, standing, &links);
    // In the text, a document is linked to as a server names it; here it is a file.
    policy.documents.iter().fold(page, |page, document| {
        let (named, filed) = (format!("href=\"{}\"", document.name), file_name(document));
        page.replace(&named, &format!("href=\"{filed}\""))
    })
}

fn write(path: PathBuf, page: &str) -> Result<PathBuf, Failed> {
    match std::fs::write(&path, page) {
        Ok(()) => Ok(path),
        Err(cause) => Err(unwritable(&path, &cause)),
    }
}

fn unwritable(path: &Path, cause: &std::io::Error) -> Failed {
    Failed::new(format!("`{}` cannot be written: {cause}", path.display()))
}
