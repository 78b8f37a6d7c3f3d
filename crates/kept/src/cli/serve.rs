//! `kept serve`: runs the server. This file reads the command line; the server does the rest.

use super::{Ending, Failed, Outcome, Place, Terminal};
use crate::logging;
use crate::server::tls::Files;
use crate::server::{Settings, serve};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Run the server: the API, the published policy, the ledger.
///
/// It makes the data folder on the first start, with a root key that only its owner can read, and
/// brings the policy into force. It stops in order when it is asked to (Ctrl-C or SIGTERM), and
/// what was acknowledged is never lost, however it stops.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept serve
  kept serve --listen 127.0.0.1:9000 --data data --policy policies/mediaocean
  kept serve --log-format json --log kept=debug,info")]
pub(super) struct Arguments {
    /// The address to listen on; port 0 takes a free one.
    #[arg(
        long,
        default_value = "127.0.0.1:8080",
        env = "KEPT_LISTEN",
        value_name = "ADDRESS"
    )]
    listen: SocketAddr,

    /// The certificate to speak TLS with, and those that vouch for it (PEM). It is taken up anew
    /// when it is renewed.
    #[arg(
        long,
        env = "KEPT_TLS_CERTIFICATE",
        value_name = "FILE",
        requires = "tls_key"
    )]
    tls_certificate: Option<PathBuf>,

    /// The certificate's private key (PEM).
    #[arg(
        long,
        env = "KEPT_TLS_KEY",
        value_name = "FILE",
        requires = "tls_certificate"
    )]
    tls_key: Option<PathBuf>,

    /// A proxy that speaks TLS stands before the server, which may therefore listen beyond
    /// loopback.
    #[arg(long)]
    behind_proxy: bool,

    /// The most connections at once.
    #[arg(long, value_name = "NUMBER")]
    connections: Option<usize>,

    /// How the log is written; it goes to standard error.
    #[arg(long, value_enum, default_value = "text")]
    log_format: Format,

    /// What the log shows.
    #[arg(long, default_value = "info", env = "KEPT_LOG", value_name = "FILTER")]
    log: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs, one JSON object a line.
    Json,
}

pub(super) async fn run(terminal: &Terminal, place: &Place, arguments: Arguments) -> Outcome {
    let mut settings = settings(place, arguments.listen)?;
    settings.behind_proxy = arguments.behind_proxy;
    if let (Some(certificate), Some(key)) = (arguments.tls_certificate, arguments.tls_key) {
        settings.tls = Some(Files { certificate, key });
    }
    settings.log_filter = arguments.log;
    settings.log_format = match arguments.log_format {
        Format::Text => logging::Format::Text,
        Format::Json => logging::Format::Json,
    };
    if let Some(connections) = arguments.connections {
        settings.connections_max = connections;
    }
    if !settings.data.exists() {
        terminal.note(format!(
            "beginning a new data folder, `{}`",
            settings.data.display()
        ));
    }
    serve(settings).await?;
    Ok(Ending::Done)
}

/// A server for this place.
pub(crate) fn settings(place: &Place, listen: SocketAddr) -> Result<Settings, Failed> {
    let root = Some(place.root()?);
    Ok(Settings {
        root,
        listen,
        ..Settings::new(&place.data, &place.policy)
    })
}
