//! Whether a bucket can do what is needed of it, tried at the start with small objects.

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use object_store::{Error, ObjectStore as _, ObjectStoreExt as _, PutMode, PutPayload, PutResult};

use super::{Bucket, drawn};
use crate::blobs::{BlobStore as _, BlobsError, StoredBlob};
use crate::config::BlobsRisk;

/// What is written.
const TEXT: &[u8] = b"Subrosa tries its bucket";

/// What a bucket cannot do, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelfTestError {
    /// A step of the test failed.
    #[error("the bucket failed at `{step}`: {hint}")]
    Failed {
        /// What was tried.
        step: &'static str,
        /// What to set.
        hint: &'static str,
        /// What the store said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A step of the test had another result than it should.
    #[error("the bucket failed at `{step}`: {hint}")]
    Wrong {
        /// What was tried.
        step: &'static str,
        /// What to set.
        hint: &'static str,
    },
}

const WRITES: &str = "the key needs the right to write below the prefix (s3:PutObject); a bucket with object lock, or \
                      one that demands a certain encryption, cannot be used";
const READS: &str = "the key needs the right to read below the prefix (s3:GetObject)";
const LISTS: &str = "the key needs the right to list the bucket (s3:ListBucket)";
const DELETES: &str = "the key needs the right to delete below the prefix (s3:DeleteObject); a bucket with object lock \
                       cannot be used";
const RANGES: &str = "the store gives other bytes than the range that is asked for: this store cannot be used";
const LISTINGS: &str = "a listing does not show what was just written or deleted: this store cannot be used";
const CONDITIONS: &str = "the store replaces an object although it was told not to (If-None-Match); if it cannot do better, \
                          start one server alone for the first time, and accept this with \
                          --accept-blobs-risk conditional-put";
const VERSIONS: &str = "versioning is on, so what is deleted stays as an old version; turn versioning off for this bucket, or \
                        have old versions deleted by a lifecycle rule and accept this with --accept-blobs-risk versioning";

pub(super) async fn run(bucket: &Bucket, accepted: &[BlobsRisk]) -> Result<(), SelfTestError> {
    let name = format!("self-test/{}", drawn());
    let tried = steps(bucket, &name, accepted).await;
    if tried.is_err() {
        // As far as it goes.
        let _ = bucket.store.delete(&bucket.path(&name)).await;
    }
    tried
}

async fn steps(bucket: &Bucket, name: &str, accepted: &[BlobsRisk]) -> Result<(), SelfTestError> {
    let (store, path) = (&bucket.store, bucket.path(name));
    let put = store.put(&path, PutPayload::from_static(TEXT)).await;
    let PutResult { version, .. } = put.map_err(|error| failed("put", WRITES, error))?;
    if version.is_some_and(|version| version != "null") && !accepted.contains(&BlobsRisk::Versioning) {
        return Err(SelfTestError::Wrong { step: "versioning", hint: VERSIONS });
    }
    let got = store.get_range(&path, 8..13).await.map_err(|error| failed("range get", READS, error))?;
    expect(got == Bytes::from_static(&TEXT[8..13]), "range get", RANGES)?;
    if bucket.creates_only {
        match store.put_opts(&path, PutPayload::from_static(b"another"), PutMode::Create.into()).await {
            Err(Error::AlreadyExists { .. }) => {}
            Ok(_) => return Err(SelfTestError::Wrong { step: "conditional put", hint: CONDITIONS }),
            Err(error) => return Err(failed("conditional put", CONDITIONS, error)),
        }
    }
    let listed = list(bucket).await?;
    let is_listed = listed.iter().any(|blob| blob.name == name && blob.len == TEXT.len() as u64);
    expect(is_listed, "list", LISTINGS)?;
    store.delete(&path).await.map_err(|error| failed("delete", DELETES, error))?;
    let left = list(bucket).await?;
    expect(left.iter().all(|blob| blob.name != name), "delete", LISTINGS)?;
    match store.head(&path).await {
        Err(Error::NotFound { .. }) => Ok(()),
        _ => Err(SelfTestError::Wrong { step: "delete", hint: LISTINGS }),
    }
}

/// Other servers may be at it too.
async fn list(bucket: &Bucket) -> Result<Vec<StoredBlob>, SelfTestError> {
    let found: Result<Vec<StoredBlob>, BlobsError> = bucket.list("self-test").try_collect().await;
    found.map_err(|error| failed("list", LISTS, error))
}

fn expect(holds: bool, step: &'static str, hint: &'static str) -> Result<(), SelfTestError> {
    if holds { Ok(()) } else { Err(SelfTestError::Wrong { step, hint }) }
}

/// What is wrong with the whole bucket is said before what a step needs.
fn failed(
    step: &'static str,
    hint: &'static str,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> SelfTestError {
    let source = error.into();
    let hint = match source.downcast_ref::<Error>() {
        Some(Error::NotFound { .. }) => "there is no such bucket: see --blobs, --blobs-endpoint and --blobs-addressing",
        Some(Error::Unauthenticated { .. }) => "the store does not know the key: see --blobs-access-key-id",
        Some(Error::Generic { .. }) => {
            "the store does not answer as S3 does: see --blobs-endpoint, --blobs-region and --blobs-addressing"
        }
        _ => hint,
    };
    SelfTestError::Failed { step, hint, source }
}
