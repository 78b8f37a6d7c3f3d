//! `kept serve`: runs the server. This file reads the command line; the server does the rest.

use super::house::unreadable;
use super::{Ending, Failed, Outcome, Place, Terminal};
use crate::logging;
use crate::outbox::{Dkim, Mail, Sender, Server, Way, public_url};
use crate::server::tls::Files;
use crate::server::{Settings, serve};
use crate::traces;
use kept_processing::BackingUp;
use kept_processing::passkey::Site;
use std::net::SocketAddr;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Run the server: the API, the published policy, the ledger.
///
/// It makes the data folder on the first start, with a root key that only its owner can read, and
/// brings the policy into force. It stops in order when it is asked to (Ctrl-C or SIGTERM), and
/// what was acknowledged is never lost, however it stops.
#[derive(clap::Args)]
#[command(after_long_help = "Examples:
  kept serve
  kept serve --store 'postgres://kept@db.example.com/kept?sslmode=require' \
    --store-password-file secret
  kept serve --listen 127.0.0.1:9000 --data data --policy policies/mediaocean
  kept serve --smtp smtp://kept@mail.example.com --smtp-password-file secret \
    --mail-from privacy@example.com --public-url https://privacy.example.com
  kept serve --log-format json --log kept=debug,info
  kept serve --traces http://127.0.0.1:4318 --traces-share 0.05
  kept serve --config /etc/kept/kept.toml")]
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
    #[arg(long, env = "KEPT_TLS_CERTIFICATE", value_name = "FILE")]
    tls_certificate: Option<PathBuf>,

    /// The certificate's private key (PEM).
    #[arg(long, env = "KEPT_TLS_KEY", value_name = "FILE")]
    tls_key: Option<PathBuf>,

    /// A proxy that speaks TLS stands before the server, which may therefore listen beyond
    /// loopback.
    #[arg(long, env = "KEPT_BEHIND_PROXY")]
    behind_proxy: bool,

    /// Where another server has the data folder, wait until it has ended, however it ends, and take
    /// its place.
    #[arg(long, env = "KEPT_STANDBY")]
    standby: bool,

    /// Let other servers have the house at the same time, if they are started so, too: on this
    /// machine with the same data folder, or, with `ledger-in = "database"`, on any machine with a
    /// data folder each.
    #[arg(long, env = "KEPT_SHARED", conflicts_with = "standby")]
    shared: bool,

    /// Webhooks may go to addresses of this machine and of private networks.
    #[arg(long, env = "KEPT_PRIVATE_WEBHOOKS")]
    private_webhooks: bool,

    /// Speak the Data Rights Protocol under this name of the business, with the agents that are
    /// registered.
    #[arg(long, env = "KEPT_DATA_RIGHTS_BUSINESS", value_name = "NAME")]
    data_rights_business: Option<String>,

    /// The most connections at once.
    #[arg(long, env = "KEPT_CONNECTIONS", value_name = "NUMBER")]
    connections: Option<usize>,

    /// How the log is written; it goes to standard error.
    #[arg(long, value_enum, default_value = "text", env = "KEPT_LOG_FORMAT")]
    log_format: Format,

    /// What the log shows.
    #[arg(long, default_value = "info", env = "KEPT_LOG", value_name = "FILTER")]
    log: String,

    /// The collector that traces are sent to, over OTLP and HTTP: `http://127.0.0.1:4318`. They
    /// name routes, acts and clauses, and nobody.
    #[arg(long, env = "KEPT_TRACES", value_name = "URL")]
    traces: Option<String>,

    /// The part of traces that is sent, from 0 to 1, where whoever asks does not say it.
    #[arg(
        long,
        default_value = "1",
        env = "KEPT_TRACES_SHARE",
        value_name = "NUMBER"
    )]
    traces_share: f64,

    #[command(flatten)]
    mail: MailArguments,

    #[command(flatten)]
    backups: BackupArguments,
}

/// Where the server backs up to, once a day and when it is asked.
#[derive(clap::Args, Default)]
#[command(next_help_heading = "Backups")]
pub(crate) struct BackupArguments {
    /// The folder of backups. The keyring in it follows every erasure within a minute.
    #[arg(long, env = "KEPT_BACKUP_TO", value_name = "DIR")]
    backup_to: Option<PathBuf>,

    /// Copy the keyring to this file instead, apart from the rows.
    #[arg(long, env = "KEPT_BACKUP_KEYRING_TO", value_name = "FILE")]
    backup_keyring_to: Option<PathBuf>,

    /// Keep the newest so many generations, and drop older ones.
    #[arg(long, env = "KEPT_BACKUP_KEEP", value_name = "COUNT")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    backup_keep: Option<u32>,
}

impl BackupArguments {
    fn backing(&self) -> Result<Option<BackingUp>, Failed> {
        let Some(to) = self.backup_to.clone() else {
            let is_alone = self.backup_keyring_to.is_some() || self.backup_keep.is_some();
            let failed = || Failed::new("there is no folder to back up to");
            return match is_alone {
                true => Err(failed().help("set `backup-to`")),
                false => Ok(None),
            };
        };
        Ok(Some(BackingUp {
            to,
            keyring_to: self.backup_keyring_to.clone(),
            keep: self.backup_keep.and_then(|keep| usize::try_from(keep).ok()),
        }))
    }
}

