//! `/shares/{share}/contents/{content}/parts`: sealed content, for its owner.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _, stream};
use http::{HeaderMap, StatusCode, header};
use subrosa_lifecycle::share_owner;
use subrosa_shared::api::{PartList, StoredPart};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::ShareId;

use super::download::{Reader, send_object, stored_object};
use super::error::Error;
use super::extract::{ContentPath, NoBody, Owner, PartIndex, Path};
use super::openapi::{Content, DigestHeader, Index, RangeHeader, Refused, SealedObject, WholeOrRange};
use super::upload::SealedBody;
use crate::app::App;
use crate::ledger::{PutObject, Slot};
use crate::store::Store;

/// Parts that are listed at once: some 20 kB of JSON.
const LIST_PAGE_LEN: u32 = 256;

/// Stores a part. `201` if it is new, `200` if it replaced one.
#[utoipa::path(
    put,
    path = "/shares/{share}/contents/{content}/parts/{index}",
    tag = "owners",
    params(
        ("share" = ShareId, Path),
        ("content" = inline(Content), Path),
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
    Path((share, ContentPath(content), PartIndex(index))): Path<(ShareId, ContentPath, PartIndex)>,
    Owner(owner): Owner,
    body: SealedBody,
) -> Result<(StatusCode, axum::Json<StoredPart>), Error> {
    let sealed_len = body.len;
    let stored = StoredPart { index, sealed_len: body.len, digest: body.digest };
    app.store().expect_place((&share, owner), content, index, sealed_len).await?;
    match body.store(&app, (share, owner), (content, Slot::Part(index))).await? {
        PutObject::Stored { replaced: None } => Ok((StatusCode::CREATED, axum::Json(stored))),
        PutObject::Stored { replaced: Some(_) } => Ok((StatusCode::OK, axum::Json(stored))),
        PutObject::Closed => {
            // Asked again, the rules say why.
            app.store().expect_place((&share, owner), content, index, sealed_len).await?;
            Err(Error::Contended)
        }
    }
}

/// What is stored already, to go on after a break: sent as it is read, in order of index.
#[utoipa::path(
    get,
    path = "/shares/{share}/contents/{content}/parts",
    tag = "owners",
    params(("share" = ShareId, Path), ("content" = inline(Content), Path)),
    security(("owner" = [])),
    responses((status = 200, description = "What is stored.", body = PartList), Refused)
)]
pub(super) async fn list_parts(
    State(app): State<App>,
    Path((share, ContentPath(content))): Path<(ShareId, ContentPath)>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<Response, Error> {
    app.store().run_owner(share, owner, share_owner::ReadBack { content }).await?;
    let end = app.store().last_part(&share, content).await?.map_or(0, |last| last.index.saturating_add(1));
    let body =
        Body::from_stream(listed(app.store().clone(), Reader::Owner { share, owner, content }, (share, content), end));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// The list of parts before `end`, page after page: a client that reads slowly keeps one page
/// waiting, not the whole list.
fn listed(
    store: Store,
    reader: Reader,
    (share, content): (ShareId, ContentNumber),
    end: u32,
) -> impl Stream<Item = Result<Bytes, Error>> {
    let pages = stream::try_unfold((Some(0), "{\"parts\":["), move |(next, before)| {
        let (store, reader) = (store.clone(), reader.clone());
        async move {
            let Some(next) = next else { return Ok(None) };
            let page_end = end.min(next + LIST_PAGE_LEN);
            let mut piece = Vec::new();
            let mut between = before;
            for part in store.parts(&share, content, next..page_end).await? {
                piece.extend_from_slice(between.as_bytes());
                serde_json::to_writer(&mut piece, &part).map_err(|_| Error::Internal)?;
                between = ",";
            }
            if page_end < end {
                return Ok(Some((Bytes::from(piece), (Some(page_end), between))));
            }
            // What is gone by now may have been missing: a list that is not whole must not look as
            // if it were.
            reader.check(&store).await?;
            if between != "," {
                piece.extend_from_slice(between.as_bytes());
            }
            piece.extend_from_slice(b"]}");
            Ok(Some((Bytes::from(piece), (None, ""))))
        }
    });
    pages.inspect_err(|error: &Error| tracing::info!(%error, "a list of parts was cut off"))
}

/// Reads a part back, or a range of it: after a break, from the next byte on. Not counted.
#[utoipa::path(
    get,
    path = "/shares/{share}/contents/{content}/parts/{index}",
    tag = "owners",
    params(
        ("share" = ShareId, Path),
        ("content" = inline(Content), Path),
        ("index" = inline(Index), Path),
        RangeHeader
    ),
    security(("owner" = [])),
    responses(WholeOrRange, Refused)
)]
pub(super) async fn read_part_back(
    State(app): State<App>,
    Path((share, ContentPath(content), PartIndex(index))): Path<(ShareId, ContentPath, PartIndex)>,
    Owner(owner): Owner,
    headers: HeaderMap,
    _: NoBody,
) -> Result<Response, Error> {
    app.store().run_owner(share, owner, share_owner::ReadBack { content }).await?;
    let object = stored_object(&app, &share, content, Slot::Part(index)).await?;
    send_object(&app, &share, &object, &headers, Reader::Owner { share, owner, content }).await
}
