//! Where ciphertext lies: sealed parts and manifests, under `shares/SHARE/NAME`, behind the crate
//! `object_store`.
//!
//! A blob is written once, in pieces, synced and then named; it is never overwritten. Memory is
//! bounded by the piece size, not by the blob's.

mod reader;
mod space;
mod writer;

use std::collections::HashSet;
use std::error::Error as StdError;
use std::io::{self, Write as _};
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutPayload};
use subrosa_shared::id::ShareId;

pub use self::reader::BlobStream;
use self::space::Space;
pub use self::writer::BlobWriter;
use crate::ledger::InstallationId;

/// Folder (or prefix) that holds one prefix per share.
const SHARES: &str = "shares";
/// Name of the object that holds the installation's id.
const INSTALLATION: &str = "installation";
/// Name of the file that is written to see whether one can be. Several servers may use it at once.
const PROBE: &str = "probe";

/// The blobs of one installation. Cheap to clone.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    root: PathBuf,
    space: Arc<Space>,
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
        let store = LocalFileSystem::new_with_prefix(root)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), root: root.to_owned(), space: Arc::new(Space::new(root, free_bytes_min)) })
    }

    /// The installation that these blobs belong to, once they were given one.
    ///
    /// # Errors
    /// The store fails, or what is there is no installation id.
    pub async fn installation(&self) -> Result<Option<InstallationId>, BlobsError> {
        let found = match self.store.get(&Path::from(INSTALLATION)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let id = std::str::from_utf8(&found).ok().and_then(InstallationId::parse);
        id.map(Some).ok_or_else(|| BlobsError::Store("the file `installation` holds no installation id".into()))
    }

    /// Gives the blobs their installation, for ever. Answers the one in force, which is another if
    /// somebody else was faster.
    ///
    /// # Errors
    /// The store fails.
    pub async fn set_installation(&self, id: &InstallationId) -> Result<InstallationId, BlobsError> {
        let payload = PutPayload::from(format!("{}\n", id.as_str()));
        match self.store.put_opts(&Path::from(INSTALLATION), payload, PutMode::Create.into()).await {
            Ok(_) => Ok(id.clone()),
            Err(object_store::Error::AlreadyExists { .. }) => self.installation().await?.ok_or(BlobsError::NotFound),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether there is room for more.
    ///
    /// # Errors
    /// There is none.
    pub fn expect_room(&self) -> Result<(), BlobsError> {
        self.space.reserve(0).map(drop)
    }

    /// Begins a blob of that length. Nothing is on the disk before the first piece of it is.
    ///
    /// # Errors
    /// There is no room for it, or the store fails.
    pub async fn create(&self, share: &ShareId, name: &str, len: u64) -> Result<BlobWriter, BlobsError> {
        // Room for all of it, as it is now. It is kept only for what has come: announcing much
        // takes nothing from others.
        self.space.reserve(len).map(drop)?;
        // Where `object_store` writes it until it is complete. Names are drawn, so there is no
        // second one of it.
        let staged = self.folder(share).join(format!("{name}#1"));
        Ok(BlobWriter::new(Arc::clone(&self.store), blob_path(share, name), staged, Arc::clone(&self.space)))
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
        let path = blob_path(share, name);
        let mut read = reader::read(self.store.as_ref(), &path, whole_len, range.clone()).await;
        if let Err(BlobsError::Lost(Loss::Unreadable)) = read {
            // A disk that fails once is not told as a loss.
            read = reader::read(self.store.as_ref(), &path, whole_len, range).await;
        }
        match read {
            // A disk that is not mounted has lost nothing.
            Err(BlobsError::Lost(loss)) => match self.installation().await? {
                Some(_) => Err(BlobsError::Lost(loss)),
                None => Err(BlobsError::Store("there is no installation where the blobs should be".into())),
            },
            result => result,
        }
    }

    /// Deletes one blob. Fine if there is none.
    ///
    /// # Errors
    /// The store fails.
    pub async fn delete(&self, share: &ShareId, name: &str) -> Result<(), BlobsError> {
        match self.store.delete(&blob_path(share, name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes it durable that blobs of a share were deleted.
    ///
    /// # Errors
    /// The store fails.
    pub async fn sync_deletions(&self, share: &ShareId) -> Result<(), BlobsError> {
        let folder = self.folder(share);
        blocking(move || match std::fs::File::open(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            folder => folder?.sync_all(),
        })
        .await
    }

    /// Deletes all blobs of a share, half-written ones too. Fine if there are none.
    ///
    /// # Errors
    /// The store fails; some may be deleted then.
    pub async fn delete_share(&self, share: &ShareId) -> Result<(), BlobsError> {
        // Not through `object_store`: it neither lists half-written files nor removes the folder.
        let folder = self.folder(share);
        let parent = self.root.join(SHARES);
        blocking(move || match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => std::fs::File::open(parent)?.sync_all(),
        })
        .await
    }

    /// Shares that have blobs, and things between them that are none of ours (their count).
    ///
    /// # Errors
    /// The store fails.
    pub async fn shares(&self) -> Result<(Vec<ShareId>, usize), BlobsError> {
        let folder = self.root.join(SHARES);
        blocking(move || {
            let mut shares = Vec::new();
            let mut strangers = 0;
            for entry in std::fs::read_dir(folder)? {
                match entry?.file_name().to_str().and_then(|name| name.parse().ok()) {
                    Some(share) => shares.push(share),
                    None => strangers += 1,
                }
            }
            Ok((shares, strangers))
        })
        .await
    }

    /// Deletes what lies among the blobs of a share and is none of those that are kept: left when a
    /// server did not learn what became of a change, or was killed at the wrong moment. What was
    /// written later than `age` ago stays: it may be on its way. Gives the number of files.
    ///
    /// # Errors
    /// The store fails; some may be deleted then.
    pub async fn delete_strays(
        &self,
        share: &ShareId,
        kept: HashSet<String>,
        age: Duration,
    ) -> Result<usize, BlobsError> {
        let folder = self.folder(share);
        blocking(move || {
            let entries = match std::fs::read_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
                entries => entries?,
            };
            let mut deleted = 0;
            for entry in entries {
                let entry = entry?;
                let is_kept = entry.file_name().to_str().is_none_or(|name| kept.contains(name));
                let written = entry.metadata()?.modified()?;
                if !is_kept && written.elapsed().is_ok_and(|since| since >= age) {
                    std::fs::remove_file(entry.path())?;
                    deleted += 1;
                }
            }
            Ok(deleted)
        })
        .await
    }

    fn folder(&self, share: &ShareId) -> PathBuf {
        self.root.join(SHARES).join(share.to_string())
    }

    /// Whether blobs can be written, made durable and deleted.
    ///
    /// # Errors
    /// They cannot.
    pub async fn probe_write(&self) -> Result<(), BlobsError> {
        let path = self.root.join(PROBE);
        blocking(move || {
            let mut file = std::fs::File::create(&path)?;
            file.write_all(b"probe")?;
            file.sync_all()?;
            match std::fs::remove_file(&path) {
                // Another server was faster.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                removed => removed,
            }
        })
        .await
    }

    /// Whether blobs can be read.
    ///
    /// # Errors
    /// They cannot.
    pub async fn ping(&self) -> Result<(), BlobsError> {
        self.installation().await?.map(|_| ()).ok_or(BlobsError::NotFound)
    }
}

/// Runs what blocks on the disk where it may.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, BlobsError> {
    let result = tokio::task::spawn_blocking(work).await;
    Ok(result.map_err(|panic| BlobsError::Store(panic.into()))??)
}

fn blob_path(share: &ShareId, name: &str) -> Path {
    Path::from(format!("{SHARES}/{share}/{name}"))
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
    async fn a_blob_that_is_given_up_leaves_nothing_and_gives_its_room_back() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open_folder(folder.path(), 0).unwrap();
        let share = ShareId::from_bytes([1; 16]);
        let free = rustix::fs::statvfs(folder.path()).map(|stat| stat.f_bavail * stat.f_frsize).unwrap();
        // Twice the disk does not fit.
        assert!(matches!(blobs.create(&share, "a", free * 2).await, Err(BlobsError::Full)));
        let mut first = blobs.create(&share, "a", free / 4 * 3).await.unwrap();
        // What has not come keeps no room from others, and is nowhere.
        assert!(!blobs.folder(&share).exists());
        first.write(&[1; 600_000]).await.unwrap();
        first.abort().await;
        let second = blobs.create(&share, "b", free / 4 * 3).await.unwrap();
        second.finish().await.unwrap();
        let names: Vec<_> = std::fs::read_dir(blobs.folder(&share)).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }

    #[tokio::test]
    async fn a_blob_that_cannot_be_named_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open_folder(folder.path(), 0).unwrap();
        let share = ShareId::from_bytes([1; 16]);
        let mut writer = blobs.create(&share, "a", 10).await.unwrap();
        writer.write(&[1; 10]).await.unwrap();
        // A folder of that name is in the way.
        std::fs::create_dir_all(blobs.folder(&share).join("a")).unwrap();
        assert!(writer.finish().await.is_err());
        let names: Vec<_> =
            std::fs::read_dir(blobs.folder(&share)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["a"]);
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
        std::fs::write(blobs.folder(&share).join("begun#1"), [1; 10]).unwrap();
        let kept = || HashSet::from(["kept".to_owned()]);
        assert_eq!(blobs.delete_strays(&share, kept(), Duration::from_secs(3600)).await.unwrap(), 0);
        assert_eq!(blobs.delete_strays(&share, kept(), Duration::ZERO).await.unwrap(), 2);
        let names: Vec<_> =
            std::fs::read_dir(blobs.folder(&share)).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["kept"]);
        let unknown = ShareId::from_bytes([2; 16]);
        assert_eq!(blobs.delete_strays(&unknown, kept(), Duration::ZERO).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn whether_blobs_can_be_written_is_tried() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open_folder(folder.path(), 0).unwrap();
        let files = || std::fs::read_dir(folder.path()).unwrap().count();
        let before = files();
        blobs.probe_write().await.unwrap();
        assert_eq!(files(), before, "nothing stays");
        // What cannot be written: a folder of that name is in the way.
        std::fs::create_dir(folder.path().join(PROBE)).unwrap();
        assert!(blobs.probe_write().await.is_err());
    }
}
