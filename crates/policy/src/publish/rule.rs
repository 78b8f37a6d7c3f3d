//! A rule as it is unfolded: its standing, its clause as written with words that lead to their
//! meaning.
//! It shows what the document says and adds nothing.

use super::{Page, strings};
use crate::model::*;
use crate::shape::{Key, Kind, VERBS, WORDS, WordKind};
use crate::standing::State;
use maud::{Markup, html};
use std::ops::Range;
use strings::Text;

/// How many definitions in a row are folded together.
const FOLDED_MIN: usize = 2;

fn is_word(clause: &Clause) -> bool {
    clause.body.verb() == Verb::Define
}

/// A piece of TOML, by what it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Piece {
    Header,
    Key,
    String,
    Number,
    Comment,
    Plain,
}

/// Cuts TOML into pieces for tinting. It need not be right about everything, and loses nothing.
fn pieces(toml: &str) -> Vec<(Piece, &str)> {
    let mut out = Vec::new();
    let mut rest = toml;
    let mut line_start = true;
    while let Some(first) = rest.chars().next() {
        let (piece, length) = match first {
            '#' => (Piece::Comment, rest.find('\n').unwrap_or(rest.len())),
            '"' | '\'' => (Piece::String, string_length(rest, first)),
            '[' if line_start => {
                let line = rest.split('\n').next().unwrap_or(rest);
                (Piece::Header, line.trim_end().len())
            }
            c if c.is_ascii_alphanumeric() || c == '_' => {
                let end = rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && !"_-.:+".contains(c))
                    .unwrap_or(rest.len());
                let after = rest
                    .get(end..)
                    .unwrap_or_default()
                    .trim_start_matches([' ', '\t']);
                (
                    if after.starts_with('=') {
                        Piece::Key
                    } else {
                        Piece::Number
                    },
                    end,
                )
            }
            c => (Piece::Plain, c.len_utf8()),
        };
        // A header that is only blank would loop.
        let (text, after) = rest.split_at(length.max(1));
        line_start = match piece {
            Piece::Plain if text == "\n" => true,
            Piece::Plain if text.trim().is_empty() => line_start,
            _ => false,
        };
        out.push((piece, text));
        rest = after;
    }
    out
}

/// How long a string is, its quotes included.
fn string_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote == '"' {
            escaped = true;
        } else if c == quote || c == '\n' {
            return at + c.len_utf8();
        }
    }
    text.len()
}

/// What kind of word the strings of a key are.
fn word_kind(keys: &[Key], name: &str) -> Option<WordKind> {
    keys.iter().find_map(|key| match key.kind {
        Kind::Name(kind) | Kind::Names(kind) | Kind::AllOrNames(kind) if key.name == name => {
            Some(kind)
        }
        Kind::Places if key.name == name => Some(WordKind::Region),
        Kind::Table(inner) | Kind::Tables(inner) | Kind::WordOrTable(_, inner) => {
            word_kind(inner, name)
        }
        _ => None,
    })
}

fn kind_of(clause: &Clause, key: &str) -> Option<WordKind> {
    match &clause.body {
        Body::Define { kind, .. } => {
            let shape = WORDS.iter().find(|shape| shape.kind.word() == kind)?;
            word_kind(shape.keys, key)
        }
        body => {
            let shape = VERBS.iter().find(|shape| shape.verb == body.verb())?;
            shape
                .forms
                .iter()
                .find_map(|form| word_kind(form.keys, key))
        }
    }
}

