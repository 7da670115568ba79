//! `/links/{link}/leases` and `/links/{link}/parts`: counted downloads.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use subrosa_shared::api::{FinishLease, GrantedLease, LinkView, RequestLease};
use subrosa_shared::id::{LeaseId, LinkId};

use super::download::{Reader, send_object};
use super::error::Error;
use super::extract::{Attempt, Holder, Json, LeaseHolder, NoBody, PartIndex, Path};
use super::links::link_view;
use crate::app::App;
use crate::ledger::Slot;
use crate::lifecycle::{HolderAction, Outcome, Refusal};

/// `POST /links/{link}/leases`: grants one counted download. The same verifier again gives the same lease.
pub(super) async fn grant_lease(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    Json(request): Json<RequestLease>,
) -> Result<(StatusCode, axum::Json<GrantedLease>), Error> {
    let action = HolderAction::Lease { attempt, lease: request.lease_verifier };
    match app.store().run_holder(link, holder, action).await?.1 {
        Outcome::Granted(lease) => Ok((StatusCode::CREATED, axum::Json(*lease))),
        _ => Err(Error::Outcome),
    }
}

/// `GET /links/{link}/parts/{n}`: ciphertext, whole or a range. Charged before the first byte.
pub(super) async fn fetch_part(
    State(app): State<App>,
    Path((link, PartIndex(index))): Path<(LinkId, PartIndex)>,
    Holder(holder): Holder,
    LeaseHolder(lease): LeaseHolder,
    headers: HeaderMap,
    _: NoBody,
) -> Result<Response, Error> {
    // Before anything is told of the part.
    let (share, _) = app.store().run_holder(link, holder, HolderAction::CheckLease { lease }).await?;
    let object = app.store().object(&share, Slot::Part(index)).await?;
    send_object(&app, &share, &object, &headers, Reader::Lease { link, holder, lease }).await
}

/// `POST /links/{link}/leases/{lease}/done`: it is saved.
pub(super) async fn finish_lease(
    State(app): State<App>,
    Path((link, id)): Path<(LinkId, LeaseId)>,
    Holder(holder): Holder,
    LeaseHolder(lease): LeaseHolder,
    Json(request): Json<FinishLease>,
) -> Result<axum::Json<LinkView>, Error> {
    if LeaseId::derive(&lease) != id {
        return Err(Refusal::IdMismatch.into());
    }
    let action = HolderAction::Finish { lease, receipt: request.receipt };
    link_view(app.store().run_holder(link, holder, action).await?.1)
}
