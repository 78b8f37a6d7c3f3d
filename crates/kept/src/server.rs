//! The server: a folder opened, an address taken, connections served, everything put away at the
//! end.
//! It knows nothing about people; requests go to the API, and the API to the one door.

pub(crate) mod connections;
mod readiness;
pub mod sources;
pub mod tls;

use crate::ambient::{MachineClock, MachineRandomness};
use crate::api::{Api, limits};
use crate::outbox::{Mail, Postman, Way};
use crate::traces::{self, Traces};
use crate::{Failure, logging, workers};
use kept_policy::{Policy, Source, compile, render_diagnostics};
use kept_processing::{
    BackingUp, BucketAddress, Caller, Door, Folder, KeyringPlace, Published, RootKey, StoreAddress,
    StoreOptions,
};
use kept_terms::Randomness;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use tls::Tls;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The files of a policy, as name and text.
pub type Files = Vec<(String, String)>;

/// How a server is set up.
pub struct Settings {
    /// The data folder; it is made where there is none.
    pub data: PathBuf,
    /// Where the root key is; nothing means `root.key` in the data folder.
    pub root: Option<RootKey>,
    /// The database that holds the rows; nothing means the data folder.
    pub store: Option<StoreAddress>,
    /// The bucket that holds the files; nothing means the data folder.
    pub blobs: Option<BucketAddress>,
    /// Whether to wait until no other server has the data folder, rather than give up.
    pub standby: bool,
    /// Whether other servers may have the house at the same time.
    pub shared: bool,
    /// Whether the ledger is in the database that holds the rows.
    pub ledger_in_database: bool,
    /// The folder of the policy's documents.
    pub policies: PathBuf,
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The certificate to speak TLS with; nothing for plain HTTP.
    pub tls: Option<tls::Files>,
    /// Whether a proxy that speaks TLS stands before the server. Without it and without TLS of its
    /// own the server listens on loopback only.
    pub behind_proxy: bool,
    /// Whether webhooks may go to addresses of this machine and of private networks.
    pub private_webhooks: bool,
    /// The most connections at once.
    pub connections_max: usize,
    /// How messages leave; nothing means that they wait.
    pub mail: Option<Mail>,
    /// Where the keyring stands, if not in the data folder.
    pub keyring: Option<KeyringPlace>,
    /// The site that passkeys are for; without one they are for this machine itself alone.
    pub site: Option<kept_processing::passkey::Site>,
    /// Where backups go, once a day and when they are asked for.
    pub backups: Option<BackingUp>,
    /// By what the business goes in the Data Rights Protocol; nothing where it is not spoken.
    pub data_rights: Option<crate::api::Business>,
    /// How the log is written.
    pub log_format: logging::Format,
    /// What the log shows, such as `info`.
    pub log_filter: String,
    /// Where traces go; nothing where none are made.
    pub traces: Option<traces::Settings>,
}

impl Settings {
    /// A server on loopback, port 8080, that logs what is of interest as text.
    pub fn new(data: impl Into<PathBuf>, policies: impl Into<PathBuf>) -> Settings {
        Settings {
            data: data.into(),
            root: None,
            store: None,
            blobs: None,
            standby: false,
            shared: false,
            ledger_in_database: false,
            policies: policies.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls: None,
            behind_proxy: false,
            private_webhooks: false,
            connections_max: limits::CONNECTIONS_MAX,
            mail: None,
            site: None,
            backups: None,
            data_rights: None,
            keyring: None,
            log_format: logging::Format::Text,
            log_filter: "info".to_owned(),
            traces: None,
        }
    }
}

/// A server that is open and listens; nothing is answered until it runs.
pub struct Server {
    /// The one door.
    pub door: Arc<Door>,
    /// Where it listens.
    pub address: SocketAddr,
    api: Api,
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    connections_max: usize,
    mail: Option<Mail>,
}

