//! `/shares/{share}`: the share itself, for its owner.

use axum::extract::State;
use http::StatusCode;
use subrosa_lifecycle::{Create, Creator, Refusal, share_owner};
use subrosa_shared::api::{CreateShare, Log, PatchShare, ShareStatus};
use subrosa_shared::id::ShareId;

use super::error::Error;
use super::extract::{Json, NoBody, Owner, Path};
use super::openapi::Refused;
use crate::app::App;
use crate::store::StoreError;

/// Creates a share. The same body again gives the same answer.
#[utoipa::path(
    put,
    path = "/shares/{share}",
    tag = "owners",
    params(("share" = ShareId, Path)),
    request_body = CreateShare,
    security(("owner" = [])),
    responses((status = 201, description = "The share.", body = ShareStatus), Refused)
)]
pub(super) async fn create_share(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    Json(request): Json<CreateShare>,
) -> Result<(StatusCode, axum::Json<ShareStatus>), Error> {
    // The answer to a retry tells of the share, and who only knows the verifier is not its owner.
    if owner != request.owner_verifier {
        return Err(Refusal::IdMismatch.into());
    }
    app.blobs().expect_room()?;
    let command = Create { share, request, creator: Creator::Anyone };
    Ok((StatusCode::CREATED, axum::Json(app.store().run(share, &command).await?)))
}

/// Where a share stands.
#[utoipa::path(
    get,
    path = "/shares/{share}",
    tag = "owners",
    params(("share" = ShareId, Path)),
    security(("owner" = [])),
    responses((status = 200, description = "The share.", body = ShareStatus), Refused)
)]
pub(super) async fn show_share(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<ShareStatus>, Error> {
    Ok(axum::Json(app.store().run_owner(share, owner, share_owner::Status).await?))
}

/// Extends, shortens, pauses, resumes a share.
#[utoipa::path(
    patch,
    path = "/shares/{share}",
    tag = "owners",
    params(("share" = ShareId, Path)),
    request_body = PatchShare,
    security(("owner" = [])),
    responses((status = 200, description = "The share, as changed.", body = ShareStatus), Refused)
)]
pub(super) async fn change_share(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    Json(request): Json<PatchShare>,
) -> Result<axum::Json<ShareStatus>, Error> {
    Ok(axum::Json(app.store().run_owner(share, owner, share_owner::Change { request }).await?))
}

/// Takes a share back with all its links.
#[utoipa::path(
    delete,
    path = "/shares/{share}",
    tag = "owners",
    params(("share" = ShareId, Path)),
    security(("owner" = [])),
    responses((status = 200, description = "The share, gone.", body = ShareStatus), Refused)
)]
pub(super) async fn revoke_share(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<ShareStatus>, Error> {
    let revoke = || app.store().run_owner(share, owner, share_owner::Revoke);
    let status = match revoke().await {
        // The disk has not even room for the note that the share has ended. Its ciphertext is to be
        // deleted anyway: so it goes first, and makes the room.
        Err(StoreError::NoRoomForGranted) => {
            app.blobs().delete_share(&share).await?;
            revoke().await?
        }
        result => result?,
    };
    Ok(axum::Json(status))
}

/// The timeline of a share and its links.
#[utoipa::path(
    get,
    path = "/shares/{share}/log",
    tag = "owners",
    params(("share" = ShareId, Path)),
    security(("owner" = [])),
    responses((status = 200, description = "The timeline.", body = Log), Refused)
)]
pub(super) async fn show_log(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<Log>, Error> {
    app.store().run_owner(share, owner, share_owner::Status).await?;
    Ok(axum::Json(app.store().log(share).await?))
}
