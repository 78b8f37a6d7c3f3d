//! Kinds of field: what a value must look like, and the one form in which it is compared.
//! A complaint about a value never repeats the value.

use crate::act::words;
use crate::{Day, Territory, TerritoryError};
use std::fmt;
use unicode_normalization::UnicodeNormalization as _;

words! {
    /// What a field holds.
    FieldKind {
        /// A person's name, in any script.
        PersonName = "person-name",
        /// An e-mail address (RFC 5321).
        Email = "email",
        /// A telephone number, compared in E.164 form.
        Phone = "phone",
        /// A line of text.
        Text = "text",
        /// Several lines of text, screened for what may not be taken.
        LongText = "long-text",
        /// A country (ISO 3166-1) or a part of one (ISO 3166-2).
        Country = "country",
        /// A calendar date (RFC 3339).
        Date = "date",
        /// A decimal number.
        Number = "number",
        /// Yes or no.
        Flag = "flag",
        /// One of the declared choices.
        Choice = "choice",
        /// An address of the Internet Protocol.
        IpAddress = "ip-address",
        /// Lines of a web server's log.
        Log = "log",
        /// A file somebody sent.
        Document = "document",
        /// A sound recording.
        Recording = "recording",
    }
}

/// A value that has been checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Normalised {
    /// What is stored and shown: the value as given, tidied.
    pub shown: String,
    /// What is compared: the same for every way of writing the same thing.
    pub compared: String,
}

/// Why a value does not fit its field. It says what is expected and never what was given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Invalid {
    /// Nothing but white space.
    Empty,
    /// Longer than this many characters.
    TooLong(usize),
    /// Has control characters.
    Control,
    /// Has characters that turn the direction of writing, which no line needs.
    Turned,
    /// Not an e-mail address.
    Email,
    /// Not a telephone number; without a country it must begin with `+`.
    Phone,
    /// Neither a country nor a part of one.
    Country(TerritoryError),
    /// Not a date.
    Date,
    /// Not a number.
    Number,
    /// Neither `true` nor `false`.
    Flag,
    /// Not among the declared choices.
    Choice,
    /// Not an address of the Internet Protocol.
    IpAddress,
    /// A file, which is sent as bytes.
    NotText,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Invalid::Empty => f.write_str("is empty; leave the field out instead"),
            Invalid::TooLong(most) => write!(f, "has more than {most} characters"),
            Invalid::Control => f.write_str("has control characters; send plain text"),
            Invalid::Turned => f.write_str(
                "has characters that turn the direction of writing; leave them out, any script \
                 reads rightly without them",
            ),
            Invalid::Email => f.write_str("is not an e-mail address such as `name@example.com`"),
            Invalid::Phone => f.write_str(
                "is not a telephone number; write it as `+12125550123`, or give the country too",
            ),
            Invalid::Country(problem) => problem.fmt(f),
            Invalid::Date => f.write_str("is not a date; write it as `2026-01-31`"),
            Invalid::Number => f.write_str("is not a number; write digits, with a point"),
            Invalid::Flag => f.write_str("is neither `true` nor `false`"),
            Invalid::Choice => f.write_str("is not one of the field's choices"),
            Invalid::IpAddress => f.write_str("is not an IP address"),
            Invalid::NotText => f.write_str("is a file; send it as an upload, not as text"),
        }
    }
}

impl std::error::Error for Invalid {}

/// Whether a character turns the direction of writing (Unicode Standard Annex 9, table 4).
fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

impl FieldKind {
    /// The greatest length of a value, in characters, unless the field declares a smaller one.
    pub const fn length_max(self) -> usize {
        match self {
            FieldKind::LongText | FieldKind::Log => 262_144,
            FieldKind::PersonName | FieldKind::Email | FieldKind::Text => 1_000,
            FieldKind::Phone
            | FieldKind::Country
            | FieldKind::Date
            | FieldKind::Number
            | FieldKind::Flag
            | FieldKind::Choice
            | FieldKind::IpAddress => 200,
            FieldKind::Document | FieldKind::Recording => 0,
        }
    }

    /// Whether values are files, sealed in chunks and streamed.
    pub const fn is_large(self) -> bool {
        matches!(self, FieldKind::Document | FieldKind::Recording)
    }

