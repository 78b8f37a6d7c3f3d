//! What is collected must be kept for a stated time, once: per field and purpose.
//! How long is enough is for people to say.

use super::*;
use crate::compile::COLLECTED;
use crate::model::{Collect, Ending, Keep, RegisterKind};
use kept_terms::Set;

impl Check<'_, '_> {
    /// Data collected and never kept, kept twice, and kept without being collected.
    pub(super) fn retention(&mut self, document: &Document) {
        if !self.lacks(document, Verb::Keep) {
            self.not_kept(document);
        }
        self.kept_twice(document);
        self.after_the_item(document);
        self.nothing_anonymous(document);
        if !self.lacks(document, Verb::Collect) {
            self.kept_not_collected(document);
        }
    }

    fn not_kept(&mut self, document: &Document) {
        let keeps = &document.rules.keep;
        for (clause, collect) in &document.rules.collect {
            // Fields that lack the same purposes are reported together, so that a new clause is
            // reported once.
            let mut gaps: Vec<(Set<PurposeId>, Vec<FieldId>)> = Vec::new();
            for field in collect.data.iter() {
                let kept = keeps
                    .iter()
                    .filter(|(_, keep)| keep.data.contains(field))
                    .fold(Set::EMPTY, |kept, (_, keep)| keep.purposes.union(kept));
                let missing = collect.purposes.difference(kept);
                match gaps.iter_mut().find(|(purposes, _)| *purposes == missing) {
                    _ if missing.is_empty() => {}
                    Some((_, fields)) => fields.push(field),
                    None => gaps.push((missing, vec![field])),
                }
            }
            for (purposes, fields) in gaps {
                self.say_not_kept(document, *clause, collect, purposes, &fields);
            }
        }
    }

    fn say_not_kept(
        &mut self,
        document: &Document,
        clause: ClauseId,
        collect: &Collect,
        purposes: Set<PurposeId>,
        fields: &[FieldId],
    ) {
        let words = &self.policy.words;
        let data: Vec<&str> = fields
            .iter()
            .map(|field| words.fields.name(*field))
            .collect();
        let purposes_named = words.purposes.names(purposes);
        let reason = if purposes == collect.purposes {
            format!(
                "{} {} collected and no `keep` clause says for how long",
                named(&data),
                are(&data)
            )
        } else {
            format!(
                "{} {} collected for {} and no `keep` clause says for how long",
                named(&data),
                are(&data),
                named(&purposes_named)
            )
        };
        let span = data.first().map_or_else(
            || self.span(clause, "data"),
            |first| self.word_span(clause, "data", first),
        );
        let help = "add a `keep` clause that covers it, or widen the `for` of one that does";
        let file = self.file(document.id);
        self.report
            .say(Code::NotKept, file, span, reason)
            .help(help);
    }

    /// All that happens to an item is that it is collected: an event of it by another name would
    /// count from then, whatever its label says.
    fn after_the_item(&mut self, document: &Document) {
        for (clause, keep) in &document.rules.keep {
            let event = self.policy.words.events.get(keep.after);
            let of_item = |event: &&Event| !event.of_person && event.name() != COLLECTED;
            let Some(event) = event.filter(of_item) else {
                continue;
            };
            let name = event.name();
            let message = format!(
                "`{name}` is of the item, to which nothing happens once it is collected: the \
                 period would count from the day of collecting"
            );
            let (file, span) = (self.file(document.id), self.span(*clause, "after"));
            let said = self.report.say(Code::EventOfItem, file, span, message);
            said.help(format!(
                "say `after = \"{COLLECTED}\"`, or declare [define.event.{name}] with \
                 `of = \"person\"`, and the period counts from the last time it happens"
            ));
        }
    }

