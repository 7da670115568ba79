//! What happens around every call: a line in the log, and limits.

use std::any::Any;
use std::error::Error as _;
use std::net::Ipv6Addr;
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, Version, header};
use http_body::Body as _;
use subrosa_shared::limits::JSON_BYTES_MAX;
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;

use super::error::Error;
use super::permit::RequestPermit;
use crate::app::App;
use crate::connections::OverLimit;

/// Bytes of all header names and values together.
const HEADER_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a path with its query. Ours are much shorter; mail programs add something to addresses
/// of pages.
const URI_BYTES_MAX: usize = 8 * 1024;
/// Headers of a request.
const HEADERS_MAX: usize = 64;

/// An answer that leaves no line in the log.
#[derive(Clone, Copy)]
pub(super) struct Unlogged;

/// Has a connection that came as one too many closed after its first answer.
pub(super) async fn close_over_limit(request: Request, next: Next) -> Response {
    let is_over_limit = request.extensions().get::<OverLimit>().is_some();
    let mut response = next.run(request).await;
    if is_over_limit {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Writes one line per request: method, route, status, time. Never a path, header, query or body:
/// the route is the template that matched.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    if response.extensions().get::<Unlogged>().is_some() {
        return response;
    }
    let route = route.as_ref().map_or("(other)", MatchedPath::as_str);
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    match response.extensions().get::<Arc<Error>>() {
        Some(error) if status >= 500 && status != 503 => {
            let cause = error.source().map(|cause| cause.to_string());
            tracing::error!(method, route, status, millis, %error, cause, "request failed");
        }
        Some(error) => tracing::info!(method, route, status, millis, %error, "request refused"),
        None => tracing::info!(method, route, status, millis, "request answered"),
    }
    response
}

/// Tells whoever is refused with a large body on its way to send its next request on another
/// connection. This one ends after the answer, because nobody reads the rest of the body; a client
/// that is not told loses its next request with it. Small bodies are here already, and read to
/// their end.
pub(super) async fn close_unread(request: Request, next: Next) -> Response {
    let is_large = request.body().size_hint().upper().is_none_or(|len| len > JSON_BYTES_MAX as u64);
    let mut response = next.run(request).await;
    if is_large && (response.status().is_client_error() || response.status().is_server_error()) {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Answers where a handler panics, which is a bug: the client is told, and the connection lives on.
/// The panic itself is in the log.
pub(super) fn catch_panic() -> CatchPanicLayer<fn(Box<dyn Any + Send>) -> Response> {
    let answer: fn(Box<dyn Any + Send>) -> Response = |_| Error::Panicked.into_response();
    CatchPanicLayer::custom(answer)
}

/// The method, for the log. One that nobody knows is a text of the client's, and as long as it
/// likes.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("(other)")
}

/// Refuses what is too much, before anything else looks at it.
pub(super) async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    let permit = RequestPermit::new(&app, &request);
    // Who came as one too many is served as long as the server does not have to wait for it.
    if let Some(over_limit) = permit.over_limit()
        && !over_limit.find_room()
        && permit.is_transfer()
        && !over_limit.wait_for_room().await
    {
        return Error::Busy.into_response();
    }
    if request.uri().path_and_query().is_some_and(|path| path.as_str().len() > URI_BYTES_MAX) {
        return Error::UriTooLong.into_response();
    }
    if too_large(request.headers()) {
        return Error::HeadersTooLarge.into_response();
    }
    // Calls with a body take their place when it is here.
    if permit.is_pages()
        && let Err(busy) = permit.acquire().await
    {
        return busy.into_response();
    }
    let mut request = request;
    request.extensions_mut().insert(permit.clone());
    let response = permit.scope(next.run(request)).await;
    permit.release();
    response
}

/// Refuses a request that does not say for which host it is, or says it twice (RFC 9112, section
/// 3.2).
pub(super) async fn expect_host(request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let what = match (hosts.next(), hosts.next()) {
        (None, _) if request.version() < Version::HTTP_11 => None,
        (None, _) => Some("A request has the header Host."),
        (Some(host), None) if is_host(host) => None,
        (Some(_), None) => Some("The header Host takes a name or an address, and perhaps a port."),
        (Some(_), Some(_)) => Some("A request has the header Host once."),
    };
    match what {
        None => next.run(request).await,
        Some(what) => {
            let mut response = Error::MalformedRequest(what).into_response();
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            response
        }
    }
}

fn is_host(value: &HeaderValue) -> bool {
    let Some(authority) = value.to_str().ok().and_then(|text| text.parse::<Authority>().ok()) else { return false };
    let port = authority.as_str().strip_prefix(authority.host());
    let is_port = port.is_some_and(|port| {
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.is_empty() || port.parse::<u16>().is_ok())
    });
    let host = authority.host();
    let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte));
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_address = literal.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    !host.is_empty() && is_port && (is_name || is_address)
}

fn too_large(headers: &HeaderMap) -> bool {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    headers.len() > HEADERS_MAX || bytes > HEADER_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use http::StatusCode;
    use http_body_util::BodyExt as _;
    use subrosa_shared::problem::{Problem, ProblemType};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_a_500_with_a_problem_document() {
        async fn panics() -> StatusCode {
            panic!("on purpose");
        }
        let router: Router = Router::new().route("/", get(panics)).layer(catch_panic());
        let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let problem: Problem = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem.problem_type(), Some(ProblemType::Internal));
    }
}
