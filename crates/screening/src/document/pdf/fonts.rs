//! What letters a font's codes stand for (ISO 32000-2, section 9.10). It draws nothing.

use super::objects::{Lexer, Value};
use crate::document::plain;
use std::collections::HashMap;

/// How many codes are read of one font.
const CODES_MAX: usize = 70_000;

/// Names of letters that are no letters themselves.
const NAMES: &[(&str, &str)] = &[
    ("space", " "),
    ("ff", "ff"),
    ("fi", "fi"),
    ("fl", "fl"),
    ("ffi", "ffi"),
    ("ffl", "ffl"),
    ("eacute", "é"),
    ("egrave", "è"),
    ("ecircumflex", "ê"),
    ("edieresis", "ë"),
    ("agrave", "à"),
    ("acircumflex", "â"),
    ("ccedilla", "ç"),
    ("ocircumflex", "ô"),
    ("icircumflex", "î"),
    ("idieresis", "ï"),
    ("ugrave", "ù"),
    ("ucircumflex", "û"),
    ("oe", "œ"),
    ("ae", "æ"),
    ("adieresis", "ä"),
    ("odieresis", "ö"),
    ("udieresis", "ü"),
    ("Adieresis", "Ä"),
    ("Odieresis", "Ö"),
    ("Udieresis", "Ü"),
    ("Eacute", "É"),
    ("germandbls", "ß"),
    ("quoteright", "’"),
    ("quoteleft", "‘"),
    ("quotesingle", "'"),
    ("period", "."),
    ("comma", ","),
    ("hyphen", "-"),
    ("endash", "–"),
    ("emdash", "—"),
    ("colon", ":"),
    ("semicolon", ";"),
    ("parenleft", "("),
    ("parenright", ")"),
    ("exclam", "!"),
    ("question", "?"),
    ("slash", "/"),
    ("zero", "0"),
    ("one", "1"),
    ("two", "2"),
    ("three", "3"),
    ("four", "4"),
    ("five", "5"),
    ("six", "6"),
    ("seven", "7"),
    ("eight", "8"),
    ("nine", "9"),
];

/// A font, as far as its letters go.
#[derive(Debug)]
pub(super) struct Font {
    letters: HashMap<u32, String>,
    /// Whether a code has two bytes.
    wide: bool,
}

impl Font {
    /// Reads a font: its table of letters, or the names of those that differ from the usual.
    pub(super) fn read(table: Option<&[u8]>, differences: Option<&Value>, wide: bool) -> Font {
        let mut font = Font {
            letters: HashMap::new(),
            wide,
        };
        if let Some(Value::Array(differences)) = differences {
            font.name_letters(differences);
        }
        if let Some(table) = table {
            font.read_table(table);
        }
        font
    }

    /// Letters for a string; and how many of its codes no letter is known for.
    pub(super) fn letters(&self, bytes: &[u8], text: &mut String) -> usize {
        let mut lost = 0;
        let width = if self.wide { 2 } else { 1 };
        for code in bytes.chunks(width) {
            let code = code
                .iter()
                .fold(0, |code, byte| code * 256 + u32::from(*byte));
            match (self.letters.get(&code), u8::try_from(code)) {
                (Some(letters), _) => text.push_str(letters),
                (None, Ok(byte)) if !self.wide => text.push(plain::windows(byte)),
                (None, _) => lost += 1,
            }
        }
        lost
    }

    fn put(&mut self, code: u32, letters: String) {
        if self.letters.len() < CODES_MAX {
            self.letters.insert(code, letters);
        }
    }

    fn name_letters(&mut self, differences: &[Value]) {
        let mut code = 0_u32;
        for value in differences {
            match value {
                Value::Name(name) => {
                    if let Some(letters) = named(name) {
                        self.put(code, letters);
                    }
                    code = code.saturating_add(1);
                }
                other => {
                    let start = other.index().and_then(|it| u32::try_from(it).ok());
                    code = start.unwrap_or(code);
                }
            }
        }
    }

    /// Reads a table of letters (section 9.10.3).
    fn read_table(&mut self, table: &[u8]) {
        let mut lexer = Lexer::new(table);
        let mut waiting: Vec<Value> = Vec::new();
        let mut is_range = false;
        while let Some(value) = lexer.value() {
            match &value {
                Value::Word(word) => {
                    match word.as_slice() {
                        b"beginbfchar" => is_range = false,
                        b"beginbfrange" => is_range = true,
                        _ => {}
                    }
                    waiting.clear();
                    continue;
                }
                Value::Number(_) | Value::Name(_) | Value::Dictionary(_) | Value::Reference(_) => {
                    waiting.clear();
                    continue;
                }
                Value::Text(_) | Value::Array(_) => waiting.push(value),
            }
            match waiting.as_slice() {
                [Value::Text(code), Value::Text(letters)] if !is_range => {
                    self.put(number(code), plain::wide(letters, u16::from_be_bytes));
                    waiting.clear();
                }
                [Value::Text(from), Value::Text(to), letters] if is_range => {
                    self.range(number(from), number(to), letters);
                    waiting.clear();
                }
                _ => {}
            }
        }
    }

    fn range(&mut self, from: u32, to: u32, letters: &Value) {
        match letters {
            Value::Array(listed) => {
                for (code, letters) in (from..=to).zip(listed) {
                    if let Value::Text(letters) = letters {
                        self.put(code, plain::wide(letters, u16::from_be_bytes));
                    }
                }
            }
            Value::Text(first) => {
                let first = plain::wide(first, u16::from_be_bytes);
                let mut start = first.chars();
                let Some(last) = start.next_back() else {
                    return;
                };
                let before = start.as_str();
                for code in (from..=to).take(CODES_MAX - self.letters.len().min(CODES_MAX)) {
                    let Some(letter) = char::from_u32(u32::from(last) + (code - from)) else {
                        return;
                    };
                    self.put(code, format!("{before}{letter}"));
                }
            }
            _ => {}
        }
    }
}

fn number(code: &[u8]) -> u32 {
    let add = |all: u32, byte: &u8| all.wrapping_mul(256).wrapping_add(u32::from(*byte));
    code.iter().fold(0, add)
}

/// The letters that a name stands for (the Adobe glyph list's, as far as they are met here).
fn named(name: &str) -> Option<String> {
    if name.chars().count() == 1 {
        return Some(name.to_owned());
    }
    let known = NAMES.iter().find(|(known, _)| *known == name);
    let code = name.strip_prefix("uni").and_then(|it| it.get(..4));
    let code = code.and_then(|it| u32::from_str_radix(it, 16).ok());
    match known {
        Some((_, letters)) => Some((*letters).to_owned()),
        None => code.and_then(char::from_u32).map(String::from),
    }
}
