//! One module for each promise, named after it, that tries to break the promise through every
//! surface that could, and looks for the refusal, its clause, and the attempt in the ledger.
//! The house they are made in is the modelled policy's; nothing here knows how it is built.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop"
)]

mod house;

mod d3;
mod d4;
mod k1;
mod k3;
mod k4;
mod k5;
mod k6;
mod k7;
mod k8;
mod q1;
mod q2;
mod q3;
mod r1;
mod r2;
mod u6;
mod u9;
mod y1;
