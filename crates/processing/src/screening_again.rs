//! Looking through stored texts again, where the lexicons have grown or a clause asks for more than
//! it did: what would be struck out of a text that comes in today is struck out of those that are
//! here.
//! Everybody is gone through once for each state of the lexicons; how far it came is booked, so it
//! goes on after a restart. Files are not opened for it, and what a legal hold keeps stays.

use crate::door::{Asking, Moment, known_items, nobody};
use crate::{Caller, Failure, Processing};
use kept_policy::*;
use kept_screening::lexicon_version;
use kept_terms::{Act, PersonId, Right, Set, SpecialCategory};
use kept_vault::store::{Expected, Record, RecordKind, Store, StoredItem, Wanted, Word, Write};
use kept_vault::{Placed, Seen};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How far it has come.
const PROGRESS: &[u8] = b"screening-again";
/// How many people are looked at before how far it came is booked.
const STEP: usize = 100;
/// How often somebody is looked at anew who changes meanwhile.
const TRIES: usize = 16;

/// What came of looking through texts again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ScreenedAgain {
    /// How many people were looked at.
    pub people: u64,
    /// How many texts something was struck out of.
    pub struck: u64,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
struct Progress {
    /// Which state of the lexicons and of the clauses.
    of: String,
    after: Option<PersonId>,
    done: bool,
}

/// A text in which something was found, and what is left of it.
struct Struck {
    item: StoredItem,
    field: FieldId,
    left: Zeroizing<String>,
    found: Vec<SpecialCategory>,
}

impl<S: Store> Processing<S> {
    /// Looks through the texts of everybody, once for each state of the lexicons; nothing where
    /// they were looked through since it changed.
    ///
    /// # Errors
    /// Where the store fails, or somebody keeps changing; it goes on from the last step then.
    pub async fn screen_again(&self) -> Result<ScreenedAgain, Failure> {
        let moment = self.moment();
        let of = state_of(moment.policy());
        let store = self.vault.store();
        let stored = store.record(RecordKind::Progress, PROGRESS).await?;
        let stored: Option<Progress> = stored.and_then(|it| serde_json::from_slice(&it).ok());
        let mut at = stored.filter(|it| it.of == of).unwrap_or(Progress {
            of,
            ..Progress::default()
        });
        let mut all = ScreenedAgain::default();
        while !at.done {
            let people = store.people(at.after, STEP).await?;
            at.done = people.len() < STEP;
            at.after = people.last().copied().or(at.after);
            let mut looked: u64 = 0;
            for person in people {
                looked += 1;
                all.struck += self.strike_again(person).await?;
            }
            all.people += looked;
            self.book_screened(&moment, &at, looked).await?;
        }
        Ok(all)
    }

    /// Books how far it has come, with an entry that says how many were looked at.
    async fn book_screened(
        &self,
        moment: &Moment,
        at: &Progress,
        looked: u64,
    ) -> Result<(), Failure> {
        let value = serde_json::to_vec(at)
            .map_err(|_| Failure::invalid("progress", "cannot be written down"))?;
        let writes = vec![Write::PutRecord(Record {
            kind: RecordKind::Progress,
            key: PROGRESS.to_vec(),
            value,
        })];
        if looked == 0 {
            return Ok(self.vault.store().book(writes).await?);
        }
        let caller = Caller::system("screening");
        let asking = Asking::by_itself(&caller, moment)?;
        let request = Request::new(Act::Rectify, asking.actor);
        let request = Request {
            right: Some(Right::Rectification),
            ..request
        };
        let Some(permit) = weigh(&asking, &request, &nobody(moment.policy()), &[]) else {
            return Ok(self.vault.store().book(writes).await?);
        };
        let mut telling = asking.telling(&request);
        telling.count = Some(looked);
        telling.reference = Some(reference());
        let entry = telling.permitted(&permit)?;
        self.commit_one(None, Expected::Nothing, writes, entry)
            .await?;
        Ok(())
    }

