//! A server in a temporary folder with a clock that is moved by hand, and short ways to talk to it.

#[path = "support_push.rs"]
pub(crate) mod push;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use clap::Parser as _;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use subrosa_server::app::App;
use subrosa_server::config::Config;
use subrosa_server::http::router::router;
use subrosa_server::ledger::ManualClock;
use subrosa_shared::api::{self, CompleteShare, CreateShare, GrantedLease, LinkLock, PutLink, ShareStatus, StoredPart};
use subrosa_shared::content::{ContentNumber, part_list_digest};
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::password::StretchedPassword;
use subrosa_shared::problem::{Problem, ProblemType};
use subrosa_shared::seal::sealed_len;
use subrosa_shared::secret::{DeviceSecret, LeaseSecret, LinkSecret, OwnerSecret};
use subrosa_shared::time::Timestamp;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// Where every test begins.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// Part size of the shares here: one chunk.
pub(crate) const PART_BYTES: u32 = 65_536;

pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) clock: ManualClock,
    pub(crate) router: Router,
    pub(crate) folder: Arc<TempDir>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(crate) async fn start_with(flags: &[&str]) -> Self {
        Self::restart(Arc::new(tempfile::tempdir().unwrap()), ManualClock::new(START), flags).await
    }

    pub(crate) async fn restart(folder: Arc<TempDir>, clock: ManualClock, flags: &[&str]) -> Self {
        let app = App::open_with_clock(&config(&folder, flags), Arc::new(clock.clone())).await.unwrap();
        Self { router: router(&app), app, clock, folder }
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        request.headers_mut().entry(header::HOST).or_insert(header::HeaderValue::from_static("localhost"));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let collected = body.collect().await;
        let (body, broken) = match collected {
            Ok(collected) => (collected.to_bytes(), false),
            Err(_) => (Bytes::new(), true),
        };
        Answer { status: parts.status, headers: parts.headers, body, broken }
    }

    pub(crate) async fn call(&self, call: Call) -> Answer {
        let (method, path) = (call.method.clone(), call.path.clone());
        let answer = self.send(call.request()).await;
        crate::openapi::expect_described(&method, &path, &answer);
        answer
    }

    /// Asks again while the server is busy, as clients do: many that race on a busy machine wait
    /// longer for one record than it lets them.
    pub(crate) async fn call_patiently(&self, call: impl Fn() -> Call) -> Answer {
        loop {
            let answer = self.call(call()).await;
            if answer.status != 503 {
                return answer;
            }
        }
    }

    pub(crate) fn advance(&self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
    }
}

pub(crate) fn config(folder: &TempDir, flags: &[&str]) -> Config {
    let mut args = vec!["subrosa-server", "--data", folder.path().to_str().unwrap()];
    // The disk of the machine that runs the tests may be as full as it is.
    if !flags.contains(&"--free-bytes-min") {
        args.extend(["--free-bytes-min", "0"]);
    }
    if !flags.contains(&"--ballast-bytes") {
        args.extend(["--ballast-bytes", "0"]);
    }
    args.extend(flags);
    Config::try_parse_from(args).unwrap()
}

#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) broken: bool,
}

impl Answer {
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, String::from_utf8_lossy(&self.body));
        self
    }

    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(self) -> T {
        serde_json::from_slice(&self.ok().body).unwrap()
    }

    /// That it is this problem, said as a problem document.
    #[track_caller]
    pub(crate) fn refused(self, expected: ProblemType) -> Problem {
        assert_eq!(
            self.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap()),
            Some("application/problem+json"),
            "{} {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        let problem: Problem = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(problem.problem_type(), Some(expected), "{problem:?}");
        assert_eq!(self.status.as_u16(), expected.status());
        assert_eq!(problem.status, expected.status());
        problem
    }
}

/// A request in the making.
pub(crate) struct Call {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Body,
}

impl Call {
    pub(crate) fn new(method: Method, path: impl AsRef<str>) -> Self {
        let path = format!("{}{}", api::API_BASE, path.as_ref());
        Self { method, path, headers: Vec::new(), body: Body::empty() }
    }