/// Serves until it is told to stop (SIGTERM or SIGINT), then puts everything away.
pub async fn serve(settings: Settings) -> Result<(), Failure> {
    let traces = settings.traces.as_ref().map(Traces::start).transpose()?;
    logging::start(settings.log_format, &settings.log_filter, traces.as_ref())?;
    let stop = told_to_stop();
    tokio::pin!(stop);
    // Heard while it opens, too: what runs first in a container is ended by no other signal.
    let opened = tokio::select! {
        biased;
        () = &mut stop => None,
        opened = Server::open(settings) => Some(opened),
    };
    let ended = match opened {
        None => Ok(()),
        Some(Ok(server)) => server.run(stop).await,
        Some(Err(failure)) => Err(failure),
    };
    if let Some(traces) = traces {
        traces.end().await;
    }
    ended
}

impl Server {
    /// Takes the address, reads the policy, opens the folder and brings the policy into force.
    pub async fn open(mut settings: Settings) -> Result<Server, Failure> {
        check_address(&settings)?;
        let folder = folder(&mut settings);
        // What can be wrong is found now, and read again once it counts.
        let (mut policy, mut files) = read_policy(&settings.policies)?;
        let mut turn = None;
        if settings.standby {
            tracing::info!("standing by until no other server has the data folder");
            readiness::standing_by();
            turn = Some(folder.stand_by().await?);
            (policy, files) = read_policy(&settings.policies)?;
        }
        let tls = settings.tls.map(Tls::open).transpose()?.map(Arc::new);
        tell_of(settings.mail.as_ref());
        let listener = bind(settings.listen).await?;
        let address = listener.local_addr().map_err(|cause| {
            Failure::Unavailable(format!(
                "the address that was taken cannot be read: {cause}"
            ))
        })?;
        let randomness = Arc::new(MachineRandomness::new());
        let (clock, chance) = (Arc::new(MachineClock), randomness.clone());
        let opened = match turn {
            Some(turn) => {
                folder
                    .open_in_turn(turn, policy.clone(), clock, chance)
                    .await?
            }
            None => folder.open(policy.clone(), clock, chance).await?,
        };
        let door = Arc::new(opened);
        let caller = Caller::system("publish");
        let published = door.publish(&caller, policy, files).await?;
        if let Published::Refused(refusal) = published {
            let policy = door.policy();
            let told = refusal.grounds.iter().map(|ground| {
                let cited = policy.citation(ground.cited);
                format!("{cited}: {}", ground.why.sentence())
            });
            let told: Vec<String> = told.collect();
            let problem = format!("the policy may not be published: {}", told.join("; "));
            return Err(Failure::Invalid(problem));
        }
        door.sequence().await?;
        let randomness: &dyn Randomness = &*randomness;
        let api = Api::new(door.clone(), randomness, settings.behind_proxy);
        if settings.private_webhooks {
            api.sending.allow_private();
        }
        if let Some(business) = settings.data_rights {
            let _ = api.data_rights.set(business);
        }
        if let Some(backups) = settings.backups {
            // Nobody else can have set it: the API is new.
            let _ = api.backups.set(backups);
        }
        if let Some(site) = settings.site {
            let _ = api.site.set(site);
        }
        Ok(Server {
            door,
            address,
            api,
            listener,
            tls,
            connections_max: settings.connections_max,
            mail: settings.mail,
        })
    }

    /// Serves until `stop` is there: then nothing new is taken, what is under way is finished, the
    /// ledger is brought up to date, and the folder is closed. Fails where nothing can be made
    /// durable any more.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), Failure> {
        let Server {
            door,
            address,
            api,
            listener,
            tls,
            connections_max,
            mail,
        } = self;
        let (stopping, watched) = watch::channel(false);
        let mut workers = workers::start(&api, mail.map(Postman::new), &watched);
        if let Some(tls) = &tls {
            workers.spawn(workers::renew(api.clone(), tls.clone(), watched.clone()));
        }
        tracing::info!(%address, tls = tls.is_some(), "serving");
        let router = api.clone().router();
        let serving = connections::serve(listener, tls, router, connections_max, watched);
        let serving = tokio::spawn(serving);
        // In this order: it hears that it is to stop before anybody learns that it serves.
        let stuck = tokio::select! {
            biased;
            () = stop => false,
            () = api.stuck.notified() => true,
            () = readiness::serving() => false,
        };
        tracing::info!("stopping: nothing new is taken");
        readiness::stopping();
        api.close();
        stopping.send_replace(true);
        if serving.await.is_err() {
            tracing::error!("the listener panicked");
        }
        while workers.join_next().await.is_some() {}
        api.rest().await;
        if stuck {
            let told = "nothing can be made durable any more; look at the disk, then start again";
            tracing::error!("{told}");
            return Err(Failure::Unavailable(told.to_owned()));
        }
        workers::sequence_once(&api).await;
        drop(api);
        if Arc::strong_count(&door) > 1 {
            tracing::debug!("somebody still holds the door");
        }
        drop(door);
        tracing::info!("stopped");
        Ok(())
    }
}

