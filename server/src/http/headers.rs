//! Headers that every answer has.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use subrosa_shared::api::API_BASE;
use utoipa::openapi::OpenApi;

use super::error::Error;
use super::files::PREVIEW_HASHES;
use crate::origin::Origin;

/// What a page of this server may do, but for whom it may talk to: nothing but run its own scripts.
/// `frame-src` is for the hidden frame that starts a download through the service worker.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    img-src 'self'; worker-src 'self'; frame-src 'self'; manifest-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types subrosa";

/// What the document in which files are looked at may do: run our own script over what it is
/// handed. It has an origin that nothing else has, and its scripts and styles stand inside of it.
/// So it may load nothing, wherever from, and reaches no storage, no page and no network, whatever
/// a file makes it do. Behind the scripts, the document itself takes their hashes back: a script
/// from anywhere, or what claims to become one, may be fetched if it names an allowed hash. No
/// frame is allowed: that keeps the frame inside from going elsewhere. Pages of PDF files are drawn
/// by a module in a worker, both made of what our page hands over.
fn preview_policy() -> HeaderValue {
    let (scripts, styles) = PREVIEW_HASHES;
    let policy = format!(
        "default-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; style-src {styles}; img-src blob:; \
         media-src blob:; worker-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'; \
         require-trusted-types-for 'script'; trusted-types subrosa-preview; sandbox allow-scripts"
    );
    HeaderValue::try_from(policy).expect("hashes are visible ASCII")
}

/// What no policy for content covers: WebRTC, and connections and names that are looked up in
/// advance. Chromium knows it from version 152 on. The list of places to connect to is empty.
const NO_CONNECTION: (HeaderName, HeaderValue) =
    (HeaderName::from_static("connection-allowlist"), HeaderValue::from_static("()"));

const COMMON_HEADERS: [(HeaderName, &str); 8] = [
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), \
         display-capture=(), browsing-topics=(), accelerometer=(), gyroscope=(), magnetometer=()",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Those of this server.
pub(super) type SecurityHeaders = Arc<[(HeaderName, HeaderValue)]>;

/// Pages talk to their own server, and to the one of their passwords where that is another.
pub(super) fn security_headers(push_origin: Option<&Origin>) -> SecurityHeaders {
    let push_origin = push_origin.map(|origin| format!(" {origin}")).unwrap_or_default();
    let policy = format!("{CONTENT_SECURITY_POLICY}; connect-src 'self'{push_origin}");
    let policy = HeaderValue::from_str(&policy).expect("origins are visible ASCII");
    let others = COMMON_HEADERS.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value)));
    others.chain([(header::CONTENT_SECURITY_POLICY, policy)]).collect()
}

/// Marks an answer whose headers are not those of all others.
#[derive(Clone, Copy, Debug)]
pub(super) enum Framed {
    /// The document in which files are looked at.
    Preview,
}

impl Framed {
    fn headers(self) -> &'static [(HeaderName, HeaderValue)] {
        // Firefox takes the document itself for a stranger's, because it is to have no origin. Who
        // may frame it, the policy says.
        static PREVIEW: LazyLock<[(HeaderName, HeaderValue); 4]> = LazyLock::new(|| {
            [
                (header::CONTENT_SECURITY_POLICY, preview_policy()),
                (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
                (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin")),
                NO_CONNECTION,
            ]
        });
        match self {
            Self::Preview => &*PREVIEW,
        }
    }
}

/// Puts them on an answer.
pub(super) async fn secure(State(all): State<SecurityHeaders>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in all.iter() {
        response.headers_mut().insert(name, value.clone());
    }
    let own = response.extensions().get::<Framed>().map_or(&[][..], |framed| framed.headers());
    for (name, value) in own {
        response.headers_mut().insert(name, value.clone());
    }
    response
}

/// Which methods each call of the API has, by its route.
#[derive(Clone)]
pub(super) struct Methods(Arc<HashMap<String, HeaderValue>>);

impl Methods {
    /// Those that the description names.
    pub(super) fn of(api: &OpenApi) -> Self {
        let methods = api.paths.paths.iter().map(|(path, item)| {
            let known = [
                ("GET", &item.get),
                ("PUT", &item.put),
                ("POST", &item.post),
                ("PATCH", &item.patch),
                ("DELETE", &item.delete),
            ];
            let names: Vec<_> = known.into_iter().filter_map(|(name, call)| call.as_ref().map(|_| name)).collect();
            let allow = HeaderValue::from_str(&names.join(", ")).expect("methods are a value");
            (format!("{API_BASE}{path}"), allow)
        });
        Self(Arc::new(methods.collect()))
    }
}

/// What holds for every call of the API: nothing is stored on the way, and a look at the headers
/// alone does not exist. Otherwise whoever asks for a part's headers would be charged for its
/// bytes.
pub(super) async fn api_headers(State(methods): State<Methods>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut response = match *request.method() {
        Method::HEAD => Error::MethodNotAllowed.into_response(),
        _ => next.run(request).await,
    };
    if response.status() == StatusCode::METHOD_NOT_ALLOWED
        && let Some(allow) = route.and_then(|route| methods.0.get(route.as_str()).cloned())
    {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
