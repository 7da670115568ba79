//! Sockets: accepting them, bounding them, cutting off who stalls, ending in good order.

mod socket;
mod stall;

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
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Duration, sleep, timeout};
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use self::stall::StallGuard;
use super::router::router;
use crate::app::{App, Timing};

/// The buffer that a connection reads into; also bounds what waits to be written. Headers must fit.
const BUFFER_LEN: usize = 64 * 1024;
/// Headers that are parsed at all. Less are allowed, which a problem document says; beyond this many there is none.
const HEADERS_PARSED_MAX: usize = 128;
/// After the last answer, the rest of what a client sends is thrown away for so long, so that it gets to read the answer:
/// closing at once would reset the connection under it.
const LINGER: Duration = Duration::from_secs(2);
/// Wait after a failed accept: mostly too many open files, which passes when connections end.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is done; then running requests have [`Timing::shutdown`] to end.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()>) {
    let router = router(&app);
    let slots = Arc::new(Semaphore::new(app.connections_max()));
    let (ending, _) = watch::channel(false);
    let connections = TaskTracker::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let next = next_connection(&listener, &slots);
        let (stream, slot) = tokio::select! {
            accepted = next => accepted,
            () = &mut shutdown => break,
        };
        let (router, timing, ending) = (router.clone(), app.timing(), ending.subscribe());
        connections.spawn(async move {
            serve_connection(stream, router, timing, ending).await;
            drop(slot);
        });
    }
    drop(listener);
    ending.send_replace(true);
    connections.close();
    tracing::info!(connections = connections.len(), "ending");
    if timeout(app.timing().shutdown, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "cut off what was still running");
    }
}

/// Waits for a free slot first: who finds none waits in the system's queue and costs nothing here.
async fn next_connection(listener: &TcpListener, slots: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let slot = Arc::clone(slots).acquire_owned().await.expect("nobody closes the semaphore");
    loop {
        match listener.accept().await {
            Ok((stream, _address)) => {
                socket::prepare(&stream);
                return (stream, slot);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

async fn serve_connection(stream: TcpStream, router: Router, timing: Timing, mut ending: watch::Receiver<bool>) {
    let io = StallGuard::new(TokioIo::new(stream), timing.stall);
    let service = service_fn(move |request: Request<Incoming>| answer(router.clone(), request));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timing.headers)
        .max_headers(HEADERS_PARSED_MAX)
        .max_buf_size(BUFFER_LEN)
        .serve_connection(io, service);
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
    if let Err(error) = result {
        // Whatever a client does to its connection is its own business.
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection broke");
        if !error.is_parse() {
            return;
        }
    }
    linger(connection.into_parts().io.into_inner().into_inner()).await;
}

fn answer(
    router: Router,
    request: Request<Incoming>,
) -> BoxFuture<'static, Result<Response<Body>, std::convert::Infallible>> {
    router.oneshot(request.map(Body::new)).boxed()
}

async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut waste = [0; 4096];
    let _ = timeout(LINGER, async { while matches!(stream.read(&mut waste).await, Ok(len) if len > 0) {} }).await;
}
