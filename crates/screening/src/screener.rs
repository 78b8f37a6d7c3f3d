//! Screening a text: a sieve finds the sentences that have a term, and only those are read.
//! It remembers nothing of a text between two calls.

use crate::fold::{Folded, fold};
use crate::lexicon::{Lexicon, Trace};
use crate::matcher::{Matcher, Told};
use crate::token::{Kind, Token, is_part_of_word, sentences};
use aho_corasick::AhoCorasick;
use kept_terms::SpecialCategory;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// The lexicons, each compiled in from its file.
const LEXICONS: [&str; 4] = [
    include_str!("lexicon/en.txt"),
    include_str!("lexicon/fr.txt"),
    include_str!("lexicon/de.txt"),
    include_str!("lexicon/zh.txt"),
];

/// What is raised when texts are read otherwise by the same lexicons, so that those of before are
/// looked at again.
const READING: u64 = 1;

/// A number for what is found: another one where the lexicons have grown, or are read otherwise.
/// It is no secret and no proof; it tells one state of the lexicons from the next.
pub fn lexicon_version() -> u64 {
    // FNV-1a, 64 bits.
    let bytes = LEXICONS.iter().flat_map(|text| text.bytes().chain([0]));
    let bytes = READING.to_be_bytes().into_iter().chain(bytes);
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// A set of languages, a bit for each.
type Languages = u8;

/// A statement that tells a special category of personal data about a person. It holds no text.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Finding {
    /// The category that is told (GDPR Art. 9(1)).
    pub category: SpecialCategory,
    /// The bytes to strike out: the clause of the sentence that tells it, at character boundaries.
    pub span: Range<usize>,
}

/// The lexicons of all languages, ready to screen. Build it once and share it between threads:
/// screening changes nothing in it.
#[derive(Debug)]
pub struct Screener {
    matchers: Vec<Matcher>,
    /// Absent only if the lexicons were too large for it; then every sentence is read.
    sieve: Option<AhoCorasick>,
    rims: Vec<Rim>,
}

/// What must hold at the rims of a term that the sieve found.
#[derive(Clone, Copy, Debug, Default)]
struct Rim {
    languages: Languages,
    open_before: bool,
    open_after: bool,
}

/// A term that the sieve found.
struct Spot {
    place: Range<usize>,
    languages: Languages,
}

impl Default for Screener {
    fn default() -> Self {
        Self::new()
    }
}

impl Screener {
    /// Compiles the lexicons: some milliseconds.
    pub fn new() -> Self {
        let mut stems: BTreeMap<String, Rim> = BTreeMap::new();
        let mut matchers = Vec::new();
        for (index, text) in LEXICONS.iter().enumerate() {
            let (lexicon, _) = Lexicon::read(text);
            for Trace {
                stem,
                open_before,
                open_after,
            } in lexicon.traces.iter().cloned()
            {
                let rim = stems.entry(stem).or_default();
                rim.languages |= 1 << index;
                rim.open_before |= open_before;
                rim.open_after |= open_after;
            }
            matchers.push(Matcher::new(lexicon));
        }
        Self {
            matchers,
            sieve: AhoCorasick::new(stems.keys()).ok(),
            rims: stems.into_values().collect(),
        }
    }

    /// Finds the statements in `text` that tell a special category of data about a person, in order
    /// of their place. Texts in English, French, German and Chinese are understood, mixed or not.
    pub fn screen(&self, text: &str) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut folded = String::new();
        let mut start = 0;
        for paragraph in paragraphs(text) {
            folded.clear();
            fold(paragraph, &mut folded);
            let spots = self.spots(&folded);
            if !spots.is_empty() {
                self.read(paragraph, start, &spots, &mut findings);
            }
            start += paragraph.len();
        }
        findings.sort_by_key(|it| (it.span.start, it.span.end, it.category));
        findings.dedup();
        findings
    }

    fn spots(&self, folded: &str) -> Vec<Spot> {
        let Some(sieve) = &self.sieve else {
            return vec![Spot {
                place: 0..folded.len(),
                languages: Languages::MAX,
            }];
        };
        let found = sieve.find_overlapping_iter(folded).filter_map(|found| {
            let rim = self.rims.get(found.pattern().as_usize())?;
            let place = found.range();
            let before = || folded.get(..place.start)?.chars().next_back();
            let after = || folded.get(place.end..)?.chars().next();
            let is_whole = (rim.open_before || !before().is_some_and(continues_word))
                && (rim.open_after || !after().is_some_and(continues_word));
            is_whole.then_some(Spot {
                place,
                languages: rim.languages,
            })
        });
        found.collect()
    }

    /// Reads those sentences of a paragraph that have a term.
    fn read(&self, paragraph: &str, start: usize, spots: &[Spot], findings: &mut Vec<Finding>) {
        let folded = Folded::new(paragraph);
        let mut spots = spots.iter().peekable();
        for sentence in sentences(&folded, paragraph) {
            let (Some(first), Some(last)) = (sentence.first(), sentence.last()) else {
                continue;
            };
            let mut languages = 0;
            while let Some(spot) = spots.peek().filter(|it| it.place.start < last.place.end) {
                if spot.place.end > first.place.start {
                    languages |= spot.languages;
                }
                // A spot that reaches into the next sentence is looked at again there.
                if spot.place.end > last.place.end {
                    break;
                }
                spots.next();
            }
            for (index, matcher) in self.matchers.iter().enumerate() {
                if languages & (1 << index) == 0 {
                    continue;
                }
                let told = matcher.tells(&sentence, &folded.text);
                let found = told.iter().map(|it| finding(it, &sentence, &folded, start));
                findings.extend(found);
            }
        }
    }
}

/// Screens with the screener that the whole program shares; see [`Screener::screen`].
pub fn screen(text: &str) -> Vec<Finding> {
    static SHARED: LazyLock<Screener> = LazyLock::new(Screener::new);
    SHARED.screen(text)
}

/// Whether a letter next to a term makes it another word. Ideographs stand alone.
fn continues_word(character: char) -> bool {
    is_part_of_word(character) && !crate::fold::is_ideograph(character)
}

/// The clauses of the sentence that the told words touch, as bytes of the whole text.
fn finding(told: &Told, sentence: &[Token], folded: &Folded, start: usize) -> Finding {
    let is_break = |it: &Token| it.kind == Kind::Break;
    let before = sentence.get(..told.words.start).unwrap_or(&[]);
    let first = before.iter().rposition(is_break).map_or(0, |it| it + 1);
    let last_told = told.words.end.saturating_sub(1);
    let after = sentence.get(last_told..).unwrap_or(&[]);
    let end = after
        .iter()
        .position(is_break)
        .map_or(sentence.len(), |it| last_told + it);
    let clause = sentence.get(first..end).unwrap_or(&[]);
    let from = clause.first().map_or(0, |it| folded.origin(it.place.start));
    let to = clause.last().map_or(0, |it| folded.origin(it.place.end));
    Finding {
        category: told.category,
        span: start + from..start + to.max(from),
    }
}

/// The parts of a text between blank lines, each with the blank lines that end it.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut length = 0;
        for line in rest.split_inclusive('\n') {
            length += line.len();
            if line.trim().is_empty() {
                break;
            }
        }
        let (paragraph, left) = rest.split_at_checked(length)?;
        rest = left;
        Some(paragraph)
    })
}

#[cfg(test)]
mod tests;
