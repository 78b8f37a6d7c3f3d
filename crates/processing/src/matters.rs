//! Matters that somebody answers for: complaints, questions of authorities, violations by staff:
//! what each is about, at which stage, until when, and how it ended.
//! They hold codes and numbers; what a complaint says is correspondence, kept with the person.

use crate::{Failure, Processing};
use kept_ledger::entry::Name;
use kept_terms::{Book, Day, ItemNumber, PersonId};
use kept_vault::store::{Record, RecordKind, Store, Write};
use serde::{Deserialize, Serialize};

/// What a matter is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum About {
    /// A complaint of a person.
    Complaint {
        /// Whose.
        person: PersonId,
        /// The item in which they said so, where there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<ItemNumber>,
    },
    /// A question of an authority.
    Enquiry {
        /// Which authority.
        authority: String,
        /// Its own reference.
        reference: String,
    },
    /// What somebody of the staff tried.
    Violation {
        /// Who, as the ledger names them.
        actor: String,
        /// Who holds their token, where it says so.
        holder: String,
        /// In which role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
        /// Why they were refused.
        reasons: Vec<String>,
        /// The entries that raised it.
        entries: Vec<u64>,
    },
}

impl About {
    /// Among what it is listed.
    pub fn book(&self) -> Book {
        match self {
            About::Complaint { .. } => Book::Complaints,
            About::Enquiry { .. } => Book::Enquiries,
            About::Violation { .. } => Book::Violations,
        }
    }

    /// What one of its kind is called in keys and entries.
    fn word(&self) -> &'static str {
        match self {
            About::Complaint { .. } => "complaint",
            About::Enquiry { .. } => "enquiry",
            About::Violation { .. } => "violation",
        }
    }

    /// How it may end, where no clause says so.
    pub(crate) fn outcomes(&self) -> &'static [&'static str] {
        match self {
            About::Complaint { .. } => &["settled", "rejected", "withdrawn"],
            About::Enquiry { .. } => &["answered", "rectified", "withdrawn"],
            About::Violation { .. } => &["upheld", "unfounded"],
        }
    }
}

/// How a matter ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// How, in a word.
    pub outcome: String,
    /// Who decided it.
    pub by: String,
    /// The second since 1970.
    pub at: i64,
}

/// A matter that somebody answers for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Matter {
    /// Its identifier: what it is, and a number that was drawn.
    pub id: String,
    /// What it is about.
    pub about: About,
    /// The second since 1970 at which it was taken up.
    pub opened: i64,
    /// At which stage it is, from 0.
    pub stage: u8,
    /// The team that owns it now.
    pub owner: String,
    /// The last day of this stage, as days since 1970; nothing where no clause says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<i32>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
}

impl Matter {
    /// The identifier of one about something, with what was drawn for it.
    pub(crate) fn named(about: &About, drawn: &str) -> String {
        format!("{}:{drawn}", about.word())
    }

    /// The last day of its stage.
    pub fn due(&self) -> Option<Day> {
        self.due.map(Day)
    }

    /// Whether its stage has lapsed.
    pub fn is_overdue(&self, today: Day) -> bool {
        self.closed.is_none() && self.due().is_some_and(|due| due < today)
    }

    /// The change that writes it down.
    pub(crate) fn put(&self) -> Result<Write, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the matter", "cannot be written down"))?;
        Ok(Write::PutRecord(Record {
            kind: RecordKind::Approval,
            key: key(&self.id),
            value,
        }))
    }

    fn read(value: &[u8]) -> Result<Matter, Failure> {
        serde_json::from_slice(value)
            .map_err(|_| Failure::Corrupt("a matter cannot be read".to_owned()))
    }
}

/// Checks that an outcome is a word, and one of those there are.
pub(crate) fn checked(outcome: &str, known: &[&str]) -> Result<(), Failure> {
    match Name::new(outcome).is_ok() && known.contains(&outcome) {
        true => Ok(()),
        false => Err(Failure::invalid(
            "outcome",
            format!("is not one of {}", known.join(", ")),
        )),
    }
}

/// How the keys of matters begin.
const MATTERS: &[u8] = b"matter/";

fn key(id: &str) -> Vec<u8> {
    [MATTERS, id.as_bytes()].concat()
}

impl<S: Store> Processing<S> {
    /// A matter.
    pub(crate) async fn matter(&self, id: &str) -> Result<Matter, Failure> {
        let store = self.vault.store();
        let found = store.record(RecordKind::Approval, &key(id)).await?;
        Matter::read(&found.ok_or(Failure::NotFound("matter"))?)
    }

    /// All matters of a kind.
    pub(crate) async fn matters(&self, book: Book) -> Result<Vec<Matter>, Failure> {
        let records = self.vault.store().records(RecordKind::Approval).await?;
        let ours = records.iter().filter(|it| it.key.starts_with(MATTERS));
        let mut matters = Vec::new();
        for record in ours {
            let matter = Matter::read(&record.value)?;
            if matter.about.book() == book {
                matters.push(matter);
            }
        }
        Ok(matters)
    }
}
