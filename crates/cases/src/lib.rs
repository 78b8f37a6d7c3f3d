//! Cases: what people ask, what they complain of, what authorities want to know, and what went
//! wrong, each followed from its opening to its end by one state machine.
//!
//! What happens goes in as an [`Event`], with its day; a new [`Case`] comes out, with what follows
//! from it ([`Follows`]). It reads no clock, stores nothing, and sends nothing; what a clause says
//! comes in as [`Rules`], and what the law adds are dated tables with their sources.
#![deny(missing_docs)]

mod calendar;
mod case;
mod clocks;
mod date;
mod ending;
mod ground;
mod kind;
mod machine;
mod reference;

pub use calendar::Calendar;
pub use case::{
    About, Agent, Breach, Case, Extension, Mandate, Measure, Opened, Protocol, Stage, State, Step,
    Told, Withheld, Written,
};
pub use clocks::{Acknowledgement, Clock};
pub use date::Date;
pub use ending::{Ending, Left};
pub use ground::Ground;
pub use kind::{Group, Kind};
pub use machine::{Event, Follows, Message, Reminder, Rules, Trouble};
pub use reference::{Reference, ReferenceError};
