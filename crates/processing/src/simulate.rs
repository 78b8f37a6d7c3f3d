//! What a draft would do to what is stored, worked out from counts and metadata: no value is read,
//! and nothing is changed.
//! Every decision in it is the policy's own, under the version in force and under the draft.

mod figures;

pub use figures::*;

use crate::mapping::InForce;
use crate::notices::{Announcement, concerned, facts, last};
use crate::{Failure, Processing};
use kept_policy::*;
use kept_terms::{Act, ActorKind, Day, Set, Territory};
use kept_vault::store::{Store, Wanted, Word};
use kept_vault::{PersonState, Seen};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Up to this many people, all are looked at; of more, so many are drawn evenly.
const LOOKED_AT_MAX: u64 = 5_000;

/// How many identifiers of people are read at once.
const STEP: usize = 1_000;

/// How many items of a person are looked at at once.
const ITEMS: usize = 500;

/// What is counted while people are looked at.
#[derive(Default)]
struct Tallied {
    unreadable: BTreeMap<String, u64>,
    readable: BTreeMap<String, u64>,
    to_ask: BTreeMap<String, u64>,
    without: BTreeMap<String, u64>,
    longer: u64,
    shorter: u64,
    told: u64,
    destroyed: BTreeMap<String, u64>,
}

/// Both versions beside the store's numbers.
struct Both {
    old: InForce,
    new: InForce,
    found: Diff,
    campaign: Option<Announcement>,
    today: Day,
}

impl<S: Store> Processing<S> {
    /// What a draft would do to what is stored, were it published now. It reads no value.
    ///
    /// What the store counts by class and day is exact. What depends on people is exact up to
    /// 5,000 of them; of more, an even sample is looked at and the figures are marked as estimated.
    pub async fn simulate(&self, draft: Arc<Policy>) -> Result<Simulation, Failure> {
        let moment = self.moment();
        let words = self.vault.store().words().await?;
        let old = moment.in_force.policy.clone();
        let found = diff(&old, &draft);
        let mut simulated = Simulation::default();
        let from = self.obstacles(&draft, &found, &mut simulated).await?;
        let campaign = Announcement::of(&old, &draft, &found, from.unwrap_or(moment.today));
        let both = Both {
            old: InForce::imagined(old, &words),
            new: InForce::imagined(draft, &words),
            found,
            campaign: campaign.ok().flatten(),
            today: moment.today,
        };
        let figures = self.vault.store().figures().await?;
        simulated.people = figures.people;
        let tallied = self.look_at_people(&both, &mut simulated).await?;
        self.count_classes(&both, &figures.items_by_class, &tallied, &mut simulated)
            .await?;
        conclude(tallied, &mut simulated);
        let register = moment.register.clone();
        simulated.recipients = stopping(&both, |policy, id| register.recipient(policy, id));
        Ok(simulated)
    }

    /// Why the draft could not be published, and the day from which it would hold.
    async fn obstacles(
        &self,
        draft: &Arc<Policy>,
        found: &Diff,
        simulated: &mut Simulation,
    ) -> Result<Option<Day>, Failure> {
        let today = self.moment().today;
        let old = self.policy();
        let mut failures = self.misdated(draft, found).await?;
        let from = match crate::publishing::takes_effect(draft, found, today) {
            Ok(from) => from,
            Err(failure) => {
                failures.push(failure);
                None
            }
        };
        failures.extend(Announcement::of(&old, draft, found, today).err());
        let words = self.vault.store().words().await?;
        for (class, count) in self.vault.store().figures().await?.items_by_class {
            let name = words.iter().find(|(kind, _, word)| {
                *kind == kept_vault::store::WordKind::Class && *word == class
            });
            let name = name.map_or("unknown", |(_, text, _)| text.as_str());
            if count > 0 && draft.words.classes.id(name).is_none() {
                let problem = format!("is gone, and {count} items are stored under it");
                failures.push(Failure::invalid(format!("`{name}`"), problem));
            }
        }
        for failure in failures {
            match failure {
                Failure::Invalid { place, problem } => {
                    simulated.refused.push(Obstacle { place, problem });
                }
                other => return Err(other),
            }
        }
        let matters = found.material().next().is_some();
        let mut request = Request::new(Act::Publish, actor(ActorKind::System));
        request.takes_effect = matters.then(|| from.unwrap_or(today));
        for person in concerned(&old, found) {
            if let Decision::Refused(refusal) = decided(&old, &request, &person, &[], today) {
                let told = refusal.grounds.iter().map(|ground| Obstacle {
                    place: format!("`{}`", old.citation(ground.cited)),
                    problem: ground.why.sentence().to_owned(),
                });
                for obstacle in told {
                    if !simulated.refused.contains(&obstacle) {
                        simulated.refused.push(obstacle);
                    }
                }
            }
        }
        simulated.from = from.map(|day| day.to_string());
        Ok(from)
    }

