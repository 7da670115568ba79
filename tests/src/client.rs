//! A client of the protocol without a browser: seals and uploads ([`upload`]), opens and downloads
//! ([`download`]), makes and reveals pushes ([`push`]). Every call of the API is one method, so
//! that a test can stop between any two, repeat one, or leave one out.
//!
//! It draws secrets, derives ids and checks everything that PROTOCOL.md tells a reader to check; it
//! holds whole parts in memory, and so is for content that fits there.

pub mod download;
pub mod package;
pub mod push;
pub mod upload;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::{Method, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use subrosa_shared::api::{API_BASE, Config, header};
use subrosa_shared::content::LayoutError;
use subrosa_shared::id::Digest;
use subrosa_shared::manifest::ManifestError;
use subrosa_shared::password::PasswordError;
use subrosa_shared::path::PathError;
use subrosa_shared::problem::{Problem, ProblemType};
use subrosa_shared::push::PushError;
use subrosa_shared::seal::OpenError;
use subrosa_shared::secret::{DeviceProof, LeaseProof, LinkProof, OpenProof, OwnerProof};
use subrosa_shared::token::TokenError;

/// Why a call or a download failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server says no, and why.
    #[error("{}: {}", .0.uri, .0.title)]
    Problem(Box<Problem>),
    /// The server says no without a problem document.
    #[error("unexpected answer: {0}")]
    Unexpected(reqwest::StatusCode),
    /// Nothing came, or it was cut.
    #[error("no answer")]
    Transport(#[from] reqwest::Error),
    /// The link is damaged.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The password is empty or too long.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// A file's path cannot be in a share.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The content cannot be cut into parts.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The manifest is refused.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A sealed object does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It cannot become a push, or is none.
    #[error(transparent)]
    Push(#[from] PushError),
    /// What the server gave is not what the link or the manifest pins.
    #[error("this is not what was sealed")]
    Altered,
}

impl Error {
    /// What the server's problem is, if that is what went wrong.
    #[must_use]
    pub fn problem(&self) -> Option<ProblemType> {
        match self {
            Self::Problem(problem) => problem.problem_type(),
            _ => None,
        }
    }
}

/// Calls one server, or several that serve the same.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    bases: Arc<[String]>,
    /// How many calls there were.
    calls: Arc<AtomicUsize>,
}

impl Client {
    /// A client for the server at an origin, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// The platform cannot make HTTP clients.
    pub fn new(origin: &str) -> Result<Self, Error> {
        Self::among(&[origin.to_owned()], 0)
    }

    /// A client for several servers with one ledger: every call goes to the next of them, the first
    /// one to number `first`.
    ///
    /// # Errors
    /// The platform cannot make HTTP clients.
    pub fn among(origins: &[String], first: usize) -> Result<Self, Error> {
        let http = reqwest::Client::builder().no_proxy().build()?;
        let bases = origins.iter().map(|origin| format!("{}{API_BASE}", origin.trim_end_matches('/'))).collect();
        Ok(Self { http, bases, calls: Arc::new(AtomicUsize::new(first)) })
    }

    /// What the server accepts.
    ///
    /// # Errors
    /// As every call.
    pub async fn config(&self) -> Result<Config, Error> {
        self.get("config").answer().await
    }

    fn get(&self, path: impl AsRef<str>) -> Call {
        self.call(Method::GET, path.as_ref())
    }

    fn call(&self, method: Method, path: &str) -> Call {
        let base = &self.bases[self.calls.fetch_add(1, Ordering::Relaxed) % self.bases.len()];
        Call(self.http.request(method, format!("{base}/{path}")))
    }
}

/// A request with its body as HTTP/1.1, for whoever sends it in an unusual way: without listening,
/// or a thousand times.
///
/// # Panics
/// Its body is a stream.
#[must_use]
pub fn to_http1(request: &reqwest::Request) -> Bytes {
    let url = request.url();
    let body = request.body().map_or(&[][..], |body| body.as_bytes().expect("the body is in memory"));
    let host = url.host_str().unwrap_or("localhost");
    let mut bytes = format!("{} {} HTTP/1.1\r\nhost: {host}\r\n", request.method(), url.path()).into_bytes();
    for (name, value) in request.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend(body);
    bytes.into()
}

/// One request: proofs go into headers, never into the address.
struct Call(RequestBuilder);

impl Call {
    fn owner(self, proof: &OwnerProof) -> Self {
        self.header(header::OWNER_PROOF, &proof.to_text())
    }

    fn link(self, proof: &LinkProof) -> Self {
        self.header(header::LINK_PROOF, &proof.to_text())
    }

    fn open(self, proof: &OpenProof) -> Self {
        self.header(header::OPEN_PROOF, &proof.to_text())
    }

    fn device(self, proof: &DeviceProof) -> Self {
        self.header(header::DEVICE_PROOF, &proof.to_text())
    }

    fn lease(self, proof: &LeaseProof) -> Self {
        self.header(header::LEASE_PROOF, &proof.to_text())
    }

    fn json(self, body: &impl Serialize) -> Self {
        Self(self.0.json(body))
    }

    /// A binary body. `digest` is of the whole of it, whatever the body's stream gives.
    fn sealed(self, digest: &Digest, len: usize, body: impl Into<reqwest::Body>) -> Self {
        let digest = format!("sha-256=:{}:", STANDARD.encode(digest.as_bytes()));
        self.header(header::CONTENT_DIGEST, &digest)
            .header("content-type", "application/octet-stream")
            .header("content-length", &len.to_string())
            .body(body)
    }

    fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.header(name, value))
    }

    fn body(self, body: impl Into<reqwest::Body>) -> Self {
        Self(self.0.body(body))
    }

    /// Sends, and turns every refusal into an error.
    async fn send(self) -> Result<Response, Error> {
        let response = self.0.send().await?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.bytes().await?;
        Err(serde_json::from_slice(&body)
            .map_or(Error::Unexpected(status), |problem| Error::Problem(Box::new(problem))))
    }

    /// Sends, and reads the answer's JSON.
    async fn answer<T: DeserializeOwned>(self) -> Result<T, Error> {
        Ok(self.send().await?.json().await?)
    }

    /// Sends, and reads the answer's bytes.
    async fn bytes(self) -> Result<Bytes, Error> {
        Ok(self.send().await?.bytes().await?)
    }
}
