//! One JSON object a line as records. A bad line is rejected alone. Texts, numbers and booleans
//! are values; a list of them is several values of one field; nothing nests deeper.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::assemble::{Cell, assemble};
use crate::fields::{Fields, fold};
use crate::limits::Limits;
use crate::position::Position;
use crate::record::{Outcome, Reader, Record};
use crate::source::{Line, Source};
use crate::trouble::{Failure, Reason, Rejected};

/// The largest whole number that a floating-point number holds together with all below it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads records from lines of JSON.
pub struct NdjsonReader {
    source: Source,
    fields: Fields,
    limits: Limits,
    records: u64,
    rejected: u64,
    ended: bool,
}

impl NdjsonReader {
    /// Reads from an input. Keys are matched to fields as the columns of a CSV file are.
    pub fn open(source: Source, fields: Fields, limits: Limits) -> Self {
        Self {
            source,
            fields,
            limits,
            records: 0,
            rejected: 0,
            ended: false,
        }
    }

    fn step(&mut self) -> Option<Result<Outcome<Record>, Failure>> {
        loop {
            let limit = self.limits.record_bytes;
            let (line, result) = match self.source.next_line(limit)? {
                Err(failure) => return Some(Err(failure)),
                Ok(Line::TooLong { number }) => (number, Err(Reason::TooLong { limit })),
                Ok(Line::Whole {
                    bytes,
                    number,
                    end_offset,
                }) => {
                    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
                    if bytes.trim_ascii().is_empty() {
                        continue;
                    }
                    let result = record(bytes, &self.fields, &self.limits);
                    (
                        number,
                        result.map(|record| Record {
                            line: number,
                            end_offset,
                            ..record
                        }),
                    )
                }
            };
            return Some(Ok(match result {
                Ok(record) => {
                    self.records += 1;
                    Outcome::Taken(record)
                }
                Err(reason) => {
                    self.rejected += 1;
                    Outcome::Rejected(Rejected { line, reason })
                }
            }));
        }
    }
}

impl Iterator for NdjsonReader {
    type Item = Result<Outcome<Record>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.step();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

impl Reader for NdjsonReader {
    type Taken = Record;

    fn position(&self) -> Position {
        self.source.position(self.records, self.rejected)
    }

    fn skip_to(&mut self, position: &Position) -> Result<(), Failure> {
        self.source.skip_to(position)?;
        (self.records, self.rejected) = (position.records, position.rejected);
        Ok(())
    }
}

fn record(bytes: &[u8], fields: &Fields, limits: &Limits) -> Result<Record, Reason> {
    let text = std::str::from_utf8(bytes).map_err(|_| Reason::NotUtf8)?;
    // Only the error's kind and column are looked at: its text may quote the line.
    let object: Object<'_> = serde_json::from_str(text).map_err(|error| {
        if error.is_data() {
            Reason::NotAnObject
        } else {
            Reason::NotJson {
                column: error.column(),
            }
        }
    })?;
    if object.0.len() > limits.values {
        return Err(Reason::TooManyValues {
            limit: limits.values,
        });
    }
    let mut targets = Vec::with_capacity(object.0.len());
    for (key, _) in &object.0 {
        let target = fields.target(key);
        targets.push(target.ok_or_else(|| Reason::UnknownKey {
            nearest: fields.nearest(key),
        })?);
    }
    let folded: Vec<String> = object.0.iter().map(|(key, _)| fold(key)).collect();
    let repeated = |(index, key)| folded.iter().take(index).any(|other| other == key);
    if folded.iter().enumerate().any(repeated) {
        return Err(Reason::DuplicateKey);
    }
    let mut cells = Vec::with_capacity(targets.len());
    for (target, (_, value)) in targets.iter().zip(&object.0) {
        match value {
            Content::Nothing => {}
            Content::Text(text) => cells.push(Cell { target, text }),
            Content::Several(texts) => {
                cells.extend(texts.iter().map(|text| Cell { target, text }));
            }
            Content::Nested => return Err(Reason::Nested),
            Content::Inexact => return Err(Reason::Number),
        }
    }
    let lookup = |by: &str| {
        let mut pairs = folded.iter().zip(&object.0);
        pairs
            .find(|(key, _)| *key == by)
            .and_then(|(_, (_, value))| match value {
                Content::Text(text) => Some(&**text),
                Content::Nothing | Content::Several(_) | Content::Nested | Content::Inexact => None,
            })
    };
    assemble(cells.into_iter(), lookup, fields, limits)
}

/// An object's keys and values, duplicates included.
struct Object<'a>(Vec<(Cow<'a, str>, Content<'a>)>);

/// What stands under a key.
enum Content<'a> {
    Nothing,
    Text(Cow<'a, str>),
    Several(Vec<Cow<'a, str>>),
    Nested,
    Inexact,
}

/// A text that is borrowed from the line where it holds no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            entries.push((key.0, map.next_value()?));
        }
        Ok(Object(entries))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(ContentVisitor)? {
            Content::Text(text) => Ok(Self(text)),
            Content::Nothing | Content::Several(_) | Content::Nested | Content::Inexact => {
                Ok(Self(Cow::Borrowed("")))
            }
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Content<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Content::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Content::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
        Ok(Content::Text(Cow::Borrowed(if yes {
            "true"
        } else {
            "false"
        })))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Content::Text(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Content::Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        // A long telephone or account number would lose its last digits unnoticed.
        if number.abs() >= EXACT {
            return Ok(Content::Inexact);
        }
        Ok(Content::Text(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Content::Nothing)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::new();
        let mut result = None;
        // The list is read to its end in any case, so that what follows is still read as JSON.
        while result.is_none() {
            match seq.next_element::<Content<'de>>()? {
                None => return Ok(Content::Several(texts)),
                Some(Content::Text(text)) => texts.push(text),
                Some(Content::Nothing) => {}
                Some(Content::Several(_) | Content::Nested) => result = Some(Content::Nested),
                Some(Content::Inexact) => result = Some(Content::Inexact),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(result.unwrap_or(Content::Nested))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Content::Nested)
    }
}

#[cfg(test)]
mod tests;
