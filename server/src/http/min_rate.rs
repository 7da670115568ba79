//! The slowest that a client may send a body.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use tokio::time::{Duration, Instant, timeout_at};

use super::error::Error;
use super::permit::RequestPermit;
use crate::connections::{Activity, OverLimit};

/// Holds a client to a rate: so many bytes within every span. Not a deadline for the whole: a slow
/// but honest client gets through.
pub(super) struct MinRate {
    span: Duration,
    bytes_min: u64,
    until: Instant,
    bytes: u64,
    activity: Option<Arc<Activity>>,
    /// The place of the connection, if it came as one too many.
    over_limit: Option<OverLimit>,
}

impl MinRate {
    pub(super) fn new(span: Duration, bytes_min: u64, request: Option<&RequestPermit>) -> Self {
        Self {
            span,
            bytes_min,
            until: Instant::now() + span,
            bytes: 0,
            activity: request.and_then(RequestPermit::activity),
            over_limit: request.and_then(RequestPermit::over_limit).cloned(),
        }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self, body: &mut Body) -> Result<Option<Bytes>, Error> {
        let _awaited = self.activity.as_ref().map(Activity::await_body);
        loop {
            let frame = timeout_at(self.until, body.frame());
            let frame = match &self.over_limit {
                None => frame.await,
                Some(over_limit) => over_limit.wait_for(frame).await.ok_or(Error::Busy)?,
            };
            let Some(frame) = frame.map_err(|_| Error::RequestTimeout)? else { return Ok(None) };
            // Trailers say nothing that counts.
            let Ok(piece) = frame.map_err(|_| Error::IncompleteBody)?.into_data() else { continue };
            self.bytes += piece.len() as u64;
            if self.bytes >= self.bytes_min {
                (self.bytes, self.until) = (0, Instant::now() + self.span);
            }
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
    }

    /// Gives the client back the time that the server took for itself.
    pub(super) fn forgive(&mut self, taken: Duration) {
        self.until += taken;
    }
}
