//! The oracle on what comes in, by names.
//! It shares no rule with `decide`.

use super::Oracle;
use crate::question::{Place, UnreadFile};
use kept_policy::*;
use kept_terms::{Basis, Day, Right};

impl<'a> Oracle<'a> {
    pub(super) fn collect(&mut self) {
        let q = self.question;
        let Some(channel) = q.through.as_ref().filter(|_| !q.fields.is_empty()) else {
            return self.say_verb("collect", Why::NotAsked);
        };
        self.no_child();
        self.nothing_special();
        self.must_fit();
        self.service_has_what_it_needs();
        for field in &q.fields {
            self.field_comes_in(field, channel);
        }
    }

    /// The purposes for which a field would be taken under a clause.
    fn wanted_for(&self, collect: &Collect) -> Vec<String> {
        match &self.question.purpose {
            Some(only) => vec![only.clone()],
            None => self.purposes(collect.purposes),
        }
    }

    fn field_comes_in(&mut self, field: &String, channel: &str) {
        let q = self.question;
        let mut about = self.collects();
        about.retain(|(_, c)| self.fields(c.data).contains(field));
        if about.is_empty() {
            self.say_verb("collect", Why::NotCollected);
        }
        let through = |c: &Collect| self.words.channels.names(c.through).contains(&channel);
        let mut fitting = about.clone();
        fitting.retain(|(_, c)| {
            let purposes = self.purposes(c.purposes);
            let declared = self
                .wanted_for(c)
                .iter()
                .all(|purpose| purposes.contains(purpose));
            through(c) && !purposes.is_empty() && declared
        });
        let mut welcome = fitting.clone();
        welcome.retain(|(_, c)| {
            self.wanted_for(c)
                .iter()
                .any(|p| self.unwelcome(p).is_none())
        });
        if fitting.is_empty() {
            for (clause, c) in about {
                let why = if through(c) {
                    Why::NoPurpose
                } else {
                    Why::WrongChannel
                };
                self.say(clause, why);
            }
        } else if welcome.is_empty() {
            for purpose in fitting
                .iter()
                .flat_map(|(_, c)| self.wanted_for(c))
                .collect::<Vec<_>>()
            {
                match self.unwelcome(&purpose) {
                    Some((Some(clause), why)) => self.say(clause, why),
                    Some((None, why)) => self.say_verb("use", why),
                    None => {}
                }
            }
        }
        for (clause, c) in welcome {
            if c.notice_before && !q.told {
                self.say(clause, Why::NoticeMissing);
            }
            let within = |token: &Vec<String>| self.wanted_for(c).iter().all(|p| token.contains(p));
            if !q.token_for.as_ref().is_none_or(within) {
                self.say(clause, Why::TokenLimited);
            }
        }
    }

    /// Each field needs a clause that lets it be tied, and a purpose that the person does not mind.
    pub(super) fn tie(&mut self) {
        let q = self.question;
        if q.fields.is_empty() {
            return self.say_verb("collect", Why::NotAsked);
        }
        self.no_child();
        self.nothing_held();
        if q.person.paused {
            match self.grant(Right::Restriction) {
                Some((clause, _)) => self.say(clause, Why::Restricted),
                None => self.say_verb("grant", Why::Restricted),
            }
        }
        for field in &q.fields {
            let mut about = self.collects();
            about.retain(|(_, c)| self.fields(c.data).contains(field));
            let (tied, loose): (Vec<_>, Vec<_>) = about.into_iter().partition(|(_, c)| c.tie);
            if tied.is_empty() && loose.is_empty() {
                self.say_verb("collect", Why::NotCollected);
            } else if tied.is_empty() {
                for (clause, _) in loose {
                    self.say(clause, Why::NotTied);
                }
                continue;
            }
            let all: Vec<String> = tied
                .iter()
                .flat_map(|(_, c)| self.purposes(c.purposes))
                .collect();
            if all.iter().all(|purpose| self.unwelcome(purpose).is_some()) {
                for purpose in &all {
                    match self.unwelcome(purpose) {
                        Some((Some(clause), why)) => self.say(clause, why),
                        Some((None, why)) => self.say_verb("use", why),
                        None => {}
                    }
                }
            }
            for (clause, c) in tied {
                let purposes = self.purposes(c.purposes);
                let within = |token: &Vec<String>| purposes.iter().all(|p| token.contains(p));
                if !q.token_for.as_ref().is_none_or(within) {
                    self.say(clause, Why::TokenLimited);
                }
            }
        }
    }

