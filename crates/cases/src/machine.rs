//! The one state machine: what may happen to a case in each state, and what follows from it.
//! It decides nothing about who may do it; that is the policy's, and was decided before.

mod breach;

use crate::{
    About, Calendar, Case, Date, Ending, Extension, Ground, Kind, Left, Mandate, Stage, State,
    Step, Told, Withheld,
};
use kept_terms::{Day, ItemNumber, Period, PersonId};

/// How many days before the last one the team is reminded, earliest first.
const REMIND_DAYS: [i32; 2] = [7, 2];

/// Why an answer may take longer.
const EXTEND_WHY: [&str; 2] = ["complex", "many-requests"];

/// What a person may be waited for.
const WAIT_WHY: [&str; 3] = ["clarification", "mandate", "documents"];

/// The step of looking whether whoever is reported is there.
const LOOKED_UP: &str = "looked-up";

/// How many items one case refers to at most.
const ITEMS_MAX: usize = 1_000;

/// What the clause and the law say of one case, on one day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Rules {
    /// By how much the answer may be delayed, once; nothing where it may not.
    pub extend: Option<Period>,
    /// Whether the clock stands still while the person is waited for.
    pub stops: bool,
    /// Whether a day off at the end moves the last day on.
    pub rolls: bool,
    /// The outcomes that a clause lists; none means those of the kind.
    pub outcomes: Vec<String>,
}

/// Something that happens to a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// Who asks has been shown, and is this person; nobody where nothing is held of them.
    Identified {
        /// Who.
        person: Option<PersonId>,
    },
    /// It was looked whether whoever is reported is there.
    LookedUp {
        /// Who they are; nobody where nothing is held of them.
        person: Option<PersonId>,
    },
    /// An agent's mandate was checked.
    MandateChecked,
    /// The person is asked something, and is waited for.
    Waited {
        /// Why, as a code.
        why: String,
    },
    /// The person has answered.
    Heard,
    /// The answer takes longer, and the person is told.
    Extended {
        /// Why, as a code.
        why: String,
    },
    /// It moves on to another stage.
    Escalated {
        /// Which.
        stage: u8,
        /// Whose it is then.
        to: Stage,
    },
    /// The person wrote again, or asked for the same again.
    Joined {
        /// Where, if it is an item.
        message: Option<ItemNumber>,
    },
    /// An item is not to be handed out with it.
    Withheld {
        /// Its field.
        field: String,
        /// Its number.
        number: ItemNumber,
        /// Why.
        ground: Ground,
    },
    /// The day of a reminder is there.
    Reminded,
    /// More people turn out to be touched by a breach.
    Touched {
        /// Who.
        people: Vec<PersonId>,
        /// The clients, as `system/client`.
        clients: Vec<String>,
    },
    /// A notice of a breach was queued for people.
    Noticed {
        /// For whom.
        people: Vec<PersonId>,
        /// For which clients, as `system/client`.
        clients: Vec<String>,
    },
    /// The authority was told of a breach.
    AuthorityTold,
    /// Something is to be done about a breach, or was done.
    Measured {
        /// What, as a name.
        name: String,
        /// Whether it was done.
        done: bool,
    },
    /// It is over.
    Ended {
        /// How, in a word.
        outcome: String,
        /// On what ground, where it is turned down.
        ground: Option<Ground>,
        /// What was done.
        did: Vec<String>,
        /// What was not.
        left: Vec<Left>,
    },
}

/// A message to whoever asked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Message {
    /// It has come.
    Received,
    /// They are to show who they are.
    IdentityWanted,
    /// They were asked something, and are waited for.
    Waiting,
    /// The answer takes longer.
    Extended,
    /// It is over.
    Ended,
}

impl Message {
    /// Every message.
    pub const ALL: [Message; 5] = [
        Message::Received,
        Message::IdentityWanted,
        Message::Waiting,
        Message::Extended,
        Message::Ended,
    ];

    /// The name of its template.
    pub const fn template(self) -> &'static str {
        match self {
            Message::Received => "case-received",
            Message::IdentityWanted => "case-identity-wanted",
            Message::Waiting => "case-waiting",
            Message::Extended => "case-extended",
            Message::Ended => "case-ended",
        }
    }
}

/// A reminder to the team.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reminder {
    /// How many days are left.
    pub left: i32,
}

