//! What the running system measures of its promises: counts from the store, the ledger and the
//! register of evidence.
//! It measures; whether a promise is kept is worked out by the policy crate from the figures alone.

use crate::door::Moment;
use crate::register::day;
use crate::{Evidence, Failure, Processing};
use kept_policy::{
    Attested, Body, ClassEvidence, Counts, Emergencies, Evidence as Measured, HostedEvidence,
    Standing, standing,
};
use kept_terms::{Day, Home};
use kept_vault::store::{Record, RecordKind, Store, Wanted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// Up to this many people, a census is taken whenever it is asked for; above, once a day with the
/// sweep.
const CENSUS_AT_ONCE: u64 = 5_000;

/// How many people one step of a census looks at.
const STEP: usize = 1_000;

/// The setting that holds the last census.
const CENSUS: &[u8] = b"census";

/// How many people there are under each document, and what they chose.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Census {
    people: BTreeMap<String, u64>,
    consents: BTreeMap<String, u64>,
    objections: BTreeMap<String, u64>,
    /// How many are held for clients, by home.
    #[serde(default)]
    homes: BTreeMap<String, u64>,
}

impl<S: Store> Processing<S> {
    /// Everything in the registers, in order of kind and identifier.
    pub fn registered(&self) -> Vec<crate::Registered> {
        self.moment().register.registered().to_vec()
    }

    /// How much is stored.
    pub async fn figures(&self) -> Result<kept_vault::store::Figures, Failure> {
        Ok(self.vault.store().figures().await?)
    }

    /// How every promise stands, with its figure.
    pub async fn standing(&self) -> Result<Vec<Standing>, Failure> {
        let measured = self.measure().await?;
        let moment = self.moment();
        let today = moment.today.date().ok_or_else(|| {
            Failure::invalid("the clock", "is beyond the year 9999; set it right")
        })?;
        Ok(standing(moment.policy(), &measured, today))
    }

    /// Everything measured, as plain figures.
    pub async fn measure(&self) -> Result<Measured, Failure> {
        let mut measured = Measured::default();
        self.measure_store(&mut measured).await?;
        self.measure_ledger(&mut measured).await?;
        self.measure_notices(&mut measured).await?;
        self.measure_cases(&mut measured).await?;
        self.measure_register(&mut measured);
        self.measure_deliveries(&mut measured).await?;
        measured.emergencies = Some(self.measure_emergencies().await?);
        measured.plain_connections = Some(self.plain.load(Ordering::Relaxed));
        let ways = crate::sign_in::WAYS.iter();
        measured.sign_in = Some(ways.map(|way| way.word().to_owned()).collect());
        measured.sessions = self.count_sessions().await?;
        Ok(measured)
    }

    async fn measure_store(&self, measured: &mut Measured) -> Result<(), Failure> {
        let moment = self.moment();
        let figures = self.vault.store().figures().await?;
        for (id, class) in moment.policy().words.classes.iter() {
            let word = moment.in_force.class_word(id)?;
            let items = figures
                .items_by_class
                .iter()
                .find(|(class, _)| *class == word);
            let upto = class.period.anchored_by(moment.today);
            let mut held = ClassEvidence {
                items: items.map_or(0, |(_, n)| *n),
                ..Default::default()
            };
            if class.moves {
                let due = self.vault.store().due_people(word, upto, STEP).await?;
                held.past_due = u64::try_from(due.len()).unwrap_or(u64::MAX);
                held.oldest_due = due
                    .first()
                    .and_then(|(day, _)| class.period.after(*day).date());
            } else {
                let due = self.vault.store().count_due(word, upto).await?;
                held.past_due = due.iter().map(|(_, count)| count).sum();
                held.oldest_due = due
                    .first()
                    .and_then(|(day, _)| class.period.after(*day).date());
            }
            measured.classes.insert(class.name.to_string(), held);
        }
        let census = match figures.people <= CENSUS_AT_ONCE {
            true => self.take_census().await?,
            false => self.last_census().await?,
        };
        measured.hosted = Some(self.measure_homes(&census.homes, &moment).await?);
        measured.people = census.people;
        measured.consents = census.consents;
        measured.objections = census.objections;
        Ok(())
    }

    /// Counts what is held for clients, what they were asked, and what is left after contracts.
    async fn measure_homes(
        &self,
        homes: &BTreeMap<String, u64>,
        moment: &Moment,
    ) -> Result<HostedEvidence, Failure> {
        let mut hosted = HostedEvidence {
            homes: u64::try_from(homes.len()).unwrap_or(u64::MAX),
            people: homes.values().sum(),
            ..HostedEvidence::default()
        };
        let ends = homes.keys().filter_map(|home| {
            let home: Home = home.parse().ok()?;
            let end = moment.register.contract_end(&home.client)?;
            end.date().filter(|_| end < moment.today)
        });
        hosted.ended = ends.collect();
        self.count_forwarded(moment.today, &mut hosted).await?;
        Ok(hosted)
    }

