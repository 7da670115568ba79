//! `/shares/{share}/contents/{content}`: what a share holds, and what is behind its links, for its
//! owner.

use axum::extract::State;
use http::StatusCode;
use subrosa_lifecycle::share_owner;
use subrosa_shared::api::{BeginContent, CompleteShare, MoveLinks, ShareStatus};
use subrosa_shared::id::ShareId;
use subrosa_shared::limits::LINKS_BODY_BYTES_MAX;

use super::error::Error;
use super::extract::{ContentPath, Json, NoBody, Owner, Path};
use super::openapi::{Content, Refused};
use crate::app::App;

/// Begins the upload of a new edition. The same again gives the same answer.
#[utoipa::path(
    put,
    path = "/shares/{share}/contents/{content}",
    tag = "owners",
    params(("share" = ShareId, Path), ("content" = inline(Content), Path)),
    request_body = BeginContent,
    security(("owner" = [])),
    responses((status = 201, description = "The share.", body = ShareStatus), Refused)
)]
pub(super) async fn begin_content(
    State(app): State<App>,
    Path((share, ContentPath(content))): Path<(ShareId, ContentPath)>,
    Owner(owner): Owner,
    Json(request): Json<BeginContent>,
) -> Result<(StatusCode, axum::Json<ShareStatus>), Error> {
    app.blobs().expect_room()?;
    let action = share_owner::Begin { content, request };
    Ok((StatusCode::CREATED, axum::Json(app.store().run_owner(share, owner, action).await?)))
}

/// Gives up a content that no link and no download needs, or whose upload runs.
#[utoipa::path(
    delete,
    path = "/shares/{share}/contents/{content}",
    tag = "owners",
    params(("share" = ShareId, Path), ("content" = inline(Content), Path)),
    security(("owner" = [])),
    responses((status = 200, description = "The share without it.", body = ShareStatus), Refused)
)]
pub(super) async fn remove_content(
    State(app): State<App>,
    Path((share, ContentPath(content))): Path<(ShareId, ContentPath)>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<ShareStatus>, Error> {
    Ok(axum::Json(app.store().run_owner(share, owner, share_owner::RemoveContent { content }).await?))
}

/// Fixes a content.
#[utoipa::path(
    post,
    path = "/shares/{share}/contents/{content}/complete",
    tag = "owners",
    params(("share" = ShareId, Path), ("content" = inline(Content), Path)),
    request_body = CompleteShare,
    security(("owner" = [])),
    responses((status = 200, description = "The share with it.", body = ShareStatus), Refused)
)]
pub(super) async fn complete_content(
    State(app): State<App>,
    Path((share, ContentPath(content))): Path<(ShareId, ContentPath)>,
    Owner(owner): Owner,
    Json(request): Json<CompleteShare>,
) -> Result<axum::Json<ShareStatus>, Error> {
    Ok(axum::Json(app.store().complete(&share, owner, content, request).await?))
}

/// Puts a content behind links. A link that has ended, or whose password was changed since, stays
/// as it is: the answer shows which content each has.
#[utoipa::path(
    post,
    path = "/shares/{share}/contents/{content}/links",
    tag = "owners",
    params(("share" = ShareId, Path), ("content" = inline(Content), Path)),
    request_body = MoveLinks,
    security(("owner" = [])),
    responses((status = 200, description = "The share with its links, as moved.", body = ShareStatus), Refused)
)]
pub(super) async fn move_links(
    State(app): State<App>,
    Path((share, ContentPath(content))): Path<(ShareId, ContentPath)>,
    Owner(owner): Owner,
    Json(request): Json<MoveLinks, LINKS_BODY_BYTES_MAX>,
) -> Result<axum::Json<ShareStatus>, Error> {
    Ok(axum::Json(app.store().run_owner(share, owner, share_owner::Move { content, request }).await?))
}
