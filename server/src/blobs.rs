//! Where ciphertext lies: sealed parts and manifests, under `shares/SHARE/NAME`, in a store that
//! keeps to [`BlobStore`].
//!
//! A blob is written once, durable before it is named, and never overwritten.

mod bucket;
mod budget;
mod folder;
mod store;

use std::collections::HashSet;
use std::error::Error as StdError;
use std::io;
use std::path::Path as FsPath;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use subrosa_shared::id::ShareId;

use self::bucket::Bucket;
pub use self::bucket::SelfTestError;
use self::budget::Budget;
use self::folder::Folder;
pub use self::store::{BlobStore, BlobStream, BlobWriter, Pressure, PutMode, StoredBlob};
use crate::config::{BlobsPlace, BucketSettings};
use crate::ledger::InstallationId;

/// What no record knows stays for so long after the last byte of it was written.
pub(crate) const ORPHAN_AGE: Duration = Duration::from_secs(48 * 60 * 60);
/// Prefix that holds one prefix per share.
const SHARES: &str = "shares";
/// Name of the object that holds the installation's id.
pub(crate) const INSTALLATION: &str = "installation";

/// The blobs of one installation. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn BlobStore>,
    ownership: Arc<Ownership>,
}

/// Whose the blobs have to be, and whether they were, as last seen.
#[derive(Default)]
struct Ownership {
    expected: OnceLock<InstallationId>,
    is_foreign: AtomicBool,
}

/// Why blobs could not be stored, read or deleted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlobsError {
    /// No room, or less than the operator wants to keep free.
    #[error("the disk is full, or nearly")]
    Full,
    /// There is no such blob.
    #[error("there is no such blob")]
    NotFound,
    /// A blob that a row names cannot be given out any more. Trying again does not help.
    #[error("a blob is lost: {0}")]
    Lost(Loss),
    /// What is there is not of this installation, or nobody's. Nothing is read or deleted there.
    #[error("where the blobs should be, there are none of this installation")]
    Foreign,
    /// The store does not answer, or not as it should. It may later.
    #[error("the blob store does not answer as it should")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// The store cannot do what is needed of it.
    #[error(transparent)]
    Unfit(Box<SelfTestError>),
    /// Anything else.
    #[error("the blob store failed")]
    Store(#[source] Box<dyn StdError + Send + Sync>),
}

/// What is wrong with a blob that is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// There is no file of that name.
    #[error("it is missing")]
    Missing,
    /// The file is shorter or longer than what was stored.
    #[error("it has another length than what was stored")]
    Length,
    /// The disk cannot read it.
    #[error("the disk cannot read it")]
    Unreadable,
    /// It has other bytes than were stored.
    #[error("it has other bytes than what was stored")]
    Digest,
}

impl Blobs {
    /// Uses a folder on this machine's disk. It must exist.
    ///
    /// # Errors
    /// The folder cannot be used.
    pub fn open_folder(root: &FsPath, free_bytes_min: u64) -> Result<Self, BlobsError> {
        std::fs::create_dir_all(root.join(SHARES))?;
        Ok(Self::over(Folder::open(root, free_bytes_min)?))
    }

    /// Uses a bucket, after a look at whether it can do what is needed of it.
    ///
    /// # Errors
    /// It cannot, or cannot be reached.
    pub async fn open_bucket(settings: &BucketSettings) -> Result<Self, BlobsError> {
        let budget = Budget::new(settings.memory, settings.blob_bytes_max);
        Ok(Self::over(Bucket::open(settings, budget).await?))
    }

    /// Uses what the configuration names.
    ///
    /// # Errors
    /// It cannot be used.
    pub async fn open(place: &BlobsPlace, free_bytes_min: u64) -> Result<Self, BlobsError> {
        match place {
            BlobsPlace::Folder(root) => Self::open_folder(root, free_bytes_min),
            BlobsPlace::Bucket(settings) => Self::open_bucket(settings).await,
        }
    }

    fn over(store: impl BlobStore) -> Self {
        Self { store: Arc::new(store), ownership: Arc::default() }
    }

    /// From now on they have to be those of an installation.
    pub(crate) fn belong_to(&self, id: InstallationId) {
        let _ = self.ownership.expected.set(id);
    }

