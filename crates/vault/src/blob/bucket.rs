//! Blobs in a bucket of an object store that speaks S3's language, under the names they would have
//! in a folder. It sees sealed bytes; nothing of an unfinished blob is ever under its name.
//!
//! The rest of the vault waits for blobs where it stands, so the questions go out from threads of
//! the bucket's own. Every question is asked again for a while where the store does not answer.

mod line;

use super::{BlobId, BlobSink, BlobSource, BlobStore};
use crate::store::Failure;
use crate::waiting::wait;
use futures::StreamExt;
use hyper::body::Bytes;
use kept_terms::Timestamp;
use line::Lines;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    BackoffConfig, Error, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;
use tokio::runtime::{Handle, Runtime};

/// How much of a blob one part of an upload holds, in bytes; at most so much is held in memory
/// twice over. A blob has at most 10,000 parts.
const PART_LENGTH: usize = 8 << 20;
/// How much is fetched at once of a blob that is read from one end to the other, and of one that
/// is read here and there, in bytes.
const AHEAD_LENGTH: u64 = 4 << 20;
const HERE_LENGTH: u64 = 256 << 10;

/// Where a bucket is, and who may use it. It cannot be printed.
#[derive(Clone)]
pub struct Address {
    /// The bucket.
    pub bucket: String,
    /// What the names of all blobs begin with; nothing for none.
    pub prefix: String,
    /// Where the store is, where that is not Amazon's: `https://s3.example.com`.
    pub endpoint: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The name of the key that signs what is asked.
    pub access_key: Option<String>,
    /// The key that signs what is asked.
    pub secret: Option<SecretString>,
    /// How long what is not answered is asked again.
    pub patience: Duration,
}

impl Address {
    /// Reads `s3://bucket` or `s3://bucket/prefix`.
    ///
    /// # Errors
    /// [`Failure::Unavailable`] where it is something else.
    pub fn parse(text: &str) -> Result<Address, Failure> {
        let rest = text.strip_prefix("s3://").unwrap_or_default();
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._/".contains(&byte);
        let is_sound = !bucket.is_empty() && rest.bytes().all(is_plain);
        if !is_sound {
            return Err(Failure::Unavailable(
                "the bucket of blobs is not one: write `s3://bucket` or `s3://bucket/prefix`"
                    .to_owned(),
            ));
        }
        Ok(Address {
            bucket: bucket.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            endpoint: None,
            region: None,
            access_key: None,
            secret: None,
            patience: Duration::from_secs(15),
        })
    }
}

/// Blobs in a bucket.
pub struct Bucket {
    shared: Shared,
    /// The bucket's own threads, which end without waiting.
    threads: Option<Runtime>,
}

impl Drop for Bucket {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

#[derive(Clone)]
struct Shared {
    store: Arc<AmazonS3>,
    prefix: String,
    handle: Handle,
    /// How long anything may take, with all that is asked again.
    limit: Duration,
}

impl Bucket {
    /// Opens a bucket, and looks whether it is there and lets these credentials in.
    ///
    /// # Errors
    /// [`Failure::Unavailable`], without the credentials.
    pub fn open(address: &Address) -> Result<Bucket, Failure> {
        let unready = |_| Failure::Unavailable("no threads for the bucket are to be had".into());
        let mut threads = tokio::runtime::Builder::new_multi_thread();
        let threads = threads.worker_threads(2).thread_name("vault-blobs");
        let threads = threads.enable_all().build().map_err(unready)?;
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(50),
                max_backoff: Duration::from_secs(2),
                base: 2.0,
            },
            max_retries: 100,
            retry_timeout: address.patience,
        };
        // What the environment says in Amazon's own variables holds where nothing else is said.
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&address.bucket)
            .with_allow_http(true)
            .with_retry(retry)
            .with_http_connector(Lines::new()?);
        if let Some(endpoint) = &address.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let Some(region) = &address.region {
            builder = builder.with_region(region);
        }
        if let (Some(name), Some(secret)) = (&address.access_key, &address.secret) {
            builder = builder
                .with_access_key_id(name)
                .with_secret_access_key(secret.expose_secret());
        }
        let store = builder.build().map_err(|error| failed(&error))?;
        let shared = Shared {
            store: Arc::new(store),
            prefix: address.prefix.clone(),
            handle: threads.handle().clone(),
            limit: address.patience + Duration::from_secs(60),
        };
        let bucket = Bucket {
            shared,
            threads: Some(threads),
        };
        bucket.list(None, 1)?;
        Ok(bucket)
    }
}

