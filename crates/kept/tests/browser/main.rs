//! The pages as people meet them: a real browser, with scripts and without, by keyboard only, at
//! the width of a phone, in four languages, with an accessibility checker on each page.
//! `scripts/test` installs the browser and the checker; without them these tests fail and say so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

#[path = "../attempts/house.rs"]
mod house;

mod about_me;
mod asking;
mod browser;
mod driving;
mod everywhere;
mod passkeys;
