//! `/config`: what a client has to know before it begins.

use axum::extract::State;
use subrosa_shared::api::{Choices, Config};
use subrosa_shared::limits::Limits;

use super::error::Error;
use super::extract::{NoBody, Path};
use super::openapi::Refused;
use crate::app::App;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// What a client has to know before it begins.
#[utoipa::path(
    get,
    path = "/config",
    tag = "anyone",
    responses((status = 200, description = "Limits and choices.", body = Config), Refused)
)]
pub(super) async fn show_config(
    State(app): State<App>,
    Path(()): Path<()>,
    _: NoBody,
) -> Result<axum::Json<Config>, Error> {
    let limits = app.limits().clone();
    Ok(axum::Json(Config {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocols: vec![1],
        choices: choices(&limits),
        limits,
        push_origin: None,
    }))
}

/// Round numbers within the limits, and the limits themselves where no round number is.
fn choices(limits: &Limits) -> Choices {
    let (min, max) = (limits.expiry_secs_min, limits.expiry_secs_max);
    let mut expiry_secs = Vec::from([HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY]);
    expiry_secs.retain(|secs| (min..=max).contains(secs));
    if expiry_secs.is_empty() {
        expiry_secs.push(max);
    }
    let mut downloads = Vec::from([1, 2, 5, 10, 20, 50, 100]);
    downloads.retain(|count| *count <= limits.downloads_max);
    let expiry_secs_default = expiry_secs.iter().copied().rfind(|secs| *secs <= 7 * DAY);
    Choices {
        expiry_secs_default: expiry_secs_default.unwrap_or(expiry_secs[0]),
        expiry_secs,
        downloads_default: 1,
        downloads,
    }
}
