//! The vault: the only place that holds personal information, sealed, each person under a key of
//! their own.
//! It stores and opens on the strength of a permit; it never decides.
#![deny(missing_docs)]

pub mod backup;
pub mod blob;
mod cipher;
#[cfg(test)]
mod dice;
mod doomed;
mod incoming;
pub mod keyring;
pub mod ledger;
mod lookup;
mod maker;
mod mask;
pub mod root;
pub mod seal;
pub mod secret;
pub mod sequencer;
mod state;
pub mod store;
#[cfg(test)]
mod tests;
mod vault;
mod waiting;

pub use doomed::Doomed;
pub use incoming::{Arrived, Incoming};
pub use maker::KeyMaker;
pub use secrecy::SecretString;
pub use secret::same;
pub use state::{
    ConsentRecord, Credentials, HeldItem, LegalHold, ParentRecord, Passkey, PersonState, Received,
    UNLISTED,
};
pub use vault::{Placed, Seen, Shown, Vault, ledger_key};