/// What follows from something that happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Follows {
    /// Whoever asked is told.
    Tell(Message),
    /// The team is reminded.
    Remind(Reminder),
}

/// Why something cannot happen to a case as it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Trouble {
    /// It has ended; what comes now is another case.
    #[error("has ended; open another")]
    Ended,
    /// Who asks has not been shown.
    #[error("waits until it is shown who asks")]
    NotIdentified,
    /// It was shown before.
    #[error("is not waiting for anything to be shown")]
    NotWaiting,
    /// Whoever asks for somebody else has not shown that they may.
    #[error("is asked for by somebody whose mandate was not checked")]
    NoMandate,
    /// No clause lets it take longer.
    #[error("cannot be extended: no clause says so")]
    NotExtendable,
    /// It was extended before.
    #[error("was extended before; it can be once")]
    ExtendedBefore,
    /// The person would be told after the first time has lapsed.
    #[error("cannot be extended any more: the person is to be told before the time is over")]
    TooLate,
    /// A code that is none.
    #[error("is given no reason that there is")]
    NoReason,
    /// An outcome that its kind does not have.
    #[error("cannot end like that")]
    NoOutcome,
    /// It is turned down, and nothing says on what ground.
    #[error("is turned down on no ground that there is for it")]
    NoGround,
    /// It is not about that.
    #[error("is not about that")]
    OtherKind,
    /// It is at its last stage.
    #[error("is at its last stage")]
    LastStage,
    /// Something is still to be done about it.
    #[error("has measures that are not done, or people who were not told")]
    Unfinished,
    /// It refers to as many things as it can.
    #[error("refers to as many things as it can")]
    Full,
}

impl Case {
    /// What the case is after something happened on a day, and what follows from it.
    ///
    /// Errors say why it cannot happen; then the case stands as it did.
    pub fn after(
        &self,
        event: &Event,
        by: &str,
        at: i64,
        today: Day,
        rules: &Rules,
    ) -> Result<(Case, Vec<Follows>), Trouble> {
        if self.is_ended() {
            return Err(Trouble::Ended);
        }
        let mut case = self.clone();
        let mut follows = Vec::new();
        let what = match event {
            Event::Identified { person } => case.identified(*person, today, rules)?,
            Event::LookedUp { person } => case.looked_up(*person)?,
            Event::MandateChecked => case.mandated()?,
            Event::Waited { why } => case.waited(why, today, rules)?,
            Event::Heard => case.heard(today, rules)?,
            Event::Extended { why } => case.extended(why, today, rules)?,
            Event::Escalated { stage, to } => case.escalated(*stage, to)?,
            Event::Joined { message } => case.joined(*message, today, rules)?,
            Event::Withheld {
                field,
                number,
                ground,
            } => case.withhold(field, *number, ground)?,
            Event::Reminded => {
                let Some(left) = case.reminder_due(today) else {
                    return Ok((case, follows));
                };
                case.reminded.push(Date(today));
                follows.push(Follows::Remind(Reminder { left }));
                "reminded"
            }
            Event::Touched { people, clients } => case.touched(people, clients)?,
            Event::Noticed { people, clients } => case.noticed(people, clients)?,
            Event::AuthorityTold => case.authority_told(at)?,
            Event::Measured { name, done } => case.measured(name, *done, today)?,
            Event::Ended {
                outcome,
                ground,
                did,
                left,
            } => {
                let ending = Ending {
                    outcome: outcome.clone(),
                    ground: ground.clone(),
                    did: did.clone(),
                    left: left.clone(),
                    by: by.to_owned(),
                    at,
                    on: Date(today),
                    in_time: !case.is_overdue(today),
                };
                case.ended(ending, rules)?
            }
        };
        follows.extend(told_of(what).map(Follows::Tell));
        case.steps.push(Step {
            what: what.to_owned(),
            at,
            by: by.to_owned(),
        });
        Ok((case, follows))
    }

    /// Says that something of what was to be taken away had to be kept, each with its ground.
    pub fn kept_back(&mut self, left: Vec<Left>) {
        if let State::Ended(ending) = &mut self.state {
            if ending.outcome == "done" && self.kind.outcomes().contains(&"partly") {
                ending.outcome = "partly".to_owned();
            }
            ending.ground = left.first().map(|left| left.ground.clone());
            ending.left.extend(left);
        }
    }

    /// Says that something was sent about it.
    pub fn note_told(&mut self, template: &str, at: i64) {
        self.told.push(Told {
            template: template.to_owned(),
            at,
        });
    }

