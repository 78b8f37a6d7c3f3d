//! A person's training: courses behind them, courses ahead, and what their clients require.
//! It is worked out from what the door let out; it stores nothing.

use crate::command::Released;
use crate::door::{Asking, Moment, Prepared, Processing, dated, declared};
use crate::{Failure, Registered};
use kept_policy::{Dated, RegisterKind, Request};
use kept_terms::{Act, Day, Period, PersonId};
use kept_vault::store::Store;
use kept_vault::{PersonState, Shown};

/// A person's training.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Training {
    /// Courses behind them, the last first.
    pub attended: Vec<Attended>,
    /// Courses ahead of them, the most urgent first.
    pub due: Vec<Course>,
}

/// A course that was attended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attended {
    /// Which.
    pub course: String,
    /// What it is called; nothing where it is no longer in the catalogue.
    pub title: Option<String>,
    /// When.
    pub on: Option<Day>,
    /// The first day on which it no longer counts; nothing where it counts for good.
    pub counts_until: Option<Day>,
    /// The number of the item.
    pub number: u32,
}

/// A course that is ahead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Course {
    /// Which.
    pub course: String,
    /// What it is called; nothing where it is no longer in the catalogue.
    pub title: Option<String>,
    /// Until when; nothing where no day was set.
    pub by: Option<Day>,
    /// Whether that day is past.
    pub overdue: bool,
    /// Whether a client of theirs requires it.
    pub required: bool,
}

/// A course that is ahead of somebody.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DueCourse {
    /// Of whom.
    pub person: PersonId,
    /// Which.
    pub course: Course,
    /// The person's version, as they were looked at.
    pub(crate) version: u64,
}

impl<S: Store> Processing<S> {
    /// A reading of everything that refers to courses.
    pub(crate) async fn training(
        &self,
        asking: &Asking<'_>,
        person: PersonId,
        purpose: &str,
    ) -> Result<Prepared, Failure> {
        let words = &asking.policy().words;
        let request = Request {
            purpose: Some(declared(&words.purposes, "purpose", purpose)?),
            fields: asking.moment.referring(RegisterKind::Courses)?,
            ..Request::new(Act::Use, asking.actor)
        };
        self.read_training(asking, person, &request).await
    }
}

/// What values tell of a person's training.
pub(crate) fn told(moment: &Moment, state: &PersonState, values: &[Released]) -> Training {
    let mut training = Training::default();
    for value in values {
        let (Shown::Clear(text), Some(dating)) = (&value.value, dating(moment, &value.field))
        else {
            continue;
        };
        let (id, day) = dated(text);
        let known = moment.register.find("course", id);
        let title = known.map(|course| course.title().to_owned());
        match dating {
            Dated::Done => training.attended.push(Attended {
                course: id.to_owned(),
                title,
                on: day,
                counts_until: day.and_then(|day| Some(counts(known?)?.after(day))),
                number: value.number,
            }),
            Dated::Due => training.due.push(Course {
                course: id.to_owned(),
                title,
                by: day,
                overdue: day.is_some_and(|day| day < moment.today),
                required: false,
            }),
        }
    }
    training.attended.sort_by_key(|it| std::cmp::Reverse(it.on));
    settle(moment, state, &mut training);
    training
}

/// Takes out what was due and is done, and puts in what clients require and is not.
fn settle(moment: &Moment, state: &PersonState, training: &mut Training) {
    let attended = &training.attended;
    let counts = |course: &str| {
        let holds = |it: &&Attended| it.counts_until.is_none_or(|day| day > moment.today);
        attended.iter().filter(holds).any(|it| it.course == course)
    };
    training.due.retain(|it| !counts(&it.course));
    for registered in moment.register.registered() {
        let Registered::Course {
            id,
            title,
            required_for,
            ..
        } = registered
        else {
            continue;
        };
        if !required_for.iter().any(|it| state.clients.contains(it)) || counts(id) {
            continue;
        }
        match training.due.iter_mut().find(|it| it.course == *id) {
            Some(known) => known.required = true,
            None => training.due.push(Course {
                course: id.clone(),
                title: Some(title.clone()),
                by: None,
                overdue: false,
                required: true,
            }),
        }
    }
    training.due.sort_by_key(|it| (it.by.is_none(), it.by));
}

/// What the date in a field's values tells.
fn dating(moment: &Moment, field: &str) -> Option<Dated> {
    let fields = &moment.policy().words.fields;
    fields.id(field).and_then(|id| fields.get(id)?.dated)
}

/// For how long attending a course counts.
fn counts(course: &Registered) -> Option<Period> {
    match course {
        Registered::Course { valid_for, .. } => valid_for.as_deref()?.parse().ok(),
        Registered::Client { .. }
        | Registered::Survey { .. }
        | Registered::Instruction { .. }
        | Registered::Template { .. }
        | Registered::Hook(_)
        | Registered::Mailbox { .. }
        | Registered::Agent { .. }
        | Registered::Feed(_) => None,
    }
}