    /// Where the end is to be made anonymous, something anonymous must be made: the sums of a
    /// survey, for a purpose whose clause says how small a group they may show.
    fn nothing_anonymous(&mut self, document: &Document) {
        let words = &self.policy.words;
        let keeps = document.rules.keep.iter();
        for (clause, keep) in keeps.filter(|(_, keep)| keep.then == Ending::Anonymise) {
            let is_answer = |field: FieldId| {
                let field = words.fields.get(field);
                field.is_some_and(|field| field.register == Some(RegisterKind::Surveys))
            };
            let is_summed = |purpose: PurposeId| {
                let r#use = document.rules.use_of(purpose);
                r#use.is_some_and(|(_, r#use)| r#use.suppress_below.is_some())
            };
            if keep.data.iter().any(is_answer) && keep.purposes.iter().any(is_summed) {
                continue;
            }
            let (file, span) = (self.file(document.id), self.span(*clause, "then"));
            let message = "nothing anonymous is made of this, so nothing would stay";
            self.report
                .say(Code::NothingAnonymous, file, span, message)
                .help(
                    "say `then = \"destroy\"`, or keep answers to surveys (a field with `register = \
                     \"surveys\"`) for a use that says `suppress-below`",
                );
        }
    }

    fn kept_twice(&mut self, document: &Document) {
        let keeps = &document.rules.keep;
        let all = self.all_collected(document);
        for (at, (later, keep)) in keeps.iter().enumerate() {
            for (earlier, other) in keeps.iter().take(at) {
                let data = keep.data.intersection(other.data);
                let purposes = keep.purposes.intersection(other.purposes);
                // Where both clauses speak of purposes for which it is not collected, nothing is
                // stored twice.
                let both: Vec<&str> = data
                    .iter()
                    .filter(|field| {
                        all.iter().any(|(data, wanted)| {
                            data.contains(*field) && wanted.intersects(purposes)
                        })
                    })
                    .map(|field| self.policy.words.fields.name(field))
                    .collect();
                let Some(first) = both.first() else { continue };
                let message = format!(
                    "{} is kept under [{}] and under [{}] for the same purpose",
                    named(&both),
                    self.path(*earlier),
                    self.path(*later)
                );
                let (file, span) = (
                    self.file(document.id),
                    self.word_span(*later, "data", first),
                );
                let before = self.word_span(*earlier, "data", first);
                self.report
                    .say(Code::KeptTwice, file, span, message)
                    .label(file, before, "it is kept here too")
                    .help("say in the `for` of each which purposes it speaks of");
            }
        }
    }

    /// What each `collect` clause takes and for what.
    fn all_collected(&self, document: &Document) -> Vec<(Set<FieldId>, Set<PurposeId>)> {
        let collects = &document.rules.collect;
        collects
            .iter()
            .map(|(_, collect)| (collect.data, collect.purposes))
            .collect()
    }

    fn kept_not_collected(&mut self, document: &Document) {
        let collected = self.all_collected(document);
        for (clause, keep) in &document.rules.keep {
            let idle = self.idle(keep, &collected);
            // `"all"` is not a claim that each field is collected.
            let says_all = self
                .built
                .origin(self.drafts, *clause)
                .is_some_and(|origin| origin.given.all("data"));
            let Some(first) = idle.first().filter(|_| !says_all) else {
                continue;
            };
            let message = format!(
                "{} {} kept here and never collected for this",
                named(&idle),
                are(&idle)
            );
            let (file, span) = (
                self.file(document.id),
                self.word_span(*clause, "data", first),
            );
            self.report
                .say(Code::KeptNotCollected, file, span, message)
                .help("strike it here, or add it to a `collect` clause");
        }
    }

    fn idle(&self, keep: &Keep, collected: &[(Set<FieldId>, Set<PurposeId>)]) -> Vec<&str> {
        let fields = keep.data.iter().filter(|field| {
            !collected
                .iter()
                .any(|(data, purposes)| data.contains(*field) && purposes.intersects(keep.purposes))
        });
        fields
            .map(|field| self.policy.words.fields.name(field))
            .collect()
    }
}
