//! Feeds every reader what was never meant for it.
//!
//! Owns one property: a reader refuses what it is given, or gives back the very same bytes when it
//! is printed again. It never stops at a mere refusal. `KEPT_FUZZ_SECONDS` says how long to look;
//! without it, a fixed number of inputs is tried.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it does not expect has to stop"
)]

use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use kept_ledger::entry::{At, Document, Entry, Name, Reference};
use kept_ledger::tile::{push_entry, split_bundle};
use kept_ledger::{Checkpoint, Receipt, Tile, Verifier, note};
use serde_json::Value;

const INPUTS: u64 = 20_000;

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

fn collect(value: &Value, seeds: &mut Vec<Vec<u8>>) {
    match value {
        Value::String(text) => {
            seeds.push(text.clone().into_bytes());
            seeds.extend(HEXLOWER.decode(text.as_bytes()));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, seeds)),
        Value::Object(map) => map.values().for_each(|value| collect(value, seeds)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let files = [
        include_str!("vectors/tiles.json"),
        include_str!("vectors/notes.json"),
        include_str!("vectors/checkpoints.json"),
        include_str!("vectors/receipts.json"),
        include_str!("vectors/entries.json"),
    ];
    let mut seeds = Vec::new();
    for file in files {
        collect(&serde_json::from_str(file).unwrap(), &mut seeds);
    }
    seeds
}

/// Changes a little of one seed, or joins two.
fn mutate(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut input = seeds[dice.below(seeds.len())].clone();
    for _ in 0..=dice.below(3) {
        let (place, other) = (dice.below(input.len() + 1), dice.below(seeds.len()));
        match dice.below(6) {
            0 if place < input.len() => input[place] ^= 1 << dice.below(8),
            1 if place < input.len() => drop(input.remove(place)),
            2 => input.insert(place, b"\n +=\"0Ax/,}\xe2\x00"[dice.below(13)]),
            3 => input.truncate(place),
            4 => {
                let length = dice.below(input.len() - place + 1);
                input.extend_from_within(place..place + length);
            }
            _ => {
                input.truncate(place);
                input.extend(&seeds[other][dice.below(seeds[other].len())..]);
            }
        }
    }
    input
}

/// Asks that what was read is printed as it was written.
fn check<T>(input: &str, read: Option<T>, print: impl Fn(&T) -> String) {
    if let Some(read) = read {
        assert_eq!(print(&read), input);
    }
}

fn check_all(bytes: &[u8], keys: &[Verifier]) {
    for width in [1, 2, 256] {
        if let Ok(entries) = split_bundle(bytes, width) {
            let mut bundle = Vec::new();
            entries
                .iter()
                .for_each(|entry| push_entry(&mut bundle, entry).unwrap());
            assert_eq!(bundle, bytes);
        }
    }
    if let Ok(entry) = Entry::parse(bytes) {
        assert_eq!(entry.encode().unwrap(), bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    check(text, At::parse(text).ok(), At::to_string);
    check(text, Name::new(text).ok(), Name::to_string);
    check(text, Reference::new(text).ok(), Reference::to_string);
    check(text, Document::new(text).ok(), Document::to_string);
    check(text, Tile::parse(text).ok(), Tile::path);
    check(text, Verifier::parse(text).ok(), Verifier::to_string);
    check(text, Checkpoint::parse(text).ok(), Checkpoint::body);
    check(text, Receipt::parse(text).ok(), Receipt::to_string);
    if let Ok(opened) = note::open(text, keys) {
        assert!(text.starts_with(opened.text) && opened.text.ends_with('\n'));
    }
    if let Ok(receipt) = Receipt::parse(text) {
        let _ = receipt.open(keys);
    }
}

#[test]
fn fuzz_every_reader() {
    let seeds = seeds();
    let texts = seeds
        .iter()
        .filter_map(|seed| std::str::from_utf8(seed).ok());
    let keys: Vec<_> = texts
        .filter_map(|text| Verifier::parse(text).ok())
        .collect();
    assert!(!keys.is_empty());
    seeds.iter().for_each(|seed| check_all(seed, &keys));
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
        check_all(&mutate(&seeds, &mut dice), &keys);
    }
}
