//! What a change was and will be: one value of the policy, by name, so that it outlives either
//! version.
//! It carries; how it is said stands with the sentences.

use crate::model::{Automated, Choice, Ending, Identity, Remedy, Undecided, Unlooked};
use jiff::civil::Date;
use kept_terms::{
    Basis, Exception, ParentWay, Period, RecipientKind, Right, SpecialCategory, Territories,
};

/// A value of the policy.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Value {
    /// Nothing.
    #[default]
    Nothing,
    /// A length of time.
    Period(Period),
    /// A day.
    Date(Date),
    /// A number.
    Number(u64),
    /// A declared word: its kind, as in `[define.kind.name]`, and its name.
    Word(&'static str, String),
    /// Several declared words of a kind.
    Words(&'static str, Vec<String>),
    /// A document, by its name.
    Document(String),
    /// Places.
    Countries(Territories),
    /// A lawful basis.
    Basis(Basis),
    /// Why special categories may be used.
    Exception(Exception),
    /// What a program does alone.
    Automated(Automated),
    /// A person's say.
    Choice(Choice),
    /// How sure one must be of who asks.
    Identity(Identity),
    /// What happens at the end.
    Ending(Ending),
    /// What is done with what may not be taken.
    Remedy(Remedy),
    /// What is done with files that cannot be read.
    Unread(Unlooked),
    /// The roles that decide a report; none means whoever sees everything.
    Deciders(Vec<String>),
    /// How a parent may show who they are.
    ParentWays(Vec<ParentWay>),
    /// What happens to a report that nobody decides.
    Undecided(Undecided),
    /// A right.
    Right(Right),
    /// What a recipient is.
    Recipient(RecipientKind),
    /// Special categories.
    Categories(Vec<SpecialCategory>),
    /// Whether fields are seen in clear; masked otherwise.
    Clear(bool),
    /// A period and the event it counts from.
    Keeping(Vec<(Period, String)>),
    /// Conditions under which a recipient has something.
    Conditions(Vec<Condition>),
    /// Instruments of a route, each with the last day of the route.
    Routes(Vec<Route>),
    /// Words of a document, as they stand.
    Text(String),
}

/// On what information crosses a border.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Route {
    /// The instrument, by name.
    pub instrument: String,
    /// The last day of the route, where it has one of its own.
    pub until: Option<Date>,
    /// The words for the kinds of recipient it leads to; nothing means all.
    pub kinds: Option<Vec<&'static str>>,
}

/// On which conditions a recipient has something.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Condition {
    /// Whether the person must have agreed.
    pub consent: bool,
    /// The undertaking, as documents write it; nothing where any will do.
    pub protection: Option<&'static str>,
    /// Whether all reports are needed or one of them will do.
    pub all: bool,
    /// The reports.
    pub assurances: Vec<String>,
}