/// How messages leave. Without any of it they are queued, and wait.
#[derive(clap::Args, Default)]
#[command(next_help_heading = "Messages")]
pub(crate) struct MailArguments {
    /// The server that takes messages: `smtp://` asks for STARTTLS unless it is this machine,
    /// `smtps://` speaks TLS from the start.
    #[arg(
        long,
        env = "KEPT_SMTP",
        value_name = "URL",
        conflicts_with = "mail_folder"
    )]
    smtp: Option<String>,

    /// A file that holds the password for it; KEPT_SMTP_PASSWORD holds it itself.
    #[arg(long, env = "KEPT_SMTP_PASSWORD_FILE", value_name = "FILE")]
    smtp_password_file: Option<PathBuf>,

    /// For trying things out: a folder that messages are written into, where whoever may read it
    /// can read them and nothing destroys them.
    #[arg(long, env = "KEPT_MAIL_FOLDER", value_name = "DIR")]
    mail_folder: Option<PathBuf>,

    /// The address that messages come from.
    #[arg(long, env = "KEPT_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<String>,

    /// The address that bounces come to, if its server delivers `name+anything@…` to it.
    #[arg(long, env = "KEPT_BOUNCES_TO", value_name = "ADDRESS")]
    bounces_to: Option<String>,

    /// Where the server is reached from outside, for links in messages, and the site that passkeys
    /// are for.
    #[arg(long, env = "KEPT_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,

    /// The private key that signs messages (PEM, RSA or Ed25519); without one, the server that
    /// takes them signs.
    #[arg(long, env = "KEPT_DKIM_KEY", value_name = "FILE")]
    dkim_key: Option<PathBuf>,

    /// The name under which its public key stands in the DNS, below `_domainkey` of the sender's
    /// domain.
    #[arg(long, env = "KEPT_DKIM_SELECTOR", value_name = "NAME")]
    dkim_selector: Option<String>,
}

impl MailArguments {
    /// How messages leave by these arguments; nothing where none says so.
    pub fn mail(&self) -> Result<Option<Mail>, Failed> {
        let way = match (&self.smtp, &self.mail_folder) {
            (Some(url), _) => Way::Smtp(Server::parse(url, self.password()?)?),
            (None, Some(folder)) => Way::Folder(folder.clone()),
            (None, None) => return Ok(None),
        };
        let (Some(from), Some(url)) = (&self.mail_from, &self.public_url) else {
            return Err(Failed::new(
                "messages need a sender and links: give `--mail-from` and `--public-url`",
            ));
        };
        let from = Sender::parse(from, self.bounces_to.as_deref())?;
        let dkim = match (&self.dkim_key, &self.dkim_selector) {
            (Some(key), Some(name)) => Some(Dkim::open(key, name, from.address.domain())?),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => {
                let failed = Failed::new("a key that signs messages needs the name it goes by");
                return Err(failed.help("set both `dkim-key` and `dkim-selector`"));
            }
        };
        Ok(Some(Mail {
            way,
            from,
            dkim,
            public_url: public_url(url)?,
        }))
    }

    /// The site that passkeys are for, where one is set that browsers would make them for.
    pub fn site(&self) -> Result<Option<Site>, Failed> {
        let url = self.public_url.as_deref().map(public_url).transpose()?;
        Ok(url.and_then(|url| Site::of(&url)))
    }

    fn password(&self) -> Result<Option<Zeroizing<String>>, Failed> {
        if let Some(path) = &self.smtp_password_file {
            let text = std::fs::read_to_string(path).map_err(|cause| unreadable(path, &cause))?;
            let text = Zeroizing::new(text);
            return Ok(Some(Zeroizing::new(
                text.trim_end_matches(['\r', '\n']).to_owned(),
            )));
        }
        let password = std::env::var("KEPT_SMTP_PASSWORD").ok();
        Ok(password.filter(|text| !text.is_empty()).map(Zeroizing::new))
    }
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
    settings.store = place.database()?;
    settings.blobs = place.bucket()?;
    settings.ledger_in_database = place.has_ledger_in_database()?;
    settings.standby = arguments.standby;
    settings.shared = arguments.shared;
    settings.behind_proxy = arguments.behind_proxy;
    settings.mail = arguments.mail.mail()?;
    settings.site = arguments.mail.site()?;
    settings.backups = arguments.backups.backing()?;
    settings.private_webhooks = arguments.private_webhooks;
    settings.data_rights = match (arguments.data_rights_business, &arguments.mail.public_url) {
        (Some(id), Some(url)) => {
            let url = public_url(url)?;
            Some(crate::api::Business { id, url })
        }
        (None, _) => None,
        (Some(_), None) => {
            let failed = Failed::new("agents need to know where the server is reached");
            return Err(failed.help("set `public-url` beside `data-rights-business`"));
        }
    };
    settings.tls = match (arguments.tls_certificate, arguments.tls_key) {
        (Some(certificate), Some(key)) => Some(Files { certificate, key }),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            let problem = "a certificate needs its key, and a key its certificate";
            let failed = Failed::new(problem);
            return Err(failed.help("set both `tls-certificate` and `tls-key`"));
        }
    };
    let traces = arguments.traces.as_deref();
    settings.traces = traces
        .map(|to| traces::Settings::parse(to, arguments.traces_share))
        .transpose()?;
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
        keyring: place.keyring()?,
        listen,
        ..Settings::new(&place.data, &place.policy)
    })
}
