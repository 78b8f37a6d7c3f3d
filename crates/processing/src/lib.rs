//! The one door: every act on personal information, from every surface, goes through [`Processing::perform`].
//! It knows the vault and the policy; it holds no rule of its own and never lets a value out undecided.
#![deny(missing_docs)]

mod command;
mod door;
mod entry;
mod export;
mod failure;
mod mapping;
mod register;
mod sweep;

pub use command::{
    Caller, Collect, Command, ConsentTo, Effect, Evidence, Given, Performed, Released, Subject, Use,
};
pub use door::Processing;
pub use export::{About, Export};
pub use failure::Failure;
pub use sweep::Swept;