    pub(super) fn no_child(&mut self) {
        if let Some((clause, under, (_, ways))) = self.children()
            && (self.question.person.child || self.question.age.is_some_and(|age| age < under))
            && !self.parent_agreed()
        {
            match self.question.parent {
                Some(way) if ways.iter().any(|known| known == way) => self.vouches_for_a_parent(),
                _ => self.say(clause, Why::UnderAge),
            }
        }
    }

    /// Why a purpose may have nothing of this person, and the clause that says so.
    pub(super) fn unwelcome(&self, purpose: &str) -> Option<(Option<&'a str>, Why)> {
        let Some((clause, r#use)) = self.use_for(purpose) else {
            return Some((None, Why::NoPurpose));
        };
        if self.question.person.objects_to.iter().any(|p| p == purpose) {
            return Some((Some(clause), Why::Objected));
        }
        let asks = r#use.basis == Basis::Consent || r#use.choice == Choice::OptIn;
        (asks && !self.agrees(purpose, r#use)).then_some((Some(clause), Why::NoConsent))
    }

    /// Whether the person agreed to a purpose, and the agreement has not run out.
    pub(super) fn agrees(&self, purpose: &str, r#use: &Use) -> bool {
        let today = Day::from_date(self.question.today);
        self.question.person.agreed_to.iter().any(|agreed| {
            let lasts = match r#use.consent_lasts {
                Some(period) => period.after(Day::from_date(agreed.on)) > today,
                None => true,
            };
            agreed.purpose == purpose && lasts
        })
    }

    pub(super) fn nothing_special(&mut self) {
        let clauses = self.clauses(|body| match body {
            Body::Refuse(refuse @ Refuse::Special { .. }) => Some(refuse),
            _ => None,
        });
        for (name, refuse) in &clauses {
            let Refuse::Special { unread, .. } = refuse else {
                continue;
            };
            let refused = match self.question.unread {
                Some(UnreadFile::Document) => *unread != Unlooked::Take,
                Some(UnreadFile::Picture) => *unread == Unlooked::Refuse,
                None => false,
            };
            if refused {
                self.say(name, Why::Unreadable);
                break;
            }
        }
        for found in &self.question.found {
            let mut remedies = vec![];
            for (name, refuse) in &clauses {
                let Refuse::Special {
                    classes,
                    screened,
                    then,
                    ..
                } = refuse
                else {
                    continue;
                };
                let looks = match found.place {
                    Place::Field => screened.fields,
                    Place::FreeText => screened.free_text,
                    Place::Attachment => screened.attachments,
                };
                if looks && classes.contains(&found.category) {
                    remedies.push((*name, *then));
                }
            }
            let refusing = remedies.iter().find(|(_, then)| *then == Remedy::Refuse);
            match refusing.or(remedies.first()) {
                Some((_, Remedy::Redact)) if found.place != Place::Attachment => self.redact = true,
                Some((name, _)) => self.say(name, Why::Sensitive),
                None => {}
            }
        }
    }

    pub(super) fn service_has_what_it_needs(&mut self) {
        let q = self.question;
        let Some(service) = &q.service else { return };
        let mut there = q.fields.clone();
        let held = q.holds.iter().filter(|held| !self.due(held));
        there.extend(held.map(|held| held.field.clone()));
        for (clause, c) in self.collects() {
            let needs = self
                .words
                .services
                .names(c.required_for)
                .contains(&service.as_str());
            if needs
                && self
                    .fields(c.data)
                    .iter()
                    .any(|field| !there.contains(field))
            {
                self.say(clause, Why::Required);
            }
        }
    }
}
