//! `/links/{link}`: a link, for whoever holds it. Nothing here counts as a download.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use subrosa_lifecycle::share_holder;
use subrosa_shared::api::{LinkView, OpenedLink};
use subrosa_shared::id::LinkId;

use super::download::{Reader, send_object, stored_object};
use super::error::Error;
use super::extract::{Attempt, Holder, NoBody, Path, PerhapsLease};
use super::openapi::{RangeHeader, Refused, WholeOrRange};
use crate::app::App;
use crate::ledger::Slot;

/// Where a link stands.
#[utoipa::path(
    get,
    path = "/links/{link}",
    tag = "holders",
    params(("link" = LinkId, Path)),
    security(("link" = [])),
    responses((status = 200, description = "The link.", body = LinkView), Refused)
)]
pub(super) async fn look_at_link(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    _: NoBody,
) -> Result<axum::Json<LinkView>, Error> {
    Ok(axum::Json(app.store().run_holder(link, holder, share_holder::Status).await?.1))
}

/// The view wrap, for the right open proof. A wrong one is counted. With the proof of a lease that
/// runs, that of what it downloads, whatever is behind the link by now.
#[utoipa::path(
    post,
    path = "/links/{link}/open",
    tag = "holders",
    params(("link" = LinkId, Path)),
    security(
        ("link" = [], "open" = []),
        ("link" = [], "open" = [], "device" = []),
        ("link" = [], "open" = [], "lease" = []),
        ("link" = [], "open" = [], "device" = [], "lease" = [])
    ),
    responses((status = 200, description = "What the open proof shows.", body = OpenedLink), Refused)
)]
pub(super) async fn open_link(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    PerhapsLease(lease): PerhapsLease,
    _: NoBody,
) -> Result<axum::Json<OpenedLink>, Error> {
    Ok(axum::Json(app.store().run_holder(link, holder, share_holder::Open { attempt, lease }).await?.1))
}

/// The sealed manifest. With the proof of a lease that runs, that of what it downloads.
#[utoipa::path(
    get,
    path = "/links/{link}/manifest",
    tag = "holders",
    params(("link" = LinkId, Path), RangeHeader),
    security(
        ("link" = [], "open" = []),
        ("link" = [], "open" = [], "device" = []),
        ("link" = [], "open" = [], "lease" = []),
        ("link" = [], "open" = [], "device" = [], "lease" = [])
    ),
    responses(WholeOrRange, Refused)
)]
pub(super) async fn read_manifest(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    PerhapsLease(lease): PerhapsLease,
    headers: HeaderMap,
    _: NoBody,
) -> Result<Response, Error> {
    let read = share_holder::ReadManifest { attempt, lease };
    let (share, content) = app.store().run_holder(link, holder, read).await?;
    let object = stored_object(&app, &share, content, Slot::Manifest).await?;
    send_object(&app, &share, &object, &headers, Reader::Link { link, holder }).await
}

/// The recipient destroys the link.
#[utoipa::path(
    delete,
    path = "/links/{link}",
    tag = "holders",
    params(("link" = LinkId, Path)),
    security(("link" = [], "open" = []), ("link" = [], "open" = [], "device" = [])),
    responses((status = 200, description = "The link, gone.", body = LinkView), Refused)
)]
pub(super) async fn destroy_link(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    _: NoBody,
) -> Result<axum::Json<LinkView>, Error> {
    Ok(axum::Json(app.store().run_holder(link, holder, share_holder::Destroy(attempt)).await?.1))
}
