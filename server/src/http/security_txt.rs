//! `/.well-known/security.txt` (RFC 9116), where the operator has one.

use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use http::header;

use crate::app::App;

/// Where researchers look for it.
pub(super) const PATH: &str = "/.well-known/security.txt";

/// Hands the text out as the operator wrote it.
pub(super) fn serve(text: Bytes) -> MethodRouter<App> {
    get(move || std::future::ready(answer(text.clone())))
}

fn answer(text: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "max-age=3600")], text)
        .into_response()
}
