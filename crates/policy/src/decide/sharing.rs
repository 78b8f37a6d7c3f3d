//! Weighing a disclosure: the recipient, what binds them, and the border between.
//! It judges what is on record; it never keeps the record.

use super::*;

impl Weighing<'_> {
    /// A disclosure is weighed as a use first, unless the law compels it: then the person's say
    /// does not count, but the
    /// role, the token and what the role sees still do. Saying that it is compelled opens nothing
    /// by itself: only clauses
    /// for compelled disclosures count then, and they never count otherwise.
    pub(super) fn disclose(&mut self) {
        let (Some(recipient), Some(purpose)) = (self.request.recipient, self.request.purpose)
        else {
            return self.refuse_verb(Verb::Disclose, Why::NotAsked);
        };
        if self.request.fields.is_empty() {
            return self.refuse_verb(Verb::Disclose, Why::NotAsked);
        }
        let rules = &self.document.rules;
        let clauses = || {
            let all = rules.disclose.iter();
            all.filter(|(_, d)| d.to == recipient && d.purposes.contains(purpose))
        };
        let compelled = self.is_compelled();
        let opened = match compelled {
            true => self.fitting_purpose(),
            false => self.open_purpose(),
        };
        let Some((r#use, _)) = opened else {
            return;
        };
        self.see(purpose);
        if compelled {
            self.permit.accepts = Accepts::Anything;
        } else {
            self.compatible(r#use);
        }
        let mut covered = Set::EMPTY;
        for (clause, disclose) in clauses().filter(|(_, d)| d.compelled == compelled) {
            if disclose.data.intersects(self.request.fields) {
                covered = covered.union(disclose.data);
                self.rely(*clause);
                self.recipient_fit(*clause, disclose, compelled);
                self.each_time(*clause, disclose);
            }
        }
        let left = self.request.fields.difference(covered);
        if clauses().next().is_none() {
            self.refuse_verb(Verb::Disclose, Why::NoRecipient);
        }
        for (clause, disclose) in clauses().filter(|_| !left.is_empty()) {
            let closed = disclose.compelled && !compelled && disclose.data.intersects(left);
            let why = match closed {
                true => Why::NotCompelled,
                false => Why::DataNotCovered,
            };
            self.refuse(*clause, why);
        }
        self.route(recipient);
    }

    /// Whether the law is said to compel a disclosure, made or still to be agreed on, and a clause
    /// is for that.
    pub(super) fn is_compelled(&self) -> bool {
        let request = self.request;
        let (Some(recipient), Some(purpose)) = (request.recipient, request.purpose) else {
            return false;
        };
        let mut clauses = self.document.rules.disclose.iter();
        let agreed_on = matches!(request.act, Act::Propose | Act::Approve | Act::Decline);
        (request.act == Act::Disclose || (agreed_on && !request.emergency))
            && request.compelled
            && clauses
                .any(|(_, d)| d.compelled && d.to == recipient && d.purposes.contains(purpose))
    }

    /// What a clause asks of each disclosure beside the recipient: that others approved it, and an
    /// engagement that covers it.
    fn each_time(&mut self, clause: ClauseId, disclose: &Disclose) {
        let (request, today) = (self.request, self.today);
        self.permit.needs = self.permit.needs.max(disclose.approvals);
        let approved = request.approved.by >= disclose.approvals && !request.approved.over;
        if disclose.approvals > 0 && !approved && request.act == Act::Disclose {
            self.refuse(clause, Why::NotApproved);
        }
        let fields = disclose.data.intersection(request.fields);
        let covers = |engaged: &Engagement| {
            Some(engaged.purpose) == request.purpose
                && fields.is_subset(engaged.fields)
                && (engaged.from..=engaged.until).contains(&today)
        };
        let known = self.facts.recipient.map_or(&[][..], |k| &k.engagements);
        if disclose.engagement && !known.iter().any(covers) {
            self.refuse(clause, Why::NoEngagement);
        }
    }

    fn recipient_fit(&mut self, clause: ClauseId, disclose: &Disclose, compelled: bool) {
        let unknown = RecipientFacts::default();
        let known = self.facts.recipient.unwrap_or(&unknown);
        let today = self.today;
        let valid = |until: &Day| *until >= today;
        match disclose.protection {
            Some(Protection::Law) => {}
            // What the law compels needs no undertaking; everything else does, whether the clause
            // names its kind or not.
            None if compelled => {}
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
        // A third party of no other kind gets nothing without the person's agreement, whatever the
        // clause says.
        let recipient = self.policy.words.recipients.get(disclose.to);
        let third = recipient.is_none_or(|known| known.kind == RecipientKind::ThirdParty);
        let asked = !compelled && (disclose.consent || third);
        if asked && !self.facts.person.agreed_recipients.contains(disclose.to) {
            self.refuse(clause, Why::NoConsent);
        }
    }

    /// A border may be crossed on a declared route whose instrument holds; within one country there
    /// is none. Where the person's country is not known, every place of the document may be theirs,
    /// so a route must lead from each; where the document is for none, none does.
    fn route(&mut self, recipient: RecipientId) {
        let Some(recipient) = self.policy.words.recipients.get(recipient) else {
            return self.refuse_verb(Verb::Transfer, Why::NoRecipient);
        };
        let (to, kind) = (recipient.country, recipient.kind);
        match self.facts.person.country {
            Some(place) if place.country() == to.country() => {}
            Some(place) => self.crossing(Set::of(place), to, kind),
            None => {
                let mut origins = self.document.territories;
                if origins.is_empty() {
                    self.refuse_verb(Verb::Transfer, Why::NoRoute);
                }
                for place in to.country().covered() {
                    origins.remove(place);
                }
                self.crossing(origins, to, kind);
            }
        }
    }

    /// Takes away from the origins in other countries, one after the other, those in one free
    /// region with the recipient and those from which a route leads; of what is left, it is said
    /// what is missing.
    fn crossing(&mut self, origins: Territories, to: Territory, kind: RecipientKind) {
        let free = |region: &Region| region.free && region.countries.contains(to);
        let regions = self.policy.words.regions.iter();
        let within = regions.filter(|(_, region)| free(region));
        let mut left = within.fold(origins, |left, (_, region)| {
            left.difference(region.countries)
        });
        if left.is_empty() {
            return;
        }
        let document = self.document;
        let all = document.rules.transfer.iter();
        let routes = || all.clone().filter(|(_, transfer)| transfer.leads(to, kind));
        for (clause, transfer) in routes() {
            if transfer.from.intersects(left) && self.holds(transfer) {
                left = left.difference(transfer.from);
                self.rely(*clause);
            }
        }
        let mut unled = left;
        for (clause, transfer) in routes().filter(|(_, transfer)| transfer.from.intersects(left)) {
            unled = unled.difference(transfer.from);
            self.refuse(*clause, Why::InstrumentLapsed);
        }
        if !unled.is_empty() {
            self.refuse_verb(Verb::Transfer, Why::NoRoute);
        }
    }

    /// Whether a route's instrument is declared, not revoked, and neither it nor the route has
    /// ended.
    fn holds(&self, transfer: &Transfer) -> bool {
        let Some(instrument) = self.policy.words.instruments.get(transfer.instrument) else {
            return false;
        };
        let ended = |end: &jiff::civil::Date| Day::from_date(*end) < self.today;
        let revoked = |known: &RecipientFacts| known.revoked.contains(transfer.instrument);
        let ends = [transfer.valid_until, instrument.valid_until];
        !ends.iter().flatten().any(ended) && !self.facts.recipient.is_some_and(revoked)
    }
}
