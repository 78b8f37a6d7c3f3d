//! The decision: pure, total, and the only place where a [`Permit`] is minted.
//! It does no I/O, cannot fail, and allocates only to refuse.

mod guarding;
mod hosted;
mod intake;
mod purposes;
mod rights;
mod sharing;
mod signing_in;

use crate::facts::*;
use crate::model::*;
use arrayvec::ArrayVec;
use kept_terms::{Act, ActorKind, Basis, Day, RecipientKind, Right, Set, Territories, Territory};

/// How many clauses a permit names at most.
const CLAUSES_MAX: usize = 12;

/// The proof that the policy allows an act, with its limits. Nothing outside this module can make
/// one.
///
/// What anybody may do with a permit, and with things that anybody may make:
///
/// ```
/// use kept_policy::{PersonFacts, Permit, Refusal, View};
///
/// fn read(permit: &Permit) -> (kept_terms::Act, bool) {
///     (permit.act(), permit.redact())
/// }
/// fn widen(person: &mut PersonFacts) {
///     person.child = false;
/// }
/// fn forge(refusal: Refusal) -> Refusal {
///     Refusal { document: None, ..refusal }
/// }
/// fn copy(view: &View) -> View {
///     View::clone(view)
/// }
/// fn conjure<T: Default>() {}
/// conjure::<PersonFacts>();
/// ```
///
/// The same does not compile with a permit. It cannot be widened, for its fields are private:
///
/// ```compile_fail,E0616
/// use kept_policy::Permit;
///
/// fn widen(permit: &mut Permit) {
///     permit.redact = false;
/// }
/// ```
///
/// No other can be made from one, whole or in part:
///
/// ```compile_fail,E0451
/// use kept_policy::Permit;
///
/// fn forge(permit: Permit) -> Permit {
///     Permit { act: kept_terms::Act::Export, ..permit }
/// }
/// ```
///
/// It cannot be copied to outlive what it was for, nor be had for nothing:
///
/// ```compile_fail,E0599
/// use kept_policy::Permit;
///
/// fn copy(permit: &Permit) -> Permit {
///     Permit::clone(permit)
/// }
/// ```
///
/// ```compile_fail,E0277
/// use kept_policy::Permit;
///
/// fn conjure<T: Default>() {}
/// conjure::<Permit>();
/// ```
#[derive(Debug)]
#[must_use = "an act that was permitted should be performed or dropped on purpose"]
pub struct Permit {
    act: Act,
    document: DocumentId,
    purpose: Option<PurposeId>,
    clauses: ArrayVec<ClauseId, CLAUSES_MAX>,
    clear: Set<FieldId>,
    masked: Set<FieldId>,
    accepts: Accepts,
    today: Day,
    redact: bool,
    needs: u8,
}

/// What an item must be held for, so that a permit concerns it.
#[derive(Clone, Copy, Debug)]
enum Accepts {
    /// Whatever it is held for: what a person has a right to, and what the law compels.
    Anything,
    /// One of these purposes.
    Purposes(Set<PurposeId>),
}

impl Accepts {
    fn covers(self, held_for: Set<PurposeId>) -> bool {
        match self {
            Accepts::Anything => true,
            Accepts::Purposes(purposes) => purposes.intersects(held_for),
        }
    }
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

    /// How many others must approve what is proposed.
    pub fn needs(&self) -> u8 {
        self.needs
    }

    /// Whether an item may be changed: it is held for what the permit is for, and in a field that
    /// it concerns.
    pub fn changes(&self, item: &ItemFacts) -> bool {
        matches!(self.act, Act::Rectify | Act::Erase)
            && self.concerns(item)
            && self.fields().contains(item.field)
    }

    /// How much of an item it shows: nothing of what is past its day, held for other purposes, or
    /// not asked for,
    /// and nothing at all where the act is not a reading.
    pub fn view(&self, item: &ItemFacts) -> View {
        if !reads(self.act) || !self.concerns(item) {
            View::Withheld
        } else if self.clear.contains(item.field) {
            View::Clear
        } else if self.masked.contains(item.field) {
            View::Masked
        } else {
            View::Withheld
        }
    }

    /// Whether an item may be compared with what somebody says; it is not shown for that.
    pub fn compares(&self, item: &ItemFacts) -> bool {
        let compares = matches!(
            self.act,
            Act::Verify | Act::Find | Act::Rectify | Act::Erase
        );
        compares && self.concerns(item) && self.fields().contains(item.field)
    }

