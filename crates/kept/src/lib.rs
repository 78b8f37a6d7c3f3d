//! The surfaces of Kept: the command line and the server.
//! It asks the one door for everything; it never reaches storage or keys by itself.
#![deny(missing_docs)]

pub mod ambient;
pub mod cli;
