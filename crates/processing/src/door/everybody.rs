//! Looking at everybody for one purpose: sums of a survey, courses ahead, what went unconfirmed.
//! Each person is decided on by themselves, and whoever may not be looked at is passed over. One
//! entry says how many were looked at; nothing leaves before it is durable.

use super::reading::{Along, known_items};
use super::*;
use crate::command::Command;
use crate::confirming::StaleField;
use crate::registered::Question;
use crate::sums::{Counts, Tabulation};
use crate::training::{DueCourse, told};
use kept_terms::Set;
use kept_vault::Shown;
use kept_vault::store::{Record, Word};
use std::collections::BTreeMap;

/// How many people one step looks at.
const STEP: usize = 1_000;

/// How much one list holds.
const LISTED_MAX: usize = 10_000;

/// The items of somebody that a permit concerns.
struct Looked<'a> {
    moment: &'a Moment,
    seen: &'a Seen,
    permit: &'a Permit,
    items: Vec<(StoredItem, ItemFacts)>,
}

/// What a look at everybody asks for, before it is decided.
struct Look<'a> {
    purpose: PurposeId,
    sums: bool,
    fields: &'a (dyn Fn(&Document) -> Set<FieldId> + Sync),
}

impl Look<'_> {
    fn request(&self, asking: &Asking<'_>, person: &PersonFacts) -> Request<'static> {
        let document = asking.policy().document_for(person.country);
        Request {
            purpose: Some(self.purpose),
            fields: document.map_or(Set::EMPTY, self.fields),
            sums: self.sums,
            ..Request::new(Act::Use, asking.actor)
        }
    }
}

impl Moment {
    /// The fields whose values refer to a register.
    pub fn referring(&self, kind: RegisterKind) -> Result<Set<FieldId>, Failure> {
        let fields = self.policy().words.fields.iter();
        let referring = fields.filter(|(_, field)| field.register == Some(kind));
        let referring: Set<FieldId> = referring.map(|(id, _)| id).collect();
        if referring.is_empty() {
            let problem = format!("declares no field with `register = \"{}\"`", kind.word());
            return Err(Failure::invalid("the policy", problem));
        }
        Ok(referring)
    }
}

impl<S: Store> Processing<S> {
    /// A reading of what refers to courses, told as a profile.
    pub(crate) async fn read_training(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        request: &Request<'_>,
    ) -> Result<Prepared, Failure> {
        let prepared = self
            .release_after(asking, person, request, None, Along::default())
            .await?;
        let then = match prepared.then {
            Then::Open {
                seen,
                permit,
                items,
            } => Then::Train {
                seen,
                permit,
                items,
            },
            other => other,
        };
        Ok(Prepared { then, ..prepared })
    }

    /// Decides a look at everybody, before anybody is looked at.
    fn decided(&self, asking: &Asking<'_>, look: &Look<'_>) -> Result<Permit, Refusal> {
        let person = nobody(asking.policy());
        let request = look.request(asking, &person);
        let facts = Facts {
            person: &person,
            items: &[],
            recipient: None,
        };
        match decide(asking.policy(), &request, &facts, asking.moment.today) {
            Decision::Permitted(permit) => Ok(permit),
            Decision::Refused(refusal) => Err(refusal),
        }
    }

    fn refuse_look(
        &self,
        asking: &Asking<'_>,
        look: &Look<'_>,
        refusal: Refusal,
    ) -> Result<Prepared, Failure> {
        let request = look.request(asking, &nobody(asking.policy()));
        self.refuse(asking, &request, None, refusal)
    }

