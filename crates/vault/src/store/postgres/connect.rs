//! Connections: how one is made, encrypted and set up, and the statements prepared on it. It knows
//! no table.

use super::address::Address;
use super::statements::{ALL, Sql};
use super::trouble::{self, Kind};
use crate::store::Failure;
use futures::future::join_all;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// What is asked of every connection. An act is durable when it is said to be; whoever stops in the
/// middle does not hold up the others; and a statement that goes by key is not planned otherwise
/// while a table is still small, or its size not yet known.
const SET_UP: &str = "
    SET default_transaction_isolation TO 'read committed';
    SET idle_in_transaction_session_timeout TO '10s';
    SET statement_timeout TO '60s';
    SET enable_seqscan TO off;
    SET jit TO off;
    SELECT pg_catalog.set_config('synchronous_commit', 'on', false)
    WHERE pg_catalog.current_setting('synchronous_commit') IN ('off', 'local');";

/// What is asked of those with prepared statements, each of which goes from row to row by keys,
/// whatever its values are: it is planned once.
const BY_KEY: &str = "
    SET enable_hashjoin TO off; SET enable_mergejoin TO off;
    SET plan_cache_mode TO force_generic_plan;";

/// How long to wait before trying again; a failover is over by the last.
const PAUSES_MS: [u64; 12] = [
    20, 50, 100, 200, 400, 800, 1000, 1500, 2000, 2500, 3000, 3500,
];

/// One value of a statement.
pub type Value<'a> = &'a (dyn ToSql + Sync);

/// A connection with its statements prepared.
pub struct Link {
    client: Client,
    /// Those that are prepared, each at its number.
    statements: Vec<Option<Statement>>,
}

impl Link {
    /// The connection itself, for what is said once.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Whether it has ended.
    pub fn is_gone(&self) -> bool {
        self.client.is_closed()
    }

    /// Rows of a statement. It is sent when this is first polled, so several polled in order go in
    /// that order, in one round trip.
    pub async fn rows(&self, sql: Sql, values: &[Value<'_>]) -> Result<Vec<Row>, Error> {
        match self.statements.get(sql as usize) {
            Some(Some(statement)) => self.client.query(statement, values).await,
            // What a connection is for is prepared when it is made.
            _ => self.client.query(sql.text(), values).await,
        }
    }

    /// How many rows a statement changes.
    pub async fn execute(&self, sql: Sql, values: &[Value<'_>]) -> Result<u64, Error> {
        match self.statements.get(sql as usize) {
            Some(Some(statement)) => self.client.execute(statement, values).await,
            _ => self.client.execute(sql.text(), values).await,
        }
    }
}

/// Where connections come from.
pub struct Maker {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    schema: String,
    handle: Handle,
}

impl Maker {
    /// Makes ready for connections to an address, which run on `handle`.
    pub fn new(address: &Address, schema: &str, handle: Handle) -> Result<Maker, Failure> {
        let is_plain = schema
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it == b'_' || it.is_ascii_digit());
        if !is_plain || schema.is_empty() || schema.len() > 60 {
            return Err(Failure::Invalid(
                "the name of a schema has other letters than a to z",
            ));
        }
        let config = address.config()?;
        let tls = Address::wants_tls(&config).then(tls).transpose()?;
        let schema = schema.to_owned();
        Ok(Maker {
            config,
            tls,
            schema,
            handle,
        })
    }

    /// The schema that holds the tables.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Does something on the threads that connections run on.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.handle.spawn(work);
    }

