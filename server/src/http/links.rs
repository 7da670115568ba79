//! `/links/{link}`: a link, for whoever holds it. Nothing here counts as a download.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use subrosa_shared::api::{LinkView, OpenedLink};
use subrosa_shared::id::LinkId;

use super::download::{Reader, send_object};
use super::error::Error;
use super::extract::{Attempt, Holder, NoBody, Path};
use crate::app::App;
use crate::ledger::Slot;
use crate::lifecycle::{HolderAction, Outcome};

/// `GET /links/{link}`: where it stands.
pub(super) async fn look(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    _: NoBody,
) -> Result<axum::Json<LinkView>, Error> {
    link_view(app.store().run_holder(link, holder, HolderAction::Look).await?.1)
}

/// `POST /links/{link}/open`: the view wrap, for the right open proof. A wrong one is counted.
pub(super) async fn open(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    _: NoBody,
) -> Result<axum::Json<OpenedLink>, Error> {
    match app.store().run_holder(link, holder, HolderAction::Open(attempt)).await?.1 {
        Outcome::Opened(opened) => Ok(axum::Json(*opened)),
        _ => Err(Error::Outcome),
    }
}

/// `GET /links/{link}/manifest`: the sealed manifest.
pub(super) async fn read_manifest(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    headers: HeaderMap,
    _: NoBody,
) -> Result<Response, Error> {
    let (share, _) = app.store().run_holder(link, holder, HolderAction::Manifest(attempt)).await?;
    let object = app.store().object(&share, Slot::Manifest).await?;
    send_object(&app, &share, &object, &headers, Reader::Link { link, holder }).await
}

/// `DELETE /links/{link}`: the recipient destroys it.
pub(super) async fn destroy(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    _: NoBody,
) -> Result<axum::Json<LinkView>, Error> {
    link_view(app.store().run_holder(link, holder, HolderAction::Destroy(attempt)).await?.1)
}

pub(super) fn link_view(outcome: Outcome) -> Result<axum::Json<LinkView>, Error> {
    match outcome {
        Outcome::Link(view) => Ok(axum::Json(*view)),
        _ => Err(Error::Outcome),
    }
}
