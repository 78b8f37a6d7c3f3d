//! One server at a time: who holds the database, and that whoever took it over is never
//! overwritten.
//!
//! The lease keeps a second server from starting by mistake; it goes by the database's clock alone.
//! What keeps the rows right is the fence: a number that goes up whenever the database is opened,
//! and that every write is bound to. A server that was stopped for a while and goes on after
//! another took its place writes nothing any more.

use super::connect::Maker;
use super::trouble::{self, failure};
use crate::store::Failure;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio_postgres::Client;

/// How often the lease is looked at while its holder may be gone.
const LOOK_MS: u64 = 200;

/// A database that this process holds.
#[derive(Clone, Debug)]
pub struct Lease {
    holder: String,
    seconds: f64,
    /// The number of this opening.
    pub fence: u64,
}

const TAKE: &str = "
    UPDATE lease SET holder = $1, until = clock_timestamp() + make_interval(secs => $2)
    WHERE name = 'server' AND (holder IS NULL OR until < clock_timestamp())";
const LOOK: &str = "SELECT holder, until::text FROM lease WHERE name = 'server'";
const RENEW: &str = "
    UPDATE lease SET until = clock_timestamp() + make_interval(secs => $2)
    WHERE name = 'server' AND holder = $1";
const GIVE_UP: &str = "
    UPDATE lease SET holder = NULL, until = NULL WHERE name = 'server' AND holder = $1";
const RAISE: &str = "UPDATE ledger_end SET fence = fence + 1 WHERE one = 1 RETURNING fence";

/// Takes the database, waiting until the lease of a server that died is over.
///
/// # Errors
/// [`Failure::Unavailable`] where a server that is alive holds it.
pub async fn take(client: &Client, duration: Duration) -> Result<Lease, Failure> {
    let ask = async || {
        let name = client
            .query_one("SELECT gen_random_uuid()::text", &[])
            .await?;
        let holder: String = name.try_get(0)?;
        let seconds = duration.as_secs_f64();
        let mut seen = None;
        loop {
            if client.execute(TAKE, &[&holder, &seconds]).await? == 1 {
                let row = client.query_one(RAISE, &[]).await?;
                let fence = super::writer::unsigned(row.try_get(0)?);
                return Ok::<_, tokio_postgres::Error>(Some(Lease {
                    holder,
                    seconds,
                    fence,
                }));
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
        Ok(Some(lease)) => Ok(lease),
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
            .execute(RENEW, &[&lease.holder, &lease.seconds])
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

/// Gives the database up, so that the next server need not wait.
pub async fn give_up(maker: &Maker, lease: &Lease) {
    if let Ok(client) = maker.bare().await {
        // Where this is lost, the next server waits until the lease is over.
        let _ = client.execute(GIVE_UP, &[&lease.holder]).await;
    }
}
