//! Holding a language's frames against a sentence. It knows words and breaks, and no language.

use crate::lexicon::{Element, Hit, Lexicon, Passes, SetId};
use crate::token::{Kind, Token};
use kept_terms::SpecialCategory;
use std::collections::HashMap;
use std::ops::Range;

/// The longest word that is looked up, in bytes. No entry comes near it.
const WORD_MAX: usize = 64;

/// A language's lexicon, arranged for matching.
#[derive(Debug)]
pub(crate) struct Matcher {
    lexicon: Lexicon,
    by_set: HashMap<SetId, Vec<usize>>,
    by_name: Vec<usize>,
    exclusions_by_set: HashMap<SetId, Vec<usize>>,
    negation: Option<SetId>,
    stop: Option<SetId>,
    no_name: Option<SetId>,
}

/// What a frame found: a category, and the words from the frame's first to its last.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) category: SpecialCategory,
    pub(crate) words: Range<usize>,
}

impl Matcher {
    /// Arranges a lexicon.
    pub(crate) fn new(lexicon: Lexicon) -> Self {
        let (by_set, by_name) = by_first(&lexicon.frames);
        let (exclusions_by_set, _) = by_first(&lexicon.exclusions);
        Self {
            by_set,
            by_name,
            exclusions_by_set,
            negation: lexicon.set("negation"),
            stop: lexicon.set("stop"),
            no_name: lexicon.set("no-name"),
            lexicon,
        }
    }

    /// What a sentence tells. `text` is the folded text that the tokens stand in.
    pub(crate) fn tells(&self, tokens: &[Token], text: &str) -> Vec<Told> {
        let mut scene = Scene {
            matcher: self,
            tokens,
            hits: Vec::with_capacity(tokens.len()),
            is_void: vec![false; tokens.len()],
        };
        for at in 0..tokens.len() {
            let words = tokens.iter().skip(at).map(|it| word(it, text));
            scene.hits.push(self.lexicon.words.at(words));
        }
        scene.exclude();
        scene.find()
    }
}

fn word<'a>(token: &Token, text: &'a str) -> &'a str {
    match token.kind {
        Kind::Word | Kind::Capital if token.place.len() <= WORD_MAX => {
            text.get(token.place.clone()).unwrap_or("")
        }
        Kind::Word | Kind::Capital | Kind::Opaque | Kind::Break => "",
    }
}

/// The frames by the sets that their first element names; and those that start with a name.
fn by_first(frames: &[Vec<Element>]) -> (HashMap<SetId, Vec<usize>>, Vec<usize>) {
    let mut by_set: HashMap<SetId, Vec<usize>> = HashMap::new();
    let mut by_name = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        match frame.first() {
            Some(Element::OneOf(sets) | Element::Term(sets)) => {
                for set in sets {
                    by_set.entry(*set).or_default().push(index);
                }
            }
            Some(Element::Name) => by_name.push(index),
            Some(Element::Maybe(_) | Element::NoneOf(_) | Element::Gap(..) | Element::End)
            | None => {}
        }
    }
    (by_set, by_name)
}

/// Where a frame ends, and the set of the term that it met.
type Found = (usize, Option<SetId>);

/// A sentence under a language's eyes.
struct Scene<'a> {
    matcher: &'a Matcher,
    tokens: &'a [Token],
    hits: Vec<Vec<Hit>>,
    is_void: Vec<bool>,
}

