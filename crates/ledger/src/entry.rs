//! What one act leaves behind.
//!
//! Owns the ledger's entry: its fields, its one spelling, and the commitment that stands for the
//! person concerned. It never holds personal information, by construction: there is no field for
//! text. A field is a number, a time, a digest, a [`Name`] that somebody declared in a policy or a
//! program, a [`Reference`] that somebody minted, or a [`Document`] version, and their alphabets
//! have no room for a sentence, an e-mail address or a telephone number.
//!
//! The spelling is compact JSON with the fields in one fixed order, so that a stranger can read an
//! entry with the tools at hand, and so that reading and writing need no map and no escapes.

mod name;
mod names;
mod person;
mod read;
mod time;

use std::fmt::Write;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

pub use name::{DIGITS_MAX, Document, NAME_BYTES_MAX, Name, REFERENCE_BYTES_MAX, Reference};
pub use names::Names;
pub use person::{Person, SALT_BYTES, commitment};
pub use time::At;

use crate::fault::Malformed;
use crate::tile::{ENTRY_BYTES_MAX, TooLong};

/// The version of the entry's format, the `v` of every entry.
pub const VERSION: u8 = 1;
/// The bytes of a policy's digest that an entry states.
pub const POLICY_BYTES: usize = 16;

const FORMAT: &str = "ledger entry";
/// Most entries are shorter; a longer one costs one more allocation.
const USUAL_BYTES: usize = 512;

/// Whether the act was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It was permitted, and done.
    Permitted,
    /// It was refused, and not done.
    Refused {
        /// Short codes for why, beside the clauses.
        reasons: Names<'a>,
    },
}

/// One act or one refusal. What is absent is not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// When.
    pub at: At,
    /// Which act.
    pub act: Name<'a>,
    /// Whether it was done.
    pub outcome: Outcome<'a>,
    /// Who acted, by an identifier that means nothing outside: `token:7f3a`, `system:sweep`.
    pub actor: Reference<'a>,
    /// In which declared role.
    pub role: Option<Name<'a>>,
    /// Whom it concerned, as a commitment.
    pub person: Option<Person>,
    /// The first 16 bytes of the digest of the policy in force.
    pub policy: Option<[u8; POLICY_BYTES]>,
    /// The document, and the version of it, that was decided by.
    pub document: Option<Document<'a>>,
    /// The clauses relied on.
    pub clauses: Names<'a>,
    /// The fields touched.
    pub fields: Names<'a>,
    /// The declared purpose.
    pub purpose: Option<Name<'a>>,
    /// The declared recipient.
    pub recipient: Option<Name<'a>>,
    /// How many things an act in bulk touched.
    pub count: Option<u64>,
    /// Something kept elsewhere, such as `blob:3f786850`.
    pub reference: Option<Reference<'a>>,
}

impl<'a> Entry<'a> {
    /// An entry with nothing optional in it.
    pub fn new(at: At, act: Name<'a>, outcome: Outcome<'a>, actor: Reference<'a>) -> Self {
        Self {
            at,
            act,
            outcome,
            actor,
            role: None,
            person: None,
            policy: None,
            document: None,
            clauses: Names::NONE,
            fields: Names::NONE,
            purpose: None,
            recipient: None,
            count: None,
            reference: None,
        }
    }

    /// The entry's bytes, in its only spelling.
    ///
    /// # Errors
    /// [`TooLong`] if its lists make it longer than an entry can be.
    pub fn encode(&self) -> Result<Vec<u8>, TooLong> {
        let mut text = String::with_capacity(USUAL_BYTES);
        text.push_str(r#"{"v":1,"at":""#);
        self.at.write(&mut text);
        text.push('"');
        member(&mut text, "act", self.act.as_str());
        let reasons: &[Name<'_>] = match &self.outcome {
            Outcome::Permitted => {
                member(&mut text, "outcome", "permitted");
                &[]
            }
            Outcome::Refused { reasons } => {
                member(&mut text, "outcome", "refused");
                reasons
            }
        };
        member(&mut text, "actor", self.actor.as_str());
        optional(&mut text, "role", self.role);
        if let Some(person) = &self.person {
            open(&mut text, "person");
            BASE64URL_NOPAD.encode_append(person.commitment.as_bytes(), &mut text);
            text.push('"');
            open(&mut text, "salt");
            BASE64URL_NOPAD.encode_append(&person.salt, &mut text);
            text.push('"');
        }
        if let Some(policy) = &self.policy {
            open(&mut text, "policy");
            HEXLOWER.encode_append(policy, &mut text);
            text.push('"');
        }
        if let Some(document) = self.document {
            member(&mut text, "document", document.as_str());
        }
        list(&mut text, "clauses", &self.clauses);
        list(&mut text, "fields", &self.fields);
        optional(&mut text, "purpose", self.purpose);
        optional(&mut text, "recipient", self.recipient);
        list(&mut text, "reasons", reasons);
        if let Some(count) = self.count {
            // Writing to a string cannot fail.
            let _ = write!(text, r#","count":{count}"#);
        }
        if let Some(reference) = self.reference {
            member(&mut text, "ref", reference.as_str());
        }
        text.push('}');
        let bytes = text.into_bytes();
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(TooLong { bytes: bytes.len() });
        }
        Ok(bytes)
    }

    /// Reads an entry. Every spelling but the one that [`Entry::encode`] gives is refused.
    ///
    /// # Errors
    /// [`Malformed`], naming what was expected.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let malformed = |reason| Malformed::new(FORMAT, reason);
        let text = std::str::from_utf8(bytes).map_err(|_| malformed("it is not text"))?;
        let entry = read::entry(text)?;
        // The reader takes one spelling only; that it does is checked rather than believed.
        if entry.encode().is_ok_and(|encoded| encoded == bytes) {
            Ok(entry)
        } else {
            Err(malformed(
                "it is spelled in another way than the canonical one",
            ))
        }
    }

    /// Whether the entry is about the person who holds this commitment key.
    pub fn concerns(&self, key: &[u8; 32]) -> bool {
        self.person.as_ref().is_some_and(|person| person.is_of(key))
    }
}

fn open(text: &mut String, key: &str) {
    text.push_str(",\"");
    text.push_str(key);
    text.push_str("\":\"");
}

fn member(text: &mut String, key: &str, value: &str) {
    open(text, key);
    text.push_str(value);
    text.push('"');
}

fn optional(text: &mut String, key: &str, value: Option<Name<'_>>) {
    if let Some(name) = value {
        member(text, key, name.as_str());
    }
}

fn list(text: &mut String, key: &str, names: &[Name<'_>]) {
    let Some((first, rest)) = names.split_first() else {
        return;
    };
    text.push_str(",\"");
    text.push_str(key);
    text.push_str("\":[\"");
    text.push_str(first.as_str());
    for name in rest {
        text.push_str("\",\"");
        text.push_str(name.as_str());
    }
    text.push_str("\"]");
}

#[cfg(test)]
mod tests;
