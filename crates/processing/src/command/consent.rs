//! What somebody agrees to, for themselves or for a child of theirs.
//! It says what is agreed; whether it counts is decided as for every act.

use kept_terms::ParentWay;

/// A parent's agreement.
#[derive(Clone, PartialEq, Eq)]
pub struct Parent {
    /// How it was checked that they are one.
    pub way: ParentWay,
    /// Where the papers of it are: a short reference, such as `form-2026-17`.
    pub reference: String,
}

/// What a person agrees to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConsentTo {
    /// A purpose.
    Purpose(String),
    /// A disclosure to a recipient.
    Recipient(String),
}
