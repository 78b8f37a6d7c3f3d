//! The rules: each is a function over one file and returns what is wrong with it.
//! None looks at more than that file.

use crate::source::{Source, is_word, root};
use std::path::Path;

/// A rule returns findings, "line: what is wrong", with lines counted from one.
pub type Rule = fn(&Source) -> Vec<String>;

/// Lines of a file at most, tests excluded.
pub const FILE_LINES_MAX: usize = 600;
/// Lines of nine files in ten at most, tests excluded.
pub const FILE_LINES_USUAL: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const COLUMNS_MAX: usize = 100;

/// The one file that supplies the clock and the randomness of the whole system.
pub const AMBIENT_SOURCE: &str = "crates/kept/src/ambient.rs";

// Words are written in two halves where this file would otherwise break its own rule.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];
const OF_ONE_MACHINE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/fa", "rm/"),
    concat!("/ro", "ot/"),
    concat!("/tmp/", "studio"),
    concat!("shared/", "design"),
    concat!("shared/", "style"),
    concat!("shared/", "promises"),
    concat!("shared/", "limits"),
    concat!("crates", ".io"),
    concat!("docs", ".rs"),
];
const OF_ITS_MAKING: &[&str] = &[
    concat!("as an ", "AI"),
    concat!("AI ", "assistant"),
    concat!("Cla", "ude"),
    concat!("Anth", "ropic"),
    concat!("sub", "agent"),
    concat!("sub-", "agent"),
];
const OPEN_CODE: &[&str] = &[
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("#[ig", "nore"),
];
const PRINTING: &[&str] = &["println!", "eprintln!", "print!", "eprint!", "dbg!"];
const AMBIENT: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "SystemRandom::new",
    "thread_rng",
    "OsRng",
    "getrandom",
    "rand::",
];
const HANDING_ON_THE_VAULT: &[&str] = &[
    "pub use kept_vault;",
    "pub use kept_vault::*",
    "pub use kept_vault as",
    "pub extern crate kept_vault",
];

/// One finding for each line that holds one of `words`.
fn occurrences<'a>(lines: impl Iterator<Item = &'a str>, words: &[&str], why: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (index, line) in lines.enumerate() {
        let found = words.iter().find(|word| has_word(line, word));
        findings.extend(found.map(|word| format!("{}: `{word}`: {why}", index + 1)));
    }
    findings
}

/// Whether `word` stands in `line` by itself, not as a part of a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let joins = |edge: Option<char>, next: Option<char>| {
        edge.is_some_and(is_word) && next.is_some_and(is_word)
    };
    line.match_indices(word).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let after = rest.strip_prefix(word).and_then(|rest| rest.chars().next());
        let opens_inside = joins(word.chars().next(), before.chars().next_back());
        !opens_inside && !joins(word.chars().next_back(), after)
    })
}

/// Every file says what it owns before anything else.
pub fn opens_with_header(source: &Source) -> Vec<String> {
    if !source.is_rust() || source.text.starts_with("//! ") {
        return Vec::new();
    }
    vec!["1: open with `//! `: what the file owns and what it never does".to_owned()]
}

/// Every line fits, except where a string or a link cannot be broken; rustfmt leaves those too.
pub fn lines_fit(source: &Source) -> Vec<String> {
    let too_wide = |(index, (line, code)): (usize, (&str, &str))| {
        let columns = line.chars().count();
        let literal = line
            .chars()
            .zip(code.chars())
            .filter(|(text, code)| text != code)
            .count();
        let fits = if line.trim_start().starts_with("//") {
            columns <= COLUMNS_MAX || line.contains("://")
        } else {
            columns - literal <= COLUMNS_MAX
        };
        (!fits).then(|| format!("{}: {columns} columns, at most {COLUMNS_MAX}", index + 1))
    };
    let lines = source.text.lines().zip(source.code.lines());
    lines.enumerate().filter_map(too_wide).collect()
}

/// A file that does not fit has more than one subject.
pub fn file_is_short(source: &Source) -> Vec<String> {
    let lines = source.shipped_lines().len();
    if lines <= FILE_LINES_MAX {
        return Vec::new();
    }
    vec![format!(
        "1: {lines} lines without tests, at most {FILE_LINES_MAX}"
    )]
}

