//! Writing a blob in pieces.

use std::path::PathBuf;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt as _, PutPayload};

use super::BlobsError;
use super::space::Space;

/// Bytes collected before they go to the disk: few enough for many writers at once, enough to make
/// each write worth it.
const PIECE_LEN: usize = 128 * 1024;

/// A blob that is being written. Dropped before it is finished, it leaves nothing behind.
pub struct BlobWriter {
    store: Arc<dyn ObjectStore>,
    path: Path,
    /// Begun with the first piece.
    upload: Option<Box<dyn MultipartUpload>>,
    piece: BytesMut,
    staged: PathBuf,
    space: Arc<Space>,
}

impl BlobWriter {
    pub(super) fn new(store: Arc<dyn ObjectStore>, path: Path, staged: PathBuf, space: Arc<Space>) -> Self {
        Self { store, path, upload: None, piece: BytesMut::new(), staged, space }
    }

    /// Bytes that it keeps in memory when so many more were written.
    #[must_use]
    pub fn keeps_with(&self, more: usize) -> usize {
        self.piece.len().saturating_add(more).min(PIECE_LEN)
    }

    /// Appends.
    ///
    /// # Errors
    /// The disk is full, or the store fails.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobsError> {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            // Who has sent a whole piece will send another. Of others, no more is kept than has
            // come.
            if self.piece.capacity() == 0 && self.upload.is_some() {
                self.piece.reserve(PIECE_LEN);
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE_LEN - self.piece.len()));
            self.piece.extend_from_slice(now);
            bytes = later;
            if self.piece.len() == PIECE_LEN {
                self.flush().await?;
            }
        }
        Ok(())
    }

    /// Makes it durable and gives it its name.
    ///
    /// # Errors
    /// The disk is full, or the store fails.
    pub async fn finish(mut self) -> Result<(), BlobsError> {
        self.flush().await?;
        let completed = self.upload().await?.complete().await;
        if completed.is_err() {
            // `object_store` leaves the file when it cannot be synced or renamed, which is how some
            // disks say that they are full.
            let _ = tokio::fs::remove_file(&self.staged).await;
        }
        completed?;
        Ok(())
    }

    /// Gives it up and removes what was written.
    pub async fn abort(mut self) {
        if let Some(upload) = &mut self.upload
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a half-written blob stays until its share is gone"
            );
        }
    }

    async fn flush(&mut self) -> Result<(), BlobsError> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece: Bytes = self.piece.split().freeze();
        // Until it is written. Then the file system counts it.
        let _reserved = self.space.reserve(piece.len() as u64)?;
        self.upload().await?.put_part(PutPayload::from(piece)).await?;
        Ok(())
    }

    async fn upload(&mut self) -> Result<&mut Box<dyn MultipartUpload>, BlobsError> {
        match &mut self.upload {
            Some(upload) => Ok(upload),
            none => Ok(none.insert(self.store.put_multipart(&self.path).await?)),
        }
    }
}
