//! Telling people of a new version: who is affected is worked out from what is held, without a
//! value, and each of them is put into the queue once.
//! How far it has come is booked with what it queued, so that a crash neither repeats nor skips.
//! Of those who are held for a client, the client is told.

mod clients;

pub use clients::{CLIENT_CHANGE_TEMPLATE, ClientStands, ClientTold, ClientsTold};

use crate::mapping::InForce;
use crate::outgoing::UNSENT;
use crate::versions::digest_named;
use crate::{Failure, Outgoing, Processing};
use kept_policy::{
    Body, Clause, ClientId, Diff, Document, Holding, HomeId, Notify, PersonFacts, Policy, Whom,
    affects, diff,
};
use kept_terms::{Day, Home, ItemNumber, PersonId};
use kept_vault::Seen;
use kept_vault::store::{Record, RecordKind, Store, Wanted, Word, Write};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The template of a notice.
pub const CHANGE_TEMPLATE: &str = "policy-change";

/// How the key of a campaign begins; the version's digest follows.
const KEY: &str = "notices/";

/// How many people are looked at before what was queued is booked.
const STEP: usize = 100;
/// How many messages one step of a count looks at.
const COUNTED: usize = 1_000;

/// How many items of a person are looked at at once.
const ITEMS: usize = 500;

/// The most announcements that are read.
const CAMPAIGNS_MAX: usize = 10_000;

/// The telling of one version's changes, and how far it has come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Announcement {
    /// The digest of the version.
    pub version: String,
    /// The digest of the version it follows.
    pub follows: String,
    /// The day from which it holds, since 1970.
    pub takes_effect: i32,
    /// By document: the clause that says so, and the purpose for which people are written to.
    pub clauses: BTreeMap<String, (String, String)>,
    /// By clause: how many people were put into the queue.
    pub queued: BTreeMap<String, u64>,
    /// By document for hosted systems: the clients that are told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clients: BTreeMap<String, ClientsTold>,
    /// How many people were looked at.
    pub looked: u64,
    /// The last of them.
    pub after: Option<PersonId>,
    /// Whether all were.
    pub done: bool,
}

/// The clauses of a document under which changes are written of.
fn by_mail(document: &Document) -> impl Iterator<Item = (&Clause, &Notify)> {
    let clauses = document.clauses.iter();
    clauses.filter_map(|clause| match &clause.body {
        Body::Notify(notify) if notify.is_of_changes() && notify.is_by_mail() => {
            Some((clause, notify))
        }
        _ => None,
    })
}

/// Those for whom a version has to be permitted, one for each document in which something that
/// matters changes: people of its countries, or held in its systems.
pub(crate) fn concerned(old: &Policy, found: &Diff) -> Vec<PersonFacts> {
    let mut concerned: Vec<PersonFacts> = Vec::new();
    for change in found.material() {
        let name = change.people.document.as_deref();
        let document = name.and_then(|name| old.document_named(name));
        let hosted = document.and_then(|document| document.systems.iter().next());
        let country = change.people.countries.first();
        let person = match hosted {
            Some(system) => PersonFacts {
                home: Some(HomeId {
                    client: ClientId::of(""),
                    system,
                }),
                ..PersonFacts::default()
            },
            None if country.is_none() && !change.people.unknown => continue,
            None => PersonFacts {
                country,
                ..PersonFacts::default()
            },
        };
        // Who had no document before is promised nothing yet.
        if old.document_of(&person).is_some() && !concerned.contains(&person) {
            concerned.push(person);
        }
    }
    concerned
}

/// The clause of a document under which people are written to about changes.
fn clause_of(policy: &Policy, document: &Document) -> Result<Option<(String, String)>, Failure> {
    let Some((clause, notify)) = by_mail(document).next() else {
        return Ok(None);
    };
    let name = clause.full_name.to_string();
    match notify.purpose {
        Some(purpose) => Ok(Some((name, policy.words.purposes.name(purpose).to_owned()))),
        None => Err(Failure::invalid(
            format!("`{name}`"),
            "does not say for which purpose people are written to; add `for`",
        )),
    }
}

