//! Reading an entry back.
//!
//! Owns the walk over the one spelling an entry has. It never accepts another: there is no
//! white space to skip, no escape to undo and no order to guess.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};

use super::{At, Document, Entry, FORMAT, Name, Names, Outcome, Person, Reference};
use crate::fault::Malformed;
use crate::hash::Hash;

/// Reads an entry from its text.
pub(super) fn entry(text: &str) -> Result<Entry<'_>, Malformed> {
    let mut rest = Rest(text);
    rest.literal(r#"{"v":1"#, "the version is not 1")?;
    let at = At::parse(rest.required("at", "`at` is missing")?)?;
    let act = Name::new(rest.required("act", "`act` is missing")?)?;
    let refused = match rest.required("outcome", "`outcome` is missing")? {
        "permitted" => false,
        "refused" => true,
        _ => return Err(malformed("the outcome is neither permitted nor refused")),
    };
    let actor = Reference::new(rest.required("actor", "`actor` is missing")?)?;
    let role = rest.name("role")?;
    let person = rest.person()?;
    let policy = rest.policy()?;
    let document = rest.text("document")?.map(Document::new).transpose()?;
    let clauses = rest.list("clauses")?;
    let fields = rest.list("fields")?;
    let purpose = rest.name("purpose")?;
    let recipient = rest.name("recipient")?;
    let reasons = rest.list("reasons")?;
    let outcome = match (refused, reasons.is_empty()) {
        (true, _) => Outcome::Refused { reasons },
        (false, true) => Outcome::Permitted,
        (false, false) => return Err(malformed("a permitted act has reasons of refusal")),
    };
    let count = rest.count()?;
    let reference = rest.text("ref")?.map(Reference::new).transpose()?;
    rest.literal("}", "a field is unknown, repeated or out of order")?;
    if !rest.0.is_empty() {
        return Err(malformed("there is more after its end"));
    }
    Ok(Entry {
        at,
        act,
        outcome,
        actor,
        role,
        person,
        policy,
        document,
        clauses,
        fields,
        purpose,
        recipient,
        count,
        reference,
    })
}

fn malformed(reason: &'static str) -> Malformed {
    Malformed::new(FORMAT, reason)
}

/// What is still to be read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// Passes over a text if it comes next.
    fn take(&mut self, expected: &str) -> bool {
        let after = self.0.strip_prefix(expected);
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    fn literal(&mut self, expected: &str, otherwise: &'static str) -> Result<(), Malformed> {
        if self.take(expected) {
            Ok(())
        } else {
            Err(malformed(otherwise))
        }
    }

    /// Passes over `,"key":` if it comes next.
    fn key(&mut self, key: &str) -> bool {
        let after = self
            .0
            .strip_prefix(",\"")
            .and_then(|rest| rest.strip_prefix(key))
            .and_then(|rest| rest.strip_prefix("\":"));
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    /// Reads a text between quotes. No alphabet has a quote or an escape in it.
    fn quoted(&mut self) -> Result<&'a str, Malformed> {
        self.literal("\"", "expected a text in quotes")?;
        let (text, after) = self
            .0
            .split_once('"')
            .ok_or(malformed("a text in quotes has no end"))?;
        self.0 = after;
        Ok(text)
    }

    fn text(&mut self, key: &str) -> Result<Option<&'a str>, Malformed> {
        if self.key(key) {
            self.quoted().map(Some)
        } else {
            Ok(None)
        }
    }

    fn required(&mut self, key: &str, otherwise: &'static str) -> Result<&'a str, Malformed> {
        self.text(key)?.ok_or(malformed(otherwise))
    }

    fn name(&mut self, key: &str) -> Result<Option<Name<'a>>, Malformed> {
        self.text(key)?.map(Name::new).transpose()
    }

    fn list(&mut self, key: &str) -> Result<Names<'a>, Malformed> {
        let mut names = Vec::new();
        if self.key(key) {
            self.literal("[", "expected a list")?;
            names.push(Name::new(self.quoted()?)?);
            while self.take(",") {
                names.push(Name::new(self.quoted()?)?);
            }
            self.literal("]", "a list has no end")?;
        }
        Ok(Names::Owned(names))
    }

    fn person(&mut self) -> Result<Option<Person>, Malformed> {
        let Some(encoded) = self.text("person")? else {
            return Ok(None);
        };
        let commitment = BASE64URL_NOPAD.decode(encoded.as_bytes()).ok();
        let commitment = commitment.and_then(|bytes| Hash::from_slice(&bytes));
        let commitment = commitment.ok_or(malformed("`person` is not 32 bytes in base64url"))?;
        let encoded = self.required("salt", "`person` stands without `salt`")?;
        let salt = BASE64URL_NOPAD.decode(encoded.as_bytes()).ok();
        let salt = salt.and_then(|bytes| bytes.try_into().ok());
        let salt = salt.ok_or(malformed("`salt` is not 16 bytes in base64url"))?;
        Ok(Some(Person { commitment, salt }))
    }

    fn policy(&mut self) -> Result<Option<[u8; super::POLICY_BYTES]>, Malformed> {
        let Some(encoded) = self.text("policy")? else {
            return Ok(None);
        };
        let bytes = HEXLOWER.decode(encoded.as_bytes()).ok();
        let policy = bytes.and_then(|bytes| bytes.try_into().ok());
        policy
            .ok_or(malformed("`policy` is not 16 bytes in lowercase hex"))
            .map(Some)
    }

    fn count(&mut self) -> Result<Option<u64>, Malformed> {
        if !self.key("count") {
            return Ok(None);
        }
        let end = self.0.find(|letter: char| !letter.is_ascii_digit());
        let (digits, after) = self.0.split_at(end.unwrap_or(self.0.len()));
        let count = crate::checkpoint::parse_decimal(digits);
        self.0 = after;
        count
            .ok_or(malformed("`count` is not a plain decimal"))
            .map(Some)
    }
}
