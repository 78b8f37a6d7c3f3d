//! Who holds the database: one server, or several that take turns by locks that they share; and
//! that whoever took it over is never overwritten.
//!
//! The lease keeps a second server from starting by mistake; it goes by the database's clock alone.
//! What keeps the rows right is the fence: a number that goes up whenever the database is opened,
//! and that every write is bound to. A server that was stopped for a while and goes on after
//! another took its place writes nothing any more.

use super::Options;
use super::calls::signed;
use super::connect::Maker;
use super::found::unsigned;
use super::session::{self, Session};
use super::trouble::{self, failure};
use crate::store::Failure;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_postgres::Client;

/// What the name of a holder begins with whose servers have their locks in the database.
const TOGETHER: &str = "together ";

/// How often the lease is looked at while its holder may be gone.
const LOOK_MS: u64 = 200;

/// By what a database is held: by one server, or by several that share its folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// Who holds it.
    pub holder: String,
    /// The number of the opening; no other has the same.
    pub fence: u64,
}

/// A database that this process holds.
#[derive(Clone, Debug)]
pub struct Lease {
    seconds: f64,
    /// Whether others may hold it as well.
    pub shared: bool,
    /// By what it is held.
    pub opening: Opening,
    /// The number of this server among those that share it.
    pub member: u64,
    /// The locks of this server, where those that share the database have them in it.
    pub session: Option<Arc<Session>>,
    /// Whether it is the first of its opening.
    pub is_first: bool,
}

const TAKE: &str = "
    UPDATE lease SET holder = $1, until = clock_timestamp() + make_interval(secs => $2)
    WHERE name = 'server'
        AND (holder IS NULL OR until < clock_timestamp() OR holder = $3)";
const BY: &str = "SELECT holder, fence FROM lease, ledger_end WHERE name = 'server' AND one = 1";
const LOOK: &str = "SELECT holder, until::text FROM lease WHERE name = 'server'";
const RENEW: &str = "
    UPDATE lease SET until = clock_timestamp() + make_interval(secs => $2)
    WHERE name = 'server' AND holder = $1";
const GIVE_UP: &str = "
    UPDATE lease SET holder = NULL, until = NULL WHERE name = 'server' AND holder = $1";
const RAISE: &str = "UPDATE ledger_end SET fence = fence + 1 WHERE one = 1 RETURNING fence";
/// Whoever was there before writes nothing any more, so nobody asks what became of it.
const NONE_BEFORE: &str = "DELETE FROM turn; DELETE FROM member;";
const IS_OPEN: &str = "SELECT 1 FROM ledger_end WHERE one = 1 AND fence = $1";
const ENTER: &str = "
    WITH it AS (UPDATE ledger_end SET members = members + 1 WHERE one = 1 RETURNING members)
    INSERT INTO member (id, serial) SELECT members, 0 FROM it RETURNING id";
const LEAVE: &str = "DELETE FROM member WHERE id = $1";

/// Takes the database, waiting until the lease of a server that died is over, or joins those that
/// have it.
///
/// # Errors
/// [`Failure::Unavailable`] where a server that is alive holds it, or those to be joined do not.
pub async fn take(client: &Client, options: &Options) -> Result<Lease, Failure> {
    let opening = match &options.join {
        Some(opening) => join(client, opening, options.lease).await?,
        None => take_alone(client, options, "").await?,
    };
    let told = client.query_one(ENTER, &[]).await;
    let member = told.and_then(|row| row.try_get(0));
    Ok(Lease {
        seconds: options.lease.as_secs_f64(),
        shared: options.shared,
        opening,
        member: unsigned(member.map_err(|error| failure(&error))?),
        session: None,
        is_first: options.join.is_none(),
    })
}

/// Takes the database, or joins those that have it, by a connection that holds this server's locks
/// from then on. Nobody else opens it until [`Session::opened`] says so.
///
/// # Errors
/// [`Failure::Unavailable`] where a server that shares nothing holds it.
pub async fn take_together(maker: &Arc<Maker>, options: &Options) -> Result<Lease, Failure> {
    let (client, names) = session::connect(maker).await?;
    let (last, is_first) = last(&client, names)
        .await
        .map_err(|error| failure(&error))?;
    let opening = match (last, is_first) {
        (Some(last), false) => join(&client, &last, options.lease).await?,
        // All that held it so have ended, or their connections would be there.
        (ended, _) => {
            let ended = ended.filter(|it| it.holder.starts_with(TOGETHER));
            let options = Options {
                ended,
                ..options.clone()
            };
            take_alone(&client, &options, TOGETHER).await?
        }
    };
    let presence = session::enter(client, names, &opening).await?;
    Ok(Lease {
        seconds: options.lease.as_secs_f64(),
        shared: true,
        member: presence.member,
        session: Some(Arc::new(Session::new(
            Arc::clone(maker),
            opening.clone(),
            presence,
        ))),
        opening,
        is_first,
    })
}

