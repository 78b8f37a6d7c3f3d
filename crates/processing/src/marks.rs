//! Marks: what is stored in the open and is believed, such as tokens, evidence and published
//! versions, has a mark under a key beside it, so that the audit sees when it was altered.
//! A mark hides nothing and is asked by nobody but the audit.

use crate::{Failure, Processing};
use kept_vault::store::{Record, RecordKind, Store, Write};

/// How the key of a mark begins; what follows is the kind and the key of what is marked.
const MARK: &[u8] = b"mark:";

/// The setting that says how many words there were, and what they were.
const WORDS: &[u8] = b"words";

/// The kinds of record of which every one has a mark.
const MARKED: [RecordKind; 5] = [
    RecordKind::Token,
    RecordKind::Evidence,
    RecordKind::Policy,
    RecordKind::Register,
    RecordKind::Approval,
];

impl<S: Store> Processing<S> {
    /// The changes to records, each of a believed one with the change of its mark.
    pub(crate) fn marked(&self, writes: Vec<Write>) -> Vec<Write> {
        let is_believed = |kind: RecordKind| kind == RecordKind::Setting || MARKED.contains(&kind);
        let marks: Vec<Write> = writes
            .iter()
            .filter_map(|write| match write {
                Write::PutRecord(record) if is_believed(record.kind) => {
                    Some(Write::PutRecord(self.mark(record)))
                }
                Write::DeleteRecord(kind, key) if is_believed(*kind) => {
                    Some(Write::DeleteRecord(RecordKind::Setting, place(*kind, key)))
                }
                Write::PutRecord(_) | Write::DeleteRecord(..) => None,
                Write::PutState(_)
                | Write::PutItem(_)
                | Write::DeleteItem(..)
                | Write::Claim(_)
                | Write::Unclaim(_)
                | Write::PutAnchor { .. }
                | Write::SetAside { .. }
                | Write::DeletePerson => None,
            })
            .collect();
        writes.into_iter().chain(marks).collect()
    }

    fn mark(&self, record: &Record) -> Record {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
        let text = format!(
            "{} {} {}",
            record.kind as u8,
            hex(&record.key),
            hex(&record.value)
        );
        Record {
            kind: RecordKind::Setting,
            key: place(record.kind, &record.key),
            value: self.vault.index("kept/mark", &text).to_vec(),
        }
    }

    /// The record of all words as they are now. Words are only ever added, so it stays right.
    pub(crate) async fn words_record(&self) -> Result<Record, Failure> {
        self.words_upto(u32::MAX).await
    }

    async fn words_upto(&self, last: u32) -> Result<Record, Failure> {
        let mut words = self.vault.store().words().await?;
        words.retain(|(_, _, word)| word.0 <= last);
        words.sort_by_key(|(_, _, word)| *word);
        let last = words.last().map_or(0, |(_, _, word)| word.0);
        let lines = words
            .iter()
            .map(|(kind, text, word)| format!("{} {} {text}\n", word.0, *kind as u8));
        let mark = self.vault.index("kept/words", &lines.collect::<String>());
        Ok(Record {
            kind: RecordKind::Setting,
            key: WORDS.to_vec(),
            value: [&last.to_be_bytes()[..], &mark].concat(),
        })
    }

    /// Holds everything that has a mark to it, and names the first that was altered.
    pub(crate) async fn audit_marks(&self) -> Result<(), Failure> {
        let store = self.vault.store();
        let settings = store.records(RecordKind::Setting).await?;
        let mut marks: std::collections::BTreeMap<&[u8], &[u8]> = settings
            .iter()
            .filter(|record| record.key.starts_with(MARK))
            .map(|record| (&record.key[..], &record.value[..]))
            .collect();
        let mut marked = Vec::new();
        for kind in MARKED {
            marked.extend(store.records(kind).await?);
        }
        for record in marked.iter().chain(&settings) {
            if record.key.starts_with(MARK) && record.kind == RecordKind::Setting {
                continue;
            }
            let mark = self.mark(record);
            let found = marks.remove(&mark.key[..]);
            let must = MARKED.contains(&record.kind);
            if found.map_or(must, |found| found != mark.value) {
                let what = described(record.kind);
                return Err(Failure::Corrupt(format!(
                    "{what} in `vault.db` is not as it was recorded"
                )));
            }
        }
        if !marks.is_empty() {
            let problem = "a record that has a mark in `vault.db` is missing";
            return Err(Failure::Corrupt(problem.to_owned()));
        }
        let words = settings.iter().find(|record| record.key == WORDS);
        let Some(words) = words else { return Ok(()) };
        let last = words.value.first_chunk().copied();
        let now = self.words_upto(last.map_or(0, u32::from_be_bytes)).await?;
        if now.value == words.value {
            return Ok(());
        }
        Err(Failure::Corrupt(
            "a word of the policy in `vault.db` is not as it was recorded".to_owned(),
        ))
    }
}

fn place(kind: RecordKind, key: &[u8]) -> Vec<u8> {
    [MARK, &[kind as u8], key].concat()
}

fn described(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Token => "a token",
        RecordKind::Evidence => "a piece of evidence",
        RecordKind::Policy => "a version of the policy",
        RecordKind::Register => "an entry of a register",
        RecordKind::Approval => "an approval",
        RecordKind::Setting => "a setting",
        RecordKind::Idempotency
        | RecordKind::Outgoing
        | RecordKind::Progress
        | RecordKind::Doomed
        | RecordKind::Delivery
        | RecordKind::Case
        | RecordKind::Attempt
        | RecordKind::Session
        | RecordKind::Hosted => "a record",
    }
}