    pub(crate) fn get(path: impl AsRef<str>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn put(path: impl AsRef<str>) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(crate) fn post(path: impl AsRef<str>) -> Self {
        Self::new(Method::POST, path)
    }

    pub(crate) fn patch(path: impl AsRef<str>) -> Self {
        Self::new(Method::PATCH, path)
    }

    pub(crate) fn delete(path: impl AsRef<str>) -> Self {
        Self::new(Method::DELETE, path)
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn owner(self, owner: &OwnerSecret) -> Self {
        self.header(api::header::OWNER_PROOF, owner.proof().to_text().as_str())
    }

    pub(crate) fn link(self, link: &Link) -> Self {
        self.header(api::header::LINK_PROOF, link.secret.proof().to_text().as_str())
    }

    pub(crate) fn open(self, link: &Link) -> Self {
        self.link(link).header(api::header::OPEN_PROOF, link.open_proof().as_str())
    }

    pub(crate) fn lease(self, lease: &LeaseSecret) -> Self {
        self.header(api::header::LEASE_PROOF, lease.proof().to_text().as_str())
    }

    pub(crate) fn device(self, device: &DeviceSecret) -> Self {
        self.header(api::header::DEVICE_PROOF, device.proof().to_text().as_str())
    }

    pub(crate) fn json(self, body: &impl Serialize) -> Self {
        let mut call = self.header("content-type", "application/json");
        call.body = Body::from(serde_json::to_vec(body).unwrap());
        call
    }

    pub(crate) fn binary(self, bytes: &[u8]) -> Self {
        let mut call = self
            .header("content-type", "application/octet-stream")
            .header("content-length", bytes.len().to_string())
            .header("content-digest", content_digest(bytes));
        call.body = Body::from(bytes.to_vec());
        call
    }

    pub(crate) fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn request(self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(self.path).header(header::HOST, "localhost");
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.body(self.body).unwrap()
    }
}

pub(crate) fn content_digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Digest::of(bytes).as_bytes()))
}

/// Something of the form of a sealed object with that much plaintext.
pub(crate) fn fake_sealed(plaintext_len: u64, seed: u8) -> Vec<u8> {
    let len = usize::try_from(sealed_len(plaintext_len)).unwrap();
    let mut bytes: Vec<u8> = (0..len).map(|at| (at as u8).wrapping_mul(31).wrapping_add(seed)).collect();
    bytes[0] = 1;
    bytes
}

/// A share in the hands of its sender.
pub(crate) struct Sender {
    pub(crate) owner: OwnerSecret,
    pub(crate) share: ShareId,
    pub(crate) parts: Vec<Vec<u8>>,
    pub(crate) manifest: Vec<u8>,
}

impl Sender {
    pub(crate) fn new(seed: u8) -> Self {
        let owner = OwnerSecret::from_bytes([seed; 32]);
        // Two full parts and a short one; 139264 is a padded length.
        let parts = vec![fake_sealed(65_536, seed), fake_sealed(65_536, seed ^ 1), fake_sealed(8_192, seed ^ 2)];
        Self { share: owner.share_id(), owner, parts, manifest: fake_sealed(4_096, seed ^ 3) }
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/shares/{}{rest}", self.share)
    }

    pub(crate) fn create_body(&self) -> CreateShare {
        CreateShare {
            owner_verifier: self.owner.verifier(),
            expires_in_secs: 86_400,
            part_bytes: PART_BYTES,
            ends_with_last_link: true,
        }
    }

    pub(crate) fn complete_body(&self) -> CompleteShare {
        CompleteShare {
            part_count: self.parts.len() as u32,
            parts_digest: part_list_digest(self.parts.iter().map(|part| (part.len() as u64, Digest::of(part)))),
            manifest_digest: Digest::of(&self.manifest),
        }
    }

    pub(crate) async fn create(&self, server: &Server) {
        server.call(Call::put(self.path("")).owner(&self.owner).json(&self.create_body())).await.ok();
    }

