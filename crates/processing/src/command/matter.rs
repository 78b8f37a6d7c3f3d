//! What is looked at of what is written down, and what is done about something open.
//! It asks; whether it may is decided as for every act.

use super::Evidence;
use crate::approvals::Approval;
use crate::matters::{About, Matter};
use crate::tokens::Token;
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
    /// Complaints, questions of authorities, or violations.
    Matters(Book),
}

impl Showing {
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
            Showing::Matters(book) => *book,
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
    /// Complaints, questions of authorities, or violations.
    Matters(Vec<Matter>),
    /// Nothing yet: the work begins now.
    Nothing,
}

/// What is done about a matter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Answering {
    /// It is taken up.
    Open(About),
    /// It moves on to the next stage.
    Escalate {
        /// Which.
        id: String,
    },
    /// It is closed.
    Close {
        /// Which.
        id: String,
        /// With which outcome.
        outcome: String,
    },
}
