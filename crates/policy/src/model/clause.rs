//! Clauses: one promise each, typed by verb.
//! They are what `compile` makes and `rules` arranges; they decide nothing themselves.

use super::*;
use crate::hosted::Acts;
use jiff::civil::Date;
use kept_terms::{
    Basis, Book, Exception, Name, ParentWay, Period, RecipientKind, Right, Set, SpecialCategory,
    Territories, Territory,
};
use std::ops::Range;
use std::sync::Arc;

/// What "we" do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[expect(
    missing_docs,
    reason = "the ten verbs and `define`; docs/formats/policy.md gives each"
)]
pub enum Verb {
    Collect,
    Use,
    Disclose,
    Transfer,
    Keep,
    Grant,
    Refuse,
    Secure,
    Answer,
    Notify,
    Define,
}

impl Verb {
    /// Every verb, in the order in which documents speak of them.
    pub const ALL: [Verb; 11] = [
        Verb::Collect,
        Verb::Use,
        Verb::Disclose,
        Verb::Transfer,
        Verb::Keep,
        Verb::Grant,
        Verb::Refuse,
        Verb::Secure,
        Verb::Answer,
        Verb::Notify,
        Verb::Define,
    ];

    /// The word in documents.
    pub const fn word(self) -> &'static str {
        match self {
            Verb::Collect => "collect",
            Verb::Use => "use",
            Verb::Disclose => "disclose",
            Verb::Transfer => "transfer",
            Verb::Keep => "keep",
            Verb::Grant => "grant",
            Verb::Refuse => "refuse",
            Verb::Secure => "secure",
            Verb::Answer => "answer",
            Verb::Notify => "notify",
            Verb::Define => "define",
        }
    }
}

/// A clause's place in the policy: which document, which of its clauses.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ClauseId {
    /// The document.
    pub document: DocumentId,
    /// The clause within it, counted from 0 in order of appearance.
    pub number: u16,
}

/// A clause: one promise in the form that runs.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Its place.
    pub id: ClauseId,
    /// Its full name, `document#verb.name`.
    pub full_name: Arc<str>,
    /// What it promises.
    pub body: Body,
    /// Where its table stands in the document, in bytes.
    pub source: Range<usize>,
    /// Where the prose it is bound to stands, in bytes.
    pub prose: Range<usize>,
}

/// What a clause promises, by verb.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "one variant a verb")]
pub enum Body {
    Collect(Collect),
    Use(Use),
    Disclose(Disclose),
    Transfer(Transfer),
    Keep(Keep),
    Hold(Hold),
    Requests(Requests),
    Grant(Grant),
    Refuse(Refuse),
    Secure(Secure),
    Answer(Answer),
    Notify(Notify),
    /// A word; `kind` and `name` as in `[define.kind.name]`.
    Define {
        kind: String,
        name: Name,
    },
}

impl Body {
    /// The verb.
    pub const fn verb(&self) -> Verb {
        match self {
            Body::Collect(_) => Verb::Collect,
            Body::Use(_) => Verb::Use,
            Body::Disclose(_) => Verb::Disclose,
            Body::Transfer(_) => Verb::Transfer,
            Body::Keep(_) | Body::Hold(_) | Body::Requests(_) => Verb::Keep,
            Body::Grant(_) => Verb::Grant,
            Body::Refuse(_) => Verb::Refuse,
            Body::Secure(_) => Verb::Secure,
            Body::Answer(_) => Verb::Answer,
            Body::Notify(_) => Verb::Notify,
            Body::Define { .. } => Verb::Define,
        }
    }
}

/// What comes in.
#[derive(Clone, Debug)]
pub struct Collect {
    /// What is taken.
    pub data: Set<FieldId>,
    /// By which ways.
    pub through: Set<ChannelId>,
    /// For which purposes.
    pub purposes: Set<PurposeId>,
    /// Services that cannot be had without it.
    pub required_for: Set<ServiceId>,
    /// Whether the person must have been told before.
    pub notice_before: bool,
    /// Whether what was taken under a pseudonym may be tied to a known person.
    pub tie: bool,
}

/// A person's say in a use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// Nothing is asked.
    None,
    /// Consent is needed first.
    OptIn,
    /// An objection stops it at once.
    OptOut,
}

/// What a program does alone (GDPR Art. 22 and 4(4)).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Automated {
    /// It decides about people.
    Decision,
    /// It assesses people.
    Profiling,
}

