//! Reading a language's words and frames from its data file. The format is in `lexicon/README.md`.
//! It holds no rule of its own: what tells a category is said in the files alone.

mod words;

pub(crate) use words::{Hit, Words};

use kept_terms::SpecialCategory;
use std::collections::HashMap;
use words::pieces;

/// A set of words, by number.
pub(crate) type SetId = usize;

/// How deep parts may stand in parts.
const DEPTH_MAX: usize = 4;

/// One element of a frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Element {
    /// A member of one of these sets.
    OneOf(Vec<SetId>),
    /// Perhaps a member of one of these sets.
    Maybe(Vec<SetId>),
    /// Whatever comes next is a member of none of these sets.
    NoneOf(Vec<SetId>),
    /// A term of a category: what the frame is about.
    Term(Vec<SetId>),
    /// Up to so many words in between.
    Gap(usize, Passes),
    /// A name, as far as a capital letter shows one.
    Name,
    /// The clause ends here, or a word of the set `stop` follows.
    End,
}

/// What a gap may pass over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Passes {
    /// Words that do not negate.
    Words,
    /// Words, of negation too.
    Negation,
    /// Words and breaks between clauses.
    Breaks,
}

/// A term, as the sieve looks for it before anything else is done.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Trace {
    /// The longest word of the term.
    pub(crate) stem: String,
    /// Whether letters may come before.
    pub(crate) open_before: bool,
    /// Whether letters may come after.
    pub(crate) open_after: bool,
}

/// The words and frames of one language.
#[derive(Default, Debug)]
pub(crate) struct Lexicon {
    /// Which words are in which sets.
    pub(crate) words: Words,
    /// Sequences that tell something about a person.
    pub(crate) frames: Vec<Vec<Element>>,
    /// Sequences in which no term tells anything.
    pub(crate) exclusions: Vec<Vec<Element>>,
    /// Every term, for the sieve.
    pub(crate) traces: Vec<Trace>,
    /// The category of each set of terms.
    categories: HashMap<SetId, SpecialCategory>,
    names: HashMap<String, SetId>,
    kinds: HashMap<String, Vec<SetId>>,
    parts: HashMap<String, Vec<String>>,
}

impl Lexicon {
    /// Reads a file. With it come the lines that could not be read, counted from 1.
    pub(crate) fn read(text: &str) -> (Self, Vec<usize>) {
        let mut lexicon = Self::default();
        let mut unread = Vec::new();
        let mut frames = Vec::new();
        for (number, line) in logical_lines(text) {
            let Some((head, body)) = line.split_once(':') else {
                unread.push(number);
                continue;
            };
            let head: Vec<&str> = head.split_whitespace().collect();
            match head.as_slice() {
                ["set", name] => lexicon.add_set(name, body),
                ["term", kind, category] => match SpecialCategory::from_word(category) {
                    Some(category) => lexicon.add_terms(kind, category, body),
                    None => unread.push(number),
                },
                ["part", name] => {
                    let parts = lexicon.parts.entry((*name).to_owned()).or_default();
                    parts.push(body.to_owned());
                }
                ["frame"] => frames.push((number, true, body.to_owned())),
                ["not"] => frames.push((number, false, body.to_owned())),
                _ => unread.push(number),
            }
        }
        for (number, tells, body) in frames {
            match lexicon.expand(&body, DEPTH_MAX) {
                Some(read) if read.iter().all(|it| is_sound(it, tells)) && !read.is_empty() => {
                    let list = if tells {
                        &mut lexicon.frames
                    } else {
                        &mut lexicon.exclusions
                    };
                    list.extend(read);
                }
                _ => unread.push(number),
            }
        }
        (lexicon, unread)
    }

    /// The category that a set of terms tells.
    pub(crate) fn category(&self, set: SetId) -> Option<SpecialCategory> {
        self.categories.get(&set).copied()
    }

    /// The number of a named set, if the file has it.
    pub(crate) fn set(&self, name: &str) -> Option<SetId> {
        self.names.get(name).copied()
    }

    fn set_or_new(&mut self, name: &str) -> SetId {
        let next = self.names.len();
        *self.names.entry(name.to_owned()).or_insert(next)
    }

    fn add_set(&mut self, name: &str, body: &str) {
        let set = self.set_or_new(name);
        for entry in entries(body) {
            self.words.add(&entry, set);
        }
    }

    fn add_terms(&mut self, kind: &str, category: SpecialCategory, body: &str) {
        let set = self.set_or_new(&format!("{kind} {category}"));
        self.categories.insert(set, category);
        for kind in [kind, "*"] {
            let sets = self.kinds.entry(kind.to_owned()).or_default();
            if !sets.contains(&set) {
                sets.push(set);
            }
        }
        for entry in entries(body) {
            self.words.add(&entry, set);
            self.traces.extend(trace(&entry));
        }
    }

