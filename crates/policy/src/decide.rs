//! The decision: pure, total, and the only place where a [`Permit`] is minted.
//! It does no I/O, cannot fail, and allocates only to refuse.

use crate::facts::*;
use crate::model::*;
use arrayvec::ArrayVec;
use kept_terms::{Act, ActorKind, Basis, Day, Right, Set};

/// How many clauses a permit names at most.
const CLAUSES_MAX: usize = 12;

/// How many failed attempts at an identity check are let through before a pause.
pub(crate) const FAILURES_MAX: u32 = 5;

/// The proof that the policy allows an act, with its limits. Nothing outside this module can make one.
#[derive(Debug)]
#[must_use = "an act that was permitted should be performed or dropped on purpose"]
pub struct Permit {
    act: Act,
    document: DocumentId,
    purpose: Option<PurposeId>,
    clauses: ArrayVec<ClauseId, CLAUSES_MAX>,
    clear: Set<FieldId>,
    masked: Set<FieldId>,
    accepts: Set<PurposeId>,
    today: Day,
    redact: bool,
}

/// How much of an item a permit shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// The value.
    Clear,
    /// Enough to recognise the value, not to learn it.
    Masked,
    /// Nothing.
    Withheld,
}

impl Permit {
    /// The act that is permitted.
    pub fn act(&self) -> Act {
        self.act
    }

    /// The document under which it is.
    pub fn document(&self) -> DocumentId {
        self.document
    }

    /// The purpose for which it is.
    pub fn purpose(&self) -> Option<PurposeId> {
        self.purpose
    }

    /// The clauses relied on.
    pub fn clauses(&self) -> &[ClauseId] {
        &self.clauses
    }

    /// The fields it concerns.
    pub fn fields(&self) -> Set<FieldId> {
        self.clear.union(self.masked)
    }

    /// Whether statements of special categories must be struck out before anything is stored.
    pub fn redact(&self) -> bool {
        self.redact
    }

    /// How much of an item it shows: nothing of what is past its day, held for other purposes, or not asked for.
    pub fn view(&self, item: &ItemFacts) -> View {
        if item.due() <= self.today || !item.purposes.intersects(self.accepts) {
            View::Withheld
        } else if self.clear.contains(item.field) {
            View::Clear
        } else if self.masked.contains(item.field) {
            View::Masked
        } else {
            View::Withheld
        }
    }
}

/// A refusal: an answer with reasons, not an error.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The document under which it is refused, where one applies.
    pub document: Option<DocumentId>,
    /// Why, in order of citation; never empty.
    pub grounds: Vec<Ground>,
}

/// What the policy says to an act.
#[derive(Debug)]
pub enum Decision {
    /// It may be done, within the permit.
    Permitted(Permit),
    /// It may not be done.
    Refused(Refusal),
}

/// Decides an act: from the policy, what is asked, what is known, and the present day alone.
pub fn decide(policy: &Policy, request: &Request<'_>, facts: &Facts<'_>, today: Day) -> Decision {
    let Some(document) = policy.document_for(facts.person.country) else {
        let ground = Ground {
            cited: Cited::Policy,
            why: Why::NoDocument,
        };
        return Decision::Refused(Refusal {
            document: None,
            grounds: vec![ground],
        });
    };
    let mut weighing = Weighing {
        policy,
        document,
        request,
        facts,
        today,
        grounds: Vec::new(),
        permit: Permit {
            act: request.act,
            document: document.id,
            purpose: request.purpose,
            clauses: ArrayVec::new(),
            clear: request.fields,
            masked: Set::EMPTY,
            accepts: policy.words.purposes.all(),
            today,
            redact: false,
        },
    };
    weighing.weigh();
    weighing.conclude()
}

/// One decision in the making.
struct Weighing<'a> {
    policy: &'a Policy,
    document: &'a Document,
    request: &'a Request<'a>,
    facts: &'a Facts<'a>,
    today: Day,
    grounds: Vec<Ground>,
    permit: Permit,
}

