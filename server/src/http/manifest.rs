//! `/shares/{share}/contents/{content}/manifest`: the sealed manifest, for its owner.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use subrosa_lifecycle::share_owner;
use subrosa_shared::id::ShareId;

use super::download::{Reader, send_object, stored_object};
use super::error::Error;
use super::extract::{ContentPath, NoBody, Owner, Path};
use super::openapi::{Content, DigestHeader, RangeHeader, Refused, SealedObject, WholeOrRange};
use super::upload::SealedBody;
use crate::app::App;
use crate::ledger::{PutObject, Slot};

/// Stores the manifest, again and again until the content is complete.
#[utoipa::path(
    put,
    path = "/shares/{share}/contents/{content}/manifest",
    tag = "owners",
    params(("share" = ShareId, Path), ("content" = inline(Content), Path), DigestHeader),
    request_body(content = SealedObject, content_type = "application/octet-stream"),
    security(("owner" = [])),
    responses((status = 204, description = "Stored."), Refused)
)]
pub(super) async fn store_manifest(
    State(app): State<App>,
    Path((share, ContentPath(content))): Path<(ShareId, ContentPath)>,
    Owner(owner): Owner,
    body: SealedBody,
) -> Result<StatusCode, Error> {
    let may_store = share_owner::StoreManifest { content, sealed_len: body.len };
    app.store().run_owner(share, owner, may_store).await?;
    match body.store(&app, (share, owner), (content, Slot::Manifest)).await? {
        PutObject::Stored { .. } => Ok(StatusCode::NO_CONTENT),
        PutObject::Closed => {
            app.store().run_owner(share, owner, may_store).await?;
            Err(Error::Contended)
        }
    }
}

/// Reads the manifest back.
#[utoipa::path(
    get,
    path = "/shares/{share}/contents/{content}/manifest",
    tag = "owners",
    params(("share" = ShareId, Path), ("content" = inline(Content), Path), RangeHeader),
    security(("owner" = [])),
    responses(WholeOrRange, Refused)
)]
pub(super) async fn read_manifest_back(
    State(app): State<App>,
    Path((share, ContentPath(content))): Path<(ShareId, ContentPath)>,
    Owner(owner): Owner,
    headers: HeaderMap,
    _: NoBody,
) -> Result<Response, Error> {
    app.store().run_owner(share, owner, share_owner::ReadBack { content }).await?;
    let object = stored_object(&app, &share, content, Slot::Manifest).await?;
    send_object(&app, &share, &object, &headers, Reader::Owner { share, owner, content }).await
}
