//! From drafts to a policy: words numbered, names resolved, clauses made.
//! What could not be resolved was reported and is left out, so that the checks can go on with the
//! rest.

use super::Report;
use super::draft::{Draft, DraftClause};
use super::gather::Registry;
use super::given::Given;
use super::read::{country, country_help, part_help, shown, tidy};
use super::{clauses, define};
use crate::diagnostic::{Code, closest};
use crate::model::*;
use crate::rules::Rules;
use crate::shape::WordKind;
use kept_terms::{Index, Name, Set, Territories, Territory};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A policy as far as it could be built, and where its clauses come from.
pub(crate) struct Built {
    pub policy: Policy,
    /// For each document, for each clause, its place among the draft's.
    pub origins: Vec<Vec<usize>>,
    /// For each document, the verbs of which a clause was left out or cut short.
    pub cut: Vec<Vec<Verb>>,
}

impl Built {
    /// The draft clause that a clause was made from.
    pub(crate) fn origin<'d>(
        &self,
        drafts: &'d [Draft<'_>],
        clause: ClauseId,
    ) -> Option<&'d DraftClause> {
        let document = usize::from(clause.document.0);
        let at = self
            .origins
            .get(document)?
            .get(usize::from(clause.number))?;
        drafts.get(document)?.clauses.get(*at)
    }

    /// Whether clauses of a verb may be missing from a document because something about them was
    /// reported.
    pub(crate) fn lacks(&self, drafts: &[Draft<'_>], document: DocumentId, verb: Verb) -> bool {
        let at = usize::from(document.0);
        let drafted = drafts.get(at).is_none_or(|draft| draft.lacks(verb));
        drafted || self.cut.get(at).is_some_and(|verbs| verbs.contains(&verb))
    }
}

/// Builds a policy from drafts, which are in order of name.
pub(crate) fn build(drafts: &[Draft<'_>], report: &mut Report<'_>) -> Built {
    let registry = Registry::gather(drafts, report);
    let mut words = define::words(drafts, &registry, report);
    let (mut documents, mut origins, mut cut) = (Vec::new(), Vec::new(), Vec::new());
    let mut classes: Vec<Class> = Vec::new();
    for (at, draft) in (0u16..).zip(drafts) {
        let mut resolver = Resolver {
            registry: &registry,
            words: &words,
            draft,
            at: usize::from(at),
            report,
            cut: false,
        };
        let front = front(&mut resolver);
        let (mut made, mut from, mut cuts) = (Vec::new(), Vec::new(), Vec::new());
        let name = draft.name.clone().unwrap_or_else(nameless);
        for (place, drafted) in draft.clauses.iter().enumerate() {
            resolver.cut = false;
            let body = clauses::body(&mut resolver, drafted, classes.len());
            if resolver.cut || body.is_none() {
                cuts.push(drafted.verb);
            }
            let Some(body) = body else { continue };
            let id = ClauseId {
                document: DocumentId(at),
                number: u16::try_from(made.len()).unwrap_or(u16::MAX),
            };
            let full_name: Arc<str> = format!("{name}#{}", drafted.path).into();
            digits(&full_name, drafted, draft.file, resolver.report);
            if let Body::Keep(keep) = &body {
                classes.push(class(keep, id, &full_name, &words));
            }
            made.push(Clause {
                id,
                full_name,
                body,
                source: drafted.source.clone(),
                prose: drafted.prose.clone(),
            });
            from.push(place);
        }
        documents.push(document(DocumentId(at), name, draft, front, made));
        origins.push(from);
        cut.push(cuts);
    }
    words.classes = Vocabulary::new(classes);
    share_out(drafts, &mut documents);
    Built {
        policy: policy(words, documents),
        origins,
        cut,
    }
}

/// A clause's id stands in the ledger, which takes no long runs of digits, since those could be
/// about somebody.
fn digits(full_name: &str, drafted: &DraftClause, file: usize, report: &mut Report<'_>) {
    const DIGITS_MAX: usize = 8;
    let digits = full_name.bytes().filter(u8::is_ascii_digit).count();
    if digits > DIGITS_MAX {
        let message = format!(
            "`{full_name}` has {digits} digits; the id of a clause has at most {DIGITS_MAX}"
        );
        report
            .say(Code::BadName, file, drafted.name_span.clone(), message)
            .help("name the clause, or the document, with fewer digits");
    }
}

fn class(keep: &Keep, clause: ClauseId, name: &Arc<str>, words: &Words) -> Class {
    Class {
        name: name.clone(),
        after: keep.after,
        moves: words
            .events
            .get(keep.after)
            .is_some_and(|event| event.of_person),
        period: keep.period,
        then: keep.then,
        obliged: keep.obliged_by.is_some(),
        clause,
    }
}

/// The name of a document whose own was reported; such a policy is never given out.
#[expect(
    clippy::expect_used,
    reason = "the literal is a name, as the test below shows"
)]
fn nameless() -> Name {
    Name::new("nameless").expect("a lower-case word is a name")
}

