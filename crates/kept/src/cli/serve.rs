//! `kept serve`: runs the server. This file reads the command line; the server does the rest.

use super::{Failed, Outcome, Place, Terminal};
use std::net::SocketAddr;

/// Run the server: the API, the published policy, the ledger.
///
/// It makes the data folder on the first start, with a root key that only its owner can read, and
/// brings the policy into force. It stops in order when it is asked to (Ctrl-C or SIGTERM).
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept serve
  kept serve --listen 127.0.0.1:9000 --data data --policy policies/mediaocean")]
pub(super) struct Arguments {
    /// The address to listen on.
    #[arg(
        long,
        default_value = "127.0.0.1:8080",
        env = "KEPT_LISTEN",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,
}

pub(super) async fn run(_: &Terminal, _: &Place, arguments: Arguments) -> Outcome {
    Err(Failed::new(format!(
        "nothing listens on {} in this build",
        arguments.listen
    )))
}
