//! `docs/writing-a-policy.md` holds what it says: its blocks, one after the other, are a document,
//! and at each step the compiler says what the page says it says, and at the end nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use jiff::civil::Date;
use kept_policy::{Options, Severity, Source, compile_with};

const PAGE: &str = include_str!("../../../docs/writing-a-policy.md");

/// What stands on the page: another piece of the document, or what is said of the pieces so far.
enum Step<'a> {
    Piece(&'a str),
    Said(&'a str),
}

fn steps() -> Vec<Step<'static>> {
    let mut steps = Vec::new();
    let mut rest = PAGE;
    while let Some(start) = rest.find("\n````markdown\n") {
        let (before, from) = rest.split_at(start);
        let (piece, after) = from["\n````markdown\n".len()..]
            .split_once("\n````\n")
            .unwrap();
        steps.extend(said_in(before));
        steps.push(Step::Piece(piece));
        rest = after;
    }
    steps.extend(said_in(rest));
    steps
}

fn said_in(text: &'static str) -> Option<Step<'static>> {
    let (_, from) = text.split_once("\n```text\n")?;
    let (said, _) = from.split_once("\n```")?;
    Some(Step::Said(said))
}

#[test]
fn the_page_on_writing_a_policy_says_what_the_compiler_says() {
    let today = Some(Date::constant(2026, 11, 29));
    let (mut document, mut shown, mut last) = (String::new(), 0, None);
    for step in steps() {
        match step {
            Step::Piece(piece) => {
                document.push_str(piece);
                document.push_str("\n\n");
                let source = Source::new("policy.md", document.clone());
                last = Some(compile_with(&[source], &Options { today }));
            }
            Step::Said(lines) => {
                let (_, said) = last.as_ref().unwrap();
                let errors = said.iter().filter(|one| one.severity == Severity::Error);
                let errors: Vec<String> = errors
                    .map(|one| format!("error[{}]: {}", one.code.word(), one.message))
                    .collect();
                for line in lines.lines() {
                    assert!(
                        errors.iter().any(|error| error == line),
                        "{line}: {errors:#?}"
                    );
                    shown += 1;
                }
            }
        }
    }
    let (policy, said) = last.unwrap();
    assert!(policy.is_some() && said.is_empty(), "{said:#?}");
    assert!(shown >= 6, "{shown} lines are shown");
}
