//! Values that refer to a register: a client, a course with its date, a choice in a survey.
//! What is not in the register is not taken; what is taken stands in one form.

use super::Moment;
use crate::register::day as date;
use crate::{Failure, Registered};
use kept_policy::{Dated, Field, RegisterKind};
use kept_terms::Day;

impl Moment {
    /// A value in the form in which it refers to its register; as it is where its field refers to
    /// none.
    ///
    /// A client is stored by its name. A course is given by identifier or title, with a date after
    /// it or without; what was done without a date was done on the `day` it was collected. A choice
    /// is given as survey, question and choice.
    pub fn referred(
        &self,
        field: &Field,
        text: &str,
        day: Day,
        place: &str,
    ) -> Result<String, Failure> {
        let unknown = |kind: RegisterKind| {
            let entry = kind.entry();
            let problem = format!(
                "names no {entry} in the register of {}; `kept register list --kind {entry}` shows \
                 those there are",
                kind.word()
            );
            Failure::invalid(place, problem)
        };
        match field.register {
            None => Ok(text.to_owned()),
            Some(kind @ RegisterKind::Clients) => {
                let client = self.called(kind, text).ok_or_else(|| unknown(kind))?;
                Ok(client.title().to_owned())
            }
            Some(kind @ RegisterKind::Courses) => {
                let (name, told) = dated(text);
                let course = self.called(kind, name).ok_or_else(|| unknown(kind))?;
                let told = told.or((field.dated == Some(Dated::Done)).then_some(day));
                if field.dated == Some(Dated::Done) && told.is_some_and(|told| told > self.today) {
                    return Err(Failure::invalid(place, "was done on a day in the future"));
                }
                Ok(match told {
                    Some(told) => format!("{} {told}", course.id()),
                    None => course.id().to_owned(),
                })
            }
            Some(RegisterKind::Surveys) => self.choice(text, day, place),
        }
    }

    /// The identifier of the client that has a name.
    pub fn client(&self, name: &str) -> Option<String> {
        let found = self.called(RegisterKind::Clients, name);
        found.map(|client| client.id().to_owned())
    }

    /// What a register calls so, by identifier or by title.
    fn called(&self, kind: RegisterKind, name: &str) -> Option<&Registered> {
        let name = name.trim();
        let same = |it: &&Registered| {
            it.register() == Some(kind)
                && (it.id() == name || it.title().to_lowercase() == name.to_lowercase())
        };
        self.register.registered().iter().find(same)
    }

    fn choice(&self, text: &str, day: Day, place: &str) -> Result<String, Failure> {
        let mut words = text.split_whitespace();
        let mut next = || words.next().unwrap_or_default();
        let (survey, question, choice) = (next(), next(), next());
        let unknown = |what: &str| Failure::invalid(place, format!("names no {what}"));
        let Some(Registered::Survey {
            opens,
            closes,
            questions,
            ..
        }) = self.register.find("survey", survey)
        else {
            return Err(unknown("survey in the register of surveys"));
        };
        let asked = questions.iter().find(|it| it.id == question);
        let asked = asked.ok_or_else(|| unknown("question of the survey"))?;
        if !asked.choices.contains_key(choice) || words.next().is_some() {
            return Err(unknown(
                "choice of the question, as `survey question choice`",
            ));
        }
        if date(opens).is_none_or(|opens| day < opens) {
            return Err(Failure::invalid(place, "comes before the survey opens"));
        }
        if date(closes).is_none_or(|closes| self.today > closes) {
            return Err(Failure::invalid(place, "comes after the survey has closed"));
        }
        Ok(format!("{survey} {question} {choice}"))
    }
}

/// A value cut into a name and the date after it, where there is one.
pub(crate) fn dated(text: &str) -> (&str, Option<Day>) {
    let text = text.trim();
    let cut = text.rsplit_once(char::is_whitespace);
    match cut.and_then(|(name, last)| Some((name.trim_end(), date(last)?))) {
        Some((name, day)) => (name, Some(day)),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_stands_after_a_name_or_nowhere() {
        let told = Day::from_date("2026-05-04".parse().unwrap());
        assert_eq!(dated("first aid 2026-05-04"), ("first aid", Some(told)));
        assert_eq!(dated(" first aid "), ("first aid", None));
        assert_eq!(dated("2026-05-04"), ("2026-05-04", None));
    }
}
