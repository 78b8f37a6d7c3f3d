//! Who else sees it and across which borders: the data is there, and a route leads to each
//! recipient.
//! Whether an instrument suffices is for lawyers to say.

use super::*;
use kept_terms::{Set, Territory};

impl Check<'_, '_> {
    /// Disclosures of what is never collected, borders with no route, routes that have expired.
    pub(super) fn sharing(&mut self, document: &Document) {
        let rules = &document.rules;
        let collected = rules
            .collect
            .iter()
            .fold(Set::EMPTY, |all, (_, collect)| collect.data.union(all));
        for (clause, disclose) in &rules.disclose {
            let says_all = self
                .built
                .origin(self.drafts, *clause)
                .is_some_and(|origin| origin.given.all("data"));
            let missing = self
                .policy
                .words
                .fields
                .names(disclose.data.difference(collected));
            if let Some(first) = missing
                .first()
                .filter(|_| !says_all && !self.lacks(document, Verb::Collect))
            {
                let message = format!(
                    "{} {} disclosed here and never collected",
                    named(&missing),
                    are(&missing)
                );
                let (file, span) = (
                    self.file(document.id),
                    self.word_span(*clause, "data", first),
                );
                self.report
                    .say(Code::DisclosedNotCollected, file, span, message)
                    .help("strike it here, or add it to a `collect` clause");
            }
            if !says_all && missing.is_empty() {
                self.disclosure_idle(document, *clause, disclose);
            }
            self.route(document, *clause, disclose);
        }
        self.expired(document);
    }

    /// Data disclosed for purposes such that none of it is held for them: the disclosure would
    /// always be refused. What the law compels may be anything.
    fn disclosure_idle(&mut self, document: &Document, clause: ClauseId, disclose: &Disclose) {
        let lacks = self.lacks(document, Verb::Collect) || self.lacks(document, Verb::Use);
        if disclose.compelled || lacks {
            return;
        }
        let rules = &document.rules;
        let mut open = disclose.purposes;
        for purpose in disclose.purposes.iter() {
            match rules.use_of(purpose) {
                Some((_, r#use)) if crate::decide::needs_consent(r#use) => return,
                Some((_, r#use)) => open = open.union(r#use.compatible_with),
                None => {}
            }
        }
        let held = rules
            .collect
            .iter()
            .filter(|(_, collect)| collect.purposes.intersects(open))
            .fold(Set::EMPTY, |all, (_, collect)| collect.data.union(all));
        let words = &self.policy.words;
        let idle = words.fields.names(disclose.data.difference(held));
        let Some(first) = idle.first() else { return };
        let message = format!(
            "{} {} disclosed for {} and never collected for that",
            named(&idle),
            are(&idle),
            named(&words.purposes.names(disclose.purposes))
        );
        let (file, span) = (
            self.file(document.id),
            self.word_span(clause, "data", first),
        );
        self.report
            .say(Code::DisclosureIdle, file, span, message)
            .help("strike it here, or name in `for` a purpose that it is collected for");
    }

    fn route(&mut self, document: &Document, clause: ClauseId, disclose: &Disclose) {
        let Some(recipient) = self.policy.words.recipients.get(disclose.to) else {
            return;
        };
        let to = recipient.country;
        let from = document.territories.iter();
        let cut = from.filter(|from| !self.leads(document, *from, recipient));
        let cut = codes(cut.collect());
        if cut.is_empty() || self.lacks(document, Verb::Transfer) {
            return;
        }
        let message = format!(
            "recipient `{}` is in `{to}`, and no route leads there from {}",
            recipient.name,
            named(&cut)
        );
        let codes: Vec<String> = cut.iter().take(6).map(|code| format!("{code:?}")).collect();
        let from = match cut.len() > codes.len() {
            true => "\"all\"".to_owned(),
            false => format!("[{}]", codes.join(", ")),
        };
        let help = format!(
            "add a `transfer` clause with `from = {from}`, `to = [\"{to}\"]` and its `instrument`"
        );
        let (file, span) = (self.file(document.id), self.span(clause, "to"));
        let home = self.defined("recipient", &recipient.name);
        let place = home.and_then(|home| {
            let origin = self.built.origin(self.drafts, home)?;
            Some((self.file(home.document), origin.given.span_of("country")))
        });
        let said = self
            .report
            .say(Code::NoRoute, file, span, message)
            .help(help);
        if let Some((file, span)) = place {
            said.label(file, span, "the recipient is here");
        }
    }

    /// Whether information may go from one place to another, as far as clauses go.
    fn leads(&self, document: &Document, from: Territory, recipient: &Recipient) -> bool {
        let to = recipient.country;
        let free = |region: &Region| {
            region.free && region.countries.contains(from) && region.countries.contains(to)
        };
        from.country() == to.country()
            || self
                .policy
                .words
                .regions
                .iter()
                .any(|(_, region)| free(region))
            || document.rules.transfer.iter().any(|(_, transfer)| {
                transfer.from.contains(from) && transfer.leads(to, recipient.kind)
            })
    }

    fn expired(&mut self, document: &Document) {
        let Some(today) = self.options.today else {
            return;
        };
        for (clause, transfer) in &document.rules.transfer {
            let instrument = self.policy.words.instruments.get(transfer.instrument);
            let lapsed = instrument.and_then(|i| i.valid_until);
            let own = transfer.valid_until;
            let Some(end) = [own, lapsed]
                .into_iter()
                .flatten()
                .min()
                .filter(|end| *end < today)
            else {
                continue;
            };
            let key = if own == Some(end) {
                "valid-until"
            } else {
                "instrument"
            };
            let message = format!("this route was valid until {end}, and today is {today}");
            let (file, span) = (self.file(document.id), self.span(*clause, key));
            self.report
                .say(Code::RouteExpired, file, span, message)
                .help("renew the instrument and write its new date, or strike the route");
        }
    }
}
