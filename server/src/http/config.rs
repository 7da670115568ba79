//! `/config`: what a client has to know before it begins.

use axum::extract::State;
use subrosa_shared::api::{Choices, Config};
use subrosa_shared::limits::Limits;

use super::error::Error;
use super::extract::{NoBody, Path};
use super::openapi::Refused;
use crate::app::App;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
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
    let served = app.served_channels();
    Ok(axum::Json(Config {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocols: vec![1],
        choices: choices(&limits),
        limits,
        channels: served.channels,
        push_origin: served.push_origin.as_ref().map(ToString::to_string),
        replicas_acknowledge: app.store().ledger().replicas_acknowledge(),
    }))
}

/// Round numbers within the limits, and the limits themselves where no round number is.
fn choices(limits: &Limits) -> Choices {
    let lives = |secs: &[u64]| within(secs, limits.expiry_secs_min, limits.expiry_secs_max);
    let expiry_secs = lives(&[HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY]);
    let push_expiry_secs = lives(&[10 * MINUTE, HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY]);
    Choices {
        expiry_secs_default: at_most(&expiry_secs, 7 * DAY),
        expiry_secs,
        downloads_default: 1,
        downloads: within(&[1, 2, 5, 10, 20, 50, 100], 1, limits.downloads_max),
        // A password is fetched soon or not at all, and until then whoever has the link can.
        push_expiry_secs_default: at_most(&push_expiry_secs, DAY),
        push_expiry_secs,
        views_default: 1,
        views: within(&[1, 2, 3, 5, 10, 20, 50, 100], 1, limits.views_max),
    }
}

/// Those from `min` to `max`, or `max`.
fn within<T: Copy + PartialOrd>(choices: &[T], min: T, max: T) -> Vec<T> {
    let within: Vec<T> = choices.iter().copied().filter(|choice| (min..=max).contains(choice)).collect();
    if within.is_empty() { Vec::from([max]) } else { within }
}

/// The last that is not above `wanted`, or the first.
fn at_most(choices: &[u64], wanted: u64) -> u64 {
    choices.iter().copied().rfind(|choice| *choice <= wanted).unwrap_or(choices[0])
}
