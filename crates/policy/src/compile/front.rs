//! Front matter: finds it and reads it.
//! What it names is resolved later, with the rest of the folder.

use super::Report;
use super::given::Given;
use super::read::{Reader, shown, tidy};
use super::toml::bad_toml;
use crate::diagnostic::Code;
use crate::shape::FRONT;
use kept_terms::Name;
use std::ops::Range;
use toml::de::DeTable;

/// Front matter as read.
pub(crate) struct Front {
    pub given: Given,
    pub name: Option<Name>,
    /// Where the document proper begins, in bytes.
    pub body: usize,
}

/// Reads the front matter of a document. Without it a text is no document, and nothing more is
/// said about it.
pub(crate) fn front(file: usize, text: &str, report: &mut Report<'_>) -> Option<Front> {
    let Some((toml, body)) = find(text) else {
        let end = text.find('\n').unwrap_or(text.len());
        let (message, help) = missing(text);
        report
            .say(Code::NoFrontMatter, file, 0..end, message)
            .help(help);
        return None;
    };
    let source = text.get(toml.clone()).unwrap_or_default();
    let mut given = read_front(file, source, toml.start, report);
    given.span = 0..toml.start;
    let name = name(file, &given, report);
    language(file, &mut given, report);
    Some(Front { given, name, body })
}

fn read_front(file: usize, source: &str, base: usize, report: &mut Report<'_>) -> Given {
    let (table, errors) = DeTable::parse_recoverable(source);
    bad_toml(file, base, source, &errors, report);
    let mut reader = Reader {
        report,
        file,
        base,
        lenient: !errors.is_empty(),
    };
    let mut given = reader.table(table.get_ref(), 0..base, FRONT, "the front matter");
    given.broken |= !errors.is_empty();
    given
}

/// Where a document proper begins, after its front matter.
pub(crate) fn body_start(text: &str) -> usize {
    find(text).map_or(0, |(_, body)| body)
}

/// What to say of a text without front matter: what stands there instead, and the remedy.
fn missing(text: &str) -> (&'static str, &'static str) {
    let mut lines = text
        .trim_start_matches('\u{feff}')
        .lines()
        .map(str::trim_end);
    match lines.next() {
        Some("+++") => (
            "the front matter is not closed",
            "end it with a second line `+++`",
        ),
        Some("---") => (
            "front matter is TOML between two lines `+++`, not YAML",
            "write `+++` for `---`, and `title = \"…\"` for `title: …`",
        ),
        Some("") if lines.find(|line| !line.is_empty()) == Some("+++") => (
            "the front matter does not begin on the first line",
            "strike what stands before the first `+++`",
        ),
        _ => (
            "a document opens with front matter between two lines `+++`",
            "begin the file with `+++`, `id = \"…\"`, `title = \"…\"`, `language = \"en\"`, `+++`",
        ),
    }
}

/// Where the TOML of front matter stands, and where the document goes on.
fn find(text: &str) -> Option<(Range<usize>, usize)> {
    let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut at = text.len() - rest.len();
    let mut start = None;
    for line in rest.split_inclusive('\n') {
        let mark = line.trim_end() == "+++";
        match start {
            None if mark => start = Some(at + line.len()),
            None => return None,
            Some(start) if mark => return Some((start..at, at + line.len())),
            Some(_) => {}
        }
        at += line.len();
    }
    None
}

fn name(file: usize, given: &Given, report: &mut Report<'_>) -> Option<Name> {
    let text = given.text("id")?;
    match Name::new(text) {
        Ok(name) => Some(name),
        Err(error) => {
            let message = format!("`{}` cannot name a document: {error}", shown(text));
            report
                .say(Code::BadName, file, given.span_of("id"), message)
                .help(match tidy(text).as_str() {
                    "some-name" => "write it as in `id = \"north-america\"`".to_owned(),
                    tidied => format!("write it as `id = {tidied:?}`"),
                });
            None
        }
    }
}

fn language(file: usize, given: &mut Given, report: &mut Report<'_>) {
    let Some(tag) = given.text("language") else {
        return;
    };
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    let fine = (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_lowercase())
        && parts
            .all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !fine {
        let message = format!("`{}` is not a language tag of BCP 47", shown(tag));
        report
            .say(Code::WrongValue, file, given.span_of("language"), message)
            .help("write it as in `en`, `fr-CA` or `zh-Hans`");
        given.broken = true;
    }
}