    /// Shows everybody who may be looked at to `visit`, which says whether to go on; answers with
    /// how many there were.
    async fn everybody(
        &self,
        asking: &Asking<'_>,
        look: &Look<'_>,
        visit: &mut (dyn FnMut(&Looked<'_>) -> Result<bool, Failure> + Send),
    ) -> Result<u64, Failure> {
        let in_force = &asking.moment.in_force;
        let (mut looked, mut after) = (0, None);
        let every = asking.policy().documents.iter().map(|it| (look.fields)(it));
        let every = every.fold(Set::EMPTY, |all, fields| all.union(fields));
        let words = every.iter().map(|field| in_force.field_word(field));
        let words = words.collect::<Result<Vec<Word>, _>>()?;
        loop {
            let people = self.vault.store().people(after, STEP).await?;
            let Some(last) = people.last().copied() else {
                return Ok(looked);
            };
            after = Some(last);
            for person in people {
                let wanted = Wanted::Fields(&words);
                let Some(mut seen) = self.vault.look(person, wanted).await? else {
                    continue;
                };
                let known = in_force.person(&seen.state);
                let request = look.request(asking, &known);
                let (stored, items) = known_items(in_force, &mut seen);
                let facts = Facts {
                    person: &known,
                    items: &items,
                    recipient: None,
                };
                let decision = decide(asking.policy(), &request, &facts, asking.moment.today);
                let Decision::Permitted(permit) = decision else {
                    continue;
                };
                looked += 1;
                let items = stored.into_iter().zip(items);
                let items = items.filter(|(_, facts)| permit.view(facts) != View::Withheld);
                let shown = Looked {
                    moment: asking.moment,
                    seen: &seen,
                    permit: &permit,
                    items: items.collect(),
                };
                if !visit(&shown)? {
                    return Ok(looked);
                }
            }
        }
    }

    /// The answer of a look, with its one entry.
    fn looked(
        &self,
        asking: &Asking<'_>,
        look: &Look<'_>,
        permit: &Permit,
        count: Option<u64>,
        reference: String,
        effect: Effect,
    ) -> Result<Prepared, Failure> {
        let request = look.request(asking, &nobody(asking.policy()));
        let mut telling = asking.telling(&request);
        telling.count = count;
        telling.reference = Some(reference);
        Ok(Prepared {
            commit: unchanging(None, telling.permitted(permit)?),
            then: Then::Give(effect),
        })
    }

    pub(super) async fn due_courses(&self, asking: &Asking<'_>) -> Result<Prepared, Failure> {
        let Some(Command::Due {
            purpose,
            course,
            by,
        }) = asking.command
        else {
            return Err(reading::mistaken());
        };
        let fields = asking.moment.referring(RegisterKind::Courses)?;
        let look = Look {
            purpose: declared(&asking.policy().words.purposes, "purpose", purpose)?,
            sums: false,
            fields: &move |_| fields,
        };
        let permit = match self.decided(asking, &look) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse_look(asking, &look, refusal),
        };
        if let Some(id) = course
            && asking.moment.register.find("course", id).is_none()
        {
            return Err(Failure::NotFound("course"));
        }
        let mut listed: Vec<DueCourse> = Vec::new();
        let mut visit = |looked: &Looked<'_>| {
            let in_force = &looked.moment.in_force;
            let values = self.release(in_force, looked.seen, looked.permit, &looked.items)?;
            let training = told(looked.moment, &looked.seen.state, &values);
            let wanted = training.due.into_iter().filter(|it| {
                it.by.is_none_or(|day| day <= *by)
                    && course.as_ref().is_none_or(|id| it.course == *id)
            });
            let (person, version) = (looked.seen.id, looked.seen.version);
            listed.extend(wanted.map(|course| DueCourse {
                person,
                course,
                version,
            }));
            Ok(listed.len() <= LISTED_MAX)
        };
        let looked = self.everybody(asking, &look, &mut visit).await?;
        let more = listed.len() > LISTED_MAX;
        listed.truncate(LISTED_MAX);
        listed.sort_by(|a, b| {
            let key = |it: &DueCourse| (it.course.course.clone(), it.course.by.is_none());
            (key(a), a.course.by).cmp(&(key(b), b.course.by))
        });
        let reference = format!("courses-due:{}", course.as_deref().unwrap_or("all"));
        let effect = Effect::Due(listed, more);
        self.looked(asking, &look, &permit, Some(looked), reference, effect)
    }

