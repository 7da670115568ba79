//! Writing a file in pieces.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStoreExt as _, PutPayload};

use super::space::Space;
use crate::blobs::{BlobWriter, BlobsError};

/// Bytes collected before they go to the disk: few enough for many writers at once, enough to make
/// each write worth it.
const PIECE_LEN: usize = 128 * 1024;

/// A file that is being written. Dropped before it is finished, it leaves nothing behind.
pub(super) struct FileWriter {
    files: Arc<LocalFileSystem>,
    path: Path,
    /// Begun with the first piece.
    upload: Option<Box<dyn MultipartUpload>>,
    piece: BytesMut,
    staged: PathBuf,
    space: Arc<Space>,
}

impl FileWriter {
    pub(super) fn new(files: Arc<LocalFileSystem>, path: Path, staged: PathBuf, space: Arc<Space>) -> Self {
        Self { files, path, upload: None, piece: BytesMut::new(), staged, space }
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
            none => Ok(none.insert(self.files.put_multipart(&self.path).await?)),
        }
    }
}

#[async_trait]
impl BlobWriter for FileWriter {
    fn keeps_with(&self, more: usize) -> usize {
        self.piece.len().saturating_add(more).min(PIECE_LEN)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), BlobsError> {
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

    async fn finish(mut self: Box<Self>) -> Result<(), BlobsError> {
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

    async fn abort(mut self: Box<Self>) {
        if let Some(upload) = &mut self.upload
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a half-written blob stays until its share is gone"
            );
        }
    }
}
