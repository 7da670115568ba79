//! Reading a blob in pieces.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{GetOptions, GetRange, GetResultPayload, ObjectStore};

use super::{BlobsError, blocking};

/// Bytes read at once. `object_store` itself reads files in 8 KiB, which is several times slower.
const PIECE_LEN: u64 = 128 * 1024;

/// The pieces of a range.
pub type BlobStream = BoxStream<'static, Result<Bytes, BlobsError>>;

pub(super) async fn read(store: &dyn ObjectStore, path: &Path, range: Range<u64>) -> Result<BlobStream, BlobsError> {
    if range.is_empty() {
        return Ok(stream::empty().boxed());
    }
    let options = GetOptions { range: Some(GetRange::Bounded(range.clone())), ..GetOptions::default() };
    let found = store.get_opts(path, options).await?;
    if found.range != range {
        return Err(BlobsError::Store("a blob is shorter than its row says".into()));
    }
    match found.payload {
        GetResultPayload::File(file, _) => Ok(file_pieces(file, range).boxed()),
        GetResultPayload::Stream(pieces) => Ok(pieces.map_err(BlobsError::from).boxed()),
    }
}

fn file_pieces(file: File, range: Range<u64>) -> impl stream::Stream<Item = Result<Bytes, BlobsError>> {
    stream::try_unfold((file, range), |(mut file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let len = PIECE_LEN.min(range.end - range.start);
        let (piece, file) = blocking(move || {
            file.seek(SeekFrom::Start(range.start))?;
            let mut piece = Vec::with_capacity(usize::try_from(len).unwrap_or_default());
            // Into spare capacity: nothing is zeroed first.
            if (&mut file).take(len).read_to_end(&mut piece)? as u64 != len {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            Ok((piece, file))
        })
        .await?;
        Ok(Some((Bytes::from(piece), (file, range.start + len..range.end))))
    })
}
