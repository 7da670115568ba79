//! What pages of other servers may call here: a page for shares that has its passwords on this
//! server makes pushes and watches them. What holders of a link do, they do on this server's own
//! pages.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use subrosa_shared::api::API_BASE;

use crate::origin::Origin;

/// The calls, with their methods as the header tells them. Each is anyone's or its owner's.
const CALLS: [(&str, &str); 4] = [
    ("/config", "GET"),
    ("/pushes/{link}", "PUT"),
    ("/pushes/{link}/owner", "GET, PATCH, DELETE"),
    ("/pushes/{link}/log", "GET"),
];
/// The headers that these calls take: [`OWNER_PROOF`](subrosa_shared::api::header::OWNER_PROOF), and that a body is JSON.
const HEADERS: &str = "content-type, subrosa-owner-proof";
/// Seconds for which a browser need not ask again.
const MAX_AGE_SECS: &str = "600";

/// The origins whose pages may.
pub(super) type ShareOrigins = Arc<[HeaderValue]>;

pub(super) fn share_origins(origins: &[Origin]) -> ShareOrigins {
    origins.iter().map(Origin::to_header).collect()
}

/// Answers the question whether a call is allowed, and lets a page of a listed origin read the
/// answer to one that is, whatever it says. Everything else passes as if this were not here:
/// without these headers browsers let no page call or read.
pub(super) async fn cors(State(origins): State<ShareOrigins>, request: Request, next: Next) -> Response {
    let Some((origin, methods)) = allowed(&origins, &request) else {
        return next.run(request).await;
    };
    let mut response = if request.method() == Method::OPTIONS {
        let answers = [
            (header::ACCESS_CONTROL_ALLOW_METHODS, methods),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
            (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECS),
        ];
        (StatusCode::NO_CONTENT, answers).into_response()
    } else {
        next.run(request).await
    };
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
    response
}

/// The origin, if it is listed, and the methods of the call, if the request or what it asks for is
/// one of them.
fn allowed(origins: &ShareOrigins, request: &Request) -> Option<(HeaderValue, &'static str)> {
    let headers = request.headers();
    let from = only(headers, &header::ORIGIN)?;
    let origin = origins.iter().find(|origin| *origin == from)?;
    let path = request.extensions().get::<MatchedPath>()?.as_str().strip_prefix(API_BASE)?;
    let (_, methods) = CALLS.into_iter().find(|(call, _)| *call == path)?;
    let method = match *request.method() {
        Method::OPTIONS => only(headers, &header::ACCESS_CONTROL_REQUEST_METHOD)?.to_str().ok()?,
        ref method => method.as_str(),
    };
    methods.split(", ").any(|known| known == method).then(|| (origin.clone(), methods))
}

fn only<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}
