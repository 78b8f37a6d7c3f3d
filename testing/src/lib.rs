//! What tests share: a clock that stands still, dice that fall the same way. It never ships.
#![deny(missing_docs)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod ambience;

pub use ambience::{Dial, Dice};