    /// Looks at people, or at an even sample of them.
    async fn look_at_people(
        &self,
        both: &Both,
        simulated: &mut Simulation,
    ) -> Result<Tallied, Failure> {
        let mut tallied = Tallied::default();
        let every = simulated.people.div_ceil(LOOKED_AT_MAX).max(1);
        let (mut after, mut number) = (None, 0u64);
        loop {
            let people = self.vault.store().people(after, STEP).await?;
            let Some(last_one) = people.last() else {
                return Ok(tallied);
            };
            after = Some(*last_one);
            for person in people {
                number += 1;
                if number.is_multiple_of(every) {
                    self.look_at(both, person, &mut tallied).await?;
                    simulated.looked_at += 1;
                }
            }
        }
    }

    async fn look_at(
        &self,
        both: &Both,
        person: kept_terms::PersonId,
        tallied: &mut Tallied,
    ) -> Result<(), Failure> {
        let mut after = None;
        let mut whole: Vec<(ItemFacts, Option<ItemFacts>)> = Vec::new();
        let mut held: Vec<(String, Vec<String>)> = Vec::new();
        let state = loop {
            let limit = ITEMS;
            let wanted = Wanted::Page { after, limit };
            let Some(seen) = self.vault.look(person, wanted).await? else {
                return Ok(());
            };
            pairs(both, &seen, &mut whole);
            for item in facts(&both.old, &seen) {
                let words = &both.old.policy.words;
                let purposes = words.purposes.names(item.purposes).into_iter();
                let field = words.fields.name(item.field).to_owned();
                held.push((field, purposes.map(str::to_owned).collect()));
            }
            after = last(&seen);
            if seen.items.len() < ITEMS {
                break seen.state.clone();
            }
        };
        both.person(&state, &whole, tallied);
        both.told(&state, &held, tallied);
        Ok(())
    }

    /// What the next sweep would destroy under each class.
    async fn count_classes(
        &self,
        both: &Both,
        items: &[(Word, u64)],
        tallied: &Tallied,
        simulated: &mut Simulation,
    ) -> Result<(), Failure> {
        let sampled = simulated.looked_at < simulated.people;
        for (id, class) in both.old.policy.words.classes.iter() {
            let word = both.old.class_word(id)?;
            let stored = items
                .iter()
                .find(|(of, _)| *of == word)
                .map_or(0, |(_, n)| *n);
            let draft = &both.new.policy.words.classes;
            let now = draft.id(&class.name).and_then(|id| draft.get(id));
            let mut destroyed = Count::default();
            match now {
                Some(now) if stored > 0 && !now.moves && !class.moves => {
                    let due = async |period: kept_terms::Period| {
                        let upto = period.anchored_by(both.today);
                        let days = self.vault.store().count_due(word, upto).await?;
                        Ok::<u64, Failure>(days.iter().map(|(_, count)| count).sum())
                    };
                    let (was, would) = (due(class.period).await?, due(now.period).await?);
                    destroyed.count = would.saturating_sub(was);
                }
                Some(_) | None => {
                    let seen = tallied.destroyed.get(&*class.name).copied().unwrap_or(0);
                    destroyed = reckoned(seen, simulated);
                    destroyed.estimated = sampled && stored > 0;
                }
            }
            simulated.destroyed.count += destroyed.count;
            simulated.destroyed.estimated |= destroyed.estimated;
            let now = now.map(|now| now.period.to_string());
            let was = class.period.to_string();
            if stored > 0 && (now.as_ref() != Some(&was) || destroyed.count > 0) {
                simulated.classes.push(ClassSimulated {
                    class: class.name.to_string(),
                    items: stored,
                    was,
                    now,
                    destroyed,
                });
            }
        }
        Ok(())
    }
}

/// A count among those who were looked at, for all people.
fn reckoned(seen: u64, simulated: &Simulation) -> Count {
    if simulated.looked_at >= simulated.people || simulated.looked_at == 0 {
        return Count {
            count: seen,
            estimated: false,
        };
    }
    let all = u128::from(seen) * u128::from(simulated.people) / u128::from(simulated.looked_at);
    Count {
        count: u64::try_from(all).unwrap_or(u64::MAX),
        estimated: true,
    }
}