    async fn measure_ledger(&self, measured: &mut Measured) -> Result<(), Failure> {
        measured.ledger_entries = Some(self.sequence().await?);
        let tally = self.tally.lock().await;
        measured.since = tally.since.as_deref().and_then(|day| day.parse().ok());
        measured.sign_ins_failed = tally.failed_sign_ins;
        for (clause, (relied, refused)) in &tally.clauses {
            let counts = Counts {
                relied: *relied,
                refused: *refused,
                ..Counts::default()
            };
            measured.clauses.insert(clause.clone(), counts);
        }
        Ok(())
    }

    /// How many people were told of changes, by clause. What stands on the page alone is given as
    /// soon as a version is published.
    async fn measure_notices(&self, measured: &mut Measured) -> Result<(), Failure> {
        measured.notices = true;
        let told = self.told().await?;
        let store = self.vault.store();
        let versions = store.records(RecordKind::Policy).await?.len();
        let versions = u64::try_from(versions).unwrap_or(u64::MAX);
        for clause in self.moment().policy().clauses() {
            let Body::Notify(notify) = &clause.body else {
                continue;
            };
            if !notify.is_of_changes() {
                continue;
            }
            let name = clause.full_name.to_string();
            let known = told.get(&name).copied().unwrap_or_default();
            let counts = measured.clauses.entry(name).or_default();
            counts.notices_due = known.due;
            counts.notices_sent = known.sent;
            counts.notices_late = known.late;
            if !notify.is_by_mail() {
                (counts.notices_due, counts.notices_sent) = (versions, versions);
            }
        }
        Ok(())
    }

    async fn measure_emergencies(&self) -> Result<Emergencies, Failure> {
        let second = self.now().as_second();
        let mut measured = Emergencies::default();
        for approval in self.approvals().await? {
            if approval.proposal.is_emergency() && approval.is_approved() {
                measured.all += 1;
                measured.open += u64::from(!approval.is_over(second));
                measured.unapproved += u64::from(approval.approved.is_empty());
            }
        }
        Ok(measured)
    }

    fn measure_register(&self, measured: &mut Measured) {
        let until = |text: &str| Attested {
            done: None,
            valid_until: day(text).and_then(Day::date),
        };
        for evidence in self.evidence() {
            match evidence {
                Evidence::Undertaking {
                    recipient,
                    protection,
                    until,
                } => {
                    let known = measured.recipients.entry(recipient).or_default();
                    if let Some(date) = day(&until).and_then(Day::date) {
                        known.undertakings.insert(protection, date);
                    }
                }
                Evidence::Assurance {
                    recipient: Some(recipient),
                    assurance,
                    until: end,
                } => {
                    let known = measured.recipients.entry(recipient).or_default();
                    known.assurances.insert(assurance, until(&end));
                }
                Evidence::Assurance {
                    recipient: None,
                    assurance,
                    until: end,
                } => {
                    measured.certifications.insert(assurance, until(&end));
                }
                Evidence::Review { measure, on } => {
                    let done = day(&on).and_then(Day::date);
                    measured.measures.insert(
                        measure,
                        Attested {
                            done,
                            valid_until: None,
                        },
                    );
                }
                Evidence::Revocation { instrument } => {
                    measured.revoked.insert(instrument);
                }
                Evidence::Engagement { .. } => {}
            }
        }
    }

    /// Counts people by document, and their choices, and remembers the count.
    async fn take_census(&self) -> Result<Census, Failure> {
        let moment = self.moment();
        let words = &moment.policy().words;
        let mut census = Census::default();
        let mut after = None;
        loop {
            let people = self.vault.store().people(after, STEP).await?;
            let Some(last) = people.last().copied() else {
                return Ok(census);
            };
            after = Some(last);
            for person in people {
                let Some(seen) = self.vault.look(person, Wanted::Nothing).await? else {
                    continue;
                };
                let known = moment.in_force.person(&seen.state);
                if let Some(home) = &seen.state.home {
                    *census.homes.entry(home.to_string()).or_default() += 1;
                }
                if let Some(document) = moment.policy().document_of(&known) {
                    *census.people.entry(document.name.to_string()).or_default() += 1;
                }
                for purpose in known.objections.iter() {
                    let name = words.purposes.name(purpose).to_owned();
                    *census.objections.entry(name).or_default() += 1;
                }
                let mut agreed: Vec<_> = known.consents.iter().map(|c| c.purpose).collect();
                agreed.sort_unstable();
                agreed.dedup();
                for purpose in agreed {
                    let name = words.purposes.name(purpose).to_owned();
                    *census.consents.entry(name).or_default() += 1;
                }
            }
        }
    }

    async fn last_census(&self) -> Result<Census, Failure> {
        let stored = self
            .vault
            .store()
            .record(RecordKind::Setting, CENSUS)
            .await?;
        let read = |bytes: Vec<u8>| {
            serde_json::from_slice(&bytes)
                .map_err(|_| Failure::Corrupt("the last census cannot be read".to_owned()))
        };
        Ok(stored.map(read).transpose()?.unwrap_or_default())
    }

    /// The record of a census, for the sweep to store with its own.
    pub(crate) async fn census_record(&self) -> Result<Record, Failure> {
        let value = serde_json::to_vec(&self.take_census().await?)
            .map_err(|_| Failure::invalid("the census", "cannot be written down"))?;
        let (kind, key) = (RecordKind::Setting, CENSUS.to_vec());
        Ok(Record { kind, key, value })
    }
}
