//! Which column or key means which field. The known names come from the caller: this module
//! decides spelling, never what may be collected.

use std::collections::HashMap;
use std::sync::Arc;

use crate::trouble::{Failure, Problem};

/// What failures about mappings name as their input.
const MAPPING: &str = "mapping";

/// Other words for common fields. They are suggested, never assumed.
const OTHER_WORDS: &[(&str, &str)] = &[
    ("address", "postal-address"),
    ("company", "employer"),
    ("firstname", "name"),
    ("fullname", "name"),
    ("lastname", "name"),
    ("mail", "email"),
    ("emailaddress", "email"),
    ("mobile", "phone"),
    ("organisation", "employer"),
    ("organization", "employer"),
    ("position", "job-title"),
    ("role", "job-title"),
    ("street", "postal-address"),
    ("surname", "name"),
    ("tel", "phone"),
    ("telephone", "phone"),
    ("title", "job-title"),
];

/// The field names a caller knows, and how columns are mapped to them.
///
/// A column means the field whose name it has, whatever its case, spaces, hyphens, underscores
/// and dots: `E-Mail`, `e_mail` and `email` are one. `country`, `age`, `collected-at` and `notice`
/// are understood besides; where the caller knows a field of that name, its value is given out
/// as well.
#[derive(Debug, Clone)]
pub struct Fields {
    known: Vec<Arc<str>>,
    targets: HashMap<String, Target>,
    mapped: Vec<(String, String)>,
}

/// What a column is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Target {
    /// Its value is not read.
    LeftOut,
    /// Its value is a field's.
    Field(Arc<str>),
    /// Its value is a field's; which one, the value of another column says.
    Chosen(Chosen),
    /// It says something about the record, and may be a field as well.
    Special(Special, Option<Arc<str>>),
}

/// A field name with a gap that another column's value fills.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chosen {
    before: String,
    /// The other column, folded.
    pub(crate) by: String,
    after: String,
}

/// What a column may say about its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Special {
    Country,
    Age,
    CollectedAt,
    Notice,
}

impl Special {
    const ALL: [(&'static str, Self); 4] = [
        ("country", Self::Country),
        ("age", Self::Age),
        ("collected-at", Self::CollectedAt),
        ("notice", Self::Notice),
    ];
}

impl Fields {
    /// Takes the field names that are known, in the policy's spelling.
    pub fn new<I>(known: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let known: Vec<Arc<str>> = known
            .into_iter()
            .map(|name| Arc::from(name.as_ref()))
            .collect();
        let mut targets = HashMap::new();
        for name in &known {
            targets.insert(fold(name), Target::Field(Arc::clone(name)));
        }
        for (name, special) in Special::ALL {
            let field = known
                .iter()
                .find(|field| fold(field) == fold(name))
                .cloned();
            targets.insert(fold(name), Target::Special(special, field));
        }
        Self {
            known,
            targets,
            mapped: Vec::new(),
        }
    }

    /// Adds a mapping written `column=field`; `column=-` leaves the column out, and in
    /// `course=course-{status}` the value of `status` chooses the field (a column that only
    /// chooses is left out itself).
    ///
    /// Fails with [`Failure::Invalid`] when it is written otherwise or the field is not known.
    pub fn map(mut self, mapping: &str) -> Result<Self, Failure> {
        let invalid = |problem| Failure::Invalid {
            input: MAPPING.into(),
            problem,
        };
        let unread = || {
            invalid(Problem::Mapping {
                mapping: mapping.into(),
            })
        };
        let (column, field) = mapping.rsplit_once('=').ok_or_else(unread)?;
        let (column, field) = (column.trim(), field.trim());
        if fold(column).is_empty() || field.is_empty() {
            return Err(unread());
        }
        let target = if field == "-" {
            Target::LeftOut
        } else if field.contains(['{', '}']) {
            let chosen = self.chosen(field).ok_or_else(unread)?;
            self.targets
                .entry(chosen.by.clone())
                .or_insert(Target::LeftOut);
            self.mapped.push((chosen.by.clone(), chosen.by.clone()));
            Target::Chosen(chosen)
        } else {
            self.target(field)
                .filter(|target| *target != Target::LeftOut)
                .ok_or_else(|| {
                    invalid(Problem::MappedField {
                        field: field.into(),
                        nearest: self.nearest(field),
                    })
                })?
        };
        self.mapped.push((fold(column), column.to_owned()));
        self.targets.insert(fold(column), target);
        Ok(self)
    }

