//! The words of a policy as small numbers: fields, purposes, channels, recipients and the rest.
//! A vocabulary is read-only; it never tells what may be done with a word.

use super::{ClauseId, Ending};
use jiff::civil::Date;
use kept_terms::{
    Act, FieldKind, Index, Name, Period, RecipientKind, Set, SpecialCategory, Territories,
    Territory,
};
use std::collections::HashMap;
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
    /// A vocabulary of these words. A later word of the same name hides an earlier one, so the
    /// compiler
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
        /// Whether a person may have several values at once.
        many: bool,
        /// The greatest length of a value, in characters.
        length_max: usize,
        /// The values of a choice.
        choices: Vec<String>,
        /// The DPV term, such as `pd:EmailAddressWork`.
        dpv: Option<String>,
        /// The register in which the first word of each value must stand.
        register: Option<RegisterKind>,
        /// What a date after that word tells.
        dated: Option<Dated>,
        /// The special category that values are of.
        special: Option<SpecialCategory>,
    }
    /// A purpose, declared by one or more `use` clauses.
    Purpose {}
    /// A way in.
    Channel {
        /// The country assumed where nothing tells a person's own.
        region: Option<Territory>,
        /// Whether a member of staff takes it in.
        staffed: bool,
        /// Whether anybody may send through it without a token.
        public: bool,
        /// Origins whose pages may show its form within them.
        framed_by: Vec<String>,
    }
    /// Something that happens, from which a period is counted.
    Event {
        /// Whether it is of the item (fixed once collected) or of the person (it may move).
        of_person: bool,
        /// The acts that set it to their day.
        moved_by: Vec<Act>,
        /// The register whose dates set it.
        set_by: Option<RegisterKind>,
    }
    /// A role of staff or of a program.
    Role {
        /// Whether it administers Kept; it then sees nothing.
        administers: bool,
        /// The registers that it keeps, as administrators do.
        arranges: Vec<RegisterKind>,
    }
    /// A service that may need information.
    Service {}
    /// Somebody to whom information may be disclosed.
    Recipient {
        /// What they are to the controller.
        kind: RecipientKind,
        /// Where they are.
        country: Territory,
    }
    /// A legal entity.
    Entity {
        /// The postal address, a line each.
        address: Vec<String>,
        /// Where to write about privacy.
        email: String,
        /// Where it is.
        country: Territory,
    }
    /// A team that answers.
    Team {
        /// Where to write.
        email: Option<String>,
        /// The roles that act for it.
        roles: Set<RoleId>,
    }
    /// A set of places.
    Region {
        /// The countries, or parts of countries, with all that lies in them.
        countries: Territories,
        /// Whether each of them must have a document.
        covered: bool,
        /// Whether information moves freely within it.
        free: bool,
        /// Whether nothing may be charged there for a request.
        fee_forbidden: bool,
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
        country: Territory,
    }
    /// A security measure.
    Measure {
        /// The team that owns it.
        owner: Option<TeamId>,
    }
    /// An authority.
    Authority {
        /// Where it is competent.
        country: Option<Territory>,
    }
    /// A word of the prose; each document may define it for itself and those that import it.
    Term {
        /// The document that defines it.
        document: DocumentId,
    }
}

/// A register that a policy may speak of: what the house administers and values refer to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum RegisterKind {
    /// Client companies and their contracts.
    Clients,
    /// The catalogue of courses.
    Courses,
    /// Surveys.
    Surveys,
}

/// What the date in a value tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dated {
    /// Until when it is due.
    Due,
    /// When it was done.
    Done,
}

impl RegisterKind {
    /// Every one.
    pub const ALL: [RegisterKind; 3] = [
        RegisterKind::Clients,
        RegisterKind::Courses,
        RegisterKind::Surveys,
    ];

    /// The word in documents.
    pub const fn word(self) -> &'static str {
        match self {
            RegisterKind::Clients => "clients",
            RegisterKind::Courses => "courses",
            RegisterKind::Surveys => "surveys",
        }
    }

    /// What one entry of it is called.
    pub const fn entry(self) -> &'static str {
        match self {
            RegisterKind::Clients => "client",
            RegisterKind::Courses => "course",
            RegisterKind::Surveys => "survey",
        }
    }

    /// Finds the register that a word of a document stands for.
    pub fn from_word(word: &str) -> Option<RegisterKind> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Finds the register whose entries are called so.
    pub fn of_entry(entry: &str) -> Option<RegisterKind> {
        Self::ALL.into_iter().find(|kind| kind.entry() == entry)
    }
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
    /// Whether a law has it stay for its time, although the person is erased.
    pub obliged: bool,
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
    pub labels: Labels,
}

/// How words are read in languages other than that of their declaration.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// Under `kind.name.language`.
    by_word: HashMap<String, String>,
}

impl Labels {
    /// Adds how a word of a kind is read in a language.
    pub(crate) fn insert(&mut self, kind: &str, name: &str, language: &str, label: &str) {
        let word = format!("{kind}.{name}.{language}");
        self.by_word.insert(word, label.to_owned());
    }

    /// How a word of a kind is read in a language, given as a BCP 47 tag; nothing where only its
    /// own label says.
    pub fn get(&self, kind: &str, name: &str, language: &str) -> Option<&str> {
        let primary = language.split('-').next().unwrap_or_default();
        let word = format!("{kind}.{name}.{primary}");
        self.by_word.get(&word).map(String::as_str)
    }
}
