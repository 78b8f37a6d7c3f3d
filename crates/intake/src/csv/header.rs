//! The header line of a CSV file: which sign separates columns, and what each of them means.
//! Everything that is wrong with it is told at once, and nothing that may be somebody's data.

use crate::fields::{Fields, Target, fold};
use crate::source::Source;
use crate::trouble::{Problem, UnknownColumn};

/// A column and what it means.
pub(super) struct Column {
    /// Its name without what people spell differently.
    pub(super) folded: String,
    pub(super) target: Target,
}

/// Which of comma, semicolon and tab occurs most in the first line outside quotes.
pub(super) fn separator(source: &mut Source, limit: usize) -> u8 {
    let mut wanted = 4096;
    source.fill(wanted);
    while memchr::memchr(b'\n', source.bytes()).is_none()
        && !source.is_exhausted()
        && wanted <= limit
    {
        wanted = wanted.saturating_mul(2);
        source.fill(wanted);
    }
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in source
        .bytes()
        .iter()
        .skip_while(|byte| matches!(byte, b'\r' | b'\n'))
    {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            byte => counts
                .iter_mut()
                .filter(|(sign, _)| sign == byte)
                .for_each(|(_, n)| *n += 1),
        }
    }
    // Of equals the first wins, so the comma is the default.
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(sign, _)| *sign)
}

/// Finds what every column means, or everything that is wrong with the header.
pub(super) fn columns(names: &[String], fields: &Fields) -> Result<Vec<Column>, Problem> {
    let targets: Vec<Option<Target>> = names.iter().map(|name| fields.target(name)).collect();
    // A first line without a single known name is most likely somebody's record. It is not told.
    if targets.iter().all(Option::is_none) {
        return Err(Problem::NoHeader {
            known: fields.known().to_vec(),
        });
    }
    let unknown: Vec<UnknownColumn> = (1..)
        .zip(names.iter().zip(&targets))
        .filter(|(_, (_, target))| target.is_none())
        .map(|(number, (name, _))| UnknownColumn {
            number,
            name: looks_like_a_name(name).then(|| name.trim().to_owned()),
            nearest: fields.nearest(name),
        })
        .collect();
    if !unknown.is_empty() {
        return Err(Problem::UnknownColumns(unknown));
    }
    let columns: Vec<Column> = names
        .iter()
        .zip(targets.into_iter().flatten())
        .map(|(name, target)| Column {
            folded: fold(name),
            target,
        })
        .collect();
    for (folded, written) in fields.mapped() {
        if !columns.iter().any(|column| column.folded == *folded) {
            return Err(Problem::MappedColumn {
                column: written.clone(),
            });
        }
    }
    same_field(&columns)?;
    Ok(columns)
}

fn same_field(columns: &[Column]) -> Result<(), Problem> {
    for (second, column) in (1..).zip(columns) {
        let Target::Field(field) = &column.target else {
            continue;
        };
        let mut earlier = (1..second).zip(columns);
        if let Some((first, _)) = earlier.find(|(_, other)| other.target == column.target) {
            return Err(Problem::SameField {
                field: field.clone(),
                first,
                second,
            });
        }
    }
    Ok(())
}

/// Whether a header cell reads like a column's name rather than like somebody's data.
fn looks_like_a_name(cell: &str) -> bool {
    let cell = cell.trim();
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    !cell.is_empty()
        && cell.chars().count() <= 40
        && digits <= 2
        && !cell.contains('@')
        && cell
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '/'))
}
