//! The slowest that a client may send a body.

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use tokio::time::{Duration, Instant, timeout_at};

use super::error::Error;
use super::permit::RequestPermit;
use crate::blobs::Pressure;
use crate::connections::{Activity, OverLimit};

/// While others wait for the memory that a body keeps, it has to come faster: so many bytes within
/// every [`WAITED_SPAN`].
const WAITED_BYTES_MIN: u64 = 128 * 1024;
/// Every span of this length.
const WAITED_SPAN: Duration = Duration::from_secs(4);

/// Holds a client to a rate: so many bytes within every span. Not a deadline for the whole: a slow
/// but honest client gets through.
pub(super) struct MinRate {
    span: Duration,
    bytes_min: u64,
    until: Instant,
    bytes: u64,
    pressure: Pressure,
    /// What it has to send meanwhile, while others wait: until when, and what came.
    waited: Option<(Instant, u64)>,
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
            pressure: Pressure::default(),
            waited: None,
            activity: request.and_then(RequestPermit::activity),
            over_limit: request.and_then(RequestPermit::over_limit).cloned(),
        }
    }

    /// The same while others may wait for what is kept of the body.
    pub(super) fn under(self, pressure: Pressure) -> Self {
        Self { pressure, ..self }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self, body: &mut Body) -> Result<Option<Bytes>, Error> {
        let _awaited = self.activity.as_ref().map(Activity::await_body);
        loop {
            // Looked at once in a span, and with every piece.
            let look = Instant::now() + WAITED_SPAN;
            self.waited = self.pressure.is_on().then(|| self.waited.unwrap_or((look, 0)));
            let until = self.until.min(self.waited.map_or(look, |(until, _)| until));
            let frame = timeout_at(until, body.frame());
            let frame = match &self.over_limit {
                None => frame.await,
                Some(over_limit) => over_limit.wait_for(frame).await.ok_or(Error::Busy)?,
            };
            let Ok(frame) = frame else {
                if until == self.until || self.waited.is_some_and(|(_, bytes)| bytes < WAITED_BYTES_MIN) {
                    return Err(Error::RequestTimeout);
                }
                self.waited = None;
                continue;
            };
            let Some(frame) = frame else { return Ok(None) };
            // Trailers say nothing that counts.
            let Ok(piece) = frame.map_err(|_| Error::IncompleteBody)?.into_data() else { continue };
            self.bytes += piece.len() as u64;
            if self.bytes >= self.bytes_min {
                (self.bytes, self.until) = (0, Instant::now() + self.span);
            }
            if let Some((until, bytes)) = &mut self.waited {
                *bytes += piece.len() as u64;
                if *bytes >= WAITED_BYTES_MIN {
                    (*until, *bytes) = (Instant::now() + WAITED_SPAN, 0);
                }
            }
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
    }

    /// Gives the client back the time that the server took for itself.
    pub(super) fn forgive(&mut self, taken: Duration) {
        self.until += taken;
        if let Some((until, _)) = &mut self.waited {
            *until += taken;
        }
    }
}