    /// Strikes out of the texts of one person what is found in them now; the answer is of how many.
    async fn strike_again(&self, person: PersonId) -> Result<u64, Failure> {
        for _ in 0..TRIES {
            // No key is destroyed between making it ready and the commit.
            let _sealing = self.sealing.read().await?;
            let moment = self.moment();
            let words = texts(&moment)?;
            let Some(seen) = self.vault.look(person, Wanted::Fields(&words)).await? else {
                return Ok(0);
            };
            if seen.state.erasing || seen.state.remnant {
                return Ok(0);
            }
            if let Some(struck) = self.strike_in(&moment, seen).await? {
                return Ok(struck);
            }
            self.keep_up().await?;
        }
        Err(Failure::Conflict("the person keeps changing; try again"))
    }

    /// As [`Processing::strike_again`], for somebody as they were seen; nothing where they changed
    /// meanwhile.
    async fn strike_in(&self, moment: &Moment, mut seen: Seen) -> Result<Option<u64>, Failure> {
        let caller = Caller::system("screening");
        let asking = Asking::by_itself(&caller, moment)?;
        let known = moment.person(&seen.state);
        let (stored, facts) = known_items(&moment.in_force, &mut seen);
        let open = |facts: &ItemFacts| !facts.held && facts.due() > moment.today;
        let both = stored.into_iter().zip(facts);
        let items: Vec<(StoredItem, ItemFacts)> = both.filter(|(_, facts)| open(facts)).collect();
        let facts: Vec<ItemFacts> = items.iter().map(|(_, facts)| *facts).collect();
        let request = Request {
            right: Some(Right::Rectification),
            fields: facts.iter().map(|facts| facts.field).collect(),
            ..Request::new(Act::Rectify, asking.actor)
        };
        // Of whom nothing may be put right, nothing is looked at: those who are held for a client
        // that has not told us to.
        let Some(permit) = weigh(&asking, &request, &known, &facts) else {
            return Ok(Some(0));
        };
        let document = moment.policy().document(permit.document());
        let struck = match document.filter(|_| !items.is_empty()) {
            Some(document) => {
                let asked = (moment.policy(), document);
                self.found_again(asked, &permit, &seen, items)?
            }
            None => Vec::new(),
        };
        if struck.is_empty() {
            return Ok(Some(0));
        }
        let found = refound(document, &struck);
        let request = Request {
            fields: struck.iter().map(|struck| struck.field).collect(),
            found: &found,
            ..request
        };
        let Some(permit) = weigh(&asking, &request, &known, &facts) else {
            return Ok(Some(0));
        };
        self.put_struck(&asking, &request, &permit, seen, struck)
            .await
    }

    /// The texts in which something is found that the document does not take. What a field is
    /// declared to tell is not looked for in it.
    fn found_again(
        &self,
        (policy, document): (&Policy, &Document),
        permit: &Permit,
        seen: &Seen,
        items: Vec<(StoredItem, ItemFacts)>,
    ) -> Result<Vec<Struck>, Failure> {
        let mut all = Vec::new();
        for (item, facts) in items {
            let mut struck = None;
            let field = policy.words.fields.get(facts.field);
            let declared = field.and_then(|field| field.special);
            self.vault.matches(permit, seen, &item, &facts, |text| {
                let findings = self.screener.screen(text).into_iter();
                let found = findings.map(|finding| finding.category);
                let refused = found.filter(|category| {
                    Some(*category) != declared && remedy(document, *category).is_some()
                });
                let found: Vec<SpecialCategory> = refused.collect();
                if !found.is_empty() {
                    let left = kept_screening::strike_but(&self.screener, text, declared);
                    struck = Some((Zeroizing::new(left), found));
                }
                false
            })?;
            if let Some((left, found)) = struck {
                let field = facts.field;
                all.push(Struck {
                    item,
                    field,
                    left,
                    found,
                });
            }
        }
        Ok(all)
    }

