//! The words of a whole folder and where each is declared; which document sees which, through
//! imports.
//! It numbers words and finds them; what they mean is made in `define`.

use super::Report;
use super::draft::Draft;
use super::read::shown;
use crate::diagnostic::{Code, closest};
use crate::model::Verb;
use crate::shape::WordKind;
use kept_terms::Set;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// A word as declared.
#[derive(Clone, Debug)]
pub(crate) struct Declared {
    /// Its number within its kind.
    pub number: u16,
    /// The draft that declares it, and where; nothing where every policy has it.
    pub place: Option<(usize, Range<usize>)>,
    /// Further drafts that declare it, which was reported.
    pub again: Vec<usize>,
}

/// All words of a folder.
#[derive(Clone, Debug, Default)]
pub(crate) struct Registry {
    words: BTreeMap<WordKind, BTreeMap<String, Declared>>,
    labels: HashMap<(WordKind, String), String>,
    /// For each draft, which drafts it sees: itself and what it imports, at any remove.
    sees: Vec<Vec<bool>>,
    /// For each draft, the purposes that it declares.
    purposes: Vec<BTreeMap<String, u16>>,
    /// For each draft, whether something it sees could not be read, so that words may be missing.
    pub dim: Vec<bool>,
}

/// The event that every policy has: the item came in.
pub(crate) const COLLECTED: &str = "collected";

