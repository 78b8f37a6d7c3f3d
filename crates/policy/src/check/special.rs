//! Fields of special categories: what lets each purpose have them, and what refuses them.
//! Whether an exception is the right one is for lawyers to say.

use super::*;
use crate::rules::RoleView;
use kept_terms::{Basis, Exception, Set};

impl Check<'_, '_> {
    /// Special categories that nothing permits, or that the document says it refuses.
    pub(super) fn special_categories(&mut self, document: &Document) {
        let fields = self.policy.words.fields.iter();
        for (id, field) in fields.filter(|(_, field)| field.special.is_some()) {
            let collect = document.rules.collect.iter();
            let taking: Vec<_> = collect.filter(|(_, c)| c.data.contains(id)).collect();
            let taken_for = taking
                .iter()
                .fold(Set::EMPTY, |all, (_, c)| all.union(c.purposes));
            for (clause, r#use) in document.rules.uses.iter().flatten() {
                let taken = taken_for.contains(r#use.purpose);
                let showing = self.showing(document, id, taken_for, r#use);
                if (taken || showing.is_some()) && r#use.exception.is_none() {
                    let showing = showing.filter(|_| !taken);
                    self.no_exception(document, *clause, field, r#use, showing);
                }
            }
            if let Some((clause, _)) = taking.first() {
                self.refused_all_the_same(document, *clause, id, field);
            }
        }
        self.agreed_expressly(document);
        self.excepted(document);
    }

    /// The view by which a purpose that something was not taken for shows it. What the law obliges
    /// to, such as answering people about themselves, it allows. Purposes that are not compatible
    /// count as well: whoever agrees to one opens to it what was taken for others.
    fn showing(
        &self,
        document: &Document,
        id: FieldId,
        from: Set<PurposeId>,
        r#use: &Use,
    ) -> Option<ClauseId> {
        if from.is_empty() || r#use.basis == Basis::LegalObligation {
            return None;
        }
        let shows = |view: &&RoleView| {
            r#use.roles.contains(view.role)
                && view.purposes.contains(r#use.purpose)
                && view.clear.union(view.masked).contains(id)
        };
        document.rules.views.iter().find(shows).map(|it| it.clause)
    }

    fn no_exception(
        &mut self,
        document: &Document,
        clause: ClauseId,
        field: &Field,
        r#use: &Use,
        showing: Option<ClauseId>,
    ) {
        let purpose = self.policy.words.purposes.name(r#use.purpose).to_owned();
        let Some(category) = field.special else {
            return;
        };
        let shown = showing.map(|view| format!(", where [{}] shows it", self.path(view)));
        let message = format!(
            "`{}` is of the special category `{category}`, and nothing says why it may be used for `{purpose}`{}",
            field.name,
            shown.unwrap_or_default()
        );
        let words = Exception::ALL.iter().map(|known| format!("`{known}`"));
        let words: Vec<String> = words.collect();
        let help = format!(
            "add `exception = \"…\"` to [use.{purpose}], one of {}; or keep the field from that purpose",
            words.join(", ")
        );
        let (file, span) = (self.file(document.id), self.name_span(clause));
        let home = self.defined("field", &field.name);
        let place = home.and_then(|home| {
            let origin = self.built.origin(self.drafts, home)?;
            Some((self.file(home.document), origin.given.span_of("special")))
        });
        let view = showing.map(|view| self.span(view, "sees"));
        let mut said = self
            .report
            .say(Code::SpecialField, file, span, message)
            .help(help);
        if let Some((home, span)) = place {
            said = said.label(home, span, "the field is of it here");
        }
        if let Some(span) = view {
            said.label(file, span, "it is shown here");
        }
    }

    /// A category that the document says it refuses, and takes in a field all the same.
    fn refused_all_the_same(
        &mut self,
        document: &Document,
        taking: ClauseId,
        id: FieldId,
        field: &Field,
    ) {
        let refusing = document.clauses.iter().find(|clause| {
            matches!(&clause.body, Body::Refuse(Refuse::Special { classes, except, .. })
                if field.special.is_some_and(|it| classes.contains(&it)) && !except.contains(id))
        });
        let (Some(refusing), Some(category)) = (refusing, field.special) else {
            return;
        };
        let message = format!(
            "`{}` is taken here and is of the special category `{category}`, which [{}] refuses",
            field.name,
            self.path(refusing.id)
        );
        let help = format!(
            "add `except = [\"{}\"]` to it, after prose that says so; or strike the field",
            field.name
        );
        let (file, span) = (
            self.file(document.id),
            self.word_span(taking, "data", &field.name),
        );
        let refused = self.span(refusing.id, "classes");
        self.report
            .say(Code::SpecialField, file, span, message)
            .help(help)
            .label(file, refused, "refused here");
    }

    /// Explicit consent is consent: it has to be asked for.
    fn agreed_expressly(&mut self, document: &Document) {
        for (clause, r#use) in document.rules.uses.iter().flatten() {
            let asked = crate::decide::needs_consent(r#use);
            if r#use.exception == Some(Exception::ExplicitConsent) && !asked {
                let message = "explicit consent permits this, and nobody is asked for it";
                let (file, span) = (self.file(document.id), self.span(*clause, "exception"));
                self.report
                    .say(Code::SpecialField, file, span, message)
                    .help("add `choice = \"opt-in\"`, or name another exception");
            }
        }
    }

    /// Fields that are excepted from what is refused and are of nothing that is.
    fn excepted(&mut self, document: &Document) {
        for clause in &document.clauses {
            let Body::Refuse(Refuse::Special { except, .. }) = &clause.body else {
                continue;
            };
            for id in except.iter() {
                let field = self.policy.words.fields.get(id);
                let Some(field) = field.filter(|field| field.special.is_none()) else {
                    continue;
                };
                let message = format!("`{}` is said to be of no special category", field.name);
                let (file, span) = (
                    self.file(document.id),
                    self.word_span(clause.id, "except", &field.name),
                );
                self.report
                    .say(Code::WrongValue, file, span, message)
                    .help("strike it here, or add `special = \"…\"` to its definition");
            }
        }
    }
}
