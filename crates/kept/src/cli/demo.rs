//! `kept demo`: shows everything at work. This file reads the command line.

use super::{Outcome, Place, Terminal};
use std::net::SocketAddr;

/// Show everything at work: take in sample input, perform a day's acts, prove them, and serve.
///
/// It makes the data folder if there is none, and goes on with it if there is. It takes in the
/// samples that come with Kept, performs a day's worth of acts, some of which the policy refuses,
/// erases somebody, checks the receipt, sweeps, audits, and then runs the server on loopback.
/// Everybody in the samples is invented. The acts are those of the policy that comes with Kept.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept demo
  kept demo --listen 127.0.0.1:9000
  kept demo --once --data trial-data")]
pub(super) struct Arguments {
    /// The address to listen on; port 0 takes a free one.
    #[arg(
        long,
        default_value = "127.0.0.1:8080",
        env = "KEPT_LISTEN",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,

    /// Do everything once and end, without serving.
    #[arg(long)]
    once: bool,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: &Arguments) -> Outcome {
    let listen = (!arguments.once).then_some(arguments.listen);
    crate::demo::run(terminal, place, listen).await
}
