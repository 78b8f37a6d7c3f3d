//! Kept as a program: the HTTP API, the server around it, and what both need of the machine.
//! It holds no rule of its own: whatever concerns personal information goes through the one door.
#![deny(missing_docs)]

pub mod ambient;
pub mod api;
pub mod bench;
mod centre;
pub mod cli;
mod demo;
mod failure;
pub mod feeds;
pub mod logging;
pub mod metrics;
pub mod outbox;
mod reaching;
pub mod registers;
pub mod server;
mod sign_in;
pub mod traces;
pub mod workers;

pub use failure::Failure;
