//! Sealed objects on their way in: checked against what their headers say while they are written,
//! never held whole.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};
use sha2::{Digest as _, Sha256};
use subrosa_lifecycle::{Refusal, share_owner};
use subrosa_shared::api::ShareStatus;
use subrosa_shared::api::header::CONTENT_DIGEST;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, ShareId, Verifier};
use subrosa_shared::seal;
use tokio::time::Instant;

use super::buffered_bytes::BufferedBytes;
use super::error::Error;
use super::extract::expect_content_type;
use super::min_rate::MinRate;
use super::permit::RequestPermit;
use crate::app::App;
use crate::blobs::{BlobWriter, BlobsError, Pressure};
use crate::config::MIN_PROGRESS_BYTES;
use crate::ledger::{ObjectRow, PutObject, Slot};
use crate::random;
use crate::store::StoreError;

/// A binary body with its length and digest, as its headers tell them. Nothing of it has been read.
pub(super) struct SealedBody {
    /// Bytes that are to come.
    pub(super) len: u64,
    /// SHA-256 that they are to have.
    pub(super) digest: Digest,
    body: Body,
    permit: Option<RequestPermit>,
}

impl FromRequest<App> for SealedBody {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        let headers = request.headers();
        expect_content_type(headers, "application/octet-stream")?;
        if headers.contains_key(header::CONTENT_ENCODING) {
            return Err(Error::UnsupportedMediaType { expected: "application/octet-stream without content encoding" });
        }
        let len = content_length(headers)?;
        let digest = content_digest(headers)?;
        if seal::plaintext_len(len).is_err() {
            return Err(Error::NotSealed);
        }
        let permit = RequestPermit::of(&request);
        // For the question whether it may be stored. While its bytes are awaited, it has none.
        if let Some(permit) = &permit {
            permit.acquire().await?;
        }
        Ok(Self { len, digest, body: request.into_body(), permit })
    }
}

fn content_length(headers: &HeaderMap) -> Result<u64, Error> {
    if headers.contains_key(header::TRANSFER_ENCODING) {
        return Err(Error::InvalidLength);
    }
    let value = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    value.and_then(|text| text.parse().ok()).ok_or(Error::InvalidLength)
}

/// The SHA-256 member of `Content-Digest` (RFC 9530), of which there must be exactly one.
fn content_digest(headers: &HeaderMap) -> Result<Digest, Error> {
    let mut members = headers.get_all(CONTENT_DIGEST).iter().flat_map(|value| value.to_str().unwrap_or("").split(','));
    let mut found = members.by_ref().filter_map(|member| member.trim().strip_prefix("sha-256="));
    let (Some(value), None) = (found.next(), found.next()) else {
        return Err(Error::InvalidDigest);
    };
    let base64 = value.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')).ok_or(Error::InvalidDigest)?;
    let bytes = STANDARD.decode(base64).map_err(|_| Error::InvalidDigest)?;
    bytes.try_into().map(Digest::from_bytes).map_err(|_| Error::InvalidDigest)
}

impl SealedBody {
    /// Stores it as an object of the share. Answers what it replaced, or that the share takes no
    /// objects any more.
    pub(super) async fn store(
        self,
        app: &App,
        (share, owner): (ShareId, Verifier),
        (content, slot): (ContentNumber, Slot),
    ) -> Result<PutObject, Error> {
        let blob = blob_name(content, slot);
        let row = ObjectRow { content, slot, sealed_len: self.len, digest: self.digest, blob };
        let writer = self.write(app, &share, &row.blob).await?;
        // From here on it must not matter whether the client stays: a blob that has its name gets
        // its row, or goes.
        let app = app.clone();
        let noted = tokio::spawn(async move { note(&app, (&share, owner), writer, row).await });
        noted.await.map_err(|_| Error::Internal)?
    }

    /// Writes it as a blob, which is not finished yet.
    pub(super) async fn write(self, app: &App, folder: &ShareId, blob: &str) -> Result<Box<dyn BlobWriter>, Error> {
        let mut writer = ToBlob(app.blobs().create(folder, blob, self.len).await?);
        match self.pump(app, &mut writer).await {
            Ok(()) => Ok(writer.0),
            Err(error) => {
                writer.0.abort().await;
                Err(error)
            }
        }
    }

