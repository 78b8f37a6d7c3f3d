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

mod agents;
mod c1;
mod c2;
mod c3;
mod c4;
mod c5;
mod c6;
mod c7;
mod d1;
mod d2;
mod d3;
mod d4;
mod d5;
mod d6;
mod g1;
mod g2;
mod g3;
mod k1;
mod k2;
mod k3;
mod k4;
mod k5;
mod k6;
mod k7;
mod k8;
mod mail;
mod n1;
mod n2;
mod n3;
mod n4;
mod n5;
mod n6;
mod p1;
mod p2;
mod p3;
mod p4;
mod q1;
mod q2;
mod q3;
mod r1;
mod r2;
mod sharing;
mod u1;
mod u2;
mod u3;
mod u4;
mod u5;
mod u6;
mod u7;
mod u8;
mod u9;
mod webhooks;
mod x1;
mod x2;
mod x3;
mod x4;
mod y1;
