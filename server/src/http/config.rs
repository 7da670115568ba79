//! `/config`: what a client has to know before it begins.

use axum::extract::State;
use subrosa_shared::api::Config;

use super::error::Error;
use super::extract::{NoBody, Path};
use super::openapi::Refused;
use crate::app::App;

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
    let served = app.served_channels();
    Ok(axum::Json(Config {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocols: vec![1],
        limits: app.limits().clone(),
        choices: app.choices().clone(),
        channels: served.channels,
        push_origin: served.push_origin.as_ref().map(ToString::to_string),
        replicas_acknowledge: app.store().ledger().replicas_acknowledge(),
    }))
}
