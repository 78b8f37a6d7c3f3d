//! A feed's rows as lines: comma-separated values, or JSON.
//! No cell begins in a way that a spreadsheet would take for a formula.

use kept_policy::Policy;
use kept_processing::{Feed, Form, Row, Shown};
use serde_json::{Map, Value, json};

/// What stands between the values of a cell that has several.
const BETWEEN: &str = "; ";

/// The line that stands before all others, if the form has one.
pub(crate) fn head(feed: &Feed) -> Vec<u8> {
    match feed.form {
        Form::Csv => {
            let fields = feed.fields.iter().map(String::as_str);
            line(std::iter::once("subject").chain(fields))
        }
        Form::Ndjson | Form::Webhook => Vec::new(),
    }
}

/// The line of one person.
pub(crate) fn row(policy: &Policy, feed: &Feed, row: &Row) -> Vec<u8> {
    match feed.form {
        Form::Csv => {
            let cells = feed.fields.iter().map(|field| cell(row, field));
            let cells: Vec<String> = std::iter::once(row.subject.clone()).chain(cells).collect();
            line(cells.iter().map(String::as_str))
        }
        Form::Ndjson | Form::Webhook => {
            let mut fields = Map::new();
            for released in &row.values {
                if let Shown::Clear(text) = &released.value {
                    add(policy, &mut fields, &released.field, text);
                }
            }
            let told = json!({ "subject": row.subject, "fields": fields });
            let mut bytes = serde_json::to_vec(&told).unwrap_or_default();
            bytes.push(b'\n');
            bytes
        }
    }
}

/// Adds a value under its field: a text, or a list where the field may have many.
pub(crate) fn add(policy: &Policy, fields: &mut Map<String, Value>, field: &str, text: &str) {
    let words = &policy.words.fields;
    let many = words.id(field).and_then(|id| words.get(id));
    match many.is_some_and(|known| known.many) {
        true => {
            let list = fields.entry(field).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.push(json!(text));
            }
        }
        false => {
            fields.insert(field.to_owned(), json!(text));
        }
    }
}

fn cell(row: &Row, field: &str) -> String {
    let of_field = row.values.iter().filter(|released| released.field == field);
    let texts = of_field.filter_map(|released| match &released.value {
        Shown::Clear(text) => Some(text.as_str()),
        Shown::Masked(_) | Shown::File { .. } => None,
    });
    texts.collect::<Vec<&str>>().join(BETWEEN)
}

/// One line of comma-separated values (RFC 4180).
fn line<'c>(cells: impl Iterator<Item = &'c str>) -> Vec<u8> {
    let cells: Vec<String> = cells.map(quoted).collect();
    format!("{}\r\n", cells.join(",")).into_bytes()
}

/// A cell, quoted where it must be. One that a spreadsheet would run begins with an apostrophe.
fn quoted(cell: &str) -> String {
    let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let cell = match runs {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    };
    match cell.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_cell_is_read_back() {
        for (cell, written) in [
            ("Ada Byron", "Ada Byron"),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("+12125550123", "'+12125550123"),
            ("-1", "'-1"),
            ("@sum", "'@sum"),
            ("\t=1", "'\t=1"),
            ("Byron, Ada", "\"Byron, Ada\""),
            ("two\nlines", "\"two\nlines\""),
            ("", ""),
        ] {
            assert_eq!(quoted(cell), written);
        }
    }
}
