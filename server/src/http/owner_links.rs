//! `/shares/{share}/links/{link}`: the links of a share, for its owner.

use axum::extract::State;
use http::StatusCode;
use subrosa_shared::api::{PatchLink, PutLink, ShareStatus};
use subrosa_shared::id::{LinkId, ShareId};

use super::error::Error;
use super::extract::{Json, NoBody, Owner, Path};
use super::shares::share_status;
use crate::app::App;
use crate::lifecycle::OwnerAction;

/// `PUT /shares/{share}/links/{link}`: adds a link. The same body again gives the same answer.
pub(super) async fn add_link(
    State(app): State<App>,
    Path((share, link)): Path<(ShareId, LinkId)>,
    Owner(owner): Owner,
    Json(request): Json<PutLink>,
) -> Result<(StatusCode, axum::Json<ShareStatus>), Error> {
    let action = OwnerAction::PutLink { link, request: Box::new(request) };
    Ok((StatusCode::CREATED, share_status(app.store().run_owner(&share, owner, action).await?)?))
}

/// `PATCH /shares/{share}/links/{link}`: changes, pauses, resumes it.
pub(super) async fn change_link(
    State(app): State<App>,
    Path((share, link)): Path<(ShareId, LinkId)>,
    Owner(owner): Owner,
    Json(request): Json<PatchLink>,
) -> Result<axum::Json<ShareStatus>, Error> {
    let action = OwnerAction::PatchLink { link, request: Box::new(request) };
    share_status(app.store().run_owner(&share, owner, action).await?)
}

/// `DELETE /shares/{share}/links/{link}`: takes it back.
pub(super) async fn revoke_link(
    State(app): State<App>,
    Path((share, link)): Path<(ShareId, LinkId)>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<ShareStatus>, Error> {
    share_status(app.store().run_owner(&share, owner, OwnerAction::RevokeLink { link }).await?)
}