    /// Whether a person writes freely in it, so that it must be screened.
    pub const fn is_free_text(self) -> bool {
        matches!(self, FieldKind::LongText | FieldKind::Text)
    }

    /// Checks a value and tidies it.
    ///
    /// `country` helps to read a telephone number; `choices` are those of a [`FieldKind::Choice`];
    /// `length_max` is in characters.
    pub fn normalise(
        self,
        value: &str,
        country: Option<Territory>,
        choices: &[String],
        length_max: usize,
    ) -> Result<Normalised, Invalid> {
        if self.is_large() {
            return Err(Invalid::NotText);
        }
        if value.len() > length_max && value.chars().nth(length_max).is_some() {
            return Err(Invalid::TooLong(length_max));
        }
        let many_lines = matches!(self, FieldKind::LongText | FieldKind::Log);
        let text: String = value.trim().nfc().collect();
        if text.is_empty() {
            return Err(Invalid::Empty);
        }
        let allowed = |c: char| many_lines && matches!(c, '\n' | '\r' | '\t');
        if text.chars().any(|c| c.is_control() && !allowed(c)) {
            return Err(Invalid::Control);
        }
        // Whoever reads such a line sees something else than what it says. It is refused and not
        // mended, since nobody can know what was meant.
        if !many_lines && text.chars().any(turns) {
            return Err(Invalid::Turned);
        }
        match self {
            FieldKind::Email => email(text),
            FieldKind::Phone => phone(&text, country),
            FieldKind::PersonName | FieldKind::Text => {
                let compared = text
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .to_lowercase();
                Ok(Normalised {
                    shown: text,
                    compared,
                })
            }
            FieldKind::LongText | FieldKind::Log => Ok(same(text)),
            FieldKind::Country => match text.parse::<Territory>() {
                Ok(place) => Ok(same(place.to_string())),
                Err(problem) => Err(Invalid::Country(problem)),
            },
            FieldKind::Date => match text.parse() {
                Ok(date) => Ok(same(Day::from_date(date).to_string())),
                Err(_) => Err(Invalid::Date),
            },
            FieldKind::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Normalised {
                    shown: text,
                    compared: number.to_string(),
                }),
                Ok(_) | Err(_) => Err(Invalid::Number),
            },
            FieldKind::Flag => match text.as_str() {
                "true" | "false" => Ok(same(text)),
                _ => Err(Invalid::Flag),
            },
            FieldKind::Choice if choices.contains(&text) => Ok(same(text)),
            FieldKind::Choice => Err(Invalid::Choice),
            FieldKind::IpAddress => match text.parse::<std::net::IpAddr>() {
                Ok(address) => Ok(same(address.to_canonical().to_string())),
                Err(_) => Err(Invalid::IpAddress),
            },
            FieldKind::Document | FieldKind::Recording => Err(Invalid::NotText),
        }
    }
}

fn same(text: String) -> Normalised {
    Normalised {
        compared: text.clone(),
        shown: text,
    }
}

