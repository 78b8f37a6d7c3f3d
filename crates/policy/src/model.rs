//! The compiled policy: words as small numbers, clauses as typed bodies.
//! It is read-only once compiled; it decides nothing (see `decide`) and reads no text (see `compile`).

use crate::rules::Rules;
use jiff::civil::Date;
use kept_terms::{
    Act, Basis, Country, FieldKind, Index, Name, Period, RecipientKind, Right, Set, SpecialCategory,
};
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Declares an index type for one vocabulary.
macro_rules! index {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub struct $name(pub u16);
        impl Index for $name {
            fn from_number(number: u16) -> Self { $name(number) }
            fn number(self) -> u16 { self.0 }
        }
    )+};
}

index! {
    /// A declared field.
    FieldId,
    /// A declared purpose.
    PurposeId,
    /// A declared channel.
    ChannelId,
    /// A declared event.
    EventId,
    /// A declared role.
    RoleId,
    /// A declared service.
    ServiceId,
    /// A declared recipient.
    RecipientId,
    /// A declared legal entity.
    EntityId,
    /// A declared team.
    TeamId,
    /// A declared region.
    RegionId,
    /// A declared transfer instrument.
    InstrumentId,
    /// A declared certification or report.
    AssuranceId,
    /// A declared hosted system.
    SystemId,
    /// A declared place where information stands.
    StoreId,
    /// A declared security measure.
    MeasureId,
    /// A declared authority.
    AuthorityId,
    /// A declared word of the prose.
    TermId,
    /// A retention class: one `keep` clause of one document.
    ClassId,
    /// A document of the policy.
    DocumentId,
}

/// The words of one kind, numbered in order of declaration.
#[derive(Clone, Debug)]
pub struct Vocabulary<I, T> {
    entries: Vec<T>,
    by_name: HashMap<Box<str>, u16>,
    all: Set<I>,
    of: std::marker::PhantomData<I>,
}

/// A thing with a declared name.
pub trait Named {
    /// The declared name.
    fn name(&self) -> &str;
}

impl<I: Index, T: Named> Vocabulary<I, T> {
    /// A vocabulary of these words. A later word of the same name hides an earlier one, so the compiler
    /// reports duplicates before it comes to this.
    pub fn new(entries: Vec<T>) -> Self {
        let by_name = (0u16..)
            .zip(&entries)
            .map(|(n, e)| (e.name().into(), n))
            .collect();
        let all = (0u16..).map(I::from_number).take(entries.len()).collect();
        Vocabulary {
            entries,
            by_name,
            all,
            of: std::marker::PhantomData,
        }
    }

    /// Finds a word's number.
    pub fn id(&self, name: &str) -> Option<I> {
        self.by_name.get(name).map(|n| I::from_number(*n))
    }

    /// What was declared under a number. Numbers are minted by this vocabulary, so it is there.
    pub fn get(&self, id: I) -> Option<&T> {
        self.entries.get(usize::from(id.number()))
    }

    /// The word that a number stands for.
    pub fn name(&self, id: I) -> &str {
        self.get(id).map_or("unknown", Named::name)
    }

    /// All words with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        (0u16..).map(I::from_number).zip(&self.entries)
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All numbers.
    pub fn all(&self) -> Set<I> {
        self.all
    }

    /// The names of a set, in order.
    pub fn names(&self, set: Set<I>) -> Vec<&str> {
        set.iter().map(|id| self.name(id)).collect()
    }
}

impl<I, T> Default for Vocabulary<I, T> {
    fn default() -> Self {
        Vocabulary {
            entries: vec![],
            by_name: HashMap::new(),
            all: Set::EMPTY,
            of: std::marker::PhantomData,
        }
    }
}

/// Declares what a vocabulary holds: a name, a label and more.
macro_rules! definition {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty,)* })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name {
            /// The declared name.
            pub name: Name,
            /// How people read it.
            pub label: String,
            $($(#[$fdoc])* pub $field: $type,)*
        }
        impl Named for $name { fn name(&self) -> &str { &self.name } }
    )+};
}