impl Announcement {
    /// The campaign that a version calls for; nothing where nothing that matters changes, or no
    /// document says that people are written to. What was promised before counts; who was promised
    /// nothing is told as the new version says.
    pub(crate) fn of(
        old: &Policy,
        new: &Policy,
        found: &Diff,
        day: Day,
    ) -> Result<Option<Announcement>, Failure> {
        let (mut clauses, mut clients) = (BTreeMap::new(), BTreeMap::new());
        for change in found.material() {
            let now = change.people.document.as_deref().unwrap_or_default();
            let was = change.people.formerly.as_deref().unwrap_or(now);
            let document = old.document_named(was).or_else(|| new.document_named(now));
            if let Some(document) = document.filter(|it| !it.systems.is_empty()) {
                let told = ClientsTold::of(document, new, found, day);
                clients.extend(told.map(|told| (document.name.to_string(), told)));
                continue;
            }
            let promised = match (old.document_named(was), new.document_named(now)) {
                (Some(document), _) => clause_of(old, document)?.map(|it| (was, it)),
                (None, Some(document)) => clause_of(new, document)?.map(|it| (now, it)),
                (None, None) => None,
            };
            clauses.extend(promised.map(|(name, clause)| (name.to_owned(), clause)));
        }
        if clauses.is_empty() && clients.is_empty() {
            return Ok(None);
        }
        Ok(Some(Announcement {
            version: new.digest.to_string(),
            follows: old.digest.to_string(),
            takes_effect: day.0,
            clauses,
            queued: BTreeMap::new(),
            clients,
            looked: 0,
            after: None,
            done: false,
        }))
    }

    /// The record of how far it has come.
    pub(crate) fn record(&self) -> Result<Record, Failure> {
        let value = serde_json::to_vec(self)
            .map_err(|_| Failure::invalid("the campaign", "cannot be written down"))?;
        let key = format!("{KEY}{}", self.version).into_bytes();
        let kind = RecordKind::Progress;
        Ok(Record { kind, key, value })
    }

    /// What a message says it is about.
    fn about(&self) -> String {
        self.version.get(..32).unwrap_or(&self.version).to_owned()
    }
}

/// Two versions, and what they change, for people who are looked at one by one.
struct Telling {
    old: std::sync::Arc<Policy>,
    new: std::sync::Arc<Policy>,
    found: Diff,
    held_under: InForce,
}

/// Whom a version concerns.
enum Concern {
    None,
    /// A person, under a clause and for a purpose.
    Person(String, String),
    /// The client for whom the person is held.
    Client(Home),
}

impl<S: Store> Processing<S> {
    /// All announcements there were, in order of version.
    pub async fn announcements(&self) -> Result<Vec<Announcement>, Failure> {
        let store = self.vault.store();
        let begins = KEY.as_bytes();
        let records = store.records_page(RecordKind::Progress, begins, None, CAMPAIGNS_MAX);
        let read = |record: Record| {
            serde_json::from_slice(&record.value)
                .map_err(|_| Failure::Corrupt("the progress of notices cannot be read".to_owned()))
        };
        records.await?.into_iter().map(read).collect()
    }

    /// Goes on with what people are still to be told, by one step of people; nothing where nobody
    /// is left. Stopped at any point, it goes on from the last step that was booked.
    pub async fn tell_of_changes(&self) -> Result<Option<Announcement>, Failure> {
        let _one_at_a_time = self.telling.lock().await?;
        let mut announcements = self.announcements().await?.into_iter();
        let Some(mut campaign) = announcements.find(|campaign| !campaign.done) else {
            return self.follow_all_clients().await;
        };
        let today = self.moment().today;
        let telling = self.telling_of(&campaign).await?;
        let people = self.vault.store().people(campaign.after, STEP).await?;
        let mut writes = Vec::new();
        for person in &people {
            campaign.looked += 1;
            campaign.after = Some(*person);
            match self.concern(&campaign, &telling, *person).await? {
                Concern::None => {}
                Concern::Client(home) => campaign.meet(&telling.old, &home, today),
                Concern::Person(clause, purpose) => {
                    let about = campaign.about();
                    let message = Outgoing::new(*person, CHANGE_TEMPLATE, &purpose, &about);
                    writes.push(message.queued()?);
                    *campaign.queued.entry(clause).or_default() += 1;
                }
            }
        }
        campaign.done = people.len() < STEP;
        if campaign.done {
            self.meet_instructing(&telling.old, &mut campaign);
        }
        writes.extend(self.to_clients(&mut campaign)?);
        writes.push(Write::PutRecord(campaign.record()?));
        self.vault.store().book(writes).await?;
        Ok(Some(campaign))
    }

    /// Follows what clients were told of versions that all people were looked at for.
    async fn follow_all_clients(&self) -> Result<Option<Announcement>, Failure> {
        for campaign in self.announcements().await? {
            if let Some(campaign) = self.follow_clients(&campaign).await? {
                return Ok(Some(campaign));
            }
        }
        Ok(None)
    }

