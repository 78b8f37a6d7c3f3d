//! Bounces: a message that came back is found by its token, and its address is remembered as one
//! that does not work, so that nothing goes there that the person may choose not to get.
//! The address is remembered as a keyed digest with the person, and forgotten with them.

use super::handing::address_fields;
use super::*;
use kept_vault::Seen;

/// What a report of delivery was about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bounced {
    /// The message will not arrive; its address is remembered.
    Noted,
    /// It was reported before.
    Again,
    /// No message is remembered under the token.
    Unknown,
}

/// What is known of an address that does not work.
#[derive(Serialize, Deserialize)]
struct Flag {
    /// How many messages came back.
    count: u64,
    /// The second since 1970 of the last.
    second: i64,
}

impl<S: Store> Processing<S> {
    /// A message came back for good.
    pub async fn bounced(&self, token: &str) -> Result<Bounced, Failure> {
        let is_token = token.len() == 24 && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_token {
            return Ok(Bounced::Unknown);
        }
        let store = self.vault.store();
        let key = format!("{TOKEN}{}", token.to_ascii_lowercase());
        let id = store.record(RecordKind::Outgoing, key.as_bytes()).await?;
        let Some(id) = id.and_then(|id| String::from_utf8(id).ok()) else {
            return Ok(Bounced::Unknown);
        };
        let key = format!("{DONE}{id}").into_bytes();
        let Some(value) = store.record(RecordKind::Outgoing, &key).await? else {
            return Ok(Bounced::Unknown);
        };
        let kind = RecordKind::Outgoing;
        let message = Outgoing::read(&Record { kind, key, value })?;
        match message.state {
            Sending::Undeliverable { .. } => return Ok(Bounced::Again),
            Sending::Waiting { .. }
            | Sending::Leaving { .. }
            | Sending::Gone { .. }
            | Sending::Doubtful { .. } => {}
        }
        let state = Sending::Undeliverable {
            second: self.clock.now().as_second(),
            why: Undelivered::Bounced,
        };
        let noted = Outgoing { state, ..message };
        let mut writes = vec![noted.queued()?];
        writes.extend(self.flagged(&noted).await?);
        self.book_end(&noted, writes).await?;
        Ok(Bounced::Noted)
    }

    /// The change that remembers a message's address as one that does not work.
    pub(super) async fn flagged(&self, message: &Outgoing) -> Result<Option<Write>, Failure> {
        let Some(address) = &message.address else {
            return Ok(None);
        };
        let key = format!("{BOUNCED}{}/{address}", message.person);
        let store = self.vault.store();
        let known = store.record(RecordKind::Outgoing, key.as_bytes()).await?;
        let known: Option<Flag> = known.and_then(|value| serde_json::from_slice(&value).ok());
        let flag = Flag {
            count: known.map_or(0, |flag| flag.count) + 1,
            second: self.clock.now().as_second(),
        };
        let value = serde_json::to_vec(&flag)
            .map_err(|_| Failure::invalid("the bounce", "cannot be written down"))?;
        Ok(Some(put(&key, value)))
    }

    /// Whether every address of a person is known not to work.
    pub(super) async fn address_bounced(&self, seen: &Seen) -> Result<bool, Failure> {
        let begins = format!("{BOUNCED}{}/", seen.id);
        let store = self.vault.store();
        let flags = store.records_page(RecordKind::Outgoing, begins.as_bytes(), None, STEP);
        let flags = flags.await?;
        if flags.is_empty() {
            return Ok(false);
        }
        let moment = self.moment();
        let mut words = Vec::new();
        for field in address_fields(moment.policy()).iter() {
            words.push(moment.in_force.field_word(field)?.0);
        }
        let held = seen.state.identifiers.iter();
        let mut held = held.filter(|(field, _)| words.contains(field));
        let works = |digest: &[u8]| {
            let key = format!("{begins}{}", data_encoding::HEXLOWER.encode(digest));
            !flags.iter().any(|flag| flag.key == key.as_bytes())
        };
        Ok(!held.any(|(_, digest)| works(digest)))
    }

    /// A keyed digest of an address: the one under which its owner is found.
    pub(super) fn address_digest(&self, field: &str, address: &str) -> String {
        let policy = self.policy();
        let declared = policy.words.fields.id(field);
        let declared = declared.and_then(|id| policy.words.fields.get(id));
        let normal = declared.and_then(|declared| {
            let normal = declared.kind.normalise(address, None, &[], address.len());
            normal.ok()
        });
        let compared = normal.map_or_else(|| address.to_owned(), |normal| normal.compared);
        data_encoding::HEXLOWER.encode(&self.vault.index(field, &compared))
    }
}
