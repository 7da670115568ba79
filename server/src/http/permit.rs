//! When a request is worked on: with a permit for its kind of call, which it holds only while there
//! is work.

use std::future::Future;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request};
use http::Method;
use subrosa_shared::api::API_BASE;

use super::error::Error;
use crate::app::App;
use crate::concurrency::{CallKind, CallPermit};
use crate::connections::{Activity, OverLimit};

/// A request's permit to be worked on: acquired when there is something to work on.
#[derive(Clone)]
pub(super) struct RequestPermit {
    permit: CallPermit,
    /// Of the connection, if the request came over one.
    activity: Option<Arc<Activity>>,
    /// If its connection came as one too many.
    over_limit: Option<OverLimit>,
    is_transfer: bool,
}

impl RequestPermit {
    pub(super) fn new(app: &App, request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let kind = kind(request.method(), route.strip_prefix(API_BASE).unwrap_or_default());
        let activity = request.extensions().get::<Arc<Activity>>().cloned();
        let over_limit = request.extensions().get::<OverLimit>().cloned();
        let permit = CallPermit::new(app.concurrency(), kind);
        Self { permit, activity, over_limit, is_transfer: is_transfer(route) }
    }

    /// The one that the middleware gave to a request.
    pub(super) fn of(request: &Request) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// Whether extractors and handlers leave it to the middleware to acquire it.
    pub(super) fn is_pages(&self) -> bool {
        self.permit.kind() == CallKind::Page
    }

    /// Acquires it: there is work.
    pub(super) async fn acquire(&self) -> Result<(), Error> {
        self.permit.acquire().await.ok_or(Error::Busy)
    }

    /// Releases it: the client is waited for, or all is done.
    pub(super) fn release(&self) {
        self.permit.release();
    }

    /// Runs the call that has it. Where the call waits for a record, it gives it back meanwhile.
    pub(super) async fn scope<T>(&self, call: impl Future<Output = T>) -> T {
        self.permit.scope(call).await
    }

    /// The place of its connection, if that came as one too many.
    pub(super) fn over_limit(&self) -> Option<&OverLimit> {
        self.over_limit.as_ref()
    }

    /// Whether it moves so much that its client may take its time.
    pub(super) fn is_transfer(&self) -> bool {
        self.is_transfer
    }

    /// Of its connection, if it came over one.
    pub(super) fn activity(&self) -> Option<Arc<Activity>> {
        self.activity.clone()
    }
}

/// Whether a call moves ciphertext, whichever way.
fn is_transfer(route: &str) -> bool {
    ["/parts/{index}", "/manifest", "/note"].iter().any(|end| route.ends_with(end))
}

/// Whose call it is, by its route within the API.
fn kind(method: &Method, route: &str) -> CallKind {
    match (method.as_str(), route) {
        ("PUT", "/shares/{share}" | "/shares/{share}/contents/{content}" | "/pushes/{link}") => CallKind::Creation,
        (
            "PUT",
            "/shares/{share}/contents/{content}/parts/{index}"
            | "/shares/{share}/contents/{content}/manifest"
            | "/shares/{share}/note"
            | "/keyrings/{keyring}",
        ) => CallKind::Upload,
        (_, "/pushes/{link}/owner" | "/pushes/{link}/log") => CallKind::Owner,
        (_, route) if route.starts_with("/shares/") || route.starts_with("/keyrings/") => CallKind::Owner,
        (_, route) if route.starts_with("/links/") || route.starts_with("/pushes/") => CallKind::Holder,
        _ => CallKind::Page,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_has_its_kind() {
        for (method, route, expected) in [
            ("PUT", "/shares/{share}", CallKind::Creation),
            ("PUT", "/pushes/{link}", CallKind::Creation),
            ("PUT", "/shares/{share}/contents/{content}", CallKind::Creation),
            ("PUT", "/shares/{share}/contents/{content}/parts/{index}", CallKind::Upload),
            ("PUT", "/shares/{share}/contents/{content}/manifest", CallKind::Upload),
            ("POST", "/shares/{share}/contents/{content}/links", CallKind::Owner),
            ("PUT", "/shares/{share}/note", CallKind::Upload),
            ("PUT", "/keyrings/{keyring}", CallKind::Upload),
            ("GET", "/keyrings/{keyring}", CallKind::Owner),
            ("DELETE", "/shares/{share}", CallKind::Owner),
            ("GET", "/shares/{share}/contents/{content}/parts/{index}", CallKind::Owner),
            ("DELETE", "/pushes/{link}/owner", CallKind::Owner),
            ("GET", "/pushes/{link}/log", CallKind::Owner),
            ("GET", "/pushes/{link}", CallKind::Holder),
            ("DELETE", "/pushes/{link}", CallKind::Holder),
            ("POST", "/pushes/{link}/reveal", CallKind::Holder),
            ("GET", "/links/{link}", CallKind::Holder),
            ("POST", "/links/{link}/leases", CallKind::Holder),
            ("GET", "/config", CallKind::Page),
            ("GET", "", CallKind::Page),
        ] {
            assert_eq!(kind(&method.parse().unwrap(), route), expected, "{method} {route}");
        }
    }
}