/// Checks the shape of an address (RFC 5321, RFC 6531) and compares it without regard to case. What
/// follows a plus sign stays: it may be another person's mailbox.
fn email(text: String) -> Result<Normalised, Invalid> {
    let (local, domain) = text.rsplit_once('@').ok_or(Invalid::Email)?;
    let dots_well =
        |part: &str| !part.starts_with('.') && !part.ends_with('.') && !part.contains("..");
    let odd = |c: char| c.is_whitespace() || "<>()[]\\,;:\"@".contains(c);
    let label = |label: &str| {
        let fine = |c: char| c.is_alphanumeric() || c == '-';
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(fine)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let fine = !local.is_empty()
        && local.len() <= 64
        && dots_well(local)
        && !local.contains(odd)
        && domain.len() <= 253
        && domain.contains('.')
        && domain.split('.').all(label);
    if !fine {
        return Err(Invalid::Email);
    }
    let compared: String = text.nfkc().collect::<String>().to_lowercase();
    Ok(Normalised {
        shown: text,
        compared,
    })
}

fn phone(text: &str, country: Option<Territory>) -> Result<Normalised, Invalid> {
    let country = country.and_then(|place| place.country().code().parse().ok());
    let number = phonenumber::parse(country, text).map_err(|_| Invalid::Phone)?;
    // Numbers reserved for examples are not assigned, so only the possible length is asked for.
    let digits =
        number.national().value().to_string().len() + number.code().value().to_string().len();
    if !(7..=15).contains(&digits) {
        return Err(Invalid::Phone);
    }
    let compared = number.format().mode(phonenumber::Mode::E164).to_string();
    Ok(Normalised {
        shown: text.to_owned(),
        compared,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: FieldKind, value: &str, expected: Result<&str, Invalid>) {
        let choices = ["blue".to_owned()];
        let got = kind.normalise(value, "US".parse().ok(), &choices, kind.length_max());
        assert_eq!(
            got.map(|n| n.compared),
            expected.map(str::to_owned),
            "{kind}: {value:?}"
        );
    }

    #[test]
    fn values_are_checked_and_compared_in_one_form() {
        check(
            FieldKind::Email,
            " Ada.Byron+kept@Example.COM ",
            Ok("ada.byron+kept@example.com"),
        );
        for bad in [
            "ada",
            "ada@",
            "@example.com",
            "a b@example.com",
            "a@example",
            "a..b@example.com",
            "a@-x.com",
            "a@x..com",
            "<a@example.com>",
            "a@b@example.com",
        ] {
            check(FieldKind::Email, bad, Err(Invalid::Email));
        }
        check(FieldKind::Phone, "(212) 555-0123", Ok("+12125550123"));
        check(FieldKind::Phone, "+1 212 555 0123", Ok("+12125550123"));
        check(FieldKind::Phone, "+44 20 7946 0958", Ok("+442079460958"));
        check(FieldKind::Phone, "call me", Err(Invalid::Phone));
        check(FieldKind::PersonName, "  Ada \u{a0} Byron", Ok("ada byron"));
        check(FieldKind::PersonName, "李  小龍", Ok("李 小龍"));
        check(FieldKind::PersonName, "e\u{301}", Ok("é"));
        check(FieldKind::Text, "a\u{0}b", Err(Invalid::Control));
        check(FieldKind::Text, "a\nb", Err(Invalid::Control));
        for turned in ["Ada\u{202e}noryB", "\u{2067}Ada", "Ada\u{200f}"] {
            check(FieldKind::PersonName, turned, Err(Invalid::Turned));
        }
        // Arabic needs none of them, and Persian joins without: what joins is no turn.
        check(
            FieldKind::PersonName,
            "علی\u{200c}رضا",
            Ok("علی\u{200c}رضا"),
        );
        check(FieldKind::LongText, "a\nb", Ok("a\nb"));
        check(FieldKind::Text, " \t ", Err(Invalid::Empty));
        check(
            FieldKind::Text,
            &"é".repeat(1001),
            Err(Invalid::TooLong(1000)),
        );
        check(FieldKind::Country, "ca", Ok("CA"));
        check(FieldKind::Country, "us-ca", Ok("US-CA"));
        let unknown = Invalid::Country(TerritoryError::NoCountry);
        check(FieldKind::Country, "Canada", Err(unknown));
        check(FieldKind::Date, "2026-02-29", Err(Invalid::Date));
        check(FieldKind::Date, "2024-02-29", Ok("2024-02-29"));
        check(FieldKind::Number, "1e400", Err(Invalid::Number));
        check(FieldKind::Flag, "yes", Err(Invalid::Flag));
        check(FieldKind::Choice, "blue", Ok("blue"));
        check(FieldKind::Choice, "red", Err(Invalid::Choice));
        check(FieldKind::IpAddress, "2001:DB8:0::1", Ok("2001:db8::1"));
        check(FieldKind::Recording, "x", Err(Invalid::NotText));
    }

    #[test]
    fn a_complaint_never_repeats_the_value() {
        let secret = "s3cret value with spaces";
        for kind in FieldKind::ALL {
            if let Err(complaint) = kind.normalise(secret, None, &[], 200) {
                assert!(!complaint.to_string().contains("s3cret"));
            }
        }
    }
}
