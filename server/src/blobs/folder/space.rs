//! Room on the disk: how much is left, how much of it is promised to blobs that are being written.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::blobs::BlobsError;

/// The room of one folder.
pub(super) struct Space {
    folder: PathBuf,
    free_bytes_min: u64,
    promised: Arc<AtomicU64>,
}

/// Room that is kept until what it is for is written, and the file system counts it.
pub(super) struct Reserved {
    len: u64,
    promised: Arc<AtomicU64>,
}

impl Space {
    pub(super) fn new(folder: &Path, free_bytes_min: u64) -> Self {
        Self { folder: folder.to_owned(), free_bytes_min, promised: Arc::default() }
    }

    /// Keeps room for what is about to be written.
    pub(super) fn reserve(&self, len: u64) -> Result<Reserved, BlobsError> {
        let stat = rustix::fs::statvfs(&self.folder).map_err(std::io::Error::from)?;
        let free = stat.f_bavail.saturating_mul(stat.f_frsize);
        let promised = self.promised.fetch_add(len, Ordering::SeqCst);
        // Made at once, so that a refusal gives back what was just promised.
        let reserved = Reserved { len, promised: Arc::clone(&self.promised) };
        let needed = self.free_bytes_min.saturating_add(promised).saturating_add(len);
        if free < needed { Err(BlobsError::Full) } else { Ok(reserved) }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.promised.fetch_sub(self.len, Ordering::SeqCst);
    }
}
