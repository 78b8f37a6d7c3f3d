//! The policy as a pure core: compile documents, decide acts, explain, render.
//! It performs no I/O and reads no clock; whoever calls it brings texts, facts and the present day.
#![deny(missing_docs)]

mod decide;
mod facts;
mod model;
mod rules;

pub use decide::{Decision, Permit, Refusal, View, decide};
pub use facts::{
    Actor, Cited, Consent, Facts, FoundIn, Ground, ItemFacts, PersonFacts, RecipientFacts, Request,
    Why,
};
pub use model::*;
pub use rules::{Placement, Rules};