    pub(crate) fn put_part(&self, index: usize) -> Call {
        Call::put(self.path(&format!("/contents/1/parts/{index}"))).owner(&self.owner).binary(&self.parts[index])
    }

    pub(crate) fn put_manifest(&self) -> Call {
        Call::put(self.path("/contents/1/manifest")).owner(&self.owner).binary(&self.manifest)
    }

    pub(crate) async fn upload(&self, server: &Server) {
        self.create(server).await;
        for index in 0..self.parts.len() {
            let stored: StoredPart = server.call(self.put_part(index)).await.json();
            assert_eq!(stored.digest, Digest::of(&self.parts[index]));
        }
        server.call(self.put_manifest()).await.ok();
    }

    pub(crate) async fn complete(&self, server: &Server) {
        self.upload(server).await;
        let complete = Call::post(self.path("/contents/1/complete")).owner(&self.owner).json(&self.complete_body());
        server.call(complete).await.ok();
    }

    pub(crate) async fn add(&self, server: &Server, link: &Link) -> ShareStatus {
        server.call(self.put_link(link)).await.json()
    }

    pub(crate) fn put_link(&self, link: &Link) -> Call {
        Call::put(self.path(&format!("/links/{}", link.id))).owner(&self.owner).json(&link.body)
    }

    pub(crate) async fn status(&self, server: &Server) -> ShareStatus {
        server.call(Call::get(self.path("")).owner(&self.owner)).await.json()
    }
}

/// A link in the hands of its recipient.
pub(crate) struct Link {
    pub(crate) secret: LinkSecret,
    pub(crate) id: LinkId,
    pub(crate) password: Option<StretchedPassword>,
    pub(crate) body: PutLink,
}

impl Link {
    pub(crate) fn new(seed: u8) -> Self {
        let secret = LinkSecret::from_bytes([seed; 32]);
        let body = PutLink {
            link_verifier: secret.verifier(),
            lock: LinkLock {
                needs_password: false,
                open_verifier: secret.keys(None).open_verifier(),
                view_wrap: fake_sealed(64, 7),
                content_wrap: fake_sealed(32, 8),
                content: ContentNumber::FIRST,
            },
            downloads_max: 1,
            expires_in_secs: None,
            recipient_may_destroy: true,
            destroy_after_guesses: None,
            waits_for_editions: false,
            replaces: None,
        };
        Self { id: secret.link_id(), secret, password: None, body }
    }

    pub(crate) fn downloads(mut self, downloads_max: u32) -> Self {
        self.body.downloads_max = downloads_max;
        self
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/links/{}{rest}", self.id)
    }

    pub(crate) fn open_proof(&self) -> String {
        self.secret.keys(self.password.as_ref()).open_proof.to_text().to_string()
    }

    /// Another link secret would give other keys: a proof that is wrong for this link.
    pub(crate) fn wrong_open(&self) -> String {
        LinkSecret::from_bytes([0xEE; 32]).keys(None).open_proof.to_text().to_string()
    }

    pub(crate) fn ask_lease(&self, lease: &LeaseSecret) -> Call {
        Call::post(self.path("/leases")).open(self).json(&json!({ "lease_verifier": lease.verifier() }))
    }

    pub(crate) async fn lease(&self, server: &Server, seed: u8) -> (LeaseSecret, GrantedLease) {
        let lease = LeaseSecret::from_bytes([seed; 32]);
        let granted = server.call(self.ask_lease(&lease)).await.json();
        (lease, granted)
    }

    pub(crate) fn fetch(&self, lease: &LeaseSecret, index: usize) -> Call {
        Call::get(self.path(&format!("/parts/{index}"))).link(self).lease(lease)
    }

    pub(crate) fn done(&self, lease: &LeaseSecret) -> Call {
        Call::post(self.path(&format!("/leases/{}/done", lease.lease_id()))).link(self).lease(lease).json(&json!({}))
    }
}

/// A complete share with one link.
pub(crate) async fn shared(server: &Server, link: Link) -> (Sender, Link) {
    let sender = Sender::new(1);
    sender.complete(server).await;
    sender.add(server, &link).await;
    (sender, link)
}