    async fn telling_of(&self, campaign: &Announcement) -> Result<Telling, Failure> {
        let version = async |name: &str| {
            let missing = || Failure::Corrupt("a version that is told of is missing".to_owned());
            let digest = digest_named(name).ok_or_else(missing)?;
            self.version(digest).await?.ok_or_else(missing)
        };
        let old = version(&campaign.follows).await?;
        let new = version(&campaign.version).await?;
        let words = self.vault.store().words().await?;
        Ok(Telling {
            found: diff(&old, &new),
            held_under: InForce::imagined(old.clone(), &words),
            old,
            new,
        })
    }

    /// Whether a person is told, or the client for whom they are held, or nobody, where no change
    /// concerns them.
    async fn concern(
        &self,
        campaign: &Announcement,
        telling: &Telling,
        person: PersonId,
    ) -> Result<Concern, Failure> {
        let (mut after, mut held) = (None, Vec::new());
        let words = &telling.old.words;
        loop {
            let wanted = Wanted::Page {
                after,
                limit: ITEMS,
            };
            let Some(seen) = self.vault.look(person, wanted).await? else {
                return Ok(Concern::None);
            };
            if let Some(home) = seen.state.home.clone() {
                return Ok(Concern::Client(home));
            }
            let country = seen.state.territory();
            let document = telling.old.document_for(country);
            let document = document.or_else(|| telling.new.document_for(country));
            let clause = document.and_then(|it| campaign.clauses.get(it.name.as_str()));
            let Some((clause, purpose)) = clause else {
                return Ok(Concern::None);
            };
            for facts in facts(&telling.held_under, &seen) {
                let holding = Holding {
                    field: words.fields.name(facts.field),
                    purposes: words.purposes.names(facts.purposes),
                };
                if !held.contains(&holding) {
                    held.push(holding);
                }
            }
            after = last(&seen);
            if seen.items.len() < ITEMS {
                let whom = Whom { country };
                let concerned = affects(&telling.found, whom, &held);
                return Ok(match concerned {
                    true => Concern::Person(clause.clone(), purpose.clone()),
                    false => Concern::None,
                });
            }
        }
    }

    /// For each clause, how many people or clients were to be told and how many still wait to be.
    pub(crate) async fn told(&self) -> Result<BTreeMap<String, Told>, Failure> {
        let today = self.moment().today;
        let mut told: BTreeMap<String, Told> = BTreeMap::new();
        for campaign in self.announcements().await? {
            let mut waiting = self.waiting_about(&campaign.about()).await?;
            let late = Day(campaign.takes_effect) <= today;
            for (clause, _) in campaign.clauses.values() {
                let queued = campaign.queued.get(clause).copied().unwrap_or(0);
                // What waits is counted against the clauses in turn.
                let left = waiting.min(queued);
                waiting -= left;
                let told = told.entry(clause.clone()).or_default();
                told.due += queued;
                told.sent += queued - left;
                if late {
                    told.late += left + u64::from(!campaign.done);
                }
            }
            for of in campaign.clients.values() {
                let (due, sent, late) = of.figures(today);
                let told = told.entry(of.clause.clone()).or_default();
                told.due += due;
                told.sent += sent;
                told.late += late + u64::from(!campaign.done && of.by < today.0);
            }
        }
        Ok(told)
    }

    /// How many notices of a version have not left yet.
    async fn waiting_about(&self, about: &str) -> Result<u64, Failure> {
        let of_it = format!("/{CHANGE_TEMPLATE}/{about}");
        let mut count = 0;
        for lane in UNSENT {
            let mut after: Option<Vec<u8>> = None;
            loop {
                let store = self.vault.store();
                let page = store.records_page(
                    RecordKind::Outgoing,
                    lane.as_bytes(),
                    after.as_deref(),
                    COUNTED,
                );
                let page = page.await?;
                let Some(last) = page.last() else { break };
                after = Some(last.key.clone());
                let waiting = page.iter().filter(|it| it.key.ends_with(of_it.as_bytes()));
                count += waiting.count() as u64;
            }
        }
        Ok(count)
    }
}

/// How many people were told under a clause.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Told {
    pub due: u64,
    pub sent: u64,
    pub late: u64,
}

/// What is known about the items of a person.
pub(crate) fn facts<'a>(
    under: &'a InForce,
    seen: &'a Seen,
) -> impl Iterator<Item = kept_policy::ItemFacts> + 'a {
    let items = seen.items.iter();
    items.filter_map(|item| under.item(&seen.state, item))
}

/// The place of the last item of a page.
pub(crate) fn last(seen: &Seen) -> Option<(Word, ItemNumber)> {
    seen.items.last().map(|item| (item.field, item.number))
}
