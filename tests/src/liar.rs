//! A server that lies when told to: it stands in front of the real one, hands on what pages ask,
//! and changes answers of the API.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, RETRY_AFTER, TRANSFER_ENCODING};
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Nothing that pages ask is longer.
const BODY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A liar. Ends when dropped.
#[derive(Debug)]
pub struct Liar {
    port: u16,
    front: Arc<Front>,
    _serving: JoinSet<()>,
}

#[derive(Debug)]
struct Front {
    server: String,
    client: reqwest::Client,
    /// What is lied about: method and path, with `*` for one segment.
    lie: Mutex<Option<(Method, &'static str, Lie)>>,
    /// Whether it was asked for.
    lied: AtomicBool,
}

/// What is told instead of the truth.
#[derive(Clone, Debug)]
pub enum Lie {
    /// The truth, with another value at a place of the JSON (RFC 6901); `None`: with none.
    Changed(&'static str, Option<Value>),
    /// A whole answer.
    Instead(Instead),
    /// Nothing, ever.
    Silence,
}

/// An answer that somebody made up.
#[derive(Clone, Debug)]
pub struct Instead {
    /// Its status.
    pub status: u16,
    /// Its media type.
    pub media_type: &'static str,
    /// When to come back, in seconds.
    pub retry_after: Option<u64>,
    /// What stands in it.
    pub body: String,
}

impl Liar {
    /// An honest one, in front of a server of this machine.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn to(server_port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let front = Arc::new(Front {
            server: format!("http://127.0.0.1:{server_port}"),
            client: reqwest::Client::new(),
            lie: Mutex::new(None),
            lied: AtomicBool::new(false),
        });
        let pages = Router::new().fallback(answer).with_state(Arc::clone(&front));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, pages).await.expect("it serves until it is dropped") });
        Self { port, front, _serving: serving }
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.host())
    }

    /// Host and port.
    #[must_use]
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// From now on it lies about one call, such as `GET` of `/links/*`.
    ///
    /// # Panics
    /// Never: nobody panics with the lock.
    pub fn lie(&self, method: Method, path: &'static str, lie: Lie) {
        *self.front.lie.lock().expect("nobody panics with it") = Some((method, path, lie));
        self.front.lied.store(false, Ordering::SeqCst);
    }

    /// Whether somebody has asked for what it lies about now.
    #[must_use]
    pub fn has_lied(&self) -> bool {
        self.front.lied.load(Ordering::SeqCst)
    }

    /// From now on it tells the truth.
    ///
    /// # Panics
    /// Never.
    pub fn be_honest(&self) {
        *self.front.lie.lock().expect("nobody panics with it") = None;
    }
}

impl Front {
    /// What is lied about this call, if anything.
    fn lie_about(&self, method: &Method, path: &str) -> Option<Lie> {
        let lie = self.lie.lock().expect("nobody panics with it");
        let (lied_method, lied_path, lie) = lie.as_ref()?;
        let below = path.strip_prefix("/api/v1")?;
        let (mut lied, mut asked) = (lied_path.split('/'), below.split('/'));
        let same = lied.by_ref().zip(asked.by_ref()).all(|(lied, asked)| lied == "*" || lied == asked);
        let same_len = lied_path.split('/').count() == below.split('/').count();
        (same && same_len && lied_method == method).then(|| lie.clone())
    }
}

async fn answer(State(front): State<Arc<Front>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let lie = front.lie_about(&head.method, &path);
    if lie.is_some() {
        front.lied.store(true, Ordering::SeqCst);
    }
    let body = to_bytes(body, BODY_BYTES_MAX).await.expect("a page sends its whole request");
    match lie {
        Some(Lie::Silence) => std::future::pending().await,
        Some(Lie::Instead(instead)) => made_up(instead),
        Some(Lie::Changed(pointer, value)) => {
            let (status, headers, body) = truth(&front, head, body).await;
            // Of what is no JSON, nothing is changed: the test then sees that it told the truth.
            let mut told: Value = serde_json::from_slice(&body).unwrap_or_default();
            change(&mut told, pointer, value);
            response(status, headers, Body::from(told.to_string()))
        }
        None => {
            let (status, headers, body) = truth(&front, head, body).await;
            response(status, headers, Body::from(body))
        }
    }
}

/// What the server answers.
async fn truth(front: &Front, head: http::request::Parts, body: bytes::Bytes) -> (StatusCode, HeaderMap, bytes::Bytes) {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut headers = head.headers;
    for name in [HOST, CONNECTION, ACCEPT_ENCODING] {
        headers.remove(name);
    }
    let asked = front.client.request(head.method, format!("{}{path}", front.server)).headers(headers).body(body);
    let told = asked.send().await.expect("the server answers");
    let (status, headers) = (told.status(), told.headers().clone());
    (status, headers, told.bytes().await.expect("the server answers whole"))
}

fn response(status: StatusCode, mut headers: HeaderMap, body: Body) -> Response {
    for name in [CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH] {
        headers.remove(name);
    }
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn made_up(Instead { status, media_type, retry_after, body }: Instead) -> Response {
    let response = Response::builder().status(status).header(CONTENT_TYPE, media_type);
    let response = match retry_after {
        Some(secs) => response.header(RETRY_AFTER, secs),
        None => response,
    };
    response.body(Body::from(body)).expect("it is written as an answer")
}

/// Puts a value at a place of JSON (RFC 6901), or takes away what is there.
///
/// # Panics
/// There is no such place.
pub fn change(json: &mut Value, pointer: &str, value: Option<Value>) {
    if pointer.is_empty() {
        *json = value.unwrap_or_default();
        return;
    }
    let (parent, name) = pointer.rsplit_once('/').expect("a place begins with a slash");
    match (json.pointer_mut(parent), value) {
        (Some(Value::Object(fields)), Some(value)) => drop(fields.insert(name.to_owned(), value)),
        (Some(Value::Object(fields)), None) => drop(fields.remove(name)),
        (Some(Value::Array(list)), Some(value)) => list[name.parse::<usize>().expect("a place in a list")] = value,
        (parent, _) => panic!("there is nothing to change at {pointer}: {parent:?}"),
    }
}
