//! The sweep: what is past its day is destroyed, key first, and what nobody can read any more is
//! cleared away.
//! What is due was unreadable already, since no permit shows it; the sweep makes it unreadable for
//! ever.

use crate::door::{Asking, Moment, Processing, REMEMBERED_SECONDS, answered, nobody};
use crate::register::day;
use crate::{Caller, Failure};
use kept_policy::*;
use kept_terms::{Act, Day, PersonId};
use kept_vault::store::{Commit, Expected, Outcome, Record, RecordKind, Store, Write};
use tracing::Instrument as _;

/// After a longer gap than this, in days, a sweep asks for confirmation: the clock may be wrong.
const GAP_DAYS_MAX: i32 = 31;

/// How many rows or people one step of the sweep takes on.
const STEP: usize = 2_000;

/// The setting that remembers the day of the last sweep.
const LAST_SWEEP: &[u8] = b"last-sweep";

/// What a sweep did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Swept {
    /// Items that fell due and were destroyed.
    pub items: u64,
    /// Keys that were destroyed with them.
    pub keys: u64,
    /// People of whom nothing is left.
    pub people: u64,
    /// Rows of erased people that were cleared away.
    pub rows: u64,
    /// Contents of files that no item stood in any more, looked for once a day.
    pub blobs: u64,
    /// Cases that ended long enough ago, looked for once a day.
    pub cases: u64,
}

impl<S: Store> Processing<S> {
    /// Destroys everything that is past its day.
    ///
    /// After a gap of more than 31 days since the last sweep the present day must be confirmed:
    /// destruction cannot be undone, and a clock that jumped ahead would make everything look due.
    pub async fn sweep(&self, confirmed: Option<Day>) -> Result<Swept, Failure> {
        let span = crate::spans::sweep();
        let swept = self.swept(confirmed).instrument(span.clone()).await;
        match &swept {
            Ok(swept) => {
                span.record("kept.outcome", "done");
                span.record("kept.items", swept.items);
                span.record("kept.people", swept.people);
                span.record("kept.keys", swept.keys);
            }
            Err(Failure::Invalid { .. }) => {
                span.record("kept.outcome", "held");
            }
            Err(_) => {
                span.record("kept.outcome", "failed");
            }
        }
        swept
    }

    async fn swept(&self, confirmed: Option<Day>) -> Result<Swept, Failure> {
        let _one_at_a_time = self.sweeping.lock().await?;
        self.keep_up().await?;
        let moment = self.moment();
        self.check_clock(&moment, confirmed).await?;
        self.finish_destructions().await?;
        let caller = Caller::system("sweep");
        let asking = Asking::by_itself(&caller, &moment)?;
        let mut swept = Swept::default();
        let is_new_day = self
            .last_sweep()
            .await?
            .is_none_or(|last| last < moment.today);
        for (id, class) in moment.policy().words.classes.iter() {
            let upto = class.period.anchored_by(moment.today);
            let word = moment.in_force.class_word(id)?;
            // Both ways for every class: what an earlier version of the policy counted otherwise
            // is still there.
            self.sweep_days(&asking, id, word, upto, &mut swept).await?;
            self.sweep_people(&asking, word, upto, &mut swept).await?;
            if is_new_day {
                self.destroy_unused(&asking, word, upto, &mut swept).await?;
            }
        }
        loop {
            let (rows, more) = self.vault.store().leftovers(STEP).await?;
            swept.rows += rows;
            if !more {
                break;
            }
        }
        if is_new_day {
            self.remember_day(&asking).await?;
            swept.blobs = self.clear_blobs().await?;
            swept.cases = self.sweep_cases(&asking).await?;
        }
        self.forget_requests(&asking).await?;
        Ok(swept)
    }

