//! Cases counted for the standing: open, due soon, late, answered in time, and kept past their day.
//! It counts; whether a promise is kept is worked out from the counts alone.

use super::{ENDED, OPEN};
use crate::{Failure, Processing};
use kept_cases::{About, Case};
use kept_policy::{Counts, Evidence};
use kept_terms::Day;
use kept_vault::store::Store;
use std::collections::BTreeMap;

/// How many days before its last one a case counts as due soon.
const SOON_DAYS: i32 = 7;

/// For how many days a late answer counts.
const LATE_DAYS: i32 = 90;

impl<S: Store> Processing<S> {
    /// Counts all cases under the clauses that speak of them.
    pub(crate) async fn measure_cases(&self, measured: &mut Evidence) -> Result<(), Failure> {
        let moment = self.moment();
        measured.cases = true;
        for lane in [OPEN, ENDED] {
            let mut after: Option<Vec<u8>> = None;
            loop {
                let (page, last) = self.cases_page(lane, after.as_deref()).await?;
                for case in &page {
                    count(case, moment.today, &mut measured.clauses);
                    let document = moment.policy().document_named(&case.document);
                    let keeps = document.and_then(|it| it.rules.requests.as_ref());
                    let clause = keeps.and_then(|(id, _)| moment.policy().clause(*id));
                    if let (Some((_, period)), Some(clause), Some(ending)) =
                        (keeps, clause, case.ending())
                    {
                        let name = clause.full_name.to_string();
                        let counts = measured.clauses.entry(name).or_default();
                        counts.cases_answered += 1;
                        counts.cases_overdue +=
                            u64::from(period.after(ending.on.0) <= moment.today);
                    }
                }
                after = last;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn count(case: &Case, today: Day, clauses: &mut BTreeMap<String, Counts>) {
    let Some(clause) = &case.clause else {
        return;
    };
    let counts = clauses.entry(clause.clone()).or_default();
    match case.ending() {
        None => {
            counts.cases_open += 1;
            counts.cases_overdue += u64::from(case.is_overdue(today));
            let left = case.days_left(today);
            let soon = left.is_some_and(|left| (0..=SOON_DAYS).contains(&left));
            counts.cases_due_soon += u64::from(soon && case.stopped().is_none());
        }
        Some(ending) => {
            let lately = today.0.saturating_sub(ending.on.0.0) <= LATE_DAYS;
            counts.cases_answered += 1;
            counts.cases_late += u64::from(!ending.in_time && lately);
        }
    }
    if let About::Breach(breach) = &case.about {
        let all = u64::try_from(breach.people.len()).unwrap_or(u64::MAX);
        let sent = u64::try_from(breach.noticed.len()).unwrap_or(u64::MAX);
        counts.notices_due += all;
        counts.notices_sent += sent;
        if case.due.is_some_and(|due| due.0 < today) {
            counts.notices_late += all.saturating_sub(sent);
        }
    }
}
