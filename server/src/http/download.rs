//! Sealed objects on their way out: in pieces, and only as long as whoever reads them may.

use std::num::NonZeroU64;
use std::ops::Range;

use axum::body::Body;
use axum::response::Response;
use futures_util::TryStreamExt as _;
use http::{HeaderMap, StatusCode, header};
use subrosa_lifecycle::{Record, Refusal, share_holder, share_owner};
use subrosa_shared::api::LinkState;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LinkId, ShareId, Verifier};
use tokio::time::{Duration, Instant};

use super::error::Error;
use crate::app::App;
use crate::blobs::{BlobStream, BlobsError, Loss};
use crate::ledger::{ObjectRow, Slot};
use crate::store::{Store, StoreError};

/// A running answer asks again whether it may go on when it last asked so long ago. What is gone is
/// unreadable within 5 seconds: this, and the time to ask.
const RECHECK: Duration = Duration::from_secs(2);
/// A running answer says so often that its lease is not idle, even if nothing new is asked for.
const KEEP_ALIVE: Duration = Duration::from_secs(10 * 60);

/// Names a stored object.
type ObjectId = (ShareId, ContentNumber, Slot);

/// Who reads, and so what has to stay true meanwhile.
#[derive(Clone)]
pub(super) enum Reader {
    /// The owner reads back.
    Owner { share: ShareId, owner: Verifier, content: ContentNumber },
    /// A holder reads the manifest.
    Link { link: LinkId, holder: Verifier },
    /// A lease reads parts.
    Lease { link: LinkId, holder: Verifier, lease: Verifier },
}

impl Reader {
    /// Whether reading may go on.
    pub(super) async fn check(&self, store: &Store) -> Result<(), Error> {
        match *self {
            Self::Owner { share, owner, content } => {
                store.run_owner(share, owner, share_owner::ReadBack { content }).await?;
            }
            Self::Link { link, holder } => {
                let (_, view) = store.run_holder(link, holder, share_holder::Status).await?;
                match (view.state, view.gone) {
                    (LinkState::Gone, Some(gone)) => return Err(Refusal::Gone(gone).into()),
                    (LinkState::Paused, _) => return Err(Refusal::Paused.into()),
                    _ => {}
                }
            }
            Self::Lease { link, holder, lease } => {
                store.run_holder(link, holder, share_holder::CheckLease { lease }).await?;
            }
        }
        Ok(())
    }

    async fn keep_alive(&self, store: &Store) -> Result<(), Error> {
        if let Self::Lease { link, holder, lease } = *self {
            store.run_holder(link, holder, share_holder::KeepAlive { lease }).await?;
        }
        Ok(())
    }
}

/// Answers with an object, or the range of it that was asked for. The caller has checked that the
/// reader may read; what a lease reads is charged here, durably, before the first byte leaves.
pub(super) async fn send_object(
    app: &App,
    share: &ShareId,
    object: &ObjectRow,
    headers: &HeaderMap,
    reader: Reader,
) -> Result<Response, Error> {
    let len = object.sealed_len;
    let tag = entity_tag(object);
    let wanted = wanted_range(headers, len, &tag)?;
    let range = wanted.clone().unwrap_or(0..len);
    let pieces = match app.blobs().read(share, &object.blob, len, range.clone()).await {
        Ok(pieces) => pieces,
        Err(error) => return Err(why_unreadable(app, share, object, &reader, error).await),
    };
    if let Reader::Lease { link, holder, lease } = reader {
        let bytes = NonZeroU64::new(range.end - range.start).ok_or(Error::Internal)?;
        app.store().run_holder(link, holder, share_holder::Fetch { lease, bytes }).await?;
    }
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::ETAG, &tag)
        .header(header::CONTENT_LENGTH, range.end - range.start);
    if wanted.is_some() {
        let range = format!("bytes {}-{}/{len}", range.start, range.end - 1);
        response = response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range);
    }
    let body = Body::from_stream(guarded(pieces, reader, app.clone(), (*share, object.content, object.slot)));
    Ok(response.body(body).expect("these headers are valid"))
}

/// The object that a reader asked for. What the record says is there, and no row names, is lost.
pub(super) async fn stored_object(
    app: &App,
    share: &ShareId,
    content: ContentNumber,
    slot: Slot,
) -> Result<ObjectRow, Error> {
    match app.store().object(share, content, slot).await {
        Err(StoreError::Refused(Refusal::NotFound)) => {}
        result => return Ok(result?),
    }
    let part_counts = app.store().record(*share).await?.map_or_else(Vec::new, |record| record.part_counts());
    let belongs = |count: u32| match slot {
        Slot::Manifest => true,
        Slot::Part(index) => index < count,
    };
    if part_counts.into_iter().any(|(known, count)| known == content && belongs(count)) {
        tell_lost(app, (*share, content, slot), Loss::Missing).await;
        return Err(BlobsError::Lost(Loss::Missing).into());
    }
    Err(Refusal::NotFound.into())
}