impl Weighing<'_> {
    fn conclude(mut self) -> Decision {
        if self.grounds.is_empty() {
            return Decision::Permitted(self.permit);
        }
        self.grounds.sort_unstable();
        self.grounds.dedup();
        Decision::Refused(Refusal {
            document: Some(self.document.id),
            grounds: self.grounds,
        })
    }

    fn rely(&mut self, clause: ClauseId) {
        if !self.permit.clauses.contains(&clause) {
            // A permit names the first clauses relied on; more than twelve tell nothing new.
            let _ = self.permit.clauses.try_push(clause);
        }
    }

    fn refuse(&mut self, clause: ClauseId, why: Why) {
        self.grounds.push(Ground {
            cited: Cited::Clause(clause),
            why,
        });
    }

    fn refuse_verb(&mut self, verb: Verb, why: Why) {
        self.grounds.push(Ground {
            cited: Cited::Verb(self.document.id, verb),
            why,
        });
    }

    fn weigh(&mut self) {
        let about_people = !matches!(
            self.request.act,
            Act::Publish | Act::Attest | Act::Administer
        );
        if about_people && self.request.actor.kind == ActorKind::Administrator {
            return self.refuse_verb(Verb::Secure, Why::AdministratorSeesNothing);
        }
        match self.request.act {
            Act::Collect => self.collect(),
            Act::Use | Act::Contact => self.purpose_and_items(),
            Act::Find | Act::Verify => self.identify(),
            Act::Rectify => self.rectify(),
            Act::Restrict | Act::Unrestrict => self.right(Right::Restriction),
            Act::Erase => self.erase(),
            Act::Export => self.export(),
            Act::Consent => self.consent(),
            Act::Withdraw | Act::Unobject => self.declared_purpose(),
            Act::Object => self.object(),
            Act::Disclose => self.disclose(),
            Act::Transfer => self.transfer(),
            Act::Destroy => self.destroy(),
            Act::Publish | Act::Attest | Act::Administer => self.administer(),
        }
    }

    fn children(&mut self) {
        let Some((clause, under)) = self.document.rules.children() else {
            return;
        };
        if self.facts.person.child || self.request.age.is_some_and(|age| age < under) {
            self.refuse(clause, Why::UnderAge);
        }
    }

    fn collect(&mut self) {
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
    fn not_collected(&mut self, field: FieldId) {
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

    /// Nothing is taken for purposes that are all unwanted: each needs a consent not given, or is objected to.
    fn wanted(&mut self, purposes: Set<PurposeId>) {
        let asked = self.request.purpose.map_or(purposes, Set::of);
        let wanted = asked.iter().any(|purpose| self.unwanted(purpose).is_none());
        if !wanted && let Some((clause, why)) = asked.first().and_then(|p| self.unwanted(p)) {
            self.refuse(clause, why);
        }
    }

    fn unwanted(&self, purpose: PurposeId) -> Option<(ClauseId, Why)> {
        let (clause, r#use) = self.document.rules.use_of(purpose)?;
        if self.facts.person.objections.contains(purpose) {
            Some((*clause, Why::Objected))
        } else if needs_consent(r#use) && !self.consented(purpose, r#use) {
            Some((*clause, Why::NoConsent))
        } else {
            None
        }
    }

    fn special(&mut self) {
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

    fn consented(&self, purpose: PurposeId, r#use: &Use) -> bool {
        self.facts.person.consents.iter().any(|consent| {
            consent.purpose == purpose
                && r#use
                    .consent_lasts
                    .is_none_or(|lasts| lasts.after(consent.given) > self.today)
        })
    }

    /// Checks that the purpose is declared and open to the actor and the person; answers with its clause.
    fn open_purpose(&mut self) -> Option<(ClauseId, PurposeId)> {
        let Some(purpose) = self.request.purpose else {
            self.refuse_verb(Verb::Use, Why::NotAsked);
            return None;
        };
        let Some((clause, r#use)) = self.document.rules.use_of(purpose) else {
            self.refuse_verb(Verb::Use, Why::NoPurpose);
            return None;
        };
        let (clause, actor) = (*clause, self.request.actor);
        self.rely(clause);
        let role_fits = match actor.kind {
            ActorKind::Person => r#use.person,
            ActorKind::System => true,
            ActorKind::Staff | ActorKind::Machine => {
                actor.role.is_some_and(|role| r#use.roles.contains(role))
            }
            ActorKind::Administrator => false,
        };
        if !role_fits {
            self.refuse(clause, Why::WrongRole);
        }
        if actor.purposes.is_some_and(|limit| !limit.contains(purpose)) {
            self.refuse(clause, Why::TokenLimited);
        }
        if let Some((clause, why)) = self.unwanted(purpose) {
            self.refuse(clause, why);
        }
        if self.facts.person.restricted && !r#use.restricted_too {
            let cited = self
                .document
                .rules
                .grant_of(Right::Restriction)
                .map_or(clause, |g| g.0);
            self.refuse(cited, Why::Restricted);
        }
        self.children();
        self.permit.accepts = if self.consented(purpose, r#use) {
            self.policy.words.purposes.all()
        } else {
            r#use.compatible_with.union(Set::of(purpose))
        };
        Some((clause, purpose))
    }

    fn purpose_and_items(&mut self) {
        let Some((clause, purpose)) = self.open_purpose() else {
            return;
        };
        self.see(purpose);
        self.compatible(clause);
    }

    /// Each field asked for must have something held for this purpose or a compatible one, if anything of it is held.
    fn compatible(&mut self, clause: ClauseId) {
        let (mut held, mut open) = (Set::EMPTY, Set::EMPTY);
        for item in self
            .facts
            .items
            .iter()
            .filter(|item| item.due() > self.today)
        {
            held.insert(item.field);
            if item.purposes.intersects(self.permit.accepts) {
                open.insert(item.field);
            }
        }
        let asked = self.request.fields.intersection(held);
        if !asked.is_subset(open) {
            self.refuse(clause, Why::Incompatible);
        }
    }

    /// Narrows the permit to what the role sees.
    fn see(&mut self, purpose: PurposeId) {
        let role = match self.request.actor.kind {
            ActorKind::Person | ActorKind::System => return,
            ActorKind::Staff | ActorKind::Machine | ActorKind::Administrator => {
                self.request.actor.role
            }
        };
        let (mut clear, mut masked) = (Set::EMPTY, Set::EMPTY);
        for (clause, of, purposes, shown, half) in &self.document.rules.views {
            if Some(*of) == role && purposes.contains(purpose) {
                clear = clear.union(*shown);
                masked = masked.union(*half);
                self.rely(*clause);
            }
        }
        self.permit.clear = clear.intersection(self.request.fields);
        self.permit.masked = masked.difference(clear).intersection(self.request.fields);
        if !self.request.fields.is_subset(self.permit.fields()) {
            let cited = self
                .document
                .rules
                .views
                .iter()
                .find(|view| Some(view.1) == role);
            match cited.map(|view| view.0) {
                Some(clause) => self.refuse(clause, Why::Hidden),
                None => self.refuse_verb(Verb::Secure, Why::Hidden),
            }
        }
    }

    fn identify(&mut self) {
        let Some((clause, _)) = self.open_purpose() else {
            return;
        };
        if self.request.failures >= FAILURES_MAX {
            self.refuse(clause, Why::TooManyTries);
        }
        if self.request.fields.is_empty() {
            self.refuse_verb(Verb::Use, Why::NotAsked);
        }
    }

    fn rectify(&mut self) {
        self.special();
        match self.request.actor.kind {
            ActorKind::Person => self.right(Right::Rectification),
            ActorKind::Staff
            | ActorKind::Machine
            | ActorKind::System
            | ActorKind::Administrator => {
                if self.request.right.is_some() {
                    self.right(Right::Rectification);
                } else {
                    self.open_purpose();
                }
            }
        }
        for field in self.request.fields.iter() {
            if !self
                .document
                .rules
                .collect
                .iter()
                .any(|(_, c)| c.data.contains(field))
            {
                self.refuse_verb(Verb::Collect, Why::NotCollected);
            }
        }
    }

    fn right(&mut self, right: Right) {
        match self.document.rules.grant_of(right) {
            Some((clause, _)) => self.rely(*clause),
            None => self.refuse_verb(Verb::Grant, Why::NoRight),
        }
    }

    /// A person may be erased because they ask for it, or because they turn out to be a child.
    fn erase(&mut self) {
        match (self.facts.person.child, self.document.rules.children()) {
            (true, Some((clause, _))) => self.rely(clause),
            (true, None) | (false, _) => self.right(Right::Erasure),
        }
        if self.facts.items.iter().any(|item| item.held) {
            self.refuse_verb(Verb::Keep, Why::Held);
        }
    }

    fn export(&mut self) {
        self.right(self.request.right.unwrap_or(Right::Access));
    }

    fn declared_purpose(&mut self) {
        match (self.request.purpose, self.request.recipient) {
            (Some(purpose), _) => match self.document.rules.use_of(purpose) {
                Some((clause, _)) => self.rely(*clause),
                None => self.refuse_verb(Verb::Use, Why::NoPurpose),
            },
            (None, Some(recipient)) => {
                match self
                    .document
                    .rules
                    .disclose
                    .iter()
                    .find(|(_, d)| d.to == recipient)
                {
                    Some((clause, _)) => self.rely(*clause),
                    None => self.refuse_verb(Verb::Disclose, Why::NoRecipient),
                }
            }
            (None, None) => self.refuse_verb(Verb::Use, Why::NotAsked),
        }
    }

    fn consent(&mut self) {
        self.children();
        self.declared_purpose();
    }

    /// An objection needs a granted right, to object or to opt out, that covers the purpose.
    fn object(&mut self) {
        let Some(purpose) = self.request.purpose else {
            return self.refuse_verb(Verb::Grant, Why::NotAsked);
        };
        let rules = &self.document.rules;
        let granted = [Right::OptOut, Right::Objection]
            .into_iter()
            .filter_map(|right| rules.grant_of(right))
            .find(|(_, grant)| grant.purposes.contains(purpose));
        match granted {
            Some((clause, _)) => self.rely(*clause),
            None => self.refuse_verb(Verb::Grant, Why::NoRight),
        }
    }

    fn disclose(&mut self) {
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

    fn recipient_fit(&mut self, clause: ClauseId, disclose: &Disclose) {
        let unknown = RecipientFacts::default();
        let known = self.facts.recipient.unwrap_or(&unknown);
        let today = self.today;
        let valid = |until: &Day| *until >= today;
        if disclose.compelled && !self.request.compelled {
            self.refuse(clause, Why::NotCompelled);
        }
        match disclose.protection {
            Some(Protection::Law) => {}
            // What the law compels needs no undertaking; everything else does, whether the clause names its kind or not.
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

    fn transfer(&mut self) {
        match self.request.recipient {
            Some(recipient) => self.route(recipient),
            None => self.refuse_verb(Verb::Transfer, Why::NotAsked),
        }
    }

    /// A border may be crossed on a declared route whose instrument holds. Where the person's country is not known, every
    /// country of the document may be it, so the route must serve them all.
    fn route(&mut self, recipient: RecipientId) {
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

    fn destroy(&mut self) {
        for item in self.facts.items {
            let clause = self
                .policy
                .words
                .classes
                .get(item.class)
                .map(|class| class.clause);
            match clause {
                Some(clause) if item.held => self.refuse(clause, Why::Held),
                Some(clause) if item.due() > self.today => self.refuse(clause, Why::NotDue),
                Some(clause) => self.rely(clause),
                None => self.refuse_verb(Verb::Keep, Why::NotKept),
            }
        }
    }

    fn administer(&mut self) {
        let role = self
            .request
            .actor
            .role
            .and_then(|role| self.policy.words.roles.get(role));
        let may = match self.request.actor.kind {
            ActorKind::Administrator | ActorKind::System => true,
            ActorKind::Staff | ActorKind::Machine => role.is_some_and(|role| role.administers),
            ActorKind::Person => false,
        };
        if !may {
            self.refuse_verb(Verb::Secure, Why::NotAdministrator);
        }
    }
}

/// Whether a use needs the person's agreement first.
pub(crate) fn needs_consent(r#use: &Use) -> bool {
    r#use.choice == Choice::OptIn || r#use.basis == Basis::Consent
}
