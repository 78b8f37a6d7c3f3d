//! Who of the servers that share a keyring from several machines destroys keys no more. Whoever is
//! given a lock that another has lost shuts that one out here first, so that a destruction that
//! comes late comes to nothing.
//! It knows no lock.

use super::statements::{GONE, SET, SETTING};
use super::{Inner, said};
use crate::keyring::shelf::Change;
use crate::store::Failure;
use std::sync::atomic::Ordering;
use tokio_postgres::{Client, Error};

/// How many members are remembered one by one; far more than there are servers.
const REMEMBERED: usize = 4_096;

/// Members that are gone: all that were before one, and some after it.
#[derive(Default)]
struct Gone {
    before: u64,
    members: Vec<u64>,
}

impl Gone {
    fn read(bytes: &[u8]) -> Gone {
        let mut numbers = bytes.chunks_exact(8).map(|it| {
            let bytes = it.try_into().unwrap_or_default();
            u64::from_be_bytes(bytes)
        });
        Gone {
            before: numbers.next().unwrap_or(0),
            members: numbers.collect(),
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let numbers = std::iter::once(&self.before).chain(&self.members);
        numbers.flat_map(|it| it.to_be_bytes()).collect()
    }

    fn has(&self, member: u64) -> bool {
        member < self.before || self.members.contains(&member)
    }

    fn add(&mut self, members: &[u64], before: Option<u64>) {
        self.before = self.before.max(before.unwrap_or(0));
        self.members.extend(members);
        self.members.sort_unstable();
        self.members.dedup();
        let too_many = self.members.len().saturating_sub(REMEMBERED);
        // Numbers only grow, so whoever is that old is gone as well.
        if let Some(last) = self.members.drain(..too_many).next_back() {
            self.before = self.before.max(last.saturating_add(1));
        }
        self.members.retain(|it| *it >= self.before);
    }
}

async fn gone(client: &Client) -> Result<Gone, Error> {
    let found = client.query_opt(SETTING, &[&GONE]).await?;
    let bytes: Option<Vec<u8>> = found.map(|row| row.try_get(0)).transpose()?;
    Ok(bytes.as_deref().map(Gone::read).unwrap_or_default())
}

impl Inner {
    /// Whether this server may make a change, within its transaction, which follows on all that
    /// were made before it.
    pub(super) async fn may_make(
        &self,
        client: &Client,
        changes: &[Change],
    ) -> Result<bool, Error> {
        let member = self.member.load(Ordering::Acquire);
        let destroys = changes.iter().any(|it| matches!(it, Change::Destroy(_)));
        if member == 0 || !destroys {
            return Ok(true);
        }
        Ok(!gone(client).await?.has(member))
    }

    /// Has members destroy nothing any more.
    pub(super) async fn shut_out(
        &self,
        members: &[u64],
        before: Option<u64>,
    ) -> Result<(), Failure> {
        let mut place = self.writer.lock().await;
        let client = std::sync::Arc::clone(self.writer(&mut place).await?);
        let turn = super::TURN;
        let put = async || {
            client.batch_execute(&format!("BEGIN; {turn}")).await?;
            let mut gone = gone(&client).await?;
            gone.add(members, before);
            client.execute(SET, &[&GONE, &gone.to_bytes()]).await?;
            client.batch_execute("COMMIT").await
        };
        let put = put().await;
        if put.is_err() {
            *place = None;
        }
        put.map_err(said)
    }
}

/// What is told to whoever comes too late.
pub(super) fn shut_out() -> Failure {
    Failure::Unavailable(
        "the connection that holds this server's locks was lost, so it destroys no key under them; \
         what is on record as destroyed is destroyed by whoever has them now"
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_gone_stays_gone_however_many_follow() {
        let mut gone = Gone::default();
        gone.add(&[3, 5], None);
        let has = |gone: &Gone| (1..8).filter(|it| gone.has(*it)).collect::<Vec<_>>();
        assert_eq!(has(&gone), [3, 5]);
        gone.add(&[], Some(5));
        assert_eq!(has(&Gone::read(&gone.to_bytes())), [1, 2, 3, 4, 5]);
        let many: Vec<u64> = (10..20_000).step_by(2).collect();
        gone.add(&many, None);
        assert!(many.iter().all(|it| gone.has(*it)) && !gone.has(19_999) && !gone.has(20_000));
    }
}
