//! The oracle on how people show who they are, by names.
//! It shares no rule with `decide`.

use super::Oracle;
use kept_policy::*;
use kept_terms::ActorKind;

impl Oracle<'_> {
    pub(super) fn sign_in(&mut self) {
        let q = self.question;
        let Some(way) = q.way else {
            return self.say_verb("secure", Why::NotAsked);
        };
        if q.by != ActorKind::Person {
            return self.say_verb("secure", Why::WrongRole);
        }
        let mut clauses = vec![];
        for clause in &self.document.clauses {
            if let Body::Secure(Secure::SignIn { ways }) = &clause.body {
                clauses.push((clause.full_name.to_string(), ways.clone()));
            }
        }
        let listing = clauses
            .iter()
            .find(|(_, ways)| ways.iter().any(|it| it == way.word()));
        let clause = match (listing, clauses.first()) {
            (Some((name, _)), _) => Some(name.clone()),
            (None, Some((name, _))) => {
                let name = name.clone();
                return self.say(&name, Why::NotThisWay);
            }
            (None, None) if way.word() == "e-mail-code" => None,
            (None, None) => return self.say_verb("secure", Why::NotThisWay),
        };
        let about_one = self.uses().into_iter().map(|(_, u)| u.tries.person);
        let about_one = u32::from(about_one.chain([5]).min().unwrap_or(5));
        if q.failures >= about_one || q.tries >= self.tries_of_a_caller() {
            match clause {
                Some(name) => self.say(&name, Why::TooManyTries),
                None => self.say_verb("secure", Why::TooManyTries),
            }
        }
    }

    pub(super) fn sign_out(&mut self) {
        if ![ActorKind::Person, ActorKind::System].contains(&self.question.by) {
            self.say_verb("secure", Why::WrongRole);
        }
    }
}
