//! The pages: byte for byte what stands in the repository, plus the module made from `web-wasm`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use rust_embed::{EmbeddedFile, RustEmbed};
use subrosa_shared::api::Channels;

use super::error::Error;
use super::headers::Framed;
use super::middleware::Unlogged;

/// As written.
#[derive(RustEmbed)]
#[folder = "../web-wasm/pages"]
struct Pages;

/// As made by `cargo xtask web`. Served under `/wasm/`.
#[derive(RustEmbed)]
#[folder = "../web-wasm/generated"]
struct Generated;

/// The same files under the paths that they are served under, compressed with brotli by `build.rs`.
const PACKED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/packed.rs"));

/// Where the languages are, a folder each.
const TEXTS: &str = "scripts/texts/";
/// What the pages are written in.
const ENGLISH: &str = "en";
static LANGUAGES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let files = Pages::iter();
    let folders = files.filter_map(|file| Some(file.strip_prefix(TEXTS)?.split_once('/')?.0.to_owned()));
    folders.collect()
});

const NOT_FOUND: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Not found - Subrosa</title>\
    <h1>There is no such page</h1><p><a href=\"/\">To the start</a></p>";
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
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let name = match path {
        "/" if channels.shares() => "send.html",
        "/s" => "receive.html",
        "/" | "/push" => "push.html",
        "/p" => "reveal.html",
        "/preview" => "preview.html",
        path => path.trim_start_matches('/'),
    };
    let is_served = match name {
        "send.html" | "receive.html" | "preview.html" => channels.shares(),
        "push.html" | "reveal.html" => channels.pushes(),
        _ => true,
    };
    if !is_served {
        return not_found();
    }
    let is_page = name.ends_with(".html");
    if is_page && Generated::iter().next().is_none() {
        return (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response();
    }
    let file = name.strip_prefix("wasm/").map_or_else(|| Pages::get(name), Generated::get);
    let Some(file) = file else { return not_found() };
    let texts = is_page.then(|| preloaded_texts(&file.data, &headers)).flatten();
    let mut response = serve_file(name, file, &headers);
    if let Some(texts) = texts {
        response.headers_mut().insert(header::LINK, texts);
        let vary = HeaderValue::from_static("accept-encoding, accept-language");
        response.headers_mut().insert(header::VARY, vary);
    }
    if let Some(framed) = framed(name) {
        response.extensions_mut().insert(framed);
    }
    response
}

/// The texts of a page in the reader's language, as a header that lets the browser fetch them together with all else that
/// the page names (RFC 8288, `modulepreload`). The page itself decides the language, and may decide otherwise: then it
/// fetches other texts.
fn preloaded_texts(page: &[u8], request: &HeaderMap) -> Option<HeaderValue> {
    let page = std::str::from_utf8(page).ok()?;
    let names = page.split_once("data-texts=\"")?.1.split_once('"')?.0;
    let language = language(request);
    let links = names.split(' ').map(|name| format!("</{TEXTS}{language}/{name}.js>; rel=modulepreload"));
    HeaderValue::try_from(links.collect::<Vec<_>>().join(", ")).ok()
}

/// The first language of the reader that there are texts in, as `language.js` finds it.
fn language(request: &HeaderMap) -> &'static str {
    let values = request.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    let tags = values.flat_map(|tags| tags.split(',')).map(|tag| tag.split(['-', ';']).next().unwrap_or(tag).trim());
    let known = |tag: &str| LANGUAGES.iter().find(|language| language.eq_ignore_ascii_case(tag));
    tags.filter_map(known).next().map_or(ENGLISH, String::as_str)
}

/// What belongs to the document in which files are looked at.
fn framed(name: &str) -> Option<Framed> {
    match name {
        "preview.html" => Some(Framed::Preview),
        _ if name.starts_with("preview/") => Some(Framed::PreviewPart),
        _ => None,
    }
}

/// Answers everything under `/dl/`, where only the service worker has something to say: these names are nobody's business.
pub(super) async fn serve_nothing() -> Response {
    let mut response = (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")]).into_response();
    response.extensions_mut().insert(Unlogged);
    response
}

fn serve_file(name: &str, file: EmbeddedFile, request: &HeaderMap) -> Response {
    let hash = &file.metadata.sha256_hash()[..16];
    // Weak, because the compressed forms have it too.
    let tag = hash.iter().fold("W/\"".to_owned(), |tag, byte| tag + &format!("{byte:02x}")) + "\"";
    let caching = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::VARY, header::ACCEPT_ENCODING.to_string()),
    ];
    let known = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    if known.flat_map(|tags| tags.split(',')).any(|known| same_tag(known, &tag)) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let content_type: (HeaderName, &str) = (header::CONTENT_TYPE, media_type(name));
    // For others than brotli, the layer around the pages compresses.
    match PACKED.iter().find(|(packed, _)| *packed == name) {
        Some((_, packed)) if takes_brotli(request) => {
            (caching, [content_type, (header::CONTENT_ENCODING, "br")], *packed).into_response()
        }
        _ => (caching, [content_type], file.data).into_response(),
    }
}

/// Whether the client says that it takes brotli (RFC 9110, section 12.5.3).
fn takes_brotli(request: &HeaderMap) -> bool {
    let values = request.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|codings| codings.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().trim_start_matches("q=").parse();
        name.trim().eq_ignore_ascii_case("br") && weight != Ok(0.0)
    })
}

fn same_tag(known: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    known.trim() == "*" || opaque(known) == opaque(tag)
}

fn not_found() -> Response {
    let page = Pages::get("not-found.html").map(|file| file.data);
    let page = page.unwrap_or_else(|| NOT_FOUND.as_bytes().into());
    let headers = [(header::CONTENT_TYPE, media_type("not-found.html")), (header::CACHE_CONTROL, "no-cache")];
    (StatusCode::NOT_FOUND, headers, page).into_response()
}

/// The kinds of files that pages are made of. Anything else is not meant to be shown.
fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
