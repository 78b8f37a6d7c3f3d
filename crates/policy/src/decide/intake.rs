//! Weighing what comes in: channels, notice, age, special categories, and whether anybody wants it.
//! It never sees a value; what was found in values comes as facts.

use super::*;

impl Weighing<'_> {
    pub(super) fn children(&mut self) {
        let Some((clause, under)) = self.document.rules.children() else {
            return;
        };
        if self.facts.person.child || self.request.age.is_some_and(|age| age < under) {
            self.refuse(clause, Why::UnderAge);
        }
    }

    pub(super) fn collect(&mut self) {
        let Some(channel) = self.request.channel else {
            return self.refuse_verb(Verb::Collect, Why::NotAsked);
        };
        self.children();
        self.special();
        let rules = &self.document.rules;
        let mut missing = self.request.fields;
        for (clause, collect) in &rules.collect {
            let fields = collect.data.intersection(self.request.fields);
            if fields.is_empty() || !collect.through.contains(channel) {
                continue;
            }
            if self
                .request
                .purpose
                .is_some_and(|purpose| !collect.purposes.contains(purpose))
            {
                continue;
            }
            if collect.notice_before && !self.request.notice_given {
                self.refuse(*clause, Why::NoticeMissing);
            }
            self.wanted(collect.purposes);
            missing = missing.difference(fields);
            self.rely(*clause);
        }
        for field in missing.iter() {
            self.not_collected(field);
        }
        if self.request.fields.is_empty() {
            self.refuse_verb(Verb::Collect, Why::NotAsked);
        }
    }

    /// A field that no clause takes: cites those that take it in other circumstances.
    pub(super) fn not_collected(&mut self, field: FieldId) {
        let rules = &self.document.rules;
        let mut elsewhere = false;
        for (clause, collect) in &rules.collect {
            if collect.data.contains(field) {
                elsewhere = true;
                let channel = self
                    .request
                    .channel
                    .is_some_and(|c| collect.through.contains(c));
                let why = if channel {
                    Why::NoPurpose
                } else {
                    Why::WrongChannel
                };
                self.refuse(*clause, why);
            }
        }
        if !elsewhere {
            self.refuse_verb(Verb::Collect, Why::NotCollected);
        }
    }

    /// Nothing is taken for purposes that are all unwanted: each needs a consent not given, or is
    /// objected to.
    pub(super) fn wanted(&mut self, purposes: Set<PurposeId>) {
        let asked = self.request.purpose.map_or(purposes, Set::of);
        let wanted = asked.iter().any(|purpose| self.unwanted(purpose).is_none());
        if !wanted && let Some((clause, why)) = asked.first().and_then(|p| self.unwanted(p)) {
            self.refuse(clause, why);
        }
    }

    pub(super) fn unwanted(&self, purpose: PurposeId) -> Option<(ClauseId, Why)> {
        let (clause, r#use) = self.document.rules.use_of(purpose)?;
        if self.facts.person.objections.contains(purpose) {
            Some((*clause, Why::Objected))
        } else if needs_consent(r#use) && !self.consented(purpose, r#use) {
            Some((*clause, Why::NoConsent))
        } else {
            None
        }
    }

    pub(super) fn special(&mut self) {
        for (category, place) in self.request.found {
            let remedy = self
                .document
                .rules
                .remedy(*category, |screened| match place {
                    FoundIn::Field => screened.fields,
                    FoundIn::FreeText => screened.free_text,
                    FoundIn::Attachment => screened.attachments,
                });
            match remedy {
                Some((clause, Remedy::Redact)) if *place != FoundIn::Attachment => {
                    self.permit.redact = true;
                    self.rely(clause);
                }
                // A file cannot be struck through, so where words would be redacted it is refused.
                Some((clause, Remedy::Redact | Remedy::Refuse)) => {
                    self.refuse(clause, Why::Sensitive);
                }
                None => {}
            }
        }
    }

    pub(super) fn consented(&self, purpose: PurposeId, r#use: &Use) -> bool {
        self.facts.person.consents.iter().any(|consent| {
            consent.purpose == purpose
                && r#use
                    .consent_lasts
                    .is_none_or(|lasts| lasts.after(consent.given) > self.today)
        })
    }
}