fn conclude(tallied: Tallied, simulated: &mut Simulation) {
    let reckon = |seen: u64| reckoned(seen, simulated);
    let mut purposes: BTreeMap<String, PurposeSimulated> = BTreeMap::new();
    type Slot = fn(&mut PurposeSimulated) -> &mut Count;
    let slots: [(BTreeMap<String, u64>, Slot); 3] = [
        (tallied.unreadable, |it| &mut it.unreadable),
        (tallied.readable, |it| &mut it.readable),
        (tallied.to_ask, |it| &mut it.to_ask),
    ];
    for (counts, slot) in slots {
        for (purpose, seen) in counts {
            let one = purposes.entry(purpose.clone());
            let one = one.or_insert_with(|| PurposeSimulated {
                purpose,
                unreadable: Count::default(),
                readable: Count::default(),
                to_ask: Count::default(),
            });
            *slot(one) = reckon(seen);
        }
    }
    let without = tallied.without.into_iter();
    let without = without
        .map(|(country, seen)| (country, reckon(seen)))
        .collect();
    let (longer, shorter) = (reckon(tallied.longer), reckon(tallied.shorter));
    let told = reckon(tallied.told);
    simulated.purposes = purposes.into_values().collect();
    simulated.without_document = without;
    (
        simulated.kept_longer,
        simulated.kept_shorter,
        simulated.told,
    ) = (longer, shorter, told);
}

fn actor(kind: ActorKind) -> Actor {
    Actor {
        kind,
        role: None,
        purposes: None,
        home: None,
    }
}

fn decided(
    policy: &Policy,
    request: &Request<'_>,
    person: &PersonFacts,
    items: &[ItemFacts],
    today: Day,
) -> Decision {
    let facts = Facts {
        person,
        items,
        recipient: None,
    };
    decide(policy, request, &facts, today)
}

/// Each item as either version knows it.
fn pairs(both: &Both, seen: &Seen, whole: &mut Vec<(ItemFacts, Option<ItemFacts>)>) {
    for item in &seen.items {
        if let Some(old) = both.old.item(&seen.state, item) {
            whole.push((old, both.new.item(&seen.state, item)));
        }
    }
}

impl Both {
    /// What changes for a person: what Kept itself could read for each purpose, and how long it
    /// stays.
    fn person(
        &self,
        state: &PersonState,
        items: &[(ItemFacts, Option<ItemFacts>)],
        tallied: &mut Tallied,
    ) {
        let (was, now) = (self.old.person(state), self.new.person(state));
        let (old, new) = (&self.old.policy, &self.new.policy);
        if old.document_for(was.country).is_some() && new.document_for(now.country).is_none() {
            let country = was.country.map_or("unknown", Territory::code);
            *tallied.without.entry(country.to_owned()).or_default() += 1;
        }
        for (before, after) in items {
            let due = after.map_or(Day(i32::MIN), |it| it.due());
            tallied.longer += u64::from(due > before.due());
            tallied.shorter += u64::from(due < before.due());
            if due <= self.today && before.due() > self.today {
                let class = old.words.classes.name(before.class).to_owned();
                *tallied.destroyed.entry(class).or_default() += 1;
            }
        }
        let names = old.words.purposes.iter().chain(new.words.purposes.iter());
        let names: std::collections::BTreeSet<&str> =
            names.map(|(_, it)| it.name.as_str()).collect();
        for purpose in names {
            let mut asked = false;
            for (before, after) in items {
                let (could, _) = readable(&self.old, purpose, &was, Some(before), self.today);
                let (can, lacks) = readable(&self.new, purpose, &now, after.as_ref(), self.today);
                if could && !can {
                    *tallied.unreadable.entry(purpose.to_owned()).or_default() += 1;
                    asked |= lacks;
                } else if can && !could {
                    *tallied.readable.entry(purpose.to_owned()).or_default() += 1;
                }
            }
            if asked {
                *tallied.to_ask.entry(purpose.to_owned()).or_default() += 1;
            }
        }
    }

