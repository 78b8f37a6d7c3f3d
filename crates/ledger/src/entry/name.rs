//! The words an entry may use.
//!
//! Owns the alphabets that keep free text out of the ledger. An error never repeats what was
//! refused: it may be the very thing that must not be written down.

use std::fmt;

use crate::fault::Malformed;

/// The longest name, in bytes.
pub const NAME_BYTES_MAX: usize = 96;
/// The longest reference, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 128;
/// The most digits in a part of a name: enough for a date, too few for a telephone or card number.
pub const DIGITS_MAX: usize = 8;

/// A word that was declared somewhere: an act, a role, a clause, a field, a purpose, a code.
///
/// It is one or more parts joined by `.`, `:`, `#` or `/`. A part begins with a lowercase letter,
/// goes on with lowercase letters, digits, `-` and `_`, and has at most 8 digits; the whole has at
/// most 96 bytes. There is no space, no capital, no `@` and no letter beyond ASCII, so a sentence,
/// most spellings of a person's name, an e-mail address, a telephone number and a network address
/// are not names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name<'a>(&'a str);

impl<'a> Name<'a> {
    /// Takes a word that keeps to the rules.
    ///
    /// # Errors
    /// [`Malformed`], which says which rule, and not what the text was.
    pub fn new(text: &'a str) -> Result<Self, Malformed> {
        let malformed = |reason| Err(Malformed::new("name in the ledger", reason));
        if text.len() > NAME_BYTES_MAX {
            return malformed("it has more than 96 bytes");
        }
        let (mut begins, mut digits) = (true, 0);
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' => begins = false,
                _ if begins => return malformed("a part does not begin with a lowercase letter"),
                b'0'..=b'9' => digits += 1,
                b'-' | b'_' => {}
                b'.' | b':' | b'#' | b'/' => (begins, digits) = (true, 0),
                _ => return malformed("only lowercase letters, digits and -_.:#/ are allowed"),
            }
            if digits > DIGITS_MAX {
                return malformed("a part has more than 8 digits, as a person's number would");
            }
        }
        if begins {
            return malformed("a part is empty");
        }
        Ok(Self(text))
    }

    /// The word.
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// An identifier that was minted and means nothing by itself: `kind:identifier`.
///
/// The kind is lowercase letters and `-`; the identifier is lowercase letters, digits and `-._:/`.
/// In all it has at most 128 bytes. That the identifier is not derived from a person is the duty
/// of whoever mints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference<'a>(&'a str);

impl<'a> Reference<'a> {
    /// Takes a reference that keeps to the rules.
    ///
    /// # Errors
    /// [`Malformed`], which says which rule, and not what the text was.
    pub fn new(text: &'a str) -> Result<Self, Malformed> {
        let malformed = |reason| Malformed::new("reference in the ledger", reason);
        if text.len() > REFERENCE_BYTES_MAX {
            return Err(malformed("it has more than 128 bytes"));
        }
        let (kind, identifier) = text
            .split_once(':')
            .filter(|(kind, identifier)| !kind.is_empty() && !identifier.is_empty())
            .ok_or(malformed("expected `kind:identifier`"))?;
        let kind_is_plain = kind
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        let identifier_is_plain = identifier.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-._:/".contains(&byte)
        });
        if !kind_is_plain {
            return Err(malformed("the kind has other than lowercase letters and -"));
        }
        if !identifier_is_plain {
            return Err(malformed(
                "the rest has other than lowercase letters, digits and -._:/",
            ));
        }
        Ok(Self(text))
    }

    /// The reference.
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl fmt::Display for Reference<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}

/// A version of a policy document: its id, `@` and the day it was revised, such as
/// `north-america@2018-05-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Document<'a>(&'a str);

impl<'a> Document<'a> {
    /// Takes a document's id and day.
    ///
    /// # Errors
    /// [`Malformed`], which says which rule, and not what the text was.
    pub fn new(text: &'a str) -> Result<Self, Malformed> {
        let malformed = Malformed::new("document version", "expected `id@year-month-day`");
        let (id, revised) = text.split_once('@').ok_or(malformed.clone())?;
        Name::new(id)?;
        let is_day = revised.len() == "2018-05-01".len()
            && revised
                .bytes()
                .zip("0000-00-00".bytes())
                .all(|(byte, shape)| match shape {
                    b'0' => byte.is_ascii_digit(),
                    _ => byte == shape,
                });
        if is_day {
            Ok(Self(text))
        } else {
            Err(malformed)
        }
    }

    /// The document's id, `@` and its day.
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

impl fmt::Display for Document<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0)
    }
}