impl Shared {
    fn path(&self, id: BlobId) -> Path {
        let name = id.to_string();
        let first = name.get(..2).unwrap_or_default();
        match self.prefix.is_empty() {
            true => Path::from(format!("{first}/{name}")),
            false => Path::from(format!("{}/{first}/{name}", self.prefix)),
        }
    }

    /// Sets something going on the bucket's threads.
    fn go<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Receiver<Result<T, Failure>> {
        let (reply, answer) = sync_channel(1);
        let limit = self.limit;
        self.handle.spawn(async move {
            let done = match tokio::time::timeout(limit, work).await {
                Ok(done) => done.map_err(|error| failed(&error)),
                Err(_) => Err(unreachable()),
            };
            let _ = reply.send(done);
        });
        answer
    }

    /// Does something on the bucket's threads, and waits for it.
    fn ask<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Failure> {
        answered(&self.go(work))
    }
}

/// What the bucket's threads answered.
fn answered<T: Send>(answer: &Receiver<Result<T, Failure>>) -> Result<T, Failure> {
    wait(answer).unwrap_or_else(|| Err(unreachable()))
}

/// The failure that an error amounts to. It repeats neither an address nor what was answered.
fn failed(error: &Error) -> Failure {
    let text = match error {
        Error::Unauthenticated { .. } | Error::PermissionDenied { .. } => {
            "the object store does not let these credentials in; look at the keys and at what they \
             may do with the bucket"
        }
        Error::NotFound { .. } => "there is no such bucket, or no such blob in it",
        // A list of what is not there is no such error by itself.
        Error::Generic { source, .. } if source.to_string().contains("NoSuchBucket") => {
            "there is no such bucket"
        }
        Error::Generic { .. } | Error::JoinError { .. } => return unreachable(),
        _ => "the object store refused what was asked",
    };
    Failure::Unavailable(text.to_owned())
}

fn unreachable() -> Failure {
    Failure::Unavailable(
        "the object store cannot be reached, or does not answer; look at it and at its address"
            .to_owned(),
    )
}

impl BlobStore for Bucket {
    fn create(&self, id: BlobId) -> Result<Box<dyn BlobSink>, Failure> {
        Ok(Box::new(BucketSink {
            shared: self.shared.clone(),
            path: self.shared.path(id),
            part: Vec::new(),
            upload: None,
            under_way: None,
        }))
    }

