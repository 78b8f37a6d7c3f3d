//! How answers of the door are shown: refusals with their clauses, released values.
//! Values pass through only for commands whose purpose is to release them.

use super::{Ending, Failed, Outcome, Terminal};
use kept_policy::{Cited, Ground, Policy, Refusal};
use kept_processing::{BlobReader, KeptBack, Released, Shown};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Tells why something was refused: each clause, and what it means.
pub(crate) fn refused(terminal: &Terminal, policy: &Policy, refusal: &Refusal) -> Outcome {
    if terminal.is_json() {
        terminal.line(json!({ "refused": grounds(policy, &refusal.grounds) }));
        return Ok(Ending::Refused);
    }
    terminal.note("refused:");
    for ground in &refusal.grounds {
        let citation = policy.citation(ground.cited);
        terminal.note(format!("  {citation}: {}", ground.why.sentence()));
        if let Some(prose) = prose(policy, ground.cited) {
            terminal.note(format!("    “{prose}”"));
        }
    }
    Ok(Ending::Refused)
}

/// Tells what had to stay of somebody who was erased.
pub(crate) fn kept(terminal: &Terminal, done: &str, entry: Option<u64>, kept: &KeptBack) {
    let left = kept.left.iter();
    let left = left.map(|left| format!("{} ({})", left.what, left.ground.name()));
    let left = left.collect::<Vec<_>>().join(", ");
    terminal.give(
        format!(
            "{done}, but for what has to stay, under {}: {left}",
            kept.under
        ),
        || json!({ "done": done, "entry": entry, "kept": kept.left, "kept-under": kept.under }),
    );
}

/// The grounds of a refusal, for programs.
pub(crate) fn grounds(policy: &Policy, grounds: &[Ground]) -> Value {
    let told = grounds.iter().map(|ground| {
        json!({
            "clause": policy.citation(ground.cited),
            "code": ground.why.code(),
            "why": ground.why.sentence(),
        })
    });
    told.collect()
}

/// What a clause says to people: the beginning of its paragraph.
pub(crate) fn prose(policy: &Policy, cited: Cited) -> Option<String> {
    let Cited::Clause(id) = cited else {
        return None;
    };
    let (document, clause) = (policy.document(id.document)?, policy.clause(id)?);
    let text = document.text.get(clause.prose.clone())?;
    // A section may begin with words of its own; the paragraph beside the clause is its last.
    let paragraph = text
        .split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .last()?;
    let plain = |c: &char| !matches!(c, '*' | '`' | '#' | '<' | '>');
    let plain: String = paragraph.chars().filter(plain).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut short = String::new();
    for word in &words {
        if short.chars().count() + word.chars().count() > 100 {
            short.push('…');
            break;
        }
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
    }
    (!short.is_empty()).then_some(short)
}

/// Shows released values. Files are written to a folder, if one is named.
pub(crate) fn values(
    terminal: &Terminal,
    released: Vec<Released>,
    files: Option<&Path>,
) -> Result<(), Failed> {
    for mut released in released {
        let saved = match (&mut released.value, files) {
            (Shown::File { name, content, .. }, Some(folder)) => {
                Some(save(folder, released.number, name, content)?)
            }
            (Shown::File { .. } | Shown::Clear(_) | Shown::Masked(_), _) => None,
        };
        terminal.give(in_words(&released, saved.as_deref()), || {
            in_json(&released, saved.as_deref())
        });
    }
    Ok(())
}

fn in_words(released: &Released, saved: Option<&Path>) -> String {
    let value = match &released.value {
        Shown::Clear(text) => text.replace('\n', "\n    "),
        Shown::Masked(text) => text.clone(),
        Shown::File {
            name,
            media_type,
            content,
        } => match saved {
            Some(path) => format!("written to {}", path.display()),
            None => format!("{name} ({media_type}, {} bytes)", content.length()),
        },
    };
    format!("{}: {value}", released.field)
}

/// A released value, for programs.
pub(crate) fn in_json(released: &Released, saved: Option<&Path>) -> Value {
    let mut told = json!({
        "field": released.field,
        "item": released.number,
        "purposes": released.purposes,
        "origin": released.origin,
        "due": released.due.map(|day| day.to_string()),
    });
    let more = match &released.value {
        Shown::Clear(text) => vec![("value", json!(text.as_str()))],
        Shown::Masked(text) => vec![("masked", json!(text))],
        Shown::File {
            name,
            media_type,
            content,
        } => vec![
            ("file", json!(name)),
            ("media-type", json!(media_type)),
            ("bytes", json!(content.length())),
            ("saved", json!(saved)),
        ],
    };
    if let Value::Object(map) = &mut told {
        map.extend(more.into_iter().map(|(key, value)| (key.to_owned(), value)));
    }
    told
}

/// Writes a released file chunk by chunk. Its name is somebody's data, so only its last part and
/// only harmless letters of it are used.
fn save(
    folder: &Path,
    number: u32,
    name: &str,
    content: &mut BlobReader,
) -> Result<PathBuf, Failed> {
    use std::io::Write;
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain = |c: char| {
        if c.is_alphanumeric() || ".-_ ".contains(c) {
            c
        } else {
            '_'
        }
    };
    let harmless: String = last.chars().map(plain).take(80).collect();
    let path = folder.join(format!("{number}-{}", harmless.trim_start_matches('.')));
    let failed = |cause: std::io::Error| {
        Failed::new(format!(
            "a file cannot be written to `{}`: {cause}",
            folder.display()
        ))
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = std::fs::File::create(&path).map_err(failed)?;
    let mut position = 0;
    while let Some(chunk) = content
        .chunk(position)
        .map_err(kept_processing::Failure::from)?
    {
        file.write_all(&chunk).map_err(failed)?;
        position += 1;
    }
    Ok(path)
}

/// A number of things, as one says it.
pub(crate) fn counted(count: impl TryInto<u64>, thing: &str) -> String {
    match count.try_into().unwrap_or(u64::MAX) {
        1 => format!("1 {thing}"),
        count if thing == "person" => format!("{count} people"),
        count if thing.ends_with('y') && !thing.ends_with("ey") => {
            format!("{count} {}ies", thing.trim_end_matches('y'))
        }
        count => format!("{count} {thing}s"),
    }
}
