//! What the compiler has to say about a policy: where, what, and the remedy.
//! It carries and orders diagnostics; which there are is decided in `compile` and `check`.

mod code;
mod render;

pub use code::{Code, Severity};
pub use render::render_diagnostics;

use crate::source::Position;

use serde::Serialize;
use std::ops::Range;

/// One thing to say about a policy, in the words of its author.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// What kind of thing it is; the word does not change between versions.
    pub code: Code,
    /// What is wrong.
    pub message: String,
    /// In which file.
    pub file: String,
    /// Where in the file, in bytes.
    pub span: Range<usize>,
    /// Where that begins, for people.
    #[serde(flatten)]
    pub position: Position,
    /// Further places that bear on it.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A further place that bears on a diagnostic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Label {
    /// In which file.
    pub file: String,
    /// Where in the file, in bytes.
    pub span: Range<usize>,
    /// Where that begins, for people.
    #[serde(flatten)]
    pub position: Position,
    /// What is to be seen there.
    pub message: String,
}

impl Diagnostic {
    /// A diagnostic of this kind at this place.
    pub fn new(
        code: Code,
        file: impl Into<String>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic {
            severity: code.severity(),
            code,
            message: message.into(),
            file: file.into(),
            span,
            position: Position::default(),
            labels: Vec::new(),
            help: None,
        }
    }

    /// The same with a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// The same with a further place.
    #[must_use]
    pub fn label(
        mut self,
        file: impl Into<String>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        self.labels.push(Label {
            file: file.into(),
            span,
            position: Position::default(),
            message: message.into(),
        });
        self
    }
}

/// How many edits turn one word into another: letters added, dropped, changed, or swapped with a
/// neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let cost = usize::from(x != y);
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX / 2);
            let mut least = (at(&above, j) + cost)
                .min(at(&above, j + 1) + 1)
                .min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

/// Words that mean a known one, wherever that one is known.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("retain", "keep"),
    ("store", "keep"),
    ("share", "disclose"),
    ("process", "use"),
    ("gather", "collect"),
    ("protect", "secure"),
    ("reject", "refuse"),
    ("allow", "grant"),
    ("right", "grant"),
    ("inform", "notify"),
    ("delete", "destroy"),
    ("erase", "destroy"),
    ("anonymize", "anonymise"),
    ("deletion", "erasure"),
    ("delete", "erasure"),
    ("correction", "rectification"),
    ("correct", "rectification"),
    ("export", "portability"),
    ("withdraw", "withdrawal"),
    ("legitimate-interests", "legitimate-interest"),
    ("legal", "legal-obligation"),
    ("vital-interest", "vital-interests"),
    ("service-provider", "processor"),
    ("joint-controller", "controller"),
    ("data-sharing-agreement", "sharing-agreement"),
    ("collection", "collected"),
    ("file", "document"),
    ("telephone", "phone"),
    ("e-mail", "email"),
    ("name", "person-name"),
];

/// The known word nearest to one that is not known, if any is near enough to be what was meant.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let said = word.to_lowercase().replace(['_', ' '], "-");
    let others = OTHER_WORDS.iter().filter(|(other, _)| *other == said);
    let known: Vec<&'a str> = known.into_iter().collect();
    let mut meant = others.filter_map(|(_, meant)| known.iter().find(|it| *it == meant));
    let length = word.chars().take(80).count();
    meant
        .next()
        .copied()
        .or_else(|| closest_within(1 + length / 4, word, known.iter().copied()))
}

/// The known word nearest to one that is not known, if at most so many letters apart.
pub fn closest_within<'a>(
    letters_max: usize,
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let fold = |text: &str| -> Vec<char> {
        let spaced = text.replace(['_', ' '], "-");
        spaced
            .chars()
            .take(80)
            .flat_map(char::to_lowercase)
            .collect()
    };
    let word = fold(word);
    known
        .into_iter()
        .map(|candidate| (distance(&word, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= letters_max)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_word_is_the_one_that_was_meant() {
        let known = ["keep", "disclose", "use"];
        assert_eq!(closest("Retain", known), Some("keep"));
        assert_eq!(closest("delete", ["destroy", "anonymise"]), Some("destroy"));
        assert_eq!(closest("delete", ["access", "erasure"]), Some("erasure"));
        assert_eq!(closest("delete", ["access"]), None);
        let known = ["marketing", "answer-you", "support-training", "email"];
        for (typed, meant) in [
            ("marketting", Some("marketing")),
            ("Marketing", Some("marketing")),
            ("answer_you", Some("answer-you")),
            ("answeryou", Some("answer-you")),
            ("emial", Some("email")),
            ("e-mail", Some("email")),
            ("visits", None),
            ("", None),
        ] {
            assert_eq!(closest(typed, known), meant, "{typed}");
        }
    }
}