    fn open(&self, id: BlobId) -> Result<Option<Box<dyn BlobSource>>, Failure> {
        let (store, path) = (Arc::clone(&self.shared.store), self.shared.path(id));
        let look = async move {
            match store.head(&path).await {
                Ok(found) => Ok(Some((path, found.size))),
                Err(Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        let Some((path, length)) = self.shared.ask(look)? else {
            return Ok(None);
        };
        Ok(Some(Box::new(BucketSource {
            shared: self.shared.clone(),
            id,
            path,
            length,
            from: 0,
            ahead: Bytes::new(),
        })))
    }

    fn delete(&self, id: BlobId) -> Result<(), Failure> {
        let (store, path) = (Arc::clone(&self.shared.store), self.shared.path(id));
        self.shared.ask(async move {
            match store.delete(&path).await {
                Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        })
    }

    fn list(
        &self,
        after: Option<BlobId>,
        limit: usize,
    ) -> Result<Vec<(BlobId, Timestamp)>, Failure> {
        let store = Arc::clone(&self.shared.store);
        let prefix = Path::from(self.shared.prefix.as_str());
        let after = after.map(|id| self.shared.path(id));
        let mut listed = self.shared.ask(async move {
            let prefix = Some(&prefix).filter(|prefix| !prefix.as_ref().is_empty());
            let mut all = match &after {
                Some(after) => store.list_with_offset(prefix, after),
                None => store.list(prefix),
            };
            let mut listed = Vec::new();
            while listed.len() < limit
                && let Some(found) = all.next().await
            {
                let found = found?;
                // What is not named like a blob is not ours to list, nor to sweep.
                let Some(id) = found.location.filename().and_then(BlobId::parse) else {
                    continue;
                };
                listed.push((id, found.last_modified.timestamp()));
            }
            Ok(listed)
        })?;
        listed.sort_unstable();
        let moment = |seconds| Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        let listed = listed.into_iter();
        Ok(listed.map(|(id, seconds)| (id, moment(seconds))).collect())
    }
}

/// A blob on its way into a bucket, in one piece where it is short, and in parts where it is not.
struct BucketSink {
    shared: Shared,
    path: Path,
    /// What has not left yet.
    part: Vec<u8>,
    upload: Option<Box<dyn MultipartUpload>>,
    /// The part that is leaving.
    under_way: Option<Receiver<Result<(), Failure>>>,
}

impl BucketSink {
    fn send_part(&mut self) -> Result<(), Failure> {
        if let Some(before) = self.under_way.take() {
            answered(&before)?;
        }
        if self.upload.is_none() {
            let (store, path) = (Arc::clone(&self.shared.store), self.path.clone());
            let begin = async move { store.put_multipart(&path).await };
            self.upload = Some(self.shared.ask(begin)?);
        }
        if let Some(upload) = &mut self.upload {
            let part = PutPayload::from(std::mem::take(&mut self.part));
            self.under_way = Some(self.shared.go(upload.put_part(part)));
        }
        Ok(())
    }
}

impl BlobSink for BucketSink {
    fn append(&mut self, sealed: &[u8]) -> Result<(), Failure> {
        self.part.extend_from_slice(sealed);
        match self.part.len() >= PART_LENGTH {
            true => self.send_part(),
            false => Ok(()),
        }
    }

    fn finish(mut self: Box<Self>) -> Result<(), Failure> {
        if self.upload.is_none() {
            let (store, path) = (Arc::clone(&self.shared.store), self.path.clone());
            let whole = PutPayload::from(std::mem::take(&mut self.part));
            return self
                .shared
                .ask(async move { store.put(&path, whole).await.map(drop) });
        }
        if !self.part.is_empty() {
            self.send_part()?;
        }
        if let Some(last) = self.under_way.take() {
            answered(&last)?;
        }
        let Some(mut upload) = self.upload.take() else {
            return Ok(());
        };
        let (upload, done) = self.shared.ask(async move {
            let done = upload.complete().await;
            Ok((upload, done))
        })?;
        done.map(drop).map_err(|error| {
            // What is left of it is given up when this is dropped.
            self.upload = Some(upload);
            failed(&error)
        })
    }
}

impl Drop for BucketSink {
    fn drop(&mut self) {
        if let Some(mut upload) = self.upload.take() {
            // Where this is lost, the store's own rule for unfinished uploads clears them away.
            drop(self.shared.go(async move { upload.abort().await }));
        }
    }
}

/// A blob being read from a bucket, some way ahead where it is read on.
struct BucketSource {
    shared: Shared,
    id: BlobId,
    path: Path,
    length: u64,
    /// What was fetched last, and from where.
    from: u64,
    ahead: Bytes,
}

impl BucketSource {
    fn held(&self, from: u64, length: usize) -> Option<&[u8]> {
        let at = usize::try_from(from.checked_sub(self.from)?).ok()?;
        self.ahead.get(at..at.checked_add(length)?)
    }
}

impl BlobSource for BucketSource {
    fn length(&self) -> Result<u64, Failure> {
        Ok(self.length)
    }

    fn read_at(&mut self, from: u64, buffer: &mut [u8]) -> Result<(), Failure> {
        let length = buffer.len();
        if self.held(from, length).is_none() {
            let end_of_last = self.from + self.ahead.len() as u64;
            let is_read_on = from >= self.from && from <= end_of_last && end_of_last > 0;
            let wanted = if is_read_on {
                AHEAD_LENGTH
            } else {
                HERE_LENGTH
            };
            let wanted = wanted.max(length as u64);
            let range = from..from.saturating_add(wanted).min(self.length);
            let (store, path) = (Arc::clone(&self.shared.store), self.path.clone());
            let fetched = self
                .shared
                .ask(async move { store.get_range(&path, range).await })?;
            (self.from, self.ahead) = (from, fetched);
        }
        match self.held(from, length) {
            Some(held) => {
                buffer.copy_from_slice(held);
                Ok(())
            }
            None => Err(super::damaged(self.id, "is shorter than it was")),
        }
    }
}

#[cfg(test)]
mod tests;
