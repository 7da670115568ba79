//! For whoever watches the server: three questions, from the least to the most.

use axum::extract::State;
use http::{StatusCode, header};

use crate::app::App;

const LIVE: &str = "/health/live";
const READY: &str = "/health/ready";
const ACCEPTING: &str = "/health/accepting";

/// The paths, for the router.
pub(super) const PATHS: [&str; 3] = [LIVE, READY, ACCEPTING];

type Answer = (StatusCode, [(header::HeaderName, &'static str); 2], String);

/// `GET /health/live`: the process lives. If not, restart it.
pub(super) async fn live() -> Answer {
    answer(StatusCode::OK, "live")
}

/// `GET /health/ready`: it serves: downloads, views and revokes work. If not, send requests
/// elsewhere.
pub(super) async fn ready(State(app): State<App>) -> Answer {
    told(app.health().check_serving().await, "ready")
}

/// `GET /health/accepting`: it takes what is new, too. If not, tell the operator; what it serves,
/// it serves on.
pub(super) async fn accepting(State(app): State<App>) -> Answer {
    told(app.health().check_accepting().await, "accepting")
}

fn told(state: Result<(), &'static str>, text: &'static str) -> Answer {
    match state {
        Ok(()) => answer(StatusCode::OK, text),
        Err(reason) => answer(StatusCode::SERVICE_UNAVAILABLE, reason),
    }
}

fn answer(status: StatusCode, text: &'static str) -> Answer {
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, headers, format!("{text}\n"))
}
