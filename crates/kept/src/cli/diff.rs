//! `kept diff`: what changes between two versions of a policy, in sentences.

use super::house::{read_sources, today};
use super::{Ending, Failed, Outcome, Place, Terminal};
use kept_policy::{
    Direction, Options, Policy, Told, compile_with, diff, language_of, render_diagnostics,
};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// Tell what changes between two versions of a policy, by what they mean.
///
/// A version is a folder of documents, or one that was published: by its digest or the beginning of
/// it, by a day, or as `in-force` or `announced`. Wording that changes no rule is no change; it is
/// counted at the end.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept diff policies/mediaocean drafts/mediaocean
  kept diff in-force drafts/mediaocean --language de
  kept diff 2026-01-01 announced --json")]
pub(super) struct Arguments {
    /// The former version.
    old: String,

    /// The latter version.
    new: String,

    /// The language of the sentences: en, fr, de or zh [default: each document's own].
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let (old, new) = versions(place, &arguments.old, &arguments.new).await?;
    let found = diff(&old, &new);
    let told = match &arguments.language {
        Some(language) => found.told(&old, &new, language_of(language)),
        None => found.told_at_home(&old, &new),
    };
    let reworded = &found.reworded;
    terminal.give(in_words(&told, reworded.len()), || {
        json!({
            "from": old.digest.to_string(),
            "to": new.digest.to_string(),
            "changes": told,
            "reworded": reworded,
        })
    });
    Ok(Ending::Done)
}

async fn versions(
    place: &Place,
    old: &str,
    new: &str,
) -> Result<(Arc<Policy>, Arc<Policy>), Failed> {
    let folder = |name: &str| PathBuf::from(name).exists();
    if folder(old) && folder(new) {
        return Ok((compiled(old)?, compiled(new)?));
    }
    let house = place.open().await?;
    let version = async |name: &str| {
        if folder(name) {
            return compiled(name);
        }
        let unknown = || {
            Failed::new(format!(
                "`{name}` is neither a folder nor a version published here"
            ))
            .help("name a folder, a digest, a day, `in-force` or `announced`")
        };
        let recorded = house.door.version_named(name).await?.ok_or_else(unknown)?;
        let policy = house.door.version(recorded.digest).await?;
        policy.ok_or_else(|| Failed::new(format!("the version `{name}` cannot be read any more")))
    };
    Ok((version(old).await?, version(new).await?))
}

/// Compiles a folder or a document, or fails with everything that is wrong with it.
pub(super) fn compiled(path: &str) -> Result<Arc<Policy>, Failed> {
    let sources = read_sources(&[PathBuf::from(path)])?;
    let (policy, diagnostics) = compile_with(&sources, &Options { today: today() });
    policy.map(Arc::new).ok_or_else(|| {
        let rendered = render_diagnostics(&diagnostics, &sources, false);
        let problem = format!("the policy in `{path}` does not pass its check\n\n{rendered}");
        Failed::new(problem.trim_end()).help("mend it, and run `kept check`")
    })
}

/// Changes as lines, under headings by whom they favour.
pub(super) fn in_words(told: &[Told], reworded: usize) -> String {
    let groups = [
        (Direction::Against, "Against people:"),
        (Direction::Favour, "In favour of people:"),
        (Direction::Neutral, "Neither:"),
    ];
    let mut lines = Vec::new();
    for (direction, heading) in groups {
        let group: Vec<&Told> = told.iter().filter(|it| it.direction == direction).collect();
        if group.is_empty() {
            continue;
        }
        lines.push(heading.to_owned());
        for one in group {
            let mark = if one.material { "*" } else { "-" };
            lines.push(format!("  {mark} {}", one.sentence));
            let gone = one.old.iter().filter(|name| !one.new.contains(name));
            let clauses: Vec<&str> = one.new.iter().chain(gone).map(String::as_str).collect();
            if !clauses.is_empty() {
                lines.push(format!("      {}", clauses.join(", ")));
            }
            if !one.ask.is_empty() {
                lines.push(format!(
                    "      people have to agree to: {}",
                    one.ask.join(", ")
                ));
            }
        }
    }
    if told.is_empty() {
        lines.push("Both say the same.".to_owned());
    } else {
        lines.push("(* people are told of it)".to_owned());
    }
    if reworded > 0 {
        lines.push(format!(
            "Worded anew while the rule stayed the same: {}",
            super::counted(reworded, "clause")
        ));
    }
    lines.join("\n")
}
