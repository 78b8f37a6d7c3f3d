//! A list of names, borrowed where it is written and owned where it was read.
//!
//! Owns that difference. It never sorts, merges or drops a name.

use std::ops::Deref;

use super::Name;

/// Names in their order. Two lists are equal if their names are.
#[derive(Debug, Clone)]
pub enum Names<'a> {
    /// A list that stands somewhere else, such as in a compiled policy.
    Borrowed(&'a [Name<'a>]),
    /// A list of its own.
    Owned(Vec<Name<'a>>),
}

impl Names<'_> {
    /// No names; the list is then absent from the entry.
    pub const NONE: Self = Self::Borrowed(&[]);
}

impl<'a> Deref for Names<'a> {
    type Target = [Name<'a>];

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Borrowed(names) => names,
            Self::Owned(names) => names,
        }
    }
}

impl PartialEq for Names<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Names<'_> {}

impl<'a> From<Vec<Name<'a>>> for Names<'a> {
    fn from(names: Vec<Name<'a>>) -> Self {
        Self::Owned(names)
    }
}

impl<'a> From<&'a [Name<'a>]> for Names<'a> {
    fn from(names: &'a [Name<'a>]) -> Self {
        Self::Borrowed(names)
    }
}
