//! `/shares/{share}/links/{link}`: the links of a share, for its owner.

use axum::extract::State;
use http::StatusCode;
use subrosa_lifecycle::share_owner;
use subrosa_shared::api::{AddLinks, PatchLink, PutLink, ShareStatus};
use subrosa_shared::id::{LinkId, ShareId};
use subrosa_shared::limits::LINKS_BODY_BYTES_MAX;

use super::error::Error;
use super::extract::{Json, NoBody, Owner, Path};
use super::openapi::Refused;
use crate::app::App;

/// Adds a link. The same body again gives the same answer.
#[utoipa::path(
    put,
    path = "/shares/{share}/links/{link}",
    tag = "owners",
    params(("share" = ShareId, Path), ("link" = LinkId, Path)),
    request_body = PutLink,
    security(("owner" = [])),
    responses((status = 201, description = "The share with the link.", body = ShareStatus), Refused)
)]
pub(super) async fn add_link(
    State(app): State<App>,
    Path((share, link)): Path<(ShareId, LinkId)>,
    Owner(owner): Owner,
    Json(request): Json<PutLink>,
) -> Result<(StatusCode, axum::Json<ShareStatus>), Error> {
    let action = share_owner::AddLink { link, request };
    Ok((StatusCode::CREATED, axum::Json(app.store().run_owner(share, owner, action).await?)))
}

/// Adds several links: all of them, or none. The same bodies again give the same answer.
#[utoipa::path(
    post,
    path = "/shares/{share}/links",
    tag = "owners",
    params(("share" = ShareId, Path)),
    request_body = AddLinks,
    security(("owner" = [])),
    responses((status = 201, description = "The share with the links.", body = ShareStatus), Refused)
)]
pub(super) async fn add_links(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    Json(AddLinks { links }): Json<AddLinks, LINKS_BODY_BYTES_MAX>,
) -> Result<(StatusCode, axum::Json<ShareStatus>), Error> {
    let action = share_owner::AddLinks { links };
    Ok((StatusCode::CREATED, axum::Json(app.store().run_owner(share, owner, action).await?)))
}

/// Changes, pauses, resumes a link.
#[utoipa::path(
    patch,
    path = "/shares/{share}/links/{link}",
    tag = "owners",
    params(("share" = ShareId, Path), ("link" = LinkId, Path)),
    request_body = PatchLink,
    security(("owner" = [])),
    responses((status = 200, description = "The share with the link, as changed.", body = ShareStatus), Refused)
)]
pub(super) async fn change_link(
    State(app): State<App>,
    Path((share, link)): Path<(ShareId, LinkId)>,
    Owner(owner): Owner,
    Json(request): Json<PatchLink>,
) -> Result<axum::Json<ShareStatus>, Error> {
    let action = share_owner::ChangeLink { link, request };
    Ok(axum::Json(app.store().run_owner(share, owner, action).await?))
}

/// Takes a link back.
#[utoipa::path(
    delete,
    path = "/shares/{share}/links/{link}",
    tag = "owners",
    params(("share" = ShareId, Path), ("link" = LinkId, Path)),
    security(("owner" = [])),
    responses((status = 200, description = "The share with the link, gone.", body = ShareStatus), Refused)
)]
pub(super) async fn revoke_link(
    State(app): State<App>,
    Path((share, link)): Path<(ShareId, LinkId)>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<ShareStatus>, Error> {
    Ok(axum::Json(app.store().run_owner(share, owner, share_owner::RevokeLink { link }).await?))
}
