//! Feeds the compiler what was never meant for it.
//!
//! Owns one property: whatever the bytes, compiling ends, says where and what is wrong, and gives
//! a policy only where nothing is. `KEPT_FUZZ_SECONDS` says how long to look; without it, a fixed
//! number of inputs is tried.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has to stop"
)]

use kept_policy::{
    Evidence, Links, Options, Severity, Source, compile_with, publish, render_diagnostics, standing,
};
use std::time::{Duration, Instant};

const INPUTS: u64 = 400;
const WORDS: &str = include_str!("fixtures/harbour/words.md");
const NORTH: &str = include_str!("fixtures/harbour/north.md");
const SCRAPS: &[&str] = &[
    "\n",
    "`",
    "```toml\n",
    "\n```\n",
    "+++\n",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "\"",
    "\"\"\"",
    "'",
    "=",
    ".",
    ",",
    "#",
    "-",
    "> ",
    "- ",
    "| a | b |\n|---|---|\n",
    "<!-- narrative -->",
    "<!--",
    "-->",
    "<b>",
    "[a](b)",
    "![",
    "all",
    "\"all\"",
    "[]",
    "0",
    "9999999999999999999999",
    "-1",
    "1e9",
    "nan",
    "P0D",
    "\"P120000Y120000M\"",
    "\"9999-12-31\"",
    "2026-02-29",
    "true",
    "\u{feff}",
    "\r\n",
    "\t",
    "\0",
    "é",
    "我们",
    "ß",
    "İ",
    "\u{202e}",
    "[define.field.x]\n",
    "[use.y]\n",
    "[keep.z]\n",
    "imports = [\"north.md\"]\n",
    "regions = [\"EU\"]\n",
];

/// A small generator of numbers, so that a run can be repeated.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Changes a few lines or bytes of a sound document.
fn mutate(sound: &str, dice: &mut Dice) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = sound
        .split_inclusive('\n')
        .map(|l| l.as_bytes().to_vec())
        .collect();
    for _ in 0..=dice.below(4) {
        let (at, other) = (dice.below(lines.len()), dice.below(lines.len()));
        let place = dice.below(lines[at].len() + 1);
        match dice.below(8) {
            0 if lines.len() > 1 => drop(lines.remove(at)),
            1 => lines.swap(at, other),
            2 => lines.insert(at, lines[other].clone()),
            3 => lines[at].truncate(place),
            4 if place < lines[at].len() => lines[at][place] ^= 1 << dice.below(8),
            5 if place < lines[at].len() => drop(lines[at].remove(place)),
            6 => drop(lines.drain(at..(at + dice.below(30)).min(lines.len() - 1).max(at))),
            _ => {
                let scrap = SCRAPS[dice.below(SCRAPS.len())];
                lines[at].splice(place..place, scrap.bytes());
            }
        }
    }
    lines.concat()
}

/// Bytes that owe nothing to any document.
fn noise(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = if dice.below(2) == 0 {
        b"+++\n".to_vec()
    } else {
        Vec::new()
    };
    for _ in 0..dice.below(200) {
        match dice.below(3) {
            0 => bytes.push(u8::try_from(dice.below(256)).unwrap()),
            _ => bytes.extend(SCRAPS[dice.below(SCRAPS.len())].bytes()),
        }
    }
    bytes
}

fn check(files: [(&str, Vec<u8>); 2]) {
    let mut sources = Vec::new();
    for (name, bytes) in files {
        match Source::from_bytes(name, bytes.clone()) {
            Ok(source) => sources.push(source),
            Err(said) => {
                assert!(said.span.start < bytes.len());
                sources.push(Source::new(name, String::from_utf8_lossy(&bytes)));
            }
        }
    }
    let day = jiff::civil::Date::constant(2026, 11, 23);
    let today = Some(day);
    let (policy, said) = compile_with(&sources, &Options { today });
    let any_error = said.iter().any(|said| said.severity == Severity::Error);
    assert_eq!(policy.is_none(), any_error);
    for one in &said {
        let places = one.labels.iter().map(|label| (&label.file, &label.span));
        for (file, span) in places.chain([(&one.file, &one.span)]) {
            let text = &sources
                .iter()
                .find(|source| source.file == *file)
                .unwrap()
                .text;
            assert!(text.get(span.clone()).is_some(), "{one:?} in {text:?}");
        }
    }
    assert!(render_diagnostics(&said, &sources, true).ends_with('\n'));
    let Some(policy) = policy else { return };
    let all = standing(&policy, &Evidence::default(), day);
    for document in &policy.documents {
        let page = publish(&policy, document.id, &all, &Links::default());
        assert!(!page.contains("<script") && page.ends_with("</html>"));
    }
}

#[test]
fn fuzz_compile() {
    let seconds = std::env::var("KEPT_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok());
    let (start, mut dice) = (Instant::now(), Dice(0x9e37_79b9_7f4a_7c15));
    for tried in 0u64.. {
        let go_on = match seconds {
            Some(seconds) => start.elapsed() < Duration::from_secs(seconds),
            None => tried < INPUTS,
        };
        if !go_on {
            break;
        }
        let words = || WORDS.as_bytes().to_vec();
        check(match dice.below(5) {
            0 => [
                ("words.md", mutate(WORDS, &mut dice)),
                ("north.md", NORTH.into()),
            ],
            1 => [("words.md", words()), ("north.md", noise(&mut dice))],
            2 => [
                ("words.md", mutate(WORDS, &mut dice)),
                ("north.md", mutate(NORTH, &mut dice)),
            ],
            _ => [
                ("words.md", words()),
                ("north.md", mutate(NORTH, &mut dice)),
            ],
        });
    }
}
