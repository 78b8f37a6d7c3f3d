//! The field's nouns as types: acts, people, dates, periods, law, places, fields.
//! This crate performs no I/O, reads no clock and holds nobody's information.
#![deny(missing_docs)]

mod act;
mod field;
mod id;
mod law;
mod period;
mod set;
mod territory;

pub use act::{Act, ActorKind, Book, ParentWay, Right, Way};
pub use field::{FieldKind, Invalid, Normalised};
pub use id::{Home, ItemNumber, Name, NameError, PersonId};
pub use law::{Basis, Exception, RecipientKind, SpecialCategory};
pub use period::{Day, Period, PeriodError};
pub use set::{Index, Set};
pub use territory::{Territories, Territory, TerritoryError};

/// A moment, in UTC, to the millisecond where it is stored.
pub use jiff::Timestamp;

/// Where the present moment comes from: the machine's clock in service, a dial in tests.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Where unpredictable bytes come from: the operating system in service, a seed in tests.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);
}
