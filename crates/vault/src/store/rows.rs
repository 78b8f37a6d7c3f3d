//! Rows of either engine in one form, for moving them to the other and for backing them up. It
//! carries sealed bytes and small numbers; it opens nothing and decides nothing.
//!
//! What only counts other rows is left out: whoever takes the rows in counts them anew.

pub mod file;

use super::Failure;
use crate::backup::files::{self, DIGEST_LENGTH, Digest};
use data_encoding::HEXLOWER;

/// One value of a row.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// None.
    Nothing,
    /// A number.
    Number(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A text.
    Text(String),
}

/// The values of a row, in order of the table's columns.
pub type Row = Vec<Value>;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A number, or none.
    Number,
    /// Bytes.
    Bytes,
    /// Whom a row is about; nobody is none here, and no bytes in PostgreSQL.
    Whom,
    /// A text.
    Text,
}

/// A table as both engines have it.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns; those of its key come first.
    pub columns: &'static [(&'static str, Kind)],
    /// How many columns its key has.
    pub keys: usize,
}

impl Table {
    /// The values by which a row is found.
    pub fn key_of<'r>(&self, row: &'r [Value]) -> &'r [Value] {
        row.get(..self.keys).unwrap_or(row)
    }

    /// The columns of the key.
    pub fn key(&self) -> &'static [(&'static str, Kind)] {
        self.columns.get(..self.keys).unwrap_or(self.columns)
    }
}

const fn table(name: &'static str, keys: usize, columns: &'static [(&'static str, Kind)]) -> Table {
    Table {
        name,
        columns,
        keys,
    }
}

/// Every table, in the order in which they are moved.
pub const TABLES: &[Table] = &[
    table(
        "word",
        1,
        &[
            ("number", Kind::Number),
            ("kind", Kind::Number),
            ("text", Kind::Text),
        ],
    ),
    table(
        "person",
        1,
        &[
            ("person", Kind::Bytes),
            ("version", Kind::Number),
            ("state", Kind::Bytes),
        ],
    ),
    table(
        "item",
        3,
        &[
            ("person", Kind::Bytes),
            ("field", Kind::Number),
            ("number", Kind::Number),
            ("origin", Kind::Number),
            ("class", Kind::Number),
            ("anchor", Kind::Number),
            ("sealed", Kind::Bytes),
        ],
    ),
    table(
        "identifier",
        1,
        &[("hash", Kind::Bytes), ("person", Kind::Bytes)],
    ),
    table(
        "anchor",
        2,
        &[
            ("person", Kind::Bytes),
            ("class", Kind::Number),
            ("day", Kind::Number),
        ],
    ),
    table("leftover", 1, &[("person", Kind::Bytes)]),
    table(
        "staged",
        1,
        &[
            ("seq", Kind::Number),
            ("person", Kind::Whom),
            ("entry", Kind::Bytes),
        ],
    ),
    table(
        "trail",
        2,
        &[("person", Kind::Bytes), ("seq", Kind::Number)],
    ),
    table(
        "record",
        2,
        &[
            ("kind", Kind::Number),
            ("key", Kind::Bytes),
            ("value", Kind::Bytes),
        ],
    ),
];

/// Where the numbering of entries stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct End {
    /// The index of the next entry.
    pub next: u64,
    /// The index of the first entry that is not sequenced.
    pub sequenced: u64,
}

/// How many rows of a table there are, and their digest: the sum, without carry beyond 256 bits, of
/// the digests of all rows. It does not depend on their order, which is another in each engine.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Tally {
    /// How many.
    pub count: u64,
    sum: Digest,
}

impl Tally {
    /// Counts a row of a table, which goes by its place in [`TABLES`].
    pub fn add(&mut self, table: usize, row: &[Value]) {
        let mut bytes = vec![u8::try_from(table).unwrap_or(u8::MAX)];
        encode(row, &mut bytes);
        self.count += 1;
        let mut carry = 0;
        for (to, more) in self.sum.iter_mut().zip(files::digest(&bytes)).rev() {
            let [high, low] = (u16::from(*to) + u16::from(more) + carry).to_be_bytes();
            *to = low;
            carry = u16::from(high);
        }
    }

    /// The digest in hex.
    pub fn digest(&self) -> String {
        HEXLOWER.encode(&self.sum)
    }

    fn to_bytes(self) -> Vec<u8> {
        [&self.count.to_be_bytes()[..], &self.sum].concat()
    }

    fn from_bytes(bytes: &[u8; TALLY_LENGTH]) -> Option<Tally> {
        let (count, sum) = bytes.split_first_chunk()?;
        Some(Tally {
            count: u64::from_be_bytes(*count),
            sum: sum.try_into().ok()?,
        })
    }
}

/// How long a tally is, in bytes.
const TALLY_LENGTH: usize = 8 + DIGEST_LENGTH;

/// What all rows come to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sum {
    /// One for each of [`TABLES`].
    pub tables: Vec<Tally>,
    /// Where the numbering of entries stands.
    pub end: End,
}

impl Sum {
    /// Nothing, of every table.
    pub fn new() -> Sum {
        Sum {
            tables: vec![Tally::default(); TABLES.len()],
            end: End::default(),
        }
    }

    /// Counts a row.
    pub fn add(&mut self, table: usize, row: &[Value]) {
        if let Some(tally) = self.tables.get_mut(table) {
            tally.add(table, row);
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|tally| tally.count).sum()
    }