/// Why a blob could not be opened, and who is told.
async fn why_unreadable(app: &App, share: &ShareId, object: &ObjectRow, reader: &Reader, error: BlobsError) -> Error {
    // Deleted since the reader was checked, perhaps: then the rules say why.
    if let Err(why) = reader.check(app.store()).await {
        return why;
    }
    if let BlobsError::Lost(loss) = error {
        match app.store().object(share, object.content, object.slot).await {
            // An upload has replaced it since: what is there now can be read.
            Ok(now) if now != *object => return Error::Contended,
            Ok(_) => tell_lost(app, (*share, object.content, object.slot), loss).await,
            Err(why) => return why.into(),
        }
    }
    error.into()
}

/// Tells operator and owner that an object is lost, once.
async fn tell_lost(app: &App, (share, content, slot): ObjectId, loss: Loss) {
    // A disk that fails now may read it in a moment. Whether it is lost, the daily check finds out.
    if loss == Loss::Unreadable {
        return tracing::error!(%share, %content, ?slot, %loss, "ciphertext cannot be read: look at its disk");
    }
    // A content that goes has lost nothing.
    let is_kept = |record: Record| record.part_counts().iter().any(|(kept, _)| *kept == content);
    if let Ok(record) = app.store().record(share).await
        && !record.is_some_and(is_kept)
    {
        return;
    }
    match app.store().note_content(share, Some(content)).await {
        Ok(true) => {
            tracing::error!(%share, %content, ?slot, %loss, "stored ciphertext is lost: restore it from a backup")
        }
        Ok(false) => {}
        Err(error) => tracing::error!(
            %share, %content, ?slot, %loss, error = &error as &dyn std::error::Error,
            "stored ciphertext is lost, and its owner could not be told"
        ),
    }
}

/// The pieces, each only if the reader may still read. Where the blob breaks, so does the answer,
/// and the connection with it.
fn guarded(
    pieces: BlobStream,
    reader: Reader,
    app: App,
    object: ObjectId,
) -> impl futures_util::Stream<Item = Result<bytes::Bytes, Error>> {
    let now = Instant::now();
    let pieces = futures_util::stream::try_unfold((pieces, now, now), move |(mut pieces, mut checked, mut kept)| {
        let (reader, app) = (reader.clone(), app.clone());
        async move {
            let piece = match pieces.try_next().await {
                Ok(Some(piece)) => piece,
                Ok(None) => return Ok(None),
                Err(error) => {
                    if let BlobsError::Lost(loss) = error {
                        tell_lost(&app, object, loss).await;
                    }
                    return Err(error.into());
                }
            };
            if checked.elapsed() >= RECHECK {
                reader.check(app.store()).await?;
                checked = Instant::now();
            }
            if kept.elapsed() >= KEEP_ALIVE {
                reader.keep_alive(app.store()).await?;
                kept = Instant::now();
            }
            Ok(Some((piece, (pieces, checked, kept))))
        }
    });
    pieces.inspect_err(|error: &Error| tracing::info!(%error, "a running answer was cut off"))
}

/// The strong validator of an object: its digest, so the same bytes have the same tag for ever.
fn entity_tag(object: &ObjectRow) -> String {
    format!("\"{}\"", object.digest)
}

/// The range that was asked for: one, in bytes, not empty, clipped to the object. `None`: all of
/// it, also where the range is one of other bytes than these, or in a unit that is not known (RFC
/// 9110, 13.1.5 and 14.2).
fn wanted_range(headers: &HeaderMap, len: u64, tag: &str) -> Result<Option<Range<u64>>, Error> {
    if headers.get_all(header::IF_RANGE).iter().any(|known| known.as_bytes() != tag.as_bytes()) {
        return Ok(None);
    }
    let mut values = headers.get_all(header::RANGE).iter();
    let text = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value.to_str().unwrap_or_default(),
        (Some(_), Some(_)) => return Err(Error::RangeNotSatisfiable { len }),
    };
    let range = match text.split_once('=') {
        Some((unit, _)) if !unit.eq_ignore_ascii_case("bytes") => return Ok(None),
        Some((_, range)) => parse_range(range, len),
        None => None,
    };
    range.map(Some).ok_or(Error::RangeNotSatisfiable { len })
}

/// `a-b`, `a-` or `-n`.
fn parse_range(text: &str, len: u64) -> Option<Range<u64>> {
    let (first, last) = text.split_once('-')?;
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    let range = match (first, last) {
        ("", last) => len.saturating_sub(number(last)?)..len,
        (first, "") => number(first)?..len,
        (first, last) => number(first)?..number(last).filter(|last: &u64| *last < u64::MAX)?.saturating_add(1).min(len),
    };
    (!range.is_empty() && range.end <= len).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::parse_range;

    #[test]
    fn ranges_are_one_span_of_bytes_within_the_object() {
        for (text, expected) in [
            ("0-0", Some(0..1)),
            ("0-9", Some(0..10)),
            ("2-", Some(2..10)),
            ("2-100", Some(2..10)),
            ("-3", Some(7..10)),
            ("-30", Some(0..10)),
            ("10-", None),
            ("5-4", None),
            ("-0", None),
            ("-", None),
            ("", None),
            ("0-1,3-4", None),
            ("+1-2", None),
            ("a-b", None),
            ("0-18446744073709551615", None),
            ("0-99999999999999999999", None),
        ] {
            assert_eq!(parse_range(text, 10), expected, "{text}");
        }
    }
}
