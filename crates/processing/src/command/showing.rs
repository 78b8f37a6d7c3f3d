//! What is looked at of what is written down.
//! It asks; whether it may is decided as for every act.

use super::Evidence;
use crate::approvals::Approval;
use crate::tokens::Token;
use kept_cases::{Case, Reference};
use kept_terms::{Book, PersonId};

/// What is looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Showing {
    /// The entries about a person, newest first.
    Trail {
        /// Whose.
        person: PersonId,
        /// Only entries below this index.
        below: Option<u64>,
        /// At most so many.
        limit: usize,
    },
    /// All tokens that were not revoked.
    Tokens,
    /// All evidence on record.
    Evidence,
    /// How much is stored.
    Figures,
    /// Whether what is stored is sound; what comes after it is the audit or the sweep.
    Soundness,
    /// What others must agree to, or agreed to.
    Approvals,
    /// Recipients, feeds, and what recipients have to be told: gathered by whoever asked, once it
    /// is on record.
    Sharing,
    /// Messages and how they stand: gathered as that is.
    Messages,
    /// Cases of a kind, the most urgent first.
    Cases {
        /// Which kind.
        book: Book,
        /// Whether those that have ended are shown as well.
        ended: bool,
    },
    /// The cases of a person, the newest first.
    CasesOf(PersonId),
    /// One case.
    Case {
        /// Which.
        reference: Reference,
        /// Among what it is listed.
        book: Book,
        /// The person who asks for it themselves; others than theirs there are none for them.
        of: Option<PersonId>,
    },
}

impl Showing {
    /// The person whom it names.
    pub(crate) fn person(&self) -> Option<PersonId> {
        match self {
            Showing::Trail { person, .. } | Showing::CasesOf(person) => Some(*person),
            Showing::Case { of, .. } => *of,
            Showing::Tokens
            | Showing::Evidence
            | Showing::Figures
            | Showing::Soundness
            | Showing::Approvals
            | Showing::Sharing
            | Showing::Messages
            | Showing::Cases { .. } => None,
        }
    }

    /// What it is called.
    pub fn book(&self) -> Book {
        match self {
            Showing::Trail { .. } => Book::Trail,
            Showing::Tokens => Book::Tokens,
            Showing::Evidence => Book::Evidence,
            Showing::Figures => Book::Figures,
            Showing::Soundness => Book::Soundness,
            Showing::Approvals => Book::Approvals,
            Showing::Sharing => Book::Sharing,
            Showing::Messages => Book::Messages,
            Showing::Cases { book, .. } | Showing::Case { book, .. } => *book,
            Showing::CasesOf(_) => Book::Requests,
        }
    }
}

/// What is shown.
pub enum Listed {
    /// Entries with their indexes.
    Trail(Vec<(u64, Vec<u8>)>),
    /// Tokens.
    Tokens(Vec<Token>),
    /// Evidence.
    Evidence(Vec<Evidence>),
    /// Figures.
    Figures(kept_vault::store::Figures),
    /// What others must agree to.
    Approvals(Vec<Approval>),
    /// Cases.
    Cases(Vec<Case>),
    /// Nothing yet: the work begins now.
    Nothing,
}
