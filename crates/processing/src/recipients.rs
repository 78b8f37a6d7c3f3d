//! Recipients as anybody may see them: what each may get and where it is, what is on record, and
//! whether the way there is open today and until when.
//! It asks the policy what would be decided; it permits nothing.

use crate::door::{Asking, Moment};
use crate::feeds::{countries, recipient_facts, willing};
use crate::{Caller, Failure, Processing};
use kept_policy::*;
use kept_terms::{Act, Day};
use kept_vault::store::Store;
use serde::Serialize;
use std::collections::BTreeSet;

/// A recipient.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RecipientShown {
    /// Its name in the policy.
    pub recipient: String,
    /// What it is called.
    pub label: String,
    /// What it is to the controller.
    pub kind: String,
    /// The country in which it is, as two letters.
    pub country: String,
    /// Undertakings on record, each with its last day.
    pub undertakings: Vec<OnRecord>,
    /// Reports and certifications on record, each with its last day.
    pub assurances: Vec<OnRecord>,
    /// What each clause lets it have.
    pub ways: Vec<Way>,
    /// How many things it was to be told and has not confirmed.
    pub unconfirmed: u64,
    /// How many of them it should have confirmed by now.
    pub unconfirmed_late: u64,
}

/// Something on record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OnRecord {
    /// What it is, by the policy's name for it.
    pub name: String,
    /// The last day on which it holds.
    pub until: String,
    /// Whether it holds today.
    pub valid: bool,
}

/// What a clause lets a recipient have, and whether the way is open.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Way {
    /// The clause, as `document#disclose.name`.
    pub clause: String,
    /// Which fields.
    pub data: Vec<String>,
    /// For which purposes.
    pub purposes: Vec<String>,
    /// Whether the person has to agree first.
    pub consent: bool,
    /// Whether only the law opens it.
    pub compelled: bool,
    /// Whether it is open today, for people of one country at least.
    pub open: bool,
    /// The last day on which it is, as things are on record; nothing where no end is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What closes it, for people of one country at least.
    pub closed_by: Vec<Closed>,
}

/// What closes a way.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Closed {
    /// The clause.
    pub clause: String,
    /// The code of the reason.
    pub code: String,
    /// The reason in a sentence.
    pub sentence: String,
}

impl<S: Store> Processing<S> {
    /// Every recipient of the policy in force, in its order.
    pub async fn recipients(&self) -> Result<Vec<RecipientShown>, Failure> {
        let moment = self.moment();
        let unconfirmed = self.unconfirmed().await?;
        let words = &moment.policy().words;
        let mut all = Vec::new();
        for (id, recipient) in words.recipients.iter() {
            let known = moment.register.recipient(moment.policy(), id);
            let on_record = |name: &str, until: Day| OnRecord {
                name: name.to_owned(),
                until: until.to_string(),
                valid: until >= moment.today,
            };
            let undertakings = known.undertakings.iter();
            let assurances = known.assurances.iter();
            let (all_told, late) = unconfirmed
                .get(&*recipient.name)
                .copied()
                .unwrap_or_default();
            all.push(RecipientShown {
                recipient: recipient.name.to_string(),
                label: recipient.label.to_string(),
                kind: recipient.kind.word().to_owned(),
                country: recipient.country.code().to_owned(),
                undertakings: undertakings.map(|(k, u)| on_record(k.word(), *u)).collect(),
                assurances: assurances
                    .map(|(id, until)| on_record(words.assurances.name(*id), *until))
                    .collect(),
                ways: self.ways(&moment, id, &known)?,
                unconfirmed: all_told,
                unconfirmed_late: late,
            });
        }
        Ok(all)
    }

    fn ways(
        &self,
        moment: &Moment,
        to: RecipientId,
        known: &RecipientFacts,
    ) -> Result<Vec<Way>, Failure> {
        let policy = moment.policy();
        let mut ways = Vec::new();
        for clause in policy.clauses() {
            let Body::Disclose(disclose) = &clause.body else {
                continue;
            };
            if disclose.to != to {
                continue;
            }
            let (open, closed) = weighed(moment, clause, disclose, moment.today)?;
            let until = match open {
                true => ends(moment, clause, disclose, known)?,
                false => None,
            };
            let name = |name: &str| name.to_owned();
            ways.push(Way {
                clause: clause.full_name.to_string(),
                data: policy
                    .words
                    .fields
                    .names(disclose.data)
                    .into_iter()
                    .map(name)
                    .collect(),
                purposes: policy
                    .words
                    .purposes
                    .names(disclose.purposes)
                    .into_iter()
                    .map(name)
                    .collect(),
                consent: disclose.consent,
                compelled: disclose.compelled,
                open,
                until: until.map(|day| day.to_string()),
                closed_by: closed.into_iter().collect(),
            });
        }
        Ok(ways)
    }
}

/// Whether a clause's way is open on a day for willing people of one country of its document, and
/// what closes it for those of others.
fn weighed(
    moment: &Moment,
    clause: &Clause,
    disclose: &Disclose,
    day: Day,
) -> Result<(bool, BTreeSet<Closed>), Failure> {
    let policy = moment.policy();
    let caller = Caller::system("recipients");
    let asking = Asking::by_itself(&caller, moment)?;
    let (mut open, mut closed) = (false, BTreeSet::new());
    let document = policy.document(clause.id.document);
    let of_document = countries(policy)
        .into_iter()
        .filter(|country| document.is_some_and(|document| document.territories.contains(*country)));
    for country in of_document {
        let person = willing(policy, country, moment);
        for purpose in disclose.purposes.iter() {
            let request = Request {
                purpose: Some(purpose),
                fields: disclose.data,
                recipient: Some(disclose.to),
                compelled: disclose.compelled,
                ..Request::new(Act::Disclose, asking.actor)
            };
            let known = recipient_facts(moment, &request);
            let facts = Facts {
                person: &person,
                items: &[],
                recipient: Some(&known),
            };
            match decide(policy, &request, &facts, day) {
                Decision::Permitted(_) => open = true,
                Decision::Refused(refusal) => {
                    closed.extend(refusal.grounds.iter().map(|ground| Closed {
                        clause: policy.citation(ground.cited),
                        code: ground.why.code().to_owned(),
                        sentence: ground.why.sentence().to_owned(),
                    }));
                }
            }
        }
    }
    Ok((open, closed))
}

/// The last day on which a way that is open stays open: one of the days on which something on
/// record ends.
fn ends(
    moment: &Moment,
    clause: &Clause,
    disclose: &Disclose,
    known: &RecipientFacts,
) -> Result<Option<Day>, Failure> {
    let policy = moment.policy();
    let mut days: BTreeSet<Day> = BTreeSet::new();
    days.extend(known.undertakings.iter().map(|(_, until)| *until));
    days.extend(known.assurances.iter().map(|(_, until)| *until));
    let instruments = policy.words.instruments.iter();
    let instruments = instruments.filter_map(|(_, instrument)| instrument.valid_until);
    days.extend(instruments.map(Day::from_date));
    for clause in policy.clauses() {
        if let Body::Transfer(Transfer {
            valid_until: Some(last),
            ..
        }) = &clause.body
        {
            days.insert(Day::from_date(*last));
        }
    }
    for last in days
        .into_iter()
        .filter(|day| *day >= moment.today && *day < Day::NEVER)
    {
        let next = Day(last.0.saturating_add(1));
        if !weighed(moment, clause, disclose, next)?.0 {
            return Ok(Some(last));
        }
    }
    Ok(None)
}
