//! Requests to the store. One that makes no progress is given up: a store that hangs must not hold
//! what waits for it.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use async_trait::async_trait;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector as Connect, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use tokio::time::{Duration, Instant, Sleep, sleep, timeout};

/// Until a connection stands, without TLS.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// Without a byte that goes or comes, while one could.
const STALL_MAX: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next request. Stores close them after 20 seconds or more.
const IDLE_MAX: Duration = Duration::from_secs(15);
/// Connections kept for the next request.
const IDLE_CONNECTIONS_MAX: usize = 64;
/// Bytes of an answer that are read ahead of who takes them.
const READ_AHEAD: usize = 128 * 1024;

/// Makes the client of a store.
#[derive(Debug)]
pub(super) struct Connector {
    client: HttpClient,
}

impl Connector {
    /// # Errors
    /// The system has no certificates.
    pub(super) fn new() -> std::io::Result<Self> {
        let mut tcp = HttpConnector::new();
        tcp.set_connect_timeout(Some(CONNECT_MAX));
        tcp.set_nodelay(true);
        // Which schemes are allowed is said by the configuration.
        tcp.enforce_http(false);
        let provider = rustls::crypto::ring::default_provider();
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_MAX)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_MAX)
            .pool_timer(TokioTimer::new())
            .http1_max_buf_size(READ_AHEAD)
            .build(connector);
        Ok(Self { client: HttpClient::new(StoreClient { client }) })
    }
}

impl Connect for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(self.client.clone())
    }
}

#[derive(Debug)]
struct StoreClient {
    client: Client<HttpsConnector<HttpConnector>, Sent>,
}

/// Why a request is given up.
#[derive(Debug, thiserror::Error)]
#[error("the store made no progress for {} seconds", STALL_MAX.as_secs())]
struct Stalled;

#[async_trait]
impl HttpService for StoreClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let progress = Arc::new(AtomicU64::new(0));
        let request = request.map(|body| Sent { body, progress: Arc::clone(&progress) });
        let mut answer = self.client.request(request);
        let mut seen = 0;
        let response = loop {
            if let Ok(response) = timeout(STALL_MAX, &mut answer).await {
                break response.map_err(|error| HttpError::new(kind(&error), error))?;
            }
            let now = progress.load(Ordering::Relaxed);
            if now == seen {
                return Err(HttpError::new(HttpErrorKind::Timeout, Stalled));
            }
            seen = now;
        };
        Ok(response.map(|body| HttpResponseBody::new(Received { body, stalled: None })))
    }
}

/// What `object_store` makes of it: whether it is worth another try.
fn kind(error: &Error) -> HttpErrorKind {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<hyper::Error>());
    if error.is_connect() {
        HttpErrorKind::Connect
    } else if cause.is_some_and(|cause| cause.is_canceled() || cause.is_closed() || cause.is_incomplete_message()) {
        HttpErrorKind::Request
    } else {
        HttpErrorKind::Interrupted
    }
}

/// A body on its way out, and how much of it was taken.
struct Sent {
    body: HttpRequestBody,
    progress: Arc<AtomicU64>,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        self.progress.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body on its way in. Only the time counts in which somebody waits for it.
struct Received {
    body: Incoming,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Body for Received {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, HttpError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.stalled = None;
            return Poll::Ready(
                frame.map(|frame| frame.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error))),
            );
        }
        let stalled = this.stalled.get_or_insert_with(|| Box::pin(sleep(STALL_MAX)));
        match Future::poll(stalled.as_mut(), context) {
            Poll::Ready(()) => {
                stalled.as_mut().reset(Instant::now() + STALL_MAX);
                Poll::Ready(Some(Err(HttpError::new(HttpErrorKind::Timeout, Stalled))))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