    /// A connection without prepared statements.
    pub async fn bare(&self) -> Result<Client, Error> {
        let client = match &self.tls {
            Some(tls) => {
                let (client, connection) = self.config.connect(tls.clone()).await?;
                self.handle.spawn(connection);
                client
            }
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                self.handle.spawn(connection);
                client
            }
        };
        let path = format!("SET search_path TO \"{}\";{SET_UP}", self.schema);
        client.batch_execute(&path).await?;
        Ok(client)
    }

    async fn link(&self, reads: bool) -> Result<Link, Error> {
        let client = self.bare().await?;
        client.batch_execute(BY_KEY).await?;
        let prepare = async |sql: &Sql| {
            if sql.is_reading() != reads {
                return Ok(None);
            }
            client.prepare(sql.text()).await.map(Some)
        };
        let prepared = join_all(ALL.iter().map(prepare)).await;
        let statements = prepared.into_iter().collect::<Result<_, _>>()?;
        Ok(Link { client, statements })
    }

    /// A connection for reading, or for all else, waiting for a server that is starting, or for
    /// another to take its place.
    pub async fn patiently(&self, reads: bool) -> Result<Link, Failure> {
        let mut pauses = PAUSES_MS.iter();
        loop {
            match self.link(reads).await {
                Ok(link) => return Ok(link),
                Err(error) => wait(&error, pauses.next()).await?,
            }
        }
    }

    /// As [`Maker::patiently`], without prepared statements.
    pub async fn bare_patiently(&self) -> Result<Client, Failure> {
        let mut pauses = PAUSES_MS.iter();
        loop {
            match self.bare().await {
                Ok(client) => return Ok(client),
                Err(error) => wait(&error, pauses.next()).await?,
            }
        }
    }
}

/// Waits before another try, where another may help.
async fn wait(error: &Error, pause: Option<&u64>) -> Result<(), Failure> {
    match (trouble::kind(error), pause) {
        (Kind::Gone | Kind::Again, Some(pause)) => {
            tokio::time::sleep(Duration::from_millis(*pause)).await;
            Ok(())
        }
        (Kind::Gone, None) => Err(trouble::unreachable()),
        _ => Err(trouble::failure(error)),
    }
}

fn tls() -> Result<MakeRustlsConnect, Failure> {
    let mut roots = RootCertStore::empty();
    // A machine whose list of authorities cannot be read trusts none, and the connection says so.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Failure::Unavailable("no protocol of TLS is to be had".to_owned()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// Connections that read. Many questions share one; each goes out when it is asked.
pub struct Pool {
    maker: Arc<Maker>,
    places: Vec<Place>,
    turn: AtomicUsize,
}

#[derive(Default)]
struct Place {
    link: RwLock<Option<Arc<Link>>>,
    making: tokio::sync::Mutex<()>,
}

impl Place {
    fn current(&self) -> Option<Arc<Link>> {
        let link = self.link.read().unwrap_or_else(PoisonError::into_inner);
        link.clone().filter(|link| !link.is_gone())
    }
}

impl Pool {
    /// At most so many connections, each made when it is first needed.
    pub fn new(maker: Arc<Maker>, size: usize) -> Pool {
        let places = (0..size.max(1)).map(|_| Place::default()).collect();
        Pool {
            maker,
            places,
            turn: AtomicUsize::new(0),
        }
    }

    async fn link(&self) -> Result<Arc<Link>, Failure> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let at = turn.checked_rem(self.places.len()).unwrap_or(0);
        let Some(place) = self.places.get(at) else {
            return Err(trouble::unreachable());
        };
        if let Some(link) = place.current() {
            return Ok(link);
        }
        let _making = place.making.lock().await;
        if let Some(link) = place.current() {
            return Ok(link);
        }
        let maker = Arc::clone(&self.maker);
        // Made on the engine's own threads: whoever asked may go away meanwhile.
        let made = self
            .maker
            .handle
            .spawn(async move { maker.patiently(true).await });
        let link = Arc::new(made.await.map_err(|_| trouble::unreachable())??);
        *place.link.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&link));
        Ok(link)
    }

    /// Rows of a statement that changes nothing, asked again where the connection went away.
    pub async fn rows(&self, sql: Sql, values: &[Value<'_>]) -> Result<Vec<Row>, Failure> {
        let mut tries = 0;
        loop {
            let link = self.link().await?;
            match link.rows(sql, values).await {
                Ok(rows) => return Ok(rows),
                Err(error) => {
                    tries += 1;
                    let is_worth_it = trouble::kind(&error) != Kind::Other;
                    if !is_worth_it || tries > 8 {
                        return Err(trouble::failure(&error));
                    }
                    tokio::time::sleep(Duration::from_millis(20 * tries)).await;
                }
            }
        }
    }
}
