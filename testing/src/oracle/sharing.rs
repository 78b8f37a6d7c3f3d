//! The oracle on disclosures, recipients and borders, by names.
//! It shares no rule with `decide`.

use super::{Named, Oracle};
use crate::question::Kind;
use kept_policy::*;
use kept_terms::{Day, RecipientKind, Territory};

impl<'a> Oracle<'a> {
    pub(super) fn disclosures(&self) -> Vec<Named<'a, Disclose>> {
        self.clauses(|body| match body {
            Body::Disclose(disclose) => Some(disclose),
            _ => None,
        })
    }

    pub(super) fn disclose(&mut self) {
        let q = self.question;
        let (Some(to), Some(purpose)) = (&q.to, &q.purpose) else {
            return self.say_verb("disclose", Why::NotAsked);
        };
        if q.fields.is_empty() {
            return self.say_verb("disclose", Why::NotAsked);
        }
        let mut clauses = self.disclosures();
        clauses.retain(|(_, d)| {
            self.words.recipients.name(d.to) == to && self.purposes(d.purposes).contains(purpose)
        });
        // The law compels only where a clause is written for that.
        let compelled = q.compelled && clauses.iter().any(|(_, d)| d.compelled);
        if compelled {
            if self.purpose_fits().is_none() {
                return;
            }
            self.accepts = None;
            self.sees_for_the_purpose();
        } else {
            let Some(clause) = self.purpose_is_open() else {
                return;
            };
            self.sees_for_the_purpose();
            self.held_for_it(clause);
        }
        if clauses.is_empty() {
            self.say_verb("disclose", Why::NoRecipient);
        }
        let mut left = q.fields.clone();
        for (clause, d) in clauses.iter().filter(|(_, d)| d.compelled == compelled) {
            let data = self.fields(d.data);
            if q.fields.iter().any(|field| data.contains(field)) {
                self.recipient_is_bound(clause, d, compelled);
                self.this_once(clause, d);
            }
            left.retain(|field| !data.contains(field));
        }
        if !left.is_empty() {
            for (clause, d) in clauses {
                let data = self.fields(d.data);
                let would = left.iter().any(|field| data.contains(field));
                if would && d.compelled && !compelled {
                    self.say(clause, Why::NotCompelled);
                } else {
                    self.say(clause, Why::DataNotCovered);
                }
            }
        }
        self.route(to);
    }

    /// What is asked of each disclosure by itself.
    fn this_once(&mut self, clause: &str, d: &Disclose) {
        let q = self.question;
        let enough = d.approvals == 0 || (!q.approved.over && q.approved.by >= d.approvals);
        if q.act == kept_terms::Act::Disclose && !enough {
            self.say(clause, Why::NotApproved);
        }
        let data = self.fields(d.data);
        let mut engagements = q.on_record.clone().unwrap_or_default().engagements;
        engagements.retain(|engaged| {
            let mut wanted = q.fields.iter().filter(|field| data.contains(field));
            Some(&engaged.purpose) == q.purpose.as_ref()
                && engaged.from <= q.today
                && q.today <= engaged.until
                && wanted.all(|field| engaged.fields.contains(field))
        });
        if d.engagement && engagements.is_empty() {
            self.say(clause, Why::NoEngagement);
        }
    }

    fn recipient_is_bound(&mut self, clause: &str, disclose: &Disclose, compelled: bool) {
        let record = self.question.on_record.clone().unwrap_or_default();
        let today = self.question.today;
        let undertook: Vec<Kind> = record
            .undertakings
            .iter()
            .filter(|u| u.until >= today)
            .map(|u| u.kind)
            .collect();
        let bound = match disclose.protection {
            Some(Protection::Law) => true,
            Some(Protection::ProcessingAgreement) => undertook.contains(&Kind::ProcessingAgreement),
            Some(Protection::GroupAgreement) => undertook.contains(&Kind::GroupAgreement),
            Some(Protection::ProfessionalSecrecy) => undertook.contains(&Kind::ProfessionalSecrecy),
            Some(Protection::SharingAgreement) => undertook.contains(&Kind::SharingAgreement),
            None => compelled || !undertook.is_empty(),
        };
        if !bound {
            self.say(clause, Why::NoUndertaking);
        }
        let proved = |name: &str| {
            record
                .assurances
                .iter()
                .any(|proof| proof.name == name && proof.until >= today)
        };
        let names = |set| self.words.assurances.names(set);
        let assured = match disclose.assurance {
            Assured::Nothing => true,
            Assured::Any(set) => names(set).into_iter().any(proved),
            Assured::All(set) => names(set).into_iter().all(proved),
        };
        if !assured {
            self.say(clause, Why::NoAssurance);
        }
        let third = self
            .words
            .recipients
            .get(disclose.to)
            .is_some_and(|recipient| recipient.kind == RecipientKind::ThirdParty);
        let name = self.words.recipients.name(disclose.to);
        let agreed = self
            .question
            .person
            .agreed_recipients
            .iter()
            .any(|known| known == name);
        if (disclose.consent || third) && !compelled && !agreed {
            self.say(clause, Why::NoConsent);
        }
    }

    /// A recipient says that it has done what it was told.
    pub(super) fn confirm(&mut self) {
        let to = self.question.to.as_deref().unwrap_or_default();
        let clauses = self.disclosures();
        let known = |(_, d): &Named<'_, Disclose>| self.words.recipients.name(d.to) == to;
        if !clauses.iter().any(known) {
            self.say_verb("disclose", Why::NoRecipient);
        }
    }

    fn route(&mut self, to: &str) {
        let id = self.words.recipients.id(to);
        let Some(recipient) = id.and_then(|id| self.words.recipients.get(id)) else {
            return self.say_verb("transfer", Why::NoRecipient);
        };
        let home: Vec<Territory> = match self.question.person.country {
            Some(country) => vec![country],
            None => self.document.territories.iter().collect(),
        };
        if home.is_empty() {
            self.say_verb("transfer", Why::NoRoute);
        }
        for from in home {
            self.border(from, recipient.country, recipient.kind);
        }
    }

    fn border(&mut self, from: Territory, to: Territory, kind: RecipientKind) {
        let within = |region: &Region| {
            region.free && region.countries.contains(from) && region.countries.contains(to)
        };
        if from.country() == to.country()
            || self.words.regions.iter().any(|(_, region)| within(region))
        {
            return;
        }
        let mut routes = self.clauses(|body| match body {
            Body::Transfer(transfer) => Some(transfer),
            _ => None,
        });
        routes.retain(|(_, route)| {
            let taken = match &route.kinds {
                Some(kinds) => kinds.contains(&kind),
                None => true,
            };
            taken && route.from.contains(from) && route.to.contains(to)
        });
        if routes.is_empty() {
            self.say_verb("transfer", Why::NoRoute);
        }
        if !routes.iter().any(|(_, route)| self.stands(route)) {
            for (clause, _) in routes {
                self.say(clause, Why::InstrumentLapsed);
            }
        }
    }

    fn stands(&self, route: &Transfer) -> bool {
        let today = Day::from_date(self.question.today);
        let Some(instrument) = self.words.instruments.get(route.instrument) else {
            return false;
        };
        let record = self.question.on_record.clone().unwrap_or_default();
        let ended =
            |end: Option<jiff::civil::Date>| end.is_some_and(|last| Day::from_date(last) < today);
        let revoked = record.revoked.iter().any(|name| **name == *instrument.name);
        !ended(route.valid_until) && !ended(instrument.valid_until) && !revoked
    }
}