    /// Looks whether they are those of the installation that they have to be of, or of any.
    ///
    /// # Errors
    /// They are not, and are not used until somebody finds that they are; or the store fails.
    pub async fn expect_installation(&self) -> Result<(), BlobsError> {
        let found = self.installation().await?;
        let is_foreign = match self.ownership.expected.get() {
            Some(expected) => found.as_ref() != Some(expected),
            None => found.is_none(),
        };
        self.ownership.is_foreign.store(is_foreign, Ordering::Relaxed);
        self.expect_ours()
    }

    /// The same as it was last seen.
    ///
    /// # Errors
    /// They are not.
    pub(crate) fn expect_ours(&self) -> Result<(), BlobsError> {
        if self.ownership.is_foreign.load(Ordering::Relaxed) { Err(BlobsError::Foreign) } else { Ok(()) }
    }

    /// What they lie in.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn BlobStore> {
        &self.store
    }

    /// The installation that these blobs belong to, once they were given one.
    ///
    /// # Errors
    /// The store fails, or what is there is no installation id.
    pub async fn installation(&self) -> Result<Option<InstallationId>, BlobsError> {
        let Some(found) = self.store.get(INSTALLATION).await? else { return Ok(None) };
        let id = std::str::from_utf8(&found).ok().and_then(InstallationId::parse);
        id.map(Some).ok_or_else(|| BlobsError::Store("the object `installation` holds no installation id".into()))
    }

    /// Gives the blobs their installation, for ever. Answers the one in force, which is another if
    /// somebody else was faster.
    ///
    /// # Errors
    /// The store fails.
    pub async fn set_installation(&self, id: &InstallationId) -> Result<InstallationId, BlobsError> {
        let text = Bytes::from(format!("{}\n", id.as_str()));
        match self.store.put(INSTALLATION, text, PutMode::Create).await? {
            true => Ok(id.clone()),
            false => self.installation().await?.ok_or(BlobsError::NotFound),
        }
    }

    /// Whether there is room for more.
    ///
    /// # Errors
    /// There is none.
    pub fn expect_room(&self) -> Result<(), BlobsError> {
        self.store.expect_room()
    }

    /// Begins a blob of that length. Nothing is stored before the first piece of it is.
    ///
    /// # Errors
    /// There is no room for it, or the store fails.
    pub async fn create(&self, share: &ShareId, name: &str, len: u64) -> Result<Box<dyn BlobWriter>, BlobsError> {
        self.expect_ours()?;
        self.store.create(&blob_name(share, name), len).await
    }

    /// Reads a range of a blob that has so many bytes in all, in pieces. The first one is read
    /// before this answers: what is missing, cut or unreadable is found before anything is told of
    /// it.
    ///
    /// # Errors
    /// The blob is lost, or the store fails.
    pub async fn read(
        &self,
        share: &ShareId,
        name: &str,
        whole_len: u64,
        range: std::ops::Range<u64>,
    ) -> Result<BlobStream, BlobsError> {
        self.expect_ours()?;
        let read = self.store.read(&blob_name(share, name), whole_len, range).await;
        if let Err(BlobsError::Lost(_)) = read {
            // A disk that is not mounted has lost nothing.
            self.expect_installation().await?;
        }
        read
    }

    /// Deletes blobs of a share, durably. Fine if there are none.
    ///
    /// # Errors
    /// The store fails; some may be deleted then.
    pub async fn delete(&self, share: &ShareId, names: &[&str]) -> Result<(), BlobsError> {
        self.expect_ours()?;
        let names: Vec<String> = names.iter().map(|name| blob_name(share, name)).collect();
        self.store.delete(&names).await
    }

    /// Deletes all blobs of a share, half-written ones too. Fine if there are none.
    ///
    /// # Errors
    /// The store fails; some may be deleted then.
    pub async fn delete_share(&self, share: &ShareId) -> Result<(), BlobsError> {
        self.expect_installation().await?;
        self.store.delete_prefix(&share_prefix(share)).await
    }

    /// Whether everything of a share was written longer ago than that.
    ///
    /// # Errors
    /// The store fails.
    pub async fn is_older(&self, share: &ShareId, age: Duration) -> Result<bool, BlobsError> {
        let blobs = self.store.list(&share_prefix(share));
        let is_young = |blob: &StoredBlob| blob.written.elapsed().map_or(true, |since| since < age);
        blobs.try_any(|blob| std::future::ready(is_young(&blob))).await.map(|is_young| !is_young)
    }

    /// Shares that have blobs, and things between them that are none of ours (their count).
    ///
    /// # Errors
    /// The store fails.
    pub async fn shares(&self) -> Result<(Vec<ShareId>, usize), BlobsError> {
        let names = self.store.list_folders(SHARES).await?;
        let shares: Vec<ShareId> = names.iter().filter_map(|name| name.parse().ok()).collect();
        let strangers = names.len() - shares.len();
        Ok((shares, strangers))
    }

    /// Deletes what lies among the blobs of a share and is none of those that are kept: left when a
    /// server did not learn what became of a change, or was killed at the wrong moment. What was
    /// written later than `age` ago stays: it may be on its way. Gives the number of blobs.
    ///
    /// # Errors
    /// The store fails; some may be deleted then.
    pub async fn delete_strays(
        &self,
        share: &ShareId,
        kept: &HashSet<String>,
        age: Duration,
    ) -> Result<usize, BlobsError> {
        let prefix = share_prefix(share);
        let is_kept = |blob: &StoredBlob| {
            blob.name
                .strip_prefix(&prefix)
                .and_then(|rest| rest.strip_prefix('/'))
                .is_none_or(|name| kept.contains(name))
        };
        let mut strays = Vec::new();
        let mut blobs = self.store.list(&prefix);
        while let Some(blob) = blobs.try_next().await? {
            if !is_kept(&blob) && blob.written.elapsed().is_ok_and(|since| since >= age) {
                strays.push(blob.name);
            }
        }
        self.store.delete(&strays).await?;
        Ok(strays.len())
    }

    /// Whether blobs can be written, made durable and deleted.
    ///
    /// # Errors
    /// They cannot.
    pub async fn probe_write(&self) -> Result<(), BlobsError> {
        self.store.probe().await
    }

    /// Whether blobs can be read.
    ///
    /// # Errors
    /// They cannot.
    pub async fn ping(&self) -> Result<(), BlobsError> {
        self.expect_installation().await
    }
}