/// A function is seen whole.
pub fn functions_fit_a_screen(source: &Source) -> Vec<String> {
    let lines = source.shipped_lines();
    let too_long = |index: usize| {
        let rest = lines.get(index..)?;
        let is_function = rest.first().is_some_and(|line| declares_function(line));
        let length = if is_function {
            function_length(rest)
        } else {
            0
        };
        (length > FUNCTION_LINES_MAX).then(|| {
            format!(
                "{}: {length} lines, at most {FUNCTION_LINES_MAX}",
                index + 1
            )
        })
    };
    (0..lines.len()).filter_map(too_long).collect()
}

fn declares_function(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_qualifier =
        |word: &&str| word.starts_with("pub") || ["async", "const", "extern"].contains(word);
    words.find(|word| !is_qualifier(word)) == Some("fn")
}

/// Lines from the signature to the brace that closes the body; zero where there is no body.
fn function_length(lines: &[&str]) -> usize {
    let (mut nested, mut braces) = (0_i32, 0_i32);
    for (index, line) in lines.iter().enumerate() {
        for c in line.chars() {
            match c {
                '(' | '[' => nested += 1,
                ')' | ']' => nested -= 1,
                '{' => braces += 1,
                '}' if braces == 1 && nested == 0 => return index + 1,
                '}' => braces -= 1,
                ';' if nested == 0 && braces == 0 => return 0,
                _ => {}
            }
        }
    }
    lines.len()
}

/// Nothing is left open; nothing names a machine, or who or what built the project.
pub fn uses_no_forbidden_word(source: &Source) -> Vec<String> {
    let text = || source.text.lines();
    let code = || source.code.lines();
    [
        occurrences(
            text(),
            UNFINISHED,
            "finish it, or say in ARCHITECTURE.md what is absent",
        ),
        occurrences(
            text(),
            OF_ONE_MACHINE,
            "this is nothing to a reader elsewhere",
        ),
        occurrences(text(), OF_ITS_MAKING, "the project speaks of itself alone"),
        occurrences(code(), OPEN_CODE, "finish it"),
        occurrences(code(), &["unsafe"], "nothing here needs it"),
    ]
    .concat()
}

/// What a library has to say it returns.
pub fn libraries_do_not_print(source: &Source) -> Vec<String> {
    if source.path.starts_with("crates/kept/") {
        return Vec::new();
    }
    occurrences(
        source.shipped_lines().into_iter(),
        PRINTING,
        "a library prints nothing",
    )
}

/// The clock and the dice are handed in, so that every day and every throw can be played again.
pub fn time_and_chance_are_arguments(source: &Source) -> Vec<String> {
    if source.path == AMBIENT_SOURCE {
        return Vec::new();
    }
    occurrences(
        source.shipped_lines().into_iter(),
        AMBIENT,
        "time and chance are arguments",
    )
}

/// The door may speak of the vault in its signatures, but never hands the whole of it on.
pub fn the_vault_is_not_handed_on(source: &Source) -> Vec<String> {
    occurrences(
        source.code.lines(),
        HANDING_ON_THE_VAULT,
        "this opens a way round the door",
    )
}

/// A relative link in a document leads to a file that exists. Links in a policy are the policy's.
pub fn links_lead_somewhere(source: &Source) -> Vec<String> {
    let is_document = source.path.ends_with(".md") && !source.is_test();
    if !is_document || source.path.starts_with("policies/") {
        return Vec::new();
    }
    let folder = root().join(Path::new(&source.path).parent().unwrap_or(Path::new("")));
    let mut findings = Vec::new();
    let mut in_example = false;
    for (index, line) in source.text.lines().enumerate() {
        in_example ^= line.starts_with("```");
        let targets = line
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !in_example && !target.contains(':')) {
            let file = target.split('#').next().unwrap_or_default();
            if !folder.join(file).exists() {
                findings.push(format!("{}: nothing at `{target}`", index + 1));
            }
        }
    }
    findings
}
