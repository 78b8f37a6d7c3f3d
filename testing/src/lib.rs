//! What the tests of several crates share: questions in plain words, the corpus of cases, the
//! oracle, random policies, clocks and dice, devices with passkeys and with keys, a database
//! server. It never ships, and nothing that ships depends on it.
#![deny(missing_docs)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod ambience;
pub mod authenticator;
pub mod bucket;
pub mod cluster;
pub mod corpus;
pub mod oracle;
pub mod question;
pub mod random;
pub mod token;

pub use ambience::{Dial, Dice};