/// What front matter says of people and systems.
struct Front {
    sees: Vec<DocumentId>,
    controller: Option<EntityId>,
    territories: Territories,
    systems: Set<SystemId>,
}

fn front(resolver: &mut Resolver<'_, '_, '_>) -> Front {
    let given = &resolver.draft.front;
    let seen = resolver.registry.seen_from(resolver.at);
    Front {
        sees: seen
            .filter_map(|at| u16::try_from(at).ok())
            .map(DocumentId)
            .collect(),
        controller: resolver.one(given, "controller", WordKind::Entity),
        territories: resolver.places(given, "regions"),
        systems: resolver.set(given, "systems", WordKind::System),
    }
}

fn document(
    id: DocumentId,
    name: Name,
    draft: &Draft<'_>,
    front: Front,
    clauses: Vec<Clause>,
) -> Document {
    let given = &draft.front;
    let revised = given.date("revised");
    let version = match revised {
        Some(revised) => format!("{name}@{revised}"),
        None => name.to_string(),
    };
    Document {
        id,
        name,
        title: given.text("title").unwrap_or_default().to_owned(),
        language: given.text("language").unwrap_or("en").to_owned(),
        effective: given.date("effective"),
        revised,
        controller: front.controller,
        territories: front.territories,
        default: given.flag("default"),
        systems: front.systems,
        sees: front.sees,
        rules: Rules::new(&clauses),
        clauses,
        file: draft.file_name.to_owned(),
        text: draft.text.into(),
        version: version.into(),
    }
}

/// A document for all countries is for those that no other names, and one for a country for those
/// of its parts that no other names apart from it.
fn share_out(drafts: &[Draft<'_>], documents: &mut [Document]) {
    let all = |document: &Document| {
        let draft = drafts.get(usize::from(document.id.0));
        draft.is_some_and(|draft| draft.front.all("regions"))
    };
    let named = documents.iter().filter(|document| !all(document));
    let named = named.fold(Set::EMPTY, |named, document| {
        document.territories.union(named)
    });
    let parts: Territories = documents
        .iter()
        .flat_map(|document| document.territories.outermost())
        .filter(|place| place.part().is_some())
        .collect();
    for document in documents {
        let of_others = match all(document) {
            true => named,
            false => {
                let whole = document.territories;
                let own = named_apart(drafts, document);
                let theirs = |part: &Territory| whole.contains(part.country());
                let theirs: Territories = parts.iter().filter(theirs).collect();
                theirs.difference(own)
            }
        };
        document.territories = document.territories.difference(of_others);
    }
}

/// The parts of countries that a document names one by one, whether the country is there or not.
fn named_apart(drafts: &[Draft<'_>], document: &Document) -> Territories {
    let draft = drafts.get(usize::from(document.id.0));
    let named = draft.map_or(&[][..], |draft| draft.front.list("regions"));
    let places = named.iter().filter_map(|(word, _)| country(word));
    places.filter(|place| place.part().is_some()).collect()
}

fn policy(words: Words, documents: Vec<Document>) -> Policy {
    let mut by_territory = HashMap::new();
    let mut default = None;
    let mut hash = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA256);
    for document in &documents {
        if document.systems.is_empty() {
            for place in document.territories.iter() {
                by_territory.entry(place).or_insert(document.id);
            }
        }
        if document.default {
            default = default.or(Some(document.id));
        }
        let length = u64::try_from(document.text.len()).unwrap_or(u64::MAX);
        hash.update(&length.to_be_bytes());
        hash.update(document.text.as_bytes());
    }
    let mut digest = [0; 32];
    for (to, from) in digest.iter_mut().zip(hash.finish().as_ref()) {
        *to = *from;
    }
    Policy {
        digest: Digest(digest),
        words,
        documents,
        by_territory,
        default,
    }
}

/// Resolves the names of one document's clauses.
pub(crate) struct Resolver<'a, 'r, 's> {
    pub registry: &'a Registry,
    pub words: &'a Words,
    pub draft: &'a Draft<'a>,
    pub at: usize,
    pub report: &'r mut Report<'s>,
    /// Whether something was reported and left out since this was last set to false.
    pub cut: bool,
}