    /// Whether a person would be told.
    fn told(&self, state: &PersonState, held: &[(String, Vec<String>)], tallied: &mut Tallied) {
        let Some(campaign) = &self.campaign else {
            return;
        };
        // Of those who are held for a client, the client is told.
        if state.home.is_some() {
            return;
        }
        let country = state.territory();
        let document = self.old.policy.document_for(country);
        let document = document.or_else(|| self.new.policy.document_for(country));
        if !document.is_some_and(|it| campaign.clauses.contains_key(it.name.as_str())) {
            return;
        }
        let held: Vec<Holding<'_>> = held
            .iter()
            .map(|(field, purposes)| Holding {
                field,
                purposes: purposes.iter().map(String::as_str).collect(),
            })
            .collect();
        tallied.told += u64::from(affects(&self.found, Whom { country }, &held));
    }
}

/// Whether Kept itself could read an item for a purpose; and if not, whether the person's agreement
/// is what it lacks.
fn readable(
    under: &InForce,
    purpose: &str,
    person: &PersonFacts,
    item: Option<&ItemFacts>,
    today: Day,
) -> (bool, bool) {
    let (Some(item), Some(purpose)) = (item, under.policy.words.purposes.id(purpose)) else {
        return (false, false);
    };
    let request = Request {
        purpose: Some(purpose),
        fields: Set::of(item.field),
        ..Request::new(Act::Use, actor(ActorKind::System))
    };
    match decided(
        &under.policy,
        &request,
        person,
        std::slice::from_ref(item),
        today,
    ) {
        Decision::Permitted(permit) => (permit.view(item) == View::Clear, false),
        Decision::Refused(refusal) => {
            let lacks = refusal.grounds.iter().any(|it| it.why == Why::NoConsent);
            (false, lacks)
        }
    }
}

/// What recipients get today and would not get under the draft, with what is on record about them;
/// weighed for a person who agreed to everything.
fn stopping(
    both: &Both,
    recipient: impl Fn(&Policy, RecipientId) -> RecipientFacts,
) -> Vec<RecipientStops> {
    let (old, new) = (&both.old.policy, &both.new.policy);
    let mut stops: Vec<RecipientStops> = Vec::new();
    for document in &old.documents {
        for clause in &document.clauses {
            let Body::Disclose(disclose) = &clause.body else {
                continue;
            };
            for purpose in disclose.purposes.iter() {
                let ask = |policy: &Policy| {
                    let to = policy
                        .words
                        .recipients
                        .id(old.words.recipients.name(disclose.to));
                    let named = policy.words.purposes.id(old.words.purposes.name(purpose));
                    let fields = old.words.fields.names(disclose.data).into_iter();
                    let fields = fields.filter_map(|name| policy.words.fields.id(name));
                    let mut request = Request::new(Act::Disclose, actor(ActorKind::System));
                    request.compelled = disclose.compelled;
                    (request.recipient, request.purpose) = (to, named);
                    request.fields = fields.collect();
                    refusing(policy, document, &request, both.today, &recipient)
                };
                if ask(old).is_some() {
                    continue;
                }
                let Some(reasons) = ask(new) else {
                    continue;
                };
                let stop = RecipientStops {
                    recipient: old.words.recipients.name(disclose.to).to_owned(),
                    document: document.name.to_string(),
                    purpose: old.words.purposes.name(purpose).to_owned(),
                    reasons,
                };
                if !stops.contains(&stop) {
                    stops.push(stop);
                }
            }
        }
    }
    stops
}

/// Why a disclosure is refused for people of a document; nothing where it is permitted for some.
fn refusing(
    policy: &Policy,
    document: &Document,
    request: &Request<'_>,
    today: Day,
    recipient: impl Fn(&Policy, RecipientId) -> RecipientFacts,
) -> Option<Vec<String>> {
    let known = request.recipient.map(|id| recipient(policy, id));
    let given = |purpose| Consent {
        purpose,
        given: today,
    };
    let mut reasons = Vec::new();
    let countries = document.territories.iter().map(Some);
    for country in countries.chain(document.default.then_some(None)) {
        let person = PersonFacts {
            country,
            consents: policy.words.purposes.all().iter().map(given).collect(),
            agreed_recipients: policy.words.recipients.all(),
            ..PersonFacts::default()
        };
        let facts = Facts {
            person: &person,
            items: &[],
            recipient: known.as_ref(),
        };
        match decide(policy, request, &facts, today) {
            Decision::Permitted(_) => return None,
            Decision::Refused(refusal) => {
                reasons.extend(refusal.grounds.iter().map(|ground| {
                    format!("{}: {}", policy.citation(ground.cited), ground.why.code())
                }))
            }
        }
    }
    reasons.sort_unstable();
    reasons.dedup();
    Some(reasons)
}
