//! Watching what is refused: many refusals of one member of the staff raise a review, as the
//! policy says how many and within what time; complaints whose time has lapsed move on, and so do
//! reports of children (`reports.rs`).
//! It raises; whether anything was wrong is for those whom the policy names.

use crate::cases::OPEN;
use crate::command::{Caller, Casing, Command, Opening, Whose};
use crate::{Failure, Processing};
use kept_cases::{Case, Kind};
use kept_ledger::entry::{Entry, Outcome};
use kept_policy::*;
use kept_terms::ActorKind;
use kept_vault::store::{Record, RecordKind, Store, Write};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How far the watch has come.
const WATCHED: &[u8] = b"watched";

/// How many people's refusals are remembered at once.
const ACTORS_MAX: usize = 10_000;

/// How many bundles of entries one watch looks at.
const BUNDLES_MAX: usize = 64;

/// The entries of refusals that a review names at most.
const NAMED_MAX: usize = 20;

/// How far the watch has come, and what it remembers.
#[derive(Default, Serialize, Deserialize)]
struct Watched {
    /// The first entry not looked at.
    next: u64,
    /// Refusals of each actor: entry, and second since 1970.
    recent: BTreeMap<String, Vec<(u64, i64)>>,
}

/// What a watch did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Watch {
    /// Reviews that were raised.
    pub raised: u64,
    /// Complaints, and reports of children, that moved on or were decided by their time alone.
    pub moved: u64,
    /// Cases of whose time the team was reminded.
    pub reminded: u64,
    /// Reports of children of which it was looked whether they are there.
    pub looked_up: u64,
}

impl<S: Store> Processing<S> {
    /// Looks at what was refused since the last time, and at complaints whose time has lapsed.
    pub async fn watch(&self) -> Result<Watch, Failure> {
        let _one_at_a_time = self.watching.lock().await?;
        Ok(Watch {
            raised: self.watch_refusals().await?,
            moved: self.move_lapsed().await? + self.decide_reports().await?,
            reminded: self.remind().await?,
            looked_up: self.look_up_reported().await?,
        })
    }