definition! {
    /// A field: one kind of thing that may be known about a person.
    Field {
        /// What values look like.
        kind: FieldKind,
        /// Whether a value names one person and one only.
        identifier: bool,
        /// The greatest length of a value, in characters.
        length_max: usize,
        /// The values of a choice.
        choices: Vec<String>,
        /// The DPV term, such as `pd:EmailAddressWork`.
        dpv: Option<String>,
    }
    /// A purpose, declared by one or more `use` clauses.
    Purpose {}
    /// A way in.
    Channel {
        /// The country assumed where nothing tells a person's own.
        region: Option<Country>,
        /// Whether a member of staff takes it in.
        staffed: bool,
    }
    /// Something that happens, from which a period is counted.
    Event {
        /// Whether it is of the item (fixed once collected) or of the person (it may move).
        of_person: bool,
        /// The acts that set it to their day.
        moved_by: Vec<Act>,
    }
    /// A role of staff or of a program.
    Role {
        /// Whether it administers Kept; it then sees nothing.
        administers: bool,
    }
    /// A service that may need information.
    Service {}
    /// Somebody to whom information may be disclosed.
    Recipient {
        /// What they are to the controller.
        kind: RecipientKind,
        /// Where they are.
        country: Country,
    }
    /// A legal entity.
    Entity {
        /// The postal address, a line each.
        address: Vec<String>,
        /// Where to write about privacy.
        email: String,
        /// Where it is.
        country: Country,
    }
    /// A team that answers.
    Team {
        /// Where to write.
        email: Option<String>,
    }
    /// A set of countries.
    Region {
        /// The countries.
        countries: Set<Country>,
        /// Whether each of its countries must have a document.
        covered: bool,
        /// Whether information moves freely within it.
        free: bool,
    }
    /// What makes a transfer lawful.
    Instrument {
        /// `adequacy`, `scc`, …
        kind: String,
        /// The last day on which it holds.
        valid_until: Option<Date>,
        /// Where it can be found.
        reference: Option<String>,
    }
    /// A certification or report.
    Assurance {}
    /// A hosted system.
    System {}
    /// A place where information stands.
    Store {
        /// Where it is.
        country: Country,
    }
    /// A security measure.
    Measure {
        /// The team that owns it.
        owner: Option<TeamId>,
    }
    /// An authority.
    Authority {
        /// Where it is competent.
        country: Option<Country>,
    }
    /// A word of the prose.
    Term {}
}

/// A retention class: what one `keep` clause covers.
#[derive(Clone, Debug)]
pub struct Class {
    /// The clause's full name, such as `north-america#keep.contact`; under it the class is stored.
    pub name: Arc<str>,
    /// The event from which its period counts.
    pub after: EventId,
    /// Whether that event is of the person and may move.
    pub moves: bool,
    /// How long, counted from the event.
    pub period: Period,
    /// What happens at the end.
    pub then: Ending,
    /// The clause.
    pub clause: ClauseId,
}

impl Named for Class {
    fn name(&self) -> &str {
        &self.name
    }
}

/// All vocabularies of a policy.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each is the vocabulary of the type it names")]
pub struct Words {
    pub fields: Vocabulary<FieldId, Field>,
    pub purposes: Vocabulary<PurposeId, Purpose>,
    pub channels: Vocabulary<ChannelId, Channel>,
    pub events: Vocabulary<EventId, Event>,
    pub roles: Vocabulary<RoleId, Role>,
    pub services: Vocabulary<ServiceId, Service>,
    pub recipients: Vocabulary<RecipientId, Recipient>,
    pub entities: Vocabulary<EntityId, Entity>,
    pub teams: Vocabulary<TeamId, Team>,
    pub regions: Vocabulary<RegionId, Region>,
    pub instruments: Vocabulary<InstrumentId, Instrument>,
    pub assurances: Vocabulary<AssuranceId, Assurance>,
    pub systems: Vocabulary<SystemId, System>,
    pub stores: Vocabulary<StoreId, Store>,
    pub measures: Vocabulary<MeasureId, Measure>,
    pub authorities: Vocabulary<AuthorityId, Authority>,
    pub terms: Vocabulary<TermId, Term>,
    pub classes: Vocabulary<ClassId, Class>,
}

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
            Body::Keep(_) => Verb::Keep,
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

