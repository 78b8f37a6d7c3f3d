//! The secrets by which recipients know that a webhook comes from us, and signing with them
//! (Standard Webhooks). A secret is drawn from the keyring's key and stored nowhere.

use super::Feed;
use crate::{Failure, Processing};
use aws_lc_rs::hmac;
use kept_vault::store::{Record, RecordKind, Store};
use serde::{Deserialize, Serialize};

/// How long the secret before goes on signing beside the new one, in seconds.
const OVERLAP_SECONDS: i64 = 24 * 60 * 60;

/// Which secret of a feed is in force.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Generation {
    number: u32,
    since: i64,
}

impl<S: Store> Processing<S> {
    /// The secret of a feed as its recipient is given it, `whsec_…`; to be told once, when it was
    /// made.
    pub async fn feed_secret(&self, feed: &str) -> Result<String, Failure> {
        let generation = self.generation(feed).await?;
        let bytes = self.secret(feed, generation.number);
        Ok(format!("whsec_{}", data_encoding::BASE64.encode(&bytes)))
    }

    /// The signatures of a message to a feed's webhook, of each secret that counts, as the header
    /// `webhook-signature` has them.
    pub async fn sign_webhook(
        &self,
        feed: &Feed,
        message: &str,
        second: i64,
        body: &[u8],
    ) -> Result<String, Failure> {
        self.sign_as(&feed.id, message, second, body).await
    }

    /// The signatures of a message by whatever has secrets of this name.
    pub(crate) async fn sign_as(
        &self,
        name: &str,
        message: &str,
        second: i64,
        body: &[u8],
    ) -> Result<String, Failure> {
        let generation = self.generation(name).await?;
        let mut signatures = Vec::new();
        let is_new = self.clock.now().as_second() - generation.since < OVERLAP_SECONDS;
        let before = generation.number.checked_sub(1).filter(|_| is_new);
        for number in [Some(generation.number), before].into_iter().flatten() {
            let secret = self.secret(name, number);
            let signature = signature(&secret, message, second, body);
            signatures.push(format!("v1,{signature}"));
        }
        Ok(signatures.join(" "))
    }

    /// The record of the next secret of a feed.
    pub(crate) async fn next_generation(&self, feed: &str) -> Result<Record, Failure> {
        let now = self.generation(feed).await?;
        let next = Generation {
            number: now.number.saturating_add(1),
            since: self.clock.now().as_second(),
        };
        let value = serde_json::to_vec(&next)
            .map_err(|_| Failure::invalid("the secret", "cannot be written down"))?;
        Ok(Record {
            kind: RecordKind::Setting,
            key: place(feed),
            value,
        })
    }

    async fn generation(&self, feed: &str) -> Result<Generation, Failure> {
        let stored = self
            .vault
            .store()
            .record(RecordKind::Setting, &place(feed))
            .await?;
        let read = |bytes: Vec<u8>| {
            serde_json::from_slice(&bytes)
                .map_err(|_| Failure::Corrupt("the setting of a feed cannot be read".to_owned()))
        };
        Ok(stored.map(read).transpose()?.unwrap_or_default())
    }

    fn secret(&self, feed: &str, number: u32) -> [u8; 32] {
        self.vault
            .index("kept/webhook", &format!("{feed}/{number}"))
    }
}

/// The signature of a message (Standard Webhooks, symmetric): of its identifier, its time and its
/// body.
fn signature(secret: &[u8], message: &str, second: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{message}.{second}.").as_bytes());
    context.update(body);
    data_encoding::BASE64.encode(context.sign().as_ref())
}

fn place(feed: &str) -> Vec<u8> {
    format!("feed-secret:{feed}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_specification_says() {
        let secret = data_encoding::BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let message = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let body = br#"{"test": 2432232314}"#;
        let signed = signature(&secret.unwrap(), message, 1_614_265_330, body);
        assert_eq!(signed, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
