//! The compiled policy: its documents, their words and clauses.
//! It is read-only once compiled; it decides nothing (see `decide`) and reads no text (see
//! `compile`).

mod clause;
mod words;

pub use clause::*;
pub use words::*;

use crate::rules::Rules;
use jiff::civil::Date;
use kept_terms::{Name, Set, Territories, Territory, Way};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// One document: the promises made to the people of some places.
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
    /// Where the people live that it is for.
    pub territories: Territories,
    /// Whether it is for people whose country is not known.
    pub default: bool,
    /// The hosted systems it governs, whose information is held for clients.
    pub systems: Set<SystemId>,
    /// The documents whose words it may use: itself and what it imports, at any remove.
    pub sees: Vec<DocumentId>,
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

impl Document {
    /// The clauses that say how people sign in, each with the ways it lists.
    pub(crate) fn ways(&self) -> impl Iterator<Item = (ClauseId, &[String])> {
        self.clauses.iter().filter_map(|clause| match &clause.body {
            Body::Secure(Secure::SignIn { ways }) => Some((clause.id, ways.as_slice())),
            _ => None,
        })
    }

    /// Whether people sign in this way: by a code that is sent by e-mail where no clause lists
    /// ways.
    pub fn has_way(&self, way: Way) -> bool {
        let mut ways = self.ways().flat_map(|(_, ways)| ways).peekable();
        match ways.peek() {
            Some(_) => ways.any(|word| Way::from_word(word) == Some(way)),
            None => way == Way::EmailCode,
        }
    }
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
    /// Which document is for the people of a place.
    pub by_territory: HashMap<Territory, DocumentId>,
    /// Which document is for people whose country is not known.
    pub default: Option<DocumentId>,
}

impl Policy {
    /// The document for a person of a place, or of one not known.
    pub fn document_for(&self, place: Option<Territory>) -> Option<&Document> {
        let id = match place {
            Some(place) => self.by_territory.get(&place).copied(),
            None => self.default,
        };
        id.and_then(|id| self.document(id))
    }

    /// The document that governs what is held about a person: that of the hosted system they are
    /// held in, or else that of their country.
    pub fn document_of(&self, person: &crate::PersonFacts) -> Option<&Document> {
        match person.home {
            None => self.document_for(person.country),
            Some(home) => self
                .documents
                .iter()
                .find(|document| document.systems.contains(home.system)),
        }
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