    pub(super) async fn stale(
        &self,
        asking: &Asking<'_>,
        purpose: &str,
    ) -> Result<Prepared, Failure> {
        let purpose = declared(&asking.policy().words.purposes, "purpose", purpose)?;
        let look = Look {
            purpose,
            sums: false,
            fields: &move |document| crate::confirming::confirmed_for(document, purpose),
        };
        let permit = match self.decided(asking, &look) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse_look(asking, &look, refusal),
        };
        let mut listed: Vec<StaleField> = Vec::new();
        let mut visit = |looked: &Looked<'_>| {
            let items: Vec<_> = looked.items.iter().map(|(_, facts)| *facts).collect();
            let stale = looked.moment.stale(looked.seen, purpose, &items)?;
            listed.extend(stale);
            Ok(listed.len() <= LISTED_MAX)
        };
        let looked = self.everybody(asking, &look, &mut visit).await?;
        let more = listed.len() > LISTED_MAX;
        listed.truncate(LISTED_MAX);
        let effect = Effect::Stale(listed, more);
        let reference = "list:unconfirmed".to_owned();
        self.looked(asking, &look, &permit, Some(looked), reference, effect)
    }

    pub(super) async fn tabulate(
        &self,
        asking: &Asking<'_>,
        survey: &str,
        purpose: &str,
    ) -> Result<Prepared, Failure> {
        let fields = asking.moment.referring(RegisterKind::Surveys)?;
        let look = Look {
            purpose: declared(&asking.policy().words.purposes, "purpose", purpose)?,
            sums: true,
            fields: &move |_| fields,
        };
        let permit = match self.decided(asking, &look) {
            Ok(permit) => permit,
            Err(refusal) => return self.refuse_look(asking, &look, refusal),
        };
        let known = asking.moment.register.find("survey", survey);
        let Some(Registered::Survey {
            title,
            closes,
            questions,
            ..
        }) = known
        else {
            return Err(Failure::NotFound("survey"));
        };
        if crate::register::day(closes).is_none_or(|day| day >= asking.moment.today) {
            return Err(Failure::Conflict(
                "the survey is still open; it is summed up once it has closed",
            ));
        }
        let reference = format!("survey:{survey}");
        if let Some(before) = self.summed(survey).await? {
            let (count, effect) = (before.answered, Effect::Tabulated(before));
            return self.looked(asking, &look, &permit, count, reference, effect);
        }
        let mut counts = Counts::default();
        let mut least = least(asking, &look, &permit);
        self.everybody(asking, &look, &mut |looked| {
            least = least.max(self::least(asking, &look, looked.permit));
            counts.add(self.answers(looked, survey, questions)?);
            Ok(true)
        })
        .await?;
        let sums = questions.iter().map(|it| counts.of(it, u64::from(least)));
        let tabulation = Tabulation {
            survey: survey.to_owned(),
            title: title.clone(),
            answered: (counts.people >= u64::from(least)).then_some(counts.people),
            suppressed_below: least,
            on: asking.moment.today.to_string(),
            questions: sums.collect(),
        };
        let record = record(survey, &tabulation)?;
        let absent = (record.kind, record.key.clone());
        let (count, effect) = (tabulation.answered, Effect::Tabulated(tabulation));
        let mut prepared = self.looked(asking, &look, &permit, count, reference, effect)?;
        prepared.commit.writes = self.marked(vec![Write::PutRecord(record)]);
        prepared.commit.absent.push(absent);
        Ok(prepared)
    }

    /// Takes out of a list whoever changed since they were looked at: they may have objected, or be
    /// gone. The list then says that there is more.
    pub(super) async fn unchanged(&self, mut effect: Effect) -> Result<Effect, Failure> {
        let mut listed: BTreeMap<PersonId, u64> = match &effect {
            Effect::Due(due, _) => due.iter().map(|it| (it.person, it.version)).collect(),
            Effect::Stale(stale, _) => stale.iter().map(|it| (it.person, it.version)).collect(),
            Effect::Done
            | Effect::Kept(_)
            | Effect::Stored { .. }
            | Effect::Values(_)
            | Effect::Found(_)
            | Effect::Matched(_)
            | Effect::Training(_)
            | Effect::Tabulated(_)
            | Effect::Forwarded(_)
            | Effect::Named(_)
            | Effect::SignedIn(_)
            | Effect::Listed(_)
            | Effect::Export(_) => return Ok(effect),
        };
        let before = listed.len();
        for (person, version) in listed.clone() {
            let now = self.vault.look(person, Wanted::Nothing).await?;
            if now.is_none_or(|now| now.version != version) {
                listed.remove(&person);
            }
        }
        let changed = listed.len() < before;
        match &mut effect {
            Effect::Due(due, more) => {
                due.retain(|it| listed.contains_key(&it.person));
                *more |= changed;
            }
            Effect::Stale(stale, more) => {
                stale.retain(|it| listed.contains_key(&it.person));
                *more |= changed;
            }
            Effect::Done
            | Effect::Kept(_)
            | Effect::Stored { .. }
            | Effect::Values(_)
            | Effect::Found(_)
            | Effect::Matched(_)
            | Effect::Training(_)
            | Effect::Tabulated(_)
            | Effect::Forwarded(_)
            | Effect::Named(_)
            | Effect::SignedIn(_)
            | Effect::Listed(_)
            | Effect::Export(_) => {}
        }
        Ok(effect)
    }

    /// What somebody chose, by question; of several answers to one the last counts.
    fn answers(
        &self,
        looked: &Looked<'_>,
        survey: &str,
        questions: &[Question],
    ) -> Result<BTreeMap<String, String>, Failure> {
        let in_force = &looked.moment.in_force;
        let mut values = self.release(in_force, looked.seen, looked.permit, &looked.items)?;
        values.sort_by_key(|value| value.number);
        let mut answers = BTreeMap::new();
        for value in values {
            let Shown::Clear(text) = &value.value else {
                continue;
            };
            let words: Vec<&str> = text.split(' ').collect();
            if let [of, question, choice] = words.as_slice()
                && *of == survey
                && questions.iter().any(|it| it.id == *question)
            {
                answers.insert((*question).to_owned(), (*choice).to_owned());
            }
        }
        Ok(answers)
    }

    /// The sums of a survey, where it was summed up before.
    async fn summed(&self, survey: &str) -> Result<Option<Tabulation>, Failure> {
        let store = self.vault.store();
        let stored = store.record(RecordKind::Setting, &key(survey)).await?;
        let read = |bytes: Vec<u8>| {
            serde_json::from_slice(&bytes)
                .map_err(|_| Failure::Corrupt("the sums of a survey cannot be read".to_owned()))
        };
        stored.map(read).transpose()
    }

    /// Checks that a survey was not summed up yet: changed afterwards, the sums would be those of
    /// other questions.
    pub(super) async fn not_summed(&self, survey: &str) -> Result<(), Failure> {
        match self.summed(survey).await? {
            None => Ok(()),
            Some(_) => Err(Failure::Conflict(
                "the survey was summed up; give another one a name of its own",
            )),
        }
    }
}

/// The smallest group that sums may show under the document of a permit.
fn least(asking: &Asking<'_>, look: &Look<'_>, permit: &Permit) -> u32 {
    let document = asking.policy().document(permit.document());
    let clause = document.and_then(|it| it.rules.use_of(look.purpose));
    // A permit for sums rests on a clause that says it.
    clause
        .and_then(|(_, clause)| clause.suppress_below)
        .unwrap_or(u32::MAX)
}

fn key(survey: &str) -> Vec<u8> {
    format!("sums/{survey}").into_bytes()
}

fn record(survey: &str, tabulation: &Tabulation) -> Result<Record, Failure> {
    let value = serde_json::to_vec(tabulation)
        .map_err(|_| Failure::invalid("the sums", "cannot be written down"))?;
    Ok(Record {
        kind: RecordKind::Setting,
        key: key(survey),
        value,
    })
}