/// By what the database is held or was held last, and whether nobody is there who shares it. It is
/// asked in a turn that is waited for.
async fn last(
    client: &Client,
    names: session::Names,
) -> Result<(Option<Opening>, bool), tokio_postgres::Error> {
    while !names.open(client).await? {
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
    let is_first = names.present(client).await? == 0;
    let row = client.query_one(BY, &[]).await?;
    let (holder, fence): (Option<String>, i64) = (row.try_get(0)?, row.try_get(1)?);
    let fence = unsigned(fence);
    Ok((holder.map(|holder| Opening { holder, fence }), is_first))
}

async fn join(client: &Client, opening: &Opening, lease: Duration) -> Result<Opening, Failure> {
    let fence = signed(opening.fence);
    let ask = async || {
        let seconds = lease.as_secs_f64();
        let renewed = client.execute(RENEW, &[&opening.holder, &seconds]).await?;
        let is_open = client.query_opt(IS_OPEN, &[&fence]).await?.is_some();
        Ok::<_, tokio_postgres::Error>(renewed == 1 && is_open)
    };
    match ask().await {
        Ok(true) => Ok(opening.clone()),
        Ok(false) => Err(Failure::Unavailable(
            "another server has taken the database from those that share this data folder: stop \
             them, and start one again"
                .to_owned(),
        )),
        Err(error) => Err(failure(&error)),
    }
}

async fn take_alone(client: &Client, options: &Options, kind: &str) -> Result<Opening, Failure> {
    let ended = options.ended.as_ref().map(|it| it.holder.as_str());
    let ask = async || {
        let name = client
            .query_one("SELECT $1 || gen_random_uuid()::text", &[&kind])
            .await?;
        let holder: String = name.try_get(0)?;
        let seconds = options.lease.as_secs_f64();
        let mut seen = None;
        loop {
            if client.execute(TAKE, &[&holder, &seconds, &ended]).await? == 1 {
                let row = client.query_one(RAISE, &[]).await?;
                let fence = unsigned(row.try_get(0)?);
                client.batch_execute(NONE_BEFORE).await?;
                return Ok::<_, tokio_postgres::Error>(Some(Opening { holder, fence }));
            }
            let row = client.query_one(LOOK, &[]).await?;
            let is: (Option<String>, Option<String>) = (row.try_get(0)?, row.try_get(1)?);
            // Somebody who renews is alive.
            if *seen.get_or_insert_with(|| is.clone()) != is && is.0.is_some() {
                return Ok(None);
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
        }
    };
    match ask().await {
        Ok(Some(opening)) => Ok(opening),
        Ok(None) => Err(Failure::Unavailable(
            "another server is using this database: stop that one first, or name another"
                .to_owned(),
        )),
        Err(error) => Err(failure(&error)),
    }
}

/// Renews a lease for as long as the process lives, and says so where it is lost.
pub async fn keep(maker: Arc<Maker>, lease: Lease, is_replaced: Arc<AtomicBool>) {
    let pause = Duration::from_secs_f64(lease.seconds / 4.0);
    let mut client: Option<Client> = None;
    while !is_replaced.load(Ordering::Acquire) {
        tokio::time::sleep(pause).await;
        if client.as_ref().is_none_or(Client::is_closed) {
            client = maker.bare().await.ok();
        }
        let Some(client) = &client else { continue };
        match client
            .execute(RENEW, &[&lease.opening.holder, &lease.seconds])
            .await
        {
            Ok(0) => {
                tracing::error!("another server has taken over the database");
                is_replaced.store(true, Ordering::Release);
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(failure = %trouble::failure(&error), "the lease was not renewed");
            }
        }
    }
}

/// Gives the database up, so that the next server need not wait. Those that share it keep it:
/// whoever has their folder next knows that they have ended.
pub async fn give_up(maker: &Maker, lease: &Lease) {
    if let Ok(client) = maker.bare().await {
        // Where this is lost, the next server waits until the lease is over.
        match &lease.session {
            Some(session) => session.leave(&client).await,
            None => drop(client.execute(LEAVE, &[&signed(lease.member)]).await),
        }
        if !lease.shared {
            let _ = client.execute(GIVE_UP, &[&lease.opening.holder]).await;
        }
    }
}