/// What it is for.
#[derive(Clone, Debug)]
pub struct Use {
    /// The purpose it declares.
    pub purpose: PurposeId,
    /// How people read the purpose in this document's language.
    pub label: String,
    /// Why it is lawful.
    pub basis: Basis,
    /// Why information of special categories may be used for it.
    pub exception: Option<Exception>,
    /// The person's say.
    pub choice: Choice,
    /// What a program does for it alone.
    pub automated: Option<Automated>,
    /// Who may use it.
    pub roles: Set<RoleId>,
    /// Purposes such that what was collected for them may be used for this one.
    pub compatible_with: Set<PurposeId>,
    /// How long a consent lasts.
    pub consent_lasts: Option<Period>,
    /// Whether use goes on while processing is paused.
    pub restricted_too: bool,
    /// Whether the person may use it themselves.
    pub person: bool,
    /// How long what is collected for it may go unconfirmed before the person is asked.
    pub confirm_every: Option<Period>,
    /// The smallest group that sums may show; without it nothing is summed.
    pub suppress_below: Option<u32>,
    /// The DPV term.
    pub dpv: Option<String>,
    /// How many attempts to tell who somebody is may fail.
    pub tries: Tries,
}

/// How many attempts to tell who somebody is may fail before a pause.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tries {
    /// About one person, whoever tries.
    pub person: u8,
    /// By one caller, whomever they are about.
    pub caller: u8,
}

impl Tries {
    /// What holds where no clause asks for less; no clause can ask for more.
    pub const MOST: Tries = Tries {
        person: 5,
        caller: 20,
    };
}

/// What a recipient must have undertaken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Protection {
    /// A processing agreement (GDPR Art. 28).
    ProcessingAgreement,
    /// An agreement between group companies.
    GroupAgreement,
    /// An agreement between two controllers.
    SharingAgreement,
    /// A duty of secrecy of their profession.
    ProfessionalSecrecy,
    /// The law itself compels; no undertaking is asked for.
    Law,
}

impl Protection {
    /// The word in documents.
    pub const fn word(self) -> &'static str {
        match self {
            Protection::ProcessingAgreement => "processing-agreement",
            Protection::GroupAgreement => "group-agreement",
            Protection::SharingAgreement => "sharing-agreement",
            Protection::ProfessionalSecrecy => "professional-secrecy",
            Protection::Law => "law",
        }
    }

    /// Finds the kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Protection> {
        match word {
            "processing-agreement" => Some(Protection::ProcessingAgreement),
            "group-agreement" => Some(Protection::GroupAgreement),
            "sharing-agreement" => Some(Protection::SharingAgreement),
            "professional-secrecy" => Some(Protection::ProfessionalSecrecy),
            "law" => Some(Protection::Law),
            _ => None,
        }
    }
}

/// Reports that must be on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assured {
    /// None.
    Nothing,
    /// One of these.
    Any(Set<AssuranceId>),
    /// All of these.
    All(Set<AssuranceId>),
}

/// Who else sees it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Disclose {
    pub to: RecipientId,
    pub data: Set<FieldId>,
    pub purposes: Set<PurposeId>,
    pub protection: Option<Protection>,
    pub assurance: Assured,
    pub consent: bool,
    pub compelled: bool,
    pub confirms_within: Option<Period>,
    pub approvals: u8,
    pub engagement: bool,
}

/// Across which borders.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Transfer {
    pub from: Territories,
    pub to: Territories,
    pub instrument: InstrumentId,
    pub valid_until: Option<Date>,
    /// The kinds of recipient it leads to; nothing means all.
    pub kinds: Option<Vec<RecipientKind>>,
}

impl Transfer {
    /// Whether it leads to a recipient of a kind in a place.
    pub fn leads(&self, to: Territory, kind: RecipientKind) -> bool {
        let kinds = self.kinds.as_ref();
        let takes = kinds.is_none_or(|kinds| kinds.contains(&kind));
        takes && self.to.contains(to)
    }
}

/// What happens at the end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// It is destroyed.
    Destroy,
    /// What cannot be tied back to the person stays.
    Anonymise,
}

/// How long.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Keep {
    pub class: ClassId,
    pub data: Set<FieldId>,
    pub purposes: Set<PurposeId>,
    pub period: Period,
    pub after: EventId,
    pub then: Ending,
    /// The law by which it stays although the person is erased.
    pub obliged_by: Option<String>,
}

/// Who may keep something beyond its day because of a legal claim.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Hold {
    pub roles: Set<RoleId>,
    pub data: Set<FieldId>,
}

/// How long a case is kept after its end.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Requests {
    pub period: Period,
}

/// What a person may ask.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Grant {
    pub right: Right,
    pub answer_within: Period,
    pub extend_by: Option<Period>,
    pub fee: Option<String>,
    pub identity: Identity,
    pub purposes: Set<PurposeId>,
    pub at_once: bool,
}

/// How sure one must be of who is asking.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[expect(missing_docs, reason = "as the words of the key")]
pub enum Identity {
    None,
    EmailCode,
    Telephone,
    Passkey,
    Document,
}

/// What to do with what may not be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Remedy {
    /// The whole intake is refused.
    Refuse,
    /// The statement is struck out; the rest is taken.
    Redact,
}

/// Where special categories are looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "as the words of the key")]
pub struct Screened {
    pub fields: bool,
    pub free_text: bool,
    pub attachments: bool,
}