impl Page<'_> {
    /// The rules of the block that stands at a place.
    pub(super) fn rules(&mut self, block: Range<usize>) -> Markup {
        let clauses: Vec<&Clause> = self
            .document
            .clauses
            .iter()
            .filter(|clause| block.contains(&clause.source.start))
            .collect();
        let alike = clauses.chunk_by(|one, next| is_word(one) && is_word(next));
        html! {
            div.rules {
                @for run in alike {
                    @if run.len() < FOLDED_MIN { @for clause in run { (self.rule(clause)) } }
                    @else { (self.folded(run)) }
                }
            }
        }
    }

    /// Definitions in a row, folded together: they promise nothing, and the words stand at the end.
    fn folded(&mut self, run: &[&Clause]) -> Markup {
        html! {
            details.rule.word.several {
                summary {
                    span.what { (strings::words(self.tongue, run.len())) }
                    span.more { (self.text(Text::Rule)) }
                }
                div.unfolded { @for clause in run { (self.rule(clause)) } }
            }
        }
    }

    fn rule(&mut self, clause: &Clause) -> Markup {
        let promise = clause.body.verb() != Verb::Define;
        let standing = self.standing.get(&clause.id).copied();
        let state = standing.map_or(State::Unmeasured, |standing| standing.state);
        let path = clause
            .full_name
            .split_once('#')
            .map_or("", |(_, path)| path);
        let figure = standing.map_or("", |standing| standing.figure.as_str());
        let toml = self.tinted(clause);
        let lines = self.lines(clause);
        html! {
            details.rule.(strings::class(state)).word[!promise] id=(path) {
                summary {
                    @if promise {
                        span.state {
                            span.sign aria-hidden="true" { (strings::sign(state)) }
                            (strings::state(self.tongue, state))
                        }
                        span.what {
                            strong { (self.subject(clause)) }
                            @if !figure.is_empty() { span.figure { (figure) } }
                        }
                    } @else {
                        span.what { code { (path) } }
                    }
                    span.more { (self.text(Text::Rule)) }
                }
                div.unfolded {
                    @if !lines.is_empty() {
                        dl.lines { @for (what, said) in &lines {
                            div { dt { (self.text(*what)) } dd { (said) } }
                        } }
                    }
                    pre { code { (toml) } }
                    p.where {
                        (self.text(Text::Identifier)) " "
                        a href=(format!("#{path}")) { code { (clause.full_name) } }
                        @if !promise && !figure.is_empty() { " · " (figure) }
                    }
                }
            }
        }
    }

    /// The clause as written, its words leading to their definitions.
    fn tinted(&mut self, clause: &Clause) -> Markup {
        let text = self.document.text.clone();
        let toml = text.get(clause.source.clone()).unwrap_or_default();
        let mut key = "";
        let mut out = Vec::new();
        for (piece, text) in pieces(toml) {
            if piece == Piece::Key {
                key = text;
            }
            out.push(match piece {
                Piece::Header => html! { b { (text) } },
                Piece::Key => html! { span.k { (text) } },
                Piece::Comment => html! { i { (text) } },
                Piece::Number => html! { span.n { (text) } },
                Piece::Plain => html! { (text) },
                Piece::String => self.string(clause, key, text),
            });
        }
        html! { @for piece in out { (piece) } }
    }

    fn string(&mut self, clause: &Clause, key: &str, text: &str) -> Markup {
        let word = text.trim_matches(['"', '\'']);
        match kind_of(clause, key).and_then(|kind| self.anchor(kind, word)) {
            Some(anchor) => html! { a.s href=(format!("#{anchor}")) { (text) } },
            None => html! { span.s { (text) } },
        }
    }

    /// Where a word is defined on the page; it is then listed there.
    fn anchor(&mut self, kind: WordKind, word: &str) -> Option<String> {
        let name = self.canonical(kind, word)?;
        if kind == WordKind::Purpose {
            return Some(format!("purpose.{name}"));
        }
        self.named.insert((kind.word(), name.clone()));
        Some(format!("{}.{name}", kind.word()))
    }

    /// A word's name, where it is a declared word of the kind, by name or by label.
    fn canonical(&self, kind: WordKind, word: &str) -> Option<String> {
        let words = &self.policy.words;
        let known = match kind {
            WordKind::Field => words.fields.id(word).is_some(),
            WordKind::Purpose => words.purposes.id(word).is_some(),
            WordKind::Channel => words.channels.id(word).is_some(),
            WordKind::Event => words.events.id(word).is_some(),
            WordKind::Role => words.roles.id(word).is_some(),
            WordKind::Service => words.services.id(word).is_some(),
            WordKind::Recipient => words.recipients.id(word).is_some(),
            WordKind::Entity => words.entities.id(word).is_some(),
            WordKind::Team => words.teams.id(word).is_some(),
            WordKind::Instrument => words.instruments.id(word).is_some(),
            WordKind::System => words.systems.id(word).is_some(),
            WordKind::Store => words.stores.id(word).is_some(),
            WordKind::Measure => words.measures.id(word).is_some(),
            WordKind::Authority => words.authorities.id(word).is_some(),
            WordKind::Term => words.terms.id(word).is_some(),
            WordKind::Region => {
                let lower = word.to_lowercase();
                let found = words
                    .regions
                    .iter()
                    .find(|(_, r)| *r.name == *word || r.label == word || *r.name == *lower);
                return found.map(|(_, region)| region.name.to_string());
            }
            WordKind::Assurance => {
                let lower = word.to_lowercase();
                let found = words
                    .assurances
                    .iter()
                    .find(|(_, a)| *a.name == *word || a.label == word || *a.name == *lower);
                return found.map(|(_, assurance)| assurance.name.to_string());
            }
        };
        known.then(|| word.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tinting_loses_nothing() {
        let toml = "[a.b] # c\nd-e = \"f # \\\" g\"\nh = [1, true, 'i']\n\nj = { k = 2026-01-31 }\n[ ]\n\"";
        let whole: String = pieces(toml).iter().map(|(_, text)| *text).collect();
        assert_eq!(whole, toml);
        let keys: Vec<&str> = pieces(toml)
            .iter()
            .filter(|(p, _)| *p == Piece::Key)
            .map(|(_, text)| *text)
            .collect();
        assert_eq!(keys, ["d-e", "h", "j", "k"]);
        let strings: Vec<&str> = pieces(toml)
            .iter()
            .filter(|(p, _)| *p == Piece::String)
            .map(|(_, text)| *text)
            .collect();
        assert_eq!(strings, ["\"f # \\\" g\"", "'i'", "\""]);
    }
}
