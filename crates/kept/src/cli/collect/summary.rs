//! What became of an input, in numbers.

use crate::cli::{Terminal, counted};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What became of an input.
#[derive(Default)]
pub(super) struct Summary {
    /// Records that were only read.
    pub read: u64,
    /// Records that were stored.
    pub stored: u64,
    /// Items that were stored.
    pub items: u64,
    /// People nobody knew before.
    pub new: u64,
    /// Records something was struck out of.
    pub redacted: u64,
    /// Visits whose browser said no, and whose no is on record.
    pub opted_out: u64,
    /// Records that the policy refused, by clause and reason.
    pub refused: BTreeMap<(String, &'static str), u64>,
    /// How many records were refused.
    pub refused_records: u64,
    /// Lines that could not be read or taken.
    pub rejected: u64,
    /// Where the rejected lines are told.
    pub side_file: Option<PathBuf>,
    /// Whether it went on from an earlier reading.
    pub went_on: bool,
}

impl Summary {
    /// Prints it.
    pub fn print(&self, terminal: &Terminal, path: &Path) {
        let shown = path.display();
        terminal.give(self.in_words(&shown.to_string()), || {
            let refused = self.refused.iter().map(|((clause, code), count)| {
                json!({ "clause": clause, "code": code, "records": count })
            });
            json!({
                "input": shown.to_string(),
                "read": self.read,
                "stored": self.stored,
                "items": self.items,
                "new-people": self.new,
                "redacted": self.redacted,
                "opted-out": self.opted_out,
                "refused": refused.collect::<Vec<_>>(),
                "refused-records": self.refused_records,
                "rejected": self.rejected,
                "rejected-file": self.side_file,
                "went-on": self.went_on,
            })
        });
    }

    fn in_words(&self, shown: &str) -> String {
        let mut lines = vec![format!("{shown}:")];
        if self.went_on {
            lines.push("  went on after what was taken in before; --again begins anew".to_owned());
        }
        if self.read > 0 {
            let read = counted(self.read, "record");
            lines.push(format!("  {read} can be read; nothing was stored"));
        } else {
            let (stored, items) = (counted(self.stored, "record"), counted(self.items, "item"));
            let new = counted(self.new, "person");
            lines.push(format!(
                "  {stored} stored, {items}, {new} not known before"
            ));
        }
        if self.redacted > 0 {
            let redacted = counted(self.redacted, "record");
            lines.push(format!("  {redacted} had statements struck out"));
        }
        if self.opted_out > 0 {
            let visits = counted(self.opted_out, "visit");
            lines.push(format!(
                "  {visits} whose browser says no: the no is on record"
            ));
        }
        if self.refused_records > 0 {
            let refused = counted(self.refused_records, "record");
            lines.push(format!("  {refused} refused by the policy:"));
        }
        for ((clause, code), count) in &self.refused {
            lines.push(format!("    {count}  {clause}: {code}"));
        }
        if self.rejected > 0 {
            let told = self
                .side_file
                .as_ref()
                .map(|path| format!(", see {}", path.display()));
            let (rejected, told) = (counted(self.rejected, "line"), told.unwrap_or_default());
            lines.push(format!("  {rejected} rejected{told}"));
        }
        lines.join("\n")
    }
}
