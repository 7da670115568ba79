//! Writing a blob in pieces.

use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use object_store::{MultipartUpload, PutPayload};

use super::BlobsError;
use super::space::Reserved;

/// Bytes collected before they go to the disk: few enough for many writers at once, enough to make each write worth it.
const PIECE_LEN: usize = 128 * 1024;

/// A blob that is being written. Dropped before it is finished, it leaves nothing behind.
pub struct BlobWriter {
    upload: Box<dyn MultipartUpload>,
    piece: BytesMut,
    staged: PathBuf,
    _reserved: Reserved,
}

impl BlobWriter {
    pub(super) fn new(upload: Box<dyn MultipartUpload>, staged: PathBuf, reserved: Reserved) -> Self {
        Self { upload, piece: BytesMut::new(), staged, _reserved: reserved }
    }

    /// Appends.
    ///
    /// # Errors
    /// The disk is full, or the store fails.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobsError> {
        let mut bytes = bytes;
        while !bytes.is_empty() {
            if self.piece.capacity() == 0 {
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
        let completed = self.upload.complete().await;
        if completed.is_err() {
            // `object_store` leaves the file when it cannot be synced or renamed, which is how some disks say that they
            // are full.
            let _ = tokio::fs::remove_file(&self.staged).await;
        }
        completed?;
        Ok(())
    }

    /// Gives it up and removes what was written.
    pub async fn abort(mut self) {
        if let Err(error) = self.upload.abort().await {
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
        self.upload.put_part(PutPayload::from(piece)).await?;
        Ok(())
    }
}