    fn chosen(&self, field: &str) -> Option<Chosen> {
        let (before, rest) = field.split_once('{')?;
        let (by, after) = rest.split_once('}')?;
        let chosen = Chosen {
            before: before.into(),
            by: fold(by),
            after: after.into(),
        };
        let possible = self.known.iter().any(|name| {
            name.len() > before.len() + after.len()
                && name.starts_with(before)
                && name.ends_with(after)
        });
        (possible && !chosen.by.is_empty() && !after.contains(['{', '}'])).then_some(chosen)
    }

    /// The names that are known.
    pub fn known(&self) -> &[Arc<str>] {
        &self.known
    }

    /// The columns that mappings name, folded and as written.
    pub(crate) fn mapped(&self) -> &[(String, String)] {
        &self.mapped
    }

    /// What a column is for, or `None` if it is not known.
    pub(crate) fn target(&self, column: &str) -> Option<Target> {
        self.targets.get(&fold(column)).cloned()
    }

    /// The field that a choosing column's value leads to.
    pub(crate) fn choose(&self, chosen: &Chosen, value: &str) -> Option<Arc<str>> {
        let value: String = value
            .trim()
            .to_lowercase()
            .split([' ', '_'])
            .collect::<Vec<_>>()
            .join("-");
        let name = format!("{}{value}{}", chosen.before, chosen.after);
        self.known.iter().find(|known| ***known == *name).cloned()
    }

    /// The known name that is written most like this one, if any is like it at all.
    pub(crate) fn nearest(&self, column: &str) -> Option<Arc<str>> {
        // What is much longer than any field name is no misspelling of one.
        let column: String = fold(column).chars().take(64).collect();
        let other = OTHER_WORDS
            .iter()
            .find(|(word, _)| *word == column)
            .map(|(_, name)| *name);
        if let Some(found) = self.known.iter().find(|name| Some(&***name) == other) {
            return Some(Arc::clone(found));
        }
        let special = Special::ALL.iter().map(|(name, _)| Arc::from(*name));
        self.known
            .iter()
            .cloned()
            .chain(special)
            .map(|name| (distance(&column, &fold(&name)), name))
            .filter(|(distance, name)| *distance <= name.chars().count() / 3)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, name)| name)
    }
}

/// A name without what people spell differently: case, spaces, hyphens, underscores, dots.
pub(crate) fn fold(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.' | '\u{feff}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// How many letters have to be added, removed, changed or swapped to get from one to the other.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut earlier: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    let mut before = None;
    for (row, letter) in left.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX);
            let changed = at(&previous, column) + usize::from(letter != *other);
            let mut best = changed
                .min(at(&previous, column + 1) + 1)
                .min(at(&current, column) + 1);
            let swapped = column > 0
                && before == Some(*other)
                && right.get(column - 1) == Some(&letter)
                && !earlier.is_empty();
            if swapped {
                best = best.min(at(&earlier, column - 1) + 1);
            }
            current.push(best);
        }
        earlier = std::mem::replace(&mut previous, current);
        before = Some(letter);
    }
    previous.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        Fields::new([
            "name",
            "email",
            "job-title",
            "course-attended",
            "course-due",
        ])
    }

    #[test]
    fn spelling_is_forgiven() {
        for (column, expected) in [
            ("E-Mail", Some("email")),
            ("\u{feff}Name", Some("name")),
            ("JOB_TITLE", Some("job-title")),
            ("Job Title", Some("job-title")),
            ("jobtitel", None),
        ] {
            let found = fields().target(column);
            assert_eq!(
                found,
                expected.map(|name| Target::Field(Arc::from(name))),
                "{column}"
            );
        }
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        for (column, expected) in [
            ("jobtitel", Some("job-title")),
            ("emial", Some("email")),
            ("mail", Some("email")),
            ("colected at", Some("collected-at")),
            ("shoe size", None),
            ("", None),
        ] {
            assert_eq!(fields().nearest(column).as_deref(), expected, "{column}");
        }
    }

    #[test]
    fn mappings_are_checked() {
        assert!(fields().map("Firma=job-title").is_ok());
        assert!(fields().map("Firma=-").is_ok());
        assert!(fields().map("course=course-{status}").is_ok());
        for wrong in [
            "Firma",
            "=name",
            "Firma=",
            "Firma=shoe",
            "a=shoe-{b}",
            "a=course-{b",
            "a=}{",
        ] {
            assert!(fields().map(wrong).is_err(), "{wrong}");
        }
    }
}
