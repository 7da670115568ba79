//! Sockets: accepting them, bounding them, cutting off who stalls, ending in good order.

mod bare;
mod socket;
mod stall;
mod tracked;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Duration, sleep, timeout};
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use self::stall::StallGuard;
use self::tracked::{Answer, Holding, TrackedSocket};
use super::router::router;
use crate::app::App;
use crate::config::ClientTimeouts;
use crate::connections::ConnectionGuard;

/// The buffer that a connection reads into; also bounds what waits to be written. Headers must fit.
const BUFFER_LEN: usize = 64 * 1024;
/// Headers that are parsed at all. Fewer are allowed, which is said with more detail.
const HEADERS_PARSED_MAX: usize = 128;
/// After the last answer, the rest of what a client sends is thrown away for so long, so that it
/// gets to read the answer: closing at once would reset the connection under it.
const LINGER: Duration = Duration::from_secs(2);
/// Wait after a failed accept: mostly too many open files, which passes when connections end.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is done; then running requests have [`ClientTimeouts::shutdown`] to end.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()>) {
    let router = router(&app);
    let (ending, _) = watch::channel(false);
    let connections = TaskTracker::new();
    let mut shutdown = pin!(shutdown);
    let mut timeout_watch = pin!(app.connections().enforce_timeouts());
    loop {
        let next = next_connection(&listener, &app);
        let (stream, guard) = tokio::select! {
            accepted = next => accepted,
            () = &mut shutdown => break,
            () = &mut timeout_watch => break,
        };
        let (router, timeouts, ending) = (router.clone(), app.client_timeouts(), ending.subscribe());
        connections.spawn(async move {
            let activity = Arc::clone(&guard.activity);
            tokio::select! {
                biased;
                // Without a word: it has been silent itself. First, so that nothing is begun for it
                // that it would not be told of.
                () = activity.closed() => {}
                () = serve_connection(stream, router, timeouts, ending, &guard) => {}
            }
            drop(guard);
        });
    }
    drop(listener);
    ending.send_replace(true);
    connections.close();
    tracing::info!(connections = connections.len(), "ending");
    if timeout(app.client_timeouts().shutdown, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "cut off what was still running");
    }
}

/// Who finds no room at all waits in the system's queue and costs nothing here.
async fn next_connection(listener: &TcpListener, app: &App) -> (TcpStream, ConnectionGuard) {
    loop {
        app.connections().wait_for_room().await;
        match listener.accept().await {
            Ok((stream, address)) => {
                if let Some(guard) = app.connections().admit(address) {
                    socket::prepare(&stream);
                    return (stream, guard);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    router: Router,
    timeouts: ClientTimeouts,
    mut ending: watch::Receiver<bool>,
    guard: &ConnectionGuard,
) {
    let activity = &guard.activity;
    let tracked = TrackedSocket::new(stream, Arc::clone(activity));
    let io = Holding::new(StallGuard::new(TokioIo::new(tracked), timeouts.stall));
    let service = {
        let activity = Arc::clone(activity);
        service_fn(move |mut request: Request<Incoming>| {
            let answer = Answer::begin(Arc::clone(&activity));
            request.extensions_mut().insert(Arc::clone(&activity));
            if let Some(over_limit) = guard.over_limit() {
                request.extensions_mut().insert(over_limit);
            }
            respond(router.clone(), request, answer)
        })
    };
    // How long headers may take is watched for all connections in one place.
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None).max_headers(HEADERS_PARSED_MAX).max_buf_size(BUFFER_LEN);
    // Who has said all that they want to say may close their side: what they asked for may be a
    // view that is counted, and they still listen.
    builder.half_close(true);
    let mut connection = builder.serve_connection(io, service);
    let ended = {
        let mut done = pin!(poll_fn(|cx| connection.poll_without_shutdown(cx)).fuse());
        tokio::select! {
            result = &mut done => Some(result),
            _ = ending.wait_for(|ending| *ending) => None,
        }
    };
    let result = match ended {
        Some(result) => result,
        None => {
            Pin::new(&mut connection).graceful_shutdown();
            poll_fn(|cx| connection.poll_without_shutdown(cx)).await
        }
    };
    let is_refused = match &result {
        Ok(()) => false,
        // Whatever a client does to its connection is its own business.
        Err(error) => {
            tracing::debug!(error = error as &dyn std::error::Error, "a connection broke");
            if !error.is_parse() {
                return;
            }
            true
        }
    };
    let parts = connection.into_parts();
    let (guard, held) = parts.io.into_parts();
    let (mut stream, beginning) = guard.into_inner().into_inner().into_parts();
    let rest = if is_refused {
        // Hyper may have taken the head away before it refuses it. Of a request that came together
        // with the one before, there is only what hyper has left.
        let is_own = activity.is_in_headers();
        let is_head_taken = parts.read_buf.is_empty() || (is_own && !parts.read_buf.starts_with(&beginning));
        let refused = bare::refusal(held.as_deref(), &parts.read_buf, is_head_taken);
        let status = refused.problem().status;
        tracing::info!(method = "(none)", route = "(none)", status, error = %refused, "request refused");
        let began = if is_own { beginning.as_slice() } else { &parts.read_buf };
        bare::document(&refused, bare::is_head(began))
    } else {
        held.map(Vec::from).unwrap_or_default()
    };
    // From here on nothing is done for the client: it makes room for others.
    activity.await_bytes();
    if timeout(timeouts.headers, stream.write_all(&rest)).await.is_ok_and(|written| written.is_ok()) {
        linger(stream).await;
    }
}

fn respond(
    router: Router,
    request: Request<Incoming>,
    answer: Answer,
) -> BoxFuture<'static, Result<Response<Body>, Infallible>> {
    async move {
        let Ok(response) = router.oneshot(request.map(Body::new)).await;
        Ok(response.map(|body| Body::new(answer.with_body(body))))
    }
    .boxed()
}

async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut waste = [0; 4096];
    let _ = timeout(LINGER, async { while matches!(stream.read(&mut waste).await, Ok(len) if len > 0) {} }).await;
}
