//! When a request is worked on, and what is kept in memory for it until then.

use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use bytes::Bytes;
use http::Method;
use http_body_util::BodyExt as _;
use subrosa_shared::api::API_BASE;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Duration, Instant, timeout, timeout_at};

use super::error::Error;
use crate::app::App;
use crate::connections::Activity;
use crate::slots::{Kind, Slot};

/// The longest wait for memory, once a connection that kept some was closed for it.
const MEMORY_WAIT: Duration = Duration::from_secs(1);

/// A request's place among those that are worked on: taken when there is something to work on.
#[derive(Clone)]
pub(super) struct Turn {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    kind: Kind,
    slot: Mutex<Option<Slot>>,
    /// Of the connection, if the request came over one.
    activity: Option<Arc<Activity>>,
}

impl Turn {
    pub(super) fn new(app: &App, request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let kind = kind(request.method(), route.strip_prefix(API_BASE).unwrap_or_default());
        let activity = request.extensions().get::<Arc<Activity>>().cloned();
        Self { inner: Arc::new(Inner { app: app.clone(), kind, slot: Mutex::new(None), activity }) }
    }

    /// The one that the middleware gave to a request.
    pub(super) fn of(request: &Request) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// Whether extractors and handlers leave it to the middleware to take a place.
    pub(super) fn is_pages(&self) -> bool {
        self.inner.kind == Kind::Page
    }

    /// Takes a place: there is work.
    pub(super) async fn take(&self) -> Result<(), Error> {
        if self.slot().is_some() {
            return Ok(());
        }
        let slot = self.inner.app.slots().take(self.inner.kind).await.ok_or(Error::Busy)?;
        *self.slot() = Some(slot);
        Ok(())
    }

    /// Gives the place back: the client is waited for, or all is done.
    pub(super) fn give_back(&self) {
        drop(self.slot().take());
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Slot>> {
        self.inner.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn activity(&self) -> Option<Arc<Activity>> {
        self.inner.activity.clone()
    }
}

/// Whose call it is, by its route within the API.
fn kind(method: &Method, route: &str) -> Kind {
    match (method.as_str(), route) {
        ("PUT", "/shares/{share}" | "/pushes/{link}") => Kind::Creation,
        ("PUT", "/shares/{share}/parts/{index}" | "/shares/{share}/manifest" | "/shares/{share}/note") => Kind::Upload,
        (_, "/pushes/{link}/owner" | "/pushes/{link}/log") => Kind::Owner,
        (_, route) if route.starts_with("/shares/") => Kind::Owner,
        (_, route) if route.starts_with("/links/") || route.starts_with("/pushes/") => Kind::Holder,
        _ => Kind::Page,
    }
}

/// Bytes of a client's that are kept in memory, and counted among all that are.
pub(super) struct Kept {
    app: App,
    activity: Option<Arc<Activity>>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Kept {
    pub(super) fn nothing(app: &App, turn: Option<&Turn>) -> Self {
        Self { app: app.clone(), activity: turn.and_then(Turn::activity), permit: None }
    }

    /// Sees to it that so many are counted. Where too many are kept already, the client that has been silent longest loses
    /// its connection, and with it what is kept of it.
    pub(super) async fn at_least(&mut self, len: usize) -> Result<(), Error> {
        let more = len.saturating_sub(self.len());
        let Some(count) = u32::try_from(more).ok().filter(|count| *count > 0) else { return Ok(()) };
        let free = self.app.memory();
        let permit = match Arc::clone(free).try_acquire_many_owned(count) {
            Ok(permit) => permit,
            Err(_) => {
                self.app.connections().close_idlest_with_buffer();
                let waited = timeout(MEMORY_WAIT, Arc::clone(free).acquire_many_owned(count)).await;
                waited.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?
            }
        };
        match &mut self.permit {
            Some(kept) => kept.merge(permit),
            none => *none = Some(permit),
        }
        if let Some(activity) = &self.activity {
            activity.buffer(more);
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Some(activity) = &self.activity {
            activity.unbuffer(self.len());
        }
    }
}

/// Holds a client to a pace: so many bytes within every span. Not a deadline for the whole: who is slow but honest gets
/// through.
pub(super) struct Pace {
    span: Duration,
    bytes_min: u64,
    until: Instant,
    bytes: u64,
    activity: Option<Arc<Activity>>,
}

impl Pace {
    pub(super) fn new(span: Duration, bytes_min: u64, turn: Option<&Turn>) -> Self {
        Self { span, bytes_min, until: Instant::now() + span, bytes: 0, activity: turn.and_then(Turn::activity) }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self, body: &mut Body) -> Result<Option<Bytes>, Error> {
        let _awaited = self.activity.as_ref().map(Activity::await_body);
        loop {
            let frame = timeout_at(self.until, body.frame()).await.map_err(|_| Error::RequestTimeout)?;
            let Some(frame) = frame else { return Ok(None) };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_its_kind() {
        for (method, route, expected) in [
            ("PUT", "/shares/{share}", Kind::Creation),
            ("PUT", "/pushes/{link}", Kind::Creation),
            ("PUT", "/shares/{share}/parts/{index}", Kind::Upload),
            ("PUT", "/shares/{share}/manifest", Kind::Upload),
            ("PUT", "/shares/{share}/note", Kind::Upload),
            ("DELETE", "/shares/{share}", Kind::Owner),
            ("GET", "/shares/{share}/parts/{index}", Kind::Owner),
            ("DELETE", "/pushes/{link}/owner", Kind::Owner),
            ("GET", "/pushes/{link}/log", Kind::Owner),
            ("GET", "/pushes/{link}", Kind::Holder),
            ("DELETE", "/pushes/{link}", Kind::Holder),
            ("POST", "/pushes/{link}/reveal", Kind::Holder),
            ("GET", "/links/{link}", Kind::Holder),
            ("POST", "/links/{link}/leases", Kind::Holder),
            ("GET", "/config", Kind::Page),
            ("GET", "", Kind::Page),
        ] {
            assert_eq!(kind(&method.parse().unwrap(), route), expected, "{method} {route}");
        }
    }
}