/// What is done with a file in which nothing can be looked for; what refuses more is greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Unlooked {
    /// It is taken.
    #[default]
    Take,
    /// A document is refused; a picture, a sound or a film is taken.
    RefuseDocuments,
    /// It is refused, whatever it is.
    Refuse,
}

/// What happens to a report that nobody decides in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Undecided {
    /// Everything stays set apart, and the report goes to those who have the last word.
    #[default]
    StayApart,
    /// What is held is erased.
    Erase,
}

/// How a report that somebody is under age is decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reports {
    /// Within how long; nothing where the clause does not say.
    pub within: Option<Period>,
    /// The roles that confirm it or lift it; none means every role that reaches all that is
    /// collected.
    pub by: Set<RoleId>,
    /// What happens once the time is over.
    pub undecided: Undecided,
}

/// Ways in which a parent may show who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ParentWays(u8);

impl ParentWays {
    /// Whether a way is among them.
    pub fn contains(self, way: ParentWay) -> bool {
        self.0 & ParentWays::bit(way) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, in the order of their list.
    pub fn iter(self) -> impl Iterator<Item = ParentWay> {
        let all = ParentWay::ALL.iter().copied();
        all.filter(move |way| self.contains(*way))
    }

    fn bit(way: ParentWay) -> u8 {
        let at = ParentWay::ALL.iter().position(|known| *known == way);
        at.and_then(|at| u32::try_from(at).ok())
            .and_then(|at| 1u8.checked_shl(at))
            .unwrap_or(0)
    }
}

impl FromIterator<ParentWay> for ParentWays {
    fn from_iter<I: IntoIterator<Item = ParentWay>>(ways: I) -> ParentWays {
        let add = |all: u8, way| all | ParentWays::bit(way);
        ParentWays(ways.into_iter().fold(0, add))
    }
}

/// What is never taken.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub enum Refuse {
    Special {
        classes: Vec<SpecialCategory>,
        screened: Screened,
        then: Remedy,
        unread: Unlooked,
        /// Fields of these categories that are taken all the same.
        except: Set<FieldId>,
    },
    Children {
        under: u8,
        /// The places it holds for; nothing means all of the document's.
        lands: Option<Territories>,
        if_found_erase: bool,
        asked_through: Set<ChannelId>,
        reports: Reports,
        /// How a parent may have agreed; none means that no agreement helps.
        parents: ParentWays,
    },
}

/// How it is guarded.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub enum Secure {
    View {
        role: RoleId,
        clear: Set<FieldId>,
        masked: Set<FieldId>,
        purposes: Set<PurposeId>,
    },
    Certification {
        assurance: AssuranceId,
        every: Period,
        warn: Period,
    },
    Report {
        assurance: AssuranceId,
        of: RecipientId,
        every: Period,
        warn: Period,
    },
    Measure {
        measure: MeasureId,
        every: Period,
        warn: Period,
    },
    StoredIn {
        stores: Set<StoreId>,
    },
    SignIn {
        ways: Vec<String>,
    },
    BreakGlass {
        roles: Set<RoleId>,
        approved_by: Set<RoleId>,
        approvals: u8,
        lasts: Period,
        clear: Set<FieldId>,
        masked: Set<FieldId>,
        purposes: Set<PurposeId>,
    },
    Records {
        books: Vec<Book>,
        roles: Set<RoleId>,
    },
    Transport,
    /// What is held for each client in each system stands apart from all else.
    Apart,
    /// These acts are done on a client's instruction only.
    Instructed {
        acts: Acts,
    },
}

/// One stage of an answer.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Stage {
    pub to: TeamId,
    pub within: Period,
}

/// Complaints and authorities.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub enum Answer {
    Stages(Vec<Stage>),
    Authorities {
        authorities: Set<AuthorityId>,
        to: TeamId,
        within: Period,
    },
    Staff {
        decided_by: TeamId,
        refusals: Option<u8>,
        within: Option<Period>,
        outcomes: Vec<String>,
    },
    Warned,
    /// Requests of people held for a client are passed on to the client.
    Forwarded {
        rights: Vec<Right>,
        /// How soon the client is told.
        within: Period,
        /// How soon the client is to have answered.
        answered_within: Period,
    },
    /// What is held for a client is handed back after the end of the contract, and destroyed.
    Returned {
        within: Period,
    },
}

/// What people are told.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Notify {
    pub when: String,
    pub through: Vec<String>,
    pub before: Option<Period>,
    pub within: Option<Period>,
    pub purpose: Option<PurposeId>,
}

impl Notify {
    /// Whether it is about changes of the policy that matter to people.
    pub fn is_of_changes(&self) -> bool {
        matches!(self.when.as_str(), "material" | "any")
    }

    /// Whether a message goes to each person.
    pub fn is_by_mail(&self) -> bool {
        self.through.iter().any(|way| way == "e-mail")
    }
}