/// What it is for.
#[derive(Clone, Debug)]
pub struct Use {
    /// The purpose it declares.
    pub purpose: PurposeId,
    /// Why it is lawful.
    pub basis: Basis,
    /// The person's say.
    pub choice: Choice,
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
    /// The DPV term.
    pub dpv: Option<String>,
}

/// What a recipient must have undertaken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Protection {
    /// A processing agreement (GDPR Art. 28).
    ProcessingAgreement,
    /// An agreement between group companies.
    GroupAgreement,
    /// A duty of secrecy of their profession.
    ProfessionalSecrecy,
    /// The law itself compels; no undertaking is asked for.
    Law,
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
}

/// Across which borders.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Transfer {
    pub from: Set<Country>,
    pub to: Set<Country>,
    pub instrument: InstrumentId,
    pub valid_until: Option<Date>,
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

/// What is never taken.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub enum Refuse {
    Special {
        classes: Vec<SpecialCategory>,
        screened: Screened,
        then: Remedy,
    },
    Children {
        under: u8,
        if_found_erase: bool,
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
        approvals: u8,
        lasts: Period,
    },
    Transport,
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
    },
    Warned,
}

/// What people are told.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the keys of the clause")]
pub struct Notify {
    pub when: String,
    pub through: Vec<String>,
    pub before: Option<Period>,
    pub within: Option<Period>,
}

/// One document: the promises made to the people of some countries.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its place in the policy.
    pub id: DocumentId,
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: String,
    /// Its language, a BCP 47 tag.
    pub language: String,
    /// In force since; nothing on a document that only defines.
    pub effective: Option<Date>,
    /// Last changed.
    pub revised: Option<Date>,
    /// Who is responsible.
    pub controller: Option<EntityId>,
    /// Whose people it is for.
    pub countries: Set<Country>,
    /// Whether it is for people whose country is not known.
    pub default: bool,
    /// The hosted systems it governs, whose information is held for clients.
    pub systems: Set<SystemId>,
    /// Its clauses in order of appearance.
    pub clauses: Vec<Clause>,
    /// The file's name within the folder.
    pub file: String,
    /// The file's text.
    pub text: Arc<str>,
    /// The clauses arranged for deciding.
    pub rules: Rules,
    /// `name@revised`, as the ledger writes it.
    pub version: Arc<str>,
}

/// The SHA-256 that names a policy's exact version.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A compiled policy: every document of a folder.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The name of this exact version.
    pub digest: Digest,
    /// The vocabularies, shared by all documents.
    pub words: Words,
    /// The documents, in order of name.
    pub documents: Vec<Document>,
    /// Which document is for the people of a country.
    pub by_country: HashMap<Country, DocumentId>,
    /// Which document is for people whose country is not known.
    pub default: Option<DocumentId>,
}

impl Policy {
    /// The document for a person of a country, or of one not known.
    pub fn document_for(&self, country: Option<Country>) -> Option<&Document> {
        let id = match country {
            Some(country) => self.by_country.get(&country).copied(),
            None => self.default,
        };
        id.and_then(|id| self.document(id))
    }

    /// A document by its place.
    pub fn document(&self, id: DocumentId) -> Option<&Document> {
        self.documents.get(usize::from(id.0))
    }

    /// A document by its name.
    pub fn document_named(&self, name: &str) -> Option<&Document> {
        self.documents
            .iter()
            .find(|document| &*document.name == name)
    }

    /// A clause by its place.
    pub fn clause(&self, id: ClauseId) -> Option<&Clause> {
        self.document(id.document)
            .and_then(|d| d.clauses.get(usize::from(id.number)))
    }

    /// All clauses of all documents.
    pub fn clauses(&self) -> impl Iterator<Item = &Clause> {
        self.documents.iter().flat_map(|document| &document.clauses)
    }
}
