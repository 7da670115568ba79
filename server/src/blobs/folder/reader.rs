//! Reading a file in pieces.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetResultPayload, ObjectStoreExt as _};
use rustix::io::Errno;

use crate::blobs::{BlobStream, BlobsError, Loss};

/// Bytes read at once. `object_store` itself reads files in 8 KiB, which is several times slower.
const PIECE_LEN: u64 = 128 * 1024;

pub(super) async fn read(
    files: &LocalFileSystem,
    path: &Path,
    whole_len: u64,
    range: Range<u64>,
) -> Result<BlobStream, BlobsError> {
    if range.is_empty() {
        return Ok(stream::empty().boxed());
    }
    let found = files.get(path).await.map_err(lost_or_failed)?;
    if found.meta.size != whole_len {
        return Err(BlobsError::Lost(Loss::Length));
    }
    let mut pieces = match found.payload {
        GetResultPayload::File(file, _) => file_pieces(file, range).boxed(),
        GetResultPayload::Stream(_) => return Err(BlobsError::Store("a folder gave no file".into())),
    };
    let first = pieces.try_next().await?;
    Ok(stream::iter(first.map(Ok)).chain(pieces).boxed())
}

fn file_pieces(file: File, range: Range<u64>) -> impl stream::Stream<Item = Result<Bytes, BlobsError>> {
    stream::try_unfold((file, range), |(mut file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let len = PIECE_LEN.min(range.end - range.start);
        let read = tokio::task::spawn_blocking(move || {
            file.seek(SeekFrom::Start(range.start))?;
            let mut piece = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
            // Into spare capacity: nothing is zeroed first.
            if (&mut file).take(len).read_to_end(&mut piece)? as u64 != len {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok((piece, file))
        });
        let (piece, file) = read
            .await
            .map_err(|panic| BlobsError::Store(panic.into()))?
            .map_err(|error: io::Error| loss(&error).map_or_else(|| BlobsError::from(error), BlobsError::Lost))?;
        Ok(Some((Bytes::from(piece), (file, range.start + len..range.end))))
    })
}

/// What a failure of the store means for who reads.
fn lost_or_failed(error: object_store::Error) -> BlobsError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(inner) = cause {
        if let Some(loss) = inner.downcast_ref().and_then(loss) {
            return BlobsError::Lost(loss);
        }
        cause = inner.source();
    }
    match error {
        object_store::Error::NotFound { .. } => BlobsError::Lost(Loss::Missing),
        error => error.into(),
    }
}

/// Whether a failure to read says that the bytes are gone, and not that the machine is short of
/// something.
fn loss(error: &io::Error) -> Option<Loss> {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => Some(Loss::Missing),
        io::ErrorKind::UnexpectedEof => Some(Loss::Length),
        _ => {
            let bad = [Errno::IO, Errno::UCLEAN, Errno::BADMSG, Errno::ILSEQ].map(Errno::raw_os_error);
            error.raw_os_error().is_some_and(|code| bad.contains(&code)).then_some(Loss::Unreadable)
        }
    }
}