    /// Reads a small one whole. The caller has checked its length.
    pub(super) async fn collect(self, app: &App) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.pump(app, &mut bytes).await?;
        Ok(bytes)
    }

    async fn pump(self, app: &App, sink: &mut impl Sink) -> Result<(), Error> {
        let Self { len, digest, mut body, permit } = self;
        let permit = permit.as_ref();
        let mut received: u64 = 0;
        let mut hasher = Sha256::new();
        let mut buffered = BufferedBytes::none(app, permit);
        let mut rate = MinRate::new(app.client_timeouts().stall, MIN_PROGRESS_BYTES, permit).under(sink.pressure());
        loop {
            permit.inspect(|permit| permit.release());
            let piece = rate.next(&mut body).await?;
            let begun = Instant::now();
            if let Some(permit) = permit {
                permit.acquire().await?;
            }
            let Some(piece) = piece else { break };
            if received == 0 && piece.first().is_some_and(|version| *version != seal::VERSION) {
                return Err(Error::NotSealed);
            }
            received += piece.len() as u64;
            if received > len {
                return Err(Error::InvalidLength);
            }
            buffered.reserve(sink.keeps(piece.len())).await?;
            hasher.update(&piece);
            sink.write(&piece).await?;
            rate.forgive(begun.elapsed());
        }
        match (received == len, Digest::from_bytes(hasher.finalize().into()) == digest) {
            (false, _) => Err(Error::IncompleteBody),
            (true, false) => Err(Error::DigestMismatch),
            (true, true) => Ok(()),
        }
    }
}

async fn note(
    app: &App,
    (share, owner): (&ShareId, Verifier),
    writer: Box<dyn BlobWriter>,
    row: ObjectRow,
) -> Result<PutObject, Error> {
    let blob = row.blob.clone();
    let noted = match writer.finish().await {
        // Where it lies now is perhaps no longer where the blobs are.
        Ok(()) => match app.blobs().expect_ours() {
            Ok(()) => app.store().put_object(share, owner, row).await.map_err(Error::from),
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(why_not_stored(app, *share, owner, error).await),
    };
    let nobodys = match &noted {
        Ok(PutObject::Stored { replaced }) => replaced.as_ref().map(|row| row.blob.clone()),
        // No change was tried.
        Ok(PutObject::Closed) | Err(Error::Refused(_) | Error::Contended) => Some(blob),
        // After a failed change nobody knows whether the row stands: the blob stays, and goes with
        // its share.
        Err(_) => None,
    };
    if let Some(blob) = nobodys
        && let Err(error) = app.blobs().delete(share, &[&blob]).await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "a replaced blob stays until its share is gone");
    }
    noted
}

/// Why a blob could not be finished. Its share may have ended meanwhile, and its folder with it.
async fn why_not_stored(app: &App, share: ShareId, owner: Verifier, error: BlobsError) -> Error {
    match app.store().run_owner(share, owner, share_owner::Status).await {
        Ok(ShareStatus { gone: Some(gone), .. }) => Refusal::Gone(gone).into(),
        Err(StoreError::Refused(why)) => why.into(),
        Ok(_) | Err(_) => error.into(),
    }
}

/// Random rather than the digest: two requests that store the same bytes at once cannot delete each
/// other's blob.
fn blob_name(content: ContentNumber, slot: Slot) -> String {
    let slot = match slot {
        Slot::Manifest => "manifest".to_owned(),
        Slot::Part(index) => index.to_string(),
    };
    let name: String = random::bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    if content.is_first() { format!("{slot}-{name}") } else { format!("{content}.{slot}-{name}") }
}

trait Sink {
    /// Bytes that it keeps in memory when it has taken so many more.
    fn keeps(&self, more: usize) -> usize;

    /// Whether others wait for what it keeps.
    fn pressure(&self) -> Pressure {
        Pressure::default()
    }

    async fn write(&mut self, piece: &[u8]) -> Result<(), Error>;
}

/// Into the store.
struct ToBlob(Box<dyn BlobWriter>);

impl Sink for ToBlob {
    fn keeps(&self, more: usize) -> usize {
        self.0.keeps_with(more)
    }

    fn pressure(&self) -> Pressure {
        self.0.pressure()
    }

    async fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        Ok(self.0.write(piece).await?)
    }
}

impl Sink for Vec<u8> {
    fn keeps(&self, more: usize) -> usize {
        self.len() + more
    }

    async fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.extend_from_slice(piece);
        Ok(())
    }
}
