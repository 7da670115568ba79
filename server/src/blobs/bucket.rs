//! Blobs as objects of a bucket, by the API of S3.
//!
//! A blob is collected in memory, within a budget, and stored by one request: a store has either
//! all of it or nothing, and nothing half-written stays anywhere. The request carries the SHA-256
//! of the bytes, which the store compares.

mod crypto;
mod http;
mod self_test;

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    BackoffConfig, Error, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutPayload, RetryConfig,
};
use tokio::time::{Duration, Instant, sleep};

use self::crypto::RustCrypto;
pub use self::self_test::SelfTestError;
use super::budget::{Budget, Held, UNIT_LEN};
use super::{BlobStore, BlobStream, BlobWriter, BlobsError, Loss, Pressure, PutMode, StoredBlob};
use crate::config::BucketSettings;
use crate::random;

/// The waits between tries of a request, of which the first is this long; each is up to twice as
/// long as the one before.
const BACK_OFF_MIN: Duration = Duration::from_millis(100);
/// The longest such wait.
const BACK_OFF_MAX: Duration = Duration::from_secs(3);
/// Tries after the first.
const RETRIES_MAX: usize = 8;
/// No new try so long after the first one. Then clients are told to come back.
const RETRY_MAX: Duration = Duration::from_secs(10);
/// Between two listings that have to be empty before a deletion is believed.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Rounds of a deletion before it is tried again later.
const ROUNDS_MAX: u32 = 10;
/// How long it is believed that blobs can be written: each look costs requests.
const PROBE_EVERY: Duration = Duration::from_secs(30);

/// A bucket, or what lies under a prefix in it.
pub(super) struct Bucket {
    store: AmazonS3,
    /// Empty, or ends with a slash.
    prefix: String,
    budget: Arc<Budget>,
    /// Whether the store refuses to replace what is there, when asked to.
    creates_only: bool,
    probed: Mutex<Option<Instant>>,
}

impl Bucket {
    /// Uses a bucket, after a look at whether it can do what is needed of it.
    ///
    /// # Errors
    /// It cannot; says what failed, and what to set.
    pub(super) async fn open(settings: &BucketSettings, budget: Budget) -> Result<Self, BlobsError> {
        let bucket = Self::new(settings, budget)?;
        self_test::run(&bucket, &settings.accepted).await.map_err(|error| BlobsError::Unfit(Box::new(error)))?;
        Ok(bucket)
    }

    fn new(settings: &BucketSettings, budget: Budget) -> Result<Self, BlobsError> {
        let connector = http::Connector::new()?;
        let retry = RetryConfig {
            backoff: BackoffConfig { init_backoff: BACK_OFF_MIN, max_backoff: BACK_OFF_MAX, base: 2.0 },
            max_retries: RETRIES_MAX,
            retry_timeout: RETRY_MAX,
        };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&settings.bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(settings.secret_access_key.as_str())
            .with_virtual_hosted_style_request(settings.names_host)
            .with_crypto_provider(Arc::new(RustCrypto))
            .with_http_connector(connector)
            .with_retry(retry)
            .with_disable_tagging(true)
            // Every store knows the deletion of one object, not every one that of many.
            .with_disable_bulk_delete(true);
        if let Some(endpoint) = &settings.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        Ok(Self {
            store: builder.build()?,
            prefix: settings.prefix.clone(),
            budget: Arc::new(budget),
            creates_only: !settings.accepted.contains(&crate::config::BlobsRisk::ConditionalPut),
            probed: Mutex::new(None),
        })
    }

    fn path(&self, name: &str) -> Path {
        Path::from(format!("{}{name}", self.prefix))
    }

    fn stored(prefix: &str, meta: ObjectMeta) -> StoredBlob {
        let name = meta.location.as_ref().strip_prefix(prefix).unwrap_or_default().to_owned();
        StoredBlob { name, len: meta.size, written: SystemTime::from(meta.last_modified) }
    }

    /// Whether an object was lost, if it cannot be read.
    async fn why_unreadable(&self, path: &Path, whole_len: u64, error: Error) -> BlobsError {
        if let Error::NotFound { .. } = error {
            return BlobsError::Lost(Loss::Missing);
        }
        // A range behind the end of what is left of it is an error like others.
        match self.store.head(path).await {
            Ok(found) if found.size != whole_len => BlobsError::Lost(Loss::Length),
            Err(Error::NotFound { .. }) => BlobsError::Lost(Loss::Missing),
            _ => unavailable(error),
        }
    }
}

#[async_trait]
impl BlobStore for Bucket {
    async fn create(&self, name: &str, len: u64) -> Result<Box<dyn BlobWriter>, BlobsError> {
        Ok(Box::new(ObjectWriter {
            store: self.store.clone(),
            path: self.path(name),
            left: len,
            pieces: Vec::new(),
            piece: BytesMut::new(),
            budget: Arc::clone(&self.budget),
            held: Held::default(),
        }))
    }

    async fn read(&self, name: &str, whole_len: u64, range: Range<u64>) -> Result<BlobStream, BlobsError> {
        if range.is_empty() {
            return Ok(stream::empty().boxed());
        }
        let path = self.path(name);
        let options = GetOptions { range: Some(GetRange::Bounded(range.clone())), ..GetOptions::default() };
        let found = match self.store.get_opts(&path, options).await {
            Ok(found) => found,
            Err(error) => return Err(self.why_unreadable(&path, whole_len, error).await),
        };
        if found.meta.size != whole_len || found.range != range {
            return Err(BlobsError::Lost(Loss::Length));
        }
        let mut pieces = found.into_stream().map_err(|error| match error {
            Error::NotFound { .. } => BlobsError::Lost(Loss::Missing),
            error => unavailable(error),
        });
        let first = pieces.try_next().await?;
        Ok(stream::iter(first.map(Ok)).chain(pieces).boxed())
    }