    /// Sees that two come to the same.
    ///
    /// # Errors
    /// [`Failure::Corrupt`], naming the table.
    pub fn must_equal(&self, other: &Sum) -> Result<(), Failure> {
        for ((table, one), two) in TABLES.iter().zip(&self.tables).zip(&other.tables) {
            if one != two {
                return Err(Failure::Corrupt(format!(
                    "the rows of `{}` are not what they were: {} with the digest {}, and {} with \
                     the digest {}; both are left as they are, look at the disks and begin again \
                     with an empty target",
                    table.name,
                    one.count,
                    one.digest(),
                    two.count,
                    two.digest()
                )));
            }
        }
        if self.end != other.end {
            return Err(Failure::Corrupt(format!(
                "the next entry would be {} here and {} there; both are left as they are",
                self.end.next, other.end.next
            )));
        }
        Ok(())
    }
}

/// Writes the values of a row behind one another.
pub fn encode(row: &[Value], to: &mut Vec<u8>) {
    for value in row {
        let (kind, bytes) = match value {
            Value::Nothing => {
                to.push(0);
                continue;
            }
            Value::Number(number) => {
                to.push(1);
                to.extend_from_slice(&number.to_be_bytes());
                continue;
            }
            Value::Bytes(bytes) => (2, bytes.as_slice()),
            Value::Text(text) => (3, text.as_bytes()),
        };
        to.push(kind);
        // No value is longer than 16 MiB.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        to.extend_from_slice(&length.to_be_bytes());
        to.extend_from_slice(bytes);
    }
}

/// Reads what [`encode`] wrote; nothing where it is something else.
pub fn decode(mut bytes: &[u8]) -> Option<Row> {
    let mut row = Vec::new();
    while let Some((kind, rest)) = bytes.split_first() {
        let (value, rest) = match kind {
            0 => (Value::Nothing, rest),
            1 => {
                let (number, rest) = rest.split_first_chunk()?;
                (Value::Number(i64::from_be_bytes(*number)), rest)
            }
            2 | 3 => {
                let (length, rest) = rest.split_first_chunk()?;
                let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
                let (bytes, rest) = rest.split_at_checked(length)?;
                let value = match kind {
                    2 => Value::Bytes(bytes.to_vec()),
                    _ => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
                };
                (value, rest)
            }
            _ => return None,
        };
        row.push(value);
        bytes = rest;
    }
    Some(row)
}

/// How many bytes a row takes, more or less.
fn weight(row: &[Value]) -> usize {
    let of = |value: &Value| match value {
        Value::Nothing | Value::Number(_) => 9,
        Value::Bytes(bytes) => bytes.len() + 5,
        Value::Text(text) => text.len() + 5,
    };
    row.iter().map(of).sum()
}

/// Pages of a table, one after the other, each of a few MiB.
pub struct Pages {
    after: Option<Row>,
    limit: usize,
}

/// How many rows the first page has, and how many a page has at the most.
const ROWS_FIRST: usize = 64;
const ROWS_MAX: usize = 4096;
/// Bytes of a page above which the next one has fewer rows.
const PAGE_BYTES: usize = 2 << 20;

impl Default for Pages {
    fn default() -> Pages {
        Pages::from(None)
    }
}

impl Pages {
    /// Those after a row.
    pub fn from(after: Option<Row>) -> Pages {
        let limit = ROWS_FIRST;
        Pages { after, limit }
    }

    /// The key after which the next page begins.
    pub fn after(&self) -> Option<&[Value]> {
        self.after.as_deref()
    }

    /// How many rows the next page is to have.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Takes note of a page.
    pub fn took(&mut self, table: &Table, rows: &[Row]) {
        if let Some(last) = rows.last() {
            self.after = Some(table.key_of(last).to_vec());
        }
        let bytes: usize = rows.iter().map(|row| weight(row)).sum();
        self.limit = match bytes > PAGE_BYTES {
            true => (self.limit / 2).max(1),
            false => (self.limit * 2).min(ROWS_MAX),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: i64) -> Row {
        vec![
            Value::Bytes(vec![1, 2]),
            Value::Number(number),
            Value::Nothing,
            Value::Text("wörter".to_owned()),
        ]
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let mut bytes = Vec::new();
        encode(&row(-7), &mut bytes);
        assert!(decode(&bytes).is_some_and(|read| read == row(-7)));
        for cut in 1..bytes.len() {
            assert!(decode(&bytes[..cut]).is_none_or(|read| read != row(-7)));
        }
        bytes.push(9);
        assert!(decode(&bytes).is_none());
    }

    #[test]
    fn rows_in_another_order_come_to_the_same_and_others_do_not() {
        let sum = |table: usize, rows: &[i64]| {
            let mut tally = Tally::default();
            rows.iter().for_each(|it| tally.add(table, &row(*it)));
            tally
        };
        assert_eq!(sum(1, &[1, 2, 3]), sum(1, &[3, 1, 2]));
        assert_ne!(sum(1, &[1, 2, 3]), sum(1, &[1, 2, 4]));
        assert_ne!(sum(1, &[1, 2]), sum(2, &[1, 2]));
        assert_ne!(sum(1, &[1, 1]), sum(1, &[]));
        let tally = sum(1, &[1, 2]);
        let bytes = tally.to_bytes().try_into().unwrap();
        assert_eq!(Tally::from_bytes(&bytes), Some(tally));
    }
}
