//! Who is covered: each document says for whom it is and who answers for it; each country has one
//! document.
//! Which regions a firm must cover is said in its definitions.

use super::*;
use kept_terms::{Territories, Territory};
use std::collections::HashMap;

impl Check<'_, '_> {
    /// Documents' names, dates, controllers and countries.
    pub(super) fn coverage(&mut self) {
        self.names();
        for document in &self.policy.documents {
            self.front(document);
        }
        self.countries();
        self.systems();
        self.uncovered();
        self.defaults();
    }

    fn names(&mut self) {
        let mut seen: HashMap<&str, &Draft<'_>> = HashMap::new();
        for draft in self.drafts {
            let Some(name) = &draft.name else { continue };
            let Some(first) = seen.get(name.as_str()) else {
                seen.insert(name, draft);
                continue;
            };
            let message = format!("two documents are named `{name}`");
            self.report
                .say(
                    Code::DuplicateDocument,
                    draft.file,
                    draft.front.span_of("id"),
                    message,
                )
                .label(first.file, first.front.span_of("id"), "the other is here")
                .help("give one of them another `id`");
        }
    }

    fn front(&mut self, document: &Document) {
        let Some(draft) = self.draft(document.id) else {
            return;
        };
        if draft.only_defines() {
            if draft.front.broken {
                return;
            }
            if let Some(clause) = draft
                .clauses
                .iter()
                .find(|clause| clause.verb != Verb::Define)
            {
                let message = format!("[{}] stands in a document that is for nobody", clause.path);
                self.report
                    .say(Code::OnlyDefines, draft.file, clause.name_span.clone(), message)
                    .help("say in the front matter whom the document is for: `regions`, `systems` or `default`");
            }
            return;
        }
        let of_regions = draft.front.has("regions") || draft.front.flag("default");
        if of_regions && draft.front.has("systems") {
            let message = "this document is for regions and for hosted systems at once";
            self.report
                .say(
                    Code::SystemsAndRegions,
                    draft.file,
                    draft.front.span_of("systems"),
                    message,
                )
                .help("make two documents of it");
        }
        if draft.front.broken {
            return;
        }
        for (key, doc) in [("effective", "in force since"), ("revised", "last changed")] {
            if !draft.front.has(key) {
                let message = format!("the front matter lacks `{key}`: {doc}");
                self.report
                    .say(
                        Code::MissingKey,
                        draft.file,
                        draft.front.span.clone(),
                        message,
                    )
                    .help(format!("add `{key} = 2026-01-31`, with the true date"));
            }
        }
        self.controller(document, draft);
    }

    fn controller(&mut self, document: &Document, draft: &Draft<'_>) {
        if !draft.front.has("controller") {
            let message = "nobody is responsible for this document";
            self.report
                .say(
                    Code::NoController,
                    draft.file,
                    draft.front.span.clone(),
                    message,
                )
                .help("add `controller`, and declare the entity with its address and e-mail");
            return;
        }
        let entity = document
            .controller
            .and_then(|id| self.policy.words.entities.get(id));
        let Some(entity) = entity else { return };
        let reachable = entity.email.contains('@') && !entity.address.is_empty();
        let declared = self.defined("entity", &entity.name);
        let whole = declared
            .and_then(|clause| self.built.origin(self.drafts, clause))
            .is_some_and(|origin| !origin.given.broken);
        if !reachable && whole {
            let message = format!("nobody can write to `{}` about privacy", entity.name);
            self.report
                .say(
                    Code::NoController,
                    draft.file,
                    draft.front.span_of("controller"),
                    message,
                )
                .help("give the entity an `address` and an `email` such as `privacy@example.com`");
        }
    }

    fn countries(&mut self) {
        let mut of: HashMap<Territory, &Document> = HashMap::new();
        for document in self
            .policy
            .documents
            .iter()
            .filter(|d| d.systems.is_empty())
        {
            let mut twice: HashMap<u16, Territories> = HashMap::new();
            for place in document.territories.iter() {
                match of.get(&place) {
                    Some(first) => twice.entry(first.id.0).or_default().insert(place),
                    None => {
                        of.insert(place, document);
                    }
                }
            }
            for (first, places) in twice {
                self.country_twice(document, DocumentId(first), &codes(places));
            }
        }
    }