    /// How many days are left, where the team is to be reminded today and was not for this reason.
    pub fn reminder_due(&self, today: Day) -> Option<i32> {
        let left = self.days_left(today)?;
        if self.is_ended() || self.stopped().is_some() {
            return None;
        }
        let passed = REMIND_DAYS.iter().filter(|days| left <= **days).count();
        // An extension begins the count anew.
        let since = self.extension.as_ref().map(|extension| extension.on);
        let said = self.reminded.iter().filter(|day| Some(**day) >= since);
        (said.count() < passed).then_some(left)
    }

    fn identified(
        &mut self,
        known: Option<PersonId>,
        today: Day,
        rules: &Rules,
    ) -> Result<&'static str, Trouble> {
        if !matches!(self.state, State::IdentityWanted { .. }) {
            return Err(Trouble::NotWaiting);
        }
        let About::Person { person, .. } = &mut self.about else {
            return Err(Trouble::OtherKind);
        };
        *person = known;
        self.go_on(today, rules);
        Ok("identified")
    }

    fn looked_up(&mut self, known: Option<PersonId>) -> Result<&'static str, Trouble> {
        if !self.wants_looking_up() {
            return Err(Trouble::OtherKind);
        }
        if let About::Person { person, .. } = &mut self.about {
            *person = known;
        }
        Ok(LOOKED_UP)
    }

    /// Whether somebody is reported in it, and it was not looked yet whether they are there.
    pub fn wants_looking_up(&self) -> bool {
        let reported = self.written.as_ref();
        let reported = reported.is_some_and(|written| written.whom.is_some());
        self.kind == Kind::UnderAge
            && reported
            && !self.is_ended()
            && self.person().is_none()
            && self.steps.iter().all(|step| step.what != LOOKED_UP)
    }

    fn mandated(&mut self) -> Result<&'static str, Trouble> {
        match &mut self.about {
            About::Person {
                agent: Some(agent), ..
            } => agent.mandate = Mandate::Checked,
            About::Person { agent: None, .. }
            | About::Authority { .. }
            | About::Disclosure { .. }
            | About::Staff { .. }
            | About::Breach(_)
            | About::Client { .. } => return Err(Trouble::OtherKind),
        }
        Ok("mandate-checked")
    }

    fn waited(&mut self, why: &str, today: Day, rules: &Rules) -> Result<&'static str, Trouble> {
        if !WAIT_WHY.contains(&why) {
            return Err(Trouble::NoReason);
        }
        match self.state {
            State::Open => {}
            State::IdentityWanted { .. } => return Err(Trouble::NotIdentified),
            State::Waiting { .. } | State::Ended(_) => return Err(Trouble::NotWaiting),
        }
        if !matches!(self.about, About::Person { .. }) {
            return Err(Trouble::OtherKind);
        }
        // A clock that has run out is not stopped any more.
        let stops = rules.stops && !self.is_overdue(today);
        self.state = State::Waiting {
            since: Date(today),
            why: why.to_owned(),
            stopped: stops.then_some(Date(today)),
        };
        Ok("waiting")
    }

    fn heard(&mut self, today: Day, rules: &Rules) -> Result<&'static str, Trouble> {
        match self.state {
            State::Waiting { .. } => {
                self.go_on(today, rules);
                Ok("heard")
            }
            State::IdentityWanted { .. } => Err(Trouble::NotIdentified),
            State::Open | State::Ended(_) => Err(Trouble::NotWaiting),
        }
    }

    /// The clock goes on, and the last day moves by as many days as it stood still.
    fn go_on(&mut self, today: Day, rules: &Rules) {
        if let (Some(stopped), Some(due)) = (self.stopped(), self.due) {
            let stood = today.0.saturating_sub(stopped.0).max(0);
            let moved = Day(due.0.0.saturating_add(stood));
            self.due = Some(Date(self.rolled(moved, rules)));
        }
        self.state = State::Open;
    }

    /// The day, or the next on which people work, where a day off moves it.
    fn rolled(&self, day: Day, rules: &Rules) -> Day {
        match rules.rolls {
            true => Calendar::of(self.opened.country).on_or_after(day),
            false => day,
        }
    }

    fn extended(&mut self, why: &str, today: Day, rules: &Rules) -> Result<&'static str, Trouble> {
        let (Some(by), Some(due)) = (rules.extend, self.due) else {
            return Err(Trouble::NotExtendable);
        };
        if self.extension.is_some() {
            return Err(Trouble::ExtendedBefore);
        }
        if !EXTEND_WHY.contains(&why) {
            return Err(Trouble::NoReason);
        }
        if self.is_overdue(today) {
            return Err(Trouble::TooLate);
        }
        self.extension = Some(Extension {
            on: Date(today),
            why: why.to_owned(),
            before: due,
        });
        self.due = Some(Date(self.rolled(by.after(due.0), rules)));
        Ok("extended")
    }

    fn escalated(&mut self, stage: u8, to: &Stage) -> Result<&'static str, Trouble> {
        if stage <= self.stage {
            return Err(Trouble::LastStage);
        }
        self.stage = stage;
        self.owner.clone_from(&to.owner);
        self.due = to.due;
        self.reminded.clear();
        if matches!(self.state, State::Waiting { .. }) {
            self.state = State::Open;
        }
        Ok("escalated")
    }

    fn joined(
        &mut self,
        message: Option<ItemNumber>,
        today: Day,
        rules: &Rules,
    ) -> Result<&'static str, Trouble> {
        if self.messages.len() + self.steps.len() >= ITEMS_MAX {
            return Err(Trouble::Full);
        }
        if let Some(message) = message
            && !self.messages.contains(&message)
        {
            self.messages.push(message);
        }
        if matches!(self.state, State::Waiting { .. }) {
            self.go_on(today, rules);
        }
        Ok("joined")
    }

    fn withhold(
        &mut self,
        field: &str,
        number: ItemNumber,
        ground: &Ground,
    ) -> Result<&'static str, Trouble> {
        if !ground.fits(self.kind) {
            return Err(Trouble::NoGround);
        }
        if self.withheld.len() >= ITEMS_MAX {
            return Err(Trouble::Full);
        }
        self.withheld
            .retain(|it| it.number != number || it.field != field);
        self.withheld.push(Withheld {
            field: field.to_owned(),
            number,
            ground: ground.clone(),
        });
        Ok("withheld")
    }

    /// How it may end: as its clause lists, or else as its kind has it.
    pub fn outcomes<'r>(&self, rules: &'r Rules) -> Vec<&'r str> {
        match rules.outcomes.is_empty() {
            true => self.kind.outcomes().to_vec(),
            false => rules.outcomes.iter().map(String::as_str).collect(),
        }
    }

    fn ended(&mut self, ending: Ending, rules: &Rules) -> Result<&'static str, Trouble> {
        if !self.outcomes(rules).contains(&ending.outcome.as_str()) {
            return Err(Trouble::NoOutcome);
        }
        let turned_down = matches!(ending.outcome.as_str(), "refused" | "rejected" | "partly");
        let grounds = ending
            .ground
            .iter()
            .chain(ending.left.iter().map(|it| &it.ground));
        let (cited, fitting) = (
            grounds.clone().count(),
            grounds.filter(|it| it.fits(self.kind)),
        );
        if fitting.count() < cited || (turned_down && cited == 0) {
            return Err(Trouble::NoGround);
        }
        if let State::IdentityWanted { .. } = self.state
            && !matches!(
                ending.outcome.as_str(),
                "refused" | "withdrawn" | "no-match"
            )
        {
            return Err(Trouble::NotIdentified);
        }
        if let About::Person {
            agent: Some(agent), ..
        } = &self.about
            && agent.mandate == Mandate::Unchecked
            && matches!(ending.outcome.as_str(), "done" | "partly")
        {
            return Err(Trouble::NoMandate);
        }
        if let About::Breach(breach) = &self.about
            && ending.outcome == "mended"
            && (breach.measures.iter().any(|it| it.done.is_none())
                || breach.people.iter().any(|it| !breach.noticed.contains(it))
                || breach
                    .clients
                    .iter()
                    .any(|it| !breach.clients_told.contains(it))
                || (breach.authority_by.is_some() && breach.authority_told.is_none()))
        {
            return Err(Trouble::Unfinished);
        }
        self.state = State::Ended(ending);
        Ok("ended")
    }
}

/// What whoever asked is told after a step.
fn told_of(what: &str) -> Option<Message> {
    match what {
        "waiting" => Some(Message::Waiting),
        "extended" => Some(Message::Extended),
        "ended" => Some(Message::Ended),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
