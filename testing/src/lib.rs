//! testing.

mod ambience;

pub use ambience::{Dial, Dice};
