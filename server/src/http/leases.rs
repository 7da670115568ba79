//! `/links/{link}/leases` and `/links/{link}/parts`: counted downloads.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use subrosa_lifecycle::{Refusal, share_holder};
use subrosa_shared::api::{FinishLease, GrantedLease, LinkView, RequestLease};
use subrosa_shared::id::{LeaseId, LinkId};

use super::download::{Reader, send_object, stored_object};
use super::error::Error;
use super::extract::{Attempt, Holder, Json, LeaseHolder, NoBody, PartIndex, Path};
use super::openapi::{Index, RangeHeader, Refused, WholeOrRange};
use crate::app::App;
use crate::ledger::Slot;

/// Grants one counted download. The same verifier again gives the same lease.
#[utoipa::path(
    post,
    path = "/links/{link}/leases",
    tag = "holders",
    params(("link" = LinkId, Path)),
    request_body = RequestLease,
    security(("link" = [], "open" = []), ("link" = [], "open" = [], "device" = [])),
    responses((status = 201, description = "The lease.", body = GrantedLease), Refused)
)]
pub(super) async fn grant_lease(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    Json(request): Json<RequestLease>,
) -> Result<(StatusCode, axum::Json<GrantedLease>), Error> {
    let action = share_holder::RequestLease { attempt, lease: request.lease_verifier };
    Ok((StatusCode::CREATED, axum::Json(app.store().run_holder(link, holder, action).await?.1)))
}

/// Ciphertext, whole or a range. Charged before the first byte.
#[utoipa::path(
    get,
    path = "/links/{link}/parts/{index}",
    tag = "holders",
    params(("link" = LinkId, Path), ("index" = inline(Index), Path), RangeHeader),
    security(("link" = [], "lease" = [])),
    responses(WholeOrRange, Refused)
)]
pub(super) async fn fetch_part(
    State(app): State<App>,
    Path((link, PartIndex(index))): Path<(LinkId, PartIndex)>,
    Holder(holder): Holder,
    LeaseHolder(lease): LeaseHolder,
    headers: HeaderMap,
    _: NoBody,
) -> Result<Response, Error> {
    // Before anything is told of the part.
    let (share, content) = app.store().run_holder(link, holder, share_holder::CheckLease { lease }).await?;
    let object = stored_object(&app, &share, content, Slot::Part(index)).await?;
    send_object(&app, &share, &object, &headers, Reader::Lease { link, holder, lease }).await
}

/// The download is saved: ends its lease.
#[utoipa::path(
    post,
    path = "/links/{link}/leases/{lease}/done",
    tag = "holders",
    params(("link" = LinkId, Path), ("lease" = LeaseId, Path)),
    request_body = FinishLease,
    security(("link" = [], "lease" = [])),
    responses((status = 200, description = "The link.", body = LinkView), Refused)
)]
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
    let action = share_holder::Finish { lease, receipt: request.receipt };
    Ok(axum::Json(app.store().run_holder(link, holder, action).await?.1))
}
