//! `/shares/{share}`: the share itself, for its owner.

use axum::extract::State;
use http::StatusCode;
use subrosa_shared::api::{CompleteShare, CreateShare, Log, PatchShare, ShareStatus};
use subrosa_shared::id::ShareId;

use super::error::Error;
use super::extract::{Json, NoBody, Owner, Path};
use crate::app::App;
use crate::lifecycle::{Command, Creator, Outcome, OwnerAction};

/// `PUT /shares/{share}`: creates a share. The same body again gives the same answer.
pub(super) async fn create_share(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Json(request): Json<CreateShare>,
) -> Result<(StatusCode, axum::Json<ShareStatus>), Error> {
    let command = Command::Create { share, request, creator: Creator::Anyone };
    let outcome = app.store().run(&share, &command).await?;
    Ok((StatusCode::CREATED, share_status(outcome)?))
}

/// `GET /shares/{share}`: where it stands.
pub(super) async fn show_share(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<ShareStatus>, Error> {
    share_status(app.store().run_owner(&share, owner, OwnerAction::Status).await?)
}

/// `PATCH /shares/{share}`: extends, shortens, pauses, resumes.
pub(super) async fn change_share(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    Json(request): Json<PatchShare>,
) -> Result<axum::Json<ShareStatus>, Error> {
    share_status(app.store().run_owner(&share, owner, OwnerAction::PatchShare { request }).await?)
}

/// `DELETE /shares/{share}`: takes it back with all its links.
pub(super) async fn revoke_share(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<ShareStatus>, Error> {
    share_status(app.store().run_owner(&share, owner, OwnerAction::Revoke).await?)
}

/// `POST /shares/{share}/complete`: fixes the content.
pub(super) async fn complete_share(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    Json(request): Json<CompleteShare>,
) -> Result<axum::Json<ShareStatus>, Error> {
    share_status(app.store().complete(&share, owner, request).await?)
}

/// `GET /shares/{share}/log`: the timeline.
pub(super) async fn show_log(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<Log>, Error> {
    app.store().run_owner(&share, owner, OwnerAction::Status).await?;
    Ok(axum::Json(app.store().log(&share).await?))
}

pub(super) fn share_status(outcome: Outcome) -> Result<axum::Json<ShareStatus>, Error> {
    match outcome {
        Outcome::Share(status) => Ok(axum::Json(*status)),
        _ => Err(Error::Outcome),
    }
}
