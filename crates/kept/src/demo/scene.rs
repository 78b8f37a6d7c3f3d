//! The acts of a demonstration as they are performed, and the table that tells of them.
//! The table never shows a value; which clauses were relied on, it reads in the ledger.

use crate::cli::{Failed, House, Terminal, counted};
use kept_ledger::Entry;
use kept_processing::{Caller, Command, Effect, Failure, Released, Shown};
use serde_json::json;

/// How an act is expected to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expected {
    /// It is permitted and done.
    Done,
    /// The policy refuses it.
    Refused,
    /// It cannot even be asked.
    TurnedAway,
}

/// One line of the table.
struct Row {
    chapter: &'static str,
    act: &'static str,
    who: &'static str,
    outcome: String,
    why: Vec<String>,
    entry: Option<u64>,
    ended: Expected,
    surprising: bool,
}

/// The acts so far.
pub(super) struct Scene<'a> {
    /// Where they are performed.
    pub house: &'a House,
    /// What the acts that follow have in common.
    pub chapter: &'static str,
    /// How many did not end as expected.
    pub surprises: usize,
    rows: Vec<Row>,
}

/// Who acts: what they are called in the table, and what the door knows of them.
pub(super) struct Who {
    /// What they are called.
    pub name: &'static str,
    /// What the door knows of them.
    pub caller: Caller,
}