impl Scene<'_> {
    fn hits(&self, at: usize) -> &[Hit] {
        self.hits.get(at).map_or(&[], Vec::as_slice)
    }

    fn is_in(&self, at: usize, set: Option<SetId>) -> bool {
        set.is_some_and(|set| self.hits(at).iter().any(|it| it.set == set))
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.tokens.get(at).map(|it| it.kind)
    }

    fn is_void(&self, at: usize, length: usize) -> bool {
        self.is_void.iter().skip(at).take(length).any(|it| *it)
    }

    /// Marks the words in which no term tells anything.
    fn exclude(&mut self) {
        let mut void = Vec::new();
        for at in 0..self.tokens.len() {
            for frame in frames_at(&self.matcher.exclusions_by_set, self.hits(at)) {
                let frame = self.matcher.lexicon.exclusions.get(frame);
                void.extend(
                    frame
                        .and_then(|it| self.step(it, at, None))
                        .map(|(end, _)| at..end),
                );
            }
        }
        for words in void {
            self.is_void
                .iter_mut()
                .take(words.end)
                .skip(words.start)
                .for_each(|it| *it = true);
        }
    }

    fn find(&self) -> Vec<Told> {
        let mut told = Vec::new();
        for at in 0..self.tokens.len() {
            let by_name: &[usize] = if self.kind(at) == Some(Kind::Capital) {
                &self.matcher.by_name
            } else {
                &[]
            };
            let frames = frames_at(&self.matcher.by_set, self.hits(at));
            for frame in frames.into_iter().chain(by_name.iter().copied()) {
                let frame = self.matcher.lexicon.frames.get(frame);
                let found = frame.and_then(|it| self.step(it, at, None));
                told.extend(found.and_then(|(end, term)| {
                    Some(Told {
                        category: self.matcher.lexicon.category(term?)?,
                        words: at..end,
                    })
                }));
            }
        }
        told
    }

    /// Matches what is left of a frame from `at` on, after it met `term`.
    fn step(&self, frame: &[Element], at: usize, term: Option<SetId>) -> Option<Found> {
        let Some((element, rest)) = frame.split_first() else {
            return Some((at, term));
        };
        match element {
            Element::OneOf(sets) => self.member(sets, at, rest, term),
            Element::Maybe(sets) => {
                let with = self.member(sets, at, rest, term);
                with.or_else(|| self.step(rest, at, term))
            }
            Element::NoneOf(sets) => {
                let is_member = self.hits(at).iter().any(|it| sets.contains(&it.set));
                (!is_member).then(|| self.step(rest, at, term)).flatten()
            }
            Element::Term(sets) => {
                let is_told = |it: &&Hit| sets.contains(&it.set) && !self.is_void(at, it.length);
                let mut hits = self.hits(at).iter().filter(is_told);
                hits.find_map(|it| self.step(rest, at + it.length, Some(it.set)))
            }
            Element::Gap(most, passes) => self.gap(*most, *passes, at, rest, term),
            Element::Name => {
                let is_name = self.kind(at) == Some(Kind::Capital)
                    && !self.is_in(at, self.matcher.no_name)
                    && !at
                        .checked_sub(1)
                        .is_some_and(|it| self.is_in(it, self.matcher.no_name));
                is_name.then(|| self.step(rest, at + 1, term)).flatten()
            }
            Element::End => {
                let is_end = self.kind(at).is_none_or(|it| it == Kind::Break)
                    || self.is_in(at, self.matcher.stop);
                is_end.then(|| self.step(rest, at, term)).flatten()
            }
        }
    }

    fn member(
        &self,
        sets: &[SetId],
        at: usize,
        rest: &[Element],
        term: Option<SetId>,
    ) -> Option<Found> {
        let mut hits = self.hits(at).iter().filter(|it| sets.contains(&it.set));
        hits.find_map(|it| self.step(rest, at + it.length, term))
    }

    fn gap(
        &self,
        most: usize,
        passes: Passes,
        start: usize,
        rest: &[Element],
        term: Option<SetId>,
    ) -> Option<Found> {
        for at in start..=start + most {
            if let Some(found) = self.step(rest, at, term) {
                return Some(found);
            }
            let negates = || self.is_in(at, self.matcher.negation);
            let is_passable = match (self.kind(at)?, passes) {
                (Kind::Break, Passes::Words | Passes::Negation) => false,
                (Kind::Break, Passes::Breaks) => true,
                (Kind::Word | Kind::Capital | Kind::Opaque, Passes::Words) => !negates(),
                (Kind::Word | Kind::Capital | Kind::Opaque, _) => true,
            };
            if !is_passable {
                return None;
            }
        }
        None
    }
}

fn frames_at(by_set: &HashMap<SetId, Vec<usize>>, hits: &[Hit]) -> Vec<usize> {
    let frames = hits.iter().filter_map(|it| by_set.get(&it.set));
    let mut frames: Vec<usize> = frames.flatten().copied().collect();
    frames.sort_unstable();
    frames.dedup();
    frames
}