    /// What is past its day and only held on to concerns nobody but the person and the law.
    fn concerns(&self, item: &ItemFacts) -> bool {
        let is_kept = match self.accepts {
            Accepts::Anything => item.held || item.due() > self.today,
            Accepts::Purposes(_) => item.due() > self.today,
        };
        is_kept && self.accepts.covers(item.purposes)
    }
}

/// Whether values leave with an act. The others change something, or only learn that something is
/// so.
pub(crate) fn reads(act: Act) -> bool {
    match act {
        Act::Use | Act::Contact | Act::Disclose | Act::Export => true,
        Act::Collect
        | Act::Rectify
        | Act::Restrict
        | Act::Unrestrict
        | Act::Consent
        | Act::Withdraw
        | Act::Object
        | Act::Unobject
        | Act::Verify
        | Act::Find
        | Act::Erase
        | Act::Destroy
        | Act::Forward
        | Act::Hold
        | Act::Lift
        | Act::Publish
        | Act::Attest
        | Act::Administer
        | Act::Tie
        | Act::Show
        | Act::Propose
        | Act::Approve
        | Act::Decline
        | Act::Answer
        | Act::SignIn
        | Act::SignOut => false,
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
    let Some(document) = policy.document_of(facts.person) else {
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
            accepts: Accepts::Purposes(Set::EMPTY),
            today,
            redact: false,
            needs: 0,
        },
        instructed: false,
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
    /// Whether an instruction of the client for whom the person is held covers the act.
    instructed: bool,
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

    /// Whether the actor administers Kept, by kind or by role; either way they see nothing.
    fn administers(&self) -> bool {
        let actor = self.request.actor;
        match actor.kind {
            ActorKind::Administrator => true,
            ActorKind::Staff | ActorKind::Machine => actor
                .role
                .and_then(|role| self.policy.words.roles.get(role))
                .is_some_and(|role| role.administers),
            ActorKind::Person | ActorKind::System => false,
        }
    }

    fn weigh(&mut self) {
        if self.about_people() && self.administers() {
            return self.refuse_verb(Verb::Secure, Why::AdministratorSeesNothing);
        }
        let of_the_house = matches!(
            self.request.act,
            Act::Publish | Act::Attest | Act::Administer
        );
        if !of_the_house && !self.at_home() || self.is_left_alone() {
            return;
        }
        match self.request.act {
            Act::Collect => self.collect(),
            Act::Use if self.request.emergency => self.emergency(),
            Act::Use | Act::Contact => self.purpose_and_items(),
            Act::Find | Act::Verify => self.identify(),
            Act::Rectify => self.rectify(),
            Act::Restrict => self.restrict(),
            Act::Unrestrict => self.unrestrict(),
            Act::Erase => self.erase(),
            Act::Export => self.export(),
            Act::Consent => self.consent(),
            Act::Withdraw => self.withdraw(),
            Act::Unobject => self.agreement(),
            Act::Object => self.object(),
            Act::Disclose => self.disclose(),
            Act::Tie => self.tie(),
            Act::Destroy => self.destroy(),
            Act::Forward => self.forward(),
            Act::Hold | Act::Lift => self.hold(),
            Act::Attest => self.attest(),
            Act::Publish | Act::Administer => self.administer(),
            Act::Show => self.show(),
            Act::Propose => self.propose(),
            Act::Approve | Act::Decline => self.approve(),
            Act::Answer => self.answer(),
            Act::SignIn => self.sign_in(),
            Act::SignOut => self.sign_out(),
        }
    }

    /// Whether administrators are kept out of it whatever else holds. Of what guards the
    /// information, each rule says who may do it.
    fn about_people(&self) -> bool {
        match self.request.act {
            Act::Publish | Act::Attest | Act::Administer | Act::Show | Act::Answer => false,
            Act::Propose | Act::Approve | Act::Decline | Act::Use => !self.request.emergency,
            Act::Collect
            | Act::Rectify
            | Act::Restrict
            | Act::Unrestrict
            | Act::Consent
            | Act::Withdraw
            | Act::Object
            | Act::Unobject
            | Act::Disclose
            | Act::Tie
            | Act::Forward
            | Act::Export
            | Act::Contact
            | Act::Verify
            | Act::Find
            | Act::Erase
            | Act::Hold
            | Act::Lift
            | Act::SignIn
            | Act::SignOut
            | Act::Destroy => true,
        }
    }
}

/// Whether a use needs the person's agreement first.
pub(crate) fn needs_consent(r#use: &Use) -> bool {
    r#use.choice == Choice::OptIn || r#use.basis == Basis::Consent
}
