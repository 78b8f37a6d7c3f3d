//! Cutting a folded text into sentences of words. It knows no word's meaning.

use crate::fold::{Folded, is_ideograph};
use std::ops::Range;

/// A word, or a break between parts of a sentence.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A word; for Chinese, a character.
    Word,
    /// A word that is written with a capital letter in the original.
    Capital,
    /// An address of the web or of e-mail: a word without meaning.
    Opaque,
    /// A comma, a colon, a bracket, a dash: what follows is another clause.
    Break,
}

/// A piece of a folded text.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it stands in the folded text.
    pub(crate) place: Range<usize>,
}

/// Words before a full stop that ends no sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "st", "mme", "mlle", "prof", "bzw", "ca", "vs", "etc", "hr", "fr",
    "herr", "no", "nr",
];

/// Cuts a folded text, with its original for the capitals, into sentences.
pub(crate) fn sentences(folded: &Folded, original: &str) -> Vec<Vec<Token>> {
    let mut cutter = Cutter {
        folded,
        original,
        opaque_until: 0,
        looked_until: 0,
        sentence: Vec::new(),
        sentences: Vec::new(),
    };
    let mut word: Option<usize> = None;
    let mut previous = ' ';
    for (at, character) in folded.text.char_indices() {
        let is_letter = is_part_of_word(character);
        let is_alone = is_letter && is_ideograph(character);
        let ends_word = !is_letter || is_alone || is_ideograph(previous);
        if ends_word && let Some(start) = word.take() {
            cutter.word(start..at);
        }
        if is_letter {
            word = word.or(Some(at));
        } else {
            cutter.mark(at, character, previous);
        }
        previous = character;
    }
    if let Some(start) = word {
        cutter.word(start..folded.text.len());
    }
    cutter.end_sentence();
    cutter.sentences
}

/// Whether a folded character belongs to a word.
pub(crate) fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

struct Cutter<'a> {
    folded: &'a Folded,
    original: &'a str,
    opaque_until: usize,
    looked_until: usize,
    sentence: Vec<Token>,
    sentences: Vec<Vec<Token>>,
}

impl Cutter<'_> {
    fn word(&mut self, place: Range<usize>) {
        self.look_for_address(place.start);
        let kind = if place.start < self.opaque_until {
            Kind::Opaque
        } else if self.is_capital(place.start) {
            Kind::Capital
        } else {
            Kind::Word
        };
        self.sentence.push(Token { kind, place });
    }

    fn is_capital(&self, at: usize) -> bool {
        let rest = self.original.get(self.folded.origin(at)..);
        let first = rest.and_then(|it| it.chars().next());
        first.is_some_and(char::is_uppercase)
    }

    /// Looks once at each run without blanks whether it is an address.
    fn look_for_address(&mut self, start: usize) {
        if start < self.looked_until {
            return;
        }
        let rest = self.folded.text.get(start..).unwrap_or("");
        let is_end = |it: char| it.is_ascii_whitespace() || !it.is_ascii();
        let chunk = rest.find(is_end).map_or(rest, |end| rest.split_at(end).0);
        self.looked_until = start + chunk.len();
        if chunk.contains("://") || chunk.contains('@') || chunk.starts_with("www.") {
            self.opaque_until = self.looked_until;
        }
    }

    fn mark(&mut self, at: usize, mark: char, previous: char) {
        if at < self.opaque_until {
            return;
        }
        let rest = self.folded.text.get(at + mark.len_utf8()..).unwrap_or("");
        let next = rest.chars().next().unwrap_or(' ');
        match mark {
            '。' | '!' | '?' => self.end_sentence(),
            '.' if next.is_whitespace() && !self.is_abbreviation(previous) => self.end_sentence(),
            '\n' if starts_item(rest) => self.end_sentence(),
            ',' | ':' if previous.is_ascii_digit() && next.is_ascii_digit() => {}
            ',' | ':' | ';' | '(' | ')' | '[' | ']' | '{' | '}' | '、' | '|' | '\t' => {
                self.part(at, mark);
            }
            '-' if previous.is_whitespace() => self.part(at, mark),
            _ => {}
        }
    }

    fn part(&mut self, at: usize, mark: char) {
        self.sentence.push(Token {
            kind: Kind::Break,
            place: at..at + mark.len_utf8(),
        });
    }

    fn is_abbreviation(&self, previous: char) -> bool {
        let last = self.sentence.last();
        let word = last.and_then(|it| self.folded.text.get(it.place.clone()));
        let is_short = |it: &str| it.len() == 1 && !it.starts_with(|it: char| it.is_ascii_digit());
        is_part_of_word(previous)
            && word.is_some_and(|it| is_short(it) || ABBREVIATIONS.contains(&it))
    }

    fn end_sentence(&mut self) {
        if !self.sentence.is_empty() {
            self.sentences.push(std::mem::take(&mut self.sentence));
        }
    }
}

/// Whether a line starts as an item of a list does.
fn starts_item(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']);
    line.starts_with(['-', '*', '•', '\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(original: &str, expected: &str) {
        let folded = Folded::new(original);
        let word = |token: &Token| match token.kind {
            Kind::Word => folded.text[token.place.clone()].to_owned(),
            Kind::Capital => format!("^{}", &folded.text[token.place.clone()]),
            Kind::Opaque => "@".to_owned(),
            Kind::Break => ",".to_owned(),
        };
        let sentence = |it: &Vec<Token>| it.iter().map(word).collect::<Vec<_>>().join(" ");
        let sentences = sentences(&folded, original);
        let found: Vec<String> = sentences.iter().map(sentence).collect();
        assert_eq!(found.join(" / "), expected);
    }

    #[test]
    fn sentences_are_cut() {
        check("Hello, I'm late. Sorry!", "^hello , ^i m late / ^sorry");
        check(
            "Mr. Lee paid 1,000.50 at 10:30",
            "^mr ^lee paid 1 000 50 at 10 30",
        );
        check(
            "see https://example.com/my-health (now)",
            "see @ @ @ @ @ , now ,",
        );
        check("我有糖尿病，OK。好", "我 有 糖 尿 病 , ^ok / 好");
        check("a - b-c\n- d", "a , b c / , d");
    }
}