    /// Forgets requests that are too old to be repeated.
    async fn forget_requests(&self, asking: &Asking<'_>) -> Result<(), Failure> {
        let before = asking.moment.now.as_second() - REMEMBERED_SECONDS;
        let marks = self.vault.store().records(RecordKind::Idempotency).await?;
        let old = marks
            .into_iter()
            .filter(|record| answered(&record.value) < before);
        let gone: Vec<Write> = old
            .map(|record| Write::DeleteRecord(RecordKind::Idempotency, record.key))
            .collect();
        let request = Request::new(Act::Destroy, asking.actor);
        for step in gone.chunks(STEP) {
            let permit = self.permitted_destruction(asking, &request, &[])?;
            let mut telling = asking.telling(&request);
            telling.reference = Some("tidy:requests".to_owned());
            telling.count = u64::try_from(step.len()).ok();
            let entry = telling.permitted(&permit)?;
            self.commit_one(None, Expected::Nothing, step.to_vec(), entry)
                .await?;
        }
        Ok(())
    }

    /// The day of the last sweep.
    async fn last_sweep(&self) -> Result<Option<Day>, Failure> {
        let store = self.vault.store();
        let last = store.record(RecordKind::Setting, LAST_SWEEP).await?;
        let day = |bytes: Vec<u8>| bytes.first_chunk().copied().map(i32::from_le_bytes);
        Ok(last.and_then(day).map(Day))
    }

    pub(crate) async fn check_clock(
        &self,
        moment: &Moment,
        confirmed: Option<Day>,
    ) -> Result<(), Failure> {
        let last = self.last_sweep().await?;
        // Where nothing was ever swept, the first entry of the ledger tells when all began.
        let begun = match last {
            Some(_) => None,
            None => self.tally.lock().await.since.as_deref().and_then(day),
        };
        let since = last.or(begun);
        let jumped = since.is_some_and(|day| moment.today.0.saturating_sub(day.0) > GAP_DAYS_MAX);
        if jumped && confirmed != Some(moment.today) {
            let since = match last {
                Some(last) => format!("the last sweep was on {last}"),
                None => format!(
                    "nothing was swept since the first entry of {}",
                    begun.unwrap_or(Day::NEVER)
                ),
            };
            let problem = format!(
                "says {}, and {since}; if that is right, confirm it with \
                 `kept sweep --confirm {}`; nothing was destroyed",
                moment.today, moment.today
            );
            return Err(Failure::invalid("the clock", problem));
        }
        Ok(())
    }

    /// Remembers the day, which is a new one: a clock that went back does not shorten the gap.
    async fn remember_day(&self, asking: &Asking<'_>) -> Result<(), Failure> {
        let today = asking.moment.today;
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &[])?;
        let mut telling = asking.telling(&request);
        telling.reference = Some(format!("sweep:{today}"));
        let value = today.0.to_le_bytes().to_vec();
        let record = Record {
            kind: RecordKind::Setting,
            key: LAST_SWEEP.to_vec(),
            value,
        };
        let entry = telling.permitted(&permit)?;
        let writes = self.marked(vec![
            Write::PutRecord(record),
            Write::PutRecord(self.words_record().await?),
            Write::PutRecord(self.census_record().await?),
        ]);
        self.commit_one(None, Expected::Nothing, writes, entry)
            .await?;
        Ok(())
    }

    pub(crate) async fn commit_one(
        &self,
        person: Option<PersonId>,
        expected: Expected,
        writes: Vec<Write>,
        entry: Vec<u8>,
    ) -> Result<Outcome, Failure> {
        let commit = Commit {
            person,
            expected,
            absent: Vec::new(),
            writes,
            entry,
        };
        let outcomes = self.vault.commit(vec![commit]).await?;
        let lost = || Failure::Corrupt("a commit has no outcome".to_owned());
        outcomes.first().copied().ok_or_else(lost)
    }

    /// The permit for destroying items; a refusal here means that a caller picked something that is
    /// still needed.
    pub(crate) fn permitted_destruction(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        items: &[ItemFacts],
    ) -> Result<Permit, Failure> {
        let policy = asking.policy();
        let person = nobody(policy);
        let facts = Facts {
            person: &person,
            items,
            recipient: None,
        };
        match decide(policy, request, &facts, asking.moment.today) {
            Decision::Permitted(permit) => Ok(permit),
            Decision::Refused(_) => Err(Failure::Conflict(
                "something became needed again while it was swept",
            )),
        }
    }
}
