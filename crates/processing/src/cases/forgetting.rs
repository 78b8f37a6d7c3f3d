//! Cases that go: those that ended long enough ago, by destroying the keys of their days.
//! It forgets no case that is open, and none before its day.

use super::{ENDED, OPEN, OPEN_CLASS, Place, ended_class};
use crate::door::{Asking, doom};
use crate::{Failure, Processing};
use kept_policy::Request;
use kept_terms::{Act, Day, Period};
use kept_vault::Doomed;
use kept_vault::store::{Expected, RecordKind, Store, Word, WordKind, Write};
use std::collections::BTreeSet;

/// How long a case stays after its end where no clause says so: long enough for whoever asked to
/// see the answer.
const UNSAID: Period = Period::days(30);

/// How many records one step takes on.
const STEP: usize = 1_000;

impl<S: Store> Processing<S> {
    /// Destroys the keys of ended cases that are past their day, and deletes what is left of them;
    /// and those of the days on which cases were opened that have all ended. The answer is how many
    /// cases went.
    pub(crate) async fn sweep_cases(&self, asking: &Asking<'_>) -> Result<u64, Failure> {
        let mut gone = 0;
        for (class, period) in self.classes_of_cases(asking).await? {
            let upto = period.anchored_by(asking.moment.today);
            gone += self.sweep_ended(asking, class, upto).await?;
        }
        let open = self
            .vault
            .store()
            .intern(WordKind::Class, OPEN_CLASS)
            .await?;
        let days = self.days_of(OPEN, open).await?;
        // Until today a case may still be opened.
        let first = days.first().copied().unwrap_or(asking.moment.today);
        let upto = Day(first.0.saturating_sub(1));
        if self.vault.count_days(open, upto)? > 0 {
            self.destroy_case_days(asking, open, upto, Vec::new())
                .await?;
        }
        Ok(gone)
    }

    /// The classes of ended cases, with how long the policy in force keeps each.
    async fn classes_of_cases(&self, asking: &Asking<'_>) -> Result<Vec<(Word, Period)>, Failure> {
        let words = self.vault.store().words().await?;
        let begins = ended_class("");
        let classes = words.into_iter().filter_map(|(kind, name, word)| {
            let of = (kind == WordKind::Class).then_some(name)?;
            let document = of.strip_prefix(&begins)?.to_owned();
            Some((document, word))
        });
        let policy = asking.policy();
        let period = |document: &str| {
            let document = policy.document_named(document)?;
            document.rules.requests.as_ref().map(|(_, period)| *period)
        };
        Ok(classes
            .map(|(document, word)| (word, period(&document).unwrap_or(UNSAID)))
            .collect())
    }

    /// The days of the keys of a class under which cases of a lane are sealed.
    async fn days_of(&self, lane: &[u8], class: Word) -> Result<BTreeSet<Day>, Failure> {
        let mut days = BTreeSet::new();
        let mut after: Option<Vec<u8>> = None;
        loop {
            let store = self.vault.store();
            let page = store.records_page(RecordKind::Case, lane, after.as_deref(), STEP);
            let page = page.await?;
            let Some(last) = page.last() else {
                return Ok(days);
            };
            after = Some(last.key.clone());
            let places = page.iter().filter_map(|it| Place::read(&it.value));
            days.extend(
                places
                    .filter(|(it, _)| it.class == class)
                    .map(|(it, _)| it.day),
            );
        }
    }

    async fn sweep_ended(
        &self,
        asking: &Asking<'_>,
        class: Word,
        upto: Day,
    ) -> Result<u64, Failure> {
        if self.vault.count_days(class, upto)? == 0 {
            return Ok(0);
        }
        let (mut writes, mut gone) = (Vec::new(), 0);
        let mut after: Option<Vec<u8>> = None;
        loop {
            let store = self.vault.store();
            let page = store.records_page(RecordKind::Case, ENDED, after.as_deref(), STEP);
            let page = page.await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for record in page {
                let place = Place::read(&record.value).map(|(place, _)| place);
                let is_due = |it: &Place| it.class == class && it.day <= upto;
                let due = place.as_ref().is_some_and(is_due);
                if !due {
                    continue;
                }
                gone += 1;
                let signs = record.key.strip_prefix(ENDED).unwrap_or_default();
                match self.read_case(signs, &record.value)? {
                    Some(case) => writes.extend(self.forget_case(&case)),
                    None => {
                        let signs = String::from_utf8_lossy(signs).into_owned();
                        let counted = place.map(|it| super::counting::key(it.day, &signs));
                        let keys = [Some(record.key.clone()), counted];
                        let gone = keys.into_iter().flatten();
                        writes.extend(gone.map(|key| Write::DeleteRecord(RecordKind::Case, key)));
                    }
                }
            }
        }
        self.destroy_case_days(asking, class, upto, writes).await?;
        self.forget_counted();
        Ok(gone)
    }

    async fn destroy_case_days(
        &self,
        asking: &Asking<'_>,
        class: Word,
        upto: Day,
        mut writes: Vec<Write>,
    ) -> Result<(), Failure> {
        let _nothing_is_sealed = self.sealing.write().await?;
        self.must_be_in_force(asking.moment).await?;
        let request = Request::new(Act::Destroy, asking.actor);
        let permit = self.permitted_destruction(asking, &request, &[])?;
        let mut telling = asking.telling(&request);
        telling.count = Some(self.vault.count_days(class, upto)?);
        telling.reference = Some("keys:cases".to_owned());
        let entry = telling.permitted(&permit)?;
        let doomed = Doomed::Days(class, upto);
        writes.push(doom(&doomed));
        self.commit_one(None, Expected::Nothing, writes, entry)
            .await?;
        self.vault.destroy(&doomed)?;
        self.strike_off(asking, &permit, doomed.record().0, "keys:cases-gone")
            .await
    }
}
