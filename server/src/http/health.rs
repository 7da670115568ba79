//! For whoever watches the server.

use axum::extract::State;
use http::{StatusCode, header};

use crate::app::App;

type Answer = (StatusCode, [(header::HeaderName, &'static str); 1], &'static str);

/// `GET /health/live`: the process answers.
pub(super) async fn live() -> Answer {
    answer(StatusCode::OK, "live\n")
}

/// `GET /health/ready`: ledger and blobs take changes.
pub(super) async fn ready(State(app): State<App>) -> Answer {
    if let Err(error) = app.store().ledger().ping().await {
        tracing::error!(error = &error as &dyn std::error::Error, "the ledger takes no changes");
        return answer(StatusCode::SERVICE_UNAVAILABLE, "the ledger takes no changes\n");
    }
    if let Err(error) = app.store().ledger().expect_room().await {
        tracing::error!(error = &error as &dyn std::error::Error, "the ledger has no room for more");
        return answer(StatusCode::SERVICE_UNAVAILABLE, "the ledger has no room for more\n");
    }
    if let Err(error) = app.blobs().ping().await {
        tracing::error!(error = &error as &dyn std::error::Error, "the blob store takes nothing");
        return answer(StatusCode::SERVICE_UNAVAILABLE, "the blob store takes nothing\n");
    }
    answer(StatusCode::OK, "ready\n")
}

fn answer(status: StatusCode, text: &'static str) -> Answer {
    (status, [(header::CACHE_CONTROL, "no-store")], text)
}
