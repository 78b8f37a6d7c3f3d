//! Purposes, roles and views: each purpose is served by something, each role sees what it works
//! with.
//! Whether a basis is lawful is for lawyers to say.

use super::*;
use crate::rules::RoleView;
use kept_terms::Set;
use std::collections::BTreeMap;

impl Check<'_, '_> {
    /// Purposes for which nothing is there, and purposes compatible with themselves or through a
    /// third.
    pub(super) fn purposes(&mut self, document: &Document) {
        let uses: Vec<&(ClauseId, Use)> = document.rules.uses.iter().flatten().collect();
        let collected = document
            .rules
            .collect
            .iter()
            .fold(Set::EMPTY, |all, (_, collect)| collect.purposes.union(all));
        let lacks = self.lacks(document, Verb::Collect);
        for (clause, r#use) in &uses {
            self.compatible(document, *clause, r#use);
            let fed = collected.contains(r#use.purpose)
                || r#use.compatible_with.intersects(collected)
                // A person may agree that what was collected for other purposes is used for this
                // one.
                || crate::decide::needs_consent(r#use);
            if fed || lacks {
                continue;
            }
            let name = self.policy.words.purposes.name(r#use.purpose);
            let message = format!(
                "nothing is collected for purpose `{name}`, or for one that it is compatible with"
            );
            let (file, span) = (self.file(document.id), self.name_span(*clause));
            self.report.say(Code::PurposeIdle, file, span, message).help(format!(
                "name it in the `for` of a `collect` clause, or give it `compatible-with`, or strike [use.{name}]"
            ));
        }
    }

    fn compatible(&mut self, document: &Document, clause: ClauseId, r#use: &Use) {
        let words = &self.policy.words.purposes;
        let own = words.name(r#use.purpose);
        let file = self.file(document.id);
        if r#use.compatible_with.contains(r#use.purpose) {
            let span = self.word_span(clause, "compatible-with", own);
            let message = format!("purpose `{own}` is compatible with itself without saying so");
            self.report
                .say(Code::CompatibleWithItself, file, span, message)
                .help("strike it from the list");
        }
        for middle in r#use
            .compatible_with
            .iter()
            .filter(|middle| *middle != r#use.purpose)
        {
            let Some((_, next)) = document.rules.use_of(middle) else {
                continue;
            };
            let beyond = next
                .compatible_with
                .difference(r#use.compatible_with)
                .difference(Set::of(r#use.purpose));
            if !beyond.is_empty() {
                let (middle, far) = (words.name(middle), named(&words.names(beyond)));
                let span = self.word_span(clause, "compatible-with", middle);
                let message = format!(
                    "`{own}` is compatible with `{middle}`, which is compatible with {far}; `{own}` is not compatible with {far}"
                );
                self.report
                    .say(Code::ChainNotDeclared, file, span, message)
                    .help(format!(
                        "if it is meant, add {far} to the list; if not, leave it as it is"
                    ));
            }
        }
    }

    /// Roles that may use a purpose and see nothing for it, and views that show nothing.
    pub(super) fn roles(&mut self, document: &Document) {
        let uses: Vec<&(ClauseId, Use)> = document.rules.uses.iter().flatten().collect();
        let views = &document.rules.views;
        if !self.lacks(document, Verb::Secure) {
            let mut idle: BTreeMap<RoleId, (ClauseId, Vec<&str>)> = BTreeMap::new();
            for (clause, r#use) in &uses {
                for role in r#use.roles.iter() {
                    let sees = views
                        .iter()
                        .any(|view| view.role == role && view.purposes.contains(r#use.purpose));
                    if !sees {
                        let (_, purposes) = idle.entry(role).or_insert((*clause, Vec::new()));
                        purposes.push(self.policy.words.purposes.name(r#use.purpose));
                    }
                }
            }
            for (role, (clause, purposes)) in idle {
                self.say_role_idle(document, role, clause, &purposes);
            }
        }
        if self.lacks(document, Verb::Use) || self.lacks(document, Verb::Collect) {
            return;
        }
        let collected = document
            .rules
            .collect
            .iter()
            .fold(Set::EMPTY, |all, (_, collect)| collect.data.union(all));
        for view in views {
            self.idle_data(document, view, collected);
            let open = uses
                .iter()
                .filter(|(_, r#use)| r#use.roles.contains(view.role))
                .fold(Set::EMPTY, |open, (_, r#use)| {
                    Set::of(r#use.purpose).union(open)
                });
            let origin = self.built.origin(self.drafts, view.clause);
            let says_all = origin.is_some_and(|o| !o.given.has("for") || o.given.all("for"));
            let closed = view.purposes.difference(open);
            if !closed.is_empty() && (!says_all || open.is_empty()) {
                self.say_view_idle(document, view.clause, view.role, closed);
            }
        }
    }

    fn idle_data(&mut self, document: &Document, view: &RoleView, collected: Set<FieldId>) {
        let origin = self.built.origin(self.drafts, view.clause);
        let Some(sees) = origin.and_then(|origin| origin.given.table("sees")) else {
            return;
        };
        for (key, shown) in [("clear", view.clear), ("masked", view.masked)] {
            let idle = self.policy.words.fields.names(shown.difference(collected));
            let Some(first) = idle.first().filter(|_| !sees.all(key)) else {
                continue;
            };
            let list = sees.list(key).iter();
            let span = list
                .clone()
                .find(|(word, _)| word == first)
                .map(|(_, span)| span.clone());
            let message = format!(
                "{} {} shown here and never collected",
                named(&idle),
                are(&idle)
            );
            let (file, span) = (
                self.file(document.id),
                span.unwrap_or_else(|| sees.span_of(key)),
            );
            self.report
                .say(Code::ViewIdle, file, span, message)
                .help("strike it here, or add it to a `collect` clause");
        }
    }

    fn say_role_idle(
        &mut self,
        document: &Document,
        role: RoleId,
        clause: ClauseId,
        purposes: &[&str],
    ) {
        let name = self.policy.words.roles.name(role);
        let message = format!(
            "role `{name}` may act for {} and sees nothing for it",
            named(purposes)
        );
        let (file, span) = (
            self.file(document.id),
            self.word_span(clause, "roles", name),
        );
        let for_what: Vec<String> = purposes
            .iter()
            .map(|purpose| format!("{purpose:?}"))
            .collect();
        let taken = document
            .clauses
            .iter()
            .any(|clause| clause.full_name.ends_with(&format!("#secure.{name}")));
        let other = purposes.iter().find(|purpose| **purpose != name);
        let clause_name = match (taken, other) {
            (true, Some(purpose)) => format!("{name}-{purpose}"),
            (true, None) => format!("{name}-view"),
            (false, _) => name.to_owned(),
        };
        self.report.say(Code::RoleIdle, file, span, message).help(format!(
            "add `[secure.{clause_name}]` with `role = \"{name}\"`, `sees = {{ clear = [\"…\"] }}` and `for = [{}]`",
            for_what.join(", ")
        ));
    }

    fn say_view_idle(
        &mut self,
        document: &Document,
        clause: ClauseId,
        role: RoleId,
        closed: Set<PurposeId>,
    ) {
        let words = &self.policy.words;
        let (role, purposes) = (words.roles.name(role), words.purposes.names(closed));
        let message = format!(
            "role `{role}` has a view for {} and may not act for it",
            named(&purposes)
        );
        let span = purposes.first().map_or_else(
            || self.span(clause, "for"),
            |first| self.word_span(clause, "for", first),
        );
        let file = self.file(document.id);
        self.report
            .say(Code::ViewIdle, file, span, message)
            .help(format!(
                "add `{role}` to the `roles` of the `use` clause, or strike the purpose here"
            ));
    }
}
