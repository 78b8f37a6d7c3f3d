//! The vault: the only place that holds personal information, sealed, each person under a key of their own.
//! It stores and opens on the strength of a permit; it never decides.
#![deny(missing_docs)]

pub mod blob;
mod cipher;
#[cfg(test)]
mod dice;
pub mod keyring;
pub mod root;
pub mod seal;
pub mod secret;
pub mod store;

mod state;

pub use state::{ConsentRecord, PersonState};
