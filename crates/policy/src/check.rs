//! What a policy means as a whole, beyond what each clause says alone.
//! It reports; it changes nothing, and says nothing where a reported slip may be the cause.

mod coverage;
mod fields;
mod law;
mod prose;
mod purposes;
mod retention;
mod rights;
mod sharing;
mod special;

use crate::compile::{Built, Draft, Options, Report};
use crate::diagnostic::Code;
use crate::model::*;
use kept_terms::{Territories, Territory};
use std::ops::Range;

/// Checks a policy.
pub(crate) fn check(
    built: &Built,
    drafts: &[Draft<'_>],
    options: &Options,
    report: &mut Report<'_>,
) {
    let mut check = Check {
        built,
        policy: &built.policy,
        drafts,
        options,
        report,
    };
    check.fields();
    check.coverage();
    for document in &built.policy.documents {
        check.retention(document);
        check.purposes(document);
        check.roles(document);
        check.sharing(document);
        check.rights(document);
        check.special_categories(document);
        check.law(document);
    }
    check.prose();
    check.idle_words();
}

/// One run of the checks.
pub(crate) struct Check<'c, 's> {
    built: &'c Built,
    policy: &'c Policy,
    drafts: &'c [Draft<'c>],
    options: &'c Options,
    report: &'c mut Report<'s>,
}

impl<'c> Check<'c, '_> {
    /// The file of a document.
    fn file(&self, document: DocumentId) -> usize {
        self.draft(document).map_or(0, |draft| draft.file)
    }

    fn draft(&self, document: DocumentId) -> Option<&'c Draft<'c>> {
        self.drafts.get(usize::from(document.0))
    }

    /// Where a key's value of a clause stands; the header where the key is not there.
    fn span(&self, clause: ClauseId, key: &str) -> Range<usize> {
        self.built
            .origin(self.drafts, clause)
            .map_or(0..0, |origin| origin.given.span_of(key))
    }

    /// Whether a clause gives a key.
    fn gives(&self, clause: ClauseId, key: &str) -> bool {
        let origin = self.built.origin(self.drafts, clause);
        origin.is_some_and(|origin| origin.given.has(key))
    }

    /// Where one word in a list of a clause stands; the whole list where it says `"all"`.
    fn word_span(&self, clause: ClauseId, key: &str, word: &str) -> Range<usize> {
        let origin = self.built.origin(self.drafts, clause);
        let listed = origin.and_then(|origin| {
            let list = origin.given.list(key).iter();
            list.clone()
                .find(|(listed, _)| listed == word)
                .map(|(_, span)| span.clone())
        });
        listed.unwrap_or_else(|| self.span(clause, key))
    }

    /// Where the name of a clause stands.
    fn name_span(&self, clause: ClauseId) -> Range<usize> {
        self.built
            .origin(self.drafts, clause)
            .map_or(0..0, |origin| origin.name_span.clone())
    }

    /// Where a word is defined: the file and the place of the clause.
    fn defined(&self, kind: &str, name: &str) -> Option<ClauseId> {
        self.policy
            .clauses()
            .find(|clause| {
                matches!(&clause.body, Body::Define { kind: k, name: n }
                    if k == kind && &**n == name)
            })
            .map(|clause| clause.id)
    }

    /// Whether clauses of a verb may be missing because something about them was reported.
    fn lacks(&self, document: &Document, verb: Verb) -> bool {
        self.built.lacks(self.drafts, document.id, verb)
    }

    /// A clause's name as authors write it.
    fn path(&self, clause: ClauseId) -> &'c str {
        self.policy
            .clause(clause)
            .and_then(|clause| clause.full_name.split_once('#'))
            .map_or("", |(_, path)| path)
    }
}

/// The verb for so many names.
fn are(names: &[&str]) -> &'static str {
    if names.len() == 1 { "is" } else { "are" }
}

/// Places by their codes, as few as say them.
fn codes(places: Territories) -> Vec<&'static str> {
    places.outermost().map(Territory::code).collect()
}

/// Some names in a row, each between backticks; the first few and how many more.
fn named(names: &[&str]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
