//! Blobs as files of a folder. A blob is written in pieces beside its name, synced and then named:
//! memory is bounded by the piece size, not by the blob's.

mod reader;
mod space;
mod writer;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::ops::Range;
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};

use self::space::Space;
use self::writer::FileWriter;
use super::{BlobStore, BlobStream, BlobWriter, BlobsError, Loss, PutMode, StoredBlob};

/// Name of the file that is written to see whether one can be. Several servers may use it at once.
const PROBE: &str = "probe";
/// Entries of a listing that wait to be taken.
const LISTED: usize = 256;

/// A folder on this machine's disk.
pub(super) struct Folder {
    files: Arc<LocalFileSystem>,
    root: PathBuf,
    space: Arc<Space>,
}

impl Folder {
    /// Uses a folder, which must exist.
    ///
    /// # Errors
    /// It cannot be used.
    pub(super) fn open(root: &FsPath, free_bytes_min: u64) -> Result<Self, BlobsError> {
        let files = LocalFileSystem::new_with_prefix(root)?.with_fsync(true);
        Ok(Self { files: Arc::new(files), root: root.to_owned(), space: Arc::new(Space::new(root, free_bytes_min)) })
    }
}

#[async_trait]
impl BlobStore for Folder {
    async fn create(&self, name: &str, len: u64) -> Result<Box<dyn BlobWriter>, BlobsError> {
        // Room for all of it, as it is now. It is kept only for what has come: announcing much
        // takes nothing from others.
        self.space.reserve(len).map(drop)?;
        // Where `object_store` writes it until it is complete. Names of blobs are drawn, so there
        // is no second one of it.
        let staged = self.root.join(format!("{name}#1"));
        Ok(Box::new(FileWriter::new(Arc::clone(&self.files), Path::from(name), staged, Arc::clone(&self.space))))
    }

    async fn read(&self, name: &str, whole_len: u64, range: Range<u64>) -> Result<BlobStream, BlobsError> {
        let path = Path::from(name);
        match reader::read(&self.files, &path, whole_len, range.clone()).await {
            // A disk that fails once is not told as a loss.
            Err(BlobsError::Lost(Loss::Unreadable)) => reader::read(&self.files, &path, whole_len, range).await,
            read => read,
        }
    }

    async fn put(&self, name: &str, bytes: Bytes, mode: PutMode) -> Result<bool, BlobsError> {
        let mode = match mode {
            PutMode::Create => object_store::PutMode::Create,
            PutMode::Replace => object_store::PutMode::Overwrite,
        };
        match self.files.put_opts(&Path::from(name), PutPayload::from(bytes), mode.into()).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn get(&self, name: &str) -> Result<Option<Bytes>, BlobsError> {
        match self.files.get(&Path::from(name)).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn delete(&self, names: &[String]) -> Result<(), BlobsError> {
        let files: Vec<PathBuf> = names.iter().map(|name| self.root.join(name)).collect();
        blocking(move || {
            for file in &files {
                unless_missing(fs::remove_file(file))?;
            }
            let folders: BTreeSet<&FsPath> = files.iter().filter_map(|file| file.parent()).collect();
            folders.into_iter().try_for_each(|folder| unless_missing(sync(folder)))
        })
        .await
    }

    async fn delete_prefix(&self, prefix: &str) -> Result<(), BlobsError> {
        // Not through `object_store`: it neither lists half-written files nor removes the folder.
        let folder = self.root.join(prefix);
        blocking(move || match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
            Ok(()) => folder.parent().map_or(Ok(()), sync),
        })
        .await
    }

    fn list(&self, prefix: &str) -> BoxStream<'static, Result<StoredBlob, BlobsError>> {
        let (root, folder) = (self.root.clone(), self.root.join(prefix));
        let (found, listed) = tokio::sync::mpsc::channel(LISTED);
        // Ends when the listing does, or nobody takes it any more.
        tokio::task::spawn_blocking(move || {
            if let Err(error) = walk(&root, &folder, &found) {
                let _ = found.blocking_send(Err(error.into()));
            }
        });
        stream::unfold(listed, async |mut listed| listed.recv().await.map(|entry| (entry, listed))).boxed()
    }

    async fn list_folders(&self, prefix: &str) -> Result<Vec<String>, BlobsError> {
        let folder = self.root.join(prefix);
        blocking(move || {
            let entries = match fs::read_dir(folder) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
                entries => entries?,
            };
            // One whose name is no text is still something.
            entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
        })
        .await
    }

    fn expect_room(&self) -> Result<(), BlobsError> {
        self.space.reserve(0).map(drop)
    }

    async fn probe(&self) -> Result<(), BlobsError> {
        let path = self.root.join(PROBE);
        blocking(move || {
            let mut file = File::create(&path)?;
            file.write_all(b"probe")?;
            file.sync_all()?;
            // Another server may have been faster.
            unless_missing(fs::remove_file(&path))
        })
        .await
    }
}

/// Tells every file below a folder.
fn walk(
    root: &FsPath,
    folder: &FsPath,
    found: &tokio::sync::mpsc::Sender<Result<StoredBlob, BlobsError>>,
) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let about = match fs::symlink_metadata(&path) {
            // Deleted meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            about => about?,
        };
        if about.is_dir() {
            walk(root, &path, found)?;
        } else if let Some(name) = path.strip_prefix(root).ok().and_then(FsPath::to_str) {
            let blob = StoredBlob { name: name.to_owned(), len: about.len(), written: about.modified()? };
            if found.blocking_send(Ok(blob)).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn sync(folder: &FsPath) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn unless_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Runs what blocks on the disk where it may.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, BlobsError> {
    let result = tokio::task::spawn_blocking(work).await;
    Ok(result.map_err(|panic| BlobsError::Store(panic.into()))??)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &FsPath) -> Vec<std::ffi::OsString> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect()
    }

    #[tokio::test]
    async fn a_blob_that_is_given_up_leaves_nothing_and_gives_its_room_back() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path(), 0).unwrap();
        let free = rustix::fs::statvfs(root.path()).map(|stat| stat.f_bavail * stat.f_frsize).unwrap();
        // Twice the disk does not fit.
        assert!(matches!(folder.create("s/a", free * 2).await, Err(BlobsError::Full)));
        let mut first = folder.create("s/a", free / 4 * 3).await.unwrap();
        // What has not come keeps no room from others, and is nowhere.
        assert!(!root.path().join("s").exists());
        first.write(&[1; 600_000]).await.unwrap();
        first.abort().await;
        let second = folder.create("s/b", free / 4 * 3).await.unwrap();
        second.finish().await.unwrap();
        assert_eq!(names(&root.path().join("s")), ["b"]);
    }

    #[tokio::test]
    async fn a_blob_that_cannot_be_named_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path(), 0).unwrap();
        let mut writer = folder.create("s/a", 10).await.unwrap();
        writer.write(&[1; 10]).await.unwrap();
        // A folder of that name is in the way.
        fs::create_dir_all(root.path().join("s/a")).unwrap();
        assert!(writer.finish().await.is_err());
        assert_eq!(names(&root.path().join("s")), ["a"]);
    }

    #[tokio::test]
    async fn whether_blobs_can_be_written_is_tried() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::open(root.path(), 0).unwrap();
        folder.probe().await.unwrap();
        assert!(names(root.path()).is_empty(), "nothing stays");
        // What cannot be written: a folder of that name is in the way.
        fs::create_dir(root.path().join(PROBE)).unwrap();
        assert!(folder.probe().await.is_err());
    }
}
