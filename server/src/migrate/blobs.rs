//! Takes all ciphertext from one place to another: `subrosa-server migrate-blobs`.
//!
//! The installation's id says which place is in service: a server serves and deletes nothing where
//! there is none. So the old place gives it up before the copy begins, and the new one gets it when
//! everything there was compared. In between it lies at the old place under another name.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use bytes::Bytes;
use clap::Parser;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use super::progress::{Progress, finish, say};
use crate::blobs::{BlobStore, Blobs, BlobsError, INSTALLATION, PutMode, StoredBlob};
use crate::config::{BlobsPlace, BucketFlags, Config, ConfigError, LogFormat};
use crate::data_folder::{DataFolder, DataFolderError};

/// Name of the object that holds the id while the blobs are being taken elsewhere, and afterwards.
const MOVED: &str = "installation-moved";
/// Blobs on their way at the same time.
const AT_ONCE: usize = 8;
/// Names that are deleted together.
const NAMES_AT_ONCE: usize = 256;

/// Takes all ciphertext from one place to another.
///
/// Stop all servers first. Every blob is compared, and then the old place is out of service; what
/// lies there stays. It may be killed at any moment: the same command again goes on. With --blobs
/// and --to exchanged it goes back.
#[derive(Clone, Debug, Parser)]
#[command(name = "migrate-blobs")]
pub struct MigrateBlobs {
    /// Where the ciphertext lies now, as for the server. Unless given, the folder `blobs` in the
    /// data folder.
    #[arg(long, env = "SUBROSA_BLOBS", value_name = "URL", hide_env_values = true)]
    pub blobs: Option<String>,

    /// Where it is to lie, as for --blobs.
    #[arg(long, env = "SUBROSA_MIGRATE_TO", value_name = "URL", hide_env_values = true)]
    pub to: String,

    /// The data folder of a server of this installation, which must not run.
    #[arg(long, env = "SUBROSA_DATA", value_name = "DIR")]
    pub data: PathBuf,

    /// How the bucket is reached, as for the server.
    #[command(flatten)]
    pub bucket: BucketFlags,