fn share_prefix(share: &ShareId) -> String {
    format!("{SHARES}/{share}")
}

fn blob_name(share: &ShareId, name: &str) -> String {
    format!("{SHARES}/{share}/{name}")
}

impl From<io::Error> for BlobsError {
    fn from(error: io::Error) -> Self {
        if is_full(&error) { Self::Full } else { Self::Store(error.into()) }
    }
}

impl From<object_store::Error> for BlobsError {
    fn from(error: object_store::Error) -> Self {
        if let object_store::Error::NotFound { .. } = error {
            return Self::NotFound;
        }
        let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
        while let Some(inner) = cause {
            if inner.downcast_ref::<io::Error>().is_some_and(is_full) {
                return Self::Full;
            }
            cause = inner.source();
        }
        Self::Store(error.into())
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_found_however_deep_it_is_reported() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let inner = object_store::Error::Generic { store: "inner", source: Box::new(full()) };
        let outer = object_store::Error::Generic { store: "outer", source: Box::new(inner) };
        assert!(matches!(BlobsError::from(outer), BlobsError::Full));
        assert!(matches!(BlobsError::from(full()), BlobsError::Full));
        let broken = object_store::Error::Generic { store: "x", source: Box::new(io::Error::other("broken")) };
        assert!(matches!(BlobsError::from(broken), BlobsError::Store(_)));
    }

    #[tokio::test]
    async fn what_no_row_names_is_deleted_once_it_is_old() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open_folder(folder.path(), 0).unwrap();
        let share = ShareId::from_bytes([1; 16]);
        for name in ["kept", "stray"] {
            let mut writer = blobs.create(&share, name, 10).await.unwrap();
            writer.write(&[1; 10]).await.unwrap();
            writer.finish().await.unwrap();
        }
        let files = folder.path().join(share_prefix(&share));
        std::fs::write(files.join("begun#1"), [1; 10]).unwrap();
        let kept = HashSet::from(["kept".to_owned()]);
        assert_eq!(blobs.delete_strays(&share, &kept, Duration::from_secs(3600)).await.unwrap(), 0);
        assert_eq!(blobs.delete_strays(&share, &kept, Duration::ZERO).await.unwrap(), 2);
        let names: Vec<_> = std::fs::read_dir(files).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["kept"]);
        let unknown = ShareId::from_bytes([2; 16]);
        assert_eq!(blobs.delete_strays(&unknown, &kept, Duration::ZERO).await.unwrap(), 0);
    }
}