    async fn put(&self, name: &str, bytes: Bytes, mode: PutMode) -> Result<bool, BlobsError> {
        let mode = match mode {
            PutMode::Create if self.creates_only => object_store::PutMode::Create,
            PutMode::Create if self.get(name).await?.is_some() => return Ok(false),
            PutMode::Create | PutMode::Replace => object_store::PutMode::Overwrite,
        };
        match self.store.put_opts(&self.path(name), PutPayload::from(bytes), mode.into()).await {
            Ok(_) => Ok(true),
            Err(Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn get(&self, name: &str) -> Result<Option<Bytes>, BlobsError> {
        match self.store.get(&self.path(name)).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(unavailable)?)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn delete(&self, names: &[String]) -> Result<(), BlobsError> {
        let paths: Vec<Path> = names.iter().map(|name| self.path(name)).collect();
        let mut deleted = self.store.delete_stream(stream::iter(paths.into_iter().map(Ok)).boxed());
        while let Some(result) = deleted.next().await {
            match result {
                Ok(_) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(unavailable(error)),
            }
        }
        Ok(())
    }

    /// Lists and deletes until two listings one after the other were empty: a store may finish a
    /// request that nobody waits for any more.
    async fn delete_prefix(&self, prefix: &str) -> Result<(), BlobsError> {
        let mut was_empty = false;
        for _ in 0..ROUNDS_MAX {
            let found: Vec<StoredBlob> = self.list(prefix).try_collect().await?;
            if found.is_empty() && was_empty {
                return Ok(());
            }
            was_empty = found.is_empty();
            if was_empty {
                sleep(LOOK_AGAIN).await;
            } else {
                let names: Vec<String> = found.into_iter().map(|blob| blob.name).collect();
                self.delete(&names).await?;
            }
        }
        Err(BlobsError::Unavailable("what was deleted is still listed".into()))
    }

    fn list(&self, prefix: &str) -> BoxStream<'static, Result<StoredBlob, BlobsError>> {
        let (below, own) = (self.path(prefix), self.prefix.clone());
        let found = self.store.list(Some(&below).filter(|below| !below.as_ref().is_empty()));
        found.map(move |meta| meta.map(|meta| Self::stored(&own, meta)).map_err(unavailable)).boxed()
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, BlobsError> {
        let found = self.store.list_with_delimiter(Some(&self.path(prefix))).await.map_err(unavailable)?;
        let objects = found.objects.into_iter().map(|meta| meta.location);
        let all = found.common_prefixes.into_iter().chain(objects);
        Ok(all.filter_map(|path| path.filename().map(ToOwned::to_owned)).collect())
    }

    fn expect_room(&self) -> Result<(), BlobsError> {
        Ok(())
    }

    async fn probe(&self) -> Result<(), BlobsError> {
        let lock = || self.probed.lock().unwrap_or_else(PoisonError::into_inner);
        if lock().is_some_and(|at| at.elapsed() < PROBE_EVERY) {
            return Ok(());
        }
        let name = format!("probe-{}", drawn());
        self.put(&name, Bytes::from_static(b"probe"), PutMode::Replace).await?;
        self.delete(&[name]).await?;
        *lock() = Some(Instant::now());
        Ok(())
    }
}

/// 32 characters that nobody else draws.
fn drawn() -> String {
    random::bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Nothing that a store says but "there is none" means that something is lost.
fn unavailable(error: Error) -> BlobsError {
    BlobsError::Unavailable(error.into())
}

/// An object that is being collected.
struct ObjectWriter {
    store: AmazonS3,
    path: Path,
    /// Bytes still to come.
    left: u64,
    pieces: Vec<Bytes>,
    piece: BytesMut,
    budget: Arc<Budget>,
    held: Held,
}

#[async_trait]
impl BlobWriter for ObjectWriter {
    fn keeps_with(&self, _: usize) -> usize {
        // Counted by the store.
        0
    }

    fn pressure(&self) -> Pressure {
        Pressure(Some(Arc::clone(&self.budget)))
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobsError> {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            if self.piece.capacity() == 0 {
                self.budget.take(&mut self.held).await;
                let len = usize::try_from(self.left).unwrap_or(UNIT_LEN).min(UNIT_LEN);
                self.piece.reserve(len.max(1));
            }
            let (now, later) = bytes.split_at(bytes.len().min(self.piece.capacity() - self.piece.len()));
            self.piece.extend_from_slice(now);
            self.left = self.left.saturating_sub(now.len() as u64);
            bytes = later;
            if self.piece.len() == self.piece.capacity() {
                self.pieces.push(std::mem::take(&mut self.piece).freeze());
            }
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<(), BlobsError> {
        let last = std::mem::take(&mut self.piece).freeze();
        let payload: PutPayload = self.pieces.drain(..).chain((!last.is_empty()).then_some(last)).collect();
        // Its name was drawn: what a try that nobody heard of again has stored is the same.
        self.store.put(&self.path, payload).await.map_err(unavailable)?;
        Ok(())
    }

    async fn abort(self: Box<Self>) {}
}