impl Registry {
    /// Gathers the words of all drafts and reports what is declared twice or imported from nowhere.
    pub(crate) fn gather(drafts: &[Draft<'_>], report: &mut Report<'_>) -> Registry {
        let mut registry = Registry::default();
        let collected = Declared {
            number: 0,
            place: None,
            again: Vec::new(),
        };
        let events = registry.words.entry(WordKind::Event).or_default();
        events.insert(COLLECTED.to_owned(), collected);
        for (at, draft) in drafts.iter().enumerate() {
            registry.definitions(at, draft, drafts, report);
            registry.purposes(at, draft);
        }
        registry.limits(drafts, report);
        registry.imports(drafts, report);
        registry
    }

    fn definitions(
        &mut self,
        at: usize,
        draft: &Draft<'_>,
        drafts: &[Draft<'_>],
        report: &mut Report<'_>,
    ) {
        for clause in draft.of(Verb::Define) {
            let Some(kind) = clause.kind else { continue };
            let words = self.words.entry(kind).or_default();
            let key = match kind {
                // Documents in several languages each say what a word of their prose means.
                WordKind::Term => format!("{}@{at}", clause.name),
                _ => clause.name.to_string(),
            };
            if let Some(first) = words.get_mut(&key) {
                first.again.push(at);
                let home = first.place.as_ref().and_then(|(home, _)| drafts.get(*home));
                // A copy of a document is reported as such, not word by word.
                if home.is_some_and(|home| home.file != draft.file && home.name == draft.name) {
                    continue;
                }
                let message = format!("{} `{}` is declared twice", kind.word(), clause.name);
                let help = match home {
                    Some(home) if home.file != draft.file => {
                        "keep one of the two, in a file that both documents import"
                    }
                    Some(_) => "keep one of the two, or give one another name",
                    None => "every policy has it: strike this one",
                };
                let span = clause.name_span.clone();
                let said = report
                    .say(Code::DuplicateWord, draft.file, span, message)
                    .help(help);
                if let (Some(home), Some((_, span))) = (home, &first.place) {
                    said.label(home.file, span.clone(), "it is declared here first");
                }
                continue;
            }
            let declared = Declared {
                number: u16::try_from(words.len()).unwrap_or(u16::MAX),
                place: Some((at, clause.name_span.clone())),
                again: Vec::new(),
            };
            words.insert(key, declared);
            if let Some(label) = clause.given.text("label") {
                let key = (kind, label.to_owned());
                self.labels
                    .entry(key)
                    .or_insert_with(|| clause.name.to_string());
            }
        }
    }

    fn purposes(&mut self, at: usize, draft: &Draft<'_>) {
        let mut own = BTreeMap::new();
        let words = self.words.entry(WordKind::Purpose).or_default();
        for clause in draft.of(Verb::Use) {
            let next = u16::try_from(words.len()).unwrap_or(u16::MAX);
            let declared = words.entry(clause.name.to_string()).or_insert(Declared {
                number: next,
                place: Some((at, clause.name_span.clone())),
                again: Vec::new(),
            });
            own.insert(clause.name.to_string(), declared.number);
        }
        self.purposes.push(own);
    }

    fn limits(&self, drafts: &[Draft<'_>], report: &mut Report<'_>) {
        let most = Set::<()>::CAPACITY;
        for (kind, words) in &self.words {
            let beyond = words.values().find(|word| usize::from(word.number) == most);
            if let Some((at, span)) = beyond.and_then(|word| word.place.as_ref()) {
                let file = drafts.get(*at).map_or(0, |draft| draft.file);
                let message = format!(
                    "a policy has at most {most} words of a kind; these are {} of kind `{}`",
                    words.len(),
                    kind.word()
                );
                report.say(Code::TooMany, file, span.clone(), message);
            }
        }
    }

    fn imports(&mut self, drafts: &[Draft<'_>], report: &mut Report<'_>) {
        let mut direct: Vec<Vec<usize>> = Vec::new();
        let mut dim: Vec<bool> = Vec::new();
        for draft in drafts {
            let mut row = Vec::new();
            // What the front matter imports is not known where it could not be read.
            let lost = draft.front.broken && !draft.front.has("imports");
            let mut unclear = draft.broken || lost;
            for (import, span) in draft.front.list("imports") {
                let file = beside(draft.file_name, import);
                match drafts.iter().position(|other| other.file_name == file) {
                    Some(other) => row.push(other),
                    None => {
                        unclear = true;
                        // A file that is there and is no document has been reported already.
                        if report.sources.iter().any(|source| source.file == file) {
                            continue;
                        }
                        let names = drafts.iter().map(|other| other.file_name);
                        let help = match closest(&file, names) {
                            Some(meant) => format!("did you mean `{meant}`?"),
                            None => "imports are names of files, seen from this one".to_owned(),
                        };
                        let message = format!("no file `{}` is in the folder", shown(import));
                        report
                            .say(Code::UnknownImport, draft.file, span.clone(), message)
                            .help(help);
                    }
                }
            }
            direct.push(row);
            dim.push(unclear);
        }
        for at in 0..drafts.len() {
            let mut sees = vec![false; drafts.len()];
            let mut next = vec![at];
            while let Some(seen) = next.pop() {
                if let Some(slot) = sees.get_mut(seen).filter(|slot| !**slot) {
                    *slot = true;
                    next.extend(direct.get(seen).into_iter().flatten());
                }
            }
            let unclear = sees.iter().zip(&dim).any(|(sees, dim)| *sees && *dim);
            self.sees.push(sees);
            self.dim.push(unclear);
        }
    }

    /// A declared word, by its name or, for assurances and regions, by its label too.
    pub(crate) fn find(&self, kind: WordKind, word: &str) -> Option<&Declared> {
        let words = self.words.get(&kind)?;
        if let Some(declared) = words.get(word) {
            return Some(declared);
        }
        if !matches!(kind, WordKind::Assurance | WordKind::Region) {
            return None;
        }
        let label = self.labels.get(&(kind, word.to_owned()));
        match label {
            Some(name) => words.get(name),
            None => words.get(&word.to_lowercase()),
        }
    }

    /// The drafts that a draft sees: itself and what it imports, at any remove.
    pub(crate) fn seen_from(&self, at: usize) -> impl Iterator<Item = usize> {
        let row = self.sees.get(at).into_iter().flatten().enumerate();
        row.filter(|(_, sees)| **sees).map(|(other, _)| other)
    }

    /// Whether a draft sees what another declares.
    pub(crate) fn sees(&self, at: usize, declared: &Declared) -> bool {
        let row = self.sees.get(at);
        let seen = |place: usize| row.and_then(|row| row.get(place)).copied().unwrap_or(false);
        let place = declared.place.as_ref().map(|(place, _)| *place);
        place.is_none_or(seen) || declared.again.iter().any(|again| seen(*again))
    }

    /// All words of a kind with what is declared of each.
    pub(crate) fn of(&self, kind: WordKind) -> impl Iterator<Item = (&str, &Declared)> {
        self.words
            .get(&kind)
            .into_iter()
            .flatten()
            .map(|(name, declared)| (name.as_str(), declared))
    }

    /// The purposes that a draft declares.
    pub(crate) fn purposes_of(&self, at: usize) -> impl Iterator<Item = (&str, u16)> {
        self.purposes
            .get(at)
            .into_iter()
            .flatten()
            .map(|(name, number)| (name.as_str(), *number))
    }
}

/// The name of a file as seen from another.
fn beside(file: &str, import: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
