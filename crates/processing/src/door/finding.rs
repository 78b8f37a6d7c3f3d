//! What texts and documents tell before anything of them is stored: special categories, and the
//! age that somebody says they are, or was born to. It keeps no text; what it gives are categories
//! and a number.

use super::*;
use kept_policy::Unread;
use kept_screening::{is_media, read_document, said_age};
use kept_terms::{FieldKind, SpecialCategory};

/// What one text or document tells.
#[derive(Default)]
pub(super) struct Told {
    /// Each category that is told of somebody.
    pub categories: Vec<SpecialCategory>,
    /// The youngest age that the writer says they are, in years.
    pub age: Option<u8>,
    /// What a file is, if nothing could be looked for in all of it.
    pub unread: Option<Unread>,
}

impl<S: Store> Processing<S> {
    /// What a text tells.
    pub(super) fn told_by_text(&self, text: &str) -> Told {
        let findings = self.screener.screen(text).into_iter();
        Told {
            categories: findings.map(|finding| finding.category).collect(),
            age: said_age(text),
            unread: None,
        }
    }

    /// What a file tells. What a file says that it is is not believed: its bytes are looked at.
    pub(super) fn told_by_file(&self, bytes: &[u8]) -> Told {
        let reading = read_document(bytes);
        let unread = match (reading.unread, is_media(bytes)) {
            (Some(_), _) => Some(Unread::Document),
            (None, true) => Some(Unread::Picture),
            (None, false) => None,
        };
        Told {
            unread,
            ..self.told_by_text(&reading.text)
        }
    }
}

/// The term of the Data Privacy Vocabulary by which a field is known to hold a date of birth.
const BIRTH_DATE: &str = "pd:BirthDate";

/// The age that a date of birth tells on a day; nothing where the field holds none.
pub(super) fn age_by_birth(field: &Field, value: &str, today: Day) -> Option<u8> {
    let tells = field.kind == FieldKind::Date && field.dpv.as_deref() == Some(BIRTH_DATE);
    let born = value.parse().ok().filter(|_| tells);
    Day::from_date(born?).age(today)
}

/// The youngest age that a value of a field tells: one that is said in it, or by a date of birth.
pub(super) fn told_age(field: &Field, value: &str, today: Day) -> Option<u8> {
    youngest(said_age(value), age_by_birth(field, value, today))
}

/// The younger of two ages, where either is known: whoever says two is not taken at the better.
pub(crate) fn youngest(one: Option<u8>, other: Option<u8>) -> Option<u8> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
