//! Puts a record together from columns or keys and their texts. It reads the special columns and
//! holds the limits; it never judges a field's value.

use std::sync::Arc;

use crate::fields::{Fields, Special, Target};
use crate::limits::Limits;
use crate::record::{Field, Notice, Record, Value};
use crate::times;
use crate::trouble::Reason;

/// One column or key with what stands in it.
pub(crate) struct Cell<'a> {
    pub(crate) target: &'a Target,
    pub(crate) text: &'a str,
}

/// Makes a record of cells. `lookup` finds the text of the column that a choice hangs on.
pub(crate) fn assemble<'a>(
    cells: impl Iterator<Item = Cell<'a>>,
    lookup: impl Fn(&str) -> Option<&'a str>,
    fields: &Fields,
    limits: &Limits,
) -> Result<Record, Reason> {
    let mut record = Record::default();
    for Cell { target, text } in cells {
        // An empty cell says nothing; it is not a value.
        if text.trim().is_empty() {
            continue;
        }
        let field = match target {
            Target::LeftOut => None,
            Target::Field(field) => Some(Arc::clone(field)),
            Target::Chosen(chosen) => {
                let value = lookup(&chosen.by).unwrap_or_default();
                Some(fields.choose(chosen, value).ok_or(Reason::UnknownChoice)?)
            }
            Target::Special(special, field) => {
                note(&mut record, *special, text.trim())?;
                field.clone()
            }
        };
        let Some(name) = field else { continue };
        if text.len() > limits.value_bytes {
            return Err(Reason::ValueTooLong {
                field: name,
                limit: limits.value_bytes,
            });
        }
        if record.values.len() >= limits.values {
            return Err(Reason::TooManyValues {
                limit: limits.values,
            });
        }
        record.values.push(Field {
            name,
            value: Value::Text(text.to_owned()),
        });
    }
    if record.values.is_empty() {
        Err(Reason::Empty)
    } else {
        Ok(record)
    }
}

fn note(record: &mut Record, special: Special, text: &str) -> Result<(), Reason> {
    match special {
        Special::Country => {
            let code = is_place(text).then(|| text.to_ascii_uppercase());
            record.country = Some(code.ok_or(Reason::Country)?);
        }
        Special::Age => {
            let age = text.parse::<u8>().ok().filter(|age| *age <= 150);
            record.age = Some(age.ok_or(Reason::Age)?);
        }
        Special::CollectedAt => record.at = Some(times::parse(text).ok_or(Reason::CollectedAt)?),
        Special::Notice => record.notice = Some(notice(text).ok_or(Reason::Notice)?),
    }
    Ok(())
}

/// Whether a text looks like a country, such as `US`, or a part of one, such as `US-CA`.
fn is_place(text: &str) -> bool {
    let (country, part) = match text.split_once('-') {
        Some((country, part)) => (country, Some(part)),
        None => (text, None),
    };
    let fits = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    country.len() == 2
        && country.bytes().all(|byte| byte.is_ascii_alphabetic())
        && part.is_none_or(fits)
}

fn notice(text: &str) -> Option<Notice> {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "given" | "before" => Some(Notice::Given),
        "no" | "n" | "false" | "0" | "none" => Some(Notice::NotGiven),
        _ => None,
    }
}