impl Resolver<'_, '_, '_> {
    /// The word that a key names.
    pub(crate) fn one<I: Index>(&mut self, given: &Given, key: &str, kind: WordKind) -> Option<I> {
        let word = given.text(key)?;
        self.find(kind, word, given.span_of(key))
            .map(I::from_number)
    }

    /// The words that a key lists; nothing where the key is not there.
    pub(crate) fn set<I: Index>(&mut self, given: &Given, key: &str, kind: WordKind) -> Set<I> {
        if given.all(key) {
            return self.all(kind);
        }
        let found = given
            .list(key)
            .iter()
            .filter_map(|(word, span)| self.find(kind, word, span.clone()));
        found.map(I::from_number).collect()
    }

    /// The words that a key lists; all where the key is not there.
    pub(crate) fn set_or_all<I: Index>(
        &mut self,
        given: &Given,
        key: &str,
        kind: WordKind,
    ) -> Set<I> {
        match given.has(key) {
            true => self.set(given, key, kind),
            false => self.all(kind),
        }
    }

    /// All words of a kind that the document sees; of purposes, those that it declares.
    fn all<I: Index>(&self, kind: WordKind) -> Set<I> {
        if kind == WordKind::Purpose {
            let own = self.registry.purposes_of(self.at);
            return own.map(|(_, number)| I::from_number(number)).collect();
        }
        let words = self.registry.of(kind);
        words
            .filter(|(_, declared)| self.registry.sees(self.at, declared))
            .map(|(_, declared)| I::from_number(declared.number))
            .collect()
    }

    fn find(&mut self, kind: WordKind, word: &str, span: Range<usize>) -> Option<u16> {
        if kind == WordKind::Purpose {
            return self.purpose(word, span);
        }
        let registry = self.registry;
        let Some(declared) = registry.find(kind, word) else {
            self.cut = true;
            self.unknown(kind, word, span);
            return None;
        };
        if !registry.sees(self.at, declared) && !self.dim() {
            self.cut = true;
            let message = format!(
                "{} `{}` is declared in a file that is not imported",
                kind.word(),
                shown(word)
            );
            let help = "add the file to `imports` in the front matter";
            self.report
                .say(Code::NotImported, self.draft.file, span, message)
                .help(help);
        }
        Some(declared.number)
    }

    /// Whether words may be missing because something this document sees could not be read.
    fn dim(&self) -> bool {
        self.registry.dim.get(self.at).copied().unwrap_or(true)
    }

    fn unknown(&mut self, kind: WordKind, word: &str, span: Range<usize>) {
        if self.dim() {
            return;
        }
        let known = self.registry.of(kind).map(|(name, _)| name);
        let help = match closest(word, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => declare(kind, word),
        };
        let message = format!("{} `{}` is not declared", kind.word(), shown(word));
        self.report
            .say(Code::UnknownWord, self.draft.file, span, message)
            .help(help);
    }

    fn purpose(&mut self, word: &str, span: Range<usize>) -> Option<u16> {
        let own = |registry: &Registry| {
            let mut own = registry.purposes_of(self.at);
            own.find(|(name, _)| *name == word)
                .map(|(_, number)| number)
        };
        if let Some(number) = own(self.registry) {
            return Some(number);
        }
        self.cut = true;
        if !self.draft.broken && !self.draft.lost_verbs.contains(&Verb::Use) {
            let known = self.registry.purposes_of(self.at).map(|(name, _)| name);
            let help = match closest(word, known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!(
                    "add `[use.{}]` to this document with its `basis` and `roles`",
                    tidy(word)
                ),
            };
            let message = format!(
                "purpose `{}` has no lawful basis: no `use` clause of this document declares it",
                shown(word)
            );
            self.report
                .say(Code::NoBasis, self.draft.file, span, message)
                .help(help);
        }
        None
    }

    /// The places of a list of places and regions, with their parts.
    pub(crate) fn places(&mut self, given: &Given, key: &str) -> Territories {
        if given.all(key) {
            return Territory::all().collect();
        }
        let mut places = Territories::EMPTY;
        for (word, span) in given.list(key) {
            if let Some(place) = country(word) {
                places.cover(place);
            } else if self.registry.find(WordKind::Region, word).is_some() {
                let region = self.find(WordKind::Region, word, span.clone());
                let region = region.and_then(|number| self.words.regions.get(RegionId(number)));
                places = places.union(region.map_or(Set::EMPTY, |region| region.countries));
            } else if !self.dim() {
                self.cut = true;
                let known = self.registry.of(WordKind::Region).map(|(name, _)| name);
                let help = match (part_help(word), closest(word, known)) {
                    (Some(help), _) => help,
                    (None, Some(meant)) => format!("did you mean `{meant}`?"),
                    (None, None) => match country_help(word) {
                        help if help.starts_with("write") => help,
                        help => format!(
                            "{help}; a region is one declared with `[define.region.{}]` and its `countries`",
                            tidy(word)
                        ),
                    },
                };
                let message = format!(
                    "`{}` is neither a country, nor a part of one, nor a declared region",
                    shown(word)
                );
                self.report
                    .say(Code::UnknownWord, self.draft.file, span.clone(), message)
                    .help(help);
            }
        }
        places
    }
}

/// How a word that is not known is declared. What cannot be a name is given as the label.
fn declare(kind: WordKind, word: &str) -> String {
    let name = tidy(word);
    let header = format!("declare it with `[define.{}.{name}]`", kind.word());
    match kind {
        WordKind::Assurance | WordKind::Region if name != word => {
            format!("{header} and `label = {:?}` in it", shown(word))
        }
        _ if name != word => format!("{header}, and write `{name}` here"),
        _ => header,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_nameless_document_can_be_named() {
        assert_eq!(super::nameless().as_str(), "nameless");
        assert_eq!(super::super::read::tidy("SOC 2"), "soc-2");
    }
}
