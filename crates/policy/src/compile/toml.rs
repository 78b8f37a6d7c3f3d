//! Says what the TOML parser found, in the words of somebody who does not know TOML.
//! It reads no values; it only reports.

use super::Report;
use crate::diagnostic::Code;

/// Most errors that are said of one piece of TOML.
const ERRORS_MAX: usize = 20;

/// Reports what the TOML parser says of a piece that begins at byte `base` of its file. One slip
/// often makes several errors, so only the first of a line is said.
pub(crate) fn bad_toml(
    file: usize,
    base: usize,
    source: &str,
    errors: &[toml::de::Error],
    report: &mut Report<'_>,
) {
    let line_of = |at: usize| {
        let before = source.get(..at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = source.get(start..).unwrap_or_default();
        (start, rest.lines().next().unwrap_or_default())
    };
    let mut errors: Vec<_> = errors
        .iter()
        .map(|error| (error.span().unwrap_or(0..0), error.message()))
        .collect();
    errors.sort_by_key(|(span, _)| span.start);
    let (mut last, mut twice_until) = (None, 0);
    let mut said = 0;
    for (span, message) in errors {
        let (start, line) = line_of(span.start);
        let again = message == "duplicate key" && span.start < twice_until;
        if last == Some(start) || again || said == ERRORS_MAX {
            continue;
        }
        if message == "duplicate key" && line.starts_with('[') {
            // What stands in a table that is there twice is there twice too.
            let rest = source.get(span.end..).unwrap_or_default();
            twice_until = rest.find("\n[").map_or(source.len(), |at| span.end + at);
        }
        last = Some(start);
        said += 1;
        let span = base + span.start..base + span.end;
        report
            .say(
                Code::BadToml,
                file,
                span,
                format!("this is not TOML: {message}"),
            )
            .help(remedy(message, line));
    }
}

/// What to do about an error on a line.
fn remedy(message: &str, line: &str) -> &'static str {
    let says = |part: &str| message.contains(part);
    const UNSEEN: [char; 7] = [
        '\u{a0}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{202f}', '\u{3000}', '\u{feff}',
    ];
    if line.contains(UNSEEN) {
        return "a space in this line is of a kind that cannot be seen: write the line anew";
    }
    if line.contains(['“', '”', '„', '«', '»', '’', '‘']) {
        "put texts between straight quotation marks: `\"text\"`"
    } else if line.contains(':') && !line.contains('=') {
        "put `=` between a key and its value, not `:`"
    } else if says("duplicate key") {
        "it stands there already: strike one, or give it another name"
    } else if says("missing comma") {
        "put a comma between values, and a quotation mark before and after each"
    } else if says("basic string") || says("quote") {
        "put the text between two quotation marks on one line: `\"text\"`"
    } else if says("date") || says("time") {
        "write a date as year, month and day: `2026-01-31`"
    } else if says("key with no value") {
        "write `key = value`; if this is prose, close the block before it"
    } else {
        "values are written as in `key = \"text\"`, `key = [\"a\", \"b\"]` or `key = true`"
    }
}
