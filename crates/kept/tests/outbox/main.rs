//! The outbox against servers that speak SMTP: one of our own that misbehaves on request, and a
//! real one; and a process that is killed while it hands a message over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod double;
#[path = "../attempts/house.rs"]
mod house;
mod killed;
#[path = "../attempts/mail.rs"]
#[allow(dead_code, reason = "shared with the attempts, which use all of it")]
mod mail;
mod real;
mod states;