    /// How log lines look.
    #[arg(long, env = "SUBROSA_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

/// Why ciphertext was not taken to the other place. What it says is for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateBlobsError {
    /// A flag makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder cannot be used, or a server runs in it.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// There is nothing to take.
    #[error("there is no folder {0}; name the place of the ciphertext with --blobs")]
    Missing(String),
    /// As the two places stand, there is nothing to be done.
    #[error("{0}")]
    Refused(&'static str),
    /// A blob is not at the new place as it is at the old one.
    #[error("{name} does not come back from the new place as it was written; run the same command again")]
    Differs {
        /// The blob's name.
        name: String,
    },
    /// A place fails.
    #[error("a place of ciphertext failed; run the same command again to go on")]
    Blobs(#[from] BlobsError),
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovedBlobs {
    /// All blobs are at the other place, which is in service. Each was compared.
    Moved {
        /// How many there are.
        blobs: u64,
    },
    /// It was done before.
    Before,
}

impl MigrateBlobs {
    /// Does it, and says so.
    ///
    /// # Errors
    /// See [`MigrateBlobsError`]. The same command again goes on.
    pub async fn run(&self) -> Result<(), MigrateBlobsError> {
        let flags: [OsString; 3] = ["subrosa-server".into(), "--data".into(), self.data.clone().into()];
        let mut config = Config::parse_from(flags);
        config.bucket = self.bucket.clone();
        let from_place = config.blobs_place_of(self.blobs.as_deref())?;
        let to_place = config.blobs_place_of(Some(&self.to))?;
        let _data_folder = DataFolder::open(&self.data)?;
        if let BlobsPlace::Folder(folder) = &from_place
            && !folder.is_dir()
        {
            return Err(MigrateBlobsError::Missing(folder.display().to_string()));
        }
        let (from, to) = (Blobs::open(&from_place, 0).await?, Blobs::open(&to_place, 0).await?);
        let text = match migrate_blobs(&from, &to, true).await? {
            MovedBlobs::Moved { blobs } => format!(
                "All {blobs} blobs are in {to_place}: each was compared with the old one.
What to do next:
  1. Start the servers with the new place (--blobs or SUBROSA_BLOBS).
  2. See that /health/ready answers 200, and that a link opens.
  3. When you are sure, delete what is left in {from_place}: no server takes it any more.
To go back, with everything that happens until then: the same command with --blobs and --to exchanged."
            ),
            MovedBlobs::Before => format!("This was done before: {to_place} is in service. Nothing was changed."),
        };
        say(&text);
        finish();
        Ok(())
    }
}

/// Takes everything from one place to another.
///
/// # Errors
/// See [`MigrateBlobsError`]. The same again goes on.
pub async fn migrate_blobs(from: &Blobs, to: &Blobs, show: bool) -> Result<MovedBlobs, MigrateBlobsError> {
    let (there, moved) = (from.installation().await?, from.store().get(MOVED).await?);
    let text = match (there, moved, to.installation().await?) {
        (Some(_), _, Some(_)) => {
            return Err(MigrateBlobsError::Refused(
                "both places are in service: --to needs one that is empty, or that an earlier `migrate-blobs` left",
            ));
        }
        // Closed before anything is copied: what a server would still write here would be lost.
        (Some(id), _, None) => {
            let text = Bytes::from(format!("{}\n", id.as_str()));
            from.store().put(MOVED, text.clone(), PutMode::Replace).await?;
            from.store().delete(&[INSTALLATION.to_owned()]).await?;
            text
        }
        (None, Some(_), Some(_)) => return Ok(MovedBlobs::Before),
        (None, Some(text), None) => text,
        (None, None, _) => {
            return Err(MigrateBlobsError::Refused(
                "there is no installation at --blobs: is its disk not mounted, or was it taken elsewhere before?",
            ));
        }
    };
    let blobs = copy(from.store().as_ref(), to.store().as_ref(), show).await?;
    to.store().put(INSTALLATION, text, PutMode::Replace).await?;
    // It may have been the old place before.
    to.store().delete(&[MOVED.to_owned()]).await?;
    Ok(MovedBlobs::Moved { blobs })
}

/// Makes the other place equal, and compares all of it.
async fn copy(from: &dyn BlobStore, to: &dyn BlobStore, show: bool) -> Result<u64, MigrateBlobsError> {
    let (wanted, found) = (all(from).await?, all(to).await?);
    let surplus: Vec<String> = found.into_keys().filter(|name| !wanted.contains_key(name)).collect();
    for names in surplus.chunks(NAMES_AT_ONCE) {
        to.delete(names).await?;
    }
    let mut progress = Progress::new("copied", wanted.len() as u64, show);
    let work = wanted.iter().map(|(name, len)| async move { copy_one(from, to, name, *len).await });
    let mut done = stream::iter(work).buffer_unordered(AT_ONCE);
    while let Some(copied) = done.next().await {
        if copied? {
            progress.one_more();
        }
    }
    Ok(progress.done())
}

/// Every blob with its length, but for what is half-written and what is no blob.
async fn all(store: &dyn BlobStore) -> Result<BTreeMap<String, u64>, BlobsError> {
    let is_blob = |blob: &StoredBlob| ![INSTALLATION, MOVED].contains(&blob.name.as_str()) && !blob.name.contains('#');
    let blobs = store.list("").try_filter(|blob| std::future::ready(is_blob(blob)));
    blobs.map_ok(|blob| (blob.name, blob.len)).try_collect().await
}

/// `false`: it is lost at the old place.
async fn copy_one(from: &dyn BlobStore, to: &dyn BlobStore, name: &str, len: u64) -> Result<bool, MigrateBlobsError> {
    let wanted = match digest(from, name, len).await {
        Err(BlobsError::Lost(loss)) => {
            tracing::error!(name, %loss, "stored ciphertext is lost: restore it from a backup");
            return Ok(false);
        }
        digest => digest?,
    };
    if digest(to, name, len).await.is_ok_and(|there| there == wanted) {
        return Ok(true);
    }
    let mut writer = to.create(name, len).await?;
    let mut pieces = from.read(name, len, 0..len).await?;
    while let Some(piece) = pieces.try_next().await? {
        writer.write(&piece).await?;
    }
    writer.finish().await?;
    if digest(to, name, len).await? == wanted {
        Ok(true)
    } else {
        Err(MigrateBlobsError::Differs { name: name.to_owned() })
    }
}

async fn digest(store: &dyn BlobStore, name: &str, len: u64) -> Result<[u8; 32], BlobsError> {
    let mut hasher = Sha256::new();
    let mut pieces = store.read(name, len, 0..len).await?;
    while let Some(piece) = pieces.try_next().await? {
        hasher.update(&piece);
    }
    Ok(hasher.finalize().into())
}
