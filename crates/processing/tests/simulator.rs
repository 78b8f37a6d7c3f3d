//! The door under attack: people, clocks and crashes as they come, against a model in memory.
//! `KEPT_SIM_SEEDS` is the number of seeds simulated; what fails prints its seed. It never
//! leaves anything behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that cannot go on should stop, and says which seed it was"
)]

#[path = "simulator/backups.rs"]
mod backups;
#[path = "simulator/crashes.rs"]
mod crashes;
#[path = "simulator/doors.rs"]
mod doors;
#[path = "simulator/flips.rs"]
mod flips;
#[path = "simulator/house.rs"]
mod house;
#[path = "simulator/killed.rs"]
mod killed;
#[path = "simulator/leaks.rs"]
mod leaks;
#[path = "simulator/model.rs"]
mod model;
#[path = "simulator/post.rs"]
mod post;
#[path = "simulator/random.rs"]
mod random;
