//! The kinds of case, and what each is about. It lists; who may open one is the policy's.

use kept_terms::{Book, Right};
use serde::{Deserialize, Serialize};

/// What a case is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Somebody wants to see what is held (GDPR Art. 15).
    Access,
    /// Somebody wants something put right (GDPR Art. 16).
    Rectification,
    /// Somebody wants to be erased (GDPR Art. 17).
    Erasure,
    /// Somebody objects to a use (GDPR Art. 21).
    Objection,
    /// Somebody wants a pause (GDPR Art. 18).
    Restriction,
    /// Somebody wants to take their information elsewhere (GDPR Art. 20).
    Portability,
    /// Somebody opts out of a use.
    OptOut,
    /// Somebody takes a consent back (GDPR Art. 7(3)).
    Withdrawal,
    /// Somebody asks something.
    Question,
    /// Somebody complains.
    Complaint,
    /// An authority asks something.
    Enquiry,
    /// An authority wants something shown to it.
    Compelled,
    /// Information got into the wrong hands, or was lost (GDPR Art. 33 and 34).
    Breach,
    /// A member of staff tried what they may not.
    Violation,
    /// Somebody is said to be under age.
    UnderAge,
    /// Somebody who is held for a client asks for something; the client answers.
    Forwarded,
}

/// Kinds that are dealt with alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// A person asks for what a clause grants.
    Right,
    /// A person asks or complains.
    Word,
    /// Somebody else asks, or something happened.
    Affair,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 16] = [
        Kind::Access,
        Kind::Rectification,
        Kind::Erasure,
        Kind::Objection,
        Kind::Restriction,
        Kind::Portability,
        Kind::OptOut,
        Kind::Withdrawal,
        Kind::Question,
        Kind::Complaint,
        Kind::Enquiry,
        Kind::Compelled,
        Kind::Breach,
        Kind::Violation,
        Kind::UnderAge,
        Kind::Forwarded,
    ];

    /// The word for it, on the wire and in the ledger.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Access => "access",
            Kind::Rectification => "rectification",
            Kind::Erasure => "erasure",
            Kind::Objection => "objection",
            Kind::Restriction => "restriction",
            Kind::Portability => "portability",
            Kind::OptOut => "opt-out",
            Kind::Withdrawal => "withdrawal",
            Kind::Question => "question",
            Kind::Complaint => "complaint",
            Kind::Enquiry => "enquiry",
            Kind::Compelled => "compelled",
            Kind::Breach => "breach",
            Kind::Violation => "violation",
            Kind::UnderAge => "under-age",
            Kind::Forwarded => "forwarded",
        }
    }

    /// Finds the kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The kind in which a right is asked for.
    pub const fn of_right(right: Right) -> Kind {
        match right {
            Right::Access => Kind::Access,
            Right::Rectification => Kind::Rectification,
            Right::Erasure => Kind::Erasure,
            Right::Restriction => Kind::Restriction,
            Right::Portability => Kind::Portability,
            Right::Objection => Kind::Objection,
            Right::OptOut => Kind::OptOut,
            Right::Withdrawal => Kind::Withdrawal,
        }
    }

    /// The right that is asked for, where it is one.
    pub const fn right(self) -> Option<Right> {
        Some(match self {
            Kind::Access => Right::Access,
            Kind::Rectification => Right::Rectification,
            Kind::Erasure => Right::Erasure,
            Kind::Objection => Right::Objection,
            Kind::Restriction => Right::Restriction,
            Kind::Portability => Right::Portability,
            Kind::OptOut => Right::OptOut,
            Kind::Withdrawal => Right::Withdrawal,
            Kind::Question
            | Kind::Complaint
            | Kind::Enquiry
            | Kind::Compelled
            | Kind::Breach
            | Kind::Violation
            | Kind::UnderAge
            | Kind::Forwarded => return None,
        })
    }

    /// How it is dealt with.
    pub const fn group(self) -> Group {
        match self {
            Kind::Access
            | Kind::Rectification
            | Kind::Erasure
            | Kind::Objection
            | Kind::Restriction
            | Kind::Portability
            | Kind::OptOut
            | Kind::Withdrawal => Group::Right,
            Kind::Question | Kind::Complaint => Group::Word,
            Kind::Enquiry
            | Kind::Compelled
            | Kind::Breach
            | Kind::Violation
            | Kind::UnderAge
            | Kind::Forwarded => Group::Affair,
        }
    }

    /// Among what it is listed.
    pub const fn book(self) -> Book {
        match self {
            Kind::Complaint => Book::Complaints,
            Kind::Enquiry => Book::Enquiries,
            Kind::Violation => Book::Violations,
            Kind::Compelled => Book::Compelled,
            Kind::Breach => Book::Breaches,
            Kind::UnderAge => Book::Reports,
            Kind::Access
            | Kind::Rectification
            | Kind::Erasure
            | Kind::Objection
            | Kind::Restriction
            | Kind::Portability
            | Kind::OptOut
            | Kind::Withdrawal
            | Kind::Question
            | Kind::Forwarded => Book::Requests,
        }
    }

    /// How it may end, where no clause says so. The first that speaks of a refusal needs a ground.
    pub const fn outcomes(self) -> &'static [&'static str] {
        match self {
            Kind::Access
            | Kind::Rectification
            | Kind::Erasure
            | Kind::Objection
            | Kind::Restriction
            | Kind::Portability
            | Kind::OptOut
            | Kind::Withdrawal => &["done", "partly", "refused", "withdrawn", "no-match"],
            Kind::Question => &["answered", "withdrawn"],
            Kind::Complaint => &["settled", "rejected", "withdrawn"],
            Kind::Enquiry => &["answered", "rectified", "withdrawn"],
            Kind::Compelled => &["disclosed", "refused", "withdrawn"],
            Kind::Breach => &["mended", "no-breach"],
            Kind::Violation => &["upheld", "unfounded"],
            Kind::UnderAge => &["confirmed", "lifted", "agreed", "erased"],
            Kind::Forwarded => &["answered", "declined", "instructed"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_leads_back_to_its_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_word(kind.word()), Some(kind));
            let written = serde_json::to_string(&kind).unwrap();
            assert_eq!(written, format!("\"{}\"", kind.word()));
            assert!(!kind.outcomes().is_empty());
        }
        for right in Right::ALL {
            assert_eq!(Kind::of_right(*right).right(), Some(*right));
        }
    }
}
