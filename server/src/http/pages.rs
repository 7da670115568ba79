//! The pages: byte for byte what stands in the repository, plus the modules made from `web-wasm`.
//! Only the document in which files are looked at is put together, of parts that stand there
//! (`build/preview.rs`).

use std::borrow::Cow;

use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use subrosa_shared::api::Channels;

use super::accept::{self, Codings};
use super::error::Error;
use super::files::{self, File};
use super::headers::Framed;
use super::middleware::Unlogged;
use super::paths;

/// What the pages are written in.
const ENGLISH: &str = "en";
/// The document in which files are looked at.
const PREVIEW: &str = "preview.html";
/// Where other apps hand over what they share: the manifest of the page says so, too.
pub(super) const GIVEN: &str = "/given";
const NOT_FOUND_PAGE: &str = "not-found.html";
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Subrosa</title>\
    <h1>The pages were not built</h1><p>This server was compiled without the browser module. \
    Start it with <code>cargo xtask run</code>, or build it with <code>cargo xtask build</code>.</p>";

/// Answers whatever is no other route.
pub(super) async fn serve_page(
    State(channels): State<Channels>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = uri.path();
    if path == "/api" || path.starts_with("/api/") {
        return Error::UnknownEndpoint.into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return only_read().await;
    }
    let page = paths::page_at(path, channels);
    let name: Cow<'_, str> = match page {
        Some(page) => format!("{}.html", page.name).into(),
        None => path.trim_start_matches('/').into(),
    };
    let Some(file) = files::find(&name).filter(|_| paths::is_served_as(&name, channels)) else {
        return not_found(path, channels, &headers);
    };
    if name.ends_with(".html") && !files::have_modules() {
        return (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response();
    }
    let mut response = serve_file(file, &headers);
    if name == PREVIEW {
        response.extensions_mut().insert(Framed::Preview);
    }
    response
}

/// Answers a method that pages and health do not have.
pub(super) async fn only_read() -> Response {
    ([(header::ALLOW, "GET, HEAD")], Error::MethodNotAllowed).into_response()
}

/// Answers everything under `/dl/`, where only the service worker has something to say: these names
/// are nobody's business.
pub(super) async fn serve_nothing() -> Response {
    let mut response = (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")]).into_response();
    response.extensions_mut().insert(Unlogged);
    response
}

/// Answers where other apps hand something over to the page that is installed. A service worker
/// takes it on the device (`given-worker.js`); what comes here anyway, before there is one, is not
/// for the server. Nobody reads it, and the page says that nothing came.
pub(super) async fn decline_given() -> Response {
    let headers = [(header::LOCATION, "/?given"), (header::CACHE_CONTROL, "no-store"), (header::CONNECTION, "close")];
    (StatusCode::SEE_OTHER, headers).into_response()
}

/// A file in the form that the client takes, or that the client has it already.
fn serve_file(file: &'static File, request: &HeaderMap) -> Response {
    let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let is_known = known.flat_map(|tags| tags.split(',')).any(|known| same_tag(known, file.tag));
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { content(file, request) };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_static(file.tag));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let language = accept::language(request, files::LANGUAGES).unwrap_or(ENGLISH);
    let texts = file.texts(language);
    let vary = if texts.is_some() { "accept-encoding, accept-language" } else { "accept-encoding" };
    headers.insert(header::VARY, HeaderValue::from_static(vary));
    if let Some(texts) = texts {
        headers.insert(header::LINK, HeaderValue::from_static(texts));
    }
    response
}

/// The bytes, which lie in the program as they are sent.
fn content(file: &'static File, request: &HeaderMap) -> Response {
    let Some((coding, bytes)) = file.form(&Codings::of(request)) else {
        return StatusCode::NOT_ACCEPTABLE.into_response();
    };
    let mut response = Bytes::from_static(bytes).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    if let Some(name) = coding.name() {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    response
}

/// Whether a tag that the client has is this one (RFC 9110, section 8.8.3.2: weak comparison).
fn same_tag(known: &str, tag: &str) -> bool {
    let opaque = |tag| str::strip_prefix(tag, "W/").unwrap_or(tag);
    let known = known.trim();
    known == "*" || opaque(known) == opaque(tag)
}

/// The way to the page that was meant, or one that says that there is none. Browsers keep what
/// stands after `#` on that way, which leads only to addresses that stand in the table of pages.
fn not_found(path: &str, channels: Channels, request: &HeaderMap) -> Response {
    if let Some(meant) = paths::meant(path).filter(|meant| *meant != path && paths::page_at(meant, channels).is_some())
    {
        let headers = [(header::LOCATION, meant), (header::CACHE_CONTROL, "no-cache")];
        return (StatusCode::FOUND, headers).into_response();
    }
    let Some(file) = files::find(NOT_FOUND_PAGE) else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = content(file, request);
    if response.status().is_success() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}