    /// Seals what is left of each text in its place; nothing where the person changed meanwhile.
    async fn put_struck(
        &self,
        asking: &Asking<'_>,
        request: &Request<'_>,
        permit: &Permit,
        seen: Seen,
        struck: Vec<Struck>,
    ) -> Result<Option<u64>, Failure> {
        let moment = asking.moment;
        let items = struck.iter().map(|struck| &struck.item);
        let classes: Vec<_> = items.map(|item| (item.class, item.anchor)).collect();
        let ready = self
            .vault
            .make_ready(permit, Some(seen), moment.now, &classes);
        let Some(seen) = ready.await? else {
            return Ok(Some(0));
        };
        let mut state = seen.state.clone();
        let mut writes = Vec::with_capacity(2 * struck.len());
        for Struck { item, left, .. } in &struck {
            let placed = Placed {
                number: state.number_item()?,
                ..Placed::from(item)
            };
            writes.push(Write::DeleteItem(item.field, item.number));
            let sealed = self.vault.seal(permit, &seen, placed, left.as_bytes())?;
            writes.push(Write::PutItem(sealed));
        }
        let count = u64::try_from(struck.len()).unwrap_or(u64::MAX);
        let mut telling = asking.telling(request);
        telling.person = Some(self.vault.commitment(&seen));
        telling.count = Some(count);
        telling.reference = Some(reference());
        let commit = self.changing(&seen, &state, writes, telling.permitted(permit)?)?;
        let done = self.commit_own(moment, commit).await?;
        Ok(done.map(|_| count))
    }
}

fn weigh(
    asking: &Asking<'_>,
    request: &Request<'_>,
    person: &PersonFacts,
    items: &[ItemFacts],
) -> Option<Permit> {
    let facts = Facts {
        person,
        items,
        recipient: None,
    };
    match decide(asking.policy(), request, &facts, asking.moment.today) {
        Decision::Permitted(permit) => Some(permit),
        Decision::Refused(_) => None,
    }
}

/// What a document does with a category that is found in a text.
fn remedy(document: &Document, category: SpecialCategory) -> Option<Remedy> {
    let remedy = document
        .rules
        .remedy(category, |screened| screened.free_text);
    remedy.map(|(_, remedy)| remedy)
}

/// What was found, as a decision is told of it, so that the clause is cited. Where a clause would
/// have the whole text refused, it is here already, and is struck through as well.
fn refound(document: Option<&Document>, struck: &[Struck]) -> Vec<(SpecialCategory, FoundIn)> {
    let mut all: Vec<(SpecialCategory, FoundIn)> = Vec::new();
    for category in struck.iter().flat_map(|struck| &struck.found) {
        let of = document.and_then(|document| remedy(document, *category));
        let one = (*category, FoundIn::FreeText);
        if of == Some(Remedy::Redact) && !all.iter().any(|(known, _)| known == category) {
            all.push(one);
        }
    }
    all
}

/// The store's numbers of the fields in which people write freely.
fn texts(moment: &Moment) -> Result<Vec<Word>, Failure> {
    let fields = moment.policy().words.fields.iter();
    let free = fields.filter(|(_, field)| {
        field.kind.is_free_text() && !field.identifier && field.register.is_none()
    });
    let ids: Set<FieldId> = free.map(|(id, _)| id).collect();
    ids.iter()
        .map(|id| moment.in_force.field_word(id))
        .collect()
}

/// Stands for the lexicons, and for what the documents say is not taken.
fn state_of(policy: &Policy) -> String {
    let mut said = String::new();
    for clause in policy.clauses() {
        if let Body::Refuse(refuse) = &clause.body {
            said.push_str(&format!("{} {refuse:?};", clause.full_name));
        }
    }
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, said.as_bytes());
    let short = digest.as_ref().get(..8).unwrap_or_default();
    format!(
        "{:016x}-{}",
        lexicon_version(),
        data_encoding::HEXLOWER.encode(short)
    )
}

/// What the ledger says of it.
fn reference() -> String {
    format!("screened:{:016x}", lexicon_version())
}