    /// The frames that a line stands for: one for each choice among the parts it names.
    fn expand(&mut self, body: &str, depth: usize) -> Option<Vec<Vec<Element>>> {
        let mut read: Vec<Vec<Element>> = vec![Vec::new()];
        for word in body.split_whitespace() {
            let part = word.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
            let choices = match part {
                None => vec![vec![self.element(word)?]],
                Some(name) => {
                    let depth = depth.checked_sub(1)?;
                    let mut choices = Vec::new();
                    for line in self.parts.get(name)?.clone() {
                        choices.extend(self.expand(&line, depth)?);
                    }
                    choices
                }
            };
            let pair = |left: &Vec<Element>, right: &Vec<Element>| {
                left.iter().chain(right).cloned().collect::<Vec<_>>()
            };
            let paired = read
                .iter()
                .flat_map(|left| choices.iter().map(|it| pair(left, it)));
            read = paired.collect();
        }
        Some(read)
    }

    fn element(&mut self, word: &str) -> Option<Element> {
        for (mark, passes) in [
            ("..", Passes::Words),
            ("~", Passes::Negation),
            (",", Passes::Breaks),
        ] {
            if let Some(most) = word.strip_prefix(mark) {
                return Some(Element::Gap(most.parse().ok()?, passes));
            }
        }
        match word {
            "$" => return Some(Element::End),
            "NAME" => return Some(Element::Name),
            _ => {}
        }
        if let Some(kinds) = word.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            let sets = kinds.split('|').map(|kind| self.kinds.get(kind).cloned());
            let sets: Option<Vec<Vec<SetId>>> = sets.collect();
            return Some(Element::Term(sets?.concat()));
        }
        if let Some(rest) = word.strip_prefix('?') {
            return Some(Element::Maybe(self.one_of(rest)?));
        }
        if let Some(rest) = word.strip_prefix('!') {
            return Some(Element::NoneOf(self.one_of(rest)?));
        }
        Some(Element::OneOf(self.one_of(word)?))
    }

    /// `<set|set>`, or words apart by slashes.
    fn one_of(&mut self, word: &str) -> Option<Vec<SetId>> {
        if let Some(names) = word.strip_prefix('<').and_then(|it| it.strip_suffix('>')) {
            return names.split('|').map(|name| self.set(name)).collect();
        }
        let set = self.set_or_new(&format!("= {word}"));
        for literal in word.split('/') {
            self.words.add(literal, set);
        }
        Some(vec![set])
    }
}

/// Lines without remarks; an indented line continues the one before.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match lines.last_mut() {
            Some((_, last)) if line.starts_with(' ') => last.push_str(line),
            _ => lines.push((index + 1, line.to_owned())),
        }
    }
    lines
}

/// The entries of a list; those with an umlaut also as they are written without one.
fn entries(body: &str) -> Vec<String> {
    let mut entries = Vec::new();
    for entry in body.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        entries.push(entry.to_owned());
        let spelled = entry
            .replace('ä', "ae")
            .replace('ö', "oe")
            .replace('ü', "ue");
        if spelled != entry {
            entries.push(spelled);
        }
    }
    entries
}

fn trace(entry: &str) -> Option<Trace> {
    let (open_before, words, open_after) = pieces(entry);
    let last = words.len().checked_sub(1)?;
    if words
        .iter()
        .all(|it| it.chars().all(crate::fold::is_ideograph))
    {
        return Some(Trace {
            stem: words.concat(),
            open_before: true,
            open_after: true,
        });
    }
    let (at, stem) = words.iter().enumerate().max_by_key(|(_, it)| it.len())?;
    Some(Trace {
        stem: stem.clone(),
        open_before: open_before && at == 0,
        open_after: open_after && at == last,
    })
}

/// A frame starts with something that can be looked up, and, if it tells something, has a term.
fn is_sound(frame: &[Element], tells: bool) -> bool {
    let has_term = frame.iter().any(|it| matches!(it, Element::Term(_)));
    let first = frame.first();
    (has_term || !tells)
        && first
            .is_some_and(|it| matches!(it, Element::OneOf(_) | Element::Term(_) | Element::Name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read() {
        let text = "# remark\nset self: i,\n  me\nterm has health: asthma\npart who: <self>\n\
                    part who: NAME\nframe: {who} have/had ..2 [has]\nnot: [*] client\n";
        let (lexicon, unread) = Lexicon::read(text);
        assert_eq!(unread, [] as [usize; 0]);
        assert_eq!((lexicon.frames.len(), lexicon.exclusions.len()), (2, 1));
    }

    #[test]
    fn lines_that_say_nothing_are_named() {
        let text = "set a: b\nwhat\nterm has wealth: gold\nframe: <a>\nframe: <b> [has]\n\
                    frame: {c}\nframe: ..2 [*]\n";
        assert_eq!(Lexicon::read(text).1, [2, 3, 4, 5, 6, 7]);
    }
}