    async fn move_lapsed(&self) -> Result<u64, Failure> {
        let today = self.moment().today;
        let mut moved = 0;
        let lapsed = |case: &Case| case.kind == Kind::Complaint && case.is_overdue(today);
        for case in self.cases_where(&[OPEN], lapsed).await? {
            let reference = case.reference;
            let command = Command::case(Casing::Escalate { reference });
            match self.perform(&Caller::system("watch"), &command).await {
                Ok(performed) => moved += u64::from(performed.outcome.is_ok()),
                // It is at its last stage.
                Err(Failure::Conflict(_) | Failure::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(moved)
    }

    /// Reminds the teams of what is due soon.
    async fn remind(&self) -> Result<u64, Failure> {
        let today = self.moment().today;
        let mut reminded = 0;
        let soon = |case: &Case| case.reminder_due(today).is_some();
        for case in self.cases_where(&[OPEN], soon).await? {
            let reference = case.reference;
            let command = Command::case(Casing::Remind { reference });
            let performed = self.perform(&Caller::system("watch"), &command).await;
            match performed {
                Ok(performed) => reminded += u64::from(performed.outcome.is_ok()),
                // It has ended meanwhile.
                Err(Failure::Conflict(_) | Failure::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(reminded)
    }

    /// Looks whether those are there who are reported to be children, and sets them apart.
    async fn look_up_reported(&self) -> Result<u64, Failure> {
        let mut looked_up = 0;
        for case in self.cases_where(&[OPEN], Case::wants_looking_up).await? {
            let reference = case.reference;
            let command = Command::case(Casing::LookUp { reference });
            match self.perform(&Caller::system("watch"), &command).await {
                Ok(_) => looked_up += 1,
                // There were many, or it has ended meanwhile; the next watch looks again.
                Err(Failure::Conflict(_) | Failure::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(looked_up)
    }

    async fn watch_refusals(&self) -> Result<u64, Failure> {
        let Some((limit, seconds)) = self.limit() else {
            return Ok(0);
        };
        let size = self.sequence().await?;
        let store = self.vault.store();
        let stored = store.record(RecordKind::Progress, WATCHED).await?;
        let mut watched: Watched = stored
            .and_then(|value| serde_json::from_slice(&value).ok())
            .unwrap_or_default();
        if watched.next >= size {
            return Ok(0);
        }
        let mut raised = 0;
        for _ in 0..BUNDLES_MAX {
            let entries = self.entries_from(watched.next)?;
            if entries.is_empty() {
                break;
            }
            for (index, bytes) in (watched.next..).zip(&entries) {
                raised += self
                    .weigh_entry(&mut watched, index, bytes, limit, seconds)
                    .await?;
                watched.next = index + 1;
            }
        }
        while watched.recent.len() > ACTORS_MAX {
            watched.recent.pop_first();
        }
        let value = serde_json::to_vec(&watched)
            .map_err(|_| Failure::Corrupt("the watch cannot be written down".to_owned()))?;
        let key = WATCHED.to_vec();
        let kind = RecordKind::Progress;
        store
            .book(vec![Write::PutRecord(Record { kind, key, value })])
            .await?;
        Ok(raised)
    }

    /// How many refusals within how many seconds raise a review: the strictest clause holds.
    fn limit(&self) -> Option<(usize, i64)> {
        let moment = self.moment();
        let today = moment.today;
        let clauses = moment.policy().clauses();
        let asked = clauses.filter_map(|clause| match &clause.body {
            Body::Answer(Answer::Staff {
                refusals: Some(refusals),
                within,
                ..
            }) => {
                let days = within.map_or(1, |within| within.after(today).0 - today.0);
                Some((usize::from(*refusals), i64::from(days) * 86_400))
            }
            _ => None,
        });
        asked.min_by_key(|(refusals, _)| *refusals)
    }

    async fn weigh_entry(
        &self,
        watched: &mut Watched,
        index: u64,
        bytes: &[u8],
        limit: usize,
        seconds: i64,
    ) -> Result<u64, Failure> {
        let Ok(entry) = Entry::parse(bytes) else {
            return Ok(0);
        };
        let Outcome::Refused { reasons } = &entry.outcome else {
            return Ok(0);
        };
        let suspicious = |reason: &str| SUSPICIOUS.iter().any(|why| why.code() == reason);
        if !reasons.iter().any(|reason| suspicious(reason.as_str())) {
            return Ok(0);
        }
        let actor = entry.actor.as_str().to_owned();
        let Some(holder) = self.of_staff(&actor).await? else {
            return Ok(0);
        };
        let second = entry.at.unix_milliseconds() / 1_000;
        let recent = watched.recent.entry(actor.clone()).or_default();
        recent.push((index, second));
        recent.retain(|(_, at)| second - at < seconds);
        if recent.len() < limit {
            return Ok(0);
        }
        let entries: Vec<u64> = recent.iter().map(|(index, _)| *index).collect();
        watched.recent.remove(&actor);
        let about = Whose::Staff {
            actor,
            holder,
            role: entry.role.map(|role| role.as_str().to_owned()),
            reasons: reasons
                .iter()
                .map(|reason| reason.as_str().to_owned())
                .collect(),
            entries: entries.into_iter().take(NAMED_MAX).collect(),
        };
        let opening = Opening::about(Kind::Violation, about);
        let command = Command::case(Casing::Open(Box::new(opening)));
        let performed = self.perform(&Caller::system("watch"), &command).await?;
        Ok(u64::from(performed.outcome.is_ok()))
    }

    /// Who holds the token of an actor, where it is somebody of the staff; programs are not judged,
    /// for they are refused what people give them.
    async fn of_staff(&self, actor: &str) -> Result<Option<String>, Failure> {
        if actor.starts_with("system:") || actor.starts_with("person:") {
            return Ok(None);
        }
        let id = actor.strip_prefix("token:").unwrap_or(actor);
        let tokens = self.tokens().await?;
        let token = tokens.into_iter().find(|token| token.id == id);
        if token
            .as_ref()
            .is_some_and(|it| it.kind == ActorKind::Machine)
        {
            return Ok(None);
        }
        let whose = token.and_then(|token| token.whose());
        Ok(Some(whose.unwrap_or_else(|| actor.to_owned())))
    }
}

/// Reasons that speak of who asked and not of what came in or of what the person wants.
const SUSPICIOUS: [Why; 16] = [
    Why::WrongRole,
    Why::TokenLimited,
    Why::NoPurpose,
    Why::Incompatible,
    Why::Hidden,
    Why::NoRecipient,
    Why::DataNotCovered,
    Why::NotCompelled,
    Why::TooManyTries,
    Why::NotAdministrator,
    Why::AdministratorSeesNothing,
    Why::NotApproved,
    Why::OwnRequest,
    Why::NoEngagement,
    Why::NotShown,
    Why::NotResponsible,
];
