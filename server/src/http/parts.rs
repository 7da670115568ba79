//! `/shares/{share}/parts`: the sealed content, for its owner.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use subrosa_shared::api::{PartList, StoredPart};
use subrosa_shared::id::ShareId;

use super::download::{Reader, send_object};
use super::error::Error;
use super::extract::{NoBody, Owner, PartIndex, Path};
use super::openapi::{DigestHeader, Index, RangeHeader, Refused, SealedObject, WholeOrRange};
use super::upload::SealedBody;
use crate::app::App;
use crate::ledger::{PutObject, Slot};
use crate::lifecycle::OwnerAction;

/// Stores a part. `201` if it is new, `200` if it replaced one.
#[utoipa::path(
    put,
    path = "/shares/{share}/parts/{index}",
    tag = "owners",
    params(
        ("share" = ShareId, Path),
        ("index" = inline(Index), Path),
        DigestHeader
    ),
    request_body(content = SealedObject, content_type = "application/octet-stream"),
    security(("owner" = [])),
    responses(
        (status = 200, description = "Stored in place of the one before.", body = StoredPart),
        (status = 201, description = "Stored.", body = StoredPart),
        Refused
    )
)]
pub(super) async fn store_part(
    State(app): State<App>,
    Path((share, PartIndex(index))): Path<(ShareId, PartIndex)>,
    Owner(owner): Owner,
    body: SealedBody,
) -> Result<(StatusCode, axum::Json<StoredPart>), Error> {
    let may_store = OwnerAction::StorePart { index, sealed_len: body.len };
    let stored = StoredPart { index, sealed_len: body.len, digest: body.digest };
    app.store().run_owner(share, owner, may_store.clone()).await?;
    match body.store(&app, share, Slot::Part(index)).await? {
        PutObject::Stored { replaced: None } => Ok((StatusCode::CREATED, axum::Json(stored))),
        PutObject::Stored { replaced: Some(_) } => Ok((StatusCode::OK, axum::Json(stored))),
        PutObject::Closed => {
            // Asked again, the rules say why.
            app.store().run_owner(share, owner, may_store).await?;
            Err(Error::Contended)
        }
    }
}

/// What is stored already, to go on after a break.
#[utoipa::path(
    get,
    path = "/shares/{share}/parts",
    tag = "owners",
    params(("share" = ShareId, Path)),
    security(("owner" = [])),
    responses((status = 200, description = "What is stored.", body = PartList), Refused)
)]
pub(super) async fn list_parts(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<PartList>, Error> {
    app.store().run_owner(share, owner, OwnerAction::ReadBack).await?;
    Ok(axum::Json(PartList { parts: app.store().parts(&share).await? }))
}

/// Reads a part back, or a range of it: after a break, from the byte after the last that came. Not counted.
#[utoipa::path(
    get,
    path = "/shares/{share}/parts/{index}",
    tag = "owners",
    params(
        ("share" = ShareId, Path),
        ("index" = inline(Index), Path),
        RangeHeader
    ),
    security(("owner" = [])),
    responses(WholeOrRange, Refused)
)]
pub(super) async fn read_part_back(
    State(app): State<App>,
    Path((share, PartIndex(index))): Path<(ShareId, PartIndex)>,
    Owner(owner): Owner,
    headers: HeaderMap,
    _: NoBody,
) -> Result<Response, Error> {
    app.store().run_owner(share, owner, OwnerAction::ReadBack).await?;
    let object = app.store().object(&share, Slot::Part(index)).await?;
    send_object(&app, &share, &object, &headers, Reader::Owner { share, owner }).await
}