    fn country_twice(&mut self, document: &Document, first: DocumentId, codes: &[&str]) {
        let (Some(draft), Some(other)) = (self.draft(document.id), self.draft(first)) else {
            return;
        };
        let message = format!("people in {} have two documents", named(codes));
        self.report
            .say(
                Code::CountryTwice,
                draft.file,
                draft.front.span_of("regions"),
                message,
            )
            .label(
                other.file,
                other.front.span_of("regions"),
                "the other is for them too",
            )
            .help("strike the place, or the region, from one of them");
    }

    /// Each hosted system has one document, and a document for systems says how clients are served.
    fn systems(&mut self) {
        let mut of: HashMap<SystemId, &Document> = HashMap::new();
        for document in &self.policy.documents {
            let Some(draft) = self.draft(document.id) else {
                continue;
            };
            for system in document.systems.iter() {
                let Some(first) = of.insert(system, document) else {
                    continue;
                };
                let Some(other) = self.draft(first.id) else {
                    continue;
                };
                let name = self.policy.words.systems.name(system);
                let span = draft.front.span_of("systems");
                self.report
                    .say(
                        Code::SystemTwice,
                        draft.file,
                        span,
                        format!("system `{name}` has two documents"),
                    )
                    .label(
                        other.file,
                        other.front.span_of("systems"),
                        "the other is for it too",
                    )
                    .help("strike the system from one of them");
            }
            if !document.systems.is_empty() && !draft.front.has("regions") {
                self.served(document, draft);
            }
        }
    }

    /// What GDPR Art. 28(3) asks of a processor, as far as clauses say it.
    fn served(&mut self, document: &Document, draft: &Draft<'_>) {
        let rules = &document.rules;
        let returned = document
            .clauses
            .iter()
            .any(|clause| matches!(clause.body, Body::Answer(Answer::Returned { .. })));
        let (secure, answer) = (Verb::Secure, Verb::Answer);
        let needed = [
            (
                rules.apart.is_some(),
                secure,
                "apart = \"client-and-system\"",
            ),
            (rules.instructed.is_some(), secure, "instructed = \"all\""),
            (!rules.forwarded.is_empty(), answer, "forwarded = \"all\""),
            (returned, answer, "returned = \"client\""),
        ];
        for (there, verb, key) in needed {
            if there || self.lacks(document, verb) {
                continue;
            }
            let message =
                format!("this document is for hosted systems, and no clause of it says `{key}`");
            self.report
                .say(
                    Code::ClientUnserved,
                    draft.file,
                    draft.front.span_of("systems"),
                    message,
                )
                .help(format!("add a clause `[{}.…]` with `{key}`", verb.word()));
        }
    }

    fn uncovered(&mut self) {
        // Where a file or its front matter was reported, its countries may be missing.
        let unread = self.drafts.len() < self.report.files();
        if unread || self.drafts.iter().any(|draft| draft.front.broken) {
            return;
        }
        for (_, region) in self
            .policy
            .words
            .regions
            .iter()
            .filter(|(_, region)| region.covered)
        {
            let places = region.countries.iter();
            let missing = places.filter(|place| !self.policy.by_territory.contains_key(place));
            let missing = codes(missing.collect());
            let Some(clause) = self.defined("region", &region.name) else {
                continue;
            };
            if !missing.is_empty() {
                let message = format!("no document is for people in {}", named(&missing));
                let (file, span) = (self.file(clause.document), self.span(clause, "covered"));
                self.report
                    .say(Code::CountryUncovered, file, span, message)
                    .help("add the country to the `regions` of a document, or strike `covered`");
            }
        }
    }

    fn defaults(&mut self) {
        let defaults: Vec<&Draft<'_>> = self
            .drafts
            .iter()
            .filter(|draft| draft.front.flag("default"))
            .collect();
        if let Some((first, others)) = defaults.split_first() {
            for other in others {
                let message = "two documents are for people whose country is not known";
                self.report
                    .say(
                        Code::DefaultTwice,
                        other.file,
                        other.front.span_of("default"),
                        message,
                    )
                    .label(
                        first.file,
                        first.front.span_of("default"),
                        "the other is here",
                    )
                    .help("strike `default` from one of them");
            }
            return;
        }
        let first = self.drafts.iter().find(|draft| draft.front.has("regions"));
        if let Some(draft) = first.filter(|_| self.drafts.iter().all(|draft| !draft.front.broken)) {
            let message = "no document is for people whose country is not known, so nothing of theirs is taken";
            self.report
                .say(
                    Code::NoDefault,
                    draft.file,
                    draft.front.span_of("regions"),
                    message,
                )
                .help("add `default = true` to one document");
        }
    }
}
