//! Weighing a disclosure or a transfer: the recipient, what binds them, and the border between.
//! It judges what is on record; it never keeps the record.

use super::*;

impl Weighing<'_> {
    pub(super) fn disclose(&mut self) {
        let (Some(recipient), Some(purpose)) = (self.request.recipient, self.request.purpose)
        else {
            return self.refuse_verb(Verb::Disclose, Why::NotAsked);
        };
        if !self.request.compelled {
            let Some((clause, _)) = self.open_purpose() else {
                return;
            };
            self.compatible(clause);
        }
        let rules = &self.document.rules;
        let mut covered = Set::EMPTY;
        for (clause, disclose) in &rules.disclose {
            let fits = disclose.to == recipient
                && disclose.purposes.contains(purpose)
                && disclose.data.intersects(self.request.fields);
            if fits {
                covered = covered.union(disclose.data);
                self.rely(*clause);
                self.recipient_fit(*clause, disclose);
            }
        }
        if covered.is_empty() {
            self.refuse_verb(Verb::Disclose, Why::NoRecipient);
        } else if !self.request.fields.is_subset(covered) {
            self.refuse_verb(Verb::Disclose, Why::DataNotCovered);
        }
        self.route(recipient);
    }

    pub(super) fn recipient_fit(&mut self, clause: ClauseId, disclose: &Disclose) {
        let unknown = RecipientFacts::default();
        let known = self.facts.recipient.unwrap_or(&unknown);
        let today = self.today;
        let valid = |until: &Day| *until >= today;
        if disclose.compelled && !self.request.compelled {
            self.refuse(clause, Why::NotCompelled);
        }
        match disclose.protection {
            Some(Protection::Law) => {}
            // What the law compels needs no undertaking; everything else does, whether the clause
            // names its kind or not.
            None if self.request.compelled => {}
            None if known.undertakings.iter().any(|(_, until)| valid(until)) => {}
            Some(kind)
                if known
                    .undertakings
                    .iter()
                    .any(|(k, until)| *k == kind && valid(until)) => {}
            Some(_) | None => self.refuse(clause, Why::NoUndertaking),
        }
        let on_record: Set<AssuranceId> = known
            .assurances
            .iter()
            .filter(|(_, until)| valid(until))
            .map(|(a, _)| *a)
            .collect();
        let assured = match &disclose.assurance {
            Assured::Nothing => true,
            Assured::Any(set) => set.intersects(on_record),
            Assured::All(set) => set.is_subset(on_record),
        };
        if !assured {
            self.refuse(clause, Why::NoAssurance);
        }
        if disclose.consent && !self.facts.person.agreed_recipients.contains(disclose.to) {
            self.refuse(clause, Why::NoConsent);
        }
    }

    pub(super) fn transfer(&mut self) {
        match self.request.recipient {
            Some(recipient) => self.route(recipient),
            None => self.refuse_verb(Verb::Transfer, Why::NotAsked),
        }
    }

    /// A border may be crossed on a declared route whose instrument holds. Where the person's
    /// country is not known, every
    /// country of the document may be it, so the route must serve them all.
    pub(super) fn route(&mut self, recipient: RecipientId) {
        let Some(to) = self
            .policy
            .words
            .recipients
            .get(recipient)
            .map(|r| r.country)
        else {
            return self.refuse_verb(Verb::Transfer, Why::NoRecipient);
        };
        let from = self
            .facts
            .person
            .country
            .map_or(self.document.countries, Set::of);
        let abroad = from.difference(Set::of(to));
        let free = self.policy.words.regions.iter().any(|(_, region)| {
            region.free && region.countries.contains(to) && from.is_subset(region.countries)
        });
        if abroad.is_empty() || free {
            return;
        }
        let unknown = RecipientFacts::default();
        let known = self.facts.recipient.unwrap_or(&unknown);
        let (mut open, mut lapsed) = (None, None);
        for (clause, transfer) in &self.document.rules.transfer {
            if !transfer.to.contains(to) || !abroad.is_subset(transfer.from) {
                continue;
            }
            let instrument = self.policy.words.instruments.get(transfer.instrument);
            let ends = [transfer.valid_until, instrument.and_then(|i| i.valid_until)];
            let over = ends
                .iter()
                .flatten()
                .any(|end| Day::from_date(*end) < self.today);
            if over || known.revoked.contains(transfer.instrument) {
                lapsed = Some(*clause);
            } else {
                open = Some(*clause);
            }
        }
        match (open, lapsed) {
            (Some(clause), _) => self.rely(clause),
            (None, Some(clause)) => self.refuse(clause, Why::InstrumentLapsed),
            (None, None) => self.refuse_verb(Verb::Transfer, Why::NoRoute),
        }
    }
}