/// The folder as it is set up.
fn folder(settings: &mut Settings) -> Folder {
    let mut folder = Folder::new(&settings.data);
    if let Some(root) = settings.root.take() {
        folder = folder.with_root(root);
    }
    if settings.shared {
        folder = folder.shared();
    }
    if settings.ledger_in_database {
        folder = folder.with_ledger_in_database();
    }
    if let Some(keyring) = settings.keyring.take() {
        folder = folder.with_keyring_in(keyring);
    }
    if let Some(bucket) = settings.blobs.take() {
        folder = folder.with_bucket(bucket);
    }
    if let Some(address) = settings.store.take() {
        folder = folder.with_database(address, StoreOptions::default());
    }
    folder
}

/// Says how messages leave, where that is not what a house would want.
fn tell_of(mail: Option<&Mail>) {
    match mail.map(|mail| &mail.way) {
        None => tracing::info!("no way to send messages is set up: they wait"),
        Some(Way::Folder(_)) => tracing::warn!(
            "messages go into a folder: what lies there is outside the vault, and nothing \
             destroys it; for trying things out only"
        ),
        Some(Way::Smtp(_)) => {}
    }
}

/// Reads and compiles a folder of documents. A policy that fails the check is not served.
pub fn read_policy(folder: &std::path::Path) -> Result<(Arc<Policy>, Files), Failure> {
    let files = sources::read(folder)?;
    let sources: Vec<Source> = files
        .iter()
        .map(|(name, text)| Source::new(name.clone(), text.clone()))
        .collect();
    let (policy, diagnostics) = compile(&sources);
    match policy {
        Some(policy) => Ok((Arc::new(policy), files)),
        None => Err(Failure::Invalid(render_diagnostics(
            &diagnostics,
            &sources,
            false,
        ))),
    }
}

/// What is sent beyond the machine goes over TLS, the server's own or a proxy's.
fn check_address(settings: &Settings) -> Result<(), Failure> {
    let address = settings.listen;
    if settings.tls.is_some() && settings.behind_proxy {
        let problem = "give a certificate or say that a proxy speaks TLS, not both";
        return Err(Failure::Invalid(problem.to_owned()));
    }
    if address.ip().is_loopback() || settings.behind_proxy || settings.tls.is_some() {
        return Ok(());
    }
    Err(Failure::Invalid(format!(
        "{address} can be reached from other machines; give a certificate with `--tls-certificate` \
         and `--tls-key`, or put a proxy that speaks TLS before the server and say so with \
         `--behind-proxy`, or listen on loopback"
    )))
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        std::io::ErrorKind::AddrInUse => Failure::Conflict(format!(
            "port {} of {} is taken, perhaps by another server; stop that one, or listen elsewhere with `--listen`",
            address.port(),
            address.ip()
        )),
        std::io::ErrorKind::PermissionDenied => Failure::Unavailable(format!(
            "port {} may not be taken by this user; choose one above 1023",
            address.port()
        )),
        std::io::ErrorKind::AddrNotAvailable => {
            Failure::Invalid(format!("{} is not an address of this machine", address.ip()))
        }
        _ => Failure::Unavailable(format!("{address} cannot be listened on: {cause}")),
    })
}

/// Waits for SIGTERM or SIGINT.
pub async fn told_to_stop() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}

#[cfg(test)]
mod tests;