impl<'a> Scene<'a> {
    /// A scene in which nothing has happened.
    pub fn new(house: &'a House) -> Scene<'a> {
        Scene {
            house,
            chapter: "",
            surprises: 0,
            rows: Vec::new(),
        }
    }

    /// Performs an act that should be permitted; the answer is what it gave.
    pub async fn done(
        &mut self,
        act: &'static str,
        who: &Who,
        command: Command,
    ) -> Result<Option<Effect>, Failed> {
        self.act(act, who, command, Expected::Done).await
    }

    /// Performs an act that should be refused.
    pub async fn refused(
        &mut self,
        act: &'static str,
        who: &Who,
        command: Command,
    ) -> Result<(), Failed> {
        self.act(act, who, command, Expected::Refused)
            .await
            .map(drop)
    }

    /// Performs an act that should not even be possible to ask.
    pub async fn turned_away(
        &mut self,
        act: &'static str,
        who: &Who,
        command: Command,
    ) -> Result<(), Failed> {
        self.act(act, who, command, Expected::TurnedAway)
            .await
            .map(drop)
    }

    async fn act(
        &mut self,
        act: &'static str,
        who: &Who,
        command: Command,
        expected: Expected,
    ) -> Result<Option<Effect>, Failed> {
        let answer = self.house.door.perform(&who.caller, &command).await;
        let (ended, outcome, why, entry, mut effect) = match answer {
            Ok(performed) => match performed.outcome {
                Ok(effect) => {
                    let told = told(&effect);
                    (
                        Expected::Done,
                        told,
                        Vec::new(),
                        performed.entry,
                        Some(effect),
                    )
                }
                Err(refusal) => {
                    let policy = &self.house.policy;
                    let why = refusal.grounds.iter().map(|ground| {
                        format!("{}: {}", policy.citation(ground.cited), ground.why.code())
                    });
                    let refused = "REFUSED".to_owned();
                    (
                        Expected::Refused,
                        refused,
                        why.collect(),
                        performed.entry,
                        None,
                    )
                }
            },
            Err(failure @ (Failure::Invalid { .. } | Failure::NotFound(_))) => {
                let why = vec![failure.to_string()];
                (
                    Expected::TurnedAway,
                    "turned away".to_owned(),
                    why,
                    None,
                    None,
                )
            }
            Err(failure) => return Err(failure.into()),
        };
        let mut outcome = outcome;
        if let Some(Effect::Export(export)) = &mut effect {
            let mut items = 0;
            while let Some(page) = export.next_page(&self.house.door).await? {
                items += page.len();
            }
            outcome = counted(items, "item");
        }
        let surprising = ended != expected;
        self.surprises += usize::from(surprising);
        let (chapter, who) = (self.chapter, who.name);
        self.rows.push(Row {
            chapter,
            act,
            who,
            outcome,
            why,
            entry,
            ended,
            surprising,
        });
        Ok(effect)
    }

    /// The ledger entry of the last act.
    pub fn last_entry(&self) -> Option<u64> {
        self.rows.last().and_then(|row| row.entry)
    }

    /// Prints the table. The ledger must be up to date.
    pub fn print(&self, terminal: &Terminal) -> Result<(), Failed> {
        let width = |of: fn(&Row) -> &str| {
            self.rows
                .iter()
                .map(|row| of(row).chars().count())
                .max()
                .unwrap_or_default()
        };
        let (act, who) = (width(|row| row.act), width(|row| row.who));
        let outcome = width(|row| &row.outcome);
        let mut chapter = "";
        for row in &self.rows {
            if row.chapter != chapter {
                chapter = row.chapter;
                terminal.say(format!("\n{chapter}\n"));
            }
            let why = match row.ended {
                Expected::Done => self.relied_on(row.entry)?,
                Expected::Refused | Expected::TurnedAway => row.why.clone(),
            };
            let surprising = if row.surprising {
                "  (not expected)"
            } else {
                ""
            };
            let first = why.first().map(String::as_str).unwrap_or_default();
            let mut text = format!(
                "  {:act$}  {:who$}  {:outcome$}  {first}{surprising}",
                row.act, row.who, row.outcome
            );
            for more in why.iter().skip(1) {
                let indent = 2 + act + 2 + who + 2 + outcome + 2;
                text.push_str(&format!("\n{:indent$}{more}", ""));
            }
            terminal.give(text.trim_end(), || {
                json!({
                    "act": row.act,
                    "who": row.who,
                    "outcome": row.outcome,
                    "clauses": why,
                    "entry": row.entry,
                    "expected": !row.surprising,
                })
            });
        }
        Ok(())
    }

    /// The clauses that an act relied on, as the ledger tells them.
    fn relied_on(&self, entry: Option<u64>) -> Result<Vec<String>, Failed> {
        let Some(index) = entry else {
            return Ok(Vec::new());
        };
        let Some(bytes) = self.house.door.entry(index)? else {
            return Ok(Vec::new());
        };
        let entry = Entry::parse(&bytes).map_err(|fault| Failed::new(fault.to_string()))?;
        Ok(entry
            .clauses
            .iter()
            .map(|name| name.as_str().to_owned())
            .collect())
    }
}

/// What an act gave, without any value.
fn told(effect: &Effect) -> String {
    match effect {
        Effect::Done => "done".to_owned(),
        Effect::Kept(kept) => format!("done, but for {} kept", counted(kept.left.len(), "field")),
        Effect::Stored { redacted: true, .. } => "stored, words struck out".to_owned(),
        Effect::Stored { items, .. } => format!("stored {}", counted(*items, "item")),
        Effect::Values(values) => {
            let masked = |one: &&Released| matches!(one.value, Shown::Masked(_));
            match values.iter().filter(masked).count() {
                0 => counted(values.len(), "value"),
                masked => format!("{}, {masked} masked", counted(values.len(), "value")),
            }
        }
        Effect::Found(Some(_)) => "found".to_owned(),
        Effect::Found(None) => "nobody found".to_owned(),
        Effect::Matched(true) => "it fits".to_owned(),
        Effect::Matched(false) => "it does not fit".to_owned(),
        Effect::Training(_) | Effect::Due(..) | Effect::Stale(..) => "looked at".to_owned(),
        Effect::Tabulated(_) => "summed up".to_owned(),
        Effect::Export(_) => "handed over".to_owned(),
        Effect::Forwarded(_) => "passed on".to_owned(),
        Effect::Named(_) => "taken up".to_owned(),
        Effect::Listed(_) => "shown".to_owned(),
        Effect::SignedIn(_) => "tried".to_owned(),
    }
}
